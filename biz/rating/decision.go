package rating

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/document"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
)

// Decision is all that stands in the decision file of a rating: what was seen, what it
// came to, and who decided. It says nothing of what became of the rating later, so the
// file of a decision reads the same whenever it is made.
type Decision struct {
	Subsidiary     string
	CustomerNumber string
	CustomerName   string
	USCC           string
	Rating         Rating
	Previous       *Rating // in force before; nil for a first rating, and out of the reader's scope
	Course         Course
	Hash           string // of the content, SHA-256 in hex
}

// Course is the way of a submission to its decision.
type Course struct {
	SubmittedBy *party.Person
	SubmittedAt time.Time
	Approved    bool
	DecidedAt   time.Time
	Comment     string
	Acts        []CourseAct
}

// CourseAct is one thing that somebody did on the way.
type CourseAct struct {
	Step       string // name of the step, empty for the product's own
	Kind       string // approved, endorsed, rejected, transferred …
	By         *party.Person
	OnBehalfOf *party.Person
	Comment    string
	At         time.Time
}

// Courses reads how a submission was decided, inside a unit of work; ok is false for
// one that is not.
type Courses interface {
	Course(ctx context.Context, subjectID uuid.UUID) (c Course, ok bool, err error)
}

// DecisionPrinter puts a decision on paper, as PDF; the same decision gives the same
// bytes. lang is zh or en.
type DecisionPrinter interface {
	Print(ctx context.Context, d Decision, lang string) ([]byte, error)
}

// Documents takes the finished file (biz/document).
type Documents interface {
	Upload(ctx context.Context, in document.UploadInput) (document.Document, error)
}

// ErrNotDecided means that there is no decision to put on paper yet.
var ErrNotDecided = fault.Conflict("RATING_NOT_DECIDED", "this rating is not decided; its decision file comes with the decision")

// File is a finished file.
type File struct {
	Name        string
	ContentType string
	Size        int64
	Body        io.ReadCloser
}

const pdfType = "application/pdf"

// DecisionFile makes the decision file of a rating in the caller's scope. Faults:
// RATING_NOT_FOUND, RATING_NOT_DECIDED, INVALID_INPUT for an unknown language.
func (s *Ratings) DecisionFile(ctx context.Context, id uuid.UUID, lang string) (File, error) {
	actor, err := access.Require(ctx, access.RatingRead)
	if err != nil {
		return File{}, err
	}
	var c fault.Checks
	c.Require(lang == "" || lang == "zh" || lang == "en", "lang", "UNKNOWN", "the languages are zh and en")
	if err := c.Err(); err != nil {
		return File{}, err
	}
	d, err := s.decision(ctx, id, customer.OnlyOf(actor))
	if err != nil {
		return File{}, err
	}
	b, err := s.Printer.Print(ctx, d, lang)
	if err != nil {
		return File{}, err
	}
	return File{Name: d.fileName(), ContentType: pdfType, Size: int64(len(b)), Body: io.NopCloser(bytes.NewReader(b))}, nil
}

func (d Decision) fileName() string {
	t := d.Course.DecidedAt
	return fmt.Sprintf("%s 信用评级决策书 %s.pdf", d.CustomerName, calendar.Of(t, t.Location()))
}

func (s *Ratings) decision(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Decision, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return Decision{}, err
	}
	d := Decision{Subsidiary: t.Name}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if d.Rating, err = s.Ratings.Get(ctx, id, onlyOf); err != nil {
			return err
		}
		switch d.Rating.Status {
		case StatusEffective, StatusLapsed, StatusRejected:
		default:
			return ErrNotDecided.With("status", string(d.Rating.Status))
		}
		// Who may read the rating may read whom it is of.
		who, err := s.Customers.Brief(ctx, d.Rating.CustomerID, nil)
		if err != nil {
			return err
		}
		d.CustomerNumber, d.CustomerName, d.USCC = who.Number, who.Name, who.USCC
		var decided bool
		if d.Course, decided, err = s.Courses.Course(ctx, id); err != nil {
			return err
		}
		if !decided {
			return ErrNotDecided.With("status", string(d.Rating.Status))
		}
		d.Course.in(t.Zone)
		d.Previous, err = s.before(ctx, id, onlyOf)
		return err
	})
	if err != nil {
		return Decision{}, err
	}
	d.Hash, err = d.hash()
	return d, err
}

// in puts the instants into the subsidiary's time zone.
func (c *Course) in(zone *time.Location) {
	c.SubmittedAt, c.DecidedAt = c.SubmittedAt.In(zone), c.DecidedAt.In(zone)
	for i := range c.Acts {
		c.Acts[i].At = c.Acts[i].At.In(zone)
	}
}

// hash is taken over what the file says, in one JSON document, and not over the bytes
// of the PDF: it is the same for both languages and for any layout.
func (d Decision) hash() (string, error) {
	r := d.Rating
	content := map[string]any{"subsidiary": d.Subsidiary, "customer_number": d.CustomerNumber, "customer_name": d.CustomerName, "uscc": d.USCC,
		"rating_id": r.ID, "template_id": r.TemplateID, "template_number": r.TemplateNumber, "definition": r.Definition, "new": outcome(r), "values": r.Result.Values,
		"remark": r.Remark, "effective_at": r.EffectiveAt, "due_on": r.DueOn, "course": d.Course}
	if d.Previous != nil {
		content["previous"] = outcome(*d.Previous)
	}
	b, err := json.Marshal(content)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// KeepDecision stores the decision file of a rating that has become effective among
// the customer's papers; it handles TopicEffective. Seen twice, it finds the document
// there.
func (s *Ratings) KeepDecision(ctx context.Context, e event.Delivered) error {
	var rated Effective
	if err := json.Unmarshal(e.Payload, &rated); err != nil {
		return fmt.Errorf("rating: payload of %s: %w", e.ID, err)
	}
	d, err := s.decision(ctx, rated.RatingID, nil)
	if err != nil || d.Rating.DecisionFile != nil {
		return err
	}
	b, err := s.Printer.Print(ctx, d, "zh")
	if err != nil {
		return err
	}
	doc, err := s.Documents.Upload(ctx, document.UploadInput{CustomerID: &d.Rating.CustomerID, Kind: document.KindRatingDecision, FileName: d.fileName(),
		Declared: pdfType, Size: int64(len(b)), Body: bytes.NewReader(b)})
	if err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error { return s.Ratings.SetDecisionFile(ctx, d.Rating.ID, doc.ID) })
}
