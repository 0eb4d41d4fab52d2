package apitest_test

import (
	"encoding/json"
	"testing"

	"zhuxin/cmd/zhuxin/internal/apitest"
	"zhuxin/shared/access"
	"zhuxin/shared/directory"
)

// verified is a subsidiary that asks for a second verification of everything,
// with a customer, and persons who have an authenticator app.
type verified struct {
	t        *testing.T
	env      *apitest.Env
	customer string
	// The administrator has no authenticator app.
	admin, reviewer, approver *apitest.Client
	secrets                   map[*apitest.Client]string
}

func newVerified(t *testing.T) *verified {
	t.Helper()
	v := &verified{t: t, env: apitest.Start(t, apitest.Options{}), secrets: map[*apitest.Client]string{}}
	tenant, admin, err := v.env.Tenant(t.Context(), "二次验证子企业")
	if err != nil {
		t.Fatal(err)
	}
	v.admin = admin
	v.customer = v.must(admin, "POST", "/v1/customers", m{"name": "沪东建材", "uscc": apitest.USCC()})["id"].(string)
	policy := m{"version": "0", "work_start": 540, "work_end": 1080, "step_up": []string{"limit_change", "negative_list"}}
	v.must(admin, "POST", "/v1/approval-policy", policy)
	v.reviewer, v.approver = v.person(tenant, access.RoleCreditReviewer), v.person(tenant, access.RoleApprover)
	return v
}

// person has an authenticator app.
func (v *verified) person(tenant directory.Tenant, role access.Role) *apitest.Client {
	v.t.Helper()
	c, err := v.env.Person(v.t.Context(), &tenant.ID, string(role), role)
	if err != nil {
		v.t.Fatal(err)
	}
	c = c.In(tenant.Slug)
	if v.secrets[c], err = v.env.Enrol(v.t.Context(), c); err != nil {
		v.t.Fatal(err)
	}
	return c
}

func (v *verified) verify(c *apitest.Client) {
	v.t.Helper()
	if err := v.env.Verify(v.t.Context(), c, v.secrets[c]); err != nil {
		v.t.Fatal(err)
	}
}

func (v *verified) must(c *apitest.Client, method, path string, body any, headers ...string) m {
	v.t.Helper()
	a, err := c.Must(v.t.Context(), method, path, body, headers...)
	if err != nil {
		v.t.Fatal(err)
	}
	var out m
	if err := json.Unmarshal(a.Body, &out); err != nil {
		v.t.Fatal(err)
	}
	return out
}

// refused sends what has to be refused, and gives the challenge that it makes.
func (v *verified) refused(c *apitest.Client, why, path string, body any, headers ...string) string {
	v.t.Helper()
	a, err := c.Do(v.t.Context(), "POST", path, body, headers...)
	if err != nil {
		v.t.Fatal(err)
	}
	var f struct {
		Reason   string
		Metadata map[string]string
	}
	if err := json.Unmarshal(a.Body, &f); err != nil {
		v.t.Fatal(err)
	}
	if a.Status != 403 || f.Reason != "STEP_UP_REQUIRED" || f.Metadata["why"] != why || f.Metadata["challenge_id"] == "" {
		v.t.Errorf("%s: %d %s, want to be asked because of %q", path, a.Status, a.Body, why)
	}
	return f.Metadata["challenge_id"]
}

const stepUp = "X-Step-Up"

// With the real Kratos: a code that was entered for one change lets that one
// through, once.
func TestSecondVerification(t *testing.T) {
	v := newVerified(t)
	reviewer, approver := v.reviewer, v.approver
	path := "/v1/customers/" + v.customer + "/limit-adjustments"
	wish := func(amount string) m { return m{"kind": "amount", "amount": amount, "reason": "旺季"} }

	// The administrator has no authenticator app: he is asked, and no code ever comes.
	v.refused(v.admin, "none", path, wish("100"))
	v.refused(v.admin, "no_code", path, wish("100"), stepUp, v.refused(v.admin, "none", path, wish("100")))

	// The app that the reviewer enrolled a moment ago was shown before the challenge.
	first := v.refused(reviewer, "none", path, wish("100"))
	v.refused(reviewer, "no_code", path, wish("100"), stepUp, first)
	v.verify(reviewer)
	v.refused(reviewer, "other_change", path, wish("101"), stepUp, first)
	v.verify(approver)
	v.refused(v.admin, "unknown", path, wish("100"), stepUp, first)
	// What fails in the change itself leaves the code good: nothing has been written.
	bad := m{"kind": "amount", "amount": "100", "reason": ""}
	broken := v.refused(reviewer, "none", path, bad)
	v.verify(reviewer)
	for range 2 {
		if a, err := reviewer.Do(t.Context(), "POST", path, bad, stepUp, broken); err != nil || a.Reason() != "INVALID_INPUT" {
			t.Errorf("a change that is refused for itself: %d %s %v", a.Status, a.Body, err)
		}
	}
	limit := v.must(reviewer, "POST", path, wish("100"), stepUp, first)
	v.refused(reviewer, "used", path, wish("100"), stepUp, first)

	// The approver verifies the decision, not the submission; and only on limits.
	pending := v.waiting(approver, limit["id"].(string))
	decide := "/v1/approvals/" + pending["id"].(string) + ":decide"
	yes := m{"approve": true, "version": pending["version"]}
	second := v.refused(approver, "none", decide, yes)
	many := m{"items": []any{m{"id": pending["id"], "version": pending["version"]}}, "approve": true}
	v.refused(approver, "none", "/v1/approvals:decide", many)
	v.verify(approver)
	v.refused(approver, "other_change", "/v1/approvals:decide", many, stepUp, second)
	v.refused(approver, "other_change", decide, m{"approve": false, "comment": "不", "version": pending["version"]}, stepUp, second)
	if got := v.must(approver, "POST", decide, yes, stepUp, second); got["status"] != "approved" {
		t.Errorf("decided: %v", got)
	}

	// A proposal for the negative list asks as well, though HQ writes the list.
	propose := m{"uscc": apitest.USCC(), "company_name": "失信建材", "reason_code": "fraud", "reason_text": "伪造签收单", "amount": "500"}
	third := v.refused(reviewer, "none", "/v1/negative-list", propose)
	v.verify(reviewer)
	v.must(reviewer, "POST", "/v1/negative-list", propose, stepUp, third)
	v.refused(reviewer, "used", "/v1/negative-list", propose, stepUp, third)

	// Nobody takes the asking back without being asked.
	v.refused(v.admin, "none", "/v1/approval-policy", m{"version": "1", "work_start": 540, "work_end": 1080})
}

func (v *verified) waiting(c *apitest.Client, subject string) m {
	v.t.Helper()
	for _, a := range list(v.must(c, "GET", "/v1/approvals?box=all&page_size=50", nil), "approvals") {
		if a["subjectId"] == subject {
			return a
		}
	}
	v.t.Fatalf("nothing waits for %s", subject)
	return nil
}
