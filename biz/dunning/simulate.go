package dunning

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/notify"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Outcome is one customer of a simulation. Over is how the letter would reach him; Why
// says why it would not be written, or would reach nobody.
type Outcome struct {
	Letter Letter
	Why    Why
	Over   []notify.ChannelKind
}

// Total is what the letters of one level come to.
type Total struct {
	Level       Level
	Letters     int
	Unreachable int // of those
	Overdue     money.Amount
	Upcoming    money.Amount
	Credits     money.Amount
	Net         money.Amount
}

// Simulation is what a day would bring. Totals are of all customers, by level;
// Outcomes are the first thousand.
type Simulation struct {
	On       calendar.Date
	Currency money.Currency
	Enabled  bool // the rule in force writes by itself
	Totals   []Total
	Outcomes []Outcome
	More     bool
}

// mostShown bounds the outcomes of a simulation.
const mostShown = 1000

// Simulate shows who would get what on a date by a rule that need not be in force, or
// by the one that is when r is nil; a zero date is today. Nothing is written or sent.
func (s *Service) Simulate(ctx context.Context, r *Rule, on calendar.Date) (out Simulation, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return out, err
	}
	if r != nil {
		if err := r.Validate(); err != nil {
			return out, err
		}
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return out, err
	}
	if on.IsZero() {
		on = calendar.Of(s.Clock.Now(), t.Zone)
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		inForce, err := s.Repo.Rule(ctx)
		if err != nil {
			return err
		}
		open, err := s.Mail.ToCustomers(ctx)
		if err != nil {
			return err
		}
		rule := inForce
		if r != nil {
			rule = *r
		}
		out = Simulation{On: on, Currency: t.Currency, Enabled: inForce.Enabled}
		for after, n := uuid.Nil, batch; n == batch; {
			rest, err := s.Mail.RestDays(ctx)
			if err != nil {
				return err
			}
			after, n, err = s.each(ctx, rule, on, rest, after, customer.OnlyOf(actor), func(l Letter, w Why) error {
				out.add(l, w, open)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortFunc(out.Totals, func(a, b Total) int { return cmp.Compare(a.Level.Days, b.Level.Days) })
	return out, err
}

func (x *Simulation) add(l Letter, w Why, open []notify.ChannelKind) {
	if w == Nothing {
		return
	}
	o := Outcome{Letter: l, Why: w}
	if w == Written {
		o.Over, o.Why = l.over(open)
		x.total(o)
	}
	if x.More = x.More || len(x.Outcomes) == mostShown; !x.More {
		x.Outcomes = append(x.Outcomes, o)
	}
}

func (x *Simulation) total(o Outcome) {
	i := slices.IndexFunc(x.Totals, func(t Total) bool { return t.Level.Days == o.Letter.Level.Days })
	if i < 0 {
		i, x.Totals = len(x.Totals), append(x.Totals, Total{Level: o.Letter.Level})
	}
	t := &x.Totals[i]
	t.Letters++
	if len(o.Over) == 0 {
		t.Unreachable++
	}
	t.Overdue, t.Upcoming, t.Credits, t.Net = t.Overdue+o.Letter.Overdue, t.Upcoming+o.Letter.Upcoming, t.Credits+o.Letter.Credits, t.Net+o.Letter.Net()
}
