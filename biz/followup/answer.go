package followup

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// Answer is what the salesperson says. Dates are texts as they were typed.
type Answer struct {
	Reason   string
	Action   Action
	Amount   money.Amount
	StartsOn string
	DueOn    string
	Note     string
	Version  int64
}

// shape says which fields an action has; each of them is required, and no other
// may be given. horizon bounds its day, in days from today.
type shape struct {
	amount, startsOn, note bool
	horizon                int
}

var shapes = map[Action]shape{
	Collection:      {amount: true, horizon: 180},                 // promised, and by when
	LimitAdjustment: {amount: true, horizon: 90},                  // the limit that is asked for, and by when
	TemporaryLimit:  {amount: true, startsOn: true, horizon: 366}, // the limit, from and through
	StopPreparation: {note: true, horizon: 90},                    // what is prepared, and by when
	FormalStop:      {note: true, horizon: 90},                    // what is stopped, and from when
	Other:           {note: true, horizon: 180},                   // what, and by when it is looked at again
}

// Actions lists the six of 000-75.
var Actions = []Action{Collection, LimitAdjustment, TemporaryLimit, StopPreparation, FormalStop, Other}

const maxAmount = money.Amount(10_000_000_000_000)

// plan checks the answer against the shape of its action; it gives all faults.
func (a *Answer) plan(today calendar.Date) (Plan, error) {
	var c fault.Checks
	a.Reason, a.Note = strings.TrimSpace(a.Reason), strings.TrimSpace(a.Note)
	c.Require(a.Reason != "" && utf8.RuneCountInString(a.Reason) <= 1000, "reason", "REQUIRED", "say why it came to this, in at most 1,000 characters")
	s, ok := shapes[a.Action]
	if !ok {
		c.Add("action", "UNKNOWN", fmt.Sprintf("choose one of %v", Actions))
		return Plan{}, c.Err()
	}
	p := Plan{Amount: a.Amount, Note: a.Note}
	if s.amount {
		c.Require(a.Amount > 0 && a.Amount <= maxAmount, "amount", "OUT_OF_RANGE", "give an amount of more than zero")
	} else {
		c.Require(a.Amount == 0, "amount", "NOT_OF_ACTION", "this action has no amount")
	}
	if s.note {
		c.Require(a.Note != "" && utf8.RuneCountInString(a.Note) <= 1000, "note", "REQUIRED", "say what will be done, in at most 1,000 characters")
	} else {
		c.Require(a.Note == "", "note", "NOT_OF_ACTION", "this action has no note; say it in the reason")
	}
	p.DueOn = day(&c, "due_on", a.DueOn, today, today.AddDays(s.horizon))
	switch {
	case s.startsOn:
		p.StartsOn = day(&c, "starts_on", a.StartsOn, today, today.AddDays(s.horizon))
		c.Require(p.StartsOn.IsZero() || p.DueOn.IsZero() || p.StartsOn <= p.DueOn, "due_on", "BEFORE_START", "the last day is before the first")
	default:
		c.Require(a.StartsOn == "", "starts_on", "NOT_OF_ACTION", "this action has no first day")
	}
	return p, c.Err()
}

// day reads a date that has to be within the range; zero and a fault otherwise.
func day(c *fault.Checks, field, text string, from, to calendar.Date) calendar.Date {
	d, err := calendar.Parse(strings.TrimSpace(text))
	switch {
	case text == "":
		c.Add(field, "REQUIRED", "give a day")
	case err != nil:
		c.Add(field, "BAD_FORM", err.Error())
	case d < from || d > to:
		c.Add(field, "OUT_OF_RANGE", fmt.Sprintf("between %s and %s", from, to))
	default:
		return d
	}
	return 0
}
