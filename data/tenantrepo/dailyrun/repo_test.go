package dailyrun_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	biz "zhuxin/biz/dailyrun"
	"zhuxin/data/auditlog"
	"zhuxin/data/outbox"
	"zhuxin/data/tenantrepo/dailyrun"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// world is a tenant with two steps that note what they were called for.
type world struct {
	*tenancytest.Env
	clock *calendar.Frozen
	runs  *biz.Service
	mu    sync.Mutex
	calls []string
	spoil func(ctx context.Context, step string, on calendar.Date) error
	log   []error
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{Env: tenancytest.New(t), clock: &calendar.Frozen{At: time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)}}
	w.runs = w.service(0)
	return w
}

func (w *world) service(skew time.Duration) *biz.Service {
	step := func(name string) biz.Step {
		return biz.Step{Name: name, Run: func(ctx context.Context, on calendar.Date) error {
			w.mu.Lock()
			w.calls = append(w.calls, on.String()+" "+name)
			spoil := w.spoil
			w.mu.Unlock()
			biz.Touched(ctx, 2)
			if spoil != nil {
				return spoil(ctx, name, on)
			}
			return nil
		}}
	}
	return biz.New(biz.Config{Tx: w.Pool.Tenant(), Repo: dailyrun.Repo{}, Steps: []biz.Step{step("first"), step("second"), step("third")},
		Events: outbox.Tenant(w.Pool), Audit: auditlog.Tenant(w.Pool), Clock: w.clock, MaxSkew: skew,
		Failed: func(_ context.Context, _ string, _ calendar.Date, err error) { w.log = append(w.log, err) }})
}

func (w *world) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.calls
	w.calls = nil
	return out
}

func (w *world) exec(t *testing.T, ctx context.Context, query string, args ...any) {
	t.Helper()
	ok(t, w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, query, args...)
		return err
	}))
}

func (w *world) list(t *testing.T, ctx context.Context) []biz.Run {
	t.Helper()
	p, err := w.runs.List(ctx, 1, 200)
	ok(t, err)
	return p.Runs
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func all(dates ...string) (out []string) {
	for _, d := range dates {
		out = append(out, d+" first", d+" second", d+" third")
	}
	return out
}

func TestADayIsRunOnceAndMissedOnesInOrder(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx := w.CtxA(t)
	ok(t, w.runs.CatchUp(ctx))
	if got := w.take(); !slices.Equal(got, all("2026-11-20")) {
		t.Errorf("first day: %v", got)
	}
	ok(t, w.runs.CatchUp(ctx))
	w.clock.At = w.clock.At.Add(11*time.Hour + 59*time.Minute) // 23:59 in Shanghai
	ok(t, w.runs.CatchUp(ctx))
	if got := w.take(); got != nil {
		t.Errorf("the same day again: %v", got)
	}
	w.clock.At = w.clock.At.Add(36*time.Hour + time.Minute) // an outage over 21 and 22
	ok(t, w.runs.CatchUp(ctx))
	if got := w.take(); !slices.Equal(got, all("2026-11-21", "2026-11-22")) {
		t.Errorf("after the outage: %v", got)
	}
	w.clock.At = w.clock.At.Add(-48 * time.Hour) // somebody sets the clock back
	ok(t, w.runs.CatchUp(ctx))
	if got := w.take(); got != nil {
		t.Errorf("on a clock set back: %v", got)
	}
	runs := w.list(t, ctx)
	if len(runs) != 3 || runs[0].On.String() != "2026-11-22" || runs[0].State != biz.StateDone || runs[0].Steps[2].Touched != 2 || runs[0].Steps[1].Attempts != 1 {
		t.Errorf("runs: %+v", runs)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		runs, n, err := dailyrun.Repo{}.List(ctx, paging.Window{Limit: 9})
		if o, _, err := (dailyrun.Repo{}).Open(ctx); err != nil || o != nil {
			return 1, err
		}
		return len(runs) + int(n), err
	})
}

