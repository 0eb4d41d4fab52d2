package main

import (
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"

	accessv1 "zhuxin/app/api/access/v1"
)

// method is one method of the contract under test.
type method struct {
	name    string
	service string // Things unless said
	http    *annotations.HttpRule
	rule    *accessv1.Rule
	stream  bool
}

func get(path string) *annotations.HttpRule {
	return &annotations.HttpRule{Pattern: &annotations.HttpRule_Get{Get: path}}
}

func post(path, body string) *annotations.HttpRule {
	return &annotations.HttpRule{Pattern: &annotations.HttpRule_Post{Post: path}, Body: body}
}

func put(path, body string) *annotations.HttpRule {
	return &annotations.HttpRule{Pattern: &annotations.HttpRule_Put{Put: path}, Body: body}
}

func rule(side accessv1.Side, permission string) *accessv1.Rule {
	return &accessv1.Rule{Side: side, Permission: permission}
}

var read = rule(accessv1.Side_SIDE_TENANT, "customer.read")

// generate runs the plugin over an in-memory contract and gives the files.
func generate(t *testing.T, methods ...method) (map[string]string, error) {
	t.Helper()
	str, msg := descriptorpb.FieldDescriptorProto_TYPE_STRING, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE
	single, repeated := descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL, descriptorpb.FieldDescriptorProto_LABEL_REPEATED
	field := func(n int32, name string) *descriptorpb.FieldDescriptorProto {
		return &descriptorpb.FieldDescriptorProto{Name: &name, Number: &n, Type: &str, Label: &single, JsonName: &name}
	}
	optional := field(3, "note")
	optional.Proto3Optional, optional.OneofIndex = proto.Bool(true), proto.Int32(0)
	child := field(4, "child")
	child.Type, child.TypeName = &msg, proto.String(".test.v1.Reply")
	tags := field(5, "tags")
	tags.Label = &repeated

	services := map[string]*descriptorpb.ServiceDescriptorProto{}
	var order []*descriptorpb.ServiceDescriptorProto
	for _, m := range methods {
		if m.service == "" {
			m.service = "Things"
		}
		s := services[m.service]
		if s == nil {
			s = &descriptorpb.ServiceDescriptorProto{Name: &m.service}
			services[m.service], order = s, append(order, s)
		}
		opts := &descriptorpb.MethodOptions{}
		if m.http != nil {
			proto.SetExtension(opts, annotations.E_Http, m.http)
		}
		if m.rule != nil {
			proto.SetExtension(opts, accessv1.E_Rule, m.rule)
		}
		s.Method = append(s.Method, &descriptorpb.MethodDescriptorProto{
			Name: &m.name, InputType: proto.String(".test.v1.Request"), OutputType: proto.String(".test.v1.Reply"),
			Options: opts, ServerStreaming: &m.stream,
		})
	}
	file := &descriptorpb.FileDescriptorProto{
		Name: proto.String("test/v1/test.proto"), Package: proto.String("test.v1"), Syntax: proto.String("proto3"),
		Dependency: []string{"google/api/annotations.proto", "app/api/access/v1/access.proto"},
		Options:    &descriptorpb.FileOptions{GoPackage: proto.String("example.com/test/v1;testv1")},
		MessageType: []*descriptorpb.DescriptorProto{
			{Name: proto.String("Request"), Field: []*descriptorpb.FieldDescriptorProto{field(1, "id"), field(2, "name"), optional, child, tags},
				OneofDecl: []*descriptorpb.OneofDescriptorProto{{Name: proto.String("_note")}}},
			{Name: proto.String("Reply"), Field: []*descriptorpb.FieldDescriptorProto{field(1, "id")}},
		},
		Service: order,
	}
	var files []*descriptorpb.FileDescriptorProto
	seen := map[string]bool{}
	var add func(f protoreflect.FileDescriptor)
	add = func(f protoreflect.FileDescriptor) {
		if seen[f.Path()] {
			return
		}
		seen[f.Path()] = true
		for i := range f.Imports().Len() {
			add(f.Imports().Get(i).FileDescriptor)
		}
		files = append(files, protodesc.ToFileDescriptorProto(f))
	}
	add(annotations.File_google_api_annotations_proto)
	add(accessv1.File_app_api_access_v1_access_proto)
	p, err := protogen.Options{}.New(&pluginpb.CodeGeneratorRequest{
		FileToGenerate: []string{file.GetName()}, ProtoFile: append(files, file),
	})
	if err != nil {
		t.Fatalf("the test's own contract is broken: %v", err)
	}
	if err := run(p, "example.com/test"); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, f := range p.Response().GetFile() {
		out[f.GetName()] = f.GetContent()
	}
	if e := p.Response().GetError(); e != "" {
		t.Fatalf("generated code does not parse: %s", e)
	}
	return out, nil
}

