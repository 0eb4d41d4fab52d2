package apitest_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/app/api"
	"zhuxin/app/api/route"
	"zhuxin/cmd/zhuxin/internal/apitest"
	"zhuxin/shared/calendar"
)

// matrix sends requests and notes what they give away.
type matrix struct {
	t              *testing.T
	infos          map[string]route.Info
	a, b, hq       *house
	cases, foreign atomic.Int64 // all, and those that name something of B

	// brief leaves out the rest of a route's cases once it has given something away: it
	// is for who asks only whether a missing control is found.
	brief bool

	mu       sync.Mutex
	findings []string        // what B lost; empty is right
	found    map[string]bool // the routes that gave something away
}

func newMatrix(t *testing.T, a, b, hq *house) *matrix {
	x := &matrix{t: t, infos: map[string]route.Info{}, a: a, b: b, hq: hq, found: map[string]bool{}}
	for _, r := range api.Routes() {
		x.infos[strings.TrimPrefix(r.Operation, "/zhuxin.")] = r
	}
	return x
}

// each runs the operations side by side: most of a request is waiting.
func (x *matrix) each(operations []string, run func(operation string)) {
	turns := make(chan string)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for operation := range turns {
				run(operation)
			}
		})
	}
	for _, operation := range operations {
		turns <- operation
	}
	close(turns)
	wg.Wait()
}

func (x *matrix) enough(operation string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.brief && (x.found[operation] || inTenant[operation].who == "")
}

// find notes a breach of isolation.
func (x *matrix) find(operation, format string, args ...any) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.found[operation] = true
	x.findings = append(x.findings, operation+": "+fmt.Sprintf(format, args...))
}

