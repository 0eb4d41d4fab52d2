package tryton

import (
	"context"
	"slices"
	"strings"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
)

// Standing implements erp.Adapter: a posted or paid invoice stands.
func (a Adapter) Standing(ctx context.Context, e erp.Endpoint, _ erp.Window, items []feed.Receivable) (map[string]bool, error) {
	s, err := login(ctx, a.wire, e)
	if err != nil {
		return nil, err
	}
	defer s.close(ctx)
	out := map[string]bool{}
	for some := range slices.Chunk(items, page) {
		var numbers []string
		for _, i := range some {
			numbers = append(numbers, i.DocumentNo, whole(i.DocumentNo))
		}
		domain := []any{[]any{"type", "=", "out"}, []any{"number", "in", numbers}, []any{"state", "in", []string{"posted", "paid"}}}
		stand := map[string]bool{}
		err := pages(ctx, s, "account.invoice", domain, []string{"number"}, func(i invoice) int64 { return i.ID }, func(found []invoice) error {
			for _, i := range found {
				stand[i.Number] = true
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, i := range some {
			out[i.DocumentNo] = stand[i.DocumentNo] || stand[whole(i.DocumentNo)]
		}
	}
	return out, nil
}

// whole is the number of the invoice of which one part is called number/2.
func whole(documentNo string) string {
	if at := strings.LastIndexByte(documentNo, '/'); at > 0 {
		return documentNo[:at]
	}
	return documentNo
}
