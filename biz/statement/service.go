package statement

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/collection"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Repository keeps statements; its methods run inside a unit of work.
type Repository interface {
	List(ctx context.Context, q Query) (Page, error)
	Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Statement, error)
	// Lock holds the customer's credit account and the statement.
	Lock(ctx context.Context, customerID, id uuid.UUID) error
	// Some gives those of the ids, by number.
	Some(ctx context.Context, ids []uuid.UUID) ([]Statement, error)
	Tickets(ctx context.Context, id uuid.UUID, limit int) ([]Ticket, error)
	// History is what was done with one, the newest first.
	History(ctx context.Context, id uuid.UUID) ([]Step, error)
	Invoices(ctx context.Context, s Statement) ([]Invoice, error)
	Periods(ctx context.Context, customerID uuid.UUID) ([]Period, error)
	// Day gives the last day of the customer's own statement months; nil without one.
	Day(ctx context.Context, customerID uuid.UUID) (*int, error)
	SetDay(ctx context.Context, customerID uuid.UUID, day *int, at time.Time) error
	Evidence(ctx context.Context, customerID, documentID uuid.UUID) error

	// Preview shows what Make would do, without doing it.
	Preview(ctx context.Context, m Making) (Drafts, error)
	// Make puts free tickets on statements, new or open, and brings the sums of open
	// ones up to date. It gives the ids of those that are new or got tickets.
	Make(ctx context.Context, m Making) ([]uuid.UUID, error)
	// Sum brings the sums of open statements in line with their tickets.
	Sum(ctx context.Context, at time.Time) (int64, error)
	// Save stores state, evidence, deadline, obstacle, submission and review.
	Save(ctx context.Context, s Statement, at time.Time) error
	// Reconcile marks the tickets; Free takes them off.
	Reconcile(ctx context.Context, id uuid.UUID, at time.Time) error
	Free(ctx context.Context, id uuid.UUID, at time.Time) error
	// Link sets which receivables came of the statement; ErrInvoice, ErrInvoicedToo.
	Link(ctx context.Context, s Statement, receivables []uuid.UUID, at time.Time) error

	// Remind and Escalate mark what is due on the date and give the ids.
	Remind(ctx context.Context, on calendar.Date, days int, at time.Time) ([]uuid.UUID, error)
	Escalate(ctx context.Context, on calendar.Date, at time.Time) ([]uuid.UUID, error)
}

// Settings gives the subsidiary's parameters (data/tenantrepo/collection).
type Settings interface {
	Settings(ctx context.Context) (collection.Settings, error)
}

// Customers looks a customer up (biz/customer).
type Customers interface {
	Brief(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (customer.Brief, error)
}

// Terms works due dates out again where a statement counts in them (biz/contract).
type Terms interface {
	OfCustomers(ctx context.Context, customerIDs ...uuid.UUID) error
}

// Config is what the service works with.
type Config struct {
	Tx        uow.Tenant
	Repo      Repository
	Settings  Settings
	Customers Customers
	Terms     Terms
	Accounts  exposure.Accounts
	Printer   Printer
	Touched   func(ctx context.Context, n int64) // counts for the daily run
	Audit     audit.Recorder
	Events    event.Publisher
	Clock     calendar.Clock
}

// Service is statements of account.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// ListInput asks for a page.
type ListInput struct {
	View       string
	CustomerID uuid.UUID
	Evidence   string // empty is any
	Month      string // yyyy-MM that the period ends in; empty is any
	Text       string
	Page, Size int32
}

// List gives a page of statements.
func (s *Service) List(ctx context.Context, in ListInput) (p Page, today calendar.Date, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return p, 0, err
	}
	if today, err = tenant.Today(ctx, s.Clock); err != nil {
		return p, 0, err
	}
	var c fault.Checks
	q := Query{View: in.View, CustomerID: in.CustomerID, Evidence: in.Evidence, Text: strings.TrimSpace(in.Text), OnlyOf: customer.OnlyOf(actor), Today: today, Window: paging.Of(&c, in.Page, in.Size)}
	if q.View == "" {
		q.View = Views[0]
	}
	c.Require(slices.Contains(Views, q.View), "view", "UNKNOWN", "one of "+strings.Join(Views, ", "))
	c.Require(q.Evidence == "" || slices.Contains([]Evidence{Unsigned, Signed, Sealed}, Evidence(q.Evidence)), "evidence", "UNKNOWN", "unsigned, signed or sealed")
	q.Month = month(&c, "month", in.Month)
	c.Require(utf8.RuneCountInString(q.Text) <= 200, "q", "TOO_LONG", "at most 200 characters")
	if err := c.Err(); err != nil {
		return p, 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		p, err = s.Repo.List(ctx, q)
		return err
	})
	return p, today, err
}

// Get gives one with its tickets and invoices.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (d Detail, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return d, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		d, err = s.detail(ctx, id, customer.OnlyOf(actor))
		return err
	})
	return d, err
}