func TestRefusesAnOpenContract(t *testing.T) {
	tests := []struct {
		name    string
		methods []method
		want    string
	}{
		{"no rule", []method{{name: "Get", http: get("/v1/a")}}, "method Things.Get: has no option (zhuxin.access.v1.rule)"},
		{"no route", []method{{name: "Get", rule: read}}, "method Things.Get: has no option (google.api.http)"},
		{"every fault at once", []method{{name: "A", rule: read}, {name: "B", http: get("/v1/b")}}, "method Things.B: has no option"},
		{"stream", []method{{name: "Get", http: get("/v1/a"), rule: read, stream: true}}, "streams are not served"},
		{"no side", []method{{name: "Get", http: get("/v1/a"), rule: rule(0, "customer.read")}}, "side is missing"},
		{"no permission", []method{{name: "Get", http: get("/v1/a"), rule: rule(accessv1.Side_SIDE_HQ, "")}}, "permission is empty"},
		{"unknown permission", []method{{name: "Get", http: get("/v1/a"), rule: rule(accessv1.Side_SIDE_TENANT, "customer.raed")}}, `no role is granted "customer.raed"`},
		{"HQ permission in a subsidiary", []method{{name: "Get", http: get("/v1/a"), rule: rule(accessv1.Side_SIDE_TENANT, "hq.overview.read")}}, "no permission of SIDE_TENANT"},
		{"public in a subsidiary", []method{{name: "Get", http: get("/v1/a"), rule: rule(accessv1.Side_SIDE_TENANT, "public")}}, "no permission of SIDE_TENANT"},
		{"subsidiary permission at HQ", []method{{name: "Get", http: get("/v1/a"), rule: rule(accessv1.Side_SIDE_HQ, "customer.read")}}, "no permission of SIDE_HQ"},
		{"role permission on the account", []method{{name: "Get", http: get("/v1/a"), rule: rule(accessv1.Side_SIDE_ACCOUNT, "customer.read")}}, "no permission of SIDE_ACCOUNT"},
		{"key on a GET", []method{{name: "Get", http: get("/v1/a"), rule: &accessv1.Rule{Side: 1, Permission: "customer.read", IdempotentByKey: true}}}, "a GET needs no key"},
		{"key on a stream", []method{{name: "Do", http: post("/v1/a", ""), rule: &accessv1.Rule{Side: 1, Permission: "customer.write", IdempotentByKey: true, RawRequest: true}}}, "a raw_request is read as a stream"},
		{"stream with a body field", []method{{name: "Do", http: post("/v1/a", "*"), rule: &accessv1.Rule{Side: 1, Permission: "customer.write", RawRequest: true}}}, "names no body"},
		{"stream on a GET", []method{{name: "Get", http: get("/v1/a"), rule: &accessv1.Rule{Side: 1, Permission: "customer.read", RawRequest: true}}}, "raw_request on a GET"},
		{"negative size", []method{{name: "Do", http: post("/v1/a", "*"), rule: &accessv1.Rule{Side: 1, Permission: "customer.write", MaxBodyBytes: -1}}}, "max_body_bytes is negative"},
		{"POST without body", []method{{name: "Do", http: post("/v1/a", ""), rule: read}}, `a POST needs body: "*"`},
		{"GET with body", []method{{name: "Get", http: &annotations.HttpRule{Pattern: &annotations.HttpRule_Get{Get: "/v1/a"}, Body: "*"}, rule: read}}, "a GET has no body"},
		{"unknown body field", []method{{name: "Do", http: post("/v1/a", "nix"), rule: read}}, `body field "nix" is not in Request`},
		{"scalar body field", []method{{name: "Do", http: post("/v1/a", "name"), rule: read}}, "must be a single message"},
		{"field that nothing sets", []method{{name: "Do", http: post("/v1/a/{id}", "child"), rule: read}}, `field "name" is neither in the path`},
		{"unknown variable", []method{{name: "Get", http: get("/v1/a/{nix}"), rule: read}}, "{nix} is no field of Request"},
		{"optional variable", []method{{name: "Get", http: get("/v1/a/{note}"), rule: read}}, "must be a scalar"},
		{"repeated variable", []method{{name: "Get", http: get("/v1/a/{tags}"), rule: read}}, "must be a scalar"},
		{"message variable", []method{{name: "Get", http: get("/v1/a/{child}"), rule: read}}, "must be a scalar"},
		{"variable twice", []method{{name: "Get", http: get("/v1/{id}/{id}"), rule: read}}, "twice"},
		{"pattern in a variable", []method{{name: "Get", http: get("/v1/{id=**}"), rule: read}}, "is not a word or {field}"},
		{"relative path", []method{{name: "Get", http: get("v1/a"), rule: read}}, "must start with /"},
		{"same route twice", []method{{name: "A", http: get("/v1/a/{id}"), rule: read}, {name: "B", http: get("/v1/a/{name}"), rule: read}}, "answer the same request"},
		{"literal behind another service's variable", []method{{name: "A", http: get("/v1/a/{id}"), rule: read}, {name: "B", service: "Others", http: get("/v1/a/list"), rule: read}}, "answer the same request"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := generate(t, tt.methods...)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("err = %v, want one that says %q", err, tt.want)
			}
		})
	}
}

