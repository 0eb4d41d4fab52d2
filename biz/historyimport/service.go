package historyimport

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/document"
	"zhuxin/biz/feed"
	"zhuxin/biz/receivable"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Config is what Service works with. Feed and Imports are what takes records in; their
// accounts are brought up to date once, at the end.
type Config struct {
	Tx      uow.Tenant
	Repo    Repository
	Feed    feed.Config
	Imports receivable.ImportsConfig
	Printer Printer
	Papers  Papers
	Events  event.Publisher
	Audit   audit.Recorder
	Clock   calendar.Clock
}

// Papers keeps the protocol (biz/document).
type Papers interface {
	Upload(ctx context.Context, in document.UploadInput) (document.Document, error)
	Open(ctx context.Context, id uuid.UUID) (document.Document, io.ReadCloser, error)
}

// Service imports history.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

func (s *Service) now() time.Time { return s.Clock.Now().UTC() }

func (s *Service) mark(p party.Person) Mark { return Mark{p, s.now()} }

// person is who acts; nobody but a person who is logged in prepares or signs.
func person(ctx context.Context, p access.Permission) (party.Person, access.Actor, error) {
	a, err := access.Require(ctx, p)
	if err != nil {
		return party.Person{}, a, err
	}
	who := customer.ByActor(a)
	if who == nil {
		return party.Person{}, a, ErrPeopleOnly
	}
	return *who, a, nil
}

// Facts are what the uploader enters.
type Facts struct {
	AsOf            calendar.Date
	Note            string
	LimitationYears int // 0 is 3
	Controls        []Control
}

func (f *Facts) check(today calendar.Date, own money.Currency) error {
	if f.LimitationYears == 0 {
		f.LimitationYears = presetLimitation
	}
	f.Note = strings.TrimSpace(f.Note)
	var c fault.Checks
	c.Require(!f.AsOf.IsZero(), "as_of", "REQUIRED", "say with which day the old books close")
	c.Require(f.AsOf <= today, "as_of", "IN_FUTURE", "the old books close today or earlier")
	c.Require(f.AsOf.IsZero() || f.AsOf >= calendar.NewDate(2000, 1, 1), "as_of", "OUT_OF_RANGE", "not before 2000")
	c.Require(plain(f.Note), "note", "TOO_LONG", fmt.Sprintf("at most %d characters, no control characters", maxText))
	c.Require(f.LimitationYears >= 1 && f.LimitationYears <= 20, "limitation_years", "OUT_OF_RANGE", "1 to 20 years")
	seen := map[Kind]bool{}
	for n, x := range f.Controls {
		at := fmt.Sprintf("controls[%d]", n)
		c.Require(x.Kind.Known() && !seen[x.Kind], at+".kind", "UNKNOWN", fmt.Sprintf("each of %v once", Kinds))
		seen[x.Kind] = true
		c.Require(x.Rows >= 0 && x.Rows <= receivable.MaxRows, at+".rows", "OUT_OF_RANGE", "the number of rows by the old books")
		c.Require(len(x.Sums) == 0 || x.Kind.counted(), at+".sums", "UNKNOWN", "only receivables and receipts have a sum")
		if x.Kind.counted() {
			_, ok := x.Sums[own]
			c.Require(ok, at+".sums", "REQUIRED", "give the sum by the old books in "+string(own))
		}
		for currency := range x.Sums {
			c.Require(currency.Valid(), at+".sums", "BAD_FORM", "a currency has three letters, such as CNY")
		}
	}
	return c.Err()
}

func plain(s string) bool {
	return utf8.RuneCountInString(s) <= maxText && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' })
}

// checked gives the facts once they hold.
func (s *Service) checked(ctx context.Context, f Facts) (Facts, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return f, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return f, err
	}
	return f, f.check(today, t.Currency)
}

