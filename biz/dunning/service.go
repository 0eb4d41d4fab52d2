package dunning

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/notify"
	"zhuxin/biz/todo"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Repository keeps rules and letters, on the transaction of the context.
type Repository interface {
	Rule(ctx context.Context) (Rule, error)
	// SaveRule adds the version after r's; another one meanwhile is notify.ErrChanged.
	SaveRule(ctx context.Context, r Rule, by uuid.UUID) error
	// Accounts gives up to limit customers after the given id, by id, that have an
	// item due up to the date, with all their items; with only, of his customers.
	Accounts(ctx context.Context, on, upTo calendar.Date, c money.Currency, after uuid.UUID, only *uuid.UUID, limit int) ([]Account, error)
	// Insert keeps a letter and its marks; false when it is there already.
	Insert(ctx context.Context, l Letter, rule int64) (bool, error)
	// Letters gives a page of what was written, the newest first, without items.
	Letters(ctx context.Context, q LetterQuery) ([]Record, int64, error)
	// Letter gives one with its items and deliveries; ErrNotFound.
	Letter(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, today calendar.Date) (Record, error)
}

// Mailman sends letters and tells salespeople.
type Mailman interface {
	Write(ctx context.Context, l notify.Letter, channels []notify.ChannelKind) (int, error)
	// ToCustomers gives the channels that the tenant has for letters.
	ToCustomers(ctx context.Context) ([]notify.ChannelKind, error)
	// RestDays says on which days nobody works.
	RestDays(ctx context.Context) (func(calendar.Date) bool, error)
	Tell(ctx context.Context, n notify.News) error
}

// Config is what Service works with.
type Config struct {
	Tx      uow.Tenant
	Repo    Repository
	Mail    Mailman
	Printer Printer
	Fees    Fees
	Bills   Bills
	// Customers looks a customer up for him who makes a bill by hand.
	Customers customer.Finder
	Audit     audit.Recorder
	Clock     calendar.Clock
}

// Service writes to customers.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// batch is how many customers one transaction of the daily step looks at.
const batch = 200

// Daily writes the letters of a business date. It can be run again: what was
// written stays, what is missing is written. A date that is made up for after an outage
// gets none: today's letter tells the level that an item has come to, and nobody wants
// three letters at once, two of them about days that are over.
func (s *Service) Daily(ctx context.Context, on calendar.Date) error {
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil || on < today {
		return err
	}
	for after, more := uuid.Nil, true; more; {
		err := s.Tx.InTx(ctx, func(ctx context.Context) error {
			rule, err := s.Repo.Rule(ctx)
			if err != nil || !rule.Enabled {
				more = false
				return err
			}
			rest, err := s.Mail.RestDays(ctx)
			if err != nil {
				return err
			}
			last, n, err := s.each(ctx, rule, on, rest, after, nil, func(l Letter, why Why) error {
				if why != Written {
					return nil
				}
				return s.write(ctx, rule, l)
			})
			after, more = last, n == batch
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// each composes the next customers' letters.
func (s *Service) each(ctx context.Context, r Rule, on calendar.Date, rest Rest, after uuid.UUID, only *uuid.UUID, do func(Letter, Why) error) (uuid.UUID, int, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return after, 0, err
	}
	accounts, err := s.Repo.Accounts(ctx, on, on.AddDays(r.ahead(on, rest)-r.Levels[0].Days), t.Currency, after, only, batch)
	if err != nil {
		return after, 0, err
	}
	for _, a := range accounts {
		after = a.Customer
		if err := do(r.Compose(a, on, t.Currency, rest)); err != nil {
			return after, 0, err
		}
	}
	return after, len(accounts), nil
}

func (s *Service) write(ctx context.Context, r Rule, l Letter) error {
	l.ID = uuid.Must(uuid.NewV7())
	for i, m := range l.Marks {
		x, _ := r.reached(l.On.DaysSince(m.DueDate), l.Ahead)
		l.Marks[i].Written = &x.Days
	}
	if err := s.charge(ctx, &l); err != nil {
		return err
	}
	fresh, err := s.Repo.Insert(ctx, l, r.Version)
	if err != nil || !fresh {
		return err
	}
	message := l.message()
	if l.Level.Bill {
		bill, err := s.issue(ctx, l.Account.Customer, l.On)
		if err != nil && !errors.Is(err, ErrNoBill) {
			return err
		}
		message = bill.with(message)
	}
	if _, err := s.Mail.Write(ctx, message, l.Reach()); err != nil {
		return err
	}
	if !l.Level.Salesperson || l.Account.Salesperson == nil {
		return nil
	}
	return s.Mail.Tell(ctx, notify.News{Key: l.key(), Kind: notify.KindDunning, Items: []notify.Item{{Subject: l.ID, People: []uuid.UUID{*l.Account.Salesperson},
		Parts: map[string]string{"customer": l.Account.Name, "level": strconv.Itoa(l.Level.Days), "net": l.Net().String()},
		Line:  fmt.Sprintf("%s：%s，%s 元", l.Account.Name, l.Level.Title, l.Net()),
		Link:  todo.Link{Route: "customer", Params: map[string]string{"id": l.Account.Customer.String()}}}}})
}

// Rule gives the rule in force.
func (s *Service) Rule(ctx context.Context) (r Rule, err error) {
	if _, err := access.Require(ctx, access.PolicyRead); err != nil {
		return r, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		r, err = s.Repo.Rule(ctx)
		return err
	})
	return r, err
}

// SaveRule puts a new version in force.
func (s *Service) SaveRule(ctx context.Context, r Rule) error {
	actor, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return err
	}
	r.PaymentText = strings.TrimSpace(r.PaymentText)
	if err := r.Validate(); err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.Repo.SaveRule(ctx, r, actor.ID); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "dunning_rule.saved", ObjectType: "dunning_rule", ObjectID: strconv.FormatInt(r.Version+1, 10),
			After: map[string]any{"enabled": r.Enabled, "minimum": r.Minimum, "levels": r.Levels, "payment_text": r.PaymentText, "before_rest_days": r.BeforeRestDays}})
	})
}
