// Package dunning reminds customers before and after their debts are due (004-07,
// 20, 21): by rules that a tenant sets, one letter for each customer and day with
// all his items and what stands to his credit.
//
// It owns the levels, which letters a day brings, their words, the simulation and
// the record that an item was written for. It does not own what is owed
// (receivable_dues), pauses (biz/collection's follow-ups), or how a letter is sent
// (biz/notify).
//
// Nothing is written twice: an item is written for once at each level, and a
// customer gets at most one letter of a level on a date.
package dunning

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/notify"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// Level is one step of the rule.
type Level struct {
	Days        int                  `json:"days"` // after the due date; before it negative
	Title       string               `json:"title"`
	Closing     string               `json:"closing"` // last sentence of the letter
	Channels    []notify.ChannelKind `json:"channels"`
	Salesperson bool                 `json:"salesperson"` // he is told that it was written
	// Bill has a numbered dunning bill with late fees made, which goes with the mail.
	Bill bool `json:"bill,omitempty"`
}

// Rule is one version of a tenant's dunning.
type Rule struct {
	Version int64
	Enabled bool
	Minimum money.Amount // fen; for less nothing is written
	Levels  []Level      // rising by Days

	PaymentText string // account to pay to, as it stands on the bill
	// BeforeRestDays has a reminder that falls on a rest day written on the working
	// day before (ruling 7).
	BeforeRestDays bool
}

var all = []notify.ChannelKind{notify.Mail, notify.AliyunSMS, notify.TencentSMS}

// Preset is the rule of a tenant that has set none: 7, 3 and 1 days before due
// (004-07), then four levels. It is switched off until somebody has looked at the
// simulation: nobody's customers are written to by accident.
func Preset() Rule {
	const please, now = "请按期付款；如已付款，请忽略本提醒。", "请立即付款并与我司业务员联系；如已付款，请告知付款日期。"
	return Rule{Minimum: 100_00, Levels: []Level{
		{-7, "付款提醒：7 天内到期", please, all, false, false},
		{-3, "付款提醒：3 天内到期", please, all, false, false},
		{-1, "付款提醒：明日到期", please, all, false, false},
		{1, "逾期提醒", now, all, true, false},
		{7, "催款通知", now, all, true, true},
		{15, "催款通知：账户可能被冻结", "逾期达到约定天数后将停止供货。" + now, all, true, true},
		{30, "最后催款通知", "我司将依合同追究违约责任。" + now, all, true, true},
	}}
}

// Validate gives all faults.
func (r Rule) Validate() error {
	var c fault.Checks
	c.Require(r.Minimum >= 0, "minimum", "OUT_OF_RANGE", "not below zero")
	c.Require(len([]rune(r.PaymentText)) <= 300, "payment_text", "LENGTH", "at most 300 characters")
	c.Require(len(r.Levels) >= 1 && len(r.Levels) <= 20, "levels", "OUT_OF_RANGE", "1 to 20 levels")
	for i, l := range r.Levels {
		c.Require(l.Days >= -60 && l.Days <= 1000, "levels.days", "OUT_OF_RANGE", "60 days before due to 1000 after")
		c.Require(i == 0 || l.Days > r.Levels[i-1].Days, "levels.days", "ORDER", "each level comes after the one before")
		c.Require(!l.Bill || l.Days > 0, "levels.bill", "NOT_OVERDUE", "a bill with late fees is of a level after the due date")
		c.Require(l.Title != "" && len([]rune(l.Title)) <= 60, "levels.title", "LENGTH", "1 to 60 characters")
		c.Require(len([]rune(l.Closing)) <= 500, "levels.closing", "LENGTH", "at most 500 characters")
		for _, k := range l.Channels {
			c.Require(slices.Contains(all, k), "levels.channels", "UNKNOWN", "customers are reached by mail and SMS")
		}
	}
	return c.Err()
}

// reached gives the level that an item has come to; ok is false before the first.
// ahead is how many rest days follow on this day: reminders of theirs come with it.
func (r Rule) reached(days, ahead int) (l Level, ok bool) {
	for _, x := range r.Levels {
		if x.Days <= days || x.Days < 0 && x.Days <= days+ahead {
			l, ok = x, true
		}
	}
	return l, ok
}

