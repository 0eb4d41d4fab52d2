package main

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	accessv1 "zhuxin/app/api/access/v1"
	"zhuxin/shared/access"
)

// fixOperations writes on each route who may call it and how it fails.
func fixOperations(root *yaml.Node, c *contract) error {
	var fault error
	each(get(root, "paths"), func(path string, methods *yaml.Node) {
		each(methods, func(method string, op *yaml.Node) {
			id := get(op, "operationId")
			if id == nil {
				return
			}
			rule := c.rules[id.Value]
			if rule == nil {
				fault = fmt.Errorf("%s %s: operation %s has no access rule", method, path, id.Value)
				return
			}
			fixOperation(op, rule)
		})
	})
	return fault
}

const file = "{application/octet-stream: {schema: {type: string, format: binary}}}"

func fixOperation(op *yaml.Node, rule *accessv1.Rule) {
	set(op, "x-permission", text(rule.GetPermission()))
	set(op, "security", security(rule))
	if rule.GetSide() == accessv1.Side_SIDE_TENANT {
		addParameter(op, "Tenant")
	}
	if rule.GetIdempotentByKey() {
		addParameter(op, "IdempotencyKey")
	}
	responses := child(op, "responses")
	if rule.GetRawRequest() {
		set(op, "requestBody", parse("{content: "+file+", required: true}"))
	}
	if rule.GetRawReply() {
		set(child(responses, "200"), "content", parse(file))
	}
	set(responses, "default", parse("$ref: '#/components/responses/Error'"))
}

func security(rule *accessv1.Rule) *yaml.Node {
	p := access.Permission(rule.GetPermission())
	switch {
	case p == access.Public:
		return &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	case rule.GetSide() == accessv1.Side_SIDE_TENANT && slices.Contains(access.KeyScopes, p):
		return parse("[{session: []}, {apiKey: []}]")
	}
	return parse("[{session: []}]")
}

func addParameter(op *yaml.Node, name string) {
	params := get(op, "parameters")
	if params == nil {
		params = &yaml.Node{Kind: yaml.SequenceNode}
		set(op, "parameters", params)
	}
	params.Content = append(params.Content, parse("$ref: '#/components/parameters/"+name+"'"))
}

func addComponents(root *yaml.Node) error {
	components := child(root, "components")
	schemas := child(components, "schemas")
	var fault error
	each(parse(errorSchemas), func(name string, schema *yaml.Node) {
		if get(schemas, name) != nil {
			fault = fmt.Errorf("a proto message is called %s, which is the name of our error schema; rename the message", name)
		}
		set(schemas, name, schema)
	})
	each(parse(componentParts), func(name string, part *yaml.Node) { set(components, name, part) })
	return fault
}

const errorSchemas = `
Error:
  type: object
  description: The one shape of every failure. reason is stable; message is for people.
  required: [code, reason, message, metadata, fields, request_id]
  properties:
    code: {type: integer, format: int32, description: The HTTP status.}
    reason: {type: string, description: 'What went wrong, in upper snake case; does not change.'}
    message: {type: string}
    metadata: {type: object, additionalProperties: {type: string}}
    fields: {type: array, items: {$ref: '#/components/schemas/FieldError'}}
    request_id: {type: string, description: Name it when you report the failure.}
FieldError:
  type: object
  required: [field, reason, message]
  properties:
    field: {type: string, description: 'Path of the field: items[2].weight'}
    reason: {type: string}
    message: {type: string}
`

const componentParts = `
parameters:
  Tenant:
    name: X-Zhuxin-Tenant
    in: header
    required: false
    description: Short name of the subsidiary to work in. It only selects; the membership decides. An API key has its own subsidiary.
    schema: {type: string}
  IdempotencyKey:
    name: Idempotency-Key
    in: header
    required: true
    description: Visible ASCII, at most 200 characters. The same key with the same body answers as the first time for 72 hours; with another body it is refused (422).
    schema: {type: string, minLength: 1, maxLength: 200}
responses:
  Error:
    description: The call failed.
    content:
      application/json:
        schema: {$ref: '#/components/schemas/Error'}
securitySchemes:
  session:
    type: apiKey
    in: cookie
    name: zhuxin_session
    description: The session that the login sets.
  apiKey:
    type: http
    scheme: bearer
    description: An API key of a subsidiary (zx_...).
`
