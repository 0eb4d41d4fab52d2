// Package wecom sends to a group's robot of WeCom (企业微信). It owns the form of the
// request and the meaning of the codes. The key in the webhook's address is the
// whole credential; nothing is signed.
package wecom

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"zhuxin/biz/notify"
	"zhuxin/data/channel/wire"
)

const (
	maxText = 2048        // the provider's bound of a text, in bytes
	wait    = time.Minute // how long a robot that spoke too often is left alone
)

// Maker makes robots over client, which must guard where an address leads.
func Maker(client *http.Client) notify.Maker {
	return func(a notify.Account) (notify.Channel, error) {
		c, err := wire.Need(a, "webhook")
		if err != nil {
			return nil, err
		}
		return &robot{client, c[0]}, nil
	}
}

type robot struct {
	client  *http.Client
	webhook string
}

type body struct {
	Type string `json:"msgtype"`
	Text text   `json:"text"`
}

type text struct {
	Content string   `json:"content"`
	Mobiles []string `json:"mentioned_mobile_list,omitempty"`
}

type answer struct {
	Code *int   `json:"errcode"`
	Text string `json:"errmsg"`
}

// Send implements notify.Channel.
func (r *robot) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	b := body{Type: "text", Text: text{Content: wire.Body(m.Title, m.Text, m.Link, maxText)}}
	if m.To.Phone != "" {
		b.Text.Mobiles = []string{m.To.Phone}
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return notify.Receipt{}, err
	}
	var got answer
	if err := wire.Post(ctx, r.client, r.webhook, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, raw, &got); err != nil {
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
	case 45009, 45033:
		e := notify.Fail(notify.Throttled, code, "more than 20 messages in a minute")
		e.RetryAfter = wait
		return e
	case 93000, 93004, 93008, 93017:
		return notify.Fail(notify.AccountRefused, code, "the webhook's key is not valid, or the robot was removed")
	}
	return notify.Fail(notify.Refused, code, "the provider does not take the message: "+wire.Cut(a.Text, 120))
}