func (s *Service) detail(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (d Detail, err error) {
	if d.Today, err = tenant.Today(ctx, s.Clock); err != nil {
		return d, err
	}
	if d.Statement, err = s.Repo.Get(ctx, id, onlyOf); err != nil {
		return d, err
	}
	if d.Lines, err = s.Repo.Tickets(ctx, id, MostLines); err != nil {
		return d, err
	}
	if d.History, err = s.Repo.History(ctx, id); err != nil {
		return d, err
	}
	d.Invoices, err = s.Repo.Invoices(ctx, d.Statement)
	return d, err
}

// Periods gives the months in which a customer was delivered to, newest first.
func (s *Service) Periods(ctx context.Context, customerID uuid.UUID) (ps Periods, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return ps, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Customers.Brief(ctx, customerID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		settings, err := s.Settings.Settings(ctx)
		if err != nil {
			return err
		}
		ps.Default = settings.StatementDay
		if ps.Day, err = s.Repo.Day(ctx, customerID); err != nil {
			return err
		}
		ps.List, err = s.Repo.Periods(ctx, customerID)
		return err
	})
	return ps, err
}

// SetDay sets the last day of a customer's statement months, 1 to 28, 0 for the
// month's last, or, with nil, the subsidiary's. Statements that there are stay.
func (s *Service) SetDay(ctx context.Context, customerID uuid.UUID, day *int) (Periods, error) {
	actor, err := access.Require(ctx, access.StatementWrite)
	if err != nil {
		return Periods{}, err
	}
	var c fault.Checks
	c.Require(day == nil || *day >= 0 && *day <= 28, "statement_day", "OUT_OF_RANGE", "1 to 28, or 0 for the last day of the month")
	if err := c.Err(); err != nil {
		return Periods{}, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Customers.Brief(ctx, customerID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		if err := s.Repo.SetDay(ctx, customerID, day, s.Clock.Now()); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "statement.day_set", ObjectType: "customer", ObjectID: customerID.String(), After: map[string]any{"statement_day": day}})
	})
	if err != nil {
		return Periods{}, err
	}
	return s.Periods(ctx, customerID)
}

// longestPeriod is in days: a statement covers a year at most.
const longestPeriod = 366

// Make makes the statements of a customer's period, one per contract, from the
// tickets that are on none yet. Faults: INVALID_INPUT, CUSTOMER_NOT_FOUND,
// STATEMENT_NOTHING_DELIVERED.
func (s *Service) Make(ctx context.Context, customerID uuid.UUID, from, to string) (made []Statement, err error) {
	m, err := s.making(ctx, customerID, from, to)
	if err != nil {
		return nil, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Customers.Brief(ctx, customerID, m.OnlyOf); err != nil {
			return err
		}
		if made, err = s.make(ctx, m); err != nil {
			return err
		}
		for _, x := range made {
			if err := s.record(ctx, "statement.made", x.ID, map[string]any{"number": x.Number, "amount": x.Amount, "volume": x.Volume}); err != nil {
				return err
			}
		}
		return nil
	})
	return made, err
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

func (s *Service) record(ctx context.Context, action string, id uuid.UUID, after any) error {
	return s.Audit.Record(ctx, audit.Entry{Action: action, ObjectType: "statement", ObjectID: id.String(), After: after})
}

// Daily makes the statements of the months that are over, reminds and escalates,
// for the business date. A second call for the same date changes nothing more.
func (s *Service) Daily(ctx context.Context, on calendar.Date) error {
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		settings, err := s.Settings.Settings(ctx)
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		made, err := s.Repo.Make(ctx, Making{To: on.AddDays(-1), On: on, Days: settings.StatementDays, Day: settings.StatementDay, At: now})
		if err != nil {
			return err
		}
		late, err := s.Repo.Escalate(ctx, on, now)
		if err != nil {
			return err
		}
		soon, err := s.Repo.Remind(ctx, on, settings.StatementReminderDays, now)
		if err != nil || len(made)+len(late)+len(soon) == 0 {
			return err
		}
		if err := s.tell(ctx, TopicOverdue, late); err != nil {
			return err
		}
		if err := s.tell(ctx, TopicReminder, soon); err != nil {
			return err
		}
		s.Touched(ctx, int64(len(made)+len(late)+len(soon)))
		return s.Audit.Record(ctx, audit.Entry{Action: "statement.daily", ObjectType: "statement", ObjectID: on.String(),
			After: map[string]any{"made": len(made), "reminded": len(soon), "escalated": len(late)}})
	})
}

// told bounds the payload of one event.
const told = 500

func (s *Service) tell(ctx context.Context, t event.Topic, ids []uuid.UUID) error {
	for part := range slices.Chunk(ids, told) {
		if err := s.Events.Publish(ctx, event.Event{Topic: t, Payload: Waiting{StatementIDs: part}}); err != nil {
			return err
		}
	}
	return nil
}
