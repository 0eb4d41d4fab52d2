package apitest_test

// daily has today's run over and done, so that no step changes the house later on.
func (h *house) daily() {
	h.keep("daily_run", h.call("administrator", "POST", "/v1/daily-runs", m{}))
	h.until("the daily run", func() bool {
		for _, r := range list(h.call("viewer", "GET", "/v1/daily-runs", nil), "runs") {
			if r["state"] != "done" {
				return false
			}
		}
		return true
	})
}
