//go:build tools

// Package kratos pins the Ory Kratos server. It holds no code of ours: the
// import below keeps the server in go.mod, so that `go build -mod=readonly`
// builds exactly the version that go.sum names.
package kratos

import _ "github.com/ory/kratos"
