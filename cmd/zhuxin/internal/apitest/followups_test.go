package apitest_test

// followUps keeps the one that the daily run has opened for the old debt, with
// what was said about it, and a pause of dunning.
func (h *house) followUps() {
	h.t.Helper()
	live := list(h.call("viewer", "GET", "/v1/follow-ups?trigger=overdue&customer_id="+h.id("customer"), nil), "followUps")
	if len(live) != 1 {
		h.t.Fatalf("%d follow-ups of the customer", len(live))
	}
	path := "/v1/follow-ups/" + live[0]["id"].(string)
	h.call("administrator", "POST", path+":submit", m{"reason": h.mark, "action": "other", "note": h.mark, "due_on": live[0]["deadline"], "version": live[0]["version"]})
	h.pending("approval_follow_up", live[0]["id"].(string))
	h.call("approver", "POST", "/v1/approvals/"+h.id("approval_follow_up")+":decide", m{"approve": false, "comment": h.mark, "version": h.values["approval_follow_up.version"]})
	h.keep("follow_up", h.call("viewer", "GET", path, nil)["followUp"].(m))
	h.keep("dunning_pause", h.call("administrator", "POST", "/v1/customers/"+h.id("customer_other")+"/dunning-pauses", m{"reason": h.mark, "ends_on": live[0]["deadline"]}))
}
