package document_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	repository "zhuxin/data/tenantrepo/document"
	"zhuxin/tenancy/tenancytest"
)

func newDocument(customer *uuid.UUID, kind document.Kind) document.Document {
	return document.Document{
		ID: uuid.Must(uuid.NewV7()), CustomerID: customer, Kind: kind, FileName: "执照.pdf", ContentType: "application/pdf",
		SizeBytes: 7, SHA256: []byte{1, 2}, ObjectKey: "t/x/" + uuid.NewString(), CreatedAt: time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC), CreatedBy: uuid.New(),
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	repo, tx, ctx := repository.New(env.Pool), env.Pool.Tenant(), env.CtxA(t)
	customer := uuid.New()
	first := newDocument(&customer, document.KindBusinessLicence)
	second, other, own := newDocument(&customer, document.KindBusinessLicence), newDocument(&customer, document.KindOther), newDocument(nil, document.KindImportErrors)
	second.CreatedAt = second.CreatedAt.Add(time.Hour)
	own.CreatedBy = uuid.Nil
	err := tx.InTx(ctx, func(ctx context.Context) error {
		for i, d := range []*document.Document{&first, &second, &other, &own} {
			revision, err := repo.Add(ctx, *d)
			if err != nil {
				return err
			}
			if want := []int{1, 2, 1, 1}[i]; revision != want {
				t.Errorf("document %d: revision %d, want %d", i, revision, want)
			}
			d.Revision = revision
		}
		got, err := repo.Get(ctx, first.ID)
		if err != nil || !same(got, first) {
			t.Errorf("got %+v, %v\nwant %+v", got, err, first)
		}
		if got, err := repo.Get(ctx, own.ID); err != nil || !same(got, own) {
			t.Errorf("got %+v, %v", got, err)
		}
		list, err := repo.List(ctx, customer)
		if err != nil || len(list) != 3 || list[0].ID != second.ID {
			t.Errorf("list %+v, %v", list, err)
		}
		if list, err := repo.List(ctx, uuid.Nil); err != nil || len(list) != 1 || list[0].ID != own.ID {
			t.Errorf("the subsidiary's own: %+v, %v", list, err)
		}
		_, err = repo.Get(ctx, uuid.New())
		if !errors.Is(err, document.ErrNotFound) {
			t.Errorf("none: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
		list, err := repo.List(ctx, customer)
		if err != nil {
			return 0, err
		}
		if _, err := repo.Get(ctx, first.ID); err == nil {
			return len(list) + 1, nil
		} else if !errors.Is(err, document.ErrNotFound) {
			return 0, err
		}
		return len(list), nil
	})
}

func same(a, b document.Document) bool {
	ac, bc := uuid.Nil, uuid.Nil
	if a.CustomerID != nil {
		ac = *a.CustomerID
	}
	if b.CustomerID != nil {
		bc = *b.CustomerID
	}
	return ac == bc && slices.Equal(a.SHA256, b.SHA256) && a.ID == b.ID && a.Kind == b.Kind && a.FileName == b.FileName && a.ContentType == b.ContentType &&
		a.SizeBytes == b.SizeBytes && a.ObjectKey == b.ObjectKey && a.CreatedAt.Equal(b.CreatedAt) && a.CreatedBy == b.CreatedBy && a.Revision == b.Revision
}

// Revisions count up without a gap or a double, also when many come at once.
func TestRevisionsUnderConcurrency(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	repo, customer := repository.New(env.Pool), uuid.New()
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		got []int
	)
	for range 12 {
		wg.Go(func() {
			err := env.Pool.Tenant().InTx(env.CtxA(t), func(ctx context.Context) error {
				n, err := repo.Add(ctx, newDocument(&customer, document.KindBusinessLicence))
				mu.Lock()
				defer mu.Unlock()
				got = append(got, n)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	slices.Sort(got)
	for i, n := range got {
		if n != i+1 {
			t.Fatalf("revisions %v", got)
		}
	}
}
