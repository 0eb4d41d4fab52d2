package agenda_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	biz "zhuxin/biz/agenda"
	"zhuxin/data/auditlog"
	"zhuxin/data/export"
	"zhuxin/data/query/agenda"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
	"zhuxin/tenancy/tenancytest"
)

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Each kind stands on its day, at the edges of the months asked for, for who may see it.
func TestDaysOfAllKinds(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	s := &biz.Service{Tx: w.Pool.Tenant(), Sources: agenda.Sources(), Tables: export.New(""), Audit: auditlog.Tenant(w.Pool), Clock: w.Clock}
	admin := w.CtxA(t)
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	other, otherCtx := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	_, nobody := w.AddMember(t, w.A, "王五", access.RoleSalesperson)
	_, dispatcher := w.AddMember(t, w.A, "调度", access.RoleDispatcher)
	c := w.NewCustomer(t, sales, 1)
	project := uuid.New()
	w.Exec(t, admin, `INSERT INTO projects (id, number, name, customer_id, salesperson_id, created_at, updated_at) VALUES ($1, 'P1', '滨江', $2, $3, now(), now())`, project, c.ID, other.ID)
	template := w.EffectiveTemplate(t, w.A)
	w.Exec(t, admin, `INSERT INTO credit_ratings (id, created_at, updated_at, customer_id, template_id, status, "values", total_score, grade, max_credit_amount, max_overdue_amount, max_overdue_days, due_on)
		VALUES (gen_random_uuid(), now(), now(), $1, $2, 'effective', '[]', 0, 'B', 0, 0, 0, '2026-11-01')`, c.ID, template.ID)
	w.Exec(t, admin, `INSERT INTO documents (id, created_at, customer_id, project_id, kind, file_name, content_type, size_bytes, sha256, object_key, revision, expires_on)
		SELECT gen_random_uuid(), now(), $1, project::uuid, 'business_licence', 'a.pdf', 'application/pdf', 1, '', gen_random_uuid()::text, revision, day::date
		FROM (VALUES (NULL, 1, '2026-11-05'), (NULL, 2, '2027-01-31'), ($2::text, 1, '2027-02-01')) v (project, revision, day)`, c.ID, project.String())
	w.Exec(t, admin, `INSERT INTO credit_limits (id, created_at, updated_at, customer_id, project_id, class, kind, amount, starts_on, ends_on, superseded_on, reason, status)
		SELECT gen_random_uuid(), now(), now(), $1, project::uuid, class, 'amount', 700, starts::date, ends::date, superseded::date, 'x', 'effective'
		FROM (VALUES (NULL, 'standing', '2026-01-01', '2027-12-31', '2026-12-01'), (NULL, 'standing', '2026-12-01', NULL, NULL), ($2::text, 'temporary', '2026-10-01', '2026-12-15', NULL))
		v (project, class, starts, ends, superseded)`, c.ID, project.String())
	w.Exec(t, admin, `INSERT INTO credit_agreements (id, created_at, updated_at, customer_id, number, triggers, reason, status, effective_at)
		VALUES (gen_random_uuid(), now(), now(), $1, 1, '[]', 'x', 'effective', '2026-01-30T16:00:00Z')`, c.ID) // 31 January 2026 here
	w.Exec(t, admin, `INSERT INTO collateral (id, created_at, updated_at, customer_id, kind, provider_name, guaranteed_amount, rate, cover_amount, starts_on, ends_on, document_ids, status, released_at)
		SELECT gen_random_uuid(), now(), now(), $1, 'guarantee', '华泰置业', 900, 5000, cover, '2026-01-01', '2026-12-31', '[]', status, CASE WHEN status = 'released' THEN now() END
		FROM (VALUES (450, 'active'), (0, 'active'), (450, 'released'), (450, 'submitted')) v (cover, status)`, c.ID)
	list := func(ctx context.Context, in biz.Input) (days []string, p biz.Page) {
		t.Helper()
		p, err := s.List(ctx, in)
		ok(t, err)
		for _, e := range p.Entries {
			days = append(days, e.On.String()+" "+string(e.Kind))
		}
		return days, p
	}
	all := []string{"2026-11-01 rating_due", "2026-11-30 limit_ends", "2026-12-01 limit_begins", "2026-12-15 limit_ends", "2026-12-31 collateral_ends", "2027-01-31 paper_expires", "2027-01-31 agreement_review"}
	got, p := list(sales, biz.Input{})
	if !slices.Equal(got, all) || p.Total != 7 || len(p.Counts) != 7 || p.Entries[4].Parts["provider"] != "华泰置业" || *p.Entries[4].Amount != 450 || p.Entries[1].Parts["successor"] != "true" || p.Entries[0].Salesperson != "张三" || p.Entries[3].Salesperson != "李四" {
		t.Errorf("the customer's salesperson: %v %+v", got, p)
	}
	if got, _ := list(sales, biz.Input{Mine: true}); len(got) != 6 {
		t.Errorf("of that what he sells himself: %v", got)
	}
	if got, p := list(otherCtx, biz.Input{}); !slices.Equal(got, all[3:4]) || p.Entries[0].ProjectID != project || *p.Entries[0].Amount != 700 {
		t.Errorf("the project's salesperson: %v", got)
	}
	for name, ctx := range map[string]context.Context{"another salesperson": nobody, "the other subsidiary": w.CtxB(t)} {
		if got, p := list(ctx, biz.Input{}); len(got) != 0 || p.Counts != nil {
			t.Errorf("%s sees %v", name, got)
		}
	}
	if got, _ := list(dispatcher, biz.Input{}); slices.Contains(got, all[0]) || slices.Contains(got, all[5]) || len(got) != 5 {
		t.Errorf("who may see neither ratings nor papers sees %v", got)
	}
	if got, p := list(admin, biz.Input{From: "2027-02", Months: 1, Kind: biz.PaperExpires}); !slices.Equal(got, []string{"2027-02-01 paper_expires"}) || p.To.String() != "2027-02-28" {
		t.Errorf("one month, one kind: %v", got)
	}
	if got, p := list(admin, biz.Input{Page: 2, Size: 4}); !slices.Equal(got, all[4:]) || p.Total != 7 {
		t.Errorf("second page: %v", got)
	}
	if _, err := s.List(admin, biz.Input{From: "2026-13", Months: 13, Kind: "x"}); len(fieldsOf(err)) != 3 {
		t.Errorf("bad input: %v", err)
	}
	f, err := s.Export(admin, biz.Input{}, report.EN)
	ok(t, err)
	ok(t, f.Body.Close())
	if f.Name != "calendar-2026-11.xlsx" || w.Count(t, admin, `SELECT count(*) FROM audit_log WHERE action = 'calendar.exported'`) != 1 {
		t.Errorf("exported %q", f.Name)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (n int, err error) {
		for _, src := range agenda.Sources() {
			es, err := src.Entries(ctx, biz.Query{From: p.From, To: p.To, Limit: 9})
			if err != nil {
				return n, err
			}
			n += len(es)
		}
		return n, nil
	})
}

func fieldsOf(err error) []fault.Field {
	f, is := fault.As(err)
	if !is {
		return nil
	}
	return f.Fields
}
