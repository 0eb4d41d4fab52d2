package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"

	accessv1 "zhuxin/app/api/access/v1"
	"zhuxin/shared/access"
	"zhuxin/shared/stepup"
)

// service is one proto service with its routes.
type service struct {
	*protogen.Service
	importPath protogen.GoImportPath
	methods    []*protogen.Method
	bindings   []binding
}

// binding is one HTTP route of one method; a method has more than one when its
// annotation has additional_bindings.
type binding struct {
	method     *protogen.Method
	rule       *accessv1.Rule
	verb, path string
	params     []string
	bodyField  *protogen.Field // nil: the whole request
	hasBody    bool
	number     int // within the method
}

// readServices gives the services of a file, or every fault of them at once.
func readServices(f *protogen.File) ([]service, error) {
	var out []service
	var faults []error
	for _, s := range f.Services {
		one := service{Service: s, importPath: f.GoImportPath}
		for _, m := range s.Methods {
			bs, err := readMethod(m)
			if err != nil {
				faults = append(faults, fmt.Errorf("%s: method %s.%s: %w", f.Desc.Path(), s.Desc.Name(), m.Desc.Name(), err))
				continue
			}
			one.methods = append(one.methods, m)
			one.bindings = append(one.bindings, bs...)
		}
		if len(s.Methods) > 0 {
			sortBindings(one.bindings)
			out = append(out, one)
		}
	}
	return out, errors.Join(faults...)
}

func readMethod(m *protogen.Method) ([]binding, error) {
	if m.Desc.IsStreamingClient() || m.Desc.IsStreamingServer() {
		return nil, errors.New("streams are not served over HTTP/JSON; make it a unary method")
	}
	opts := m.Desc.Options()
	if !proto.HasExtension(opts, annotations.E_Http) {
		return nil, errors.New("has no option (google.api.http); every method needs a route")
	}
	if !proto.HasExtension(opts, accessv1.E_Rule) {
		return nil, errors.New("has no option (zhuxin.access.v1.rule); every route needs a side and a permission")
	}
	rule := proto.GetExtension(opts, accessv1.E_Rule).(*accessv1.Rule)
	if err := checkRule(rule); err != nil {
		return nil, err
	}
	main := proto.GetExtension(opts, annotations.E_Http).(*annotations.HttpRule)
	var out []binding
	for n, h := range append([]*annotations.HttpRule{main}, main.GetAdditionalBindings()...) {
		b, err := readBinding(m, rule, h)
		if err != nil {
			return nil, err
		}
		if rule.GetStepUp() != "" && b.verb == http.MethodGet {
			return nil, errors.New("step_up is for routes that change something")
		}
		if rule.GetIdempotentByKey() && b.verb == http.MethodGet {
			return nil, errors.New("idempotent_by_key is for routes that change something; a GET needs no key")
		}
		b.number = n
		out = append(out, b)
	}
	return out, nil
}

// checkRule holds side and permission together, so that a permission of HQ is
// never asked of somebody who acts in a subsidiary.
func checkRule(r *accessv1.Rule) error {
	p := access.Permission(r.GetPermission())
	if p == "" {
		return errors.New("rule: permission is empty; name one of zhuxin/shared/access, or self, or public")
	}
	if !access.Known(p) {
		return fmt.Errorf("rule: no role is granted %q in zhuxin/shared/access; add it there or correct the name", p)
	}
	account, hq := p == access.Self || p == access.Public, strings.HasPrefix(string(p), "hq.")
	switch r.GetSide() {
	case accessv1.Side_SIDE_TENANT:
		if account || hq {
			return fmt.Errorf("rule: %q is no permission of SIDE_TENANT", p)
		}
	case accessv1.Side_SIDE_HQ:
		if !hq {
			return fmt.Errorf("rule: %q is no permission of SIDE_HQ; those start with hq. as in hq.overview.read", p)
		}
	case accessv1.Side_SIDE_ACCOUNT:
		if !account {
			return fmt.Errorf("rule: %q is no permission of SIDE_ACCOUNT; it knows self and public", p)
		}
	default:
		return errors.New("rule: side is missing; name SIDE_TENANT, SIDE_HQ or SIDE_ACCOUNT")
	}
	if r.GetRawRequest() && r.GetIdempotentByKey() {
		return errors.New("rule: idempotent_by_key needs the whole body to compare; a raw_request is read as a stream")
	}
	if act := r.GetStepUp(); act != "" {
		if !stepup.Known(stepup.Act(act)) {
			return fmt.Errorf("rule: step_up %q is no act of zhuxin/shared/stepup; add it there or correct the name", act)
		}
		if r.GetRawRequest() || account {
			return errors.New("rule: step_up compares the whole body of somebody's change; it is not for a raw_request or SIDE_ACCOUNT")
		}
	}
	if r.GetMaxBodyBytes() < 0 {
		return errors.New("rule: max_body_bytes is negative; 0 is the server's preset")
	}
	return nil
}

