// Package draft keeps what a person has typed into a form and not sent yet, so that
// leaving the page loses nothing. A draft is its author's alone, encrypted, and
// never looked into: what it holds is checked when the form is sent.
package draft

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/personal"
	"zhuxin/shared/uow"
)

// Draft is the content of one form.
type Draft struct {
	Form      string
	Content   string // a JSON object
	UpdatedAt time.Time
}

// ErrNotFound says that there is no draft of the form.
var ErrNotFound = fault.NotFound("DRAFT_NOT_FOUND", "nothing of this form was kept")

// maxContent bounds a draft, in bytes.
const maxContent = 32 << 10

var formName = regexp.MustCompile(`^[a-z][a-zA-Z0-9_.-]{0,79}$`)

// Repository keeps drafts, inside a unit of work.
type Repository interface {
	// ID gives the id of the person's draft of the form, or uuid.Nil.
	ID(ctx context.Context, person uuid.UUID, form string) (uuid.UUID, error)
	Get(ctx context.Context, person uuid.UUID, form string) (id uuid.UUID, content []byte, at time.Time, err error)
	// Put stores the draft in place of an earlier one with the same id.
	Put(ctx context.Context, id, person uuid.UUID, form string, content []byte, at time.Time) error
	Delete(ctx context.Context, person uuid.UUID, form string) error
}

// Service keeps the drafts of persons.
type Service struct {
	tx     uow.Tenant
	repo   Repository
	cipher personal.Cipher
	clock  calendar.Clock
}

// New wires the service.
func New(tx uow.Tenant, repo Repository, cipher personal.Cipher, clock calendar.Clock) *Service {
	return &Service{tx, repo, cipher, clock}
}

func check(ctx context.Context, form, content string) (access.Actor, error) {
	actor, err := access.Require(ctx, access.WorkbenchRead)
	if err != nil {
		return actor, err
	}
	var c fault.Checks
	c.Require(formName.MatchString(form), "form", "BAD_FORM", "a form's name has up to 80 letters, digits, dots and dashes")
	c.Require(len(content) <= maxContent, "content", "TOO_LONG", fmt.Sprintf("at most %d bytes", maxContent))
	var object map[string]any
	c.Require(content == "" || json.Unmarshal([]byte(content), &object) == nil, "content", "BAD_FORM", "a JSON object")
	return actor, c.Err()
}

// Get gives the caller's draft of a form, or DRAFT_NOT_FOUND.
func (s *Service) Get(ctx context.Context, form string) (Draft, error) {
	actor, err := check(ctx, form, "")
	if err != nil {
		return Draft{}, err
	}
	d := Draft{Form: form}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		id, sealed, at, err := s.repo.Get(ctx, actor.ID, form)
		if err != nil {
			return err
		}
		d.UpdatedAt = at
		d.Content, err = s.cipher.Open(ctx, "form_drafts", "content_enc", id, sealed)
		return err
	})
	return d, err
}

// Save keeps the content in place of the caller's earlier draft of the form.
func (s *Service) Save(ctx context.Context, form, content string) (Draft, error) {
	actor, err := check(ctx, form, content)
	if err != nil {
		return Draft{}, err
	}
	d := Draft{Form: form, Content: content, UpdatedAt: s.clock.Now()}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		id, err := s.repo.ID(ctx, actor.ID, form)
		if err != nil {
			return err
		}
		if id == uuid.Nil {
			id = uuid.Must(uuid.NewV7())
		}
		sealed, err := s.cipher.Seal(ctx, "form_drafts", "content_enc", id, content)
		if err != nil {
			return err
		}
		return s.repo.Put(ctx, id, actor.ID, form, sealed, d.UpdatedAt)
	})
	return d, err
}

// Discard forgets the caller's draft of a form; without one nothing happens.
func (s *Service) Discard(ctx context.Context, form string) error {
	actor, err := check(ctx, form, "")
	if err != nil {
		return err
	}
	return s.tx.InTx(ctx, func(ctx context.Context) error { return s.repo.Delete(ctx, actor.ID, form) })
}
