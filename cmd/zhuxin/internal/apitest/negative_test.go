package apitest_test

import (
	"maps"
	"time"

	"zhuxin/cmd/zhuxin/internal/apitest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
)

func init() {
	maps.Copy(inTenant, map[string]spec{
		"negativelist.v1.NegativeListService/GetCustomerHistory": {who: "administrator", in: m{"customer_id": "$customer", "purpose": "rating"}},
		"negativelist.v1.NegativeListService/ListEntries":        {who: "viewer", in: m{"page_size": 50}},
		"negativelist.v1.NegativeListService/GetEntry":           {who: "viewer", in: m{"id": "$entry"}},
		"negativelist.v1.NegativeListService/CreateEntry": {who: "credit_reviewer", in: m{"uscc": "$new_code", "company_name": "又一家", "reason_code": "other", "reason_text": "拖欠货款不还",
			"evidence_document_id": "$evidence", "evidence": []any{m{"document_id": "$evidence"}}}},
		"negativelist.v1.NegativeListService/WithdrawEntry":            {who: "credit_reviewer", in: m{"id": "$entry_withdrawn", "reason": "弄错公司"}},
		"negativelist.v1.NegativeListService/DownloadProposalEvidence": {who: "approver", in: m{"id": "$entry_listed", "document_id": "$evidence"}},
		"negativelist.v1.NegativeListService/Object":                   {who: "credit_reviewer", in: m{"id": "$entry_listed", "text": "并没有拖欠", "evidence": []any{m{"document_id": "$evidence"}}}},
		"negativelist.v1.NegativeListService/ReportRepair":             {who: "credit_reviewer", in: m{"id": "$entry_listed", "text": "已经付清货款", "amount": "5", "paid_on": "$day", "evidence": []any{m{"document_id": "$evidence"}}}},
		"negativelist.v1.NegativeListService/ListExemptions":           {who: "viewer", in: m{"page_size": 50}},
		"negativelist.v1.NegativeListService/AskExemption":             {who: "credit_reviewer", in: m{"customer_id": "$customer_listed", "reason": "工程已浇筑一半", "ends_on": "$day"}},
		"negativelist.v1.NegativeListService/WithdrawExemption":        {who: "credit_reviewer", in: m{"id": "$exemption_withdrawn"}},
		"negativelist.v1.NegativeListService/GetStanding":              {who: "finance", in: m{"customer_id": "$customer"}},
		"negativelist.v1.NegativeListService/UploadEvidence":           {who: "credit_reviewer", in: m{"file_name": "b.pdf"}},
		"negativelist.v1.NegativeListService/ListSharingLog":           {who: "administrator", in: m{"page_size": 50}},
	})
	review := calendar.Of(time.Now(), calendar.Shanghai).AddDays(90).String()
	maps.Copy(atHQ, map[string]spec{
		"hq.v1.HQService/RemoveNegativeEntry":                       {who: "hq_credit_controller", in: m{"id": "$entry_removed", "reason": "集团移除"}},
		"negativelist.v1.NegativeReviewService/CountCases":          {who: "hq_viewer"},
		"negativelist.v1.NegativeReviewService/GetCase":             {who: "hq_viewer", in: m{"id": "$entry_listed"}},
		"negativelist.v1.NegativeReviewService/DownloadEvidence":    {who: "hq_viewer", in: m{"id": "$entry_listed", "document_id": "$evidence"}},
		"negativelist.v1.NegativeReviewService/PublishCase":         {who: "hq_credit_controller", in: m{"id": "$entry_published", "severity": "serious", "review_on": review}},
		"negativelist.v1.NegativeReviewService/RefuseCase":          {who: "hq_credit_controller", in: m{"id": "$entry_refused", "version": "1", "reason": "证据不足"}},
		"negativelist.v1.NegativeReviewService/ReassessCase":        {who: "hq_credit_controller", in: m{"id": "$entry_reassessed", "severity": "notice", "review_on": review, "note": "已部分付款"}},
		"negativelist.v1.NegativeReviewService/AnswerClaim":         {who: "hq_credit_controller", in: m{"id": "$entry_claimed", "claim_id": "$claim", "accept": false, "answer": "判决仍有效"}},
		"negativelist.v1.NegativeReviewService/ListGroupExemptions": {who: "hq_viewer", in: m{"page_size": 50}},
		"negativelist.v1.NegativeReviewService/DecideExemption":     {who: "hq_credit_controller", in: m{"id": "$exemption_decided", "version": "1", "grant": true}},
		"negativelist.v1.NegativeReviewService/RevokeExemption":     {who: "hq_credit_controller", in: m{"id": "$exemption_revoked", "reason": "工程完工"}},
	})
}

