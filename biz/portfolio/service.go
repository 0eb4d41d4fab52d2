package portfolio

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Repository keeps rules and overrides; Reader reads what they are applied to. Both
// work inside the unit of work of the context. A nil onlyOf is all customers.
type Repository interface {
	Rule(ctx context.Context) (Rule, error)
	// SaveRule adds the version after r's; another one meanwhile is ErrChanged.
	SaveRule(ctx context.Context, r Rule, by uuid.UUID, at time.Time) error
	AddOverride(ctx context.Context, customerID uuid.UUID, o Override, byRule Category, by uuid.UUID, at time.Time) error
}

// Reader reads the books.
type Reader interface {
	// Facts are of customers that owe or are owed something; of one, when named,
	// whether he owes or not.
	Facts(ctx context.Context, today calendar.Date, onlyOf *uuid.UUID, customerID uuid.UUID) ([]Facts, error)
	// Moves are of items between consecutive month ends, in the order of months; those
	// of customers whose past is not known are left out, and counted.
	Moves(ctx context.Context, today calendar.Date, ends []calendar.Date) (moves []Moves, unknown int64, err error)
	Owed(ctx context.Context, today calendar.Date, onlyOf *uuid.UUID) ([]Owed, error)
	Debtors(ctx context.Context, today calendar.Date, onlyOf *uuid.UUID) ([]Debtor, error)
	// Habits gives what was settled of items and what was paid, for Late, of customers
	// whose receipts explain what is settled.
	Habits(ctx context.Context) ([]Settled, []Paid, error)
}

// Faults.
var (
	ErrChanged  = fault.Conflict("VERSION_CONFLICT", "the rule was changed meanwhile; load it again")
	ErrNothing  = fault.Conflict("CATEGORY_NOT_OVERRIDDEN", "the customer's category is the rule's; there is nothing to take back")
	ErrNotFound = customer.ErrNotFound
)

// Config is what the service works with.
type Config struct {
	Tx        uow.Tenant
	Repo      Repository
	Reader    Reader
	Customers interface {
		Brief(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (customer.Brief, error)
	}
	Printer report.Printer
	Audit   audit.Recorder
	Clock   calendar.Clock
}

// Service answers questions about the quality of the portfolio.
type Service struct {
	Config
	segments customer.Segments
}

// CutBy lets the reports be narrowed to a segment.
func (s *Service) CutBy(segments customer.Segments) { s.segments = segments }

// New makes the service.
func New(c Config) *Service { return &Service{Config: c} }

// about is who asks, and when.
type about struct {
	onlyOf *uuid.UUID
	actor  access.Actor
	today  calendar.Date
}

func (s *Service) about(ctx context.Context, p access.Permission) (a about, err error) {
	if a.actor, err = access.Require(ctx, p); err != nil {
		return a, err
	}
	a.onlyOf = customer.OnlyOf(a.actor)
	a.today, err = tenant.Today(ctx, s.Clock)
	return a, err
}

// Classification is every customer with his category.
type Classification struct {
	Cut       customer.Cut
	Today     calendar.Date
	Rule      Rule
	Groups    []Group
	Customers []Classified // the worst category first, then the largest debt
}

// Classification classifies what the caller may see; with a segment, its customers.
func (s *Service) Classification(ctx context.Context, segment *uuid.UUID) (c Classification, err error) {
	a, err := s.about(ctx, access.OverviewRead)
	if err != nil {
		return c, err
	}
	c.Today = a.today
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if c.Rule, err = s.Repo.Rule(ctx); err != nil {
			return err
		}
		if c.Cut, err = customer.CutTo(ctx, s.segments, segment, a.today, a.onlyOf); err != nil {
			return err
		}
		all, err := s.Reader.Facts(ctx, a.today, a.onlyOf, uuid.Nil)
		holds := c.Cut.Holds()
		for _, f := range all {
			if holds(f.CustomerID) {
				c.Customers = append(c.Customers, c.Rule.Classify(f, a.today))
			}
		}
		return err
	})
	c.Groups = Groups(c.Customers, c.Today)
	slices.SortFunc(c.Customers, func(x, y Classified) int {
		if d := y.Category.rank() - x.Category.rank(); d != 0 {
			return d
		}
		switch {
		case x.Open > y.Open:
			return -1
		case x.Open < y.Open:
			return 1
		}
		return strings.Compare(x.Number, y.Number)
	})
	return c, err
}

