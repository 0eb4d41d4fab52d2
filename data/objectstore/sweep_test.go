package objectstore_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	documentrepo "zhuxin/data/tenantrepo/document"
	"zhuxin/shared/calendar"
)

// Bytes without a record go once nobody can still be writing it; those with one,
// those that are young, and another tenant's stay.
func TestSweepRemovesOrphansOnly(t *testing.T) {
	b := setup(t) // not in parallel: the other tests' files have no records either
	ctx, other, tx, repo := b.CtxA(t), b.CtxB(t), b.Pool.Tenant(), documentrepo.New(b.Pool)
	kept, orphan, foreign := b.put(t, ctx, bytes.NewReader([]byte("kept")), 4), b.put(t, ctx, bytes.NewReader([]byte("lost")), 4), b.put(t, other, bytes.NewReader([]byte("b")), 1)
	err := tx.InTx(ctx, func(ctx context.Context) error {
		_, err := repo.Add(ctx, document.Document{ID: uuid.Must(uuid.NewV7()), Kind: document.KindImportErrors, FileName: "e.csv",
			ContentType: "text/csv", SizeBytes: 4, SHA256: []byte{1}, ObjectKey: kept, CreatedAt: time.Now()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sweep := func(at time.Time) int {
		t.Helper()
		n, err := document.NewSweeper(tx, repo, b.store, &calendar.Frozen{At: at}).Sweep(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := sweep(time.Now()); n != 0 {
		t.Errorf("%d young files were removed", n)
	}
	if n := sweep(time.Now().Add(25 * time.Hour)); n == 0 {
		t.Error("nothing was removed")
	}
	left := func(ctx context.Context) (keys []string) {
		t.Helper()
		if err := b.store.Each(ctx, time.Now().Add(time.Hour), func(k []string) error { keys = append(keys, k...); return nil }); err != nil {
			t.Fatal(err)
		}
		return keys
	}
	if got := left(ctx); !slices.Equal(got, []string{kept}) {
		t.Errorf("left %v, want %v without %v", got, kept, orphan)
	}
	if got := left(other); !slices.Contains(got, foreign) {
		t.Errorf("the other tenant's files: %v", got)
	}
}
