package apitest_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"zhuxin/app/api"
	"zhuxin/app/api/route"
	"zhuxin/cmd/zhuxin/internal/apitest"
)

// exempt are fields that look like an id and name nothing of a subsidiary.
var exempt = map[string]string{
	"zhuxin.audit.v1.ListAuditRequest.before_id":                             "a row's number within one's own log",
	"zhuxin.customer.v1.CreateCustomerRequest.legal_representative_id":       "a person's ID number, stored and never looked up",
	"zhuxin.customer.v1.UpdateCustomerRequest.legal_representative_id":       "a person's ID number, stored and never looked up",
	"zhuxin.customer.v1.SubmitCustomerChangeRequest.legal_representative_id": "a person's ID number, stored and never looked up",
	"zhuxin.feed.v1.PushReceivablesRequest.records.customer_number":          "a number in the sender's own books; one that nobody has makes a customer",
	"zhuxin.contract.v1.PreviewTermsRequest.terms.clauses.id":                "the name of a clause within the same terms",
	"zhuxin.contract.v1.PutTermsRequest.terms.clauses.id":                    "the name of a clause within the same terms",
	"zhuxin.schedule.v1.CreateScheduleRequest.spec.tenant_id":                "HQ's, and swapped there; a subsidiary's is refused whatever it names",
	"zhuxin.schedule.v1.UpdateScheduleRequest.spec.tenant_id":                "HQ's, and swapped there; a subsidiary's is refused whatever it names",
	"zhuxin.schedule.v1.CreateScheduleRequest.spec.segment_id":               "a subsidiary's, and swapped there; HQ's is refused whatever it names",
	"zhuxin.schedule.v1.UpdateScheduleRequest.spec.segment_id":               "checked as when a schedule is made; HQ's is refused whatever it names",
	"zhuxin.schedule.v1.ListRecipientsRequest.salesperson_id":                "swapped at the subsidiary; HQ's members see all",
}

// Every route is in the matrix, and so is every field that names an object.
func TestEveryRouteIsInTheMatrix(t *testing.T) {
	t.Parallel()
	specs := everySpec()
	tables := map[route.Side]map[string]spec{route.SideTenant: inTenant, route.SideAccount: ofAccount, route.SideHQ: atHQ}
	named := 0
	for _, r := range api.Routes() {
		operation := strings.TrimPrefix(r.Operation, "/zhuxin.")
		s, ok := tables[r.Side][operation]
		if !ok {
			t.Errorf("%s %s is not in the matrix", r.Method, r.Path)
			continue
		}
		delete(specs, operation)
		fields := objects(s.in, "")
		for _, v := range alsoInTenant {
			if v.operation == operation {
				maps.Copy(fields, objects(v.in, ""))
			}
		}
		for _, field := range naming(t, r.Request) {
			if _, ok := fields[field[strings.LastIndex(field, ":")+1:]]; !ok && exempt[strings.ReplaceAll(field, ":", ".")] == "" {
				t.Errorf("%s: %s names an object and the matrix does not swap it", operation, field)
			}
			named++
		}
	}
	for operation := range specs {
		t.Errorf("%s is in the matrix and no route any more", operation)
	}
	t.Logf("%d routes, %d fields that name an object", len(api.Routes()), named)
}

// naming lists the fields of a message that name an object, as message:path.
func naming(t *testing.T, message string) (out []string) {
	t.Helper()
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(message))
	if err != nil {
		t.Fatal(err)
	}
	var walk func(d protoreflect.MessageDescriptor, path string, depth int)
	walk = func(d protoreflect.MessageDescriptor, path string, depth int) {
		for i := range d.Fields().Len() {
			f := d.Fields().Get(i)
			name := string(f.Name())
			switch {
			case f.Message() != nil && !f.IsMap() && depth < 5:
				walk(f.Message(), path+name+".", depth+1)
			case name == "id", strings.HasSuffix(name, "_id"), strings.HasSuffix(name, "_ids"), name == "token", name == "customer_number":
				out = append(out, message+":"+path+name)
			}
		}
	}
	walk(d.(protoreflect.MessageDescriptor), "", 0)
	return out
}

func TestNothingOfOthersByAnyRoute(t *testing.T) {
	env := apitest.Start(t, apitest.Options{})
	a, b := build(t, env, "A"), build(t, env, "B")
	x := newMatrix(t, a, b, headquarters(t, env, a, b))
	b.settled(env)
	before := sums(t, env, b)
	x.everyField()
	x.everyTenantHeader()
	x.swapCommands()
	x.each(sortedSpecs(inTenant), func(operation string) { x.spoof(operation, inTenant[operation]) })
	x.everyRole()
	for table, sum := range sums(t, env, b) {
		if before[table] != sum {
			t.Errorf("%s of B has changed", table)
		}
	}
	x.everyOwner()
	for _, f := range x.findings {
		t.Error(f)
	}
	t.Logf("%d cases, %d of them name something foreign, %d findings", x.cases.Load(), x.foreign.Load(), len(x.findings))
}

func (x *matrix) everyField() {
	x.each(sortedSpecs(inTenant), func(operation string) { x.swapIDs(operation, inTenant[operation]) })
	for _, v := range alsoInTenant {
		x.swapIDs(v.operation, v.spec)
	}
	x.each(sortedSpecs(ofAccount), func(operation string) { x.swapIDs(operation, ofAccount[operation]) })
}

func (x *matrix) everyTenantHeader() {
	x.each(sortedSpecs(inTenant), func(operation string) { x.swapTenant(operation, inTenant[operation]) })
}

// everyOwner is the positive control: the same requests succeed for who may, so
// that a refusal above was for the id and nothing else.
func (x *matrix) everyOwner() {
	turn := func(h *house, operation string, s spec) {
		in, _ := h.resolve(s.in).(m)
		a := x.send(h.people[s.who], operation, in)
		if h == x.hq {
			x.unpublished(operation, a)
		}
		switch {
		case s.status != 0 && a.Status != s.status, s.status == 0 && a.Status >= http.StatusMultipleChoices:
			x.t.Errorf("the owner's %s %v: %d %s", operation, in, a.Status, a.Body)
		case h == x.a && x.canary(a) != "":
			x.find(operation, "the owner's answer has %s", x.canary(a))
		}
	}
	for _, operation := range sortedSpecs(inTenant) {
		turn(x.a, operation, inTenant[operation])
	}
	for _, v := range alsoInTenant {
		turn(x.a, v.operation, v.spec)
	}
	for _, operation := range sortedSpecs(ofAccount) {
		turn(x.a, operation, ofAccount[operation])
	}
	for _, operation := range sortedSpecs(atHQ) {
		turn(x.hq, operation, atHQ[operation])
	}
}