// monthEnds are the last days of the twelve months that are over, and of the one
// before, the oldest first: between them lie twelve months of moves.
func monthEnds(today calendar.Date) []calendar.Date {
	y, m, _ := today.Time().Date()
	var out []calendar.Date
	for back := 12; back >= 0; back-- {
		out = append(out, calendar.NewDate(y, m-time.Month(back), 0))
	}
	return out
}

// LossReport is the expected credit loss with what it was made from.
type LossReport struct {
	ExpectedLoss
	Cut     customer.Cut
	Today   calendar.Date
	Rule    Rule
	First   calendar.Date // the months of the roll rates
	Last    calendar.Date
	Unknown int64 // customers without a known past, whose items are provided for but make no rates
}

// ExpectedLoss provides for what the caller may see. The rates are the subsidiary's,
// whoever asks: a few customers have no roll rates of their own. With a segment it is the
// part that falls to its customers.
func (s *Service) ExpectedLoss(ctx context.Context, segment *uuid.UUID) (l LossReport, err error) {
	a, err := s.about(ctx, access.OverviewRead)
	if err != nil {
		return l, err
	}
	ends := monthEnds(a.today)
	l.Today, l.First, l.Last = a.today, ends[0], ends[len(ends)-1]
	var moves []Moves
	var owed []Owed
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if l.Rule, err = s.Repo.Rule(ctx); err != nil {
			return err
		}
		if l.Cut, err = customer.CutTo(ctx, s.segments, segment, a.today, a.onlyOf); err != nil {
			return err
		}
		if moves, l.Unknown, err = s.Reader.Moves(ctx, a.today, ends); err != nil {
			return err
		}
		owed, err = s.Reader.Owed(ctx, a.today, a.onlyOf)
		return err
	})
	l.ExpectedLoss = Expect(l.Rule.Rates(Rolls(moves)), owed)
	if l.Cut.Segment != nil {
		l.ExpectedLoss = l.Of(l.Cut.Holds())
	}
	return l, err
}

// CashReport is the forecast.
type CashReport struct {
	CashIn
	Cut   customer.Cut
	Today calendar.Date
	Step  Step
	All   Lateness // of all customers together
	Known bool     // whether All is known
}

// lookBack is how far payments count as a habit, in months.
const lookBack = 12

// CashIn forecasts what the caller may see; with a segment, its customers. The habit of
// all customers stays that of all.
func (s *Service) CashIn(ctx context.Context, step Step, segment *uuid.UUID) (f CashReport, err error) {
	a, err := s.about(ctx, access.OverviewRead)
	if err != nil {
		return f, err
	}
	if step == "" {
		step = Weeks
	}
	var c fault.Checks
	c.Require(slices.Contains(Steps, step), "step", "UNKNOWN", "week or month")
	if err := c.Err(); err != nil {
		return f, err
	}
	all, err := s.forecast(ctx, a, segment, step)
	if err != nil {
		return f, err
	}
	return all[0], nil
}

// forecast makes a forecast for each step from one reading of the books.
func (s *Service) forecast(ctx context.Context, a about, segment *uuid.UUID, steps ...Step) ([]CashReport, error) {
	var cut customer.Cut
	var debtors []Debtor
	var settled []Settled
	var paid []Paid
	err := s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		if cut, err = customer.CutTo(ctx, s.segments, segment, a.today, a.onlyOf); err != nil {
			return err
		}
		if debtors, err = s.Reader.Debtors(ctx, a.today, a.onlyOf); err != nil {
			return err
		}
		holds := cut.Holds()
		debtors = slices.DeleteFunc(debtors, func(d Debtor) bool { return !holds(d.CustomerID) })
		settled, paid, err = s.Reader.Habits(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	late := Late(settled, paid, a.today.AddMonths(-lookBack))
	everyone, known := late[uuid.Nil]
	for i := range debtors {
		d := &debtors[i]
		if d.Late, d.Own = late[d.CustomerID]; !d.Own {
			d.Late = everyone
		}
	}
	var out []CashReport
	for _, step := range steps {
		out = append(out, CashReport{CashIn: Forecast(step, a.today, debtors), Cut: cut, Today: a.today, Step: step, All: everyone, Known: known})
	}
	return out, nil
}
