package apitest_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"zhuxin/cmd/zhuxin/internal/apitest"
)

// swapIDs puts into each field of A's request that names an object what B has by
// that name, then ids of HQ's rows, and expects the answer that a stranger's id
// gets.
func (x *matrix) swapIDs(operation string, s spec) {
	x.t.Helper()
	c, fields := x.a.people[s.who], objects(s.in, "")
	base := x.a.resolve(s.in).(m)
	for field, name := range fields {
		if x.enough(operation) {
			return
		}
		theirs, nobody := x.b.values[name], stranger(x.b.values[name])
		if name == "token" { // a secret that its holder may show; it opens for its own address only
			got := x.send(c, operation, with(base, map[string]any{field: theirs}))
			if got.Reason() != "INVITATION_FOR_OTHER" || x.canary(got) != "" {
				x.find(operation, "B's invitation: %s", got.Body)
			}
			continue
		}
		values := []any{theirs}
		if _, isUUID := uuid.Parse(fmt.Sprint(theirs)); isUUID == nil {
			values = append(values, x.b.tenant.ID.String(), x.hq.values["application"], x.b.values["person_viewer"])
		}
		random := x.send(c, operation, with(base, map[string]any{field: nobody}))
		x.refused(operation, field, random)
		for i, value := range values {
			got := x.send(c, operation, with(base, map[string]any{field: value}))
			x.compare(operation, fmt.Sprintf("%s = %s's %s (%d)", field, x.b.public, name, i), got, value, random, nobody)
			x.foreign.Add(1)
		}
		for _, value := range []any{"'", "00000000-0000-0000-0000-000000000000"} {
			x.refused(operation, field, x.send(c, operation, with(base, map[string]any{field: value})))
		}
	}
	if len(fields) > 1 { // all of them at once
		theirs, nobody, named := map[string]any{}, map[string]any{}, []any{}
		for field, name := range fields {
			theirs[field], nobody[field] = x.b.values[name], stranger(x.b.values[name])
			named = append(named, theirs[field], nobody[field])
		}
		got, random := x.send(c, operation, with(base, theirs)), x.send(c, operation, with(base, nobody))
		x.compareAll(operation, "every field is B's", got, random, named)
		x.foreign.Add(1)
	}
}

// swapCommands uses B's idempotency keys: to A they are new.
func (x *matrix) swapCommands() {
	for operation, name := range map[string]string{"Check": "check", "Reserve": "reservation", "Commit": "reservation_committed", "Release": "reservation_released"} {
		operation = "creditcheck.v1.CreditCheckService/" + operation
		in := with(inTenant[operation].in, map[string]any{"id": uuid.NewString(), "customer_id": uuid.NewString()})
		base, c := x.a.resolve(in).(m), x.a.people["key"]
		if _, ok := inTenant[operation].in["id"]; !ok {
			delete(base, "id")
		} else {
			delete(base, "customer_id")
		}
		got, random := x.send(c, operation, base, "Idempotency-Key", fmt.Sprint(x.b.values["command_"+name])), x.send(c, operation, base)
		x.compareAll(operation, "B's idempotency key", got, random, nil)
		x.foreign.Add(1)
	}
}

// refused expects that a change which names what is not there is none. A batch says
// so of its record, not of the request.
func (x *matrix) refused(operation, field string, a apitest.Answer) {
	if strings.HasPrefix(operation, "feed.v1.") && strings.Contains(string(a.Body), `"status":"refused"`) {
		return
	}
	if !x.infos[operation].ReadOnly() && field != "name" && a.Status < http.StatusBadRequest {
		x.t.Errorf("%s with %s of nobody: %d %s", operation, field, a.Status, a.Body)
	}
}

func (x *matrix) compare(operation, what string, got apitest.Answer, value any, random apitest.Answer, nobody any) {
	x.compareAll(operation, what, got, random, []any{value, nobody})
}

func (x *matrix) compareAll(operation, what string, got, random apitest.Answer, named []any) {
	if g, r := plain(got, named...), plain(random, named...); g != r {
		x.find(operation, "%s: %.300s instead of %.300s", what, g, r)
	}
	if c := x.canary(got, named...); c != "" {
		x.find(operation, "%s: the answer has %s", what, c)
	}
}

// swapTenant sends A's own valid request into B's subsidiary.
func (x *matrix) swapTenant(operation string, s spec) {
	c := x.a.people[s.who]
	base := x.a.resolve(s.in)
	in, _ := base.(m)
	got, random := x.send(c.In(x.b.tenant.Slug), operation, in), x.send(c.In("nobody-"+strings.ToLower(rand.Text()[:6])), operation, in)
	x.compareAll(operation, "as "+x.b.tenant.Slug, got, random, nil)
	x.foreign.Add(1)
	if random.Status != http.StatusNotFound || random.Reason() != "TENANT_NOT_FOUND" {
		x.t.Errorf("%s in no subsidiary: %d %s", operation, random.Status, random.Body)
	}
	got = x.send(c.In(x.a.tenant.Slug+","+x.b.tenant.Slug), operation, in)
	x.compareAll(operation, "as both", got, random, nil)
	x.foreign.Add(1)
}

// spoof sends A's reading request with headers that claim to be B.
func (x *matrix) spoof(operation string, s spec) {
	if !x.infos[operation].ReadOnly() {
		return
	}
	c, in := x.a.people[s.who], x.a.resolve(s.in)
	fields, _ := in.(m)
	b := x.b.tenant
	honest := x.send(c, operation, fields)
	for _, value := range []string{b.ID.String(), b.Slug, fmt.Sprint(x.b.values["person_administrator"])} {
		var headers []string
		for _, name := range []string{"X-Tenant-Id", "X-Tenant", "x-md-global-tenant", "x-md-tenant-id", "X-Forwarded-User", "X-Remote-User", "X-User-Id", "X-Original-Url", "X-Rewrite-Url"} {
			headers = append(headers, name, value)
		}
		got := x.send(c, operation, fields, headers...)
		if got.Status != honest.Status || x.canary(got) != "" {
			x.find(operation, "with spoofed headers: %d instead of %d, %s", got.Status, honest.Status, x.canary(got))
		}
		x.foreign.Add(1)
	}
}
