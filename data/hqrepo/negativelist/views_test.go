package negativelist_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/negativelist"
	"zhuxin/tenancy/scope"
)

func TestViews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.CtxA(t), w.CtxB(t)
	f := creditchecktest.New(w.Pool, w.clock)
	customer := f.Add(t, a, creditchecktest.Customer{USCC: credittest.USCC(2), Salesperson: w.Actor(w.A, access.RoleSalesperson).ID})
	entries := map[string]negativelist.Entry{}
	for i, ctx := range []context.Context{a, b, b} {
		w.clock.At = start.Add(time.Duration(i) * time.Minute)
		entries[fmt.Sprint(i+1)] = w.mustList(ctx, input(i+1))
	}
	if _, err := w.list.Remove(w.HQCtx(t), entries["3"].ID, "已经付清"); err != nil {
		t.Fatal(err)
	}
	view := func(ctx context.Context, v negativelist.View, text string) string {
		t.Helper()
		rows, total, err := w.list.Browse(ctx, v, negativelist.Query{Text: text, Limit: 10})
		if err != nil || int(total) != len(rows) {
			t.Fatalf("%s: %d of %d, %v", v, len(rows), total, err)
		}
		return names(entries, rows)
	}
	seller := w.CtxA(t, access.RoleSalesperson)
	for _, c := range []struct {
		ctx        context.Context
		view       negativelist.View
		text, want string
	}{
		{a, "", "", "21"}, {a, negativelist.ViewListed, "", "21"}, {a, negativelist.ViewRemoved, "", "3"}, {a, negativelist.ViewOwn, "", "1"},
		{b, negativelist.ViewOwn, "", "32"}, {a, negativelist.ViewMine, "", "2"}, {b, negativelist.ViewMine, "", ""}, {seller, negativelist.ViewMine, "", "2"},
		{a, "", "工2", "2"}, {a, "", strings.ToLower(credittest.USCC(1)), "1"}, {a, "", "%", ""}, {a, "", "_", ""},
	} {
		if got := view(c.ctx, c.view, c.text); got != c.want {
			t.Errorf("view %q %q: got %q, want %q", c.view, c.text, got, c.want)
		}
	}
	rows, _, err := w.list.Browse(a, "", negativelist.Query{Limit: 10})
	if err != nil || rows[0].OwnCustomerID != customer.ID || rows[1].OwnCustomerID != uuid.Nil {
		t.Errorf("own customers: %+v, %v", rows, err)
	}
	if rows, total, err := w.list.Browse(a, "", negativelist.Query{Limit: 1, Offset: 1}); err != nil || total != 2 || names(entries, rows) != "1" {
		t.Errorf("the second page: %v %d %v", rows, total, err)
	}
	if _, _, err := w.list.Browse(a, "secret", negativelist.Query{}); kind(err) != fault.KindInvalid {
		t.Error("an unknown view is taken")
	}

	// HQ sees who listed, and how many know the company.
	db := w.Admin(t)
	lister := w.Actor(w.B)
	if _, err := db.ExecContext(t.Context(), `INSERT INTO hq.persons (id, email, name, created_at, updated_at) VALUES ($1, $2, $3, now(), now())`, lister.ID, lister.Email, lister.Name); err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `INSERT INTO hq.rollup_customers (id, tenant_id, customer_name, uscc, account_version, currency, as_of, projected_at) VALUES ($1, $2, 'x', $3, 1, 'CNY', now(), now())`,
		customer.ID, w.A.ID, credittest.USCC(2))
	if err != nil {
		t.Fatal(err)
	}
	group, total, err := w.list.BrowseGroup(w.HQCtx(t, access.RoleHQViewer), negativelist.GroupListed, negativelist.Query{Limit: 10})
	if err != nil || total != 2 || group[0].TenantID != w.B.ID || group[0].TenantName != w.B.Name || group[0].ListedByName != lister.Name || group[0].AffectedCount != 1 || group[0].Amount != 12345 {
		t.Errorf("HQ sees %+v, %v", group, err)
	}
	if group, _, err = w.list.BrowseGroup(w.HQCtx(t), negativelist.GroupAll, negativelist.Query{Codes: []string{credittest.USCC(3)}, Limit: 10}); err != nil || names(entries, group) != "3" {
		t.Errorf("one company: %v, %v", group, err)
	}
}

func names(entries map[string]negativelist.Entry, rows []negativelist.Entry) (out string) {
	for _, r := range rows {
		for name, e := range entries {
			if e.ID == r.ID {
				out += name
			}
		}
	}
	return out
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := creditchecktest.New(w.Pool, w.clock)
	id := uuid.New()
	f.Exec(t, w.CtxA(t), `INSERT INTO documents (id, kind, file_name, content_type, size_bytes, sha256, object_key, created_at)
		VALUES ($1, 'negative_evidence', 'evidence.pdf', 'application/pdf', 1, '', $2, now())`, id, id.String())
	in := input(1)
	in.EvidenceIDs = []uuid.UUID{id}
	if _, err := w.propose(w.CtxB(t), in); kind(err) != fault.KindNotFound {
		t.Errorf("B lists with A's evidence: %v", err)
	}
	e := w.mustList(w.CtxA(t), in)
	if len(e.Evidence) != 1 || e.Evidence[0] != (negativelist.File{DocumentID: id, Name: "evidence.pdf"}) {
		t.Errorf("got %+v", e)
	}
	hq := w.HQCtx(t, access.RoleHQViewer)
	if owner, err := w.list.EvidenceOf(hq, e.ID, id); err != nil || owner != w.A.ID || w.audited("negative_evidence.opened") != 1 {
		t.Errorf("HQ opens it: %v, %v", owner, err)
	}
	if _, err := w.list.EvidenceOf(hq, e.ID, uuid.New()); !errors.Is(err, negativelist.ErrFileNotFound) {
		t.Errorf("HQ opens what does not belong to the case: %v", err)
	}
	if got := w.seen(w.B); len(got) != 1 {
		t.Errorf("B sees %v: the refused listing must leave nothing", got)
	}
}

// What the tenant's role itself can reach carries no lister.
func TestViewHasNoLister(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustList(w.CtxA(t), input(1))
	err := w.Pool.Tenant().InTx(w.CtxB(t), func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		var row string
		if err := q.QueryRowContext(ctx, `SELECT to_jsonb(v) FROM hq.v_negative_listed v`).Scan(&row); err != nil {
			return err
		}
		var columns map[string]any
		if err := json.Unmarshal([]byte(row), &columns); err != nil {
			return err
		}
		if strings.Contains(row, w.A.ID.String()) || len(columns) != 9 {
			t.Errorf("the view shows %s", row)
		}
		_, err = q.ExecContext(ctx, `SAVEPOINT s; SELECT tenant_id FROM hq.negative_entries`)
		if err == nil {
			t.Error("a tenant reads the entries themselves")
		}
		return nil
	})
	if err == nil {
		t.Error("the transaction with a refused statement commits")
	}
}
