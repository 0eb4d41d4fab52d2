// Package api is the contract with the outside: protos by domain (<domain>/v1),
// the code made from them, and the OpenAPI document. generate.sh makes all of it;
// nothing here decides anything.
package api

import _ "embed"

// OpenAPI is the document of the whole HTTP interface.
//
//go:embed openapi.yaml
var OpenAPI []byte
