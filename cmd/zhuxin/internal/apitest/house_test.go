package apitest_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"zhuxin/cmd/zhuxin/internal/apitest"
	"zhuxin/shared/access"
	"zhuxin/shared/directory"
)

// house is one subsidiary with something of everything in it, made over HTTP.
// mark is in every text that stays inside the subsidiary, public in those that
// HQ may read.
type house struct {
	t            *testing.T
	env          *apitest.Env
	tenant       directory.Tenant
	mark, public string
	people       map[string]*apitest.Client // by role; and applicant, guest, key
	values       map[string]any             // what a request of one's own needs, by name
}

func build(t *testing.T, env *apitest.Env, letter string) *house {
	t.Helper()
	h := &house{t: t, env: env, mark: "PRIVATE" + letter + "canary", public: "PUBLIC" + letter + "canary", people: map[string]*apitest.Client{}, values: map[string]any{}}
	var err error
	if h.tenant, h.people["administrator"], err = env.Tenant(t.Context(), "测试子企业"+letter); err != nil {
		t.Fatal(err)
	}
	for _, r := range access.TenantRoles[1:] {
		h.people[string(r)] = h.person(r)
	}
	h.members()
	h.channels()
	h.template()
	h.customer()
	h.segments()
	h.ratings()
	h.secured()
	h.keys()
	h.orders()
	h.books()
	h.histories()
	h.erps()
	h.contracts()
	h.warnings()
	h.payments()
	h.listings()
	h.doors()
	h.agreements()
	h.daily()
	h.followUps()
	h.statements()
	h.reached()
	h.told()
	h.schedules("administrator", "/v1/report-schedules", "classification", "viewer")
	return h
}

func (h *house) person(roles ...access.Role) *apitest.Client {
	h.t.Helper()
	c, err := h.env.Person(h.t.Context(), &h.tenant.ID, h.public, roles...)
	if err != nil {
		h.t.Fatal(err)
	}
	return c.In(h.tenant.Slug)
}

type m = map[string]any

// call does what has to succeed, and gives the answer as it is.
func (h *house) call(who, method, path string, body any, headers ...string) m {
	h.t.Helper()
	a, err := h.people[who].Must(h.t.Context(), method, path, body, headers...)
	if err != nil {
		h.t.Fatalf("%s as %s: %v", h.mark, who, err)
	}
	var out m
	if err := json.Unmarshal(a.Body, &out); err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	return out
}

// keep remembers an object's id and, when it has one, its version.
func (h *house) keep(name string, o m) m {
	h.t.Helper()
	if h.values[name] = o["id"]; o["id"] == nil || o["id"] == "" {
		h.t.Fatalf("%s has no id: %v", name, o)
	}
	if v, ok := o["version"]; ok {
		h.values[name+".version"] = v
	}
	return o
}

func (h *house) id(name string) string { return fmt.Sprint(h.values[name]) }

func list(o m, field string) (out []m) {
	rows, _ := o[field].([]any)
	for _, r := range rows {
		out = append(out, r.(m))
	}
	return out
}

func (h *house) members() {
	for _, member := range list(h.call("administrator", "GET", "/v1/members", nil), "members") {
		role := member["roles"].([]any)[0].(string)
		h.values["person_"+role], h.values["email_"+role] = member["personId"], member["email"]
		if role == string(access.RoleViewer) {
			h.keep("membership", member)
		}
	}
}

// pending keeps what waits for approval on a subject.
func (h *house) pending(name, subject string) {
	h.t.Helper()
	for _, a := range list(h.call("approver", "GET", "/v1/approvals?box=all&page_size=200", nil), "approvals") {
		if a["subjectId"] == subject && a["status"] == "pending" {
			h.keep(name, a)
			return
		}
	}
	h.t.Fatalf("nothing waits for %s", name)
}

func (h *house) approve(subject string) {
	h.pending("approval_done", subject)
	h.call("approver", "POST", "/v1/approvals/"+h.id("approval_done")+":decide", m{"approve": true, "version": h.values["approval_done.version"]})
}

func (h *house) template() {
	draft := func(name string) m {
		return h.keep(name, h.call("administrator", "POST", "/v1/rating-templates", m{"name": h.mark + " " + name, "from": "concrete"}))
	}
	submit := func(name string) {
		h.call("administrator", "POST", "/v1/rating-templates/"+h.id(name)+":submit", m{"version": h.values[name+".version"]})
	}
	draft("template")
	submit("template")
	h.approve(h.id("template"))
	h.values["definition"] = draft("template_edited")["definition"]
	draft("template_deleted")
	draft("template_submitted")
	draft("template_decided")
	submit("template_decided")
	h.pending("approval_decided", h.id("template_decided"))
}
