package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"zhuxin/shared/fault"
)

const maxLoginBody = 64 << 10

var (
	errLoginBody = fault.New(fault.KindInvalid, "BODY_INVALID", "this form cannot be read; reload the page and send it again")
	errLoginName = fault.New(fault.KindInvalid, "IDENTIFIER_INVALID", "the address holds characters that cannot be seen; type it anew")
	errLoginSize = fault.New(fault.KindTooLarge, "BODY_TOO_LARGE", "this form is larger than any of ours")
)

// identifierFields are the names under which a flow carries an account, in JSON
// and in forms; traits.* are those of a registration.
var identifierFields = []string{"identifier", "password_identifier", "email", "phone", "address", "recovery_address",
	"traits.email", "traits.phone", "traits.username"}

// attempt is what a self-service POST says about whom it is for.
type attempt struct {
	flow     string
	accounts []string // normalised
}

type attemptKey struct{}

func withAttempt(ctx context.Context, a attempt) context.Context {
	return context.WithValue(ctx, attemptKey{}, a)
}

// readAttempt reads the body and writes it anew: what is counted is then exactly
// what Kratos reads. A field given twice, or in two spellings, could be read as
// one account here and as another there, and is refused. Identifiers go on in
// NFKC, so that look-alikes are one account (reliability 47).
func (g *Gateway) readAttempt(w http.ResponseWriter, r *http.Request) (attempt, error) {
	a := attempt{flow: r.URL.Query().Get("flow")}
	for name := range r.URL.Query() {
		if slices.Contains(identifierFields, strings.ToLower(name)) {
			return a, errLoginBody
		}
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxLoginBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return a, errLoginSize
		}
		return a, errLoginBody.Wrap(err)
	}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var out []byte
	switch media {
	case "application/json":
		out, err = a.fromJSON(raw)
	case "application/x-www-form-urlencoded":
		out, err = a.fromForm(raw)
	default:
		err = errLoginBody
	}
	if err != nil {
		return a, err
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(out)), int64(len(out))
	r.Header.Set("Content-Length", strconv.Itoa(len(out)))
	r.Header.Set("Content-Type", media)
	r.Header.Del("Content-Encoding")
	r.TransferEncoding = nil
	return a, nil
}

func (a *attempt) fromJSON(raw []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var body map[string]any
	if err := d.Decode(&body); err != nil || body == nil {
		return nil, errLoginBody
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errLoginBody
	}
	if err := a.object("", body); err != nil {
		return nil, err
	}
	return json.Marshal(body)
}

func (a *attempt) object(prefix string, m map[string]any) error {
	seen := map[string]bool{}
	for name, value := range m {
		folded := strings.ToLower(name)
		if seen[folded] {
			return errLoginBody
		}
		seen[folded] = true
		switch v := value.(type) {
		case map[string]any:
			if err := a.object(prefix+folded+".", v); err != nil {
				return err
			}
		case string:
			clean, err := a.field(prefix+folded, v)
			if err != nil {
				return err
			}
			m[name] = clean
		}
	}
	return nil
}

func (a *attempt) fromForm(raw []byte) ([]byte, error) {
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, errLoginBody
	}
	seen := map[string]bool{}
	for name, values := range form {
		folded := strings.ToLower(name)
		if seen[folded] || len(values) > 1 && slices.Contains(identifierFields, folded) {
			return nil, errLoginBody
		}
		seen[folded] = true
		for i, v := range values {
			clean, err := a.field(folded, v)
			if err != nil {
				return nil, err
			}
			values[i] = clean
		}
	}
	return []byte(form.Encode()), nil
}

// field notes an identifier and gives it as Kratos shall see it; every other
// value stays as it is, a password above all.
func (a *attempt) field(name, value string) (string, error) {
	if !slices.Contains(identifierFields, name) {
		return value, nil
	}
	clean, err := normalise(value)
	if err != nil {
		return "", err
	}
	if clean != "" && !slices.Contains(a.accounts, clean) {
		a.accounts = append(a.accounts, clean)
	}
	return clean, nil
}

func normalise(s string) (string, error) {
	s = strings.ToLower(norm.NFKC.String(strings.TrimSpace(s)))
	for _, r := range s {
		if unicode.In(r, unicode.Cf, unicode.Zs, unicode.Cc, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar {
			return "", errLoginName
		}
	}
	return s, nil
}
