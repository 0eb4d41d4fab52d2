package statement

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Draft is what Make would put on one statement: free tickets of a customer and
// contract in a period.
type Draft struct {
	CustomerID     uuid.UUID
	CustomerNumber string
	CustomerName   string
	ContractNo     string
	Tickets        int
	Joining        int // of them, those that join a statement that is open already
	Volume         int64
	Amount         money.Amount
}

// Drafts are the first MostLines of them, the largest first; the totals are of all.
type Drafts struct {
	Rows    []Draft
	Total   int64
	Tickets int64
	Volume  int64
	Amount  money.Amount
}

// Preview shows what Make and MakeAll would put on statements; a zero customer is
// all that the caller may see. Faults: INVALID_INPUT, CUSTOMER_NOT_FOUND.
func (s *Service) Preview(ctx context.Context, customerID uuid.UUID, from, to string) (d Drafts, err error) {
	m, err := s.making(ctx, customerID, from, to)
	if err != nil {
		return d, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if customerID != uuid.Nil {
			if _, err := s.Customers.Brief(ctx, customerID, m.OnlyOf); err != nil {
				return err
			}
		}
		d, err = s.Repo.Preview(ctx, m)
		return err
	})
	return d, err
}

// Made counts what MakeAll made.
type Made struct {
	Count  int
	Amount money.Amount
}

// MakeAll makes the statements of a period for every customer that the caller may
// see. Faults: INVALID_INPUT, STATEMENT_NOTHING_DELIVERED.
func (s *Service) MakeAll(ctx context.Context, from, to string) (made Made, err error) {
	m, err := s.making(ctx, uuid.Nil, from, to)
	if err != nil {
		return made, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		all, err := s.make(ctx, m)
		if err != nil {
			return err
		}
		made.Count = len(all)
		for _, x := range all {
			made.Amount += x.Amount
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "statement.made_all", ObjectType: "statement", ObjectID: from + "/" + to,
			After: map[string]any{"made": made.Count, "amount": made.Amount}})
	})
	return made, err
}

// making reads the period and who asks.
func (s *Service) making(ctx context.Context, customerID uuid.UUID, from, to string) (m Making, err error) {
	actor, err := access.Require(ctx, access.StatementWrite)
	if err != nil {
		return m, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return m, err
	}
	var c fault.Checks
	m = Making{CustomerID: customerID, OnlyOf: customer.OnlyOf(actor), On: today, At: s.Clock.Now()}
	m.To = day(&c, "period_to", to, today.AddDays(-10*longestPeriod), today)
	m.From = day(&c, "period_from", from, today.AddDays(-10*longestPeriod), today)
	c.Require(m.From.IsZero() || m.To.IsZero() || m.From <= m.To && m.To.DaysSince(m.From) < longestPeriod, "period_to", "OUT_OF_RANGE", "a period of 1 to 366 days")
	return m, c.Err()
}

// make makes what is asked and gives those that are new or got tickets.
func (s *Service) make(ctx context.Context, m Making) ([]Statement, error) {
	settings, err := s.Settings.Settings(ctx)
	if err != nil {
		return nil, err
	}
	m.Days = settings.StatementDays
	ids, err := s.Repo.Make(ctx, m)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, ErrNothing
	}
	return s.Repo.Some(ctx, ids)
}

// month reads a calendar month like 2026-05; zero for none.
func month(c *fault.Checks, field, text string) calendar.Date {
	if text == "" {
		return 0
	}
	d, err := calendar.Parse(text + "-01")
	if err != nil {
		c.Add(field, "BAD_FORM", "give a month like 2026-05")
	}
	return d
}
