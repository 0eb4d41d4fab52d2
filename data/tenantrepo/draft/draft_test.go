package draft_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"zhuxin/biz/draft"
	"zhuxin/data/tenantrepo/credittest"
	repo "zhuxin/data/tenantrepo/draft"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/tenancy/tenancytest"
)

func TestDraftIsItsAuthorsAlone(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	s := draft.New(w.Pool.Tenant(), repo.Repo{}, w.Keys, w.Clock)
	me, mine := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	_, other := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	if _, err := s.Get(mine, "customer.new"); !errors.Is(err, draft.ErrNotFound) {
		t.Errorf("nothing was kept: %v", err)
	}
	for _, content := range []string{`{"phone": "13812341234"}`, `{"phone": "13900005678", "uscc": "half"}`} {
		if _, err := s.Save(mine, "customer.new", content); err != nil {
			t.Fatal(err)
		}
		d, err := s.Get(mine, "customer.new")
		if err != nil || d.Content != content {
			t.Errorf("kept %+v, %v", d, err)
		}
	}
	if n := w.Count(t, mine, `SELECT count(*) FROM form_drafts WHERE person_id = $1 AND position('13900005678'::bytea in content_enc) = 0`, me.ID); n != 1 {
		t.Error("the draft is not there once, or lies there in plain")
	}
	if _, err := s.Get(other, "customer.new"); !errors.Is(err, draft.ErrNotFound) {
		t.Errorf("another person: %v", err)
	}
	if err := s.Discard(other, "customer.new"); err != nil {
		t.Fatal(err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		_, _, _, err := repo.Repo{}.Get(ctx, me.ID, "customer.new")
		if errors.Is(err, draft.ErrNotFound) {
			return 0, nil
		}
		return 1, err
	})
	if _, err := s.Get(mine, "customer.new"); err != nil {
		t.Errorf("discarded by another: %v", err)
	}
	if err := s.Discard(mine, "customer.new"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(mine, "customer.new"); !errors.Is(err, draft.ErrNotFound) {
		t.Errorf("still there: %v", err)
	}
	for form, content := range map[string]string{"": "{}", "Big": "{}", "list": "[]", "text": "hello", "long": `{"a": "` + strings.Repeat("x", 40_000) + `"}`} {
		if _, err := s.Save(mine, form, content); err == nil {
			t.Errorf("%s was taken", form)
		} else if _, ok := fault.As(err); !ok {
			t.Errorf("%s: %v", form, err)
		}
	}
}
