package letter

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/document"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Printer puts a letter on paper, as PDF.
type Printer interface {
	Print(ctx context.Context, l Letter) ([]byte, error)
}

// Documents takes the finished file (biz/document).
type Documents interface {
	Upload(ctx context.Context, in document.UploadInput) (document.Document, error)
}

// Config wires the service.
type Config struct {
	Tx        uow.Tenant
	Repo      Repository
	Customers customer.Finder
	Printer   Printer
	Documents Documents
	Events    event.Publisher
	Audit     audit.Recorder
	Clock     calendar.Clock
}

// Service writes letters.
type Service struct{ Config }

// New wires the service.
func New(c Config) *Service { return &Service{c} }

// IssueInput asks for a letter. Without Lines it is about all that is past due on
// the date; the late fees of lines are asked for besides.
type IssueInput struct {
	Kind       Kind
	CustomerID uuid.UUID
	ProjectID  *uuid.UUID
	On         calendar.Date
	Lines      []Line
}

// Issue writes a letter and gives it its number, in the caller's transaction. Its PDF
// follows by itself.
func (s *Service) Issue(ctx context.Context, in IssueInput) (Letter, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return Letter{}, err
	}
	to, err := s.Repo.Addressee(ctx, in.CustomerID, in.ProjectID, in.On)
	if err != nil {
		return Letter{}, err
	}
	if in.Lines != nil {
		to.Lines = in.Lines
	}
	text, err := s.template(ctx, in.Kind)
	if err != nil {
		return Letter{}, err
	}
	l := Letter{ID: uuid.Must(uuid.NewV7()), Year: in.On.Time().Year(), Kind: in.Kind, CustomerID: in.CustomerID, ProjectID: in.ProjectID,
		Lines: to.Lines, On: in.On, CreatedAt: s.Clock.Now()}
	if l.Serial, err = s.Repo.NextSerial(ctx, l.Year); err != nil {
		return Letter{}, err
	}
	values := s.values(t, to, l)
	for _, x := range to.Lines {
		l.Amount += x.Open
	}
	l.Amount = max(0, l.Amount) + l.LateFee()
	l.Subject, l.Body = merge(text.Subject, values), merge(text.Body, values)
	if err := s.Repo.Insert(ctx, l); err != nil {
		return Letter{}, err
	}
	if err := s.Events.Publish(ctx, event.Event{Topic: TopicIssued, Payload: Issued{LetterID: l.ID}}); err != nil {
		return Letter{}, err
	}
	return l, s.Audit.Record(ctx, audit.Entry{Action: "letter.issued", ObjectType: "letter", ObjectID: l.ID.String(),
		After: map[string]any{"number": l.Number(), "kind": l.Kind, "customer_id": l.CustomerID, "amount": strconv.FormatInt(int64(l.Amount), 10)}})
}

func (s *Service) values(t tenant.Tenant, to Addressee, l Letter) map[string]string {
	var sum money.Amount
	days, count, oldest := 0, 0, calendar.Date(0)
	for _, x := range to.Lines {
		sum += x.Open
		if x.Open > 0 && x.Days > 0 {
			count++
			if days < x.Days {
				days, oldest = x.Days, x.DueDate
			}
		}
	}
	return map[string]string{"company": t.Name, "customer_name": to.Name, "customer_number": to.Number, "uscc": to.USCC, "project_name": to.Project,
		"letter_number": l.Number(), "date": l.On.String(), "overdue_amount": max(0, sum).In(t.Currency), "overdue_days": strconv.Itoa(days),
		"oldest_due_date": oldest.String(), "item_count": strconv.Itoa(count), "late_fee": l.LateFee().In(t.Currency)}
}

func (s *Service) template(ctx context.Context, k Kind) (Template, error) {
	own, err := s.Repo.Template(ctx, k)
	if err != nil || own == nil {
		return Preset(k), err
	}
	return *own, nil
}

// Handle makes and stores the PDF of a letter that was issued. Seen twice, it finds
// the document there.
func (s *Service) Handle(ctx context.Context, d event.Delivered) error {
	var i Issued
	if err := json.Unmarshal(d.Payload, &i); err != nil {
		return fmt.Errorf("letter: payload of %s: %w", d.ID, err)
	}
	var l Letter
	err := s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		l, err = s.Repo.Get(ctx, i.LetterID)
		return err
	})
	if err != nil || l.DocumentID != nil {
		return err
	}
	file, err := s.Printer.Print(ctx, l)
	if err != nil {
		return err
	}
	doc, err := s.Documents.Upload(ctx, document.UploadInput{CustomerID: &l.CustomerID, Kind: document.KindLetter, FileName: fmt.Sprintf("%s %s.pdf", l.Subject, l.Number()),
		Declared: "application/pdf", Size: int64(len(file)), Body: bytes.NewReader(file)})
	if err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error { return s.Repo.SetDocument(ctx, l.ID, doc.ID) })
}

// List gives a customer's letters, newest first.
func (s *Service) List(ctx context.Context, customerID uuid.UUID) (out []Letter, err error) {
	actor, err := access.Require(ctx, access.LimitRead)
	if err != nil {
		return nil, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Customers.Brief(ctx, customerID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		out, err = s.Repo.List(ctx, customerID)
		return err
	})
	return out, err
}

// Templates gives the texts of all kinds.
func (s *Service) Templates(ctx context.Context) (out []Template, err error) {
	if _, err := access.Require(ctx, access.PolicyRead); err != nil {
		return nil, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		out = nil
		for _, k := range Kinds {
			t, err := s.template(ctx, k)
			if err != nil {
				return err
			}
			out = append(out, t)
		}
		return nil
	})
	return out, err
}

// SetTemplate stores the tenant's own text; Version is the one that was seen.
func (s *Service) SetTemplate(ctx context.Context, t Template) (out Template, err error) {
	actor, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return out, err
	}
	if err := t.Validate(); err != nil {
		return out, err
	}
	var by *uuid.UUID
	if p := customer.ByActor(actor); p != nil {
		by = &p.ID
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		old, err := s.template(ctx, t.Kind)
		if err != nil {
			return err
		}
		if out, err = s.Repo.SetTemplate(ctx, t, by, s.Clock.Now()); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "letter_template.changed", ObjectType: "letter_template", ObjectID: string(t.Kind),
			Before: map[string]any{"subject": old.Subject, "body": old.Body}, After: map[string]any{"subject": t.Subject, "body": t.Body}})
	})
	return out, err
}
