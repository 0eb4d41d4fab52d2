package apitest_test

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhuxin/cmd/zhuxin/internal/apitest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
)

// pdf is a small file that the content check takes.
func (h *house) pdf() []byte {
	return []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\ntrailer<</Root 1 0 R>>\n% " + h.mark + "\n%%EOF\n")
}

func (h *house) customer() {
	seller := h.values["person_salesperson"]
	for _, name := range []string{"customer", "customer_other"} {
		number, code := h.public+"-"+name, string(apitest.USCC())
		h.keep(name, h.call("administrator", "POST", "/v1/customers", m{"number": number, "name": h.public + " " + name, "uscc": code, "salesperson_id": seller,
			"contact_name": h.mark, "contact_phone": "13900005678", "contact_email": h.mark + "@test.example", "legal_representative": h.mark, "legal_representative_id": "11010519491231002X",
			"bank_account": "6222021234567890123", "address": h.mark, "credit_term_days": 30}))
		h.values[name+"_number"], h.values[name+"_code"] = number, code
		h.call("administrator", "POST", "/v1/customers/"+h.id(name)+"/registry:look", m{}) // watched from now on, by nobody who could answer
	}
	path := "/v1/customers/" + h.id("customer")
	project := h.call("salesperson", "POST", path+"/projects", m{"number": h.mark, "name": h.mark + " project", "owner_name": h.mark, "address": h.mark, "contracted_volume": "1000"})
	project = h.call("salesperson", "POST", "/v1/projects/"+project["id"].(string)+"/contacts", m{"name": h.mark, "role": h.mark, "phone": "13900005678"})
	project = h.call("salesperson", "POST", "/v1/projects/"+project["id"].(string)+"/contacts", m{"name": h.mark + " 2", "role": h.mark, "phone": "13900005678"})
	h.keep("project", project)
	h.keep("contact", list(project, "contacts")[0])
	h.keep("contact_removed", list(project, "contacts")[1])
	h.keep("owner", h.call("salesperson", "POST", "/v1/owners", m{"name": h.mark + " owner", "uscc": string(apitest.USCC()), "contact_phone": "13900005678", "remark": h.mark}))
	h.keep("relation", h.call("administrator", "POST", path+"/relations", m{"kind": "shareholder", "share": 3000, "source_note": h.mark,
		"other": m{"kind": "person", "name": h.mark, "id_number": "11010519491231002X"}}))
	h.call("administrator", "PUT", "/v1/drafts/house", m{"content": `{"name": "` + h.mark + `"}`})
	name := url.QueryEscape(h.mark + ".pdf")
	h.keep("document", h.call("salesperson", "POST", path+"/documents?kind=business_licence&file_name="+name, h.pdf(), "Content-Type", "application/pdf"))
}

// segments are saved conditions that everybody meets, and labels.
func (h *house) segments() {
	for _, name := range []string{"segment", "segment_changed", "segment_deleted"} {
		h.keep(name, h.call("administrator", "POST", "/v1/segments", m{"name": h.mark + name, "description": h.mark, "conditions": []any{m{"dimension": "overdue_days", "ranges": []any{m{"from": "0"}}}}}))
	}
	for _, name := range []string{"label", "label_set", "label_dropped"} {
		d := h.call("administrator", "PUT", "/v1/segment-dimensions", m{"name": h.mark + name, "choices": []any{m{"code": "a", "name": h.mark}}})
		d["id"] = d["code"]
		h.keep(name, d)
	}
}

// best answers each indicator that people answer with its best score.
func best(form m) (out []m) {
	for _, item := range list(form["template"].(m)["definition"].(m), "items") {
		in, top := m{"indicator_code": item["indicatorCode"]}, -1
		scoring := item["scoring"].(m)
		for _, o := range list(scoring, "options") {
			if n, _ := strconv.Atoi(fmt.Sprint(o["score"])); item["kind"] == "choice" && n > top {
				top, in["choice"] = n, o["code"]
			}
		}
		for _, r := range list(scoring, "ranges") {
			n, _ := strconv.Atoi(fmt.Sprint(r["score"]))
			at := r["from"]
			if at == nil {
				at = "0"
			}
			if item["kind"] == "number" && n > top {
				top, in["number"] = n, at
			}
		}
		if len(in) > 1 {
			out = append(out, in)
		}
	}
	return out
}

