package stepup

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

var (
	at   = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	wang = uuid.MustParse("0190a000-0000-7000-8000-000000000001")
	li   = uuid.MustParse("0190a000-0000-7000-8000-000000000002")
)

type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// here runs at once, and undoes what a failed one stored.
type here struct{ s *store }

func (h here) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	before := map[uuid.UUID]Challenge{}
	for k, v := range h.s.rows {
		before[k] = v
	}
	err := fn(ctx)
	if err != nil {
		h.s.rows = before
	}
	return err
}

type store struct{ rows map[uuid.UUID]Challenge }

func (s *store) Insert(_ context.Context, c Challenge) error { s.rows[c.ID] = c; return nil }
func (s *store) Find(_ context.Context, id uuid.UUID) (*Challenge, error) {
	if c, ok := s.rows[id]; ok {
		return &c, nil
	}
	return nil, nil
}
func (s *store) Use(_ context.Context, p Passed, _ time.Time, _ string) (bool, error) {
	c := s.rows[p.Challenge]
	if c.UsedBy.Valid && c.UsedBy.UUID != p.Attempt {
		return false, nil
	}
	c.UsedBy = uuid.NullUUID{UUID: p.Attempt, Valid: true}
	s.rows[c.ID] = c
	return true, nil
}

type rules struct {
	on      []Act
	hq      bool
	decided []Act
}

func (r *rules) Tenant(context.Context) ([]Act, error)               { return r.on, nil }
func (r *rules) HQ(context.Context) (bool, error)                    { return r.hq, nil }
func (r *rules) Decided(context.Context, []uuid.UUID) ([]Act, error) { return r.decided, nil }

type bench struct {
	*Service
	tenant, hq *store
	rules      *rules
	clock      *clock
}

func newBench(on ...Act) *bench {
	b := &bench{tenant: &store{rows: map[uuid.UUID]Challenge{}}, rules: &rules{on: on}, clock: &clock{at}}
	b.hq = b.tenant
	b.Service = New(here{b.tenant}, here{b.tenant}, b.tenant, b.rules, b.clock)
	return b
}

func as(kind access.Kind, id uuid.UUID) context.Context {
	return access.With(context.Background(), access.Actor{Kind: kind, ID: id, RequestID: "r"})
}

func attempt(t *testing.T, body string) Attempt {
	t.Helper()
	d, err := Digest("/limit/Adjust", "north", "/v1/customers/1/limit-adjustments", "", []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return Attempt{Act: LimitChange, Digest: d}
}

// challenge makes the first attempt of wang.
func (b *bench) challenge(t *testing.T, a Attempt) string {
	t.Helper()
	_, err := b.Admit(as(access.KindPerson, wang), a)
	f, ok := fault.As(err)
	if !ok || f.Reason != "STEP_UP_REQUIRED" || f.Meta["why"] != WhyNone || f.Meta["challenge_id"] == "" {
		t.Fatalf("the first attempt: %v", err)
	}
	return f.Meta["challenge_id"]
}

func TestChallengeHoldsForOnePersonChangeAndTime(t *testing.T) {
	for _, c := range []struct {
		name  string
		who   uuid.UUID
		body  string
		act   Act
		code  time.Duration // after the challenge
		sent  time.Duration
		raw   string
		why   string
		never bool
	}{
		{name: "the same change", code: time.Second, sent: time.Minute},
		{name: "a code of exactly five minutes", code: time.Second, sent: 5*time.Minute + time.Second},
		{name: "the same change printed otherwise", body: ` { "reason":"旺季", "amount" : 500 } `, code: time.Second, sent: time.Minute},
		{name: "a changed amount", body: `{"amount":501,"reason":"旺季"}`, code: time.Second, sent: time.Minute, why: WhyOther},
		{name: "another act", act: WriteOff, code: time.Second, sent: time.Minute, why: WhyOther},
		{name: "another person's", who: li, code: time.Second, sent: time.Minute, why: WhyUnknown},
		{name: "nobody's", raw: uuid.NewString(), code: time.Second, sent: time.Minute, why: WhyUnknown},
		{name: "no id", raw: "x", code: time.Second, sent: time.Minute, why: WhyUnknown},
		{name: "a code from before", code: -time.Second, sent: time.Minute, why: WhyNoCode},
		{name: "a code at the same instant", code: 0, sent: time.Minute, why: WhyNoCode},
		{name: "no code", never: true, sent: time.Minute, why: WhyNoCode},
		{name: "a code of more than five minutes", code: time.Second, sent: 5*time.Minute + 2*time.Second, why: WhyOldCode},
		{name: "an old challenge", code: 9 * time.Minute, sent: 10 * time.Minute, why: WhyExpired},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(LimitChange, WriteOff)
			id := b.challenge(t, attempt(t, `{"amount":500,"reason":"旺季"}`))
			a, who := attempt(t, `{"amount":500,"reason":"旺季"}`), wang
			if c.body != "" {
				a = attempt(t, c.body)
			}
			if c.act != "" {
				a.Act = c.act
			}
			if c.who != uuid.Nil {
				who = c.who
			}
			if a.Challenge = id; c.raw != "" {
				a.Challenge = c.raw
			}
			if !c.never {
				a.SecondFactorAt = at.Add(c.code)
			}
			b.clock.now = at.Add(c.sent)
			_, err := b.Admit(as(access.KindPerson, who), a)
			f, _ := fault.As(err)
			switch {
			case c.why == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.why != "" && (f == nil || f.Reason != "STEP_UP_REQUIRED" || f.Meta["why"] != c.why || f.Meta["challenge_id"] == id):
				t.Errorf("%v, want a new challenge because of %s", err, c.why)
			}
		})
	}
}

