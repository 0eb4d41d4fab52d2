package exposure

import (
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// Aging is the open receivables by time past due, in both preset schemes of
// ruling 6. Items due today or later are NotDue, in both; each scheme then adds
// up to Receivable exactly. Credit notes count in the bucket of their own due
// date, so a bucket can be negative. Amounts are fen of the tenant's currency.
type Aging struct {
	AsOf       calendar.Date // business date the age is counted on
	Receivable money.Amount
	NotDue     money.Amount

	// By calendar months past due: an item of 31 August is 6 months past due on
	// 28 (29) February.
	Months0To6   money.Amount // past due, less than 6 months
	Months6To12  money.Amount // 6 up to, not including, 12
	Months12To24 money.Amount // 12 up to, not including, 24
	Months24     money.Amount // 24 and more

	// By days past due.
	Days1To30  money.Amount
	Days31To60 money.Amount
	Days61To90 money.Amount
	Days91     money.Amount // 91 and more
}

// PastDue is all that is past its due date, net of credit notes past theirs; it
// can be negative, other than Account.Overdue.
func (a Aging) PastDue() money.Amount { return a.Receivable - a.NotDue }

// Add counts one open item in. It is the rule the SQL is tested against.
func (a *Aging) Add(dueOn calendar.Date, open money.Amount) {
	a.Receivable += open
	if dueOn >= a.AsOf {
		a.NotDue += open
		return
	}
	switch {
	case dueOn.AddMonths(24) <= a.AsOf:
		a.Months24 += open
	case dueOn.AddMonths(12) <= a.AsOf:
		a.Months12To24 += open
	case dueOn.AddMonths(6) <= a.AsOf:
		a.Months6To12 += open
	default:
		a.Months0To6 += open
	}
	switch days := a.AsOf.DaysSince(dueOn); {
	case days >= 91:
		a.Days91 += open
	case days >= 61:
		a.Days61To90 += open
	case days >= 31:
		a.Days31To60 += open
	default:
		a.Days1To30 += open
	}
}
