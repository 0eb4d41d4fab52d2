package rating

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
	"zhuxin/shared/uow"
)

// Submitter puts a submission into the approval inbox (biz/approval).
type Submitter interface {
	Submit(ctx context.Context, in approval.Submission) (approval.Approval, error)
}

// Templates keeps the rating template of a subsidiary through its versions.
type Templates struct {
	tx        uow.Tenant
	repo      TemplateRepository
	library   indicator.Reader
	tried     DryRunReader
	formulas  Formula
	approvals Submitter
	audit     audit.Recorder
	clock     calendar.Clock
}

// DryRunReader finds what a template came to on the subsidiary's own customers.
type DryRunReader interface {
	Latest(ctx context.Context, templateID uuid.UUID) (*DryRun, error)
}

// NewTemplates wires the service; register it with the inbox as the subject of templates.
func NewTemplates(tx uow.Tenant, repo TemplateRepository, library indicator.Reader, tried DryRunReader, formulas Formula, approvals Submitter,
	recorder audit.Recorder, clock calendar.Clock) *Templates {
	return &Templates{tx: tx, repo: repo, library: library, tried: tried, formulas: formulas, approvals: approvals, audit: recorder, clock: clock}
}

// Indicators gives the group's library as the subsidiary sees it (000-45).
func (s *Templates) Indicators(ctx context.Context) ([]indicator.Indicator, error) {
	if _, err := access.Require(ctx, access.TemplateRead); err != nil {
		return nil, err
	}
	var all []indicator.Indicator
	err := s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		all, err = s.library.All(ctx)
		return err
	})
	return all, err
}

// List gives every version, newest first.
func (s *Templates) List(ctx context.Context) ([]Template, error) {
	if _, err := access.Require(ctx, access.TemplateRead); err != nil {
		return nil, err
	}
	var ts []Template
	err := s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		ts, err = s.repo.All(ctx)
		return err
	})
	return ts, err
}

// Get gives one version.
func (s *Templates) Get(ctx context.Context, id uuid.UUID) (Template, error) {
	if _, err := access.Require(ctx, access.TemplateRead); err != nil {
		return Template{}, err
	}
	var t Template
	err := s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		t, err = s.repo.Get(ctx, id)
		return err
	})
	return t, err
}

// Preview scores values by a definition that may be a draft, and stores nothing.
// Unlike a rating it takes numbers for data indicators: the designer plays.
func (s *Templates) Preview(ctx context.Context, d Definition, values []Input) (Result, error) {
	if _, err := access.Require(ctx, access.TemplateRead); err != nil {
		return Result{}, err
	}
	return d.With(s.formulas).Simulate(values)
}

const maxTemplateName = 60

func checkTemplateName(c *fault.Checks, name string) {
	n := utf8.RuneCountInString(name)
	c.Require(n > 0, "name", "REQUIRED", "give the template a name")
	c.Require(n <= maxTemplateName, "name", "TOO_LONG", fmt.Sprintf("at most %d characters", maxTemplateName))
}

func checkVersion(c *fault.Checks, version int64) {
	c.Require(version > 0, "version", "REQUIRED", "send the version that was shown")
}

// Create starts a draft from blank, concrete, cement, aggregates or one of one's own
// templates (by id). Without a name it takes its source's.
func (s *Templates) Create(ctx context.Context, name, from string) (Template, error) {
	actor, err := access.Require(ctx, access.TemplateWrite)
	if err != nil {
		return Template{}, err
	}
	name = strings.TrimSpace(name)
	t := Template{ID: uuid.Must(uuid.NewV7()), Status: TemplateDraft, CreatedAt: s.clock.Now(), CreatedBy: customer.ByActor(actor), Version: 1}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		d, preset, err := s.source(ctx, from)
		if err != nil {
			return err
		}
		t.Definition, t.Name = d.With(s.formulas), name
		if t.Name == "" {
			t.Name = preset
		}
		var c fault.Checks
		checkTemplateName(&c, t.Name)
		if err := c.Err(); err != nil {
			return err
		}
		if t.Number, err = s.repo.NextNumber(ctx); err != nil {
			return err
		}
		if err := s.repo.Insert(ctx, t); err != nil {
			return err
		}
		return s.record(ctx, "template.created", nil, &t)
	})
	return t, err
}

