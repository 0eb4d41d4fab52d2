package customer

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
)

// Legal is what a customer legally is. A known part of it changes by approval only.
type Legal struct {
	Name                  string `json:"name"`
	USCC                  string `json:"uscc"`
	USCCOverrideReason    string `json:"uscc_override_reason,omitempty"`
	LegalRepresentative   string `json:"legal_representative"`
	LegalRepresentativeID string `json:"legal_representative_id"` // mask
}

func legalOf(c Customer) Legal {
	return Legal{Name: c.Name, USCC: c.USCC, USCCOverrideReason: c.USCCOverrideReason, LegalRepresentative: c.LegalRepresentative, LegalRepresentativeID: c.LegalRepresentativeID}
}

// Change is a submitted change of a customer's legal data, frozen as submitted.
type Change struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	Before     Legal
	After      Legal
	Sealed     []byte // the new ID number, sealed for the customer's column; nil leaves it
	Reason     string
	Status     ChangeStatus
	CreatedAt  time.Time
	CreatedBy  *party.Person
}

// ChangeStatus is where a change stands.
type ChangeStatus string

// The statuses; all but submitted are final.
const (
	ChangeSubmitted ChangeStatus = "submitted"
	ChangeApplied   ChangeStatus = "applied"
	ChangeRejected  ChangeStatus = "rejected"
	ChangeReturned  ChangeStatus = "returned" // to who asked for it; he asks anew
	ChangeWithdrawn ChangeStatus = "withdrawn"
)

// ChangeFacts is what the approver sees of a change: kind customer_change.
type ChangeFacts struct {
	Before Legal  `json:"before"`
	After  Legal  `json:"after"`
	Reason string `json:"reason"`
}

// Faults of changes.
var (
	ErrNeedsApproval = fault.Conflict("CUSTOMER_CHANGE_NEEDS_APPROVAL", "name, code and legal representative of a known customer change by approval only; submit the change with its reason")
	ErrChangePending = fault.Conflict("CUSTOMER_CHANGE_PENDING", "a change of this customer is in approval already")
	ErrNoChange      = fault.New(fault.KindInvalid, "NOTHING_CHANGED", "nothing differs from what is known")
	ErrChangeStale   = fault.Conflict("CUSTOMER_CHANGE_STALE", "the customer was changed after this was submitted; reject it and submit it anew")
)

// ChangeInput submits a change of a customer's legal data; nil leaves a part as it
// is. Version is the one that was seen.
type ChangeInput struct {
	ID                    uuid.UUID
	Version               int64
	Name                  *string
	USCC                  *string
	USCCOverrideReason    *string
	LegalRepresentative   *string
	LegalRepresentativeID *string
	Reason                string
}

// Submitter is what changes need of the inbox.
type Submitter interface {
	Submit(ctx context.Context, in approval.Submission) (approval.Approval, error)
}

// Changes lets legal data change by approval. It is the inbox's subject of
// customer changes.
type Changes struct {
	customers *Service
	repo      ChangeRepository
	approvals Submitter
}

// ChangeRepository keeps changes, inside a unit of work.
type ChangeRepository interface {
	// InsertChange stores a submitted change; ErrChangePending when one is open.
	InsertChange(ctx context.Context, c Change) error
	// LockChange reads a change and holds its row.
	LockChange(ctx context.Context, id uuid.UUID) (Change, error)
	EndChange(ctx context.Context, id uuid.UUID, status ChangeStatus, at time.Time) error
	ListChanges(ctx context.Context, customerID uuid.UUID) ([]Change, error)
}

// NewChanges wires the changes.
func NewChanges(customers *Service, repo ChangeRepository, approvals Submitter) *Changes {
	return &Changes{customers, repo, approvals}
}

var _ approval.Subject = (*Changes)(nil)

