package channel_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zhuxin/biz/notify"
	"zhuxin/data/channel/aliyunsms"
	"zhuxin/data/channel/dingtalk"
	"zhuxin/data/channel/feishu"
	"zhuxin/data/channel/tencentsms"
	"zhuxin/data/channel/wecom"
	"zhuxin/data/outbound"
	"zhuxin/shared/calendar"
)

var at = time.Date(2026, 11, 22, 2, 0, 0, 250e6, time.UTC)

// The signatures of a second implementation, written from the providers' pages.
func TestSignatures(t *testing.T) {
	t.Parallel()
	if got := dingtalk.Sign("SEC-of-the-north-yard", at.UnixMilli()); got != "bwL/LJidLQatwo6RyTv8+bazzT6ZYMOrNe4Qf43aa6s=" {
		t.Errorf("dingtalk: %s", got)
	}
	if got := feishu.Sign("feishu-of-the-north-yard", at.Unix()); got != "IHWBrNnDSklcV2UlVYPU5bnPiy9ifkyrWSNxgGbrK2U=" {
		t.Errorf("feishu: %s", got)
	}
	h := aliyunsms.Request{Host: "dysmsapi.aliyuncs.com", At: at, Nonce: "n-1", Query: map[string]string{"PhoneNumbers": "13911112222",
		"SignName": "北场混凝土", "TemplateCode": "SMS_900", "TemplateParam": `{"days":"3*~ +"}`, "OutId": "k/1"}}.Header("ak-north", "sk-north")
	if got := h.Get("Authorization"); !strings.HasSuffix(got, "Signature=80591a67170043eec27ad207b13bafd8a8fc8c87b57a61633d0415a8af29bfc6") {
		t.Errorf("aliyun: %s", got)
	}
	got := tencentsms.Sign("id-north", "key-north", "sms.tencentcloudapi.com", at, []byte(`{"SmsSdkAppId":"1400"}`))
	if !strings.HasSuffix(got, "Credential=id-north/2026-11-22/sms/tc3_request, SignedHeaders=content-type;host;x-tc-action, "+
		"Signature=2119715c826809a8c58b972f91939243c75814b51c44538440a907d9967b0c40") {
		t.Errorf("tencent: %s", got)
	}
}

// standin is a provider that answers as it is told, and keeps what came.
type standin struct {
	*httptest.Server
	status int
	header http.Header
	body   string
	do     func(w http.ResponseWriter, r *http.Request) bool // true: the answer is made
	got    string
	query  url.Values
	in     http.Header
	calls  atomic.Int32
}

func (s *standin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.calls.Add(1)
	b, _ := io.ReadAll(r.Body)
	s.got, s.query, s.in = string(b), r.URL.Query(), r.Header
	if s.do != nil && s.do(w, r) {
		return
	}
	for k, v := range s.header {
		w.Header()[k] = v
	}
	w.WriteHeader(s.status)
	_, _ = io.WriteString(w, s.body)
}