func TestTickAsksOnlyWhenSomethingIsDue(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx := w.CtxA(t)
	events := func() (n int) {
		ok(t, w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			q, err := scope.Conn(ctx)
			if err != nil {
				return err
			}
			return q.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE topic = $1`, biz.TopicDue).Scan(&n)
		}))
		return n
	}
	ok(t, w.runs.Tick(ctx))
	if n := events(); n != 1 || len(w.take()) != 0 {
		t.Fatalf("a due day: %d events", n)
	}
	ok(t, w.runs.CatchUp(ctx))
	ok(t, w.runs.Tick(ctx))
	if n := events(); n != 1 {
		t.Errorf("nothing due: %d events", n)
	}
}

// A failed step does not stop the ones behind it, is tried again when its time has
// come, and is given up in the end; only then the next date begins.
func TestAFailedStepIsTriedAgainThenGivenUp(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx := w.CtxA(t)
	w.spoil = func(_ context.Context, step string, _ calendar.Date) error {
		switch step {
		case "first":
			return fault.Unavailable("MAIL_AWAY", "the mail server does not answer")
		case "second":
			panic("a slip")
		}
		return nil
	}
	ok(t, w.runs.CatchUp(ctx))
	if got := w.take(); !slices.Equal(got, all("2026-11-20")) {
		t.Errorf("calls: %v", got)
	}
	r := w.list(t, ctx)[0]
	if r.State != biz.StateRunning || r.Steps[0].State != biz.StateFailed || !strings.Contains(r.Steps[0].Error, "does not answer") || r.Steps[0].RetryAt == nil ||
		strings.Contains(r.Steps[1].Error, "slip") || r.Steps[2].State != biz.StateDone || len(w.log) != 2 {
		t.Errorf("after the first attempts: %+v, log %v", r, w.log)
	}
	w.clock.At = w.clock.At.Add(24 * time.Hour)
	ok(t, w.runs.CatchUp(ctx))
	if got := w.take(); got != nil {
		t.Errorf("before the retry's time, and before the next date: %v", got)
	}
	w.mu.Lock()
	w.spoil = func(_ context.Context, step string, on calendar.Date) error {
		if step == "first" && on.String() == "2026-11-20" {
			return errors.New("still")
		}
		return nil
	}
	w.mu.Unlock()
	for range 5 {
		w.exec(t, ctx, `UPDATE daily_steps SET retry_at = now() - interval '1 second' WHERE retry_at IS NOT NULL`)
		ok(t, w.runs.CatchUp(ctx))
	}
	got := w.take()
	if want := append([]string{"2026-11-20 first", "2026-11-20 second", "2026-11-20 first", "2026-11-20 first", "2026-11-20 first", "2026-11-20 first"}, all("2026-11-21")...); !slices.Equal(got, want) {
		t.Errorf("retries: %v", got)
	}
	runs := w.list(t, ctx)
	if len(runs) != 2 || runs[1].State != biz.StateFailed || runs[1].Steps[0].Attempts != 6 || runs[1].Steps[1].State != biz.StateDone || runs[0].State != biz.StateDone {
		t.Errorf("at the end: %+v", runs)
	}
}

// A killed process leaves a claim; nobody else works on the run until it ends, and
// then what was done is not done again.
func TestAKilledRunGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, kill := context.WithCancel(w.CtxA(t))
	w.spoil = func(ctx context.Context, step string, _ calendar.Date) error {
		if step == "second" {
			kill()
			return ctx.Err()
		}
		return nil
	}
	if err := w.runs.CatchUp(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("killed: %v", err)
	}
	w.spoil = nil
	w.take()
	ctx = w.CtxA(t)
	ok(t, w.runs.CatchUp(ctx))
	ok(t, w.runs.Tick(ctx))
	if got := w.take(); got != nil {
		t.Errorf("while the claim holds: %v", got)
	}
	w.exec(t, ctx, `UPDATE daily_steps SET claimed_until = now() - interval '1 second' WHERE state = 'running'`)
	ok(t, w.runs.CatchUp(ctx))
	if got := w.take(); !slices.Equal(got, []string{"2026-11-20 second", "2026-11-20 third"}) {
		t.Errorf("after the claim: %v", got)
	}
	if r := w.list(t, ctx)[0]; r.State != biz.StateDone || r.Steps[0].Attempts != 1 || r.Steps[1].Attempts != 2 {
		t.Errorf("run: %+v", r)
	}
}

func TestTwoSchedulersAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx := w.CtxA(t)
	ok(t, w.runs.CatchUp(ctx))
	w.take()
	w.clock.At = w.clock.At.AddDate(0, 0, 3)
	// Whoever finds a step taken leaves; the one that took it goes on to the end.
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { errs[i] = w.runs.CatchUp(ctx) })
	}
	wg.Wait()
	ok(t, errors.Join(errs...))
	ok(t, w.runs.CatchUp(ctx))
	if got := w.take(); !slices.Equal(got, all("2026-11-21", "2026-11-22", "2026-11-23")) {
		t.Errorf("calls: %v", got)
	}
	if runs := w.list(t, ctx); len(runs) != 4 {
		t.Errorf("%d runs", len(runs))
	}
}

func TestByHand(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx := w.CtxA(t)
	for name, c := range map[string]struct {
		on   calendar.Date
		want string
	}{"tomorrow": {calendar.NewDate(2026, 11, 21), "business_date"}, "too old": {calendar.NewDate(2025, 11, 18), "business_date"}} {
		_, err := w.runs.Start(ctx, c.on)
		if f, is := fault.As(err); !is || len(f.Fields) != 1 || f.Fields[0].Name != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.runs.Start(w.CtxA(t, access.RoleViewer), 0); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a viewer: %v", err)
	}
	r, err := w.runs.Start(ctx, 0)
	ok(t, err)
	again, err := w.runs.Start(ctx, 0)
	ok(t, err)
	if r.Number != 1 || again.ID != r.ID || r.StartedBy != biz.ByPerson || len(r.Steps) != 3 || r.Steps[0].State != biz.StatePending {
		t.Errorf("started: %+v, again %s", r, again.ID)
	}
	ok(t, w.runs.CatchUp(ctx))
	second, err := w.runs.RunDate(ctx, 0)
	ok(t, err)
	if second.Number != 2 || second.State != biz.StateDone || !slices.Equal(w.take(), all("2026-11-20", "2026-11-20")) {
		t.Errorf("second run: %+v", second)
	}
	// A date run by hand is covered, and the days before it are still made up for.
	w.clock.At = w.clock.At.AddDate(0, 0, 1)
	ok(t, w.runs.CatchUp(ctx))
	w.take()
	w.clock.At = w.clock.At.AddDate(0, 0, 2)
	_, err = w.runs.RunDate(ctx, 0)
	ok(t, err)
	ok(t, w.runs.CatchUp(ctx))
	if got := w.take(); !slices.Equal(got, all("2026-11-23", "2026-11-22")) {
		t.Errorf("around a run by hand: %v", got)
	}
}

func TestAWrongClockBeginsNoDate(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx := w.CtxA(t)
	if err := w.service(10 * time.Minute).Tick(ctx); !errors.Is(err, biz.ErrClock) {
		t.Errorf("a clock far off: %v", err)
	}
	w.clock.At = calendar.System{}.Now().Add(90 * time.Second)
	ok(t, w.service(10*time.Minute).Tick(ctx))
}

// Ticks every five hours in two zones, over both changes of summer time: each business date is run once,
// in order.
func TestEveryDateOnceInEveryZone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for i, name := range []string{"Asia/Shanghai", "Europe/Berlin"} {
		zone, err := time.LoadLocation(name)
		ok(t, err)
		tenant := []scope.Tenant{w.A, w.B}[i]
		tenant.Zone = zone
		ctx := w.Ctx(t, tenant)
		from := time.Date(2027, 10, 25, 12, 0, 0, 0, zone)
		until := time.Date(2028, 4, 5, 12, 0, 0, 0, zone) // with New Year and 29 February
		runs := biz.New(biz.Config{Tx: w.Pool.Tenant(), Repo: dailyrun.Repo{}, Events: outbox.Tenant(w.Pool), Audit: auditlog.Tenant(w.Pool), Clock: w.clock,
			Steps: []biz.Step{{Name: "only", Run: func(_ context.Context, on calendar.Date) error {
				w.calls = append(w.calls, on.String())
				return nil
			}}}})
		for w.clock.At = from.UTC(); !w.clock.At.After(until); w.clock.At = w.clock.At.Add(5 * time.Hour) {
			ok(t, runs.CatchUp(ctx))
		}
		var want []string
		for d := calendar.NewDate(2027, 10, 25); d <= calendar.NewDate(2028, 4, 5); d++ {
			want = append(want, d.String())
		}
		if got := w.take(); !slices.Equal(got, want) {
			t.Errorf("%s: %s", name, fmt.Sprint(got))
		}
	}
}