func (h *house) ratings() {
	path := "/v1/customers/" + h.id("customer")
	h.values["answers"] = best(h.call("salesperson", "GET", path+"/rating-form", nil))
	rate := func(name, customer string) {
		h.keep(name, h.call("salesperson", "POST", "/v1/customers/"+h.id(customer)+"/ratings", m{"values": h.values["answers"], "remark": h.mark}))
	}
	rate("rating", "customer")
	h.call("salesperson", "POST", "/v1/ratings/"+h.id("rating")+":submit", m{"version": h.values["rating.version"]})
	h.approve(h.id("rating"))
	rate("rating_edited", "customer")
	rate("rating_submitted", "customer_other")
	for _, name := range []string{"rating_overridden", "rating_revoked"} {
		rate(name, "customer")
	}
	h.keep("rating_revoked", h.call("salesperson", "POST", "/v1/ratings/"+h.id("rating_revoked")+":override",
		m{"indicator_code": "collection_rate", "number": "9000000", "reason": h.mark, "version": h.values["rating_revoked.version"]}))
	h.keep("template_tried", h.call("administrator", "POST", "/v1/rating-templates", m{"name": h.mark + " tried", "from": "concrete"}))
	h.keep("dry_run", h.call("administrator", "POST", "/v1/rating-templates/"+h.id("template_tried")+":dry-run", m{}))
	today := calendar.Of(time.Now(), calendar.Shanghai).String()
	limit := h.keep("limit", h.call("administrator", "POST", path+"/temporary-limits",
		m{"amount": "100000", "mode": "add", "starts_on": today, "ends_on": today, "reason": h.mark + " limit"}))
	h.pending("approval_withdrawn", limit["id"].(string))
	for _, name := range []string{"approval_transferred", "approval_added", "approval_many"} {
		l := h.call("administrator", "POST", path+"/temporary-limits",
			m{"amount": "100000", "mode": "add", "starts_on": today, "ends_on": today, "reason": h.mark + " " + name})
		h.pending(name, l["id"].(string))
	}
	h.people["second"] = h.person(access.RoleFinance, access.RoleApprover)
	for _, member := range list(h.call("administrator", "GET", "/v1/members", nil), "members") {
		if len(member["roles"].([]any)) == 2 {
			h.values["person_second"] = member["personId"]
		}
	}
	h.keep("delegation", h.call("administrator", "POST", "/v1/approval-delegations",
		m{"delegate_id": h.id("person_finance"), "starts_on": today, "ends_on": today, "note": h.mark}))
}

func (h *house) keys() {
	scopes := slices.Clone(access.KeyScopes)
	for _, name := range []string{"key", "key_revoked"} {
		k := h.call("administrator", "POST", "/v1/api-keys", m{"name": h.mark + " " + name, "scopes": scopes, "valid_days": 30})
		h.keep(name, k["apiKey"].(m))
		if name == "key" {
			h.people["key"] = &apitest.Client{Base: h.env.URL, Key: k["secret"].(string)}
		}
	}
}

func (h *house) orders() {
	order := func(path, name string) m {
		h.values["command_"+name] = h.mark + "-" + name
		return h.call("key", "POST", path, m{"customer_id": h.id("customer"), "order_no": h.mark + "-" + name, "amount": "1000"}, "Idempotency-Key", h.mark+"-"+name)
	}
	h.keep("check", order("/v1/credit-checks", "check"))
	policy := h.call("administrator", "GET", "/v1/credit-policy", nil)
	h.call("administrator", "PUT", "/v1/credit-policy", m{"version": policy["version"], "over_limit": "block", "overdue_amount": "block", "overdue_days": "block",
		"no_limit": "hold", "unrated": "warn", "reservation_hours": 72})
	for _, name := range []string{"hold", "hold_cancelled"} {
		d := h.call("key", "POST", "/v1/credit-reservations", m{"customer_id": h.id("customer_other"), "order_no": h.mark + "-" + name, "amount": "1000"},
			"Idempotency-Key", h.mark+"-"+name)
		if h.values[name] = d["holdId"]; d["outcome"] != "hold" || d["holdId"] == "" {
			h.t.Fatalf("nothing is held back: %v", d)
		}
	}
	for _, name := range []string{"reservation", "reservation_committed", "reservation_released"} {
		d := order("/v1/credit-reservations", name)
		r, ok := d["reservation"].(m)
		if !ok {
			h.t.Fatalf("nothing is held: %v", d)
		}
		h.keep(name, r)
	}
}

