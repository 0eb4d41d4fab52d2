package erp_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"zhuxin/biz/erp"
	"zhuxin/biz/exposure"
	"zhuxin/biz/feed"
	"zhuxin/data/erp/kingdee"
	"zhuxin/data/erp/standin"
	"zhuxin/data/erp/tryton"
	"zhuxin/data/erp/u8"
	"zhuxin/data/erp/wire"
	"zhuxin/data/misbehave"
	"zhuxin/data/outbound"
)

// became is what the page says after a run against a misbehaving ERP: how the run ended
// and the breaker with its trouble.
type became string

const (
	well    became = "done, closed "
	away    became = "failed, closed unreachable" // the first time; TestBreaker has the rest
	bad     became = "failed, closed "
	waits   became = "failed, open busy"
	used    became = "failed, open quota"
	stopped became = "failed, stopped login"
)

// t15 has the forty rows of reliability T15 for the three ERPs: Tryton, K3Cloud, U8.
var t15 = map[misbehave.Behaviour][3]became{
	misbehave.Refuse: {away, away, away}, misbehave.HangBeforeHeaders: {away, away, away}, misbehave.HangAfterHeaders: {away, away, away}, misbehave.Drip: {away, away, away},
	misbehave.Reset: {away, away, away}, misbehave.HangUp: {away, away, away}, misbehave.EmptyBody: {bad, bad, bad}, misbehave.HTML: {bad, bad, bad},
	misbehave.GBK: {bad, bad, bad}, misbehave.Truncated: {bad, bad, bad}, misbehave.Twice: {bad, bad, bad}, misbehave.Huge: {bad, bad, bad},
	misbehave.Deep: {bad, bad, bad}, misbehave.Bomb: {bad, bad, bad}, misbehave.NaN: {bad, bad, bad}, misbehave.Overflow: {bad, bad, bad},
	misbehave.Negative: {well, well, well}, // a credit note
	misbehave.Quoted:   {bad, well, bad}, misbehave.MissingField: {bad, bad, bad}, misbehave.RenamedField: {bad, bad, bad},
	misbehave.RepeatedRows: {bad, bad, bad}, misbehave.OutOfOrder: {bad, well, well}, misbehave.LoopingPages: {bad, bad, bad},
	misbehave.Unauthorized: {stopped, stopped, stopped}, misbehave.TooMany: {waits, waits, waits}, misbehave.TooManyWait: {waits, waits, waits},
	misbehave.Burst: {well, well, well}, misbehave.Away: {away, away, away},
	misbehave.NoDataCode: {bad, bad, bad}, // that all is gone is not believed
	misbehave.RateCode:   {bad, waits, waits}, misbehave.QuotaCode: {bad, used, used}, misbehave.BalanceCode: {bad, used, used}, misbehave.AddressCode: {bad, stopped, stopped},
	misbehave.AccountExpired: {bad, stopped, stopped}, misbehave.Redirect: {bad, bad, bad},
	misbehave.Expired: {away, away, away}, misbehave.WrongHost: {away, away, away}, misbehave.SelfSigned: {away, away, away},
	misbehave.ClockSkew: {well, well, well}, // no ERP signs by the clock
	misbehave.Late:      {away, away, away},
}

// However an ERP misbehaves: nothing is lost and nothing comes twice, the page says
// what is wrong, other subsidiaries go on, and the next good answer mends it.
func TestT15(t *testing.T) {
	t.Parallel()
	for i, k := range []erp.Kind{erp.KindTryton, erp.KindKingdee, erp.KindU8} {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			books := &standin.Books{Items: standin.Items()}
			neighbour := w.link(t, w.CtxB(t), k, books.Server(k).Start(t, misbehave.Well), misbehave.Well)
			for _, b := range misbehave.All {
				want, ok := t15[b]
				if !ok {
					t.Errorf("%s has no row", b)
				}
				t.Run(string(b), func(t *testing.T) { w.misbehaves(t, k, b, want[i]); w.others(t, neighbour) })
			}
			t.Run("a good certificate", func(t *testing.T) { w.misbehaves(t, k, misbehave.GoodCertificate, well) })
		})
	}
}

var t15Start = time.Date(2026, 4, 10, 2, 0, 0, 0, time.UTC)

