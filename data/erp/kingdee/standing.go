package kingdee

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
)

// Standing implements erp.Adapter: an approved bill that was not cancelled stands.
func (a Adapter) Standing(ctx context.Context, e erp.Endpoint, _ erp.Window, items []feed.Receivable) (map[string]bool, error) {
	s, err := login(ctx, a.wire, e)
	if err != nil {
		return nil, err
	}
	defer s.close(ctx)
	out := map[string]bool{}
	bill := form{id: forms[feed.Receivables].id, fields: []string{"FID", "FBillNo"}}
	for some := range slices.Chunk(items, mostNamed) {
		var names []string
		for _, i := range some {
			names = append(names, quote(i.DocumentNo))
		}
		err := s.bills(ctx, bill, fmt.Sprintf("%s and FBillNo in (%s)", approved, strings.Join(names, ",")), func(rows []row) error {
			out[rows[0].text("FBillNo")] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