// Create begins an import. Faults: INVALID_INPUT.
func (s *Service) Create(ctx context.Context, f Facts) (Import, error) {
	who, _, err := person(ctx, access.HistoryImport)
	if err != nil {
		return Import{}, err
	}
	if f, err = s.checked(ctx, f); err != nil {
		return Import{}, err
	}
	m := s.mark(who)
	i := Import{ID: uuid.Must(uuid.NewV7()), AsOf: f.AsOf, Note: f.Note, LimitationYears: f.LimitationYears, Status: StatusDraft, Version: 1,
		Controls: f.Controls, Authors: []uuid.UUID{who.ID}, Created: m, UpdatedAt: m.At}
	return i, s.Tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.Repo.Insert(ctx, i); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "history_import.created", ObjectType: "history_import", ObjectID: i.ID.String(), After: factsOf(i)})
	})
}

func factsOf(i Import) map[string]any {
	return map[string]any{"as_of": i.AsOf, "note": i.Note, "limitation_years": i.LimitationYears, "controls": i.Controls}
}

// Get gives an import, or ErrNotFound.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (i Import, err error) {
	if _, err := access.Require(ctx, access.HistoryImport); err != nil {
		return Import{}, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		i, err = s.Repo.Get(ctx, id)
		return err
	})
	return i, err
}

// List gives a page of imports, newest first, and how many there are.
func (s *Service) List(ctx context.Context, page, size int32) (list []Import, total int64, err error) {
	if _, err := access.Require(ctx, access.HistoryImport); err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	w := paging.Of(&c, page, size)
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		list, total, err = s.Repo.List(ctx, w)
		return err
	})
	return list, total, err
}

// do lets a person do an act with an import, if he may, and writes it down. version is
// the one he saw; 0 takes any.
func (s *Service) do(ctx context.Context, id uuid.UUID, version int64, act Act, fn func(i *Import, who party.Person) (before, after any, topic event.Topic, err error)) (i Import, err error) {
	who, actor, err := person(ctx, act.Needs())
	if err != nil {
		return Import{}, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if i, err = s.Repo.Hold(ctx, id); err != nil {
			return err
		}
		if err := i.May(act, actor); err != nil {
			return err
		}
		if version != 0 && version != i.Version {
			return ErrVersion
		}
		before, after, topic, err := fn(&i, who)
		if err != nil {
			return err
		}
		i.UpdatedAt = s.now()
		if err := s.Repo.Save(ctx, i); err != nil {
			return err
		}
		i.Version++
		if topic != "" {
			if err := s.Events.Publish(ctx, event.Event{Topic: topic, Payload: Requested{i.ID}}); err != nil {
				return err
			}
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "history_import." + done[act], ObjectType: "history_import", ObjectID: i.ID.String(), Before: before, After: after})
	})
	return i, err
}

// done names what was done, for the audit.
var done = map[Act]string{ActEdit: "edited", ActCheck: "check_requested", ActExplain: "explained", ActSubmit: "submitted", ActWithdraw: "withdrawn",
	ActSign: "signed", ActReturn: "returned", ActDiscard: "discarded"}

// Update changes what was entered; the check is taken back. Faults: INVALID_INPUT,
// STATE_CONFLICT, VERSION_CONFLICT.
func (s *Service) Update(ctx context.Context, id uuid.UUID, version int64, f Facts) (Import, error) {
	if _, _, err := person(ctx, access.HistoryImport); err != nil {
		return Import{}, err
	}
	f, err := s.checked(ctx, f)
	if err != nil {
		return Import{}, err
	}
	return s.do(ctx, id, version, ActEdit, func(i *Import, who party.Person) (before, after any, _ event.Topic, err error) {
		before = factsOf(*i)
		i.AsOf, i.Note, i.LimitationYears, i.Controls = f.AsOf, f.Note, f.LimitationYears, f.Controls
		i.edited()
		i.author(who)
		return before, factsOf(*i), "", nil
	})
}