func open(t *testing.T, status int, body string) *standin {
	t.Helper()
	s := &standin{status: status, body: body, header: http.Header{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func client() *http.Client {
	return outbound.Client(outbound.Config{Private: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: 300 * time.Millisecond})
}

var message = notify.Message{Key: "dunning-7", To: notify.Recipient{Name: "李工", Phone: "13911112222"}, Title: "逾期提醒", Text: "示例甲逾期 15 天",
	Link: "https://credit.example/t/east/customers/1", Template: "dunning.overdue",
	Params: []notify.Param{{Name: "customer", Value: "示例甲"}, {Name: "amount", Value: "100000.00"}}}

// provider is one adapter with its good answer.
type provider struct {
	name, ok string
	make     func(base string, c *http.Client) (notify.Channel, error)
}

func providers() []provider {
	clock := &calendar.Frozen{At: at}
	return []provider{
		{"wecom", `{"errcode":0,"errmsg":"ok"}`, func(base string, c *http.Client) (notify.Channel, error) {
			return wecom.Maker(c)(notify.Account{Credential: map[string]string{"webhook": base + "/cgi-bin/webhook/send?key=K"}})
		}},
		{"dingtalk", `{"errcode":0,"errmsg":"ok"}`, func(base string, c *http.Client) (notify.Channel, error) {
			return dingtalk.Maker(c, clock)(notify.Account{Credential: map[string]string{"webhook": base + "/robot/send?access_token=T", "secret": "SEC-of-the-north-yard"}})
		}},
		{"feishu", `{"code":0,"msg":"success","data":{}}`, func(base string, c *http.Client) (notify.Channel, error) {
			return feishu.Maker(c, clock)(notify.Account{Credential: map[string]string{"webhook": base + "/open-apis/bot/v2/hook/H", "secret": "feishu-of-the-north-yard"}})
		}},
		{"aliyun_sms", `{"Code":"OK","Message":"OK","BizId":"B1","RequestId":"R"}`, func(base string, c *http.Client) (notify.Channel, error) {
			return aliyunsms.Maker(c, clock, base)(notify.Account{Credential: map[string]string{"access_key_id": "ak", "access_key_secret": "sk",
				"sign_name": "北场混凝土", "template.dunning.overdue": "SMS_900"}})
		}},
		{"tencent_sms", `{"Response":{"SendStatusSet":[{"SerialNo":"B1","Code":"Ok"}],"RequestId":"R"}}`, func(base string, c *http.Client) (notify.Channel, error) {
			return tencentsms.Maker(c, clock, base)(notify.Account{Credential: map[string]string{"secret_id": "id", "secret_key": "sk", "sdk_app_id": "1400",
				"sign_name": "北场混凝土", "template.dunning.overdue": "900"}})
		}},
	}
}

// What a request says, in each provider's form.
func TestRequests(t *testing.T) {
	t.Parallel()
	for _, p := range providers() {
		s := open(t, http.StatusOK, p.ok)
		c, err := p.make(s.URL, client())
		if err != nil {
			t.Fatal(err)
		}
		receipt, err := c.Send(t.Context(), message)
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
		has := func(where string, texts ...string) {
			for _, x := range texts {
				if !strings.Contains(where, x) {
					t.Errorf("%s: %q lacks %q", p.name, where, x)
				}
			}
		}
		switch p.name {
		case "wecom":
			has(s.got, `"msgtype":"text"`, `逾期提醒\n示例甲逾期 15 天\nhttps://credit.example`, `"mentioned_mobile_list":["13911112222"]`)
			has(s.query.Get("key"), "K")
		case "dingtalk":
			has(s.got, `"msgtype":"text"`, `@13911112222`, `"atMobiles":["13911112222"]`)
			has(s.query.Get("sign"), "bwL/LJidLQatwo6RyTv8+bazzT6ZYMOrNe4Qf43aa6s=")
			has(s.query.Get("timestamp")+" "+s.query.Get("access_token"), "1795312800250 T")
		case "feishu":
			has(s.got, `"timestamp":"1795312800"`, `"sign":"IHWBrNnDSklcV2UlVYPU5bnPiy9ifkyrWSNxgGbrK2U="`, `"msg_type":"text"`, `"content":{"text":"逾期提醒`)
		case "aliyun_sms":
			has(s.query.Get("TemplateParam"), `{"amount":"100000.00","customer":"示例甲"}`)
			has(s.query.Get("TemplateCode")+s.query.Get("PhoneNumbers")+s.query.Get("OutId"), "SMS_90013911112222dunning-7")
			has(s.in.Get("Authorization"), "ACS3-HMAC-SHA256 Credential=ak,")
			has(receipt.ID, "B1")
		case "tencent_sms":
			has(s.got, `"TemplateParamSet":["示例甲","100000.00"]`, `"PhoneNumberSet":["+8613911112222"]`, `"SessionContext":"dunning-7"`)
			has(s.in.Get("X-TC-Action")+s.in.Get("Authorization"), "SendSmsTC3-HMAC-SHA256 Credential=id/2026-11-22/")
			has(receipt.ID, "B1")
		}
	}
}

// However a provider misbehaves, what may have been sent is never worth another
// attempt, and what cannot have been is.
func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	cut := func(w http.ResponseWriter, _ *http.Request) bool {
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"err")
			_ = c.Close()
		}
		return true
	}
	hang := func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }
	for _, c := range []struct {
		name      string
		status    int
		body      string
		do        func(http.ResponseWriter, *http.Request) bool
		want      notify.Trouble
		temporary bool
	}{
		{"hangs", 200, "", hang, notify.Uncertain, false},
		{"cut off", 200, "", cut, notify.Uncertain, false},
		{"a page of HTML", 200, "<html>", nil, notify.Uncertain, false},
		{"an empty document", 200, "{}", nil, notify.Uncertain, false},
		{"a list", 200, "[]", nil, notify.Uncertain, false},
		{"no end", 200, strings.Repeat(" ", 70<<10) + "{}", nil, notify.Uncertain, false},
		{"500", 500, "oops", nil, notify.Uncertain, false},
		{"502", 502, "oops", nil, notify.Uncertain, false},
		{"503", 503, "oops", nil, notify.Unreachable, true},
		{"429", 429, "", nil, notify.Throttled, true},
		{"401", 401, "", nil, notify.AccountRefused, false},
		{"413", 413, "", nil, notify.Refused, false},
		{"redirect", 302, "", nil, notify.Refused, false},
	} {
		for _, p := range providers() {
			t.Run(p.name+" "+c.name, func(t *testing.T) {
				t.Parallel()
				s := open(t, c.status, c.body)
				s.do = c.do
				s.header.Set("Retry-After", "7")
				s.header.Set("Location", "http://169.254.169.254/")
				ch, err := p.make(s.URL, client())
				if err != nil {
					t.Fatal(err)
				}
				_, err = ch.Send(t.Context(), message)
				e := trouble(t, err)
				if e.Trouble != c.want || e.Temporary() != c.temporary {
					t.Errorf("%v, temporary %v", e, e.Temporary())
				}
				if c.temporary && e.RetryAfter != 7*time.Second {
					t.Errorf("waits %s", e.RetryAfter)
				}
				if n := s.calls.Load(); n != 1 {
					t.Errorf("%d requests", n)
				}
				for _, secret := range []string{"13911112222", "key=K", "access_token", "hook/H"} {
					if strings.Contains(e.Error(), secret) {
						t.Errorf("the error tells %q: %v", secret, e)
					}
				}
			})
		}
	}
}

