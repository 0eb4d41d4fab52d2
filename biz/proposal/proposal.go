// Package proposal has a subsidiary decide by its own flow on what it proposes for
// the group's negative list, before headquarters hears of it (000-77).
//
// It owns the submission, whose facts are the whole proposal, and its way to
// headquarters once it was agreed to. It does not own what can be proposed, nor the
// listing (shared/negativelist), nor who decides (biz/approval). It keeps no table:
// what waits is a pending approval.
package proposal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/event"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// InApproval is the state of what the subsidiary itself has not decided on. HQ
// knows nothing of it.
const InApproval negativelist.Status = "in_approval"

// Facts is what the approver sees, and what goes to HQ as it stands: kind
// negative_listing.
type Facts struct {
	USCC        party.USCC          `json:"uscc"`
	CompanyName string              `json:"company_name"`
	Reason      negativelist.Reason `json:"reason_code"`
	Text        string              `json:"reason_text"`
	Amount      money.Amount        `json:"amount,string"` // in question, fen
	Evidence    []negativelist.File `json:"evidence"`
	// What it would do in the house, as of the submission; none of it goes to HQ.
	Effects    []Effect             `json:"effects,omitempty"`
	CustomerID uuid.UUID            `json:"customer_id,omitzero"` // nil: the company is no customer here
	Customer   *limit.CustomerFacts `json:"customer,omitempty"`
	Account    *limit.AccountFacts  `json:"account,omitempty"` // of the customer
}

// Effect is what HQ's policy says that a listing of a severity does to the company
// itself. HQ chooses the severity when it publishes.
type Effect struct {
	Severity negativelist.Severity     `json:"severity"`
	Rating   negativelist.RatingEffect `json:"rating"`
	Limits   negativelist.LimitEffect  `json:"limits"`
}

// Held is a proposal that the subsidiary keeps. ID is the approval's, and will be
// the listing's.
type Held struct {
	ID     uuid.UUID
	Facts  Facts
	By     party.Person
	At     time.Time
	Status approval.Status
}

// Repository reads the subsidiary's proposals, in its unit of work.
type Repository interface {
	// Get reads a proposal; approval.ErrNotFound without one.
	Get(ctx context.Context, id uuid.UUID) (Held, error)
	// Pending lists those not decided on, the newest first; text is a part of the
	// name or the begin of the code.
	Pending(ctx context.Context, text string, limit, offset int) ([]Held, int64, error)
}

// Submitter is what proposals need of the inbox.
type Submitter interface {
	Submit(ctx context.Context, in approval.Submission) (approval.Approval, error)
	// Get gives one that the caller may see; approval.ErrNotFound for others.
	Get(ctx context.Context, id uuid.UUID) (approval.Approval, error)
}

// Accounts says what a customer is granted and uses (biz/exposure).
type Accounts interface {
	Get(ctx context.Context, customerID uuid.UUID) (exposure.Account, error)
}

// Once makes fn take effect once per delivered event, in the running transaction's
// schema (data/jobs.Once).
type Once func(ctx context.Context, d event.Delivered, handler string, fn func(ctx context.Context) error) error

// Deps is what the service works with.
type Deps struct {
	Tenants   uow.Tenant
	HQ        uow.HQ
	List      *negativelist.Service
	Repo      Repository
	Approvals Submitter
	Customers customer.Finder
	Accounts  Accounts
	Books     negativelist.Books
	Events    event.Publisher // the subsidiary's
	Audit     audit.Recorder  // likewise
	Once      Once
}

// Service takes proposals through the subsidiary's approval to HQ. It is the
// inbox's subject of negative listings.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

// space makes of company and reason the subject of a submission: of two equal ones
// only one can wait, and a later one is a further round of the same.
var space = uuid.MustParse("5c0a2b1e-7d0f-4a86-9b1c-6a3f0f7f2d11")

func subject(p negativelist.Proposal) uuid.UUID {
	return uuid.NewSHA1(space, []byte(string(p.USCC)+" "+string(p.Reason)))
}

