package kingdee

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
	"zhuxin/data/erp/wire"
)

// Adapter implements erp.Adapter.
type Adapter struct{ wire *wire.Client }

var _ erp.Adapter = Adapter{}

// New makes it.
func New(c *wire.Client) Adapter { return Adapter{c} }

const page = 2000 // Kingdee gives no more at once

// Kinds implements erp.Adapter. Orders are SAL_SaleOrder, with what is not out of stock
// yet. Drafts are not read: the fields of its bills differ per deployment and none could
// be verified; they are pushed. What we call a contract is an order (销售订单) there: a
// framework contract is entered as one, and tickets name it.
func (Adapter) Kinds() []feed.Kind {
	return []feed.Kind{feed.Customers, feed.Contracts, feed.Orders, feed.Deliveries, feed.Receivables, feed.Receipts}
}

// Check implements erp.Adapter.
func (a Adapter) Check(ctx context.Context, e erp.Endpoint) (erp.Info, error) {
	s, err := login(ctx, a.wire, e)
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
	s, err := login(ctx, a.wire, e)
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
	full := f
	full.fields = slices.Concat(f.fields, f.further)
	read := func(rows []row) error {
		r, err := f.read(rows)
		if err != nil {
			return err
		}
		if d, ok := r.(feed.Delivery); ok {
			d.InvoiceNo = invoices[d.TicketNo]
			r = d
		}
		return yield(r)
	}
	err = s.bills(ctx, full, filter, read)
	if len(f.further) > 0 && fieldMissing(err) {
		err = s.bills(ctx, f, filter, read) // the first question failed, so nothing was given yet
	}
	return err
}

// lap is how many rows a page begins before the end of the last one: where they are not
// the same, the list moved while it was read, or its pages repeat.
const lap = 20

var moved = erp.ErrAnswer.With("page", "the list changed while it was read, or its pages repeat; the next run reads it again")

// bills gives the rows of each bill; they come one after the other, and may go on
// over the end of a page.
func (s *session) bills(ctx context.Context, f form, filter string, yield func([]row) error) error {
	var open []row
	var last [][]json.RawMessage
	given := map[string]bool{}
	give := func() error {
		if len(open) == 0 {
			return nil
		}
		no := open[0].text(f.fields[0])
		if given[no] {
			return moved
		}
		given[no] = true
		return yield(open)
	}
	for start := 0; ; start += page - lap {
		cells, err := s.query(ctx, f, filter, start, page)
		if err != nil {
			return err
		}
		fresh := cells
		if start > 0 {
			if len(cells) < lap || !reflect.DeepEqual(cells[:lap], last) {
				return moved
			}
			fresh = cells[lap:]
		}
		for _, c := range fresh {
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
		last = cells[page-lap:]
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
