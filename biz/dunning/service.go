package dunning

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

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
}

// Mailman sends letters and tells salespeople.
type Mailman interface {
	Write(ctx context.Context, l notify.Letter, channels []notify.ChannelKind) (int, error)
	Tell(ctx context.Context, n notify.News) error
}

// Config is what Service works with.
type Config struct {
	Tx    uow.Tenant
	Repo  Repository
	Mail  Mailman
	Audit audit.Recorder
	Clock calendar.Clock
}

// Service writes to customers.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// batch is how many customers one transaction of the daily step looks at.
const batch = 200

// Daily writes the letters of a business date. It can be run again: what was
// written stays, what is missing is written.
func (s *Service) Daily(ctx context.Context, on calendar.Date) error {
	for after, more := uuid.Nil, true; more; {
		err := s.Tx.InTx(ctx, func(ctx context.Context) error {
			rule, err := s.Repo.Rule(ctx)
			if err != nil || !rule.Enabled {
				more = false
				return err
			}
			last, n, err := s.each(ctx, rule, on, after, nil, func(l Letter, why Why) error {
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
func (s *Service) each(ctx context.Context, r Rule, on calendar.Date, after uuid.UUID, only *uuid.UUID, do func(Letter, Why) error) (uuid.UUID, int, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return after, 0, err
	}
	accounts, err := s.Repo.Accounts(ctx, on, on.AddDays(-r.Levels[0].Days), t.Currency, after, only, batch)
	if err != nil {
		return after, 0, err
	}
	for _, a := range accounts {
		after = a.Customer
		if err := do(r.Compose(a, on, t.Currency)); err != nil {
			return after, 0, err
		}
	}
	return after, len(accounts), nil
}

func (s *Service) write(ctx context.Context, r Rule, l Letter) error {
	l.ID = uuid.Must(uuid.NewV7())
	for i, m := range l.Marks {
		x, _ := r.reached(l.On.DaysSince(m.DueDate))
		l.Marks[i].Written = &x.Days
	}
	fresh, err := s.Repo.Insert(ctx, l, r.Version)
	if err != nil || !fresh {
		return err
	}
	key := "dunning:" + l.ID.String()
	if _, err := s.Mail.Write(ctx, notify.Letter{Key: key, Customer: l.Account.Customer, Title: l.Level.Title, Text: l.Text(), Template: l.Template(),
		Params: l.Params()}, l.Level.Channels); err != nil {
		return err
	}
	if !l.Level.Salesperson || l.Account.Salesperson == nil {
		return nil
	}
	return s.Mail.Tell(ctx, notify.News{Key: key, Kind: notify.KindDunning, Items: []notify.Item{{Subject: l.ID, People: []uuid.UUID{*l.Account.Salesperson},
		Parts: map[string]string{"customer": l.Account.Name, "level": strconv.Itoa(l.Level.Days), "net": l.Net().String()},
		Line:  fmt.Sprintf("%s：%s，%s 元", l.Account.Name, l.Level.Title, l.Net()),
		Link:  todo.Link{Route: "customer", Params: map[string]string{"id": l.Account.Customer.String()}}}}})
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

// Text is the letter in full: every item, what is disputed, what stands to the
// customer's credit, and what is left to pay.
func (l Letter) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s：\n截至 %s，贵司账款如下（%s，元）：\n", l.Account.Name, l.On, l.Currency)
	for _, d := range l.Items {
		note := ""
		switch days := l.On.DaysSince(d.DueDate); {
		case d.Open < 0:
			note = "贷项"
		case d.Disputed:
			note = "有争议，暂不催收"
		case days > 0:
			note = fmt.Sprintf("逾期 %d 天", days)
		default:
			note = fmt.Sprintf("%d 天后到期", -days)
		}
		fmt.Fprintf(&b, "%s　到期日 %s　%s　%s\n", d.DocumentNo, d.DueDate, d.Open, note)
	}
	fmt.Fprintf(&b, "逾期 %s，即将到期 %s，贷项 %s", l.Overdue, l.Upcoming, l.Credits)
	if l.Disputed != 0 {
		fmt.Fprintf(&b, "，争议 %s（未计入）", l.Disputed)
	}
	fmt.Fprintf(&b, "；应付合计 %s。\n%s", l.Net(), l.Level.Closing)
	return b.String()
}

// Outcome is one customer of a simulation.
type Outcome struct {
	Letter Letter
	Why    Why
}

// mostShown bounds a simulation.
const mostShown = 1000

// Simulate shows who would get what on a date by a rule that need not be in force;
// nothing is written or sent. More says that there are customers beyond.
func (s *Service) Simulate(ctx context.Context, r Rule, on calendar.Date) (out []Outcome, more bool, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return nil, false, err
	}
	if err := r.Validate(); err != nil {
		return nil, false, err
	}
	var only *uuid.UUID
	if actor.OwnCustomersOnly() {
		only = &actor.ID
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		out = nil
		for after, n := uuid.Nil, batch; n == batch && len(out) < mostShown; {
			after, n, err = s.each(ctx, r, on, after, only, func(l Letter, w Why) error {
				if w != Nothing {
					out = append(out, Outcome{l, w})
				}
				return nil
			})
			if err != nil {
				return err
			}
			more = n == batch && len(out) >= mostShown
		}
		return nil
	})
	return out, more, err
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
	if err := r.Validate(); err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.Repo.SaveRule(ctx, r, actor.ID); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "dunning_rule.saved", ObjectType: "dunning_rule", ObjectID: strconv.FormatInt(r.Version+1, 10),
			After: map[string]any{"enabled": r.Enabled, "minimum": r.Minimum, "levels": r.Levels}})
	})
}