// Nobody listens; the address is inside; the caller gave up.
func TestNoConnection(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + l.Addr().String()
	_ = l.Close()
	for _, p := range providers() {
		c, err := p.make(base, client())
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Send(t.Context(), message)
		if e := trouble(t, err); e.Trouble != notify.Unreachable || !e.Temporary() {
			t.Errorf("%s: %v", p.name, e)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err = c.Send(ended, message); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", p.name, err)
		}
		if c, err = p.make("http://127.0.0.1:9", outbound.Client(outbound.Config{})); err != nil {
			t.Fatal(err)
		}
		_, err = c.Send(t.Context(), message)
		if e := trouble(t, err); e.Trouble != notify.Forbidden || e.Temporary() {
			t.Errorf("%s: %v", p.name, e)
		}
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	by := map[string]provider{}
	for _, p := range providers() {
		by[p.name] = p
	}
	tc := func(code string) string {
		return `{"Response":{"SendStatusSet":[{"SerialNo":"","Code":"` + code + `"}]}}`
	}
	for _, c := range []struct {
		provider string
		status   int
		body     string
		want     notify.Trouble
	}{
		{"wecom", 200, `{"errcode":45009}`, notify.Throttled},
		{"wecom", 200, `{"errcode":-1}`, notify.Unreachable},
		{"wecom", 200, `{"errcode":93000,"errmsg":"invalid webhook url"}`, notify.AccountRefused},
		{"wecom", 200, `{"errcode":40058}`, notify.Refused},
		{"dingtalk", 200, `{"errcode":310000,"errmsg":"keywords not in content"}`, notify.Refused},
		{"dingtalk", 200, `{"errcode":310000,"errmsg":"sign not match"}`, notify.AccountRefused},
		{"dingtalk", 200, `{"errcode":130101,"errmsg":"send too fast"}`, notify.Throttled},
		{"dingtalk", 200, `{"errcode":300005,"errmsg":"token is not exist"}`, notify.AccountRefused},
		{"feishu", 200, `{"code":11232,"msg":"frequency limited"}`, notify.Throttled},
		{"feishu", 400, `{"code":9499,"msg":"Bad Request"}`, notify.Refused},
		{"feishu", 200, `{"code":19021,"msg":"sign match fail or timestamp is not within one hour"}`, notify.AccountRefused},
		{"feishu", 200, `{"StatusCode":0,"StatusMessage":"success"}`, ""},
		{"aliyun_sms", 200, `{"Code":"isv.BUSINESS_LIMIT_CONTROL"}`, notify.Throttled},
		{"aliyun_sms", 200, `{"Code":"isv.AMOUNT_NOT_ENOUGH"}`, notify.NoBalance},
		{"aliyun_sms", 200, `{"Code":"isv.MOBILE_NUMBER_ILLEGAL"}`, notify.BadRecipient},
		{"aliyun_sms", 200, `{"Code":"isv.SMS_TEMPLATE_ILLEGAL"}`, notify.Refused},
		{"aliyun_sms", 200, `{"Code":"isp.SYSTEM_ERROR"}`, notify.Uncertain},
		{"aliyun_sms", 400, `{"Code":"SignatureDoesNotMatch"}`, notify.AccountRefused},
		{"aliyun_sms", 404, `{"Code":"InvalidAccessKeyId.NotFound"}`, notify.AccountRefused},
		{"tencent_sms", 200, tc("LimitExceeded.PhoneNumberDailyLimit"), notify.Throttled},
		{"tencent_sms", 200, tc("FailedOperation.InsufficientBalanceInSmsPackage"), notify.NoBalance},
		{"tencent_sms", 200, tc("InvalidParameterValue.IncorrectPhoneNumber"), notify.BadRecipient},
		{"tencent_sms", 200, tc("FailedOperation.TemplateIncorrectOrUnapproved"), notify.Refused},
		{"tencent_sms", 200, `{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"x"}}}`, notify.AccountRefused},
		{"tencent_sms", 200, `{"Response":{"Error":{"Code":"InternalError.Timeout"}}}`, notify.Uncertain},
	} {
		s := open(t, c.status, c.body)
		ch, err := by[c.provider].make(s.URL, client())
		if err != nil {
			t.Fatal(err)
		}
		_, err = ch.Send(t.Context(), message)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s %s: %v", c.provider, c.body, err)
			}
			continue
		}
		if e := trouble(t, err); e.Trouble != c.want {
			t.Errorf("%s %s: %v", c.provider, c.body, e)
		}
	}
}

