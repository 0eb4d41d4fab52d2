package standin_test

import (
	"context"
	"net/http/httptest"
	"runtime"
	"slices"
	"testing"
	"time"

	"zhuxin/biz/registry"
	"zhuxin/data/misbehave"
	"zhuxin/data/registry/guard"
	"zhuxin/data/registry/qichacha"
	"zhuxin/data/registry/standin"
	"zhuxin/data/registry/tianyancha"
	"zhuxin/shared/calendar"
)

const uscc = "91330100MAX0A001X8"

var company = standin.Company{
	Name: "示例甲混凝土有限公司", Former: "示例甲商品混凝土有限公司", USCC: uscc, Status: "存续",
	Dishonest: []string{"(2024)鄂0102执962号"}, Enforced: map[string]string{"（2024）鄂0102执962号": "523600.50"}, Restricted: []string{"(2024)鄂0102执963号"},
	Abnormal: []string{"未按照规定报送年度报告", "通过登记的住所或者经营场所无法联系"}, Illegal: []string{"届满3年仍未履行相关义务"},
	Sued: []string{"（2024）浙0106民初1234号"}, Suing: []string{"（2023）鄂0102民初567号"}, Changes: []string{"2025-03-01 投资人变更", "2025-03-02 经营范围变更"}, Frozen: []string{"(2024)鄂0102执保31号"},
}

// rig is both adapters before one stand-in.
type rig struct {
	server *standin.Server
	tyc    *tianyancha.Client
	qcc    *qichacha.Client
	spent  int
}

// outside are behaviours that a request does not get past.
var outside = []standin.Behaviour{misbehave.Refuse, misbehave.Expired, misbehave.WrongHost, misbehave.SelfSigned, misbehave.Late}

// newRig gives answers that hang a short time, and all others enough.
func newRig(t *testing.T, hangs ...standin.Behaviour) *rig {
	timeout, how := 20*time.Second, standin.Well
	if len(hangs) > 0 {
		how = hangs[0]
	}
	if how.Hangs() {
		timeout = 300 * time.Millisecond
	}
	r := &rig{server: standin.New(calendar.System{}, company)}
	if !slices.Contains(outside, how) {
		how = standin.Well
	}
	url := (&misbehave.Server{Inner: r.server}).Start(t, how)
	r.tyc, r.qcc = tianyancha.New(url, timeout, calendar.System{}), qichacha.New(url, timeout, calendar.System{})
	return r
}

func (r *rig) ask(c registry.Credential) registry.Ask {
	return registry.Ask{Credential: c, USCC: uscc, Names: []string{company.Name}, Spend: func(context.Context) error { r.spent++; return nil }}
}

var (
	token  = registry.Credential{Key: standin.Token}
	secret = registry.Credential{Key: standin.Key, Secret: standin.Secret}
)

const bad, away, refused = registry.BadAnswer, registry.Unreachable, registry.AccountRefused

// taken has what each bad behaviour is taken for, at both providers; "" is an answer.
// The forty of T15 are among them.
var taken = map[standin.Behaviour][2]registry.Trouble{
	misbehave.Refuse: {away, away}, misbehave.HangUp: {away, away}, misbehave.RepeatedRows: {}, misbehave.Burst: {away, away}, misbehave.Late: {away, away},
	misbehave.Expired: {away, away}, misbehave.WrongHost: {away, away}, misbehave.SelfSigned: {away, away},
	standin.Well: {}, standin.HangBeforeHeaders: {away, away}, standin.HangAfterHeaders: {away, away}, standin.Drip: {away, away}, standin.Reset: {away, away},
	standin.HTML: {bad, bad}, standin.WrongType: {bad, bad}, standin.GBK: {bad, bad}, standin.Truncated: {bad, bad}, standin.Twice: {bad, bad},
	standin.Huge: {bad, bad}, standin.Deep: {bad, bad}, standin.Bomb: {bad, bad}, standin.NaN: {bad, bad}, standin.Overflow: {bad, bad},
	standin.EmptyBody: {bad, bad}, standin.NullResult: {bad, bad}, standin.NoCode: {bad, bad}, standin.Quoted: {}, standin.NegativeAmount: {bad, bad},
	standin.MissingField: {bad, bad}, standin.RenamedField: {bad, bad}, standin.ChangedType: {bad, bad}, standin.BadDate: {bad, bad},
	standin.LoopingPages: {bad, bad}, standin.EmptyPages: {bad, bad}, standin.OutOfOrder: {},
	standin.Unauthorized: {refused, refused}, standin.Banned: {refused, refused}, standin.NotFound: {registry.RequestRefused, registry.RequestRefused},
	standin.TooMany: {registry.RateLimited, registry.RateLimited}, standin.TooManyWait: {registry.RateLimited, registry.RateLimited},
	standin.Failing: {away, away}, standin.BadGateway: {away, away}, standin.Away: {away, away}, standin.Redirect: {bad, bad},
	standin.ClockSkew: {"", refused}, standin.NoDataCode: {}, standin.FailedCode: {away, away}, standin.AccountInvalid: {refused, refused},
	standin.AccountExpired: {refused, refused}, standin.RateCode: {registry.RateLimited, registry.RequestRefused}, standin.NoRightCode: {registry.NoRight, registry.NoRight},
	standin.BalanceCode: {registry.BalanceExhausted, registry.BalanceExhausted}, standin.QuotaCode: {registry.QuotaExhausted, registry.QuotaExhausted},
	standin.AddressCode: {refused, refused}, standin.PendingCode: {registry.Pending, registry.Pending}, standin.UnknownCode: {registry.RequestRefused, registry.RequestRefused},
}