// source gives the definition that a draft begins with, and its name.
func (s *Templates) source(ctx context.Context, from string) (Definition, string, error) {
	if from == "" || from == "blank" {
		return BlankDefinition(), "", nil
	}
	if id, err := uuid.Parse(from); err == nil {
		t, err := s.repo.Get(ctx, id)
		return t.Definition, t.Name, err
	}
	library, err := s.library.All(ctx)
	if err != nil {
		return Definition{}, "", err
	}
	d, name, ok := Sample(from).Definition(library)
	if !ok {
		var c fault.Checks
		c.Add("from", "UNKNOWN", "a draft begins with blank, concrete, cement, aggregates or the id of a template")
		return Definition{}, "", c.Err()
	}
	return d, name, nil
}

// UpdateTemplateInput is a draft as it shall be. Version is the one that was seen.
type UpdateTemplateInput struct {
	ID         uuid.UUID
	Name       string
	Definition Definition
	Version    int64
}

// Update saves a draft as it is: what is still wrong with it are open points, no
// faults. Faults: TEMPLATE_NOT_FOUND, TEMPLATE_NOT_DRAFT, VERSION_CONFLICT,
// INVALID_INPUT for a name, or for more indicators than a draft may hold.
func (s *Templates) Update(ctx context.Context, in UpdateTemplateInput) (Template, error) {
	if _, err := access.Require(ctx, access.TemplateWrite); err != nil {
		return Template{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	var c fault.Checks
	checkTemplateName(&c, in.Name)
	checkVersion(&c, in.Version)
	in.Definition.checkSize(&c)
	if err := c.Err(); err != nil {
		return Template{}, err
	}
	var t Template
	err := s.tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.draft(ctx, in.ID, in.Version)
		if err != nil {
			return err
		}
		t = before
		t.Name, t.Definition, t.Version = in.Name, in.Definition.With(s.formulas), before.Version+1
		if err := s.repo.SaveDraft(ctx, t); err != nil {
			return err
		}
		return s.record(ctx, "template.changed", &before, &t)
	})
	return t, err
}

// Delete removes a draft that was never submitted.
func (s *Templates) Delete(ctx context.Context, id uuid.UUID) error {
	if _, err := access.Require(ctx, access.TemplateWrite); err != nil {
		return err
	}
	return s.tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.draft(ctx, id, 0)
		if err != nil {
			return err
		}
		if err := s.repo.Delete(ctx, id); err != nil {
			return err
		}
		return s.record(ctx, "template.deleted", &before, nil)
	})
}

// draft locks a template that must be a draft, of the version that was seen; 0
// takes any.
func (s *Templates) draft(ctx context.Context, id uuid.UUID, version int64) (Template, error) {
	t, err := s.repo.Lock(ctx, id)
	if err != nil {
		return Template{}, err
	}
	if t.Status != TemplateDraft {
		return Template{}, ErrTemplateNotDraft.With("status", string(t.Status))
	}
	if version != 0 && t.Version != version {
		return Template{}, ErrTemplateVersion.With("current_version", fmt.Sprint(t.Version))
	}
	return t, nil
}

func (s *Templates) record(ctx context.Context, action string, before, after *Template) error {
	e := audit.Entry{Action: action, ObjectType: "rating_template"}
	if before != nil {
		e.ObjectID, e.Before = before.ID.String(), templateTrace(*before)
	}
	if after != nil {
		e.ObjectID, e.After = after.ID.String(), templateTrace(*after)
	}
	return s.audit.Record(ctx, e)
}

func templateTrace(t Template) map[string]any {
	return map[string]any{"number": t.Number, "name": t.Name, "status": t.Status, "version": t.Version, "definition": t.Definition}
}
