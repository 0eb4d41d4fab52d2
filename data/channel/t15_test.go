package channel_test

import (
	"net/http"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"zhuxin/biz/notify"
	"zhuxin/data/misbehave"
	"zhuxin/data/outbound"
)

// t15 has the forty rows of reliability T15 for channels: what a message is taken for,
// "" is sent. A channel reads one code out of an answer: where there are no pages, rows
// or amounts to spoil, the stand-in answers well.
var t15 = map[misbehave.Behaviour]notify.Trouble{
	misbehave.Refuse: notify.Unreachable, misbehave.HangBeforeHeaders: notify.Uncertain, misbehave.HangAfterHeaders: notify.Uncertain, misbehave.Drip: notify.Uncertain,
	misbehave.Reset: notify.Uncertain, misbehave.HangUp: notify.Uncertain, misbehave.EmptyBody: notify.Uncertain, misbehave.HTML: notify.Uncertain, misbehave.GBK: notify.Uncertain,
	misbehave.Truncated: notify.Uncertain, misbehave.Twice: notify.Uncertain, misbehave.Huge: notify.Uncertain, misbehave.Deep: notify.Uncertain, misbehave.Bomb: notify.Uncertain,
	misbehave.NaN: notify.Uncertain, misbehave.Overflow: notify.Uncertain, misbehave.Negative: "", misbehave.Quoted: notify.Uncertain, misbehave.MissingField: notify.Uncertain,
	misbehave.RenamedField: notify.Uncertain, misbehave.RepeatedRows: "", misbehave.OutOfOrder: "", misbehave.LoopingPages: "", misbehave.Unauthorized: notify.AccountRefused,
	misbehave.TooMany: notify.Throttled, misbehave.TooManyWait: notify.Throttled, misbehave.Burst: notify.Unreachable, misbehave.Away: notify.Unreachable,
	misbehave.NoDataCode: "", misbehave.RateCode: notify.Throttled, misbehave.QuotaCode: notify.Throttled, misbehave.BalanceCode: notify.NoBalance,
	misbehave.AddressCode: notify.AccountRefused, misbehave.AccountExpired: notify.AccountRefused, misbehave.Redirect: notify.Refused,
	misbehave.Expired: notify.Unreachable, misbehave.WrongHost: notify.Unreachable, misbehave.SelfSigned: notify.Unreachable,
	misbehave.ClockSkew: notify.AccountRefused, misbehave.Late: notify.Uncertain,
}

func sms(code string) string {
	return `{"Response":{"SendStatusSet":[{"SerialNo":"","Code":"` + code + `"}]}}`
}

