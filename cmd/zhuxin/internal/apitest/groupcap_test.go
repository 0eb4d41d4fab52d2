package apitest_test

import (
	"maps"

	"zhuxin/cmd/zhuxin/internal/apitest"
	"zhuxin/shared/access"
)

func init() {
	const caps, shared = "groupcap.v1.GroupCapService/", "groupcap.v1.SharedLimitService/"
	maps.Copy(inTenant, map[string]spec{
		shared + "ListQuotas":        {who: "viewer"},
		shared + "ListMoves":         {who: "viewer", in: m{"open": true, "page_size": 50}},
		shared + "AskQuota":          {who: "credit_reviewer", in: m{"cap_id": "$cap", "amount": "5", "reason": "供货需要配额"}},
		shared + "AnswerMove":        {who: "approver", in: m{"id": "$move_answered", "lend": false, "reason": "自己要用"}},
		shared + "WithdrawMove":      {who: "credit_reviewer", in: m{"id": "$move_withdrawn"}},
		shared + "ListSharedLimits":  {who: "viewer"},
		shared + "SubmitSharedLimit": {who: "credit_reviewer", in: m{"name": "共享额度", "amount": "5", "customer_ids": []any{"$customer", "$customer_of_cap"}, "reason": "同一实际控制人"}},
	})
	alsoInTenant = append(alsoInTenant, variant{shared + "SubmitSharedLimit",
		spec{who: "credit_reviewer", in: m{"replaces_id": "$shared_limit", "name": "共享额度", "amount": "7", "customer_ids": []any{"$customer_of_cap_withdrawn", "$customer_of_cap_answered"}, "reason": "调整共享额度"}}})
	quotas := []any{m{"tenant_id": "$tenant", "amount": "5"}}
	members := func(code string) []any { return []any{m{"uscc": code, "company_name": "城建集团"}} }
	maps.Copy(atHQ, map[string]spec{
		caps + "ListCaps":            {who: "hq_viewer", in: m{"q": "城建", "page_size": 50}},
		caps + "GetCap":              {who: "hq_viewer", in: m{"id": "$cap"}},
		caps + "ListCapSubsidiaries": {who: "hq_viewer", in: m{"currency": "CNY"}},
		caps + "CreateCap":           {who: "hq_credit_controller", in: m{"name": "城建集团", "currency": "CNY", "amount": "9", "members": members("$new_code"), "quotas": quotas}},
		caps + "UpdateCap":           {who: "hq_credit_controller", in: m{"id": "$cap_updated", "version": "$cap_updated.version", "name": "城建集团", "amount": "9", "members": members("$new_code"), "quotas": quotas}},
		caps + "DeleteCap":           {who: "hq_credit_controller", in: m{"id": "$cap_deleted", "version": "$cap_deleted.version"}},
		caps + "ListGroupMoves":      {who: "hq_viewer", in: m{"page_size": 50}},
		caps + "DecideMove":          {who: "hq_credit_controller", in: m{"id": "$move_decided", "agree": true}},
	})
}

// capped puts customers of the house under caps of HQ, one cap for each use, and
// two of them under a shared limit of its own.
func (h *house) capped() {
	h.t.Helper()
	hq, err := h.env.Person(h.t.Context(), nil, h.public, access.RoleHQCreditController)
	if err != nil {
		h.t.Fatal(err)
	}
	h.people["capper"] = hq
	for _, name := range []string{"cap", "cap_withdrawn", "cap_answered", "cap_decided"} {
		code := string(apitest.USCC())
		h.values[name+"_code"] = code
		h.keep("customer_of_"+name, h.call("administrator", "POST", "/v1/customers", m{"number": "G-" + code, "name": h.public + " " + name, "uscc": code}))
		h.keep(name, h.call("capper", "POST", "/v1/hq/group-caps", m{"name": "城建" + code, "currency": "CNY", "amount": "100",
			"members": []any{m{"uscc": code, "company_name": "城建"}}, "quotas": []any{m{"tenant_id": h.tenant.ID.String(), "amount": "50"}}}))
	}
	h.keep("move_withdrawn", h.call("credit_reviewer", "POST", "/v1/quota-moves", m{"cap_id": h.id("cap_withdrawn"), "amount": "5", "reason": "供货需要配额"}))
	h.keep("shared_limit", h.call("credit_reviewer", "POST", "/v1/shared-limits", m{"name": h.mark, "amount": "500", "reason": "同一实际控制人",
		"customer_ids": []any{h.id("customer_of_cap_withdrawn"), h.id("customer_of_cap_answered")}}))
	h.approve(h.id("shared_limit"))
	delete(h.people, "capper")
}

// askedBy lets the other house ask this one for quota; it has to answer.
func (h *house) askedBy(other *house) {
	h.t.Helper()
	other.call("administrator", "POST", "/v1/customers", m{"number": "G-" + h.id("cap_answered_code"), "name": other.public, "uscc": h.values["cap_answered_code"]})
	h.keep("move_answered", other.call("credit_reviewer", "POST", "/v1/quota-moves", m{"cap_id": h.id("cap_answered"), "from_slug": h.tenant.Slug, "amount": "5", "reason": "供货需要配额"}))
}

// caps are HQ's own, and a request that waits for it.
func (h *house) caps(b *house) {
	h.t.Helper()
	for _, name := range []string{"cap", "cap_updated", "cap_deleted"} {
		h.keep(name, h.call("hq_credit_controller", "POST", "/v1/hq/group-caps", m{"name": "城建集团", "currency": "CNY", "amount": "100", "members": []any{m{"uscc": string(apitest.USCC()), "company_name": "城建"}}}))
	}
	h.keep("move_decided", b.call("credit_reviewer", "POST", "/v1/quota-moves", m{"cap_id": b.id("cap_decided"), "amount": "5", "reason": "供货需要配额"}))
}
