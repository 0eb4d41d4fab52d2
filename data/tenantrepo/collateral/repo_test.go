package collateral_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/collateral"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/biz/related"
	repo "zhuxin/data/tenantrepo/collateral"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var today = calendar.NewDate(2026, 11, 20)

// limited makes a customer with a standing limit of 1,000.00.
func limited(t *testing.T, w *credittest.World, ctx context.Context, n int) customer.Detail {
	t.Helper()
	c := w.NewCustomer(t, ctx, n)
	w.InA(t, func(ctx context.Context) error {
		if _, err := w.Limits.SetStanding(ctx, limit.StandingInput{CustomerID: c.ID, Kind: exposure.LimitAmount, Amount: 100_000, Reason: "test"}); err != nil {
			return err
		}
		return w.Accounts.Recompute(ctx, c.ID)
	})
	return c
}

func mortgage(of uuid.UUID, reference string) collateral.ApplyInput {
	return collateral.ApplyInput{CustomerID: of, Terms: collateral.Terms{Kind: collateral.Mortgage, ProviderName: " 华泰置业有限公司 ", ReferenceNo: reference, Description: "办公楼一层",
		Guaranteed: 80_000, Appraised: new(money.Amount(60_001)), AppraisedOn: today - 9, StartsOn: today + 2, EndsOn: today + 5}}
}

func guarantee(of uuid.UUID, name, uscc string) collateral.ApplyInput {
	return collateral.ApplyInput{CustomerID: of, Terms: collateral.Terms{Kind: collateral.Guarantee, ProviderName: name, ProviderUSCC: uscc,
		Guaranteed: 10_000, StartsOn: today, EndsOn: today + 30}}
}

func TestCollateralFromApplicationToRelease(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin, approver, sales := w.CtxA(t), w.CtxA(t, access.RoleApprover), w.CtxA(t, access.RoleSalesperson)
	c := limited(t, w, admin, 1)
	account := func() exposure.Account {
		d, err := w.Customers.Get(admin, c.ID)
		ok(t, err)
		return d.Account
	}
	unlist := w.List(t, c.USCC, negativelist.Critical) // a listed customer may secure what he owes
	item, err := w.Collateral.Apply(admin, mortgage(c.ID, "JX-2026-1"))
	ok(t, err)
	unlist()
	if item.Cover != 30_000 || item.Rate != 5_000 || item.Status != collateral.StatusSubmitted || item.ProviderName != "华泰置业有限公司" {
		t.Errorf("submitted: %+v", item)
	}
	var facts collateral.Facts
	a := w.Pending(t, approver, item.ID)
	ok(t, json.Unmarshal(a.Facts, &facts))
	if len(facts.Negative) != 1 || facts.Negative[0].Limits != negativelist.CapZero {
		t.Errorf("the approver does not see the listing: %+v", facts.Negative)
	}
	if a.Amount != 30_000 || facts.New.Cover != 30_000 || facts.ResultingBound == nil || *facts.ResultingBound != 130_000 || facts.Old.Standing != 100_000 {
		t.Errorf("the approver sees %d, %+v", a.Amount, facts)
	}
	if _, err := w.Collateral.Apply(admin, mortgage(c.ID, "JX-2026-1")); !errors.Is(err, collateral.ErrPending) {
		t.Errorf("the same twice: %v", err)
	}
	if _, err := w.Collateral.Get(sales, item.ID); !errors.Is(err, collateral.ErrNotFound) {
		t.Errorf("another's customer: %v", err)
	}
	if _, err := w.Approvals.Decide(admin, approval.DecideInput{ID: a.ID, Approve: true, Version: a.Version}); err == nil {
		t.Error("who submitted it approved it")
	}
	w.Approve(t, approver, item.ID)
	if _, err := w.Collateral.Apply(admin, mortgage(limited(t, w, admin, 2).ID, "JX-2026-1")); !errors.Is(err, collateral.ErrTaken) {
		t.Errorf("the same building for another customer: %v", err)
	}

	for day, want := range []money.Amount{0, 0, 30_000, 30_000, 30_000, 30_000, 0, 0} {
		w.Clock.At = credittest.Noon.AddDate(0, 0, day)
		if got := account(); got.Cover != want || got.Limit() != 100_000 || got.Bound() != 100_000+want || got.Headroom() != 100_000+want {
			t.Errorf("after %d days: %+v, want a cover of %d", day, got, want)
		}
	}
	// The account knows by itself until when it holds: nobody recomputed in between.
	w.Clock.At = credittest.Noon.AddDate(0, 0, 3)
	if got := account(); got.ValidThrough != today+5 {
		t.Errorf("holds through %s", got.ValidThrough)
	}
	active, total, cover, err := w.Collateral.List(admin, collateral.ListInput{Search: "华泰", Kind: collateral.Mortgage, Status: collateral.StatusActive, EndsBefore: today + 6})
	if err != nil || total != 1 || cover != 30_000 || active[0].ID != item.ID || active[0].CustomerNumber != c.Number {
		t.Errorf("list: %+v, %d, %d, %v", active, total, cover, err)
	}
	if none, total, _, err := w.Collateral.List(sales, collateral.ListInput{}); err != nil || total != 0 || len(none) != 0 {
		t.Errorf("a salesperson sees others' customers: %+v, %v", none, err)
	}

	if _, err := w.Collateral.Release(sales, collateral.ReleaseInput{ID: item.ID, Reason: "r", Version: 2}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a salesperson releases: %v", err)
	}
	if _, err := w.Collateral.Release(admin, collateral.ReleaseInput{ID: item.ID, Reason: "r", Version: 1}); !errors.Is(err, collateral.ErrVersion) {
		t.Errorf("an old version: %v", err)
	}
	done, err := w.Collateral.Release(admin, collateral.ReleaseInput{ID: item.ID, Reason: "欠款结清", Version: 2})
	if err != nil || done.Status != collateral.StatusReleased || done.ReleasedBy == nil || account().Cover != 0 {
		t.Errorf("released: %+v, %v, %d", done, err, account().Cover)
	}
	sheet, err := w.Collateral.OfCustomer(admin, c.ID)
	if err != nil || len(sheet.Items) != 1 || sheet.Cover != 0 || sheet.Items[0].ReleaseReason != "欠款结清" {
		t.Errorf("sheet: %+v, %v", sheet, err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		ls, total, _, err := repo.Repo{}.List(ctx, collateral.Query{Today: today, Window: paging.Window{Limit: 20}})
		return len(ls) + int(total), err
	})
}

