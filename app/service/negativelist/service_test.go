package negativelist_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	hqv1 "zhuxin/app/api/hq/v1"
	negativelistv1 "zhuxin/app/api/negativelist/v1"
	"zhuxin/app/api/route"
	service "zhuxin/app/service/negativelist"
	"zhuxin/biz/approval"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/party"
	"zhuxin/shared/reach"
)

func TestNeverSaysWhoListed(t *testing.T) {
	t.Parallel()
	st, s, group := services(nil)
	ctx := as(t, access.RoleAdministrator)
	reply, err := s.ListEntries(ctx, &negativelistv1.ListEntriesRequest{Q: "失信", View: "removed", Page: 2, PageSize: 5})
	if err != nil || len(reply.GetEntries()) != 1 || reply.GetTotal() != 1 {
		t.Fatalf("got %v, %v", reply, err)
	}
	if q := st.asked; q.Text != "失信" || !slices.Equal(q.Statuses, []negativelist.Status{negativelist.Removed}) || q.Limit != 5 || q.Offset != 5 || q.TenantID != uuid.Nil {
		t.Errorf("asked %+v", q)
	}
	e, told := reply.GetEntries()[0], text(t, reply)
	for _, secret := range []string{"CANARY", theirs.String(), st.entries[0].ListedBy.String(), st.entries[0].Evidence[0].DocumentID.String()} {
		if strings.Contains(told, secret) {
			t.Errorf("%q is told: %s", secret, told)
		}
	}
	if e.GetOwn() || e.GetCustomerId() != mine.String() || e.GetReasonCode() != "fraud" || e.GetAmount() != 5 || !e.GetListedAt().AsTime().Equal(at) {
		t.Errorf("got %v", e)
	}
	g, err := group.ListNegativeEntries(as(t, access.RoleHQViewer), &hqv1.ListNegativeEntriesRequest{Status: "listed"})
	if err != nil || g.GetTotal() != 1 || g.GetEntries()[0].GetSubsidiaryName() != "华东CANARY" || g.GetEntries()[0].GetListedBy().GetName() != "李四CANARY" ||
		g.GetEntries()[0].GetSubsidiariesAffected() != 3 || g.GetEntries()[0].GetEvidenceName() != "CANARY.pdf" || !slices.Equal(st.asked.Statuses, []negativelist.Status{negativelist.Listed}) {
		t.Errorf("HQ is told %v, %v", g, err)
	}
}

