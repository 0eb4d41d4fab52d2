//go:build long

package erp_test

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
	"zhuxin/data/erp/tryton"
	"zhuxin/data/erp/tryton/trytontest"
	"zhuxin/data/erp/wire"
	"zhuxin/data/outbound"
	"zhuxin/shared/event"
	"zhuxin/tenancy/scope"
)

// A real Tryton and our ledger, end to end: what is posted there appears here, what is
// paid there shows here, and a limit of ours is what its own client reads.
func TestRealServer(t *testing.T) {
	w := setup(t)
	w.clock.At = time.Now()
	there := trytontest.Start(t)
	w.config.Adapters = map[erp.Kind]erp.Adapter{erp.KindTryton: tryton.New(wire.New(outbound.Client(outbound.Config{Private: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: time.Minute})).Paced(time.Millisecond))}
	w.service = erp.New(w.config)
	ctx := w.CtxA(t)
	in := input("tryton-" + uuid.NewString()[:8])
	in.Endpoint, in.PushLimits = there.Endpoint, true
	in.Feeds = []feed.Kind{feed.Customers, feed.Orders, feed.Deliveries, feed.Receivables}
	k, err := w.service.Save(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	pull := func(what, want string) {
		t.Helper()
		if err := w.service.PullAll(ctx, k.ID, false); err != nil {
			t.Fatal(err)
		}
		runs, err := w.service.Runs(ctx, k.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range runs {
			if r.Status != erp.RunDone || r.Refused != 0 {
				t.Errorf("%s: %s %s %s, %d refused", what, r.Feed, r.Status, r.Failure, r.Refused)
			}
		}
		if got := fmt.Sprint(w.numbers(t, ctx, in.Source)); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	pull("an invoice of 500 m³, 100,000.00 of it paid, and 8.5 m³ delivered only", "[1 11000000 2 21357000]")
	there.Step(t, "more")
	w.clock.At = time.Now()
	pull("30,000.50 more of it paid, and another invoice of 10 m³", "[2 8419950 3 21777000]")
	pull("nothing new", "[2 8419950 3 21777000]")

	var number string
	var id uuid.UUID
	err = w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, `SELECT id, number FROM customers WHERE uscc = $1`, trytontest.Customer).Scan(&id, &number)
	})
	if err != nil {
		t.Fatal(err)
	}
	w.exec(t, ctx, `UPDATE credit_accounts SET limit_kind = 'amount', standing_amount = 50000050 WHERE id = $1`, id)
	if err := w.service.LimitsChanged(ctx, event.Delivered{Topic: "t", Payload: []byte(`{"customer_ids":["` + id.String() + `"]}`)}); err != nil {
		t.Fatal(err)
	}
	if err := w.service.PushDue(ctx); err != nil {
		t.Fatal(err)
	}
	list, _, err := w.service.ListPushes(ctx, k.ID, erp.PushConfirmed, 1, 10)
	if err != nil || len(list) != 1 || list[0].CustomerNumber != number || list[0].Amount != 50_000_050 {
		t.Errorf("confirmed: %+v, %v", list, err)
	}
	if got := there.Step(t, "limit"); got != "500000.50" {
		t.Errorf("the limit that Tryton's own client reads: %s", got)
	}
}
