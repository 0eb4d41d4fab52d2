package apitest_test

// schedules are reports that are sent at set times, none of which comes while the
// tests run.
func (h *house) schedules(who, path, report, to string) {
	for _, name := range []string{"schedule", "schedule_changed", "schedule_deleted", "schedule_figures", "schedule_sent"} {
		h.keep(name, h.call(who, "POST", path, m{"spec": m{"report": report}, "format": "pdf", "timing": m{"every": "monthly", "day": 1, "hour": 8},
			"recipient_ids": []any{h.values["person_"+to]}, "subject": h.mark + " " + name}))
	}
}