// resolve fills a value in: from the house, or with something new.
func (h *house) resolve(v any) any {
	switch v := v.(type) {
	case m:
		out := m{}
		for k, x := range v {
			out[k] = h.resolve(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = h.resolve(x)
		}
		return out
	case string:
		name, taken := strings.CutPrefix(v, "$")
		switch {
		case !taken:
			return v
		case name == "new_code":
			return string(apitest.USCC())
		case name == "new_number":
			return rand.Text()
		case name == "new_mail":
			return strings.ToLower(rand.Text()) + "@test.example"
		case name == "day":
			return calendar.Of(time.Now(), calendar.Shanghai).String()
		}
		if h.values[name] == nil {
			h.t.Fatalf("%s has no %s", h.public, name)
		}
		return h.values[name]
	}
	return v
}

// objects lists the fields that name an object, with what they name.
func objects(in m, prefix string) map[string]string {
	out := map[string]string{}
	for k, v := range in {
		switch v := v.(type) {
		case m:
			for path, name := range objects(v, prefix+k+".") {
				out[path] = name
			}
		case []any:
			for i, x := range v {
				if inner, ok := x.(m); ok {
					maps.Copy(out, objects(inner, prefix+k+"."))
				} else if i == 0 { // the first element stands for the list
					maps.Copy(out, objects(m{k: x}, prefix))
				}
			}
		case string:
			if strings.HasPrefix(v, "$") && !own[v] && !strings.HasSuffix(v, ".version") {
				out[prefix+k] = v[1:]
			}
		}
	}
	return out
}

// with gives a copy in which the fields have these values.
func with(in m, values map[string]any) m {
	out := m{}
	for k, v := range in {
		out[k] = v
		below := map[string]any{}
		for path, x := range values {
			if rest, ok := strings.CutPrefix(path, k+"."); ok {
				below[rest] = x
			}
		}
		switch v := v.(type) {
		case m:
			out[k] = with(v, below)
		case []any:
			list := make([]any, len(v))
			for i, x := range v {
				if list[i] = x; len(below) > 0 {
					if inner, ok := x.(m); ok {
						list[i] = with(inner, existing(inner, below))
					}
				}
			}
			out[k] = list
		}
		if x, ok := values[k]; ok {
			out[k] = x
			if list, several := v.([]any); several {
				out[k] = append([]any{x}, list[min(1, len(list)):]...)
			}
		}
	}
	return out
}

// existing keeps of the values those whose field is there: the rows of a list may
// have different ones.
func existing(in m, values map[string]any) map[string]any {
	out := map[string]any{}
	for path, v := range values {
		first, _, _ := strings.Cut(path, ".")
		if _, ok := in[first]; ok {
			out[path] = v
		}
	}
	return out
}

// send makes the request that the route's description asks for.
func (x *matrix) send(c *apitest.Client, operation string, in m, headers ...string) apitest.Answer {
	x.t.Helper()
	x.cases.Add(1)
	info := x.infos[operation]
	rest := m{}
	for k, v := range in {
		rest[k] = v
	}
	path := info.Path
	for _, p := range info.Params {
		value, ok := rest[p]
		if !ok {
			value = uuid.NewString()
		}
		path = strings.Replace(path, "{"+p+"}", url.PathEscape(fmt.Sprint(value)), 1)
		delete(rest, p)
	}
	var body any
	if info.Body {
		body = rest
	} else if query := (url.Values{}); len(rest) > 0 {
		for k, v := range rest {
			query.Set(k, fmt.Sprint(v))
		}
		path += "?" + query.Encode()
	}
	if info.RawRequest {
		body = x.a.pdf()
		if strings.HasSuffix(operation, "UploadFile") {
			body = []byte("document_no,amount\n1,1.00\n")
		} else if strings.HasSuffix(operation, "UploadERPFile") {
			body = []byte("客户编号,客户名称\nU-1,上传客户\n")
		} else if strings.HasSuffix(operation, "UploadHistoryFile") {
			body = []byte("合同编号,客户编号\n1,1\n")
		} else {
			headers = append([]string{"Content-Type", "application/pdf"}, headers...)
		}
	}
	if info.IdempotentByKey {
		headers = append([]string{"Idempotency-Key", rand.Text()}, headers...)
	}
	a, err := c.Do(x.t.Context(), info.Method, path, body, headers...)
	if err != nil {
		x.t.Errorf("%s: %v", operation, err)
	}
	if a.Status >= http.StatusInternalServerError {
		x.t.Errorf("%s %v: %d %s", operation, in, a.Status, a.Body)
	}
	return a
}

// plain is an answer without what every answer has of its own, and without the
// values that the request itself named.
func plain(a apitest.Answer, named ...any) string {
	text := string(a.Body)
	var o m
	if json.Unmarshal(a.Body, &o) == nil {
		delete(o, "request_id")
		// Whether others know a company is shared by design (000-90): a number, nothing else.
		delete(o, "knownElsewhere")
		b, _ := json.Marshal(o)
		text = string(b)
	}
	for _, v := range named {
		if s := fmt.Sprint(v); s != "" {
			text = strings.ReplaceAll(text, s, "…")
		}
	}
	return fmt.Sprint(a.Status, " ", text)
}

// canary says which text of B is in an answer to A.
func (x *matrix) canary(a apitest.Answer, named ...any) string {
	text := plain(a, named...)
	for _, c := range []string{x.b.mark, x.b.public, x.b.tenant.ID.String()} {
		if bytes.Contains(a.Body, []byte(c)) && strings.Contains(text, c) {
			return c
		}
	}
	return ""
}

// stranger is a value like the one given that nobody has.
func stranger(like any) any {
	s := fmt.Sprint(like)
	switch {
	case len(s) == 36 && uuid.Validate(s) == nil:
		return uuid.NewString()
	case len(s) == 18 && strings.HasPrefix(s, "91330100"):
		return string(apitest.USCC())
	}
	return rand.Text()
}

// sortedSpecs gives the operations in a steady order, those that ruin something last.
func sortedSpecs(specs map[string]spec) []string {
	rank := func(o string) string {
		if slices.Contains(lastTurns, o) {
			return "1" + o
		}
		return "0" + o
	}
	var out []string
	for o := range specs {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(rank(a), rank(b)) })
	return out
}