func readBinding(m *protogen.Method, rule *accessv1.Rule, h *annotations.HttpRule) (binding, error) {
	b := binding{method: m, rule: rule}
	switch p := h.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		b.verb, b.path = http.MethodGet, p.Get
	case *annotations.HttpRule_Post:
		b.verb, b.path = http.MethodPost, p.Post
	case *annotations.HttpRule_Put:
		b.verb, b.path = http.MethodPut, p.Put
	case *annotations.HttpRule_Patch:
		b.verb, b.path = http.MethodPatch, p.Patch
	case *annotations.HttpRule_Delete:
		b.verb, b.path = http.MethodDelete, p.Delete
	default:
		return b, errors.New("google.api.http: name one of get, post, put, patch, delete")
	}
	if h.GetResponseBody() != "" {
		return b, errors.New("google.api.http: response_body is not supported; the reply is the whole message")
	}
	if err := readBody(&b, h.GetBody()); err != nil {
		return b, err
	}
	if err := readPath(&b); err != nil {
		return b, err
	}
	return b, checkReachable(&b)
}

// checkReachable refuses a field that no client can set: beside a body field
// there is only the path, because its query must be empty.
func checkReachable(b *binding) error {
	if b.bodyField == nil {
		return nil
	}
	for _, f := range b.method.Input.Fields {
		if f != b.bodyField && !slices.Contains(b.params, string(f.Desc.Name())) {
			return fmt.Errorf(`google.api.http: field %q is neither in the path nor in the body field %q; use body: "*"`,
				f.Desc.Name(), b.bodyField.Desc.Name())
		}
	}
	return nil
}

// readBody wants a body exactly where HTTP has one: a POST without it would
// take its input from the query, which lands in access logs of proxies. A
// raw_request has the file there, and takes its fields from path and query.
func readBody(b *binding, body string) error {
	takesBody := b.verb == http.MethodPost || b.verb == http.MethodPut || b.verb == http.MethodPatch
	switch {
	case b.rule.GetRawRequest() && !takesBody:
		return fmt.Errorf("rule: raw_request on a %s, which has no body", b.verb)
	case b.rule.GetRawRequest() && body != "":
		return errors.New("google.api.http: a raw_request names no body; the body is the file")
	case b.rule.GetRawRequest():
		return nil
	case !takesBody && body != "":
		return fmt.Errorf("google.api.http: a %s has no body", b.verb)
	case !takesBody:
		return nil
	case body == "":
		return fmt.Errorf(`google.api.http: a %s needs body: "*" or body: "<field>"`, b.verb)
	}
	b.hasBody = true
	if body == "*" {
		return nil
	}
	for _, f := range b.method.Input.Fields {
		if string(f.Desc.Name()) == body {
			if f.Message == nil || f.Desc.IsList() || f.Desc.IsMap() || f.Oneof != nil {
				return fmt.Errorf("google.api.http: body field %q must be a single message outside a oneof", body)
			}
			b.bodyField = f
			return nil
		}
	}
	return fmt.Errorf("google.api.http: body field %q is not in %s", body, b.method.Input.Desc.Name())
}
