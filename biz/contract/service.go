package contract

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/paymentnode"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Service is contracts and their terms.
type Service struct {
	tx       uow.Tenant
	repo     Repository
	accounts exposure.Accounts
	audit    audit.Recorder
	clock    calendar.Clock
}

// New makes the service.
func New(tx uow.Tenant, repo Repository, accounts exposure.Accounts, log audit.Recorder, clock calendar.Clock) *Service {
	return &Service{tx: tx, repo: repo, accounts: accounts, audit: log, clock: clock}
}

// ListInput asks for a page of contracts.
type ListInput struct {
	CustomerID uuid.UUID
	Text       string
	Page, Size int32
}

// List gives a page of contracts, the latest signed first.
func (s *Service) List(ctx context.Context, in ListInput) (list []Contract, total int64, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return nil, 0, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	q := Query{CustomerID: in.CustomerID, OnlyOf: customer.OnlyOf(actor), Text: strings.TrimSpace(in.Text), Today: today, Window: paging.Of(&c, in.Page, in.Size)}
	c.Require(utf8.RuneCountInString(q.Text) <= 200, "q", "TOO_LONG", "at most 200 characters")
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		list, total, err = s.repo.List(ctx, q)
		return err
	})
	return list, total, err
}

// Tickets gives a page of a contract's delivery tickets, the latest first.
func (s *Service) Tickets(ctx context.Context, id uuid.UUID, page, size int32) (list []Ticket, total int64, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	w := paging.Of(&c, page, size)
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	err = s.change(ctx, func(ctx context.Context, today calendar.Date) error {
		k, err := s.repo.Get(ctx, id, customer.OnlyOf(actor), today)
		if err != nil {
			return err
		}
		list, total, err = s.repo.Tickets(ctx, k, w)
		return err
	})
	return list, total, err
}

// Unlinked gives the contract numbers of documents that belong to no contract yet.
func (s *Service) Unlinked(ctx context.Context, page, size int32) (list []Unlinked, total int64, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	w := paging.Of(&c, page, size)
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		list, total, err = s.repo.Unlinked(ctx, customer.OnlyOf(actor), w)
		return err
	})
	return list, total, err
}

// Assign gives the contract's number to an item of its customer that came without
// one. Faults: CONTRACT_NOT_FOUND, RECEIVABLE_NOT_FOUND.
func (s *Service) Assign(ctx context.Context, id, receivable uuid.UUID) (Detail, error) {
	return s.after(ctx, id, func(ctx context.Context, _ access.Actor, c Contract) error {
		if err := s.repo.Assign(ctx, c, receivable); err != nil {
			return err
		}
		return s.record(ctx, "contract.assigned", id, nil, map[string]any{"receivable_id": receivable})
	})
}

// Get gives a contract with its terms, nodes and explained due table.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Detail, error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return Detail{}, err
	}
	var d Detail
	err = s.change(ctx, func(ctx context.Context, today calendar.Date) error {
		d, err = s.detail(ctx, id, customer.OnlyOf(actor), today)
		return err
	})
	return d, err
}

func (s *Service) detail(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, today calendar.Date) (d Detail, err error) {
	d.Today = today
	if d.Contract, err = s.repo.Get(ctx, id, onlyOf, today); err != nil {
		return d, err
	}
	if d.Terms, err = s.repo.Terms(ctx, id); err != nil {
		return d, err
	}
	if d.Nodes, err = s.repo.Nodes(ctx, id); err != nil || d.Terms == nil {
		return d, err
	}
	facts, err := s.repo.Facts(ctx, []uuid.UUID{id})
	if err == nil && len(facts) == 1 {
		d.Lines = facts[0].Table()
	}
	return d, err
}

// Preview gives the due table that other terms would make; nothing is kept.
func (s *Service) Preview(ctx context.Context, id uuid.UUID, t paymentnode.Terms) (Detail, error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return Detail{}, err
	}
	if err := t.Validate(); err != nil {
		return Detail{}, err
	}
	var d Detail
	err = s.change(ctx, func(ctx context.Context, today calendar.Date) error {
		if d, err = s.detail(ctx, id, customer.OnlyOf(actor), today); err != nil {
			return err
		}
		facts, err := s.repo.Facts(ctx, []uuid.UUID{id})
		if err != nil {
			return err
		}
		facts[0].Terms = t
		d.Lines = facts[0].Table()
		return nil
	})
	return d, err
}

