package agreement_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/agreement"
	agreementrepo "zhuxin/data/tenantrepo/agreement"
	"zhuxin/shared/access"
	"zhuxin/tenancy/tenancytest"
)

// A pause of dunning holds letters back that press for payment, and no stop of supply.
func TestPauseHoldsLetters(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := w.NewCustomer(t, admin, 1)
	a, err := w.agreements.Submit(admin, agreement.SubmitInput{CustomerID: c.ID, Triggers: agreement.Preset(), Reason: "新合作"})
	ok(t, err)
	w.Approve(t, approver, a.ID)
	w.owes(t, admin, c.ID, "R1", 15, 50_000)
	w.Exec(t, admin, `INSERT INTO dunning_pauses (id, customer_id, reason, starts_on, ends_on, created_at) VALUES ($1, $2, '对账中', $3, $4, now())`, uuid.New(), c.ID, today, today+20)
	stage := func() agreement.Stage { return w.course(t, admin, a.ID).Agreement.Stage }
	ok(t, w.agreements.Daily(admin, today+1))
	if got := stage(); got != agreement.StageNone {
		t.Errorf("16 days overdue, paused: %s", got)
	}
	ok(t, w.agreements.Daily(admin, today+15))
	if got := stage(); got != agreement.StageStopSupply {
		t.Errorf("30 days overdue, paused: %s", got)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		ids, err := agreementrepo.Repo{}.Paused(ctx, today, nil)
		return len(ids), err
	})
	w.Exec(t, admin, `UPDATE dunning_pauses SET ended_at = now()`)
	w.owes(t, admin, c.ID, "R2", 80, 50_000)
	ok(t, w.agreements.Daily(admin, today+15))
	if got := stage(); got != agreement.StageLawyerLetter && got != agreement.StageLawsuit {
		t.Errorf("95 days overdue, no longer paused: %s", got)
	}
}
