package main

import (
	"bytes"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	accessv1 "zhuxin/app/api/access/v1"
)

const source = `# Generated with protoc-gen-openapi

openapi: 3.0.3
info: {title: x, version: ""}
paths:
  /v1/a:
    post:
      operationId: Things_Do
      responses: {"200": {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/zhuxin.a.v1.Thing'}}}}}
    get:
      operationId: Things_Hello
      responses: {"200": {description: OK, content: {'*/*': {}}}}
components:
  schemas:
    zhuxin.a.v1.Thing:
      type: object
      properties:
        theId: {type: string}
        note: {type: string}
        child: {$ref: '#/components/schemas/zhuxin.b.v1.Thing'}
        at: {type: string, format: date-time}
        many: {type: array, items: {$ref: '#/components/schemas/zhuxin.b.v1.Thing'}}
    zhuxin.b.v1.Thing: {type: object, properties: {theId: {type: string}}}
    zhuxin.a.v1.DoRequest: {type: object, properties: {theId: {type: string}}}
`

func descriptors(t *testing.T, rules ...*accessv1.Rule) *descriptorpb.FileDescriptorSet {
	t.Helper()
	field := func(n int32, name, json, message string, label descriptorpb.FieldDescriptorProto_Label) *descriptorpb.FieldDescriptorProto {
		kind := descriptorpb.FieldDescriptorProto_TYPE_STRING
		f := &descriptorpb.FieldDescriptorProto{Name: &name, JsonName: &json, Number: &n, Type: &kind, Label: &label}
		if message != "" {
			*f.Type = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE
			f.TypeName = &message
		}
		return f
	}
	one, many := descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL, descriptorpb.FieldDescriptorProto_LABEL_REPEATED
	note := field(2, "note", "note", "", one)
	note.Proto3Optional, note.OneofIndex = proto.Bool(true), proto.Int32(0)
	file := func(name, pkg string, deps []string, ms ...*descriptorpb.DescriptorProto) *descriptorpb.FileDescriptorProto {
		return &descriptorpb.FileDescriptorProto{Name: &name, Package: &pkg, Syntax: proto.String("proto3"), Dependency: deps, MessageType: ms}
	}
	id := field(1, "the_id", "theId", "", one)
	b := file("b.proto", "zhuxin.b.v1", nil, &descriptorpb.DescriptorProto{Name: proto.String("Thing"), Field: []*descriptorpb.FieldDescriptorProto{id}})
	a := file("a.proto", "zhuxin.a.v1", []string{"b.proto", "google/protobuf/timestamp.proto", "app/api/access/v1/access.proto"},
		&descriptorpb.DescriptorProto{Name: proto.String("Thing"), OneofDecl: []*descriptorpb.OneofDescriptorProto{{Name: proto.String("_note")}},
			Field: []*descriptorpb.FieldDescriptorProto{
				id, note, field(3, "child", "child", ".zhuxin.b.v1.Thing", one),
				field(4, "at", "at", ".google.protobuf.Timestamp", one), field(5, "many", "many", ".zhuxin.b.v1.Thing", many),
			}},
		&descriptorpb.DescriptorProto{Name: proto.String("DoRequest"), Field: []*descriptorpb.FieldDescriptorProto{id}})
	service := &descriptorpb.ServiceDescriptorProto{Name: proto.String("Things")}
	for n, name := range []string{"Do", "Hello"}[:len(rules)] {
		opts := &descriptorpb.MethodOptions{}
		if rules[n] != nil {
			proto.SetExtension(opts, accessv1.E_Rule, rules[n])
		}
		service.Method = append(service.Method, &descriptorpb.MethodDescriptorProto{Name: &name,
			InputType: proto.String(".zhuxin.a.v1.DoRequest"), OutputType: proto.String(".zhuxin.a.v1.Thing"), Options: opts})
	}
	a.Service = []*descriptorpb.ServiceDescriptorProto{service}
	set := &descriptorpb.FileDescriptorSet{}
	for _, f := range []protoreflect.FileDescriptor{
		descriptorpb.File_google_protobuf_descriptor_proto, timestamppb.File_google_protobuf_timestamp_proto,
		annotations.File_google_api_http_proto, annotations.File_google_api_annotations_proto, accessv1.File_app_api_access_v1_access_proto,
	} {
		set.File = append(set.File, protodesc.ToFileDescriptorProto(f))
	}
	set.File = append(set.File, b, a)
	return set
}

var (
	keyed  = &accessv1.Rule{Side: accessv1.Side_SIDE_TENANT, Permission: "credit.reserve", IdempotentByKey: true}
	public = &accessv1.Rule{Side: accessv1.Side_SIDE_ACCOUNT, Permission: "public"}
)

func TestFix(t *testing.T) {
	set := descriptors(t, keyed, public)
	out, err := fix([]byte(source), set)
	if err != nil {
		t.Fatal(err)
	}
	again, err := fix([]byte(source), set)
	if err != nil || !bytes.Equal(out, again) {
		t.Fatalf("two runs differ (err %v)", err)
	}
	doc := parse(string(out))
	schemas := get(get(doc, "components"), "schemas")
	thing := get(schemas, "AThing")
	if thing == nil || get(schemas, "BThing") == nil || get(schemas, "DoRequest") == nil {
		t.Fatalf("schemas of the same name are not told apart:\n%s", out)
	}
	if got := names(thing); got != "theId many" {
		t.Errorf("required of Thing = %q, want what protojson always writes: theId many", got)
	}
	if get(get(schemas, "DoRequest"), "required") != nil {
		t.Error("a request has required fields")
	}
	child := get(get(thing, "properties"), "child")
	if get(child, "nullable") == nil || get(get(child, "allOf").Content[0], "$ref").Value != "#/components/schemas/BThing" {
		t.Errorf("an unset message is null; child = %v", child)
	}
	do := get(get(get(doc, "paths"), "/v1/a"), "post")
	for _, want := range []string{"x-permission: credit.reserve", "parameters/Tenant", "parameters/IdempotencyKey", "responses/Error", "apiKey: []"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the document lacks %q", want)
		}
	}
	if get(get(do, "responses"), "default") == nil {
		t.Error("the failure of an operation is not described")
	}
	hello := get(get(get(doc, "paths"), "/v1/a"), "get")
	if s := get(hello, "security"); s == nil || len(s.Content) != 0 {
		t.Error("a public route asks for a login")
	}
}

func TestFixRefuses(t *testing.T) {
	if _, err := fix([]byte(source), descriptors(t, keyed, nil)); err == nil || !strings.Contains(err.Error(), "Things_Hello has no access rule") {
		t.Errorf("err = %v, want the operation without a rule named", err)
	}
	clash := strings.Replace(source, "zhuxin.b.v1.Thing: {type", "Error: {type", 1)
	if _, err := fix([]byte(clash), descriptors(t, keyed, public)); err == nil || !strings.Contains(err.Error(), "Error") {
		t.Errorf("err = %v, want the clash with our error schema named", err)
	}
	if _, err := fix(nil, descriptors(t, keyed)); err == nil {
		t.Error("an empty document is taken")
	}
}

// names gives the required fields of a schema.
func names(schema *yaml.Node) string {
	var out []string
	for _, n := range get(schema, "required").Content {
		out = append(out, n.Value)
	}
	return strings.Join(out, " ")
}
