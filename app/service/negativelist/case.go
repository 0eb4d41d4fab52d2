package negativelist

import (
	"context"

	"github.com/google/uuid"

	negativelistv1 "zhuxin/app/api/negativelist/v1"
	"zhuxin/app/service/page"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/tenant"
)

// GetEntry gives one listing with its history, as far as the subsidiary may see it.
func (s *Service) GetEntry(ctx context.Context, r *negativelistv1.GetEntryRequest) (*negativelistv1.Case, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, negativelist.ErrNotFound
	}
	c, err := s.list.OwnCase(ctx, id)
	if err != nil {
		return nil, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	own, open := c.TenantID == t.ID, map[negativelist.ClaimKind]bool{}
	out := &negativelistv1.Case{Entry: toEntry(ctx, c.Entry)}
	for _, x := range c.Claims {
		open[x.Kind] = open[x.Kind] || x.Status == negativelist.ClaimOpen
		out.Claims = append(out.Claims, toClaim(x, false))
	}
	for _, e := range c.Events {
		row := toEvent(e)
		switch e.TenantID {
		case t.ID:
			row.By, row.Person = "own", e.ActorName
		case uuid.Nil:
			row.By = "hq"
		}
		if (e.Kind == negativelist.EventObjected || e.Kind == negativelist.EventRepairReported) && e.TenantID != t.ID {
			row.By = "other"
		}
		out.Events = append(out.Events, row)
	}
	out.Related = toRelated(c.Related)
	listed := c.Status == negativelist.Listed
	out.MayObject = listed && (own || c.OwnCustomerID != uuid.Nil) && !open[negativelist.Objection]
	out.MayReportRepair = listed && own && !open[negativelist.Repair]
	return out, nil
}

// Object says that a listing is wrong.
func (s *Service) Object(ctx context.Context, r *negativelistv1.ObjectRequest) (*negativelistv1.Claim, error) {
	in, err := claimInput(r.GetId(), r.GetText(), r.GetEvidence())
	if err != nil {
		return nil, err
	}
	c, err := s.list.Object(ctx, in)
	if err != nil {
		return nil, err
	}
	return toClaim(c, false), nil
}

// ReportRepair says that the company has paid.
func (s *Service) ReportRepair(ctx context.Context, r *negativelistv1.ReportRepairRequest) (*negativelistv1.Claim, error) {
	in, err := claimInput(r.GetId(), r.GetText(), r.GetEvidence())
	if err != nil {
		return nil, err
	}
	in.Amount = money.Amount(r.GetAmount())
	if in.PaidOn, err = date("paid_on", r.GetPaidOn()); err != nil {
		return nil, err
	}
	c, err := s.list.ReportRepair(ctx, in)
	if err != nil {
		return nil, err
	}
	return toClaim(c, false), nil
}

func claimInput(id, text string, refs []*negativelistv1.EvidenceRef) (in negativelist.ClaimInput, err error) {
	in.Text = text
	if in.EntryID, err = uuid.Parse(id); err != nil {
		return in, negativelist.ErrNotFound
	}
	in.EvidenceIDs, err = evidence(refs)
	return in, err
}

// date reads a day; an empty text is none, which the rules judge.
func date(field, text string) (calendar.Date, error) {
	if text == "" {
		return 0, nil
	}
	d, err := calendar.Parse(text)
	if err != nil {
		var c fault.Checks
		c.Add(field, "BAD_DATE", "write the day as 2026-11-20")
		return 0, c.Err()
	}
	return d, nil
}

// ListExemptions lists the subsidiary's own requests.
func (s *Service) ListExemptions(ctx context.Context, r *negativelistv1.ListExemptionsRequest) (*negativelistv1.ListExemptionsReply, error) {
	q := negativelist.ExemptionQuery{Status: negativelist.ExemptionStatus(r.GetStatus())}
	q.Limit, q.Offset = page.Window(r.GetPage(), r.GetPageSize())
	rows, total, err := s.list.Exemptions(ctx, q)
	if err != nil {
		return nil, err
	}
	return exemptions(rows, total, false), nil
}

// AskExemption asks HQ to let the subsidiary supply a listed customer.
func (s *Service) AskExemption(ctx context.Context, r *negativelistv1.AskExemptionRequest) (*negativelistv1.Exemption, error) {
	id, err := uuid.Parse(r.GetCustomerId())
	if err != nil {
		return nil, fault.NotFound("CUSTOMER_NOT_FOUND", "there is no such customer")
	}
	ends, err := date("ends_on", r.GetEndsOn())
	if err != nil {
		return nil, err
	}
	x, err := s.list.AskExemption(ctx, negativelist.ExemptionInput{CustomerID: id, Reason: r.GetReason(), EndsOn: ends, Scopes: scopes(r.GetScopes())})
	if err != nil {
		return nil, err
	}
	return toExemption(x, false), nil
}

// WithdrawExemption takes a request back.
func (s *Service) WithdrawExemption(ctx context.Context, r *negativelistv1.WithdrawExemptionRequest) (*negativelistv1.Exemption, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, negativelist.ErrExemptionNotFound
	}
	x, err := s.list.WithdrawExemption(ctx, id)
	if err != nil {
		return nil, err
	}
	return toExemption(x, false), nil
}
