package jobs

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/auditlog"
	"zhuxin/data/outbox"
)

// Sealing has the audit logs sealed soon after their rows are committed, and looks
// through all of them once a minute.
type Sealing struct {
	config     outbox.Config
	tenant, hq *auditlog.Chain
	bell       *outbox.Doorbell
}

// sealAfter gathers the rows of a busy moment into one transaction.
const sealAfter = time.Second

// NewSealing makes the sealing of both sides' logs. Register brings it to a worker.
func NewSealing(c outbox.Config, tenant, hq *auditlog.Chain) *Sealing {
	return &Sealing{config: c.WithPresets(), tenant: tenant, hq: hq, bell: outbox.NewDoorbell(sealAfter)}
}

// Poke has the owner's log sealed in a moment; uuid.Nil is HQ.
func (s *Sealing) Poke(owner uuid.UUID) { s.bell.Poke(owner) }

// Register adds the sealing to what a worker does.
func (s *Sealing) Register(m *Mux) {
	m.Background("audit sealing", func(ctx context.Context) {
		s.bell.Run(ctx, 1, func(ctx context.Context, owner uuid.UUID) {
			if err := s.seal(ctx, owner); err != nil && ctx.Err() == nil {
				s.config.Log.ErrorContext(ctx, "audit log is not sealed", "tenant_id", owner, "error", err)
			}
		})
	})
	m.Listener(s)
	m.PeriodicPerTenant("audit seal", time.Minute, func(ctx context.Context) error {
		_, err := s.tenant.Seal(ctx)
		return err
	})
	m.Periodic("audit seal hq", time.Minute, func(ctx context.Context) error {
		_, err := s.hq.Seal(ctx)
		return err
	})
}

func (s *Sealing) seal(ctx context.Context, owner uuid.UUID) error {
	bound, _, err := s.config.Bind(ctx, owner, "audit sealing")
	if err != nil {
		return err
	}
	chain := s.hq
	if owner != uuid.Nil {
		chain = s.tenant
	}
	_, err = chain.Seal(bound)
	return err
}