// codes are the providers' own words for rows that lie in them; the last four of each
// are shapes: 1e400 where the code is, the code in quotes, missing, renamed.
var codes = map[string]map[misbehave.Behaviour]string{
	"wecom": {misbehave.RateCode: `{"errcode":45009}`, misbehave.QuotaCode: `{"errcode":45009}`, misbehave.AddressCode: `{"errcode":93000}`, misbehave.AccountExpired: `{"errcode":93000}`,
		misbehave.ClockSkew: `{"errcode":93000}`, misbehave.Overflow: `{"errcode":1e400}`, misbehave.Quoted: `{"errcode":"0"}`, misbehave.MissingField: `{"errmsg":"ok"}`, misbehave.RenamedField: `{"err_code":0}`},
	"dingtalk": {misbehave.RateCode: `{"errcode":130101}`, misbehave.QuotaCode: `{"errcode":130101}`, misbehave.AddressCode: `{"errcode":310000,"errmsg":"ip not in whitelist"}`,
		misbehave.AccountExpired: `{"errcode":300005}`, misbehave.ClockSkew: `{"errcode":310000,"errmsg":"invalid timestamp"}`, misbehave.Overflow: `{"errcode":1e400}`,
		misbehave.Quoted: `{"errcode":"0"}`, misbehave.MissingField: `{"errmsg":"ok"}`, misbehave.RenamedField: `{"err_code":0}`},
	"feishu": {misbehave.RateCode: `{"code":11232}`, misbehave.QuotaCode: `{"code":11232}`, misbehave.AddressCode: `{"code":19022}`, misbehave.AccountExpired: `{"code":19001}`,
		misbehave.ClockSkew: `{"code":19021}`, misbehave.Overflow: `{"code":1e400}`, misbehave.Quoted: `{"code":"0"}`, misbehave.MissingField: `{"msg":"ok"}`, misbehave.RenamedField: `{"status_code":0}`},
	"aliyun_sms": {misbehave.RateCode: `{"Code":"isv.BUSINESS_LIMIT_CONTROL"}`, misbehave.QuotaCode: `{"Code":"isv.BUSINESS_LIMIT_CONTROL"}`, misbehave.BalanceCode: `{"Code":"isv.AMOUNT_NOT_ENOUGH"}`,
		misbehave.AddressCode: `{"Code":"SignatureDoesNotMatch"}`, misbehave.AccountExpired: `{"Code":"InvalidAccessKeyId.NotFound"}`, misbehave.ClockSkew: `{"Code":"SignatureDoesNotMatch"}`,
		misbehave.Overflow: `{"Code":1e400}`, misbehave.Quoted: `{"Code":0}`, misbehave.MissingField: `{"Message":"OK"}`, misbehave.RenamedField: `{"code_v2":"OK"}`},
	"tencent_sms": {misbehave.RateCode: sms("LimitExceeded.PhoneNumberDailyLimit"), misbehave.QuotaCode: sms("LimitExceeded.PhoneNumberDailyLimit"), misbehave.BalanceCode: sms("FailedOperation.InsufficientBalanceInSmsPackage"),
		misbehave.AddressCode: `{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure"}}}`, misbehave.AccountExpired: `{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound"}}}`,
		misbehave.ClockSkew: `{"Response":{"Error":{"Code":"AuthFailure.SignatureExpire"}}}`, misbehave.Overflow: `{"Response":{"SendStatusSet":[{"Code":1e400}]}}`,
		misbehave.Quoted: `{"Response":{"SendStatusSet":[{"Code":0}]}}`, misbehave.MissingField: `{"Response":{}}`, misbehave.RenamedField: `{"Response":{"SendStatusSet":[]}}`},
}

// However a provider of messages misbehaves, a message goes out once at most: what may
// have been sent is never worth another attempt.
func TestT15(t *testing.T) {
	t.Parallel()
	for _, p := range providers() {
		for _, b := range misbehave.All {
			want, ok := t15[b]
			if !ok {
				t.Errorf("%s has no row", b)
			}
			if b == misbehave.BalanceCode && codes[p.name][b] == "" {
				want = "" // a robot has no balance
			}
			t.Run(p.name+" "+string(b), func(t *testing.T) {
				t.Parallel()
				var sent atomic.Int32
				s := &misbehave.Server{Inner: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					sent.Add(1)
					body := codes[p.name][b]
					if body == "" {
						body = p.ok
					}
					_, _ = w.Write([]byte(body))
				})}
				patience := 30 * time.Second
				if b.Hangs() {
					patience = 300 * time.Millisecond
				}
				c := misbehave.Trust(outbound.Client(outbound.Config{Private: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: patience}))
				ch, err := p.make(s.Start(t, b), c)
				if err != nil {
					t.Fatal(err)
				}
				_, err = ch.Send(t.Context(), message)
				var got notify.Trouble
				asked := sent.Load()
				if err != nil {
					e := trouble(t, err)
					got = e.Trouble
					if e.Temporary() && (asked > 0 && got == notify.Uncertain) {
						t.Errorf("%v would be sent again", e)
					}
				}
				if got != want || asked > 1 || s.Requests() > 1 {
					t.Errorf("%v, want %q; %d requests", err, want, s.Requests())
				}
			})
		}
	}
}
