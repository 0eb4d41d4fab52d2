package notify

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/todo"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/money"
	"zhuxin/shared/news"
)

// limitDays are how many days before its last one a limit's end is told.
var limitDays = []int{7, 1}

// Daily tells what the business date brings: follow-ups asked, near their deadline
// or past it, promises broken, limits about to end, warnings not dealt with by their
// day. A second run of a date tells
// nobody what he was told by the first.
func (s *Service) Daily(ctx context.Context, on calendar.Date) error {
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		found, err := s.Repo.Dated(ctx, on, limitDays)
		if err != nil {
			return err
		}
		n := 0
		for _, k := range slices.Sorted(maps.Keys(found)) {
			if err := news.Tell(ctx, s.Events, k, string(k)+":"+on.String(), found[k]...); err != nil {
				return err
			}
			n += len(found[k])
		}
		if n > 0 && s.Touched != nil {
			s.Touched(ctx, int64(n))
		}
		return nil
	})
}

// Arrived is a submission that came to those whom it waits for; rest is its title
// and, on a second line, who submitted it.
func Arrived(id uuid.UUID, kind, rest string, link todo.Link) Item {
	title, submitter, _ := strings.Cut(rest, "\n")
	parts := map[string]string{"kind": kind, "title": title, "submitter": submitter}
	return Item{Subject: id, Parts: parts, Line: forms[news.ApprovalArrived].fill(parts), Link: link}
}

// Listing is a company that HQ put on the negative list or took off it.
type Listing struct {
	ID     uuid.UUID
	USCC   string
	Reason string // its code

	Severity string
}

// Listed tells those who serve the company in the subsidiary of the context. It runs
// in the transaction of its caller.
func (s *Service) Listed(ctx context.Context, d event.Delivered, k news.Kind, l Listing) error {
	list, err := s.Repo.Listed(ctx, l.USCC)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Page, list[i].Parts["reason"], list[i].Parts["severity"] = l.ID, l.Reason, l.Severity
	}
	return s.Tell(ctx, News{Key: d.ID.String(), Kind: Kind(k), Items: Compose(k, list)})
}

// QuotaMove is a request for quota as one of the two sides is told of it.
type QuotaMove struct {
	ID     uuid.UUID
	Cap    string
	Tenant string // who asks
	Amount money.Amount
	Status string
	Person uuid.UUID // who asked, on his side
}

// Quota tells one side of a request: the approvers of who is asked, or who asked and
// his reviewers. It runs in the transaction of its caller.
func (s *Service) Quota(ctx context.Context, d event.Delivered, k news.Kind, m QuotaMove) error {
	role := "approver"
	if k == news.QuotaAnswered {
		role = "credit_reviewer"
	}
	return s.told(ctx, d, k, role, m.Person, Subject{ID: m.ID, Parts: map[string]string{"cap": m.Cap, "tenant": m.Tenant, "amount": m.Amount.Grouped(), "status": m.Status}})
}

// Answer is HQ's word on what a subsidiary brought before it: a proposal, an
// objection, a repair, an exemption.
type Answer struct {
	ID, Page uuid.UUID
	Person   uuid.UUID // who brought it
	Company  string
	Claim    string // which of the two, of a claim
	Status   string
	Comment  string
}

// Answered tells who brought it, and his reviewers. It runs in the transaction of its
// caller.
func (s *Service) Answered(ctx context.Context, d event.Delivered, k news.Kind, a Answer) error {
	return s.told(ctx, d, k, "credit_reviewer", a.Person, Subject{ID: a.ID, Page: a.Page,
		Parts: map[string]string{"company": a.Company, "claim": a.Claim, "status": a.Status, "comment": a.Comment}})
}

func (s *Service) told(ctx context.Context, d event.Delivered, k news.Kind, role string, person uuid.UUID, one Subject) (err error) {
	if one.People, err = s.Repo.Members(ctx, role, person); err != nil {
		return err
	}
	return s.Tell(ctx, News{Key: d.ID.String(), Kind: Kind(k), Items: Compose(k, []Subject{one})})
}