// T15: an answer that is not whole and right is never taken for "nothing is known".
func TestBadBehaviour(t *testing.T) {
	t.Parallel()
	for _, b := range misbehave.All {
		if _, ok := taken[b]; !ok {
			t.Errorf("%s has no row", b)
		}
	}
	for b, want := range taken {
		t.Run(string(b), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, b)
			r.server.Behave("", b)
			for i, one := range []struct {
				adapter registry.Adapter
				ask     registry.Ask
			}{{r.tyc, r.ask(token)}, {r.qcc, r.ask(secret)}} {
				before := r.server.Requests()
				answer, err := one.adapter.Look(t.Context(), one.ask, registry.KindEnforcement)
				var got registry.Trouble
				if err != nil {
					got = registry.TroubleOf(err).Trouble
				}
				if got != want[i] {
					t.Errorf("provider %d: %v, want %q", i, err, want[i])
				}
				if asked := r.server.Requests() - before; asked > 2 {
					t.Errorf("provider %d: %d requests for one page", i, asked)
				}
				none := b == standin.NoDataCode
				if err == nil && ((answer.Outcome == registry.NoData) != none || len(answer.Findings) == 0 != none || len(answer.Raw) == 0) {
					t.Errorf("provider %d: %+v", i, answer)
				}
				if err == nil && !none && answer.Findings[0].Amount != 52360050 {
					t.Errorf("provider %d: amount %d", i, answer.Findings[0].Amount)
				}
			}
			if !slices.Contains(outside, b) && r.spent != r.server.Requests() {
				t.Errorf("%d requests, %d taken from the budget", r.server.Requests(), r.spent)
			}
		})
	}
}

// Nothing is left running after slow and broken answers.
func TestNoGoroutineStays(t *testing.T) {
	r := newRig(t, standin.Drip)
	_, _ = r.tyc.Look(t.Context(), r.ask(token), registry.KindDishonest)
	before := runtime.NumGoroutine()
	for _, b := range []standin.Behaviour{standin.HangBeforeHeaders, standin.Drip, standin.Reset, standin.Huge, standin.Bomb} {
		r.server.Behave("", b)
		if _, err := r.tyc.Look(t.Context(), r.ask(token), registry.KindDishonest); err == nil {
			t.Errorf("%s is taken for an answer", b)
		}
	}
	r.server.Behave("", standin.Well)
	_, _ = r.tyc.Look(t.Context(), r.ask(token), registry.KindDishonest)
	end := time.NewTimer(5 * time.Second)
	defer end.Stop()
	for runtime.NumGoroutine() > before+4 {
		select {
		case <-end.C:
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		default:
			runtime.Gosched()
		}
	}
}

// A certificate that nobody vouches for is no provider.
func TestUnknownCertificate(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(standin.New(calendar.System{}, company))
	t.Cleanup(s.Close)
	r := &rig{}
	if _, err := tianyancha.New(s.URL, time.Second, calendar.System{}).Look(t.Context(), r.ask(token), registry.KindBasics); registry.TroubleOf(err).Trouble != registry.Unreachable {
		t.Errorf("got %v", err)
	}
	s.Close()
	if _, err := tianyancha.New(s.URL, time.Second, calendar.System{}).Look(t.Context(), r.ask(token), registry.KindBasics); registry.TroubleOf(err).Trouble != registry.Unreachable {
		t.Errorf("refused connection: %v", err)
	}
}

