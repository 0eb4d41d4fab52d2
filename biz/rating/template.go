package rating

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
)

// TemplateStatus is where a version of the template stands.
type TemplateStatus string

// The statuses. draft → submitted → effective → retired; a submission that is
// rejected, returned or withdrawn stays as it was seen, and goes on as a copy.
const (
	TemplateDraft     TemplateStatus = "draft"
	TemplateSubmitted TemplateStatus = "submitted"
	TemplateEffective TemplateStatus = "effective"
	TemplateRetired   TemplateStatus = "retired"
	TemplateRejected  TemplateStatus = "rejected"
	TemplateReturned  TemplateStatus = "returned"
	TemplateWithdrawn TemplateStatus = "withdrawn"
)

// Template is one version of the subsidiary's rating template. At most one is
// effective and at most one in approval (000-49); the database holds both.
type Template struct {
	ID              uuid.UUID
	Number          int // shown to people: 1, 2, 3
	Name            string
	Status          TemplateStatus
	Definition      Definition
	CreatedAt       time.Time
	CreatedBy       *party.Person
	EffectiveAt     *time.Time
	RetiredAt       *time.Time
	DecisionComment string // of the last decision
	Version         int64
}

// Faults of templates.
var (
	ErrTemplateNotFound   = fault.NotFound("TEMPLATE_NOT_FOUND", "there is no such rating template")
	ErrTemplateVersion    = fault.Conflict("VERSION_CONFLICT", "the template was changed meanwhile; load it again and repeat your change")
	ErrTemplateNotDraft   = fault.Conflict("TEMPLATE_NOT_DRAFT", "only a draft can be changed, submitted or deleted; copy this template into a new draft")
	ErrTemplateInApproval = fault.Conflict("TEMPLATE_IN_APPROVAL", "another version is in approval; it has to be decided or withdrawn first")
	ErrTemplateState      = fault.Conflict("TEMPLATE_STATE_CHANGED", "the template is no longer in approval; load it again")
	ErrNoTemplate         = fault.Conflict("NO_EFFECTIVE_TEMPLATE", "there is no effective rating template; an administrator builds one and has it approved")
)

// TemplateRepository keeps templates; its methods run inside a unit of work.
type TemplateRepository interface {
	// All lists every version, newest first.
	All(ctx context.Context) ([]Template, error)
	Get(ctx context.Context, id uuid.UUID) (Template, error)
	// Lock reads one and holds it until the end of the transaction.
	Lock(ctx context.Context, id uuid.UUID) (Template, error)
	// InStatus reads the one template that is submitted or effective; nil without one.
	InStatus(ctx context.Context, s TemplateStatus) (*Template, error)
	// LockEffective reads the effective template and holds it; nil without one.
	LockEffective(ctx context.Context) (*Template, error)
	// NextNumber gives the next version number and keeps others from taking it.
	NextNumber(ctx context.Context) (int, error)
	Insert(ctx context.Context, t Template) error
	// SaveDraft stores name, definition and version of a draft.
	SaveDraft(ctx context.Context, t Template) error
	Delete(ctx context.Context, id uuid.UUID) error
	// SetStatus stores status, both times and version; ErrTemplateInApproval when
	// another one is submitted.
	SetStatus(ctx context.Context, t Template) error
}

// TemplateFacts are what the approver of a template sees: the new definition
// against the effective one. Weights and scores are hundredths, maxima fen.
type TemplateFacts struct {
	New DefinitionFacts  `json:"new"`
	Old *DefinitionFacts `json:"old"` // null for the first template
	// The newest dry run; null when it was never tried.
	DryRun *DryRunFacts `json:"dry_run"`
}

// DryRunFacts are what a dry run came to. Stale says that the template was
// changed after it.
type DryRunFacts struct {
	ID         uuid.UUID        `json:"id"`
	From       calendar.Date    `json:"from"`
	AsOf       calendar.Date    `json:"as_of"`
	Parameters DryRunParameters `json:"parameters"`
	Summary    DryRunSummary    `json:"summary"`
	Stale      bool             `json:"stale"`
}

// DefinitionFacts are one side of the comparison.
type DefinitionFacts struct {
	Number int         `json:"number"`
	Name   string      `json:"name"`
	Items  []ItemFacts `json:"items"`
	Bands  []BandFacts `json:"bands"`
}

// ItemFacts is an indicator with its weight. Changed says that its weight or its
// scoring differs from the other side, or that the other side lacks it.
type ItemFacts struct {
	IndicatorCode string `json:"indicator_code"`
	NameZH        string `json:"name_zh"`
	NameEN        string `json:"name_en"`
	Weight        int64  `json:"weight"`
	Changed       bool   `json:"changed"`
}

// BandFacts is a grade with its maxima; amounts in fen, as strings.
type BandFacts struct {
	Grade            Grade  `json:"grade"`
	MinScore         int64  `json:"min_score"`
	MaxCreditAmount  string `json:"max_credit_amount"`
	MaxOverdueAmount string `json:"max_overdue_amount"`
	MaxOverdueDays   int    `json:"max_overdue_days"`
	ValidMonths      int    `json:"valid_months"`
}

func templateFacts(t Template, effective *Template, tried *DryRun) TemplateFacts {
	f := TemplateFacts{New: definitionFacts(t, effective)}
	if effective != nil {
		old := definitionFacts(*effective, &t)
		f.Old = &old
	}
	if tried != nil {
		f.DryRun = &DryRunFacts{ID: tried.ID, From: tried.From, AsOf: tried.AsOf, Parameters: tried.Parameters, Summary: tried.Summary, Stale: !tried.Definition.Same(t.Definition)}
	}
	return f
}

func definitionFacts(t Template, other *Template) DefinitionFacts {
	f := DefinitionFacts{Number: t.Number, Name: t.Name, Items: []ItemFacts{}, Bands: []BandFacts{}}
	for _, it := range t.Definition.Items {
		changed := other != nil
		if changed {
			twin, ok := other.Definition.Item(it.IndicatorCode)
			changed = !ok || !sameScoring(it, twin)
		}
		f.Items = append(f.Items, ItemFacts{IndicatorCode: it.IndicatorCode, NameZH: it.NameZH, NameEN: it.NameEN, Weight: it.Weight, Changed: changed})
	}
	for _, b := range t.Definition.Bands {
		f.Bands = append(f.Bands, BandFacts{Grade: b.Grade, MinScore: b.MinScore, MaxCreditAmount: fen(int64(b.CreditAmount)),
			MaxOverdueAmount: fen(int64(b.OverdueAmount)), MaxOverdueDays: b.OverdueDays, ValidMonths: b.Validity()})
	}
	return f
}

func fen(n int64) string { return strconv.FormatInt(n, 10) }

// OpenPoints are what should still be looked at. Only a draft has any: what was
// submitted is past them.
func (t Template) OpenPoints() []OpenPoint {
	if t.Status != TemplateDraft {
		return nil
	}
	return t.Definition.Check()
}
