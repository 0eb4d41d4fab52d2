package feed

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// Order is an order as its source has it. What is open of it counts as ordered, unless
// it was reserved here under the same number, or its tickets count instead.
type Order struct {
	OrderNo string `json:"order_no"`
	Buyer
	ContractNo string         `json:"contract_no,omitempty"`
	OrderedOn  calendar.Date  `json:"ordered_on"`
	Volume     volume.M3      `json:"volume,omitempty"`
	Amount     money.Amount   `json:"amount"`
	Open       money.Amount   `json:"open_amount"` // not delivered yet; 0 when closed
	Currency   money.Currency `json:"currency,omitempty"`
	Void       bool           `json:"void,omitempty"`
}

// Kind implements Record.
func (Order) Kind() Kind { return Orders }

// RecordID implements Record.
func (r Order) RecordID() string { return r.OrderNo }

// Sums implements Record: what is open.
func (r Order) Sums() (money.Currency, money.Amount, volume.M3) {
	if r.Void {
		return r.Currency, 0, 0
	}
	return r.Currency, r.Open, r.Volume
}

func (r Order) check(c *fault.Checks) {
	text(c, "order_no", r.OrderNo, true, maxDocument)
	r.Buyer.check(c)
	text(c, "contract_no", r.ContractNo, false, maxNumber)
	date(c, "ordered_on", r.OrderedOn)
	c.Require(r.Amount >= 0 && r.Amount <= maxAmount, "amount", "OUT_OF_RANGE", "not below zero, in fen")
	c.Require(r.Open >= 0 && r.Open <= r.Amount, "open_amount", "OUT_OF_RANGE", "what is not delivered yet: between 0 and the order's amount")
	c.Require(r.Volume >= 0 && r.Volume <= maxVolume, "volume", "OUT_OF_RANGE", "not below zero, in thousandths of m³")
	currency(c, r.Currency)
}

// OrderRow is an order of a source, as stored or to write.
type OrderRow struct {
	ID         uuid.UUID     `json:"id"`
	OrderNo    string        `json:"order_no"`
	CustomerID uuid.UUID     `json:"customer_id"`
	ContractNo string        `json:"contract_no"`
	OrderedOn  calendar.Date `json:"ordered_on"`
	Volume     volume.M3     `json:"volume"`
	Amount     money.Amount  `json:"amount"`
	Open       money.Amount  `json:"open_amount"`
}

// KnownOrder is a stored order with its customer's number.
type KnownOrder struct {
	OrderRow
	CustomerNumber string
}

// orders keeps what the source says of its orders.
func (b *batch) orders(ctx context.Context) error {
	f, err := b.buyersOf(ctx, func(r Record) Buyer { return r.(Order).Buyer })
	if err != nil {
		return err
	}
	stored, err := b.Repo.Orders(ctx, b.source, b.ids())
	if err != nil {
		return err
	}
	known := map[string]OrderRow{}
	for _, k := range stored {
		known[k.OrderNo] = k.OrderRow
	}
	var rows []OrderRow
	var sent Totals
	var accepted []string
	each(b, func(r Order, o *Outcome) {
		customer, ok := f.of(r.Buyer, o)
		if !ok || b.foreign(r.Currency, o) {
			return
		}
		k, there := known[r.OrderNo]
		row := OrderRow{ID: k.ID, OrderNo: r.OrderNo, CustomerID: customer, ContractNo: r.ContractNo, OrderedOn: r.OrderedOn, Volume: r.Volume, Amount: r.Amount, Open: r.Open}
		if r.Void {
			row.Open = 0
		}
		switch {
		case r.Void && !there, there && row == k:
			o.Status = Unchanged
		case there:
			o.Status = Updated
			b.touched[k.CustomerID] = true
		default:
			o.Status, row.ID = Inserted, uuid.Must(uuid.NewV7())
		}
		if there || o.Status == Inserted {
			accepted, sent = append(accepted, r.OrderNo), Totals{sent.Rows + 1, sent.Amount + row.Open, sent.Volume + row.Volume}
		}
		if o.Status != Unchanged {
			rows = append(rows, row)
			b.touched[customer] = true
		}
	})
	if len(rows) > 0 {
		if err := b.Repo.PutOrders(ctx, b.source, b.currency, rows, b.now); err != nil {
			return err
		}
	}
	total, err := b.Repo.OrderTotals(ctx, b.source, accepted)
	if err != nil {
		return err
	}
	return b.tie(total, sent)
}

// Missing takes out the tickets or the orders from a day on that the source does not
// name any more: deletions do not announce themselves. seen are all that it named;
// plausible may refuse that so many of those that stand are gone. It says how many
// there were; signed tickets stay. Other kinds have none.
func (s *Service) Missing(ctx context.Context, source string, k Kind, from calendar.Date, seen map[string]bool, plausible func(gone, standing int) error) (int64, error) {
	var standing []Record
	err := s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		standing, err = s.standing(ctx, source, k, from)
		return err
	})
	if err != nil {
		return 0, err
	}
	var gone []Record
	for _, r := range standing {
		if !seen[r.RecordID()] {
			gone = append(gone, r)
		}
	}
	if err := plausible(len(gone), len(standing)); err != nil {
		return 0, err
	}
	var n int64
	for len(gone) > 0 {
		some := gone[:min(len(gone), MaxBatch)]
		r, err := s.Put(ctx, source, some)
		if n += r.Updated; err != nil {
			return n, err
		}
		gone = gone[len(some):]
	}
	return n, nil
}

// standing are the records that still say something, as void ones.
func (s *Service) standing(ctx context.Context, source string, k Kind, from calendar.Date) (out []Record, err error) {
	switch k {
	case Orders:
		list, err := s.Repo.StandingOrders(ctx, source, from)
		for _, o := range list {
			out = append(out, Order{OrderNo: o.OrderNo, Buyer: Buyer{CustomerNumber: o.CustomerNumber}, ContractNo: o.ContractNo, OrderedOn: o.OrderedOn,
				Volume: o.Volume, Amount: o.Amount, Void: true})
		}
		return out, err
	case Deliveries:
		list, err := s.Repo.StandingTickets(ctx, source, from)
		for _, d := range list {
			out = append(out, Delivery{TicketNo: d.TicketNo, Buyer: Buyer{CustomerNumber: d.CustomerNumber}, ContractNo: d.ContractNo, OrderNo: d.OrderNo,
				InvoiceNo: d.InvoiceNo, DeliveredOn: d.DeliveredOn, Void: true, Dispatch: d.Dispatch})
		}
		return out, err
	}
	return nil, nil
}
