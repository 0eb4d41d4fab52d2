package related_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/related"
	"zhuxin/data/tenantrepo/credittest"
	relatedrepo "zhuxin/data/tenantrepo/related"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/reach"
	"zhuxin/tenancy/tenancytest"
)

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func reason(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Reason
	}
	return ""
}

// Two customers with one legal representative are two steps apart; a company on the
// negative list behind them is found with the way to it, through a cycle as well. It
// follows what begins and ends with a day.
func TestOwnRelations(t *testing.T) {
	t.Parallel()
	w := newGroup(t)
	s := w.related
	admin := w.CtxA(t)
	seller, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	one, two := w.NewCustomer(t, admin, 1), w.NewCustomer(t, admin, 2)
	bad := credittest.USCC(66)
	boss := related.PartyInput{Kind: related.Person, Name: "王老板", IDNumber: "11010519491231002x"}
	add := func(of uuid.UUID, in related.AddInput) related.Relation {
		t.Helper()
		in.CustomerID = of
		r, err := s.Add(admin, in)
		ok(t, err)
		return r
	}
	add(one.ID, related.AddInput{Kind: reach.LegalRepresentative, Other: boss})
	add(two.ID, related.AddInput{Kind: reach.Controller, Other: boss})
	add(two.ID, related.AddInput{Kind: reach.Shareholder, Share: 3000, Other: related.PartyInput{Kind: related.Company, Name: one.Name, USCC: one.USCC}}) // a cycle
	last := add(two.ID, related.AddInput{Of: true, Kind: reach.Parent, Other: related.PartyInput{Kind: related.Company, Name: "失信建工", USCC: bad}})
	later := add(two.ID, related.AddInput{Kind: reach.SameOwner, ValidFrom: "2026-12-01", Other: related.PartyInput{Kind: related.Company, Name: "待定建设", USCC: credittest.USCC(67)}})
	add(two.ID, related.AddInput{Kind: reach.Shareholder, Share: 2499, Other: related.PartyInput{Kind: related.Company, Name: "小股东", USCC: credittest.USCC(68)}})

	reached := func(of uuid.UUID) int {
		return w.Count(t, admin, `SELECT coalesce(sum(depth), 0) FROM related_reach WHERE customer_id = $1`, of)
	}
	if got := reached(one.ID); got != 1+2 {
		t.Errorf("one reaches companies by %d steps in all", got)
	}
	if got := reached(two.ID); got != 1+1 {
		t.Errorf("two reaches companies by %d steps in all", got)
	}
	w.list(t, bad, "失信建工", "serious")
	hits, err := s.Listed(admin, one.ID)
	ok(t, err)
	if len(hits) != 1 || hits[0].Name != "失信建工" || hits[0].Path.Nodes[1].Name != two.Name || !hits[0].Counts || hits[0].Action != "warn" || hits[0].Severity != "serious" {
		t.Errorf("hits %+v", hits)
	}
	v, err := s.Of(admin, one.ID, 0)
	ok(t, err)
	if len(v.Parties) != 5 || len(v.Relations) != 5 {
		t.Errorf("view %+v", v)
	}
	for _, p := range v.Parties {
		if p.Kind == related.Person && (p.IDMask != "110105********002X" || p.USCC != "") {
			t.Errorf("person %+v", p)
		}
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM audit_log WHERE after::text LIKE '%194912%'`); n != 0 {
		t.Error("the audit holds an ID number in plain")
	}
	// entered twice, ended, and then no way any more
	if _, err := s.Add(admin, related.AddInput{CustomerID: one.ID, Kind: reach.LegalRepresentative, Other: boss}); reason(err) != "RELATION_EXISTS" {
		t.Errorf("entered twice: %v", err)
	}
	if err := s.End(admin, one.ID, last.ID, "2026-11-19", 1); reason(err) != "RELATION_NOT_FOUND" {
		t.Errorf("not a relation of that customer: %v", err)
	}
	ok(t, s.End(admin, two.ID, last.ID, "2026-11-20", 1))
	if hits, err := s.Listed(admin, one.ID); err != nil || len(hits) != 1 {
		t.Errorf("on its last day %+v, %v", hits, err)
	}
	if err := s.End(admin, two.ID, later.ID, "2026-11-20", 1); reason(err) != "RELATION_ENDS_BEFORE_START" {
		t.Errorf("ended before it begins: %v", err)
	}
	w.Clock.At = w.Clock.At.Add(24 * time.Hour)
	_, err = s.Daily(admin, 0)
	ok(t, err)
	if err := s.End(admin, two.ID, last.ID, "", 2); reason(err) != "RELATION_ENDED" {
		t.Errorf("ended twice: %v", err)
	}
	if hits, err := s.Listed(admin, one.ID); err != nil || len(hits) != 0 {
		t.Errorf("after its end %+v %v", hits, err)
	}
	w.Clock.At = w.Clock.At.Add(10 * 24 * time.Hour)
	_, err = s.Daily(admin, 0)
	ok(t, err)
	if got := reached(two.ID); got != 1+1 {
		t.Errorf("after the first day of another, two reaches companies by %d steps in all", got)
	}
	// of other customers a salesperson learns no more than the registers say
	w.Exec(t, admin, `UPDATE customers SET salesperson_id = $2 WHERE id = $1`, one.ID, seller.ID)
	v, err = s.Of(sales, one.ID, 4)
	ok(t, err)
	for _, p := range v.Parties {
		if (p.CustomerID != nil) != (p.USCC == one.USCC) {
			t.Errorf("the salesperson of %s is told that %s is a customer: %v", one.Name, p.Name, p.CustomerID != nil)
		}
	}
	w.Exec(t, admin, `UPDATE customers SET salesperson_id = NULL WHERE id = $1`, one.ID)
	// who may not see the customer sees nothing around him
	if _, err := s.Of(sales, one.ID, 1); reason(err) != "CUSTOMER_NOT_FOUND" {
		t.Errorf("another salesperson: %v", err)
	}
	if _, err := s.Listed(sales, one.ID); reason(err) != "CUSTOMER_NOT_FOUND" {
		t.Errorf("another salesperson: %v", err)
	}
	if _, err := s.Of(admin, one.ID, 5); err == nil {
		t.Error("five steps were taken")
	}
	w.Exec(t, admin, `UPDATE customers SET uscc = NULL WHERE id = $1`, one.ID)
	if _, err := s.Add(admin, related.AddInput{CustomerID: one.ID, Kind: reach.LegalRepresentative, Other: boss}); reason(err) != "RELATED_NO_CODE" {
		t.Errorf("without a code: %v", err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		g, err := relatedrepo.Repo{}.Reach(ctx, two.USCC, 4, calendar.NewDate(2026, 11, 20), nil)
		return len(g.Parties), err
	})
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (n int, err error) {
		edges, err := relatedrepo.Books{}.Around(ctx, []reach.Key{reach.Company(two.USCC)}, calendar.NewDate(2026, 11, 20))
		return len(edges), err
	})
}

// Who represents a customer is a relation as soon as his ID number is known; it ends
// when somebody else does, and with the code that was not the customer's.
func TestLegalRepresentativeFollowsMasterData(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	a := g.CtxA(t)
	person, number := "王老板", "11010519491231002X"
	one, two := g.NewCustomer(t, a, 1), g.NewCustomer(t, a, 2)
	sealed, err := g.seal(t, a, one.ID, number)
	ok(t, err)
	for id, s := range map[uuid.UUID][]byte{one.ID: sealed, two.ID: must(g.seal(t, a, two.ID, number))} {
		g.Exec(t, a, `UPDATE customers SET legal_representative = $2, legal_representative_id_enc = $3 WHERE id = $1`, id, person, s)
	}
	n, err := g.related.Daily(a, 0)
	if ok(t, err); n == 0 {
		t.Error("nobody was followed")
	}
	near := func() int { return g.Count(t, a, `SELECT count(*) FROM related_reach WHERE depth = 2`) }
	var made uuid.UUID
	ok(t, g.Pool.Tenant().InTx(a, func(ctx context.Context) error {
		r, _, err := relatedrepo.Repo{}.FromMaster(ctx, one.USCC)
		made = r.ID
		return err
	}))
	if err := g.related.End(a, one.ID, made, "", 1); reason(err) != "RELATION_FROM_MASTER_DATA" {
		t.Errorf("ended by hand: %v", err)
	}
	if near() != 2 {
		t.Errorf("%d ways over the person, want one each way", near())
	}
	again, err := g.related.Daily(a, 0)
	if ok(t, err); again != 0 {
		t.Errorf("followed again: %d", again)
	}
	g.Exec(t, a, `UPDATE customers SET legal_representative = '李四', legal_representative_id_enc = $2 WHERE id = $1`, one.ID, must(g.seal(t, a, one.ID, "110101199003074477")))
	ok(t, g.Pool.Tenant().InTx(a, func(ctx context.Context) error { return g.related.Follow(ctx, one.ID) }))
	if near() != 0 {
		t.Errorf("%d ways over somebody who left", near())
	}
	if n := g.Count(t, a, `SELECT count(*) FROM party_relations WHERE source = 'customer' AND valid_through IS NULL`); n != 2 {
		t.Errorf("%d relations are in force", n)
	}
	ok(t, g.Pool.Tenant().InTx(a, func(ctx context.Context) error { return g.related.Left(ctx, two.USCC) }))
	if n := g.Count(t, a, `SELECT count(*) FROM party_relations WHERE source = 'customer' AND valid_through IS NULL`); n != 1 {
		t.Errorf("%d relations are in force", n)
	}
}

func (g *group) seal(t *testing.T, ctx context.Context, id uuid.UUID, number string) (sealed []byte, err error) {
	t.Helper()
	err = g.Pool.Tenant().InTx(ctx, func(ctx context.Context) (err error) {
		sealed, err = g.Keys.Seal(ctx, "customers", "legal_representative_id_enc", id, number)
		return err
	})
	return sealed, err
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}
