// Package tencentsms sends SMS over Tencent Cloud (SendSms 2021-01-11). It owns the
// form of the request, the signature TC3-HMAC-SHA256 and the meaning of the codes.
//
// The wording of an SMS is registered: a message sends a template's id with its
// parameters in order. Which id stands for which of our wordings is in the
// credential as template.<name>.
package tencentsms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"zhuxin/biz/notify"
	"zhuxin/data/channel/wire"
	"zhuxin/shared/calendar"
)

// Endpoint is the provider's; the installation may name another, a tenant never.
const Endpoint = "https://sms.tencentcloudapi.com"

const (
	contentType = "application/json; charset=utf-8"
	wait        = time.Minute
	refill      = time.Hour // an empty account is filled by people
)

// Maker makes senders to endpoint.
func Maker(client *http.Client, clock calendar.Clock, endpoint string) notify.Maker {
	return func(a notify.Account) (notify.Channel, error) {
		c, err := wire.Need(a, "secret_id", "secret_key", "sdk_app_id", "sign_name")
		if err != nil {
			return nil, err
		}
		u, err := url.Parse(endpoint)
		if err != nil {
			return nil, err
		}
		region := a.Credential["region"]
		if region == "" {
			region = "ap-guangzhou"
		}
		return &sender{client, clock, u, c[0], c[1], c[2], c[3], region, a.Credential}, nil
	}
}

type sender struct {
	client                   *http.Client
	clock                    calendar.Clock
	endpoint                 *url.URL
	id, key, app, name, area string
	credential               map[string]string
}

type body struct {
	App      string   `json:"SmsSdkAppId"`
	Name     string   `json:"SignName"`
	Template string   `json:"TemplateId"`
	Params   []string `json:"TemplateParamSet"`
	Phones   []string `json:"PhoneNumberSet"`
	Session  string   `json:"SessionContext"`
}

type answer struct {
	Response struct {
		Error *struct {
			Code string `json:"Code"`
		} `json:"Error"`
		Status []struct {
			Serial string `json:"SerialNo"`
			Code   string `json:"Code"`
		} `json:"SendStatusSet"`
	} `json:"Response"`
}

// Send implements notify.Channel.
func (s *sender) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	template := s.credential["template."+m.Template]
	if template == "" {
		return notify.Receipt{}, notify.Fail(notify.Refused, "", "no SMS template is named for "+m.Template)
	}
	if m.To.Phone == "" {
		return notify.Receipt{}, notify.Fail(notify.BadRecipient, "", "there is no phone number")
	}
	phone := m.To.Phone
	if !strings.HasPrefix(phone, "+") {
		phone = "+86" + phone
	}
	b := body{App: s.app, Name: s.name, Template: template, Params: []string{}, Phones: []string{phone}, Session: m.Key}
	for _, p := range m.Params {
		b.Params = append(b.Params, p.Value)
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return notify.Receipt{}, err
	}
	at := s.clock.Now()
	h := http.Header{"Content-Type": {contentType}, "X-TC-Action": {"SendSms"}, "X-TC-Version": {"2021-01-11"}, "X-TC-Region": {s.area},
		"X-TC-Timestamp": {strconv.FormatInt(at.Unix(), 10)}, "Authorization": {Sign(s.id, s.key, s.endpoint.Host, at, raw)}}
	var got answer
	if err := wire.Post(ctx, s.client, s.endpoint.String()+"/", h, raw, &got); err != nil {
		return notify.Receipt{}, err
	}
	return judge(got)
}

// Sign gives the Authorization of a SendSms with the body, TC3-HMAC-SHA256: the key
// is derived for the day (UTC) and the service.
func Sign(id, key, host string, at time.Time, body []byte) string {
	const headers = "content-type;host;x-tc-action"
	at = at.UTC()
	day := at.Format("2006-01-02")
	canonical := "POST\n/\n\ncontent-type:" + contentType + "\nhost:" + host + "\nx-tc-action:sendsms\n\n" + headers + "\n" + hash(body)
	scope := day + "/sms/tc3_request"
	plain := "TC3-HMAC-SHA256\n" + strconv.FormatInt(at.Unix(), 10) + "\n" + scope + "\n" + hash([]byte(canonical))
	derived := mac(mac(mac([]byte("TC3"+key), day), "sms"), "tc3_request")
	return "TC3-HMAC-SHA256 Credential=" + id + "/" + scope + ", SignedHeaders=" + headers + ", Signature=" + hex.EncodeToString(mac(derived, plain))
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func judge(a answer) (notify.Receipt, error) {
	code, serial := "", ""
	switch {
	case a.Response.Error != nil:
		code = a.Response.Error.Code
	case len(a.Response.Status) == 1:
		code, serial = a.Response.Status[0].Code, a.Response.Status[0].Serial
	}
	switch {
	case code == "Ok":
		return notify.Receipt{ID: serial}, nil
	case code == "":
		return notify.Receipt{}, notify.Fail(notify.Uncertain, "", "the answer tells no state of the message; it may have been sent")
	case strings.HasPrefix(code, "LimitExceeded"), code == "RequestLimitExceeded":
		e := notify.Fail(notify.Throttled, code, "too many messages to this number or of this account")
		if e.RetryAfter = wait; strings.Contains(code, "Daily") {
			e.RetryAfter = 6 * time.Hour
		}
		return notify.Receipt{}, e
	case code == "FailedOperation.InsufficientBalanceInSmsPackage":
		e := notify.Fail(notify.NoBalance, code, "the SMS account is used up")
		e.RetryAfter = refill
		return notify.Receipt{}, e
	case strings.HasPrefix(code, "InternalError"):
		return notify.Receipt{}, notify.Fail(notify.Uncertain, code, "the provider's servers fail; the message may have been sent")
	case strings.HasPrefix(code, "AuthFailure"), strings.HasPrefix(code, "UnauthorizedOperation"):
		return notify.Receipt{}, notify.Fail(notify.AccountRefused, code, "the provider does not take the credential")
	case strings.Contains(code, "PhoneNumber"):
		return notify.Receipt{}, notify.Fail(notify.BadRecipient, code, "the provider does not take the phone number")
	}
	return notify.Receipt{}, notify.Fail(notify.Refused, code, "the provider does not take the message")
}
