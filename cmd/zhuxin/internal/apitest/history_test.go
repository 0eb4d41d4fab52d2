package apitest_test

import "time"

// histories are imports of history in every state that a route needs: finance
// prepares, the administrator signs.
func (h *house) histories() {
	day := time.Now().AddDate(0, -1, 0).Format(time.DateOnly)
	at := func(name, act string) string { return "/v1/history-imports/" + h.id(name) + act }
	begin := func(name, control string) {
		h.keep(name, h.call("finance", "POST", "/v1/history-imports", m{"as_of": day, "note": h.mark, "controls": []any{m{"kind": "contracts", "rows": control}}}))
		file := "合同编号,客户编号\n" + h.mark + name + "," + h.id("customer_number") + "\n" + h.mark + name + "x,nobody\n"
		h.keep(name, h.call("finance", "POST", at(name, ":upload?kind=contracts&file_name=c.csv"), []byte(file)))
	}
	reach := func(name, status string) m {
		var i m
		h.until(name+" "+status, func() bool {
			i = h.call("finance", "GET", at(name, ""), nil)
			if i["status"] == "failed" {
				h.t.Fatalf("%s: %v", name, i["failure"])
			}
			return i["status"] == status
		})
		return h.keep(name, i)
	}
	act := func(who, name, act string, more m) m {
		in := m{"version": h.values[name+".version"]}
		for k, v := range more {
			in[k] = v
		}
		return h.keep(name, h.call(who, "POST", at(name, ":"+act), in))
	}
	for name, control := range map[string]string{"history_edited": "2", "history_uploaded": "2", "history_removed": "2", "history_checked": "2", "history_discarded": "2", "history_explained": "1",
		"history_submitted": "1", "history_withdrawn": "1", "history_returned": "1", "history_signed": "1", "history": "1"} {
		begin(name, control)
	}
	for _, name := range []string{"history_explained", "history_submitted", "history_withdrawn", "history_returned", "history_signed", "history"} {
		act("finance", name, "check", nil)
	}
	for _, name := range []string{"history_explained", "history_submitted", "history_withdrawn", "history_returned", "history_signed", "history"} {
		if reach(name, "checked"); name == "history_explained" {
			continue
		}
		act("finance", name, "explain", m{"finding": "rows_refused:contracts", "reason": "旧账如此"})
		if name != "history_submitted" {
			act("finance", name, "submit", nil)
		}
	}
	h.values["history_seal"] = h.call("administrator", "GET", at("history_signed", ""), nil)["seal"]
	act("administrator", "history", "sign", m{"seal": h.call("administrator", "GET", at("history", ""), nil)["seal"]})
	h.until("the protocol of an import of history", func() bool { return reach("history", "applied")["hasProtocol"] == true })
}
