package stepup_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	data "zhuxin/data/stepup"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/stepup"
	"zhuxin/shared/uow"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

var rules = data.Rules{ActOf: func(k string) stepup.Act { return approval.StepUpAct(approval.Kind(k)) }}

func world(t *testing.T) (*tenancytest.Env, *stepup.Service, *calendar.Frozen) {
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)}
	return env, stepup.New(env.Pool.Tenant(), env.Pool.HQ(), data.Store{}, rules, clock), clock
}

func run(t *testing.T, tx uow.Tx, ctx context.Context, query string, args ...any) error {
	t.Helper()
	return tx.InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, query, args...)
		return err
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, s *stepup.Service, ctx context.Context, a stepup.Attempt) string {
	t.Helper()
	_, err := s.Admit(ctx, a)
	f, ok := fault.As(err)
	if !ok || f.Reason != "STEP_UP_REQUIRED" {
		t.Fatalf("not asked: %v", err)
	}
	return f.Meta["challenge_id"]
}

// Of thirty-two requests with one verification, one writes; in the other
// subsidiary it is good for nothing.
func TestOneOfManyUsesAChallenge(t *testing.T) {
	env, s, clock := world(t)
	ctx := env.CtxA(t, access.RoleAdministrator)
	must(t, run(t, env.Pool.Tenant(), ctx, `INSERT INTO approval_policies (id, settings, created_at) VALUES (1, '{"step_up":["limit_change"]}', now())`))
	actor, _ := access.From(ctx)
	a := stepup.Attempt{Act: stepup.LimitChange, Digest: [32]byte{1}}
	a.Challenge, a.SecondFactorAt = ask(t, s, ctx, a), clock.Now().Add(time.Second)
	clock.At = clock.At.Add(time.Minute)
	var wrote, refused atomic.Int32
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			admitted, err := s.Admit(ctx, a)
			if err == nil {
				err = env.Pool.Tenant().InTx(admitted, func(ctx context.Context) error {
					if err := s.Use(ctx, false); err != nil {
						return err
					}
					return s.Use(ctx, false) // a second row of the same change
				})
			}
			if f, _ := fault.As(err); err == nil {
				wrote.Add(1)
			} else if f != nil && (f.Reason == "STEP_UP_USED" || f.Meta["why"] == stepup.WhyUsed) {
				refused.Add(1)
			} else {
				t.Errorf("refused for another reason: %v", err)
			}
		})
	}
	all.Wait()
	if wrote.Load() != 1 || refused.Load() != 31 {
		t.Errorf("%d wrote, %d were refused", wrote.Load(), refused.Load())
	}
	must(t, run(t, env.Pool.Tenant(), env.CtxB(t), `INSERT INTO approval_policies (id, settings, created_at) VALUES (1, '{"step_up":["limit_change"]}', now())`))
	_, err := s.Admit(access.With(env.CtxB(t), func() access.Actor { x := actor; x.TenantID = env.B.ID; return x }()), a)
	if f, _ := fault.As(err); f == nil || f.Meta["why"] != stepup.WhyUnknown {
		t.Errorf("in the other subsidiary: %v", err)
	}
	tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (n int, err error) {
		c, err := data.Store{}.Find(ctx, uuid.MustParse(a.Challenge))
		if c != nil {
			n = 1
		}
		return n, err
	})
	for _, change := range []string{`DELETE FROM step_up_challenges WHERE id = $1`, `UPDATE step_up_challenges SET used_by = NULL, used_at = NULL WHERE id = $1`} {
		if err := run(t, env.Pool.Tenant(), ctx, change, a.Challenge); err == nil {
			t.Errorf("%s: what was used is evidence", change)
		}
	}
}

// A failed change gives the verification back; what expired unused is forgotten.
func TestChallengeFollowsItsTransaction(t *testing.T) {
	env, s, clock := world(t)
	ctx := env.HQCtx(t, access.RoleHQAdministrator)
	must(t, run(t, env.Pool.HQ(), ctx, `INSERT INTO hq.group_policies (id, negative_action, serious_action, notice_action, step_up, created_at) SELECT coalesce(max(id), 0) + 1, 'block', 'hold', 'warn', true, now() FROM hq.group_policies`))
	a := stepup.Attempt{Act: stepup.NegativeList, HQ: true, Digest: [32]byte{2}}
	left := ask(t, s, ctx, a)
	clock.At = clock.At.Add(stepup.Lifetime + time.Second)
	a.Challenge = ask(t, s, ctx, a)
	a.SecondFactorAt = clock.Now().Add(time.Second)
	clock.At = clock.At.Add(time.Minute)
	admitted, err := s.Admit(ctx, a)
	must(t, err)
	failed := errors.New("moved on")
	if err := env.Pool.HQ().InTx(admitted, func(ctx context.Context) error { return errors.Join(s.Use(ctx, true), failed) }); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	admitted, err = s.Admit(ctx, a)
	must(t, err)
	must(t, s.Finish(admitted))
	_, err = s.Admit(ctx, a)
	if f, _ := fault.As(err); f == nil || f.Meta["why"] != stepup.WhyUsed {
		t.Errorf("after a request that wrote nothing: %v", err)
	}
	must(t, env.Pool.HQ().InTx(ctx, func(ctx context.Context) error {
		c, err := data.Store{}.Find(ctx, uuid.MustParse(left))
		if c != nil {
			t.Error("what expired unused is still there")
		}
		return err
	}))
}

func TestDecidedActs(t *testing.T) {
	env, _, _ := world(t)
	ctx := env.CtxA(t, access.RoleAdministrator)
	ids := map[string]uuid.UUID{}
	for _, kind := range []approval.Kind{approval.KindRating, approval.KindFollowUp, approval.KindWriteOff} {
		ids[string(kind)] = uuid.New()
		must(t, run(t, env.Pool.Tenant(), ctx, `INSERT INTO approvals (id, kind, subject_id, title, facts, amount, status, version, submitted_by, submitted_at, updated_at)
			VALUES ($1, $2, $3, '', '{}', 0, 'pending', 1, $3, now(), now())`, ids[string(kind)], string(kind), uuid.New()))
	}
	must(t, env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		for _, c := range []struct {
			ids  []uuid.UUID
			want int
		}{{nil, 0}, {[]uuid.UUID{uuid.New()}, 0}, {[]uuid.UUID{ids["follow_up"]}, 0}, {[]uuid.UUID{ids["rating"], ids["follow_up"]}, 1}, {[]uuid.UUID{ids["rating"], ids["write_off"]}, 2}} {
			got, err := rules.Decided(ctx, c.ids)
			if err != nil || len(got) != c.want {
				t.Errorf("%v: %v %v", c.ids, got, err)
			}
		}
		return nil
	}))
}
