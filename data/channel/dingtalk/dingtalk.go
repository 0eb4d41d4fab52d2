// Package dingtalk sends to a group's robot of DingTalk (钉钉). It owns the form of
// the request, its signature and the meaning of the codes.
package dingtalk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
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

const (
	maxText = 20000            // bytes; the provider's bound
	blocked = 10 * time.Minute // a robot that spoke more than 20 times in a minute is silenced
)

// Maker makes robots over client, which must guard where an address leads.
func Maker(client *http.Client, clock calendar.Clock) notify.Maker {
	return func(a notify.Account) (notify.Channel, error) {
		c, err := wire.Need(a, "webhook", "secret")
		if err != nil {
			return nil, err
		}
		u, err := url.Parse(c[0])
		if err != nil || u.Query().Get("access_token") == "" {
			return nil, notify.Fail(notify.AccountRefused, "", "the webhook's address has no access_token")
		}
		return &robot{client, clock, u, c[1]}, nil
	}
}

type robot struct {
	client  *http.Client
	clock   calendar.Clock
	webhook *url.URL
	secret  string
}

type body struct {
	Type string `json:"msgtype"`
	Text struct {
		Content string `json:"content"`
	} `json:"text"`
	At struct {
		Mobiles []string `json:"atMobiles"`
		All     bool     `json:"isAtAll"`
	} `json:"at"`
}

type answer struct {
	Code *int   `json:"errcode"`
	Text string `json:"errmsg"`
}

// Sign gives the signature of a request at an instant in milliseconds:
// base64(HMAC-SHA256(secret, ms + "\n" + secret)).
func Sign(secret string, ms int64) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(strconv.FormatInt(ms, 10) + "\n" + secret))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// Send implements notify.Channel.
func (r *robot) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	b := body{Type: "text"}
	mention := ""
	if m.To.Phone != "" { // a number that does not stand in the text is not called
		b.At.Mobiles, mention = []string{m.To.Phone}, "\n@"+m.To.Phone
	}
	b.Text.Content = wire.Body(m.Title, m.Text, m.Link, maxText-len(mention)) + mention
	raw, err := json.Marshal(b)
	if err != nil {
		return notify.Receipt{}, err
	}
	at := r.clock.Now().UnixMilli()
	to, q := *r.webhook, r.webhook.Query()
	q.Set("timestamp", strconv.FormatInt(at, 10))
	q.Set("sign", Sign(r.secret, at))
	to.RawQuery = q.Encode()
	var got answer
	if err := wire.Post(ctx, r.client, to.String(), http.Header{"Content-Type": {"application/json; charset=utf-8"}}, raw, &got); err != nil {
		return notify.Receipt{}, err
	}
	return notify.Receipt{}, judge(got)
}

func judge(a answer) error {
	if a.Code == nil {
		return notify.Fail(notify.Uncertain, "", "the answer lacks errcode; the message may have been sent")
	}
	code := strconv.Itoa(*a.Code)
	switch *a.Code {
	case 0:
		return nil
	case -1:
		return notify.Fail(notify.Unreachable, code, "the provider is busy")
	case 130101, 660026:
		e := notify.Fail(notify.Throttled, code, "more than 20 messages in a minute")
		e.RetryAfter = blocked
		return e
	case 310000:
		// One code for three reasons; only the words of the message are the message's.
		if strings.Contains(strings.ToLower(a.Text), "keyword") && !strings.Contains(a.Text, "sign") {
			return notify.Fail(notify.Refused, code, "the robot asks for a keyword that the message lacks")
		}
		return notify.Fail(notify.AccountRefused, code, "keyword, signature or address are not what the robot's security asks for")
	case 300001, 300005, 40035, 400101, 400102:
		return notify.Fail(notify.AccountRefused, code, "the webhook's token is not valid, or the robot was stopped")
	}
	return notify.Fail(notify.Refused, code, "the provider does not take the message: "+wire.Cut(a.Text, 120))
}
