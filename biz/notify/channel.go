package notify

import (
	"context"
	"time"
)

// ChannelKind names a way to the outside.
type ChannelKind string

// The channels (004-08). Mail goes to a person's address, SMS to a phone, the
// robots into a group's chat.
const (
	Mail       ChannelKind = "mail"
	AliyunSMS  ChannelKind = "aliyun_sms"
	TencentSMS ChannelKind = "tencent_sms"
	WeCom      ChannelKind = "wecom"
	DingTalk   ChannelKind = "dingtalk"
	Feishu     ChannelKind = "feishu"
)

// ChannelKinds lists them in the order of the settings page.
var ChannelKinds = []ChannelKind{Mail, AliyunSMS, TencentSMS, WeCom, DingTalk, Feishu}

// Robot says that the channel speaks to a chat, not to a person: whoever of the
// chat an event concerns, it is told there once.
func (k ChannelKind) Robot() bool { return k == WeCom || k == DingTalk || k == Feishu }

// SMS says that the channel needs a phone number and a registered template.
func (k ChannelKind) SMS() bool { return k == AliyunSMS || k == TencentSMS }

// Repeatable says that the same message sent twice is one to its receiver: a
// mail's Message-ID sees to it. Nothing does for the others, so what may have been
// sent there is not sent again.
func (k ChannelKind) Repeatable() bool { return k == Mail }

// Recipient is whom a message goes to; a channel uses what it needs.
type Recipient struct {
	Name  string
	Email string
	Phone string // mainland number of 11 digits, or with + and its country code
}

// Param is one value of an SMS template.
type Param struct{ Name, Value string }

// Message is what is said. Text is plain; SMS sends Template with Params instead,
// for its wording is registered with the carrier.
type Message struct {
	Key      string // the same key is the same message
	To       Recipient
	Title    string
	Text     string
	Link     string // absolute address of the page, or empty
	Template string // our name of the wording, as "dunning.overdue"
	Params   []Param
	Files    []File // with a mail
}

// File goes with a mail.
type File struct {
	Name, Type string
	Body       []byte
}

// Receipt is the provider's number of an accepted message; it may be empty.
type Receipt struct{ ID string }

// Channel sends messages of one tenant. A failure is an *Error, or that the
// context ended.
type Channel interface {
	Send(ctx context.Context, m Message) (Receipt, error)
}

// Account is a tenant's access to a channel. The credential's fields depend on the
// kind; Fields says which.
type Account struct {
	Kind       ChannelKind
	Credential map[string]string
}

// Maker makes the channel of an account, or says what is wrong with the credential.
type Maker func(a Account) (Channel, error)

// Trouble is why a message was not sent.
type Trouble string

// The troubles. Only the first three pass by themselves. Uncertain is a request
// that left without a readable answer: it may have been sent.
const (
	Unreachable    Trouble = "unreachable"     // no connection, or the provider's servers say they fail
	Throttled      Trouble = "throttled"       // too many messages at once
	NoBalance      Trouble = "no_balance"      // the account is used up
	Uncertain      Trouble = "uncertain"       // sent or not: unknown
	AccountRefused Trouble = "account_refused" // credential, signature or origin
	BadRecipient   Trouble = "bad_recipient"   // number or address is none, or takes no messages
	Refused        Trouble = "refused"         // the message itself: template, length, words
	Forbidden      Trouble = "forbidden"       // the address leads where it may not
)

// Error is a message that did not go out. Text is shown; it names no credential
// and no receiver.
type Error struct {
	Trouble    Trouble
	Code       string // the provider's
	Text       string
	RetryAfter time.Duration // 0: the channel does not say
}

func (e *Error) Error() string {
	if e.Code == "" {
		return "notify: " + string(e.Trouble) + ": " + e.Text
	}
	return "notify: " + string(e.Trouble) + " (" + e.Code + "): " + e.Text
}

// Temporary says that trying again later can help and cannot double.
func (e *Error) Temporary() bool {
	return e.Trouble == Unreachable || e.Trouble == Throttled || e.Trouble == NoBalance
}

// Fail makes an Error.
func Fail(t Trouble, code, text string) *Error { return &Error{Trouble: t, Code: code, Text: text} }
