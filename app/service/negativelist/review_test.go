package negativelist_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/uuid"

	negativelistv1 "zhuxin/app/api/negativelist/v1"
	"zhuxin/app/api/route"
	service "zhuxin/app/service/negativelist"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/negativelist"
)

func review(st *store) *service.Review {
	list := negativelist.NewService(st, st, st, st, st, st, st, st, &calendar.Frozen{At: at})
	return service.NewReview(list, func(_ context.Context, tenantID, documentID uuid.UUID) (*route.File, error) {
		return &route.File{Name: tenantID.String(), Body: io.NopCloser(strings.NewReader(documentID.String()))}, nil
	})
}

// What HQ decides is what both sides read, each as much as it may.
func TestReview(t *testing.T) {
	t.Parallel()
	st, s, _ := services(nil)
	hq, own := as(t, access.RoleHQCreditController), as(t, access.RoleAdministrator)
	hqs, e := review(st), &st.entries[0]
	e.Status = negativelist.Proposed
	id := e.ID.String()
	published, err := hqs.PublishCase(hq, &negativelistv1.PublishCaseRequest{Id: id, Severity: "serious", ReviewOn: "2027-02-01", Note: "NOTE-CANARY"})
	if err != nil || published.GetStatus() != "listed" || published.GetSeverity() != "serious" || published.GetReviewOn() != "2027-02-01" || published.GetReviewDue() {
		t.Fatalf("published: %v, %v", published, err)
	}
	// The store says that the company is a customer of ours.
	claim, err := s.Object(own, &negativelistv1.ObjectRequest{Id: id, Text: "并没有拖欠", Evidence: []*negativelistv1.EvidenceRef{{DocumentId: uuid.NewString()}}})
	if err != nil || claim.GetKind() != "objection" || claim.GetStatus() != "open" || len(claim.GetEvidence()) != 1 {
		t.Fatalf("objected: %v, %v", claim, err)
	}
	c, err := s.GetEntry(own, &negativelistv1.GetEntryRequest{Id: id})
	told := text(t, c)
	if err != nil || c.GetEntry().GetOwn() || len(c.GetClaims()) != 1 || c.GetMayObject() || c.GetMayReportRepair() || len(c.GetEvents()) != 2 ||
		len(c.GetRelated()) != 1 || c.GetEvents()[0].GetBy() != "hq" || c.GetEvents()[1].GetBy() != "own" {
		t.Errorf("case: %s, %v", told, err)
	}
	for _, secret := range []string{"CANARY", theirs.String()} {
		if strings.Contains(told, secret) {
			t.Errorf("%q is told: %s", secret, told)
		}
	}
	answered, err := hqs.AnswerClaim(hq, &negativelistv1.AnswerClaimRequest{Id: id, ClaimId: claim.GetId(), Accept: true, Remove: true, Answer: "异议成立"})
	if err != nil || answered.GetStatus() != "accepted" || st.entries[0].Status != negativelist.Removed {
		t.Errorf("answered: %v, %v", answered, err)
	}
	g, err := hqs.GetCase(hq, &negativelistv1.GetCaseRequest{Id: id})
	if way := g.GetRelated(); err != nil || len(way) != 1 || way[0].GetSubsidiaryName() != "华东" || way[0].GetPath().GetParties()[0].GetName() != "关联建工" || !way[0].GetPath().GetSteps()[0].GetBack() {
		t.Errorf("related at HQ: %v, %v", way, err)
	}
	if err != nil || g.GetEntry().GetSubsidiaryName() != "华东CANARY" || len(g.GetEvents()) != 4 || g.GetEvents()[1].GetBy() != "other" || len(g.GetEvidence()) != 1 {
		t.Errorf("HQ's case: %v, %v", g, err)
	}
	file, err := hqs.DownloadEvidence(hq, &negativelistv1.DownloadEvidenceRequest{Id: id, DocumentId: g.GetEvidence()[0].GetDocumentId()})
	if err != nil || file.Name != theirs.String() {
		t.Errorf("evidence: %v, %v", file, err)
	}
	if _, err := hqs.DownloadEvidence(hq, &negativelistv1.DownloadEvidenceRequest{Id: id, DocumentId: uuid.NewString()}); !errors.Is(err, negativelist.ErrFileNotFound) {
		t.Errorf("a file of another case: %v", err)
	}
	if n, err := hqs.CountCases(hq, nil); err != nil || n.GetProposed() != 1 || n.GetListed() != 2 || n.GetObjections() != 3 || n.GetRepairs() != 4 || n.GetReviewDue() != 5 || n.GetRemoved() != 6 || n.GetExemptions() != 7 {
		t.Errorf("counts: %v, %v", n, err)
	}
}

func TestExemption(t *testing.T) {
	t.Parallel()
	st, s, _ := services(nil)
	hq, own := as(t, access.RoleHQCreditController), as(t, access.RoleAdministrator)
	hqs := review(st)
	x, err := s.AskExemption(own, &negativelistv1.AskExemptionRequest{CustomerId: mine.String(), Reason: "工程已浇筑一半", EndsOn: "2026-12-01"})
	if err != nil || x.GetStatus() != "asked" || x.GetAskedUntil() != "2026-12-01" {
		t.Fatalf("asked: %v, %v", x, err)
	}
	x, err = hqs.DecideExemption(hq, &negativelistv1.DecideExemptionRequest{Id: x.GetId(), Version: x.GetVersion(), Grant: true, EndsOn: "2026-11-25"})
	if err != nil || x.GetStatus() != "granted" || x.GetEndsOn() != "2026-11-25" || x.GetSubsidiaryName() == "" {
		t.Errorf("granted: %v, %v", x, err)
	}
	l, err := s.ListExemptions(own, &negativelistv1.ListExemptionsRequest{Status: "granted"})
	if err != nil || l.GetTotal() != 1 || l.GetExemptions()[0].GetDecidedBy() != "" || l.GetExemptions()[0].GetSubsidiaryName() != "" {
		t.Errorf("own list: %v, %v", l, err)
	}
	st.exemption.EndsOn = calendar.NewDate(2026, 11, 19)
	if g, err := hqs.ListGroupExemptions(hq, &negativelistv1.ListGroupExemptionsRequest{}); err != nil || g.GetExemptions()[0].GetStatus() != "expired" {
		t.Errorf("after the last day: %v, %v", g, err)
	}
	if _, err := hqs.RevokeExemption(hq, &negativelistv1.RevokeExemptionRequest{Id: x.GetId(), Reason: "已过期"}); !errors.Is(err, negativelist.ErrExemptionState) {
		t.Errorf("revoked after its end: %v", err)
	}
	for name, err := range map[string]error{
		"no date": func() error {
			_, err := s.AskExemption(own, &negativelistv1.AskExemptionRequest{CustomerId: mine.String(), Reason: "工程已浇筑一半"})
			return err
		}(),
		"bad date": func() error {
			_, err := s.AskExemption(own, &negativelistv1.AskExemptionRequest{CustomerId: mine.String(), Reason: "工程已浇筑一半", EndsOn: "soon"})
			return err
		}(),
		"bad filter": func() error {
			_, err := s.ListExemptions(own, &negativelistv1.ListExemptionsRequest{Status: "secret"})
			return err
		}(),
	} {
		if err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