// What the database itself refuses, whatever the program asks for.
func TestTermsStayAsApproved(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	item, err := w.Collateral.Apply(admin, guarantee(limited(t, w, admin, 1).ID, "恒信担保", credittest.USCC(9)))
	ok(t, err)
	w.Approve(t, approver, item.ID)
	for _, change := range []string{`guaranteed_amount = guaranteed_amount + 1`, `rate = 10000`, `cover_amount = cover_amount + 1`, `ends_on = ends_on + 1`, `status = 'submitted'`} {
		refused(t, w, admin, `UPDATE collateral SET `+change+` WHERE id = $1`, item.ID)
	}
	refused(t, w, admin, `DELETE FROM collateral WHERE id = $1`, item.ID)
}

func refused(t *testing.T, w *credittest.World, ctx context.Context, query string, args ...any) {
	t.Helper()
	if err := w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, query, args...)
		return err
	}); err == nil {
		t.Errorf("done: %s", query)
	}
}

// A guarantor who stands or falls with the customer adds nothing, and says why; the
// customer himself is none.
func TestWhoGuarantees(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := limited(t, w, admin, 1)
	for name, in := range map[string]collateral.ApplyInput{"by code": guarantee(c.ID, "别名", c.USCC), "by name": guarantee(c.ID, c.Name, "")} {
		if _, err := w.Collateral.Apply(admin, in); !errors.Is(err, collateral.ErrSelf) {
			t.Errorf("his own guarantee %s: %v", name, err)
		}
	}
	own := mortgage(c.ID, "OWN-1")
	own.ProviderName, own.ProviderUSCC = c.Name, c.USCC
	if item, err := w.Collateral.Apply(admin, own); err != nil || item.Cover != 30_000 {
		t.Errorf("his own building: %+v, %v", item, err)
	}
	_, err := w.Related.Add(admin, related.AddInput{CustomerID: c.ID, Other: related.PartyInput{Kind: related.Company, Name: "母公司", USCC: credittest.USCC(7)}, Kind: "shareholder", Share: 9_000, SourceNote: "章程"})
	ok(t, err)
	_, err = w.Related.Add(admin, related.AddInput{CustomerID: c.ID, Other: related.PartyInput{Kind: related.Person, Name: "王建国"}, Kind: "shareholder", Share: 1_000, SourceNote: "章程"})
	ok(t, err)
	w.List(t, credittest.USCC(8), negativelist.Critical)
	stands := func(name, uscc string) collateral.Collateral {
		t.Helper()
		item, err := w.Collateral.Apply(admin, guarantee(c.ID, name, uscc))
		ok(t, err)
		return item
	}
	for name, x := range map[string]struct {
		name, uscc string
		want       collateral.Uncounted
		cover      money.Amount
	}{
		"a stranger":      {"恒信担保", credittest.USCC(9), collateral.Counted, 3_000},
		"parent":          {"母公司", credittest.USCC(7), collateral.ByRelation, 0},
		"partner by name": {"王建国", "", collateral.ByRelation, 0},
		"listed":          {"失信公司", credittest.USCC(8), collateral.ByBlacklist, 0},
	} {
		if item := stands(x.name, x.uscc); item.Uncounted != x.want || item.Cover != x.cover {
			t.Errorf("%s: %s, %d", name, item.Uncounted, item.Cover)
		}
	}
	// Listed between application and approval: what the approver lets pass adds nothing.
	late := stands("后来失信", credittest.USCC(6))
	w.List(t, credittest.USCC(6), negativelist.Critical)
	w.Approve(t, approver, late.ID)
	if now, err := w.Collateral.Get(admin, late.ID); err != nil || late.Cover != 3_000 || now.Cover != 0 || now.Uncounted != collateral.ByBlacklist {
		t.Errorf("listed meanwhile: %+v, %v", now, err)
	}
}

