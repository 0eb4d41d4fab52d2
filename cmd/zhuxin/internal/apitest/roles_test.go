package apitest_test

import (
	"net/http"
	"slices"
	"strings"

	"zhuxin/app/api/route"
	"zhuxin/cmd/zhuxin/internal/apitest"
	"zhuxin/shared/access"
)

// everyRole asks each route as each role of each side, as an ERP, as somebody who
// belongs nowhere and as nobody. The request names only what is not there, so
// that nothing changes where it is allowed.
func (x *matrix) everyRole() {
	specs := everySpec()
	x.each(sortedSpecs(specs), func(operation string) {
		info, in := x.infos[operation], m{}
		for field, name := range objects(specs[operation].in, "") {
			if value, ok := x.a.values[name]; ok {
				in = with(merge(in, field), map[string]any{field: stranger(value)})
			}
		}
		ask := func(who string, c *apitest.Client, reason string) {
			if !x.enough(operation) {
				x.expect(operation, who, x.send(c, operation, in), reason)
			}
		}
		for _, role := range access.TenantRoles {
			ask("as "+string(role), x.a.people[string(role)], tenantPerson(info, role))
		}
		for _, role := range access.HQRoles {
			ask("as "+string(role), x.hq.people[string(role)].In(x.a.tenant.Slug), hqPerson(info, role))
		}
		ask("as an ERP", x.a.people["key"], erp(info))
		ask("as a guest", x.a.people["guest"].In(x.a.tenant.Slug), hqPerson(info, ""))
		ask("as nobody", &apitest.Client{Base: x.a.env.URL, Tenant: x.a.tenant.Slug}, "UNAUTHENTICATED")
		wrong := *x.a.people["key"]
		wrong.Key += "x"
		ask("with a wrong key", &wrong, "API_KEY_INVALID")
		ask("with a wrong session", &apitest.Client{Base: x.a.env.URL, Token: "ory_st_nobody", Tenant: x.a.tenant.Slug}, "SESSION_INVALID")
	})
}

// merge makes room for a nested field.
func merge(in m, field string) m {
	out := m{field: nil}
	for k, v := range in {
		out[k] = v
	}
	return out
}

const allowed = ""

func tenantPerson(info route.Info, role access.Role) string {
	switch {
	case info.Side == route.SideAccount, info.Side == route.SideTenant && slices.Contains(access.Of([]access.Role{role}), info.Permission):
		return allowed
	}
	return "PERMISSION_DENIED"
}

func hqPerson(info route.Info, role access.Role) string {
	switch {
	case info.Side == route.SideTenant:
		return "TENANT_NOT_FOUND"
	case info.Side == route.SideAccount, role != "" && slices.Contains(access.Of([]access.Role{role}), info.Permission):
		return allowed
	}
	return "PERMISSION_DENIED"
}

func erp(info route.Info) string {
	switch {
	case info.Side != route.SideTenant:
		return "PERSON_REQUIRED"
	case slices.Contains(access.KeyScopes, info.Permission):
		return allowed
	}
	return "PERMISSION_DENIED"
}

func (x *matrix) expect(operation, who string, a apitest.Answer, reason string) {
	x.t.Helper()
	status := map[string]int{"PERMISSION_DENIED": http.StatusForbidden, "PERSON_REQUIRED": http.StatusForbidden, "TENANT_NOT_FOUND": http.StatusNotFound}[reason]
	if status == 0 {
		status = http.StatusUnauthorized
	}
	switch refused := a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden || a.Reason() == "TENANT_NOT_FOUND" && x.infos[operation].Side == route.SideTenant; {
	case reason == allowed && refused && a.Reason() != "EMAIL_UNVERIFIED":
		x.t.Errorf("%s %s is refused: %s", operation, who, a.Body)
	case reason != allowed && (a.Status != status || a.Reason() != reason):
		x.find(operation, "%s: %d %s, want %s", who, a.Status, a.Body, reason)
	}
	switch c := x.canary(a); {
	case strings.HasPrefix(who, "as hq_"):
		x.unpublished(operation, a)
	case c != "":
		x.find(operation, "%s the answer has %s", who, c)
	}
}

// drillDown and its file are where HQ reads a subsidiary's items; each look is
// logged there, which data/hqrepo/report and shared/report answer for.
const (
	drillDown     = "report.v1.ReportService/ListGroupItems"
	drillDownFile = "report.v1.ReportService/ExportGroupItems"
)

// evidenceToHQ gives HQ a file that a subsidiary sent it with a proposal; each look
// is in that subsidiary's log.
const evidenceToHQ = "negativelist.v1.NegativeReviewService/DownloadEvidence"

// unpublished expects that HQ's answer has nothing that stays in a subsidiary.
func (x *matrix) unpublished(operation string, a apitest.Answer) {
	if operation == drillDown || operation == drillDownFile || operation == evidenceToHQ {
		return
	}
	for _, h := range []*house{x.a, x.b} {
		if strings.Contains(string(a.Body), h.mark) {
			x.find(operation, "HQ reads what %s does not publish", h.public)
		}
	}
}