func (h *house) books() {
	day := time.Now().AddDate(0, 0, -100).Format(time.DateOnly)
	file := "customer_number,customer_name,uscc,document_no,invoice_date,due_date,amount,open_amount,currency\n" +
		h.id("customer_number") + ",,," + h.mark + "-1," + day + "," + day + ",12.00,12.00,\n" +
		h.id("customer_number") + ",,," + h.mark + "-3," + day + "," + day + ",-5.00,-5.00,\n" +
		h.id("customer_number") + ",,," + h.mark + "-4," + day + "," + day + ",900.00,900.00,\n" +
		h.id("customer_number") + ",,," + h.mark + "-5," + day + "," + day + ",40.00,40.00,\n" + h.mark + " nobody,,," + h.mark + "-2," + day + "," + day + ",1.00,1.00,\n"
	f := h.call("finance", "POST", "/v1/receivable-imports:upload?file_name="+h.mark+".csv", []byte(file))
	h.values["file"], h.values["mapping"] = f["fileId"], f["proposed"]
	h.keep("import", h.call("finance", "POST", "/v1/receivable-imports", m{"file_id": f["fileId"], "mapping": f["proposed"]}))
	h.until("the import", func() bool {
		i := h.call("finance", "GET", "/v1/receivable-imports/"+h.id("import"), nil)
		if i["status"] == "failed" {
			h.t.Fatalf("import: %v", i["failure"])
		}
		return i["status"] == "done" && i["hasErrorFile"] == true
	})
	h.values["mapping_name"] = "mapping-of-" + h.tenant.Slug // no canary: A may call one of its own so
	h.call("finance", "PUT", "/v1/receivable-mappings/"+h.id("mapping_name"), m{"mapping": m{"columns": maps.Clone(f["proposed"].(m)["columns"].(m)), "date_format": "yyyy-MM-dd", "source": h.mark}})
}

// erps are three connections: one to be changed, one that leads into our own network,
// one for files.
func (h *house) erps() {
	for name, address := range map[string]string{"erp": "https://erp.example", "erp_local": "http://127.0.0.1:9"} {
		h.keep(name, h.call("administrator", "POST", "/v1/erp-connections", m{"name": h.mark + name, "kind": "tryton", "base_url": address, "database": h.mark,
			"username": h.mark, "secret": h.mark, "source": strings.ToLower(strings.ReplaceAll(name, "_", "-")), "every_minutes": 1440}))
	}
	h.keep("erp_files", h.call("administrator", "POST", "/v1/erp-connections", m{"name": h.mark + "files", "kind": "files", "source": "erp-files", "enabled": true, "feeds": []any{"customers"}}))
	h.values["erp_source"] = "erp-new"
	h.call("administrator", "POST", "/v1/feed/deliveries", m{"source": "feed-rejects", "records": []any{m{"ticket_no": h.mark, "customer_number": h.mark, "delivered_on": "2026-01-01"}}})
}

func (h *house) listings() {
	h.values["policy.version"] = h.call("administrator", "GET", "/v1/credit-policy", nil)["version"]
	e := h.call("credit_reviewer", "POST", "/v1/negative-list:evidence?file_name="+h.public+".pdf", h.pdf(), "Content-Type", "application/pdf")
	h.values["evidence"] = e["documentId"]
	h.negativeList()
	h.capped()
}

var inviteLink = regexp.MustCompile(`/invite/([A-Za-z0-9_-]+)`)

// doors are the ways in: an invitation that waits for a mail's reader, one to be
// revoked, and somebody's application.
func (h *house) doors() {
	h.keep("invitation", h.call("administrator", "POST", "/v1/invitations", m{"email": strings.ToLower(h.mark) + "@test.example", "name": h.mark, "roles": []string{"viewer"}}))
	guest, err := h.env.Outsider(h.t.Context(), h.public+" guest")
	if err != nil {
		h.t.Fatal(err)
	}
	h.people["guest"] = guest
	email := h.call("guest", "GET", "/v1/me", nil)["person"].(m)["email"].(string)
	h.call("administrator", "POST", "/v1/invitations", m{"email": email, "name": h.mark, "roles": []string{"viewer"}})
	h.until("the invitation's mail", func() bool {
		names, err := filepath.Glob(filepath.Join(os.Getenv("ZHUXIN_MAIL_DIR"), "*.eml"))
		if err != nil {
			h.t.Fatal(err)
		}
		for _, n := range names {
			b, err := os.ReadFile(n)
			text := strings.ReplaceAll(string(b), "=\r\n", "") // quoted-printable
			if err == nil && strings.Contains(text, email) {
				if link := inviteLink.FindStringSubmatch(text); link != nil {
					h.values["token"] = link[1]
					return true
				}
			}
		}
		return false
	})
	if h.people["applicant"], err = h.env.Outsider(h.t.Context(), h.public+" applicant"); err != nil {
		h.t.Fatal(err)
	}
	h.keep("application", h.call("applicant", "POST", "/v1/account/applications", m{"name": h.public, "short_name": h.public, "uscc": string(apitest.USCC()),
		"contact_name": h.public, "contact_phone": "13800138000"}))
}

// until waits for what a job does; the time is for the job, not for the test.
func (h *house) until(what string, done func() bool) {
	h.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(30 * time.Second); !done(); {
		if time.Now().After(end) {
			h.t.Fatalf("%s did not happen within 30 s", what)
		}
		<-tick.C
	}
}
