package setup

import (
	"slices"
	"testing"

	"zhuxin/shared/access"
)

func TestChecklist(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		facts Facts
		done  []Name
	}{
		{"nothing yet", Facts{Members: 1}, nil},
		{"a draft with indicators", Facts{Members: 1, TemplateWithItems: true}, []Name{Indicators}},
		{"a complete draft", Facts{Members: 1, TemplateWithItems: true, TemplateComplete: true}, []Name{Indicators, WeightsAndBands}},
		{"submitted", Facts{Members: 1, TemplateSubmitted: true}, []Name{Indicators, WeightsAndBands, SubmitTemplate}},
		{"effective, and an empty draft of the next one", Facts{Members: 1, TemplateEffective: true}, []Name{Indicators, WeightsAndBands, SubmitTemplate, TemplateEffective}},
		{"a colleague and an import", Facts{Members: 2, ImportFinished: true}, []Name{InviteColleagues, ImportReceivables}},
		{"all", Facts{TemplateEffective: true, Members: 3, ImportFinished: true, RatingEffective: true},
			[]Name{Indicators, WeightsAndBands, SubmitTemplate, TemplateEffective, InviteColleagues, ImportReceivables, FirstRating}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := checklist(c.facts)
			var done []Name
			for _, s := range got.Steps {
				if s.Done {
					done = append(done, s.Name)
				}
				if len(s.Roles) == 0 || s.Path == "" {
					t.Errorf("step %s: nobody can do it, or nowhere: %+v", s.Name, s)
				}
			}
			if !slices.Equal(done, c.done) {
				t.Errorf("done %v, want %v", done, c.done)
			}
			if got.Complete != (len(c.done) == len(steps)) {
				t.Errorf("complete is %v", got.Complete)
			}
		})
	}
}

func TestWhoCan(t *testing.T) {
	t.Parallel()
	if got := whoCan(access.ApprovalDecide); !slices.Equal(got, []access.Role{access.RoleApprover}) {
		t.Errorf("approvals are decided by %v", got)
	}
}
