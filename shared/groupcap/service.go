package groupcap

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/uow"
)

// Repo keeps caps, quotas and moves, inside HQ's unit of work.
type Repo interface {
	// List gives a page by name with everything of each, and the number of all.
	List(ctx context.Context, q Query) ([]Cap, int64, error)
	// Get reads a cap, Lock reads and locks it; ErrNotFound without one.
	Get(ctx context.Context, id uuid.UUID) (Cap, error)
	Lock(ctx context.Context, id uuid.UUID) (Cap, error)
	// Put stores the cap and its companies, not its quotas; ErrMember when one is
	// under another cap.
	Put(ctx context.Context, c Cap, by uuid.UUID) error
	// PutQuota stores amount and committed.
	PutQuota(ctx context.Context, capID uuid.UUID, q Quota) error
	// Touch makes version the cap's.
	Touch(ctx context.Context, id uuid.UUID, version int64) error
	Delete(ctx context.Context, id uuid.UUID) error
	// Subsidiaries lists those that keep their books in the currency.
	Subsidiaries(ctx context.Context, currency money.Currency) ([]Quota, error)

	AddMove(ctx context.Context, m Move) error // ErrMoveOpen for a second open one
	LockMove(ctx context.Context, id uuid.UUID) (Move, error)
	SaveMove(ctx context.Context, m Move) error
	Moves(ctx context.Context, q MoveQuery) ([]Move, int64, error)
}

// Query selects caps: by part of a name or code, or by ids.
type Query struct {
	Text string
	IDs  []uuid.UUID // nil for all
	paging.Window
}

// MoveQuery selects moves, the newest first.
type MoveQuery struct {
	TenantID uuid.UUID   // asks or lends; Nil for all
	CapIDs   []uuid.UUID // nil for all
	Open     bool        // only those that wait for somebody
	paging.Window
}

// Books reads the subsidiary of the context, in its unit of work.
type Books interface {
	// Used is what its customers under the cap use together, exactly: it waits for
	// order checks under way and sees all that came before.
	Used(ctx context.Context, capID uuid.UUID) (money.Amount, error)
	// Concerned lists the caps that customers in the caller's sight are under.
	Concerned(ctx context.Context) ([]uuid.UUID, error)
}

// Deps is what the service works with.
type Deps struct {
	Tenants uow.Tenant
	HQ      uow.HQ
	Repo    Repo
	Books   Books
	Log     audit.Recorder // HQ's
	Clock   calendar.Clock
	Events  event.Publisher // HQ's; nil tells nobody
	// Bind gives a context for work in a subsidiary.
	Bind func(ctx context.Context, tenantID uuid.UUID) (context.Context, error)
}

// Service does what HQ and subsidiaries do with caps.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

// List gives a page of caps. It needs access.HQOverviewRead.
func (s *Service) List(ctx context.Context, q Query) (caps []Cap, total int64, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return nil, 0, err
	}
	err = s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		caps, total, err = s.Repo.List(ctx, q)
		return err
	})
	return caps, total, err
}

// Get gives a cap. It needs access.HQOverviewRead.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (c Cap, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return c, err
	}
	return s.get(ctx, id)
}

func (s *Service) get(ctx context.Context, id uuid.UUID) (c Cap, err error) {
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		c, err = s.Repo.Get(ctx, id)
		return err
	})
	return c, err
}

// Subsidiaries lists those that a cap in the currency can bind, for the form.
func (s *Service) Subsidiaries(ctx context.Context, currency money.Currency) (out []Quota, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return nil, err
	}
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		out, err = s.Repo.Subsidiaries(ctx, currency)
		return err
	})
	return out, err
}