func TestGeneratesRoutes(t *testing.T) {
	check := &accessv1.Rule{Side: accessv1.Side_SIDE_TENANT, Permission: "credit.reserve", IdempotentByKey: true}
	more := get("/v1/a/{id}")
	more.AdditionalBindings = []*annotations.HttpRule{get("/v1/b/{id}")}
	files, err := generate(t,
		method{name: "Get", http: more, rule: read},
		method{name: "List", http: get("/v1/a/list"), rule: read},
		method{name: "Update", http: put("/v1/a/{id}", "*"), rule: rule(accessv1.Side_SIDE_TENANT, "customer.write")},
		method{name: "Retire", http: post("/v1/a/{id}:retire", "*"), rule: check},
		method{name: "Upload", http: post("/v1/a/{id}/file", ""), rule: &accessv1.Rule{Side: accessv1.Side_SIDE_TENANT, Permission: "document.write", RawRequest: true, MaxBodyBytes: 7}},
		method{name: "Download", http: get("/v1/a/{id}/file"), rule: &accessv1.Rule{Side: accessv1.Side_SIDE_TENANT, Permission: "document.read", RawReply: true}},
	)
	if err != nil {
		t.Fatal(err)
	}
	code := files["example.com/test/v1/test_http.pb.go"]
	for _, want := range []string{
		"type ThingsHTTPServer interface {",
		"Get(context.Context, *Request) (*Reply, error)",
		`OperationThingsGet      = "/test.v1.Things/Get"`,
		"Download(context.Context, *Request) (*route.File, error)",
		"c = route.WithUpload(c, ctx.Request())",
		"MaxBodyBytes: 7,",
		`Method:    "POST", Path: "/v1/a/{id}:retire",`,
		`Side: route.SideTenant, Permission: "credit.reserve",`,
		"IdempotentByKey: true,",
		`r.POST("/v1/a/{id:[^/:]+}:retire", _Things_Retire0_HTTP_Handler(srv))`,
		`r.GET("/v1/b/{id:[^/:]+}", _Things_Get1_HTTP_Handler(srv))`,
	} {
		if !strings.Contains(code, want) {
			t.Errorf("generated code lacks %q:\n%s", want, code)
		}
	}
	if strings.Index(code, `r.GET("/v1/a/list"`) > strings.Index(code, `r.GET("/v1/a/{id:`) {
		t.Error("the literal /v1/a/list is registered behind /v1/a/{id} and would never be reached")
	}
	body := code[strings.Index(code, "func _Things_Update0_HTTP_Handler"):]
	body = body[:strings.Index(body, "\n}\n")]
	steps := []string{"ctx.Middleware(", "route.RejectQuery(", "ctx.Bind(&in)", "ctx.BindVars(&in)", "srv.Update(c, &in)"}
	for i := 1; i < len(steps); i++ {
		if strings.Index(body, steps[i-1]) >= strings.Index(body, steps[i]) {
			t.Errorf("%s must come before %s:\n%s", steps[i-1], steps[i], body)
		}
	}
	if strings.Contains(body, "BindQuery") {
		t.Error("a route with a body binds the query")
	}
	if all := files["example.com/test/routes.gen.go"]; !strings.Contains(all, "v1.ThingsRoutes,") {
		t.Errorf("the table of all routes lacks ThingsRoutes:\n%s", all)
	}
}