// PutTerms stores a new version of the terms and divides the contract's items by
// it. version is the one that was seen, 0 for none. Faults: INVALID_INPUT,
// CONTRACT_NOT_FOUND, VERSION_CONFLICT.
func (s *Service) PutTerms(ctx context.Context, id uuid.UUID, t paymentnode.Terms, reason string, version int) (Detail, error) {
	reason = strings.TrimSpace(reason)
	if err := t.Validate(); err != nil {
		return Detail{}, err
	}
	if utf8.RuneCountInString(reason) > 500 || version > 0 && reason == "" {
		var c fault.Checks
		c.Add("reason", "REQUIRED", "say in at most 500 characters why the terms change")
		return Detail{}, c.Err()
	}
	return s.after(ctx, id, func(ctx context.Context, actor access.Actor, c Contract) error {
		before, err := s.repo.Terms(ctx, id)
		if err != nil {
			return err
		}
		next := TermsVersion{Version: version + 1, Terms: t, Reason: reason, CreatedAt: s.clock.Now(), CreatedBy: personID(actor)}
		var old any
		if before != nil {
			old = before.Terms
		}
		if c.TermsVersion != version {
			return ErrTermsChanged
		}
		if err := s.repo.InsertTerms(ctx, id, next); err != nil {
			return err
		}
		return s.record(ctx, "contract.terms_changed", id, old, map[string]any{"version": next.Version, "terms": t, "reason": reason})
	})
}

// NodeInput reports progress of the site.
type NodeInput struct {
	Kind      paymentnode.NodeKind
	Floor     int
	ReachedOn string
	Remark    string
}

// ReportNode reports a node. Faults: INVALID_INPUT, NODE_REPORTED.
func (s *Service) ReportNode(ctx context.Context, id uuid.UUID, in NodeInput) (Detail, error) {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Detail{}, err
	}
	var c fault.Checks
	n := Node{ID: uuid.Must(uuid.NewV7()), Node: paymentnode.Node{Kind: in.Kind, Floor: in.Floor}, Remark: strings.TrimSpace(in.Remark), ReportedAt: s.clock.Now()}
	c.Require(in.Kind == paymentnode.ZeroLevel || in.Kind == paymentnode.Floor || in.Kind == paymentnode.ToppingOut, "kind", "UNKNOWN", "one of zero_level, floor, topping_out")
	c.Require((in.Kind == paymentnode.Floor) == (in.Floor > 0) && in.Floor <= 500, "floor", "OUT_OF_RANGE", "1 to 500 for a floor, and nothing for another node")
	if n.On, err = calendar.Parse(in.ReachedOn); err != nil {
		c.Add("reached_on", "BAD_FORM", "a date like 2026-05-31")
	} else {
		c.Require(n.On <= today, "reached_on", "IN_FUTURE", fmt.Sprintf("today is %s; report the node when it is reached", today))
	}
	c.Require(utf8.RuneCountInString(n.Remark) <= 500, "remark", "TOO_LONG", "at most 500 characters")
	if err := c.Err(); err != nil {
		return Detail{}, err
	}
	return s.after(ctx, id, func(ctx context.Context, actor access.Actor, _ Contract) error {
		if err := s.repo.InsertNode(ctx, id, n, personID(actor)); err != nil {
			return err
		}
		return s.record(ctx, "contract.node_reported", id, nil, map[string]any{"node_id": n.ID, "node": n.Node})
	})
}

// RevokeNode takes a wrong report back.
func (s *Service) RevokeNode(ctx context.Context, id, nodeID uuid.UUID) (Detail, error) {
	return s.after(ctx, id, func(ctx context.Context, actor access.Actor, _ Contract) error {
		if err := s.repo.RevokeNode(ctx, id, nodeID, s.clock.Now(), personID(actor)); err != nil {
			return err
		}
		return s.record(ctx, "contract.node_revoked", id, map[string]any{"node_id": nodeID}, nil)
	})
}

// after does something to a contract, divides its items anew and gives it.
func (s *Service) after(ctx context.Context, id uuid.UUID, do func(context.Context, access.Actor, Contract) error) (d Detail, err error) {
	err = s.onContract(ctx, id, func(ctx context.Context, a access.Actor, c Contract) error {
		if err := do(ctx, a, c); err != nil {
			return err
		}
		if err := s.Refresh(ctx, id); err != nil {
			return err
		}
		d, err = s.shown(ctx, id, a)
		return err
	})
	return d, err
}

func (s *Service) shown(ctx context.Context, id uuid.UUID, a access.Actor) (Detail, error) {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Detail{}, err
	}
	return s.detail(ctx, id, customer.OnlyOf(a), today)
}

func (s *Service) onContract(ctx context.Context, id uuid.UUID, do func(context.Context, access.Actor, Contract) error) error {
	actor, err := access.Require(ctx, access.ContractWrite)
	if err != nil {
		return err
	}
	return s.change(ctx, func(ctx context.Context, today calendar.Date) error {
		c, err := s.repo.Get(ctx, id, customer.OnlyOf(actor), today)
		if err != nil {
			return err
		}
		return do(ctx, actor, c)
	})
}

func (s *Service) change(ctx context.Context, do func(context.Context, calendar.Date) error) error {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return err
	}
	return s.tx.InTx(ctx, func(ctx context.Context) error { return do(ctx, today) })
}

func (s *Service) record(ctx context.Context, action string, id uuid.UUID, before, after any) error {
	return s.audit.Record(ctx, audit.Entry{Action: action, ObjectType: "contract", ObjectID: id.String(), Before: before, After: after})
}

func personID(a access.Actor) *uuid.UUID {
	if p := customer.ByActor(a); p != nil {
		return &p.ID
	}
	return nil
}
