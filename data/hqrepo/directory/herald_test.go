package directory_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"zhuxin/shared/access"
	"zhuxin/shared/directory"
)

// letters keeps the news that was sent, as "status address", HQ's marked.
type letters struct {
	sent  []string
	fails int
}

func (l *letters) SendApplication(_ context.Context, m directory.ApplicationMail) error {
	if l.fails > 0 {
		l.fails--
		return errors.New("the mail server is away")
	}
	mark := ""
	if m.ForHQ {
		mark = " at HQ"
	}
	l.sent = append(l.sent, fmt.Sprintf("%s %s%s", m.Status, m.Email, mark))
	return nil
}

// news delivers each event of an application that was published since the last call.
func (w *world) news(t *testing.T, l *letters, from int) int {
	t.Helper()
	h := directory.NewHerald(w.deps, l)
	all := w.events.of(directory.TopicApplicationChanged)
	for _, d := range all[from:] {
		if err := h.Handle(t.Context(), d); err != nil {
			if err := h.Handle(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
	}
	return len(all)
}

func TestPeopleAreToldOfApplications(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, ctx := w.person(t, "wang@east.example")
	boss, _ := w.person(t, "boss@hq.example")
	viewer, _ := w.person(t, "viewer@hq.example")
	w.join(t, nil, boss, access.RoleHQAdministrator)
	w.join(t, nil, viewer, access.RoleHQViewer)
	box, seen := &letters{fails: 1}, 0
	told := func(want ...string) {
		t.Helper()
		seen = w.news(t, box, seen)
		if !slices.Equal(box.sent, want) {
			t.Errorf("told %q, want %q", box.sent, want)
		}
		box.sent = nil
	}

	a, err := w.applications.Submit(ctx, application(1))
	if err != nil {
		t.Fatal(err)
	}
	told("submitted boss@hq.example at HQ")
	if _, err := w.applications.Decide(w.HQCtx(t), directory.DecideInput{ID: a.ID, Reason: "不是本集团子企业"}); err != nil {
		t.Fatal(err)
	}
	told("rejected wang@east.example")

	if a, err = w.applications.Submit(ctx, application(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.applications.Decide(w.HQCtx(t), directory.DecideInput{ID: a.ID, Approve: true}); err != nil {
		t.Fatal(err)
	}
	real := w.onboarding
	w.onboarding = w.withProvisioner(t, false)
	w.deliver(t)
	// The submission is overtaken and not told again.
	told("failed wang@east.example", "failed boss@hq.example at HQ")
	if _, err := w.applications.Retry(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	w.onboarding = real
	w.deliver(t)
	told("active wang@east.example")

	_, other := w.person(t, "li@east.example")
	if _, err := w.applications.Submit(other, application(1)); err != nil {
		t.Fatal(err)
	}
	told("duplicate li@east.example")
}