func TestRatesWithdrawAndPapers(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	_, author := w.AddMember(t, w.A, "管理员", access.RoleAdministrator)
	c := limited(t, w, author, 1)
	r, err := w.Collateral.Rates(author)
	if err != nil || r.Version != 0 || r.Of[collateral.Guarantee] != 3_000 {
		t.Fatalf("preset: %+v, %v", r, err)
	}
	first, err := w.Collateral.Apply(author, guarantee(c.ID, "恒信担保", ""))
	ok(t, err)
	r.Of[collateral.Guarantee] = 6_000
	if _, err := w.Collateral.SetRates(w.CtxA(t, access.RoleCreditReviewer), r); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a reviewer sets rates: %v", err)
	}
	if set, err := w.Collateral.SetRates(author, r); err != nil || set.Version != 1 {
		t.Errorf("set: %+v, %v", set, err)
	}
	if _, err := w.Collateral.SetRates(author, r); !errors.Is(err, collateral.ErrVersion) {
		t.Errorf("an old version: %v", err)
	}
	second, err := w.Collateral.Apply(author, guarantee(c.ID, "另一家担保", ""))
	if now, again := w.Collateral.Get(author, first.ID); err != nil || again != nil || now.Cover != 3_000 || second.Cover != 6_000 {
		t.Errorf("before %d, now %d: %v, %v", now.Cover, second.Cover, err, again)
	}
	if _, err := w.Collateral.Withdraw(w.CtxA(t), first.ID); err == nil {
		t.Error("somebody else withdrew it")
	}
	if gone, err := w.Collateral.Withdraw(author, first.ID); err != nil || gone.Status != collateral.StatusWithdrawn {
		t.Errorf("withdrawn: %+v, %v", gone, err)
	}
	if _, err := w.Collateral.Withdraw(author, first.ID); !errors.Is(err, collateral.ErrState) {
		t.Errorf("twice: %v", err)
	}
	in := guarantee(c.ID, "恒信担保", "")
	in.Documents = []uuid.UUID{uuid.New()}
	if _, err := w.Collateral.Apply(author, in); !errors.Is(err, collateral.ErrDocument) {
		t.Errorf("a paper that is not there: %v", err)
	}
}
