// Package feishu sends to a group's robot of Feishu (飞书). It owns the form of the
// request, its signature and the meaning of the codes.
package feishu

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"zhuxin/biz/notify"
	"zhuxin/data/channel/wire"
	"zhuxin/shared/calendar"
)

const (
	maxText = 16 << 10    // bytes; the provider's bound is 20 KB of the whole request
	wait    = time.Minute // how long a robot that spoke too often is left alone
)

// Maker makes robots over client, which must guard where an address leads.
func Maker(client *http.Client, clock calendar.Clock) notify.Maker {
	return func(a notify.Account) (notify.Channel, error) {
		c, err := wire.Need(a, "webhook", "secret")
		if err != nil {
			return nil, err
		}
		// With a query string the provider refuses every message.
		if u, err := url.Parse(c[0]); err != nil || u.RawQuery != "" || u.Host == "" {
			return nil, notify.Fail(notify.AccountRefused, "", "the webhook's address is no address, or has a query behind it")
		}
		return &robot{client, clock, c[0], c[1]}, nil
	}
}

type robot struct {
	client  *http.Client
	clock   calendar.Clock
	webhook string
	secret  string
}

type body struct {
	Timestamp string `json:"timestamp"`
	Sign      string `json:"sign"`
	Type      string `json:"msg_type"`
	Content   struct {
		Text string `json:"text"`
	} `json:"content"`
}

// answer has the code under its new or its old name.
type answer struct {
	Code *int   `json:"code"`
	Text string `json:"msg"`
	Old  *int   `json:"StatusCode"`
}

// Sign gives the signature at an instant in seconds: what would be the message is
// the key, and the message is empty.
func Sign(secret string, seconds int64) string {
	h := hmac.New(sha256.New, []byte(strconv.FormatInt(seconds, 10)+"\n"+secret))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// Send implements notify.Channel.
func (r *robot) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	at := r.clock.Now().Unix()
	b := body{Timestamp: strconv.FormatInt(at, 10), Sign: Sign(r.secret, at), Type: "text"}
	b.Content.Text = wire.Body(m.Title, m.Text, m.Link, maxText)
	raw, err := json.Marshal(b)
	if err != nil {
		return notify.Receipt{}, err
	}
	var got answer
	err = wire.Post(ctx, r.client, r.webhook, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, raw, &got, http.StatusBadRequest)
	if err != nil {
		return notify.Receipt{}, err
	}
	return notify.Receipt{}, judge(got)
}

func judge(a answer) error {
	if a.Code == nil {
		a.Code = a.Old
	}
	if a.Code == nil {
		return notify.Fail(notify.Uncertain, "", "the answer lacks code; the message may have been sent")
	}
	code := strconv.Itoa(*a.Code)
	switch *a.Code {
	case 0:
		return nil
	case 11232:
		e := notify.Fail(notify.Throttled, code, "more than 100 messages in a minute, or 5 in a second")
		e.RetryAfter = wait
		return e
	case 19001, 19021, 19022:
		return notify.Fail(notify.AccountRefused, code, "webhook, signature, clock or address are not what the robot's security asks for")
	case 19024:
		return notify.Fail(notify.Refused, code, "the robot asks for a keyword that the message lacks")
	}
	return notify.Fail(notify.Refused, code, "the provider does not take the message: "+wire.Cut(a.Text, 120))
}
