package rating_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"zhuxin/biz/approval"
	"zhuxin/biz/rating"
	"zhuxin/data/tenantrepo/credittest"
	ratingrepo "zhuxin/data/tenantrepo/rating"
	"zhuxin/shared/access"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/tenancytest"
)

var all = paging.Window{Limit: 100}

func TestTemplateFromDraftToRetirement(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)

	library, err := w.Templates.Indicators(admin)
	ok(t, err)
	if len(library) < 15 || library[0].Category != "settlement_method" || !library[0].Active {
		t.Fatalf("the library has %d entries", len(library))
	}

	// a blank draft says what is open and cannot be submitted
	blank, err := w.Templates.Create(admin, "2026版", "blank")
	ok(t, err)
	if blank.Number != 1 || len(blank.Definition.Check()) == 0 {
		t.Errorf("blank: %+v", blank)
	}
	_, err = w.Templates.Submit(admin, blank.ID, blank.Version)
	want(t, err, "TEMPLATE_HAS_OPEN_POINTS")
	want(t, second(w.Templates.Create(admin, "", "gravel")), "INVALID_INPUT")
	want(t, second(w.Templates.Create(w.CtxA(t, access.RoleSalesperson), "x", "blank")), "PERMISSION_DENIED")

	// saved with the version that was seen, as it is
	d := blank.Definition
	d.Items = []rating.Item{rating.ItemOf(library[0], 5000)}
	saved, err := w.Templates.Update(admin, rating.UpdateTemplateInput{ID: blank.ID, Name: "2026版", Definition: d, Version: blank.Version})
	ok(t, err)
	want(t, second(w.Templates.Update(admin, rating.UpdateTemplateInput{ID: blank.ID, Name: "x", Definition: d, Version: blank.Version})), "VERSION_CONFLICT")
	d.Items[0].Weight = 10000
	saved, err = w.Templates.Update(admin, rating.UpdateTemplateInput{ID: blank.ID, Name: "2026版", Definition: d, Version: saved.Version})
	ok(t, err)
	saved, err = w.Templates.Submit(admin, saved.ID, saved.Version)
	ok(t, err)
	want(t, second(w.Templates.Update(admin, rating.UpdateTemplateInput{ID: saved.ID, Name: "x", Definition: d, Version: saved.Version})), "TEMPLATE_NOT_DRAFT")
	want(t, w.Templates.Delete(admin, saved.ID), "TEMPLATE_NOT_DRAFT")

	// a second one waits until the first is decided
	other, err := w.Templates.Create(admin, "", "cement")
	ok(t, err)
	_, err = w.Templates.Submit(admin, other.ID, other.Version)
	want(t, err, "TEMPLATE_IN_APPROVAL")
	w.Approve(t, approver, saved.ID)
	other, err = w.Templates.Submit(admin, other.ID, other.Version)
	ok(t, err)
	var facts rating.TemplateFacts
	ok(t, json.Unmarshal(w.Pending(t, approver, other.ID).Facts, &facts))
	if facts.Old == nil || facts.Old.Number != 1 || facts.New.Number != 2 || !facts.New.Items[0].Changed || len(facts.New.Bands) != 4 {
		t.Errorf("facts: %+v", facts)
	}
	w.Approve(t, approver, other.ID)
	ts, err := w.Templates.List(admin)
	ok(t, err)
	if len(ts) != 2 || ts[0].Status != rating.TemplateEffective || ts[1].Status != rating.TemplateRetired || ts[1].RetiredAt == nil {
		t.Errorf("versions: %+v", ts)
	}

	// a rejected one keeps its comment and goes on as a copy
	third, err := w.Templates.Create(admin, "", ts[0].ID.String())
	ok(t, err)
	_, err = w.Templates.Submit(admin, third.ID, third.Version)
	ok(t, err)
	a := w.Pending(t, approver, third.ID)
	_, err = w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Version: a.Version, Comment: "权重偏高"})
	ok(t, err)
	third, err = w.Templates.Get(admin, third.ID)
	ok(t, err)
	if third.Status != rating.TemplateRejected || third.DecisionComment != "权重偏高" {
		t.Errorf("rejected: %s %q", third.Status, third.DecisionComment)
	}
	copied, err := w.Templates.Create(admin, "", third.ID.String())
	ok(t, err)
	if copied.Number != 4 || copied.Name != third.Name || copied.Status != rating.TemplateDraft {
		t.Errorf("copy: %+v", copied)
	}
	ok(t, w.Templates.Delete(admin, copied.ID))

	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		ts, err := ratingrepo.NewTemplates().All(ctx)
		return len(ts), err
	})
}

// Of many who submit different drafts at once, one gets through and the others
// are told why not; of many who create at once, each gets his own number.
func TestTemplatesUnderConcurrency(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	const n = 6
	drafts := make([]rating.Template, n)
	results := make([]string, n)
	each := func(do func(i int) error) {
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { results[i] = reason(do(i)) })
		}
		wg.Wait()
	}
	each(func(i int) (err error) {
		drafts[i], err = w.Templates.Create(admin, "", "concrete")
		return err
	})
	var numbers []int
	for i, d := range drafts {
		if results[i] != "" {
			t.Fatalf("create: %s", results[i])
		}
		numbers = append(numbers, d.Number)
	}
	slices.Sort(numbers)
	if !slices.Equal(numbers, []int{1, 2, 3, 4, 5, 6}) {
		t.Errorf("numbers %v", numbers)
	}
	each(func(i int) error { return second(w.Templates.Submit(admin, drafts[i].ID, drafts[i].Version)) })
	slices.Sort(results)
	if results[0] != "" || results[1] != "TEMPLATE_IN_APPROVAL" || results[n-1] != "TEMPLATE_IN_APPROVAL" {
		t.Errorf("submits: %v", results)
	}
}
