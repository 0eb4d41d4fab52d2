package related_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/related"
	"zhuxin/data/auditlog"
	"zhuxin/data/tenantrepo/credittest"
	customerrepo "zhuxin/data/tenantrepo/customer"
	relatedrepo "zhuxin/data/tenantrepo/related"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
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
// negative list behind them is found with the way to it, through a cycle as well.
func TestPathsToListedCompanies(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	s := related.New(w.Pool.Tenant(), relatedrepo.Repo{}, customerrepo.New(), related.HashPrints{Secret: []byte("secret")}, auditlog.Tenant(w.Pool), w.Clock)
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
	add(one.ID, related.AddInput{Kind: related.LegalRepresentative, Other: boss})
	add(two.ID, related.AddInput{Kind: related.Controller, Other: boss})
	add(two.ID, related.AddInput{Kind: related.Shareholder, Share: 3000, Other: related.PartyInput{Kind: related.Company, Name: one.Name, USCC: one.USCC}}) // a cycle
	last := add(two.ID, related.AddInput{Of: true, Kind: related.Parent, Other: related.PartyInput{Kind: related.Company, Name: "失信建工", USCC: bad}})

	later := add(two.ID, related.AddInput{Kind: related.SameOwner, ValidFrom: "2026-12-01", Other: related.PartyInput{Kind: related.Company, Name: "待定建设", USCC: credittest.USCC(67)}})

	// by the code, to every company, the shortest way
	var paths []related.Path
	in := func(ctx context.Context, uscc string, depth int) {
		t.Helper()
		ok(t, w.Pool.Tenant().InTx(ctx, func(ctx context.Context) (err error) {
			paths, err = s.PathsTo(ctx, uscc, depth)
			return err
		}))
	}
	in(admin, one.USCC, 4)
	if len(paths) != 2 || paths[0].End().USCC != two.USCC || len(paths[0].Relations) != 1 || paths[1].End().USCC != bad || len(paths[1].Relations) != 2 {
		t.Errorf("paths %+v", paths)
	}
	if in(admin, one.USCC, 1); len(paths) != 1 {
		t.Errorf("one step reaches %+v", paths)
	}
	if in(w.CtxB(t), one.USCC, 4); len(paths) != 0 {
		t.Errorf("another tenant sees %+v", paths)
	}
	_, err := w.Admin(t).ExecContext(t.Context(), `INSERT INTO hq.negative_entries (id, uscc, company_name, reason_code, reason_text, tenant_id, listed_by, listed_at)
		VALUES (gen_random_uuid(), $1, '失信建工', 'fraud', '转移货款', $2, gen_random_uuid(), now())`, bad, w.B.ID)
	ok(t, err)
	v, err := s.Of(admin, one.ID, 0)
	ok(t, err)
	if len(v.Parties) != 4 || len(v.Relations) != 4 || len(v.Hits) != 1 || v.Hits[0].End().Name != "失信建工" || v.Hits[0].Parties[1].Name != two.Name {
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
	if _, err := s.Add(admin, related.AddInput{CustomerID: one.ID, Kind: related.LegalRepresentative, Other: boss}); reason(err) != "RELATION_EXISTS" {
		t.Errorf("entered twice: %v", err)
	}
	if err := s.End(admin, one.ID, last.ID, "2026-11-19", 1); reason(err) != "RELATION_NOT_FOUND" {
		t.Errorf("not a relation of that customer: %v", err)
	}
	ok(t, s.End(admin, two.ID, last.ID, "2026-11-19", 1))
	if err := s.End(admin, two.ID, last.ID, "", 2); reason(err) != "RELATION_ENDED" {
		t.Errorf("ended twice: %v", err)
	}
	if v, err = s.Of(admin, one.ID, 4); err != nil || len(v.Hits) != 0 || len(v.Parties) != 3 {
		t.Errorf("after its end %+v %v", v, err)
	}
	if err := s.End(admin, two.ID, later.ID, "2026-11-20", 1); reason(err) != "RELATION_ENDS_BEFORE_START" {
		t.Errorf("ended before it begins: %v", err)
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
	if _, err := s.Of(admin, one.ID, 5); err == nil {
		t.Error("five steps were taken")
	}
	w.Exec(t, admin, `UPDATE customers SET uscc = NULL WHERE id = $1`, one.ID)
	if _, err := s.Add(admin, related.AddInput{CustomerID: one.ID, Kind: related.LegalRepresentative, Other: boss}); reason(err) != "RELATED_NO_CODE" {
		t.Errorf("without a code: %v", err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		g, err := relatedrepo.Repo{}.Reach(ctx, two.USCC, 4, calendar.NewDate(2026, 11, 20), nil)
		return len(g.Parties), err
	})
}
