// Package asked answers in the language that a request asks for: reasons that the
// system gave and keeps as codes (shared/coded) go out as a text beside their code. It
// owns the choice of the language, and no words.
package asked

import (
	"context"
	"strconv"
	"strings"

	"github.com/go-kratos/kratos/v2/transport"

	commonv1 "zhuxin/app/api/common/v1"
	"zhuxin/shared/coded"
)

// English says whether the request asks for English rather than for Chinese, which is
// what it gets without a word (RFC 9110, 12.5.4).
func English(ctx context.Context) bool {
	tr, ok := transport.FromServerContext(ctx)
	return ok && english(tr.RequestHeader().Get("Accept-Language"))
}

func english(header string) bool {
	var zh, en float64
	for part := range strings.SplitSeq(header, ",") {
		tag, quality := strings.TrimSpace(part), 1.0
		if name, q, weighed := strings.Cut(tag, ";"); weighed {
			n, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(q), "q="), 64)
			if err != nil {
				continue
			}
			tag, quality = strings.TrimSpace(name), n
		}
		switch main, _, _ := strings.Cut(strings.ToLower(tag), "-"); main {
		case "zh":
			zh = max(zh, quality)
		case "en":
			en = max(en, quality)
		}
	}
	return en > zh
}

// Reason gives a stored reason as text, and its code where the system gave it.
func Reason(ctx context.Context, stored string) (string, *commonv1.CodedReason) {
	code, params, ok := coded.Parse(stored)
	if !ok {
		return stored, nil
	}
	zh, en := coded.Show(stored)
	if English(ctx) {
		zh = en
	}
	return zh, &commonv1.CodedReason{Code: string(code), Params: params}
}

// Parts gives parts of a message with the reasons among them as texts, and the codes of
// those by the names of the parts.
func Parts(ctx context.Context, parts map[string]string) (map[string]string, map[string]*commonv1.CodedReason) {
	out, codes := make(map[string]string, len(parts)), map[string]*commonv1.CodedReason{}
	for name, stored := range parts {
		text, code := Reason(ctx, stored)
		if out[name] = text; code != nil {
			codes[name] = code
		}
	}
	return out, codes
}
