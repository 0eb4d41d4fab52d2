package creditcheck

import (
	"testing"

	"zhuxin/shared/money"
)

// To the fen: what is tolerated at dispatch, and what of it HQ's quota counts.
func TestDispatchTolerance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		points             int
		held, amount, want money.Amount
	}{
		{0, 100_00, 100_01, 0},             // the preset
		{500, 100_00, 100_00, 0},           // no surplus
		{500, 100_00, 105_00, 5_00},        // five percent
		{500, 100_00, 105_01, 0},           // a fen more: nothing of it
		{1, 99_99, 99_99 + 1, 0},           // 0.9999 fen are no fen
		{1, 100_00, 100_01, 1},             // 1 fen
		{1000, 0, 1, 0},                    // nothing held
		{1000, -5, 1, 0},                   // a counter-entry
		{1000, 1e13, 1.1e13, 1e12},         // the largest amount does not turn over
		{1000, 1e13, 1.1e13 + 1, 0},        //
		{333, 77_77, 77_77 + 258, 258},     // 258.97
		{333, 77_77, 77_77 + 259, 0},       //
		{1000, 50_00, 40_00, 0},            // less than was held
		{MaxTolerance, 10_00, 11_00, 1_00}, // the most there is
	} {
		if got := (Rules{DispatchTolerance: c.points}).tolerated(c.held, c.amount); got != c.want {
			t.Errorf("%d points of %d, order of %d: %d, want %d", c.points, int64(c.held), int64(c.amount), int64(got), int64(c.want))
		}
	}
	f, p := healthy(), Preset()
	f.Reserved, f.Exposure, f.Headroom = 60_000_00, 100_000_00, 0 // the limit is used up, 60,000 by this order
	f.Checkpoint, f.Covered, f.Tolerated = AtDispatch, 60_000_00, 3_000_00
	if v := Decide(f, p, 63_000_00); v.Outcome != Allow {
		t.Errorf("tolerated: %+v", v)
	}
	if v := Decide(f, p, 63_000_01); v.Outcome != Block || v.Reasons[0].Actual != 100_000_01 {
		t.Errorf("a fen beyond what is tolerated: %+v", v)
	}
	f.GroupQuota = &PoolFacts{Limit: 100_000_00, Used: 100_000_00}
	if v := Decide(f, p, 63_000_00); v.Outcome != Block || v.Reasons[0].Code != GroupQuota {
		t.Errorf("HQ's quota is not the subsidiary's to stretch: %+v", v)
	}
	for points, good := range map[int]bool{-1: false, 0: true, 1000: true, 1001: false} {
		p := Preset()
		p.Rules.DispatchTolerance = points
		if err := p.Validate(); (err == nil) != good {
			t.Errorf("%d basis points: %v", points, err)
		}
	}
}

// The project's own setting comes before the tenant's, and the answer says so (ruling 16).
func TestWhoseCheckpointBinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tenant          Rules
		project         string
		order, dispatch bool
		by              Origin
	}{
		{Rules{AtOrder: true}, "", true, false, ByTenant},
		{Rules{AtOrder: true}, "inherit", true, false, ByTenant},
		{Rules{AtDispatch: true}, "order", true, false, ByProject},
		{Rules{AtOrder: true}, "dispatch", false, true, ByProject},
		{Rules{}, "both", true, true, ByProject},
	} {
		order, by := c.tenant.binds(AtOrder, &FoundProject{Checkpoints: c.project})
		dispatch, by2 := c.tenant.binds(AtDispatch, &FoundProject{Checkpoints: c.project})
		if order != c.order || dispatch != c.dispatch || by != c.by || by2 != c.by {
			t.Errorf("%+v: %t %t %s %s", c, order, dispatch, by, by2)
		}
	}
	if binds, by := (Rules{AtOrder: true}).binds(AtOrder, nil); !binds || by != ByTenant {
		t.Error("an order without a project goes by the tenant's")
	}
}
