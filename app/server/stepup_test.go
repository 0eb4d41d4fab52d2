package server

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"zhuxin/shared/fault"
	"zhuxin/shared/stepup"
)

// asker records what it is asked, and how requests end.
type asker struct {
	seen     []stepup.Attempt
	err      error
	finished int
}

type admittedKey struct{}

func (a *asker) Admit(ctx context.Context, x stepup.Attempt) (context.Context, error) {
	a.seen = append(a.seen, x)
	return context.WithValue(ctx, admittedKey{}, true), a.err
}
func (a *asker) Finish(ctx context.Context) error {
	if ctx.Value(admittedKey{}) != nil {
		a.finished++
	}
	return errors.New("database away")
}

// A key operation reaches its service only after it was let through, with the
// body that was looked at.
func TestKeyOperationAsksFirst(t *testing.T) {
	who := &asker{}
	b := setup(t, func(_ *Config, d *Deps) { d.StepUp = who })
	b.ids.second = time.Date(2026, 11, 21, 8, 59, 0, 0, time.UTC)
	send := func(id, body string) answer {
		return b.do(t, "POST", "/v1/things/"+id+":retire", body, with(asAlice, HeaderStepUp, "c1")...)
	}
	a := send("7", `{"text":"old"}`)
	if a.Code != 200 || a.thing["displayName"] != "old" || who.finished != 1 {
		t.Fatalf("%d %s, finished %d times: a challenge that could not be marked does not undo the answer", a.Code, a.Body, who.finished)
	}
	got := who.seen[0]
	if got.Act != stepup.LimitChange || got.HQ || got.Challenge != "c1" || !got.SecondFactorAt.Equal(b.ids.second) {
		t.Errorf("attempt %+v", got)
	}
	send("7", ` {"text" : "old"}`)
	send("8", `{"text":"old"}`)
	send("7", `{"text":"new"}`)
	for i, same := range []bool{true, true, false, false} {
		if (who.seen[i].Digest == got.Digest) != same {
			t.Errorf("request %d: the same change is %v, want %v", i, !same, same)
		}
	}
	b.do(t, "PUT", "/v1/things/7", `{}`, asAlice...)
	if len(who.seen) != 4 {
		t.Error("an ordinary route asked too")
	}
	b.things.seen.ID, who.err = [16]byte{}, stepup.ErrRequired.With("challenge_id", "c2")
	a = send("7", `{"text":"old"}`)
	if a.Code != 403 || a.failure.Reason != "STEP_UP_REQUIRED" || !strings.Contains(a.Body.String(), `"challenge_id":"c2"`) || b.things.seen.ID != [16]byte{} {
		t.Errorf("%d %s, the service saw %v", a.Code, a.Body, b.things.seen.ID)
	}
	before := who.finished
	who.err, b.things.fail = nil, fault.Conflict("MOVED_ON", "x")
	if a = send("7", `{"text":"old"}`); a.Code != 409 || who.finished != before {
		t.Errorf("%d: a change that failed leaves its verification good", a.Code)
	}
	if a = send("7", `{"text":`); a.Code != 400 {
		t.Errorf("a broken body: %d", a.Code)
	}
}

func TestNewNeedsStepUpForRoutesThatAsk(t *testing.T) {
	b := setup(t, nil)
	b.deps.StepUp = nil
	if _, err := New(Config{}, b.deps); err == nil || !strings.Contains(err.Error(), "Deps.StepUp is missing") {
		t.Errorf("err = %v", err)
	}
}
