package supplystop

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// Facts are what the approver of a resumption sees.
type Facts struct {
	Customer struct {
		Number string `json:"number"`
		Name   string `json:"name"`
	} `json:"customer"`
	Project       string        `json:"project,omitempty"`
	Reason        string        `json:"reason"`
	StoppedOn     calendar.Date `json:"stopped_on"`
	OverdueThen   money.Amount  `json:"overdue_then,string"`
	OverdueAmount money.Amount  `json:"overdue_amount,string"`
	OverdueDays   int           `json:"overdue_days"`
	AsOf          calendar.Date `json:"as_of"`
}

// Resume asks for supply to go on, which somebody else approves.
func (s *Service) Resume(ctx context.Context, id uuid.UUID, reason string, version int64) (Stop, error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return Stop{}, err
	}
	var c fault.Checks
	reason = strings.TrimSpace(reason)
	c.Require(reason != "", "reason", "REQUIRED", "say why supply can go on")
	checkNote(&c, "reason", reason)
	if err := c.Err(); err != nil {
		return Stop{}, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		x, err := s.Repo.Lock(ctx, id, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		switch {
		case x.Version != version:
			return ErrVersion.With("current_version", strconv.FormatInt(x.Version, 10))
		case !x.State.InForce():
			return ErrStep.With("state", string(x.State))
		}
		account, err := s.Accounts.Get(ctx, x.CustomerID)
		if err != nil {
			return err
		}
		f := Facts{Project: x.ProjectName, Reason: reason, StoppedOn: x.StoppedOn, OverdueThen: x.OverdueAmount, OverdueAmount: account.Overdue,
			OverdueDays: account.OverdueDays(account.AsOf), AsOf: account.AsOf}
		f.Customer.Number, f.Customer.Name = x.CustomerNumber, x.CustomerName
		_, err = s.Approvals.Submit(ctx, approval.Submission{Kind: approval.KindSupplyResume, SubjectID: x.ID, CustomerID: &x.CustomerID, Title: x.CustomerName, Facts: f})
		return err
	})
	if err != nil {
		return Stop{}, err
	}
	return s.read(ctx, id)
}

// Approved lets supply go on.
func (s *Service) Approved(ctx context.Context, a approval.Approval) error {
	var f Facts
	if err := json.Unmarshal(a.Facts, &f); err != nil {
		return fmt.Errorf("supplystop: facts of %s: %w", a.ID, err)
	}
	x, err := s.Repo.Lock(ctx, a.SubjectID, nil)
	if err != nil {
		return err
	}
	return s.take(ctx, x, StateResumed, f.Reason, nil)
}

// Rejected leaves supply stopped.
func (s *Service) Rejected(context.Context, approval.Approval) error { return nil }

// Returned leaves supply stopped; who asked can ask anew.
func (s *Service) Returned(context.Context, approval.Approval) error { return nil }

// Withdrawn leaves supply stopped.
func (s *Service) Withdrawn(context.Context, approval.Approval) error { return nil }
