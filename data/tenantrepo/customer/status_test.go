package customer_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	approvalrepo "zhuxin/data/tenantrepo/approval"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/tenancytest"
)

// Business ends with a reason and is taken up again, by administrators and finance.
func TestStatus(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin, finance := w.CtxA(t), w.CtxA(t, access.RoleFinance)
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	c := w.NewCustomer(t, sales, 1)
	in := customer.StatusInput{ID: c.ID, Status: customer.StatusInactive, Reason: " 不再合作 ", Version: c.Version}
	for name, bad := range map[string]struct {
		ctx    context.Context
		change func(*customer.StatusInput)
		reason string
	}{
		"a salesperson":  {sales, func(*customer.StatusInput) {}, "PERMISSION_DENIED"},
		"no reason":      {admin, func(i *customer.StatusInput) { i.Reason = " " }, "INVALID_INPUT"},
		"no such status": {admin, func(i *customer.StatusInput) { i.Status = "gone" }, "INVALID_INPUT"},
		"stale":          {admin, func(i *customer.StatusInput) { i.Version++ }, "VERSION_CONFLICT"},
		"as it is":       {admin, func(i *customer.StatusInput) { i.Status = customer.StatusActive }, "CUSTOMER_STATUS_SAME"},
		"another tenant": {w.CtxB(t), func(*customer.StatusInput) {}, "CUSTOMER_NOT_FOUND"},
	} {
		i := in
		bad.change(&i)
		if _, err := w.Customers.SetStatus(bad.ctx, i); faultOf(err).Reason != bad.reason {
			t.Errorf("%s: %v", name, err)
		}
	}
	d, err := w.Customers.SetStatus(finance, in)
	ok(t, err)
	if d.Status != customer.StatusInactive || d.Version != c.Version+1 {
		t.Errorf("%+v", d.Customer)
	}
	in.Status, in.Version = customer.StatusActive, d.Version
	d, err = w.Customers.SetStatus(admin, in)
	ok(t, err)
	if d.Status != customer.StatusActive {
		t.Errorf("%+v", d.Customer)
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM audit_log WHERE action IN ('customer.deactivated', 'customer.reactivated') AND after->>'reason' = '不再合作' AND object_id = '`+c.ID.String()+`'`); n != 2 {
		t.Errorf("%d changes are written down", n)
	}
}

// A new customer of whom no term was said has the subsidiary's standard one, and where
// there is none it must be said.
func TestNewCustomersTerm(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	create := func(n int, term *int32) (customer.Detail, error) {
		return w.Customers.Create(admin, customer.CreateInput{Fields: customer.Fields{Name: ptr("新客户" + string(rune('A'+n))), USCC: ptr(credittest.USCC(n)), CreditTermDays: term}})
	}
	set := func(version int, terms string, preset any) {
		w.Exec(t, admin, `INSERT INTO collection_settings (id, standard_terms, standard_term, created_at) VALUES ($1, $2, $3, now())`, version, terms, preset)
	}
	if d, err := create(1, nil); err != nil || d.CreditTermDays != 30 {
		t.Errorf("by the usual terms: %d %v", d.CreditTermDays, err)
	}
	set(1, "15,45", 45)
	if d, err := create(2, nil); err != nil || d.CreditTermDays != 45 {
		t.Errorf("by the subsidiary's: %d %v", d.CreditTermDays, err)
	}
	if d, err := create(3, new(int32(0))); err != nil || d.CreditTermDays != 0 {
		t.Errorf("what was said: %d %v", d.CreditTermDays, err)
	}
	set(2, "15,45", nil)
	if _, err := create(4, nil); faultOf(err).Reason != "INVALID_INPUT" || faultOf(err).Fields[0].Name != "credit_term_days" {
		t.Errorf("nothing said: %v", err)
	}
	if p, err := w.Customers.Presets(w.CtxB(t)); err != nil || len(p.Terms) != 3 || *p.Term != 30 {
		t.Errorf("another tenant: %+v %v", p, err)
	}
}

// The approver sees which papers were expired when it was submitted.
func TestExpiredPapersAreShown(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	c := w.NewCustomer(t, admin, 1)
	for _, paper := range []string{
		`'business_licence', 1, '2020-01-31', false`, `'power_of_attorney', 1, '2020-01-31', false`, `'power_of_attorney', 2, '2099-01-31', false`,
		`'power_of_attorney', 3, '2020-01-31', true`, `'other', 1, '2020-01-31', false`,
	} {
		w.Exec(t, admin, `INSERT INTO documents (id, customer_id, file_name, content_type, size_bytes, sha256, object_key, kind, revision, expires_on, historical, created_at)
			SELECT gen_random_uuid(), $1, 'a.pdf', 'application/pdf', 1, '', gen_random_uuid()::text, `+paper+`, now()`, c.ID)
	}
	l, err := w.Limits.Adjust(admin, limit.AdjustInput{CustomerID: c.ID, Kind: exposure.LimitAmount, Amount: 5000, Reason: "新客户"})
	ok(t, err)
	if got := string(w.Pending(t, w.CtxA(t, access.RoleApprover), l.ID).Facts); !strings.Contains(got, "expired_papers") ||
		!strings.Contains(got, "business_licence") || strings.Contains(got, "power_of_attorney") || strings.Contains(got, `"other"`) {
		t.Errorf("facts %s", got)
	}
	today := calendar.Of(w.Clock.At, time.UTC)
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		papers, err := approvalrepo.New().ExpiredPapers(ctx, c.ID, today)
		return len(papers), err
	})
}
