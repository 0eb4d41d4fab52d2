package jobs_test

import (
	"context"
	"encoding/base64"
	"testing"

	"zhuxin/data/auditlog"
	"zhuxin/data/crypto"
	"zhuxin/data/jobs"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
)

// A row is sealed within seconds after its commit, on both sides, without waiting
// for the look through all logs.
func TestAuditRowsAreSealedSoon(t *testing.T) {
	t.Parallel()
	b := setup(t)
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i * 3)
	}
	master, err := crypto.ParseMaster(base64.StdEncoding.EncodeToString(key))
	if err != nil {
		t.Fatal(err)
	}
	clock := calendar.System{}
	tenantKeys, hqKeys := crypto.Tenant(b.Pool, master, clock), crypto.HQ(b.Pool, master, clock)
	tenantChain, hqChain := auditlog.TenantChain(b.Pool, tenantKeys, clock), auditlog.HQChain(b.Pool, hqKeys, clock)
	sealing := jobs.NewSealing(b.config, tenantChain, hqChain)
	sealing.Register(b.mux)
	b.work(t)
	// the first look through all logs is over, the next one is a minute away
	await(t, "the first round", func() bool {
		n, err := b.rdb.Exists(t.Context(), "zhuxin:periodic:audit seal", "zhuxin:periodic:audit seal hq").Result()
		return err == nil && n == 2
	})
	e := audit.Entry{Action: "customer.created", ObjectType: "customer", ObjectID: "1", After: map[string]int{"n": 1}}
	tenantLog := auditlog.Tenant(b.Pool, auditlog.WithKeys(tenantKeys), auditlog.WithPoker(sealing))
	inTx(t, b, b.CtxA(t), func(ctx context.Context) error { return tenantLog.Record(ctx, e) })
	hqLog := auditlog.HQ(b.Pool, auditlog.WithKeys(hqKeys), auditlog.WithPoker(sealing))
	if err := b.Pool.HQ().InTx(b.HQCtx(t), func(ctx context.Context) error { return hqLog.Record(ctx, e) }); err != nil {
		t.Fatal(err)
	}
	await(t, "both rows to be sealed", func() bool {
		return b.count(t, `SELECT count(*) FROM `+b.A.Schema+`.audit_seals`) == 1 && b.count(t, `SELECT count(*) FROM hq.audit_seals`) == 1
	})
	await(t, "both ends to be recorded", func() bool { return b.count(t, `SELECT count(*) FROM hq.audit_heads`) == 2 })
	for _, v := range []func() (audit.Verification, error){
		func() (audit.Verification, error) { return tenantChain.Verify(b.CtxA(t)) },
		func() (audit.Verification, error) { return hqChain.Verify(b.HQCtx(t)) },
	} {
		if got, err := v(); err != nil || !got.Intact() || got.Sealed != 1 {
			t.Errorf("%+v, %v", got, err)
		}
	}
}
