package supplystop_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	biz "zhuxin/biz/supplystop"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/data/tenantrepo/supplystop"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/tenancytest"
)

// One open stop of a customer is enough, and it is nobody else's.
func TestOneOpenStop(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	c, r := w.NewCustomer(t, w.CtxA(t), 1), supplystop.Repo{}
	stop := biz.Stop{ID: uuid.New(), CustomerID: c.ID, State: biz.StatePrepared, Reason: "r", CreatedAt: w.Clock.Now(), Version: 1}
	for i, want := range []bool{true, false} {
		w.InA(t, func(ctx context.Context) error {
			stop.ID = uuid.New()
			inserted, err := r.Insert(ctx, stop)
			if inserted != want {
				t.Errorf("insertion %d: %v", i, inserted)
			}
			return err
		})
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		_, n, err := r.List(ctx, biz.Query{Window: paging.Window{Limit: 9}})
		return int(n), err
	})
}
