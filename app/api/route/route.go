// Package route describes the HTTP routes that the protos declare: one Info per
// route, generated beside the handlers. The server authorizes by it, and tests
// walk it, so that no route exists that is not looked at.
//
// It owns no routing and no decisions; protoc-gen-zhuxin-http writes the values.
package route

import (
	"net/http"
	"strings"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

// Side is where a route works (zhuxin.access.v1.Side).
type Side string

// The sides. A route that names none does not pass the generator.
const (
	SideTenant  Side = "tenant"  // inside the subsidiary that the caller has chosen
	SideHQ      Side = "hq"      // in the shared HQ schema, for members of HQ
	SideAccount Side = "account" // without a tenant: one's own account, or before a login
)

// Info is one route of the contract.
type Info struct {
	Operation       string // full name of the method: /zhuxin.customer.v1.CustomerService/Create
	Method          string // HTTP method
	Path            string // template: /v1/customers/{id}
	Side            Side
	Permission      access.Permission
	IdempotentByKey bool     // takes an Idempotency-Key and refuses to run without
	Params          []string // names of the path variables, in order
	Body            bool     // reads a JSON body; its query must be empty
	RawRequest      bool     // its body is a file (UploadFrom); other input comes by path and query
	RawReply        bool     // answers a File
	StepUp          string   // act of shared/stepup that can ask for a second verification; "" for most
	MaxBodyBytes    int64    // largest body taken; 0 is the server's preset
	Request         string   // full proto name of the request message
	Reply           string   // full proto name of the reply message
}

// ReadOnly says whether the route changes nothing by its HTTP method.
func (i Info) ReadOnly() bool { return i.Method == http.MethodGet || i.Method == http.MethodHead }

// Fill gives the path with its variables replaced by values, in order of Params.
// Missing values leave their variable in place.
func (i Info) Fill(values ...string) string {
	p := i.Path
	for n, name := range i.Params {
		if n < len(values) {
			p = strings.Replace(p, "{"+name+"}", values[n], 1)
		}
	}
	return p
}

// ErrQueryOnBody refuses a query on a route with a body: kratos would let a
// query parameter override a field of the body (reliability 33).
var ErrQueryOnBody = fault.New(fault.KindInvalid, "QUERY_NOT_ALLOWED",
	"this route takes its input from the JSON body; send no query parameters")

// RejectQuery is called by generated handlers of routes with a body.
func RejectQuery(r *http.Request) error {
	if r.URL.RawQuery != "" || r.URL.ForceQuery {
		return ErrQueryOnBody
	}
	return nil
}