// negativeList proposes companies and asks for exemptions. What names nothing of
// the house goes to everybody once it is published, so it is written without marks.
func (h *house) negativeList() {
	h.t.Helper()
	hq, err := h.env.Person(h.t.Context(), nil, h.public, access.RoleHQCreditController)
	if err != nil {
		h.t.Fatal(err)
	}
	h.people["reviewer_of_list"] = hq
	review := calendar.Of(time.Now(), calendar.Shanghai).AddDays(90).String()
	propose := func(name, code string, publish bool) {
		e := h.keep(name, h.call("credit_reviewer", "POST", "/v1/negative-list", m{"uscc": code, "company_name": "失信建工", "reason_code": "fraud",
			"reason_text": "货款被转移，法院已判决", "amount": "5", "evidence_document_id": h.id("evidence")}))
		h.agreeToListing(e)
		if publish {
			h.call("reviewer_of_list", "POST", "/v1/hq/negative-list/"+e["id"].(string)+":publish", m{"severity": "critical", "review_on": review})
		}
	}
	customer := func(name string) string {
		code := string(apitest.USCC())
		h.keep(name, h.call("administrator", "POST", "/v1/customers", m{"number": "L-" + code, "name": h.public + " " + name, "uscc": code}))
		return code
	}
	for _, name := range []string{"entry", "entry_withdrawn", "entry_published", "entry_refused"} {
		propose(name, string(apitest.USCC()), false)
	}
	for _, name := range []string{"entry_removed", "entry_reassessed", "entry_claimed"} {
		propose(name, string(apitest.USCC()), true)
	}
	propose("entry_listed", customer("customer_listed"), true)
	h.keep("claim", h.call("credit_reviewer", "POST", "/v1/negative-list/"+h.id("entry_claimed")+":object", m{"text": "并没有拖欠"}))
	for _, name := range []string{"exemption_withdrawn", "exemption_decided", "exemption_revoked"} {
		propose("entry_of_"+name, customer("customer_of_"+name), true)
		x := h.keep(name, h.call("credit_reviewer", "POST", "/v1/negative-exemptions", m{"customer_id": h.id("customer_of_" + name), "reason": "工程已浇筑一半", "ends_on": review}))
		if name == "exemption_revoked" {
			h.call("reviewer_of_list", "POST", "/v1/hq/negative-exemptions/"+x["id"].(string)+":decide", m{"version": "1", "grant": true})
		}
	}
	delete(h.people, "reviewer_of_list")
}

// agreeToListing has the house approve what it proposes, and waits until HQ has it.
func (h *house) agreeToListing(e m) {
	h.t.Helper()
	id := e["approvalId"].(string)
	a := h.call("approver", "GET", "/v1/approvals/"+id, nil)
	h.call("approver", "POST", "/v1/approvals/"+id+":decide", m{"approve": true, "version": a["version"]})
	h.until("the proposal at headquarters", func() bool {
		answer, err := h.people["credit_reviewer"].Do(h.t.Context(), "GET", "/v1/negative-list/"+id, nil)
		return err == nil && answer.Status == 200
	})
}

// negativeCases are B's, which HQ decides on.
func (h *house) negativeCases(b *house) {
	for _, name := range []string{"entry_removed", "entry_published", "entry_refused", "entry_reassessed", "entry_claimed", "entry_listed", "claim", "evidence", "exemption_decided", "exemption_revoked"} {
		h.values[name] = b.values[name]
	}
}
