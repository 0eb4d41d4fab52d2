package kingdee

import (
	"context"
	"net/http"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
)

// Adapter implements erp.Adapter.
type Adapter struct{ http *http.Client }

var _ erp.Adapter = Adapter{}

// New makes it; the client is outbound's.
func New(c *http.Client) Adapter { return Adapter{c} }

const page = 2000 // Kingdee gives no more at once

// Kinds implements erp.Adapter. What we call a contract is an order (销售订单) there: a
// framework contract is entered as one, and tickets name it.
func (Adapter) Kinds() []feed.Kind {
	return []feed.Kind{feed.Customers, feed.Contracts, feed.Deliveries, feed.Receivables, feed.Receipts}
}

// Check implements erp.Adapter.
func (a Adapter) Check(ctx context.Context, e erp.Endpoint) (erp.Info, error) {
	s, err := login(ctx, a.http, e)
	if err != nil {
		return erp.Info{}, err
	}
	defer s.close(ctx)
	f := forms[feed.Receivables]
	_, err = s.query(ctx, f, f.filter(e, erp.Window{}), 0, 1)
	return erp.Info{Version: "K3Cloud", Company: s.org}, err
}

// Read implements erp.Adapter.
func (a Adapter) Read(ctx context.Context, e erp.Endpoint, k feed.Kind, w erp.Window, yield func(feed.Record) error) error {
	f, ok := forms[k]
	if !ok {
		return erp.ErrFeed
	}
	s, err := login(ctx, a.http, e)
	if err != nil {
		return err
	}
	defer s.close(ctx)
	filter := f.filter(e, w)
	var invoices map[string]string
	if k == feed.Deliveries {
		if invoices, err = s.invoices(ctx, e, w); err != nil {
			return err
		}
		filter = f.also(filter, invoices, w)
	}
	return s.bills(ctx, f, filter, func(rows []row) error {
		r, err := f.read(rows)
		if err != nil {
			return err
		}
		if d, ok := r.(feed.Delivery); ok {
			d.InvoiceNo = invoices[d.TicketNo]
			r = d
		}
		return yield(r)
	})
}

// bills gives the rows of each bill; they come one after the other, and may go on
// over the end of a page.
func (s *session) bills(ctx context.Context, f form, filter string, yield func([]row) error) error {
	var open []row
	give := func() error {
		if len(open) == 0 {
			return nil
		}
		return yield(open)
	}
	for start := 0; ; start += page {
		cells, err := s.query(ctx, f, filter, start, page)
		if err != nil {
			return err
		}
		for _, c := range cells {
			r := row{fields: f.fields, cells: c}
			if len(open) > 0 && open[0].text(f.fields[0]) != r.text(f.fields[0]) {
				if err := give(); err != nil {
					return err
				}
				open = nil
			}
			open = append(open, r)
		}
		if len(cells) < page {
			return give()
		}
	}
}

// invoices says which receivable bills which ticket, of what changed. A deployment
// whose receivables do not name their source bill has none.
func (s *session) invoices(ctx context.Context, e erp.Endpoint, w erp.Window) (map[string]string, error) {
	out := map[string]string{}
	err := s.bills(ctx, links, links.filter(e, w), func(rows []row) error {
		for _, r := range rows {
			if ticket := r.text("FSOURCEBILLNO"); ticket != "" {
				out[ticket] = r.text("FBillNo")
			}
		}
		return nil
	})
	if fieldMissing(err) {
		return nil, nil
	}
	return out, err
}
