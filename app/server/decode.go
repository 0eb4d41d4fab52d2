package server

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/go-kratos/kratos/v2/encoding/form"
	"github.com/gorilla/mux"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"zhuxin/shared/fault"
)

var errContentType = fault.New(fault.KindInvalid, "CONTENT_TYPE_NOT_JSON",
	"send the body as application/json; forms and XML are not taken")

// decodeBody takes JSON only and no unknown field: kratos' own decoder takes
// forms of other sites and drops what it does not know (F5). The authorization
// middleware has put the size limit on the body.
func decodeBody(r *http.Request, target any) error {
	m, ok := target.(proto.Message)
	if !ok {
		return errors.New("server: the request is no proto message")
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return bodyError(err)
	}
	if len(data) == 0 {
		return nil
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return errContentType
	}
	if err := (protojson.UnmarshalOptions{}).Unmarshal(data, m); err != nil {
		return jsonFault(err)
	}
	return nil
}

// bodyError keeps what a broken connection says away from the client.
func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return fault.New(fault.KindInvalid, "BODY_INCOMPLETE", "the body ended before it was complete; send it again").Wrap(err)
}

var (
	unknownField = regexp.MustCompile(`unknown field "([^"]{1,100})"`)
	badField     = regexp.MustCompile(`field ([A-Za-z0-9_.\[\]]{1,100}): `)
	twice        = regexp.MustCompile(`duplicate field "([^"]{1,100})"`)
	position     = regexp.MustCompile(`\(line (\d+:\d+)\)`)
)

// jsonFault names the field where protojson's error names it, in our words: its
// own are deliberately unstable.
func jsonFault(err error) error {
	text := err.Error()
	field := func(name, reason, message string) error {
		return &fault.Error{Kind: fault.KindInvalid, Reason: "INVALID_INPUT", Message: "some fields are not acceptable",
			Fields: []fault.Field{{Name: name, Reason: reason, Message: message}}}
	}
	if m := unknownField.FindStringSubmatch(text); m != nil {
		return field(m[1], "UNKNOWN_FIELD", "this route knows no such field; check the spelling against /openapi.yaml")
	}
	if m := twice.FindStringSubmatch(text); m != nil {
		return field(m[1], "DUPLICATE_FIELD", "the field is given twice; give it once")
	}
	if m := badField.FindStringSubmatch(text); m != nil {
		return field(m[1], "INVALID_VALUE", "the value does not fit the field's type; see /openapi.yaml")
	}
	f := fault.New(fault.KindInvalid, "BODY_NOT_JSON", "the body is not valid JSON for this route")
	if m := position.FindStringSubmatch(text); m != nil {
		f = f.With("line_and_column", m[1])
	}
	return f
}

// decodeQuery takes the parameters of a route without a body. A path variable
// cannot be given again, and an unknown parameter is an error, not silence.
func decodeQuery(r *http.Request, target any) error {
	m, ok := target.(proto.Message)
	if !ok {
		return errors.New("server: the request is no proto message")
	}
	if r.URL.RawQuery == "" {
		return nil
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fault.New(fault.KindInvalid, "QUERY_INVALID", "the query cannot be read; percent-encode its values")
	}
	var checks fault.Checks
	vars := mux.Vars(r)
	for name, values := range query {
		f := fieldNamed(m.ProtoReflect().Descriptor(), name)
		switch {
		case f == nil:
			checks.Add(name, "UNKNOWN_FIELD", "this route knows no such parameter; see /openapi.yaml")
		case vars[string(f.Name())] != "":
			checks.Add(name, "IN_PATH", "this value comes from the path; leave it out of the query")
		case len(values) > 1 && !f.IsList():
			checks.Add(name, "DUPLICATE_FIELD", "the parameter is given twice; give it once")
		default:
			if err := form.DecodeValues(m, url.Values{string(f.Name()): values}); err != nil {
				checks.Add(name, "INVALID_VALUE", "the value does not fit the parameter's type; see /openapi.yaml")
			}
		}
	}
	return checks.Err()
}

// decodeVars binds the path; it runs last and wins over the body.
func decodeVars(r *http.Request, target any) error {
	m, ok := target.(proto.Message)
	if !ok {
		return errors.New("server: the request is no proto message")
	}
	for name, value := range mux.Vars(r) {
		if err := form.DecodeValues(m, url.Values{name: {value}}); err != nil {
			return fault.NotFound("NOT_FOUND", "there is nothing under this address").Wrap(err)
		}
	}
	return nil
}

// fieldNamed finds a top-level field by its proto or JSON name; messages other
// than the well-known ones have no place in a query.
func fieldNamed(d protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	f := d.Fields().ByJSONName(name)
	if f == nil {
		f = d.Fields().ByName(protoreflect.Name(name))
	}
	if f == nil || f.IsMap() {
		return nil
	}
	if f.Message() != nil && !strings.HasPrefix(string(f.Message().FullName()), "google.protobuf.") {
		return nil
	}
	return f
}
