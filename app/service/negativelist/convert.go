package negativelist

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	negativelistv1 "zhuxin/app/api/negativelist/v1"
	"zhuxin/app/service/related"
	"zhuxin/biz/proposal"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/tenant"
)

// toEntry leaves out who listed. The evidence goes with it: the name of a file
// tells whose it is as well.
func toEntry(ctx context.Context, e negativelist.Entry) *negativelistv1.Entry {
	t, _ := tenant.From(ctx)
	out := &negativelistv1.Entry{
		Id: e.ID.String(), Uscc: string(e.USCC), CompanyName: e.CompanyName, ReasonCode: string(e.Reason), ReasonText: e.Text,
		Amount: int64(e.Amount), ListedAt: timestamppb.New(e.ListedAt), Status: string(e.Status), RemovalReason: e.RemovalReason,
		RemovedAt: instant(e.RemovedAt), Severity: string(e.Severity), Own: e.TenantID == t.ID,
	}
	if e.OwnCustomerID != uuid.Nil {
		out.CustomerId = e.OwnCustomerID.String()
	}
	if !out.Own {
		return out
	}
	if e.Status == proposal.InApproval {
		out.ApprovalId = out.Id
	}
	out.ProposedAt, out.DecidedAt, out.DecisionReason, out.RepairedAmount = timestamppb.New(e.ProposedAt), instant(e.DecidedAt), e.DecisionReason, int64(e.Repaired)
	if out.Evidence = toFiles(e.Evidence); len(out.Evidence) > 0 {
		out.EvidenceDocumentId, out.EvidenceName = out.Evidence[0].GetDocumentId(), out.Evidence[0].GetName()
	}
	return out
}

func instant(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}

func toFiles(files []negativelist.File) (out []*negativelistv1.EvidenceFile) {
	for _, f := range files {
		out = append(out, &negativelistv1.EvidenceFile{DocumentId: f.DocumentID.String(), Name: f.Name})
	}
	return out
}

// toClaim names the people to HQ only.
func toClaim(c negativelist.Claim, group bool) *negativelistv1.Claim {
	out := &negativelistv1.Claim{
		Id: c.ID.String(), Kind: string(c.Kind), Text: c.Text, Amount: int64(c.Amount), PaidOn: c.PaidOn.String(), Evidence: toFiles(c.Evidence),
		Status: string(c.Status), RaisedAt: timestamppb.New(c.RaisedAt), Answer: c.Answer, AnsweredAt: instant(c.AnsweredAt),
	}
	if group {
		out.SubsidiaryName, out.RaisedBy, out.AnsweredBy = c.TenantName, c.RaisedByName, c.AnsweredByName
	}
	return out
}

// toEvent leaves out who did it; the two sides say that differently.
func toEvent(e negativelist.Event) *negativelistv1.Event {
	return &negativelistv1.Event{
		At: timestamppb.New(e.At), Kind: string(e.Kind), Note: e.Note, Severity: string(e.Facts.Severity),
		ReviewOn: e.Facts.ReviewOn.String(), Amount: int64(e.Facts.Amount),
	}
}

// toExemption names the people at HQ to HQ only.
func toExemption(x negativelist.Exemption, group bool) *negativelistv1.Exemption {
	out := &negativelistv1.Exemption{
		Id: x.ID.String(), CustomerId: x.CustomerID.String(), Uscc: x.USCC, CompanyName: x.CompanyName, Reason: x.Reason,
		AskedUntil: x.AskedUntil.String(), EndsOn: x.EndsOn.String(), Status: string(x.Status), AskedBy: x.AskedByName,
		AskedAt: timestamppb.New(x.AskedAt), DecidedAt: instant(x.DecidedAt), DecisionReason: x.DecisionReason, Version: x.Version,
	}
	for _, scope := range x.Scopes {
		out.Scopes = append(out.Scopes, string(scope))
	}
	if x.Expired {
		out.Status = "expired"
	}
	if group {
		out.SubsidiaryName, out.DecidedBy = x.TenantName, x.DecidedByName
	}
	return out
}

func scopes(names []string) (out []negativelist.Scope) {
	for _, n := range names {
		out = append(out, negativelist.Scope(n))
	}
	return out
}

func exemptions(rows []negativelist.Exemption, total int64, group bool) *negativelistv1.ListExemptionsReply {
	out := &negativelistv1.ListExemptionsReply{Total: total}
	for _, x := range rows {
		out.Exemptions = append(out.Exemptions, toExemption(x, group))
	}
	return out
}

func toRelated(list []negativelist.Related) (out []*negativelistv1.RelatedCustomer) {
	for _, x := range list {
		out = append(out, &negativelistv1.RelatedCustomer{CustomerId: x.CustomerID.String(), CustomerName: x.CustomerName, SubsidiaryName: x.TenantName, Path: related.ToPath(x.Path)})
	}
	return out
}
