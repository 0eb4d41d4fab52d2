// Package setup owns the first-steps checklist of a subsidiary: which steps lead
// from an empty schema to the first rated customer, and which of them are done.
// Nothing is ticked off by hand: every answer is computed from what is there.
package setup

import (
	"context"
	"slices"

	"zhuxin/shared/access"
	"zhuxin/shared/uow"
)

// Name names a step.
type Name string

// The steps, in their order.
const (
	Indicators        Name = "indicators"
	WeightsAndBands   Name = "weights_and_bands"
	SubmitTemplate    Name = "submit_template"
	TemplateEffective Name = "template_effective"
	InviteColleagues  Name = "invite_colleagues"
	ImportReceivables Name = "import_receivables"
	FirstRating       Name = "first_rating"
)

// Facts is what the subsidiary has.
type Facts struct {
	TemplateWithItems bool // any version has indicators
	TemplateComplete  bool // any version has sound weights, scoring and bands
	TemplateSubmitted bool // any version was submitted, whatever became of it
	TemplateEffective bool
	Members           int  // active ones
	ImportFinished    bool // a real run, not a dry one
	RatingEffective   bool // any, also one that has lapsed since
}

// Progress reads the facts of the tenant of ctx, inside its unit of work.
type Progress interface {
	Facts(ctx context.Context) (Facts, error)
}

// Step is one step, who can do it, and the console's path below /t/{slug}.
type Step struct {
	Name  Name
	Done  bool
	Roles []access.Role
	Path  string
}

// Checklist is the steps in order.
type Checklist struct {
	Steps    []Step
	Complete bool
}

// Service answers the checklist.
type Service struct {
	tx       uow.Tenant
	progress Progress
}

// New makes the service.
func New(tx uow.Tenant, progress Progress) *Service { return &Service{tx, progress} }

// steps says what makes each step done, what it takes to do it, and where. A
// later step implies the earlier ones of its line, so that a subsidiary that
// starts its second template is not sent back.
var steps = []struct {
	name  Name
	needs access.Permission
	path  string
	done  func(f Facts) bool
}{
	{Indicators, access.TemplateWrite, "credit/templates", func(f Facts) bool {
		return f.TemplateWithItems || f.TemplateSubmitted || f.TemplateEffective
	}},
	{WeightsAndBands, access.TemplateWrite, "credit/templates", func(f Facts) bool {
		return f.TemplateComplete || f.TemplateSubmitted || f.TemplateEffective
	}},
	{SubmitTemplate, access.TemplateWrite, "credit/templates", func(f Facts) bool { return f.TemplateSubmitted || f.TemplateEffective }},
	{TemplateEffective, access.ApprovalDecide, "approvals", func(f Facts) bool { return f.TemplateEffective }},
	{InviteColleagues, access.MemberManage, "admin/members", func(f Facts) bool { return f.Members > 1 }},
	{ImportReceivables, access.ReceivableImport, "ar/import", func(f Facts) bool { return f.ImportFinished }},
	{FirstRating, access.RatingWrite, "customers", func(f Facts) bool { return f.RatingEffective }},
}

// Checklist computes the checklist of the tenant of ctx.
func (s *Service) Checklist(ctx context.Context) (Checklist, error) {
	if _, err := access.Require(ctx, access.SetupRead); err != nil {
		return Checklist{}, err
	}
	var f Facts
	err := s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		f, err = s.progress.Facts(ctx)
		return err
	})
	if err != nil {
		return Checklist{}, err
	}
	return checklist(f), nil
}

func checklist(f Facts) Checklist {
	c := Checklist{Complete: true}
	for _, s := range steps {
		done := s.done(f)
		c.Steps = append(c.Steps, Step{Name: s.name, Done: done, Roles: whoCan(s.needs), Path: s.path})
		c.Complete = c.Complete && done
	}
	return c
}

func whoCan(p access.Permission) []access.Role {
	var out []access.Role
	for _, r := range access.TenantRoles {
		if slices.Contains(access.Of([]access.Role{r}), p) {
			out = append(out, r)
		}
	}
	return out
}
