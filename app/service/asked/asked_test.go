package asked

import (
	"context"
	"net/http"
	"testing"

	"github.com/go-kratos/kratos/v2/transport"

	"zhuxin/shared/coded"
)

// request is a transport that carries one header.
type request struct {
	transport.Transporter
	header
}

type header struct{ http.Header }

func (r request) RequestHeader() transport.Header { return r.header }
func (h header) Keys() []string                   { return nil }
func (h header) Get(k string) string              { return h.Header.Get(k) }

func in(t *testing.T, languages string) context.Context {
	return transport.NewServerContext(t.Context(), request{header: header{http.Header{"Accept-Language": {languages}}}})
}

func TestReasonsAreAnsweredInTheLanguageAskedFor(t *testing.T) {
	t.Parallel()
	stored := coded.Reason(coded.Overdue, "days", "15")
	for languages, want := range map[string]string{
		"": "逾期 15 天", "zh-CN": "逾期 15 天", "en": "15 days overdue", "en-US,en;q=0.9,zh;q=0.8": "15 days overdue", "fr, zh;q=0.5, en;q=0.4": "逾期 15 天",
		"zh;q=0.3,EN-gb": "15 days overdue", "en;q=none": "逾期 15 天", "fr": "逾期 15 天", "en, zh": "逾期 15 天",
	} {
		if text, code := Reason(in(t, languages), stored); text != want || code.GetCode() != "overdue" || code.GetParams()["days"] != "15" || len(code.GetParams()) != 1 {
			t.Errorf("%q: %q, %v", languages, text, code)
		}
	}
	if text, code := Reason(t.Context(), "涉诉"); text != "涉诉" || code != nil {
		t.Errorf("what a person wrote: %q, %v", text, code)
	}
	parts, codes := Parts(in(t, "en"), map[string]string{"customer": "甲", "reason": stored})
	if parts["reason"] != "15 days overdue" || parts["customer"] != "甲" || codes["reason"].GetCode() != "overdue" || len(codes) != 1 {
		t.Errorf("parts %v, %v", parts, codes)
	}
}