// What is read of each kind, and that natural persons stay behind.
func TestKinds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for kind, want := range map[registry.Kind]int{registry.KindDishonest: 1, registry.KindEnforcement: 1, registry.KindConsumption: 1, registry.KindViolation: 1,
		registry.KindAbnormality: 2, registry.KindLitigation: 2, registry.KindEquityChange: 2, registry.KindBasics: 0} {
		a, err := r.tyc.Look(t.Context(), r.ask(token), kind)
		if err != nil || len(a.Findings) != want || !a.Complete || a.Outcome != registry.Found {
			t.Errorf("%s: %+v, %v", kind, a, err)
			continue
		}
		for _, f := range a.Findings {
			if f.Key == "" || f.Kind != kind || f.Severity == "" {
				t.Errorf("%s: %+v", kind, f)
			}
			for _, v := range f.Facts {
				if v == "张某" || v == "李某" {
					t.Errorf("%s: names a person: %+v", kind, f)
				}
			}
		}
		if r.qcc.Offers(kind) && kind != registry.KindBasics {
			q, err := r.qcc.Look(t.Context(), r.ask(secret), kind)
			if err != nil || len(q.Findings) != want || q.Findings[0].Key != a.Findings[0].Key || q.Findings[0].Amount != a.Findings[0].Amount {
				t.Errorf("%s: %+v at one provider, %+v at the other, %v", kind, a.Findings, q.Findings, err)
			}
		}
	}
	law, _ := r.tyc.Look(t.Context(), r.ask(token), registry.KindLitigation)
	if law.Findings[0].Facts["role"] != "defendant" || law.Findings[0].Severity != registry.Notice || law.Findings[1].Facts["role"] != "plaintiff" || law.Findings[1].Severity != registry.Info {
		t.Errorf("roles: %+v", law.Findings)
	}
	if odd, _ := r.tyc.Look(t.Context(), r.ask(token), registry.KindAbnormality); !odd.Findings[0].Ended || odd.Findings[1].Ended {
		t.Errorf("listings: %+v", odd.Findings)
	}
	for _, a := range []registry.Adapter{r.tyc, r.qcc} {
		ask := r.ask(token)
		if a == registry.Adapter(r.qcc) {
			ask = r.ask(secret)
		}
		if yes, err := a.Belongs(t.Context(), ask, company.Name); err != nil || !yes {
			t.Errorf("%T: %v %v", a, yes, err)
		}
		if yes, err := a.Belongs(t.Context(), ask, "别家公司"); err != nil || yes {
			t.Errorf("%T: %v %v", a, yes, err)
		}
		if err := a.Probe(t.Context(), ask); err != nil {
			t.Error(err)
		}
		if err := a.Probe(t.Context(), r.ask(registry.Credential{Key: "wrong", Secret: "wrong"})); registry.TroubleOf(err).Trouble != registry.AccountRefused {
			t.Errorf("a wrong credential: %v", err)
		}
	}
}

// The guard tries again what passes, waits as it was told, and rests a provider
// that fails; what will not pass is asked once.
func TestGuard(t *testing.T) {
	t.Parallel()
	for b, want := range map[standin.Behaviour]struct {
		requests int
		waits    time.Duration
	}{
		standin.Well: {1, 0}, standin.Away: {3, 1500 * time.Millisecond}, standin.RateCode: {3, 6 * time.Second}, standin.TooManyWait: {3, 14 * time.Second},
		standin.QuotaCode: {1, 0}, standin.BalanceCode: {1, 0}, standin.HTML: {1, 0}, standin.PendingCode: {3, 1500 * time.Millisecond},
	} {
		r := newRig(t)
		r.server.Behave("", b)
		var waited time.Duration
		clock := &calendar.Frozen{At: time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)}
		g := guard.New(r.tyc, clock, func(_ context.Context, d time.Duration) error { waited += d; return nil })
		_, _ = g.Look(t.Context(), r.ask(token), registry.KindDishonest)
		if r.server.Requests() != want.requests || waited != want.waits {
			t.Errorf("%q: %d requests, waited %s; want %+v", b, r.server.Requests(), waited, want)
		}
		if b != standin.Away {
			continue
		}
		for range 5 {
			_, _ = g.Look(t.Context(), r.ask(token), registry.KindDishonest)
		}
		if n := r.server.Requests(); n != guard.Failing {
			t.Errorf("%d requests to a provider that fails, want %d", n, guard.Failing)
		}
		r.server.Behave("", standin.Well)
		clock.At = clock.At.Add(guard.Rest)
		if _, err := g.Look(t.Context(), r.ask(token), registry.KindDishonest); err != nil {
			t.Errorf("after the rest: %v", err)
		}
	}
}