// Due is an open item, or an instalment of one, with what was written for it. An
// open amount below zero stands to the customer's credit.
type Due struct {
	Receivable uuid.UUID     `json:"receivable_id"`
	DocumentNo string        `json:"document_no"`
	DueDate    calendar.Date `json:"due_date"`
	Open       money.Amount  `json:"open_amount"`
	Disputed   bool          `json:"disputed"`
	LateFee    money.Amount  `json:"late_fee,omitempty"` // on the letter's date
	Waived     money.Amount  `json:"waived,omitempty"`   // of the late fee
	Written    *int          `json:"-"`                  // the highest level
}

// Account is a customer with all his open items of the tenant's currency.
type Account struct {
	Customer    uuid.UUID
	Number      string
	Name        string
	Salesperson *uuid.UUID
	Paused      bool
	HasEmail    bool
	HasPhone    bool
	Advance     money.Amount // paid, and applied to nothing yet; not negative
	Items       []Due
}

// Letter is what a customer gets on a day.
type Letter struct {
	ID          uuid.UUID
	Account     Account
	Level       Level
	On          calendar.Date
	Currency    money.Currency
	Overdue     money.Amount // without what is disputed
	Upcoming    money.Amount // due within the first level's days
	Credits     money.Amount // credit notes and what was paid in advance; not negative
	Disputed    money.Amount
	PaymentText string
	Ahead       int   // rest days that follow, whose reminders come with this letter
	Items       []Due // told, in the order of their due dates
	Marks       []Due // those for which it is written
}

// LateFee is what the lateness of its items costs on its date, without what was waived.
// It comes besides Net.
func (l Letter) LateFee() (sum money.Amount) {
	for _, d := range l.Items {
		sum += d.LateFee - d.Waived
	}
	return sum
}

// Net is what the customer is asked for.
func (l Letter) Net() money.Amount { return l.Overdue + l.Upcoming - l.Credits }

// Why says why a customer gets no letter although an item has come to a level.
type Why string

// The reasons.
const (
	Written Why = ""
	Paused  Why = "paused"
	Covered Why = "covered" // what stands to his credit covers it, or less than the minimum is left
	Nothing Why = "nothing" // nothing new

	// Of a simulation: it is written, and reaches nobody.
	NoAddress Why = "no_address" // the customer has no address for the channels of the level
	NoChannel Why = "no_channel" // the tenant has none of them
)

// Compose makes the letter of a customer for a day, or says why there is none. The
// level is the highest to which an item has newly come; what is disputed is told
// but neither asked for nor a cause.
func (r Rule) Compose(a Account, on calendar.Date, c money.Currency, rest Rest) (Letter, Why) {
	l := Letter{Account: a, On: on, Currency: c, Credits: a.Advance, PaymentText: r.PaymentText, Ahead: r.ahead(on, rest)}
	first, found := 0, false
	if len(r.Levels) > 0 {
		first = min(r.Levels[0].Days, 0)
	}
	for _, d := range a.Items {
		days := on.DaysSince(d.DueDate)
		switch {
		case d.Open < 0:
			l.Credits -= d.Open
		case d.Disputed:
			l.Disputed += d.Open
		case days > 0:
			l.Overdue += d.Open
		case days+l.Ahead >= first:
			l.Upcoming += d.Open
		default:
			continue // not due for long
		}
		l.Items = append(l.Items, d)
		if x, ok := r.reached(days, l.Ahead); ok && d.Open > 0 && !d.Disputed && (d.Written == nil || *d.Written < x.Days) {
			l.Marks = append(l.Marks, d)
			if !found || x.Days > l.Level.Days {
				l.Level, found = x, true
			}
		}
	}
	slices.SortFunc(l.Items, func(x, y Due) int {
		return cmp.Or(cmp.Compare(x.DueDate, y.DueDate), cmp.Compare(x.DocumentNo, y.DocumentNo), slices.Compare(x.Receivable[:], y.Receivable[:]))
	})
	switch {
	case !found:
		return l, Nothing
	case a.Paused:
		return l, Paused
	case l.Net() <= 0 || l.Net() < r.Minimum:
		return l, Covered
	}
	return l, Written
}