// Submit freezes the change with what was known before and puts it into the inbox.
// Faults: INVALID_INPUT, CUSTOMER_NOT_FOUND, VERSION_CONFLICT, CUSTOMER_EXISTS,
// CUSTOMER_CHANGE_PENDING, NOTHING_CHANGED.
func (s *Changes) Submit(ctx context.Context, in ChangeInput) (Change, error) {
	actor, err := access.Require(ctx, access.CustomerWrite)
	if err != nil {
		return Change{}, err
	}
	f := Fields{Name: in.Name, USCC: in.USCC, USCCOverrideReason: in.USCCOverrideReason, LegalRepresentative: in.LegalRepresentative, LegalRepresentativeID: in.LegalRepresentativeID}
	f.normalize()
	in.Reason = strings.TrimSpace(in.Reason)
	var out Change
	err = s.customers.tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.customers.repo.Lock(ctx, in.ID, OnlyOf(actor))
		if err != nil {
			return err
		}
		if f.USCC != nil && *f.USCC == before.USCC {
			f.USCC = nil
		}
		var checks fault.Checks
		f.check(&checks)
		text(&checks, "reason", &in.Reason, 2, 500)
		if err := checks.Err(); err != nil {
			return err
		}
		if before.Version != in.Version {
			return ErrVersion.With("current_version", fmt.Sprint(before.Version))
		}
		after := before
		sealed, err := s.customers.apply(ctx, &after, f)
		if err != nil {
			return err
		}
		if legalOf(after) == legalOf(before) && sealed.LegalRepresentativeID == nil {
			return ErrNoChange
		}
		if err := s.customers.free(ctx, actor, identityOf(after)); err != nil {
			return err
		}
		out = Change{ID: uuid.Must(uuid.NewV7()), CustomerID: in.ID, Before: legalOf(before), After: legalOf(after), Sealed: sealed.LegalRepresentativeID,
			Reason: in.Reason, Status: ChangeSubmitted, CreatedAt: s.customers.clock.Now(), CreatedBy: ByActor(actor)}
		if err := s.repo.InsertChange(ctx, out); err != nil {
			return err
		}
		_, err = s.approvals.Submit(ctx, approval.Submission{Kind: approval.KindCustomerChange, SubjectID: out.ID, CustomerID: &in.ID, Title: before.Name,
			Facts: ChangeFacts{out.Before, out.After, out.Reason}})
		return err
	})
	return out, err
}

func identityOf(c Customer) Identity {
	i := Identity{Except: c.ID, USCC: c.USCC}
	if c.USCC != "" {
		i.Name = c.Name
	}
	return i
}

// List gives the changes of a customer, newest first.
func (s *Changes) List(ctx context.Context, id uuid.UUID) (out []Change, err error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return nil, err
	}
	err = s.customers.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.customers.repo.Brief(ctx, id, OnlyOf(actor)); err != nil {
			return err
		}
		out, err = s.repo.ListChanges(ctx, id)
		return err
	})
	return out, err
}

// Approved writes the change into the customer, in the decision's transaction. A
// customer that is not any more what the approver saw is CUSTOMER_CHANGE_STALE.
func (s *Changes) Approved(ctx context.Context, a approval.Approval) error {
	c, err := s.repo.LockChange(ctx, a.SubjectID)
	if err != nil {
		return err
	}
	before, err := s.customers.repo.Lock(ctx, c.CustomerID, nil)
	if err != nil {
		return err
	}
	if legalOf(before) != c.Before {
		return ErrChangeStale
	}
	actor, ok := access.From(ctx)
	if !ok {
		return access.ErrUnauthenticated
	}
	after := before
	after.Name, after.USCC, after.USCCOverrideReason = c.After.Name, c.After.USCC, c.After.USCCOverrideReason
	after.LegalRepresentative, after.LegalRepresentativeID = c.After.LegalRepresentative, c.After.LegalRepresentativeID
	after.Version, after.UpdatedAt = before.Version+1, s.customers.clock.Now()
	if err := s.customers.store(ctx, actor, before, after, Sealed{LegalRepresentativeID: c.Sealed}, &Identity{Except: after.ID}); err != nil {
		return err
	}
	return s.repo.EndChange(ctx, c.ID, ChangeApplied, after.UpdatedAt)
}

// Rejected leaves the customer as he is.
func (s *Changes) Rejected(ctx context.Context, a approval.Approval) error {
	return s.end(ctx, a, ChangeRejected)
}

// Returned leaves the customer as he is; who asked changes it and asks anew.
func (s *Changes) Returned(ctx context.Context, a approval.Approval) error {
	return s.end(ctx, a, ChangeReturned)
}

// Withdrawn leaves the customer as he is.
func (s *Changes) Withdrawn(ctx context.Context, a approval.Approval) error {
	return s.end(ctx, a, ChangeWithdrawn)
}

func (s *Changes) end(ctx context.Context, a approval.Approval, status ChangeStatus) error {
	c, err := s.repo.LockChange(ctx, a.SubjectID)
	if err != nil {
		return err
	}
	return s.repo.EndChange(ctx, c.ID, status, s.customers.clock.Now())
}

// guarded refuses what needs an approval: a legal part that is known and would
// become something else. Filling a gap needs none.
func guarded(before, after Customer, sealed Sealed) error {
	differs := func(field, was, is string) error {
		if was == "" || was == is {
			return nil
		}
		e := ErrNeedsApproval.With("field", field)
		e.Fields = []fault.Field{{Name: field, Reason: "NEEDS_APPROVAL", Message: ErrNeedsApproval.Message}}
		return e
	}
	// Without a code, a name is what a file happened to say.
	if before.USCC != "" {
		if err := differs("name", before.Name, after.Name); err != nil {
			return err
		}
	}
	if err := differs("uscc", before.USCC, after.USCC); err != nil {
		return err
	}
	if err := differs("legal_representative", before.LegalRepresentative, after.LegalRepresentative); err != nil {
		return err
	}
	if sealed.LegalRepresentativeID != nil && before.LegalRepresentativeID != "" {
		return differs("legal_representative_id", before.LegalRepresentativeID, "")
	}
	return nil
}