// Submit puts a company into the subsidiary's inbox. What HQ would refuse is
// refused now. Faults: those of the listing's input, DOCUMENT_NOT_FOUND,
// NEGATIVE_ALREADY_LISTED, and those of the inbox.
func (s *Service) Submit(ctx context.Context, in negativelist.ListInput) (negativelist.Entry, error) {
	p, err := s.List.Check(ctx, in)
	if err != nil {
		return negativelist.Entry{}, err
	}
	facts := Facts{USCC: p.USCC, CompanyName: p.CompanyName, Reason: p.Reason, Text: p.Text, Amount: p.Amount, Evidence: p.Evidence}
	if facts.Evidence == nil {
		facts.Evidence = []negativelist.File{}
	}
	of, err := s.entries(ctx, []Held{{Facts: facts}})
	if err != nil {
		return negativelist.Entry{}, err
	}
	var a approval.Approval
	err = s.Tenants.InTx(ctx, func(ctx context.Context) error {
		if err := s.foresee(ctx, of[0].OwnCustomerID, &facts); err != nil {
			return err
		}
		a, err = s.Approvals.Submit(ctx, approval.Submission{Kind: approval.KindNegativeListing, SubjectID: subject(p), Title: p.CompanyName, Facts: facts, Amount: p.Amount})
		return err
	})
	if err != nil {
		return negativelist.Entry{}, err
	}
	out, err := s.entries(ctx, []Held{{ID: a.ID, Facts: facts, By: a.SubmittedBy, At: a.SubmittedAt, Status: a.Status}})
	if err != nil {
		return negativelist.Entry{}, err
	}
	return out[0], nil
}

// foresee adds what a listing would do to the company as a customer of the house.
func (s *Service) foresee(ctx context.Context, customerID uuid.UUID, f *Facts) error {
	_, effects, err := s.Books.Concerned(ctx, nil)
	if err != nil {
		return err
	}
	for _, severity := range negativelist.Severities {
		bites := effects.Of(severity)
		f.Effects = append(f.Effects, Effect{Severity: severity, Rating: bites.Rating, Limits: bites.Limits})
	}
	if customerID == uuid.Nil {
		return nil
	}
	who, err := s.Customers.Brief(ctx, customerID, nil)
	if err != nil {
		return err
	}
	account, err := s.Accounts.Get(ctx, customerID)
	if err != nil {
		return err
	}
	f.CustomerID, f.Customer, f.Account = customerID, new(limit.CustomerFactsOf(who)), new(limit.AccountFactsOf(account))
	return nil
}

// Proves finds that a file is evidence of a proposal whose approval the caller may
// see; approval.ErrNotFound, negativelist.ErrFileNotFound.
func (s *Service) Proves(ctx context.Context, id, documentID uuid.UUID) error {
	a, err := s.Approvals.Get(ctx, id)
	if err != nil {
		return err
	}
	if a.Kind != approval.KindNegativeListing {
		return approval.ErrNotFound
	}
	var f Facts
	if err := json.Unmarshal(a.Facts, &f); err != nil {
		return fmt.Errorf("facts of proposal %s: %w", id, err)
	}
	if !slices.ContainsFunc(f.Evidence, func(e negativelist.File) bool { return e.DocumentID == documentID }) {
		return negativelist.ErrFileNotFound
	}
	return nil
}

// Pending lists what the subsidiary has not decided on, as entries of the list.
func (s *Service) Pending(ctx context.Context, text string, limit, offset int) (out []negativelist.Entry, total int64, err error) {
	if _, err := access.Require(ctx, access.NegativeRead); err != nil {
		return nil, 0, err
	}
	var held []Held
	err = s.Tenants.InTx(ctx, func(ctx context.Context) error {
		held, total, err = s.Repo.Pending(ctx, strings.TrimSpace(text), limit, offset)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	out, err = s.entries(ctx, held)
	return out, total, err
}

func (s *Service) entries(ctx context.Context, held []Held) ([]negativelist.Entry, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]negativelist.Entry, len(held))
	for i, h := range held {
		out[i] = negativelist.Entry{ID: h.ID, USCC: h.Facts.USCC, CompanyName: h.Facts.CompanyName, Reason: h.Facts.Reason, Text: h.Facts.Text, Amount: h.Facts.Amount,
			Evidence: h.Facts.Evidence, TenantID: t.ID, ListedBy: h.By.ID, ListedByName: h.By.Name, ProposedAt: h.At, ListedAt: h.At, Status: InApproval}
	}
	return s.List.WithCustomers(ctx, out)
}
