package dunning

import (
	"fmt"
	"slices"
	"strings"

	"zhuxin/biz/notify"
)

// Reach gives the channels of the level for which the customer has an address.
func (l Letter) Reach() (out []notify.ChannelKind) {
	for _, k := range l.Level.Channels {
		if k == notify.Mail && l.Account.HasEmail || k.SMS() && l.Account.HasPhone {
			out = append(out, k)
		}
	}
	return out
}

// over gives the channels over which the letter goes, of those that the tenant has,
// and why it goes nowhere.
func (l Letter) over(open []notify.ChannelKind) (out []notify.ChannelKind, why Why) {
	for _, k := range l.Reach() {
		if slices.Contains(open, k) {
			out = append(out, k)
		}
	}
	switch {
	case len(out) > 0:
		return out, Written
	case slices.ContainsFunc(l.Level.Channels, func(k notify.ChannelKind) bool { return slices.Contains(open, k) }):
		return nil, NoAddress
	}
	return nil, NoChannel
}

// key is the same for the deliveries and the news of a letter.
func (l Letter) key() string { return "dunning:" + l.ID.String() }

func (l Letter) message() notify.Letter {
	return notify.Letter{Key: l.key(), Customer: l.Account.Customer, Title: l.Level.Title, Text: l.Text(), Template: l.Template(), Params: l.Params()}
}

// Template names the SMS wording.
func (l Letter) Template() string {
	if l.Level.Days > 0 {
		return "dunning.overdue"
	}
	return "dunning.reminder"
}

// Params are the values of the SMS wording.
func (l Letter) Params() []notify.Param {
	return []notify.Param{{Name: "customer", Value: l.Account.Name}, {Name: "amount", Value: l.Net().String()}, {Name: "date", Value: l.On.String()}}
}

// Note says in a word where an item of the letter stands.
func (l Letter) Note(d Due) string {
	switch days := l.On.DaysSince(d.DueDate); {
	case d.Open < 0:
		return "贷项"
	case d.Disputed:
		return "有争议，暂不催收"
	case days > 0:
		return fmt.Sprintf("逾期 %d 天", days)
	default:
		return fmt.Sprintf("%d 天后到期", -days)
	}
}

// Text is the letter in full: every item, what is disputed, what stands to the
// customer's credit, and what is left to pay.
func (l Letter) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s：\n截至 %s，贵司账款如下（%s，元）：\n", l.Account.Name, l.On, l.Currency)
	for _, d := range l.Items {
		fmt.Fprintf(&b, "%s　到期日 %s　%s　%s\n", d.DocumentNo, d.DueDate, d.Open.Grouped(), l.Note(d))
	}
	fmt.Fprintf(&b, "逾期 %s，即将到期 %s，贷项及预收款 %s", l.Overdue.Grouped(), l.Upcoming.Grouped(), l.Credits.Grouped())
	if l.Disputed != 0 {
		fmt.Fprintf(&b, "，争议 %s（未计入）", l.Disputed.Grouped())
	}
	fmt.Fprintf(&b, "；应付合计 %s。\n%s", l.Net().Grouped(), l.Level.Closing)
	if l.PaymentText != "" {
		fmt.Fprintf(&b, "\n收款账户：\n%s", l.PaymentText)
	}
	return b.String()
}