// link makes a connection to a server that speaks as the kind, with little patience for what hangs.
func (w *world) link(t *testing.T, ctx context.Context, k erp.Kind, url string, b misbehave.Behaviour) erp.Connection {
	t.Helper()
	patience := 30 * time.Second
	if b.Hangs() {
		patience = 400 * time.Millisecond
	}
	c := wire.New(misbehave.Trust(outbound.Client(outbound.Config{Private: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: patience}))).Paced(time.Millisecond)
	w.config.Adapters = map[erp.Kind]erp.Adapter{erp.KindTryton: tryton.New(c), erp.KindKingdee: kingdee.New(c), erp.KindU8: u8.New(c)}
	w.service = erp.New(w.config)
	in := input(fmt.Sprintf("t15-%d", time.Now().UnixNano()))
	in.Kind, in.Endpoint = k, standin.Endpoint(url)
	out, err := w.service.Save(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (w *world) misbehaves(t *testing.T, k erp.Kind, b misbehave.Behaviour, want became) {
	ctx, books := w.CtxA(t), &standin.Books{Items: standin.Items()}
	good, evil := books.Server(k), books.Server(k)
	evil.Wait = "60"
	goodURL := good.Start(t, misbehave.Well)
	c := w.link(t, ctx, k, goodURL, b)
	pull := func(at time.Time) became {
		t.Helper()
		w.clock.At = at
		_, _ = w.service.Pull(ctx, c.ID, feed.Receivables, false)
		runs, err := w.service.Runs(ctx, c.ID)
		if err != nil || len(runs) == 0 {
			t.Fatalf("%+v, %v", runs, err)
		}
		state := strings.Fields(w.breaker(t, ctx, c.ID))
		if len(state) == 3 {
			state = []string{state[0], ""}
		}
		if runs[0].Status == erp.RunFailed && runs[0].Failure == "" {
			t.Error("the page does not say what is wrong")
		}
		return became(fmt.Sprintf("%s, %s %s", runs[0].Status, state[0], state[1]))
	}
	has := func(step string) {
		t.Helper()
		if n := w.numbers(t, ctx, c.Source); n[0] != 4 || n[1] != 1_060_100 {
			t.Errorf("%s: %d items open, %d fen", step, n[0], n[1])
		}
	}
	if got := pull(t15Start); got != well {
		t.Fatalf("at first: %s", got)
	}
	has("at first")
	w.turn(t, ctx, c, evil.Start(t, b))
	if got := pull(t15Start.Add(24 * time.Hour)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if asked := evil.Requests(); asked > 4*wire.Tries {
		t.Errorf("%d requests in a run", asked)
	}
	if b != misbehave.Negative { // which says that somebody has a credit
		has("meanwhile")
	}
	if b == misbehave.Late {
		w.lateLimit(t, k, books, evil)
	}
	w.turn(t, ctx, c, goodURL)
	if got := pull(t15Start.Add(48 * time.Hour)); got != well {
		t.Errorf("afterwards: %s", got)
	}
	has("afterwards")
}

// turn leads a connection elsewhere, as a server would that changes its behaviour.
func (w *world) turn(t *testing.T, ctx context.Context, c erp.Connection, url string) {
	t.Helper()
	w.exec(t, ctx, `UPDATE erp_connections SET base_url = $2 WHERE id = $1`, c.ID, url)
}

// lateLimit: a limit that arrived while its answer did not is the same when sent again.
func (w *world) lateLimit(t *testing.T, k erp.Kind, books *standin.Books, s *misbehave.Server) {
	t.Helper()
	url := s.Start(t, misbehave.Late)
	push := func() (told error) {
		limits := []erp.Limit{{CustomerNumber: standin.Customer, Kind: exposure.LimitAmount, Amount: 50_000_050}}
		err := w.config.Adapters[k].PushLimits(t.Context(), standin.Endpoint(url), limits, func(_ int, err error) error { told = err; return nil })
		if err != nil {
			return err
		}
		return told
	}
	before, _ := books.Limit()
	if err := push(); err == nil {
		t.Error("a limit without an answer is confirmed")
	}
	s.Behave(misbehave.Well)
	if err := push(); err != nil {
		t.Error(err)
	}
	if limit, _ := books.Limit(); limit != "500000.50" {
		t.Errorf("the limit is %q, was %q", limit, before)
	}
}

// others is the other subsidiary, whose ERP behaves.
func (w *world) others(t *testing.T, c erp.Connection) {
	t.Helper()
	ctx := w.CtxB(t)
	if r, err := w.service.Pull(ctx, c.ID, feed.Receivables, false); err != nil || r.Status != erp.RunDone {
		t.Errorf("the other subsidiary's run: %+v, %v", r, err)
	}
	if n := w.numbers(t, ctx, c.Source); n[0] != 4 || n[1] != 1_060_100 {
		t.Errorf("the other subsidiary has %v", n)
	}
}
