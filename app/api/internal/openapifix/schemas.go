package main

import (
	"strings"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const refPrefix = "#/components/schemas/"

// fixSchemas marks what the server always sends: protojson writes unpopulated
// fields, but leaves out unset optional and oneof fields and writes null for an
// unset message.
func fixSchemas(root *yaml.Node, c *contract) {
	schemas := get(get(root, "components"), "schemas")
	each(schemas, func(name string, schema *yaml.Node) {
		m := c.messages[name]
		if m == nil || isRequest(m) {
			return
		}
		var required []string
		for i := range m.Fields().Len() {
			f := m.Fields().Get(i)
			property := get(get(schema, "properties"), f.JSONName())
			switch {
			case property == nil || f.ContainingOneof() != nil:
			case f.Message() != nil && !f.IsList() && !f.IsMap():
				setNullable(property)
			default:
				required = append(required, f.JSONName())
			}
		}
		if len(required) > 0 {
			set(schema, "required", list(required...))
		}
	})
	if schemas != nil {
		for i := 0; i < len(schemas.Content); i += 2 {
			if short, ok := c.names[canonical(c, schemas.Content[i].Value)]; ok {
				schemas.Content[i].Value = short
			}
		}
	}
}

// setNullable keeps a reference in an allOf: OpenAPI 3.0 ignores what stands
// beside a $ref.
func setNullable(property *yaml.Node) {
	if ref := get(property, "$ref"); ref != nil {
		property.Content = nil
		inner := &yaml.Node{Kind: yaml.MappingNode}
		set(inner, "$ref", ref)
		set(property, "allOf", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{inner}})
	}
	set(property, "nullable", yes())
}

func canonical(c *contract, schema string) string {
	m := c.messages[schema]
	if m == nil {
		return schema
	}
	return canonicalName(m)
}

func canonicalName(m protoreflect.MessageDescriptor) string {
	pkg := string(m.ParentFile().Package())
	return pkg + "." + strings.ReplaceAll(strings.TrimPrefix(string(m.FullName()), pkg+"."), ".", "_")
}

func renameRefs(n *yaml.Node, c *contract) {
	each(n, func(key string, value *yaml.Node) {
		if key != "$ref" {
			return
		}
		if full, ok := strings.CutPrefix(value.Value, refPrefix); ok {
			if short, ok := c.names[canonical(c, full)]; ok {
				value.Value = refPrefix + short
			}
		}
	})
	for _, child := range n.Content {
		renameRefs(child, c)
	}
}
