package collection_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	biz "zhuxin/biz/collection"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/collection"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// What changes of an item is told with what it was before, whatever changed it: its
// source, money applied here, terms. What touches none of its fields tells nothing, and
// nobody rewrites what was told.
func TestChangesOfAnItem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.fix.Add(t, b.ctx, creditchecktest.Customer{})
	item := b.item(t, c.ID, "R1", calendar.NewDate(2026, 3, 1), 1000)
	beside := b.item(t, c.ID, "R2", calendar.NewDate(2026, 3, 2), 50)
	run := func(query string, args ...any) error {
		return b.env.Pool.Tenant().InTx(b.ctx, func(ctx context.Context) error {
			q, err := scope.Conn(ctx)
			if err == nil {
				_, err = q.ExecContext(ctx, query, args...)
			}
			return err
		})
	}
	must := func(query string, args ...any) {
		t.Helper()
		if err := run(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	file := uuid.New()
	must(`INSERT INTO receivable_imports (id, created_at, updated_at, file_name, source, file_sha256, mapping, dry_run) VALUES ($1, now(), now(), '五月.xlsx', 'erp', '', '{}', false)`, file)
	must(`UPDATE receivables SET amount = amount + 100, open_amount = open_amount + 100, due_date = due_date + 5, import_id = $1, updated_at = '2026-05-01 04:00:00Z'`, file)
	receipt := b.record(t, c.ID, 300, biz.Transfer)
	if _, _, err := b.svc.Apply(b.ctx, receipt.ID, biz.Selection{Rule: biz.RuleOldest}, false); err != nil {
		t.Fatal(err)
	}
	must(`UPDATE receivables SET due_date = due_date + 1 WHERE id = $1`, item)
	must(`UPDATE receivables SET disputed = true WHERE id = $1`, item)
	told := func(id uuid.UUID) (out []string) {
		list, err := b.svc.Changes(b.ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			line := []string{string(c.Cause) + c.FileName}
			if c.Before.Amount != nil {
				line = append(line, fmt.Sprint("amount ", *c.Before.Amount, " to ", *c.After.Amount))
			}
			if c.Before.Open != nil {
				line = append(line, fmt.Sprint("open ", *c.Before.Open, " to ", *c.After.Open))
			}
			if c.Before.DueDate != nil {
				line = append(line, fmt.Sprint("due ", *c.Before.DueDate, " to ", *c.After.DueDate))
			}
			if c.Before.Customer != nil || c.Before.Currency != nil || c.Before.InvoiceDate != nil || c.Before.ContractNo != nil {
				t.Errorf("more changed than did: %+v", c)
			}
			out = append(out, strings.Join(line, ", "))
		}
		return out
	}
	want := []string{"terms, due 2026-03-06 to 2026-03-07", "application, open 11.00 to 8.00", "source五月.xlsx, amount 10.00 to 11.00, open 10.00 to 11.00, due 2026-03-01 to 2026-03-06"}
	if got := told(item); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := told(beside); len(got) != 1 {
		t.Errorf("the item beside it: %q", got)
	}
	if err := run(`UPDATE receivable_changes SET before = '{}'`); err == nil {
		t.Error("what was told could be rewritten")
	}
	if _, err := b.svc.Changes(b.ctx, uuid.New()); !errors.Is(err, biz.ErrItemNotFound) {
		t.Errorf("of no item: %v", err)
	}
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (int, error) {
		list, err := collection.Repo{}.Changes(ctx, item, 10)
		return len(list), err
	})
}
