// Package aliyunsms sends SMS over Aliyun (SendSms 2017-05-25). It owns the form of
// the request, the signature ACS3-HMAC-SHA256 and the meaning of the codes.
//
// The wording of an SMS is registered: a message sends a template's code with its
// parameters. Which code stands for which of our wordings is in the credential as
// template.<name>.
package aliyunsms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/notify"
	"zhuxin/data/channel/wire"
	"zhuxin/shared/calendar"
)

// Endpoint is the provider's; the installation may name another, a tenant never.
const Endpoint = "https://dysmsapi.aliyuncs.com"

const (
	maxParam = 35 // characters of one parameter
	wait     = time.Minute
	refill   = time.Hour // an empty account is filled by people
)

// Maker makes senders to endpoint.
func Maker(client *http.Client, clock calendar.Clock, endpoint string) notify.Maker {
	return func(a notify.Account) (notify.Channel, error) {
		c, err := wire.Need(a, "access_key_id", "access_key_secret", "sign_name")
		if err != nil {
			return nil, err
		}
		u, err := url.Parse(endpoint)
		if err != nil {
			return nil, err
		}
		return &sender{client, clock, u, c[0], c[1], c[2], a.Credential}, nil
	}
}

type sender struct {
	client              *http.Client
	clock               calendar.Clock
	endpoint            *url.URL
	keyID, secret, name string
	credential          map[string]string
}

type answer struct {
	Code  string `json:"Code"`
	BizID string `json:"BizId"`
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
	params := map[string]string{}
	for _, p := range m.Params {
		params[p.Name] = short(p.Value)
	}
	text, err := json.Marshal(params)
	if err != nil {
		return notify.Receipt{}, err
	}
	query := map[string]string{"PhoneNumbers": strings.TrimPrefix(m.To.Phone, "+"), "SignName": s.name, "TemplateCode": template,
		"TemplateParam": string(text), "OutId": m.Key}
	r := Request{Host: s.endpoint.Host, Query: query, At: s.clock.Now(), Nonce: uuid.NewString()}
	to := *s.endpoint
	to.Path, to.RawQuery = "/", canonical(query)
	var got answer
	if err := wire.Post(ctx, s.client, to.String(), r.Header(s.keyID, s.secret), nil, &got, http.StatusBadRequest, http.StatusNotFound, http.StatusForbidden); err != nil {
		return notify.Receipt{}, err
	}
	return notify.Receipt{ID: got.BizID}, judge(got)
}

func short(s string) string {
	if r := []rune(s); len(r) > maxParam {
		return string(r[:maxParam-1]) + "…"
	}
	return s
}

// Request is what is signed of a SendSms: all its parameters stand in the query and
// its body is empty.
type Request struct {
	Host  string
	Query map[string]string
	At    time.Time
	Nonce string
}

// Header gives the headers of the request with its signature.
func (r Request) Header(keyID, secret string) http.Header {
	empty := sha256.Sum256(nil)
	hashed := hex.EncodeToString(empty[:])
	signed := [][2]string{{"host", r.Host}, {"x-acs-action", "SendSms"}, {"x-acs-content-sha256", hashed},
		{"x-acs-date", r.At.UTC().Format("2006-01-02T15:04:05Z")}, {"x-acs-signature-nonce", r.Nonce}, {"x-acs-version", "2017-05-25"}}
	out := http.Header{}
	var lines strings.Builder
	names := make([]string, len(signed))
	for i, h := range signed {
		names[i] = h[0]
		lines.WriteString(h[0] + ":" + h[1] + "\n")
		if h[0] != "host" {
			out.Set(h[0], h[1])
		}
	}
	list := strings.Join(names, ";")
	whole := sha256.Sum256([]byte("POST\n/\n" + canonical(r.Query) + "\n" + lines.String() + "\n" + list + "\n" + hashed))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(whole[:])))
	out.Set("Authorization", "ACS3-HMAC-SHA256 Credential="+keyID+",SignedHeaders="+list+",Signature="+hex.EncodeToString(mac.Sum(nil)))
	return out
}

// canonical is the query by RFC 3986, sorted: a blank is %20, and * is escaped.
func canonical(q map[string]string) string {
	escape := strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~")
	keys := make([]string, 0, len(q))
	for k := range q {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for i, k := range keys {
		keys[i] = escape.Replace(url.QueryEscape(k)) + "=" + escape.Replace(url.QueryEscape(q[k]))
	}
	return strings.Join(keys, "&")
}

func judge(a answer) error {
	switch a.Code {
	case "OK":
		return nil
	case "":
		return notify.Fail(notify.Uncertain, "", "the answer lacks Code; the message may have been sent")
	case "isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL", "Throttling", "Throttling.User", "Throttling.Api":
		e := notify.Fail(notify.Throttled, a.Code, "too many messages to this number or of this account")
		if e.RetryAfter = wait; a.Code == "isv.DAY_LIMIT_CONTROL" {
			e.RetryAfter = 6 * time.Hour
		}
		return e
	case "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE":
		e := notify.Fail(notify.NoBalance, a.Code, "the SMS account is used up")
		e.RetryAfter = refill
		return e
	case "isp.SYSTEM_ERROR", "ServiceUnavailable", "InternalError":
		return notify.Fail(notify.Uncertain, a.Code, "the provider's servers fail; the message may have been sent")
	case "isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT", "isv.DENY_IP_RANGE", "MOBILE_NOT_ON_SERVICE":
		return notify.Fail(notify.BadRecipient, a.Code, "the provider does not take the phone number")
	}
	if strings.HasPrefix(a.Code, "InvalidAccessKeyId") || strings.HasPrefix(a.Code, "Forbidden") || a.Code == "SignatureDoesNotMatch" ||
		a.Code == "isp.RAM_PERMISSION_DENY" || a.Code == "isv.ACCOUNT_NOT_EXISTS" || a.Code == "isv.ACCOUNT_ABNORMAL" {
		return notify.Fail(notify.AccountRefused, a.Code, "the provider does not take the access key")
	}
	return notify.Fail(notify.Refused, a.Code, "the provider does not take the message")
}
