package rating

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// DryRunsConfig is what DryRuns is wired of.
type DryRunsConfig struct {
	Tx         uow.Tenant
	Repo       DryRunRepository
	Templates  TemplateRepository
	Ratings    Repository
	Population Population
	Accounts   exposure.Refresher
	Audit      audit.Recorder
	Clock      calendar.Clock
}

// DryRuns tries templates on the subsidiary's own customers before approval.
type DryRuns struct{ DryRunsConfig }

// NewDryRuns wires the service.
func NewDryRuns(c DryRunsConfig) *DryRuns { return &DryRuns{c} }

// Run tries a draft, or a template in approval, and keeps the result with its
// version. Faults: TEMPLATE_NOT_FOUND, INVALID_INPUT, TEMPLATE_HAS_OPEN_POINTS,
// DRY_RUN_NOT_POSSIBLE.
func (s *DryRuns) Run(ctx context.Context, templateID uuid.UUID, p DryRunParameters) (DryRun, error) {
	actor, err := access.Require(ctx, access.TemplateWrite)
	if err != nil {
		return DryRun{}, err
	}
	p = p.Presets()
	if err := p.Validate(); err != nil {
		return DryRun{}, err
	}
	var d DryRun
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		t, err := s.Templates.Get(ctx, templateID)
		if err != nil {
			return err
		}
		if t.Status != TemplateDraft && t.Status != TemplateSubmitted {
			return ErrDryRunState.With("status", string(t.Status))
		}
		if err := t.Definition.Validate(); err != nil {
			return err
		}
		if _, err := s.Accounts.RefreshStale(ctx); err != nil {
			return err
		}
		today, err := tenant.Today(ctx, s.Clock)
		if err != nil {
			return err
		}
		d = DryRun{ID: uuid.Must(uuid.NewV7()), TemplateID: t.ID, TemplateVersion: t.Version, Definition: t.Definition, Parameters: p,
			From: today.AddMonths(-p.WindowMonths), AsOf: today, CreatedAt: s.Clock.Now(), CreatedBy: customer.ByActor(actor)}
		all, err := s.Population.Standings(ctx, d.From, today, p.BadAmount > 0, d.Definition.Sources())
		if err != nil {
			return err
		}
		var trials []Trial
		if trials, d.Summary, err = d.Definition.Try(p, all); err != nil {
			return err
		}
		if err := s.Repo.Insert(ctx, d, trials, t.Status == TemplateDraft); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "template.tried", ObjectType: "rating_template", ObjectID: t.ID.String(),
			After: map[string]any{"dry_run_id": d.ID, "number": t.Number, "version": t.Version, "parameters": p, "summary": d.Summary}})
	})
	return d, err
}

// Latest gives the newest dry run of a template; nil without one.
func (s *DryRuns) Latest(ctx context.Context, templateID uuid.UUID) (*DryRun, error) {
	if _, err := access.Require(ctx, access.TemplateRead); err != nil {
		return nil, err
	}
	var d *DryRun
	err := s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		if _, err = s.Templates.Get(ctx, templateID); err != nil {
			return err
		}
		d, err = s.Repo.Latest(ctx, templateID)
		return err
	})
	return d, err
}

// TrialsInput asks for a page of the customers of a dry run.
type TrialsInput struct {
	DryRunID       uuid.UUID
	From, To       *Grade
	Group          string
	Page, PageSize int32
}

// Trials gives the customers in the caller's scope, those who move furthest first.
func (s *DryRuns) Trials(ctx context.Context, in TrialsInput) ([]TrialRow, int64, error) {
	actor, err := access.Require(ctx, access.TemplateRead)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	c.Require(slices.Contains(TrialGroups, in.Group), "group", "UNKNOWN", "the groups are better, worse, first, caught, missed, false_alarm and unscored")
	f := TrialFilter{DryRunID: in.DryRunID, From: in.From, To: in.To, Group: in.Group, OnlyOf: customer.OnlyOf(actor), Window: paging.Of(&c, in.Page, in.PageSize)}
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	var (
		rows  []TrialRow
		total int64
	)
	err = s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		if _, err = s.Repo.Get(ctx, in.DryRunID); err != nil {
			return err
		}
		rows, total, err = s.Repo.Trials(ctx, f)
		return err
	})
	return rows, total, err
}

// Breakdown is one customer of a dry run: his scores now and on the window's first
// day by the template that was tried, and the rating that he has.
type Breakdown struct {
	Row       TrialRow
	DryRun    DryRun
	Now, Then Result
	Rating    *Rating // the last one; nil without one
}

// Breakdown computes both scores again out of the values that the dry run kept.
func (s *DryRuns) Breakdown(ctx context.Context, dryRunID, customerID uuid.UUID) (Breakdown, error) {
	actor, err := access.Require(ctx, access.TemplateRead)
	if err != nil {
		return Breakdown{}, err
	}
	var b Breakdown
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if b.DryRun, err = s.Repo.Get(ctx, dryRunID); err != nil {
			return err
		}
		if b.Row, err = s.Repo.Trial(ctx, dryRunID, customerID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		if b.Row.RatingID != nil {
			r, err := s.Ratings.Get(ctx, *b.Row.RatingID, customer.OnlyOf(actor))
			if err != nil {
				return err
			}
			b.Rating = &r
		}
		d := b.DryRun.Definition
		if b.Now, err = d.Score(b.Row.Inputs, measured(b.Row.Now, b.DryRun.AsOf)); err != nil {
			return err
		}
		if b.Row.Then != nil {
			b.Then, err = d.Score(b.Row.Inputs, measured(b.Row.Then, b.DryRun.From))
		}
		return err
	})
	return b, err
}

func measured(numbers map[indicator.DataSource]indicator.Number, on calendar.Date) Measurements {
	m := make(Measurements, len(numbers))
	for source, n := range numbers {
		m[source] = Measured{Number: n, Detail: on.String()}
	}
	return m
}