func TestOwnEntry(t *testing.T) {
	t.Parallel()
	st, s, group := services(nil)
	ctx := as(t, access.RoleAdministrator)
	evidence := uuid.New()
	last, err := party.CheckCharacter("91330100MA27XW4N1")
	if err != nil {
		t.Fatal(err)
	}
	in := &negativelistv1.CreateEntryRequest{Uscc: "91330100MA27XW4N1" + string(last), CompanyName: "失信建工", ReasonCode: "fraud", ReasonText: "货款被转移", Amount: 5, EvidenceDocumentId: evidence.String()}
	e, err := s.CreateEntry(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if !e.GetOwn() || e.GetEvidenceDocumentId() != evidence.String() || e.GetEvidenceName() != "own-evidence.pdf" || e.GetStatus() != "in_approval" ||
		e.GetApprovalId() != waiting.String() || e.GetId() != waiting.String() || len(st.entries) != 1 {
		t.Errorf("got %v", e)
	}
	// Whoever may see the approval opens the evidence that it names, and nothing else.
	for name, x := range map[string]struct {
		approval, document string
		want               error
	}{
		"as named": {e.GetApprovalId(), evidence.String(), nil}, "another file": {e.GetApprovalId(), uuid.NewString(), negativelist.ErrFileNotFound},
		"another approval": {uuid.NewString(), evidence.String(), approval.ErrNotFound}, "no ids": {"x", "y", approval.ErrNotFound},
	} {
		f, err := s.DownloadProposalEvidence(ctx, &negativelistv1.DownloadProposalEvidenceRequest{Id: x.approval, DocumentId: x.document})
		if !errors.Is(err, x.want) || (err == nil && f.Name != evidence.String()) {
			t.Errorf("evidence %s: %v", name, err)
		}
	}
	held, err := s.ListEntries(ctx, &negativelistv1.ListEntriesRequest{View: "in_approval", Q: "失信", Page: 2, PageSize: 5})
	if err != nil || held.GetTotal() != 10 || held.GetEntries()[0].GetApprovalId() != waiting.String() || held.GetEntries()[0].GetCompanyName() != "失信" {
		t.Errorf("in the house: %v, %v", held, err)
	}
	st.entries = append(st.entries, negativelist.Entry{ID: waiting, TenantID: mine, Status: negativelist.Proposed})
	withdrawn, err := s.WithdrawEntry(ctx, &negativelistv1.WithdrawEntryRequest{Id: e.GetId(), Reason: "弄错了"})
	if err != nil || withdrawn.GetStatus() != "withdrawn" {
		t.Errorf("withdrawn: %v, %v", withdrawn, err)
	}
	r, err := group.RemoveNegativeEntry(as(t, access.RoleHQAdministrator), &hqv1.RemoveNegativeEntryRequest{Id: st.entries[0].ID.String(), Reason: "集团移除"})
	if err != nil || r.GetStatus() != "removed" || r.GetRemovedAt() == nil {
		t.Errorf("HQ removed: %v, %v", r, err)
	}
}

// A text that is no id is answered as an id that is nobody's.
func TestIDsThatAreNone(t *testing.T) {
	t.Parallel()
	_, s, group := services(nil)
	ctx, top := as(t, access.RoleAdministrator), as(t, access.RoleHQAdministrator)
	for name, call := range map[string]func() error{
		"evidence": func() error {
			_, err := s.CreateEntry(ctx, &negativelistv1.CreateEntryRequest{EvidenceDocumentId: "x"})
			return err
		},
		"no evidence": func() error {
			_, err := s.CreateEntry(ctx, &negativelistv1.CreateEntryRequest{EvidenceDocumentId: uuid.Nil.String()})
			return err
		},
		"entry": func() error {
			_, err := s.WithdrawEntry(ctx, &negativelistv1.WithdrawEntryRequest{Id: "x"})
			return err
		},
		"customer": func() error {
			_, err := s.GetCustomerHistory(ctx, &negativelistv1.GetCustomerHistoryRequest{CustomerId: "x"})
			return err
		},
		"entry at HQ": func() error {
			_, err := group.RemoveNegativeEntry(top, &hqv1.RemoveNegativeEntryRequest{Id: "x"})
			return err
		},
		"subsidiary": func() error {
			_, err := group.ListGroupCustomers(top, &hqv1.ListGroupCustomersRequest{TenantId: "x"})
			return err
		},
	} {
		if f, ok := fault.As(call()); !ok || f.Kind != fault.KindNotFound {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func TestHistoryAndLog(t *testing.T) {
	t.Parallel()
	st, s, _ := services(nil)
	ctx := as(t, access.RoleCreditReviewer)
	h, err := s.GetCustomerHistory(ctx, &negativelistv1.GetCustomerHistoryRequest{CustomerId: mine.String(), Purpose: "rating"})
	if err != nil || h.GetSubsidiaries() != 1 || h.GetSubsidiariesOverdue() != 1 || len(h.GetRatings()) != 2 {
		t.Fatalf("got %v, %v", h, err)
	}
	if r := h.GetRatings(); r[0].GetOwn() || r[0].GetSubsidiaryName() != "华东" || r[0].GetLapsedAt() == nil || !r[1].GetOwn() || r[1].GetLapsedAt() != nil {
		t.Errorf("ratings: %v", r)
	}
	if strings.Contains(text(t, h), "4242") {
		t.Error("the score of another subsidiary's template is told")
	}
	if len(st.logged) != 1 || st.logged[0].OwnerTenantID != theirs || st.logged[0].Purpose != "rating" {
		t.Errorf("logged %+v", st.logged)
	}
	log, err := s.ListSharingLog(ctx, &negativelistv1.ListSharingLogRequest{})
	if err != nil || log.GetTotal() != 1 || log.GetRows()[0].GetViewerName() != "李四" || log.GetRows()[0].GetViewerSubsidiary() != "华东" || log.GetRows()[0].GetPurpose() != "order" {
		t.Errorf("the log: %v, %v", log, err)
	}
}

func TestUpload(t *testing.T) {
	t.Parallel()
	id := uuid.New()
	_, s, _ := services(func(_ context.Context, name, kind string, size int64, body io.Reader) (uuid.UUID, string, int64, error) {
		b, err := io.ReadAll(body)
		if string(b) != "%PDF" || kind != "application/pdf" || size != 4 {
			err = errors.New("another file")
		}
		return id, name, int64(len(b)), err
	})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("%PDF"))
	r.Header.Set("Content-Type", "application/pdf")
	e, err := s.UploadEvidence(route.WithUpload(t.Context(), r), &negativelistv1.UploadEvidenceRequest{FileName: "e.pdf"})
	if err != nil || e.GetDocumentId() != id.String() || e.GetFileName() != "e.pdf" || e.GetSizeBytes() != 4 {
		t.Errorf("got %v, %v", e, err)
	}
	if _, err := s.UploadEvidence(t.Context(), &negativelistv1.UploadEvidenceRequest{}); err == nil {
		t.Error("an upload without a file")
	}
}

func TestGroup(t *testing.T) {
	t.Parallel()
	_, _, s := services(nil)
	ctx := as(t, access.RoleHQAdministrator)
	o, err := s.GetGroupOverview(ctx, &hqv1.GetGroupOverviewRequest{})
	if err != nil || len(o.GetTotals()) != 2 || len(o.GetSubsidiaries()) != 2 || !o.GetProjectedAt().AsTime().Equal(at) || o.GetNegativeEntries() != 1 || o.GetApplicationsWaiting() != 2 {
		t.Errorf("overview: %v, %v", o, err)
	}
	if a := o.GetSubsidiaries()[0].GetAging(); a.GetReceivable() != 9 || a.GetNotDue() != 2 || a.GetMonths_0_6() != 7 || a.GetDays_1_30() != 7 || a.GetOverdue() != 7 {
		t.Errorf("aging: %v", a)
	}
	all, err := s.ListGroupSubsidiaries(ctx, &hqv1.ListGroupSubsidiariesRequest{})
	if err != nil || all.GetTotal() != 1 || len(all.GetSubsidiaries()) != 2 {
		t.Errorf("subsidiaries: %v, %v", all, err)
	}
	one, err := s.GetGroupSubsidiary(ctx, &hqv1.GetGroupSubsidiaryRequest{TenantId: theirs.String()})
	if err != nil || one.GetName() != "华东" || one.GetAging().GetOverdue() != 7 {
		t.Errorf("one subsidiary: %v, %v", one, err)
	}
	for _, id := range []string{"x", mine.String()} {
		if _, err := s.GetGroupSubsidiary(ctx, &hqv1.GetGroupSubsidiaryRequest{TenantId: id}); err == nil {
			t.Errorf("figures of %q", id)
		}
	}
	rows, err := s.ListGroupCustomers(ctx, &hqv1.ListGroupCustomersRequest{TenantId: theirs.String()})
	if err != nil || rows.GetTotal() != 1 || rows.GetCustomers()[0].GetTenantId() != theirs.String() {
		t.Errorf("customers: %v, %v", rows, err)
	}
	c, err := s.GetGroupCustomer(ctx, &hqv1.GetGroupCustomerRequest{Uscc: "91330100MA27XW4N1G"})
	if err != nil || c.GetName() != "失信建工" || len(c.GetRows()) != 1 || len(c.GetRatings()) != 2 || c.GetRatings()[0].GetTotalScore() != 4242 || len(c.GetNegativeEntries()) != 1 || c.GetRows()[0].GetAging().GetAsOf() != "2026-11-20" {
		t.Errorf("company: %v, %v", c, err)
	}
	p, err := s.GetGroupPolicy(ctx, &hqv1.GetGroupPolicyRequest{})
	if err != nil || p.GetVersion() != 7 || p.GetNegativeAction() != "hold" || !p.GetCreatedAt().AsTime().Equal(at) {
		t.Errorf("policy: %v, %v", p, err)
	}
	if p, err = s.SetGroupPolicy(ctx, &hqv1.SetGroupPolicyRequest{Version: 7, NegativeAction: "warn"}); err != nil || p.GetVersion() != 8 || p.GetNegativeAction() != "warn" {
		t.Errorf("set: %v, %v", p, err)
	}
	if _, err := s.SetGroupPolicy(ctx, &hqv1.SetGroupPolicyRequest{Version: 6, NegativeAction: "warn"}); !errors.Is(err, negativelist.ErrPolicyChanged) {
		t.Errorf("over an unseen version: %v", err)
	}
}

// hits are what concerns a customer, as a store of listings has them.
type hits []negativelist.Hit

func (h hits) Concerned(_ context.Context, ids []uuid.UUID) (map[uuid.UUID][]negativelist.Hit, negativelist.Effects, error) {
	return map[uuid.UUID][]negativelist.Hit{ids[0]: h}, negativelist.PresetEffects(), nil
}

// An exemption lets through what it is for and leaves the rest, to its last day; the
// page says which listing does what, and until when it does not.
func TestStandingByScopesOfExemptions(t *testing.T) {
	t.Parallel()
	today := calendar.Of(at, calendar.Shanghai)
	own := negativelist.Hit{USCC: "91110000000000001X", Company: "失信建工", Reason: negativelist.Fraud, Text: "货款被转移", Severity: negativelist.Serious}
	with := func(rating, limits calendar.Date) negativelist.Hit {
		h := own
		h.RatingExempt, h.LimitsExempt = rating, limits
		return h
	}
	related := own
	related.Path = reach.Path{Nodes: []reach.Node{{Name: "甲"}, {Name: "失信建工"}}, Steps: []reach.Step{{Kind: "parent"}}}
	critical := own
	critical.Severity = negativelist.Critical
	for name, x := range map[string]struct {
		hits           hits
		rating, limits string
	}{
		"nothing listed":          {nil, "none", "none"},
		"listed":                  {hits{own}, "refuse", "refuse_increase"},
		"exempt for ratings":      {hits{with(today, 0)}, "warn", "refuse_increase"},
		"exempt for limits":       {hits{with(0, today)}, "refuse", "none"},
		"exempt for both":         {hits{with(today, today+9)}, "warn", "none"},
		"the day after it":        {hits{with(today-1, today-1)}, "refuse", "refuse_increase"},
		"a related company":       {hits{related}, "warn", "none"},
		"the strictest of two":    {hits{with(today, today), critical}, "refuse", "cap_zero"},
		"a related one beside it": {hits{related, with(today, 0)}, "warn", "refuse_increase"},
	} {
		s := &store{}
		gate := negativelist.NewGate(s, x.hits, s, s, &calendar.Frozen{At: at})
		got, err := service.New(nil, nil, gate, nil, nil, nil).GetStanding(as(t, access.RoleCreditReviewer), &negativelistv1.GetStandingRequest{CustomerId: uuid.NewString()})
		if err != nil || got.GetRating() != x.rating || got.GetLimits() != x.limits || len(got.GetHits()) != len(x.hits) {
			t.Errorf("%s: %v, %v", name, got, err)
			continue
		}
		for _, h := range got.GetHits() {
			if h.GetCompanyName() != "失信建工" || h.GetReasonText() != "货款被转移" || (h.GetPath() != nil) != (len(x.hits) > 0 && h.GetRating() == "warn" && h.GetLimits() == "none" && h.GetLimitsExemptUntil() == "") {
				t.Errorf("%s: %v", name, h)
			}
		}
	}
	s := service.New(nil, nil, negativelist.NewGate(&store{}, hits{own}, &store{}, &store{}, &calendar.Frozen{At: at}), nil, nil, nil)
	if _, err := s.GetStanding(as(t, access.RoleCreditReviewer), &negativelistv1.GetStandingRequest{CustomerId: "x"}); err == nil {
		t.Error("a standing of nobody")
	}
	if _, err := s.GetStanding(as(t), &negativelistv1.GetStandingRequest{CustomerId: uuid.NewString()}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("without the permission: %v", err)
	}
}
