package letter_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	biz "zhuxin/biz/letter"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/data/tenantrepo/letter"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/tenancytest"
)

// A letter is about what is past due on its date, credit notes among it; serials
// count per year; the document is noted once.
func TestWhatALetterIsAbout(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	ctx, r := w.CtxA(t), letter.Repo{}
	c := w.NewCustomer(t, ctx, 1)
	on := calendar.NewDate(2026, 11, 20)
	for no, item := range map[string]struct {
		due  calendar.Date
		open int64
	}{"R1": {on - 10, 500}, "R2": {on - 1, -100}, "R3": {on, 300}, "R4": {on - 5, 0}} {
		w.Exec(t, ctx, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
			VALUES ($1, 'test', $2, $3, $4, $4, 'CNY', $5, $5, $1, now())`, uuid.New(), no, c.ID, item.due, item.open)
	}
	first, second := uuid.New(), uuid.New()
	w.InA(t, func(ctx context.Context) error {
		to, err := r.Addressee(ctx, c.ID, nil, on)
		if err != nil {
			return err
		}
		if len(to.Lines) != 2 || to.Lines[0].DocumentNo != "R1" || to.Lines[0].Days != 10 || to.Lines[1].Open != -100 || to.USCC != c.USCC {
			t.Errorf("addressee: %+v", to)
		}
		for year, want := range map[int]int{2026: 1, 2027: 1} {
			if n, err := r.NextSerial(ctx, year); err != nil || n != want {
				t.Errorf("first of %d: %d %v", year, n, err)
			}
		}
		l := biz.Letter{ID: uuid.New(), Year: 2026, Serial: 1, Kind: biz.KindDunning, CustomerID: c.ID, Subject: "s", Body: "b", Lines: to.Lines, Amount: 400, On: on, CreatedAt: w.Clock.Now()}
		if err := errors.Join(r.Insert(ctx, l), r.SetDocument(ctx, l.ID, first), r.SetDocument(ctx, l.ID, second)); err != nil {
			return err
		}
		got, err := r.Get(ctx, l.ID)
		if err == nil && (got.DocumentID == nil || *got.DocumentID != first || got.Amount != 400 || len(got.Lines) != 2) {
			t.Errorf("letter: %+v", got)
		}
		return err
	})
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		ls, err := r.List(ctx, c.ID)
		return len(ls), err
	})
}