// One request may write in several transactions; another one may not use what it used.
func TestChallengeIsUsedOnce(t *testing.T) {
	b := newBench(LimitChange)
	a := attempt(t, `{}`)
	a.Challenge, a.SecondFactorAt = b.challenge(t, a), at.Add(time.Second)
	b.clock.now = at.Add(2 * time.Second)
	admit := func() context.Context {
		ctx, err := b.Admit(as(access.KindPerson, wang), a)
		if err != nil {
			t.Fatal(err)
		}
		return ctx
	}
	first, second := admit(), admit() // at once: neither has written yet
	failed := here{b.tenant}.InTx(first, func(ctx context.Context) error {
		if err := b.Use(ctx, false); err != nil {
			t.Fatal(err)
		}
		return context.Canceled
	})
	if failed == nil || b.tenant.rows[uuid.MustParse(a.Challenge)].UsedBy.Valid {
		t.Error("a change that was rolled back has used the challenge")
	}
	for range 2 {
		if err := b.Use(second, false); err != nil {
			t.Errorf("the one that writes: %v", err)
		}
	}
	if err := b.Use(first, false); err != ErrUsed { //nolint:errorlint // the value itself
		t.Errorf("the other one: %v", err)
	}
	if err := b.Use(first, true); err != nil {
		t.Errorf("a row on the other side needs nothing: %v", err)
	}
	_, err := b.Admit(as(access.KindPerson, wang), a)
	if f, _ := fault.As(err); f == nil || f.Meta["why"] != WhyUsed {
		t.Errorf("again: %v", err)
	}
}

func TestWhoAndWhatIsAsked(t *testing.T) {
	for _, c := range []struct {
		name    string
		on      []Act
		hq      bool
		decided []Act
		kind    access.Kind
		attempt Attempt
		want    string
	}{
		{"nothing is on", nil, false, nil, access.KindPerson, Attempt{Act: LimitChange}, ""},
		{"another act is on", []Act{WriteOff}, false, nil, access.KindPerson, Attempt{Act: LimitChange}, ""},
		{"a key where nothing is on", nil, false, nil, access.KindAPIKey, Attempt{Act: OrderRelease}, ""},
		{"a key", []Act{OrderRelease}, false, nil, access.KindAPIKey, Attempt{Act: OrderRelease}, "STEP_UP_PERSON_ONLY"},
		{"a decision on a limit", []Act{LimitChange}, false, []Act{LimitChange}, access.KindPerson, Attempt{Act: Approval}, "STEP_UP_REQUIRED"},
		{"one of many", []Act{LimitChange}, false, []Act{WriteOff, LimitChange}, access.KindPerson, Attempt{Act: Approval}, "STEP_UP_REQUIRED"},
		{"a decision on something else", []Act{LimitChange}, false, []Act{WriteOff}, access.KindPerson, Attempt{Act: Approval}, ""},
		{"a decision on what never asks", []Act{LimitChange}, false, nil, access.KindPerson, Attempt{Act: Approval}, ""},
		{"the switch, while something is on", []Act{WriteOff}, false, nil, access.KindPerson, Attempt{Act: Settings}, "STEP_UP_REQUIRED"},
		{"the switch, while nothing is", nil, false, nil, access.KindPerson, Attempt{Act: Settings}, ""},
		{"HQ", nil, true, nil, access.KindPerson, Attempt{Act: NegativeList, HQ: true}, "STEP_UP_REQUIRED"},
		{"HQ's switch", nil, true, nil, access.KindPerson, Attempt{Act: Settings, HQ: true}, "STEP_UP_REQUIRED"},
		{"HQ where it does not ask", []Act{NegativeList}, false, nil, access.KindPerson, Attempt{Act: NegativeList, HQ: true}, ""},
		{"a proposal", []Act{NegativeList}, false, nil, access.KindPerson, Attempt{Act: NegativeList}, "STEP_UP_REQUIRED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(c.on...)
			b.rules.hq, b.rules.decided = c.hq, c.decided
			_, err := b.Admit(as(c.kind, wang), c.attempt)
			f, _ := fault.As(err)
			if got := reasonOf(f); got != c.want {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func reasonOf(f *fault.Error) string {
	if f == nil {
		return ""
	}
	return f.Reason
}
