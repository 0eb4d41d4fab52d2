package u8

import (
	"context"
	"net/url"
	"strings"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
)

// Standing implements erp.Adapter. What is older than the documents that are read was
// not looked for, and what our own reading made up (OPENING) was never a document there:
// both count as paid.
func (a Adapter) Standing(ctx context.Context, e erp.Endpoint, w erp.Window, items []feed.Receivable) (map[string]bool, error) {
	s, err := login(ctx, a.wire, e)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, i := range items {
		out[i.DocumentNo] = i.InvoiceDate < documentsFrom(w) || strings.HasPrefix(i.DocumentNo, opening)
	}
	err = each(ctx, s, "oughtreceivelist", url.Values{"date_begin": {documentsFrom(w).String()}}, func(b bill) error {
		if b.State == "approved" {
			out[b.Code] = true
		}
		return nil
	})
	return out, err
}
