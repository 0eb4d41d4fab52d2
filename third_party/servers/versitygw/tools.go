//go:build tools

// Package versitygw pins the versitygw S3 server. It holds no code of ours: the
// import below keeps the server in go.mod, so that `go build -mod=readonly`
// builds exactly the version that go.sum names.
package versitygw

import _ "github.com/versity/versitygw/cmd/versitygw"