// A long text is cut within the provider's bytes, between characters, and keeps its link.
func TestLongText(t *testing.T) {
	t.Parallel()
	s := open(t, http.StatusOK, `{"errcode":0}`)
	c, err := providers()[0].make(s.URL, client())
	if err != nil {
		t.Fatal(err)
	}
	m := message
	m.Text = strings.Repeat("债", 3000)
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if len(s.got) > 2048+200 || !strings.Contains(s.got, m.Link) || strings.ContainsRune(s.got, '\uFFFD') {
		t.Errorf("%d bytes: …%s", len(s.got), s.got[len(s.got)-200:])
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	clock := &calendar.Frozen{At: at}
	for name, make := range map[string]notify.Maker{"wecom": wecom.Maker(client()), "dingtalk": dingtalk.Maker(client(), clock),
		"feishu": feishu.Maker(client(), clock), "aliyun": aliyunsms.Maker(client(), clock, aliyunsms.Endpoint),
		"tencent": tencentsms.Maker(client(), clock, tencentsms.Endpoint)} {
		_, err := make(notify.Account{})
		if e := trouble(t, err); e.Trouble != notify.AccountRefused {
			t.Errorf("%s: %v", name, e)
		}
	}
	_, err := feishu.Maker(client(), clock)(notify.Account{Credential: map[string]string{"webhook": "https://open.feishu.cn/hook/H?x=1", "secret": "s"}})
	if e := trouble(t, err); e.Trouble != notify.AccountRefused {
		t.Error(e)
	}
}

func trouble(t *testing.T, err error) *notify.Error {
	t.Helper()
	var e *notify.Error
	if !errors.As(err, &e) {
		t.Fatalf("no trouble: %v", err)
	}
	return e
}
