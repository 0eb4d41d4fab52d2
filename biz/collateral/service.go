package collateral

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Inbox puts submissions into the approval inbox and takes them back (biz/approval).
type Inbox interface {
	Submit(ctx context.Context, in approval.Submission) (approval.Approval, error)
	Withdraw(ctx context.Context, id uuid.UUID, version int64) (approval.Approval, error)
}

// Listings says what the group's negative list does to customers (shared/negativelist);
// those whom no listing concerns are left out.
type Listings interface {
	Verdicts(ctx context.Context, customerIDs ...uuid.UUID) (map[uuid.UUID]negativelist.Verdict, error)
}

// Deps are what the service works with.
type Deps struct {
	Tx        uow.Tenant
	Repo      Repository
	Customers customer.Finder
	Accounts  exposure.Accounts
	Approvals Inbox
	Listings  Listings
	Audit     audit.Recorder
	Clock     calendar.Clock
}

// Service does what people do with collateral.
type Service struct{ Deps }

var _ approval.Subject = (*Service)(nil)

// New wires the service; register it with the inbox as the subject of collateral.
func New(d Deps) *Service { return &Service{d} }

// Sheet is what a customer has, and what of it counts today.
type Sheet struct {
	Items []Collateral // the newest first, as they are today
	Cover money.Amount // fen
}

// OfCustomer gives what secures a customer's debt. It needs access.LimitRead.
func (s *Service) OfCustomer(ctx context.Context, customerID uuid.UUID) (out Sheet, err error) {
	actor, today, err := s.reader(ctx)
	if err != nil {
		return out, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Customers.Brief(ctx, customerID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		out.Items, err = s.Repo.OfCustomer(ctx, customerID)
		return err
	})
	for i, c := range out.Items {
		out.Cover += c.CoverOn(today)
		out.Items[i] = c.On(today)
	}
	return out, err
}

// ListInput asks for a page of all collateral.
type ListInput struct {
	Search     string
	Kind       Kind
	Status     Status
	EndsBefore calendar.Date
	Page, Size int32
}

// List gives a page of all collateral in the actor's sight, how many there are and
// what those in force count together. It needs access.LimitRead.
func (s *Service) List(ctx context.Context, in ListInput) (items []Collateral, total int64, cover money.Amount, err error) {
	actor, today, err := s.reader(ctx)
	if err != nil {
		return nil, 0, 0, err
	}
	var c fault.Checks
	in.Search = strings.TrimSpace(in.Search)
	text(&c, "q", in.Search, 0, 60)
	c.Require(in.Kind == "" || slices.Contains(Kinds, in.Kind), "kind", "UNKNOWN", "guarantee, mortgage, pledge, deposit or bank_guarantee")
	c.Require(in.Status == "" || slices.Contains(Statuses, in.Status), "status", "UNKNOWN", "submitted, active, upcoming, ended, released, rejected, returned or withdrawn")
	q := Query{Search: in.Search, Kind: in.Kind, Status: in.Status, EndsBefore: in.EndsBefore, Today: today, OnlyOf: customer.OnlyOf(actor),
		Window: paging.Of(&c, in.Page, in.Size)}
	if err := c.Err(); err != nil {
		return nil, 0, 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		items, total, cover, err = s.Repo.List(ctx, q)
		return err
	})
	for i := range items {
		items[i] = items[i].On(today)
	}
	return items, total, cover, err
}

// Get gives one item as it is today. It needs access.LimitRead.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (c Collateral, err error) {
	actor, today, err := s.reader(ctx)
	if err != nil {
		return c, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		c, err = s.Repo.Get(ctx, id, customer.OnlyOf(actor))
		return err
	})
	return c.On(today), err
}

func (s *Service) reader(ctx context.Context) (access.Actor, calendar.Date, error) {
	return s.actor(ctx, access.LimitRead)
}

func (s *Service) actor(ctx context.Context, needs access.Permission) (access.Actor, calendar.Date, error) {
	actor, err := access.Require(ctx, needs)
	if err != nil {
		return actor, 0, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	return actor, today, err
}

// Withdraw takes an application back, as its submitter wishes. It needs
// access.LimitApply; ErrState, and the inbox's faults.
func (s *Service) Withdraw(ctx context.Context, id uuid.UUID) (Collateral, error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return Collateral{}, err
	}
	var (
		pending uuid.UUID
		version int64
	)
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Repo.Get(ctx, id, customer.OnlyOf(actor)); err != nil {
			return err
		}
		pending, version, err = s.Repo.Pending(ctx, id)
		return err
	})
	if err != nil {
		return Collateral{}, err
	}
	if _, err := s.Approvals.Withdraw(ctx, pending, version); err != nil {
		return Collateral{}, err
	}
	return s.Get(ctx, id)
}

// Release gives an active item back: from now on it counts no more. It needs
// access.CreditFreeze, for it takes room away at once; ErrState, ErrVersion.
func (s *Service) Release(ctx context.Context, in ReleaseInput) (c Collateral, err error) {
	actor, today, err := s.actor(ctx, access.CreditFreeze)
	if err != nil {
		return c, err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if err := in.validate(); err != nil {
		return c, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		c, err = s.Repo.Lock(ctx, in.ID, customer.OnlyOf(actor))
		switch {
		case err != nil:
			return err
		case c.Status != StatusActive:
			return ErrState
		case c.Version != in.Version:
			return ErrVersion.With("current_version", strconv.FormatInt(c.Version, 10))
		}
		now, before := s.Clock.Now(), c
		c.Status, c.ReleasedAt, c.ReleasedBy, c.ReleaseReason = StatusReleased, &now, customer.ByActor(actor), in.Reason
		if err := s.save(ctx, "collateral.released", before, &c); err != nil {
			return err
		}
		return s.Accounts.Recompute(ctx, c.CustomerID)
	})
	return c.On(today), err
}

// save stores the next version with its audit row.
func (s *Service) save(ctx context.Context, action string, before Collateral, c *Collateral) error {
	c.Version++
	if err := s.Repo.Save(ctx, *c); err != nil {
		return err
	}
	return s.Audit.Record(ctx, audit.Entry{Action: action, ObjectType: "collateral", ObjectID: c.ID.String(), Before: trace(before), After: trace(*c)})
}

func trace(c Collateral) map[string]any {
	t := map[string]any{"customer_id": c.CustomerID, "kind": c.Kind, "provider": c.ProviderName, "reference_no": c.ReferenceNo,
		"guaranteed": strconv.FormatInt(int64(c.Guaranteed), 10), "rate": c.Rate, "cover": strconv.FormatInt(int64(c.Cover), 10),
		"uncounted": c.Uncounted, "starts_on": c.StartsOn, "status": c.Status}
	if !c.EndsOn.IsZero() {
		t["ends_on"] = c.EndsOn
	}
	if c.Appraised != nil {
		t["appraised"] = strconv.FormatInt(int64(*c.Appraised), 10)
	}
	if c.ReleaseReason != "" {
		t["reason"] = c.ReleaseReason
	}
	return t
}
