package tryton

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// Kinds implements erp.Adapter.
func (Adapter) Kinds() []feed.Kind {
	return []feed.Kind{feed.Customers, feed.Orders, feed.Deliveries, feed.Receivables, feed.Receipts}
}

// Read implements erp.Adapter.
func (a Adapter) Read(ctx context.Context, e erp.Endpoint, k feed.Kind, w erp.Window, yield func(feed.Record) error) error {
	s, err := login(ctx, a.wire, e)
	if err != nil {
		return err
	}
	defer s.close(ctx)
	switch k {
	case feed.Customers:
		return s.customers(ctx, w, yield)
	case feed.Orders:
		return s.orders(ctx, w, yield)
	case feed.Deliveries:
		return s.deliveries(ctx, w, yield)
	case feed.Receivables:
		return s.receivables(ctx, w, yield)
	case feed.Receipts:
		return s.receipts(ctx, w, yield)
	}
	return erp.ErrFeed
}

type customer struct {
	ID   int64  `json:"id"`
	Code string `json:"code"`
	Name string `json:"name"`
}

// customers are the parties that something was sold to or invoiced, since the instant
// of the window: Tryton does not tell them from suppliers.
func (s *session) customers(ctx context.Context, w erp.Window, yield func(feed.Record) error) error {
	type paper struct {
		ID    int64 `json:"id"`
		Party int64 `json:"party"`
	}
	seen := map[int64]bool{}
	for model, domain := range map[string][]any{"sale.sale": nil, "account.invoice": {[]any{"type", "=", "out"}}} {
		if !w.Full() {
			domain = append(domain, since(w.Since, ""))
		}
		err := pages(ctx, s, model, domain, []string{"party"}, func(p paper) int64 { return p.ID }, func(found []paper) error {
			for _, p := range found {
				seen[p.Party] = true
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(seen)), page) {
		var found []customer
		if err := s.search(ctx, "party.party", []any{[]any{"id", "in", ids}}, page, []string{"code", "name"}, &found); err != nil {
			return err
		}
		codes, err := s.codes(ctx, ids)
		if err != nil {
			return err
		}
		for _, c := range found {
			if err := yield(feed.Customer{Number: c.Code, Name: c.Name, USCC: codes[c.ID]}); err != nil {
				return err
			}
		}
	}
	return nil
}

type shipment struct {
	ID       int64   `json:"id"`
	Number   string  `json:"number"`
	Date     date    `json:"effective_date"`
	State    string  `json:"state"`
	Moves    []int64 `json:"outgoing_moves"`
	Customer struct {
		Code string `json:"code"`
	} `json:"customer."`
	Warehouse *struct {
		Code *string `json:"code"`
		Name string  `json:"rec_name"`
	} `json:"warehouse."`
	DoneBy *struct {
		Name string `json:"rec_name"`
	} `json:"done_by."`
}

// dispatch: a warehouse is a plant there, and the employee who did the shipment sent it.
func (h shipment) dispatch() (d feed.Dispatch) {
	if w := h.Warehouse; w != nil {
		d.PlantName = w.Name
		if w.Code != nil {
			d.PlantCode = *w.Code
		}
	}
	if h.DoneBy != nil {
		d.Dispatcher = h.DoneBy.Name
	}
	return d
}

type move struct {
	ID       int64       `json:"id"`
	Quantity json.Number `json:"quantity"`
	Price    *decimal    `json:"unit_price"`
	Invoices []int64     `json:"invoice_lines"`
	Currency *struct {
		Code string `json:"code"`
	} `json:"currency."`
}

type invoiceLine struct {
	ID      int64 `json:"id"`
	Invoice *struct {
		Number string `json:"number"`
	} `json:"invoice."`
}

// deliveries are shipments to customers that are done, and with an instant also those
// that were taken back since, or whose invoice was written since. Their quantities
// are taken as m³.
func (s *session) deliveries(ctx context.Context, w erp.Window, yield func(feed.Record) error) error {
	var which []any
	if w.Full() {
		which = []any{[]any{"state", "=", "done"}, []any{"effective_date", ">=", dateOf(w.From)}}
	} else {
		billed, err := s.billedSince(ctx, w)
		if err != nil {
			return err
		}
		which = []any{[]any{"state", "in", []string{"done", "cancelled"}}, []any{"number", "!=", nil},
			[]any{"OR", since(w.Since, ""), []any{"moves", "in", billed}}}
	}
	return pages(ctx, s, "stock.shipment.out", which, []string{"number", "effective_date", "state", "outgoing_moves", "customer.code", "warehouse.code", "warehouse.rec_name", "done_by.rec_name"},
		func(h shipment) int64 { return h.ID }, func(found []shipment) error {
			moves, numbers, err := s.moves(ctx, found)
			if err != nil {
				return err
			}
			for _, h := range found {
				d, err := h.delivery(moves, numbers)
				if err != nil {
					return err
				}
				if err := yield(d); err != nil {
					return err
				}
			}
			return nil
		})
}

// billedSince are the moves on invoices that were written since.
func (s *session) billedSince(ctx context.Context, w erp.Window) ([]int64, error) {
	type line struct {
		ID    int64   `json:"id"`
		Moves []int64 `json:"stock_moves"`
	}
	moves := []int64{}
	domain := []any{[]any{"invoice.type", "=", "out"}, since(w.Since, "invoice.")}
	err := pages(ctx, s, "account.invoice.line", domain, []string{"stock_moves"}, func(l line) int64 { return l.ID }, func(found []line) error {
		for _, l := range found {
			moves = append(moves, l.Moves...)
		}
		return nil
	})
	return moves, err
}

// moves are the goods of the shipments, and the numbers of the invoices that bill them.
func (s *session) moves(ctx context.Context, found []shipment) (map[int64]move, map[int64]string, error) {
	var ids, lines []int64
	for _, h := range found {
		ids = append(ids, h.Moves...)
	}
	moves, numbers := map[int64]move{}, map[int64]string{}
	if len(ids) == 0 {
		return moves, numbers, nil
	}
	err := pages(ctx, s, "stock.move", []any{[]any{"id", "in", ids}, []any{"state", "!=", "cancelled"}}, []string{"quantity", "unit_price", "currency.code", "invoice_lines"},
		func(m move) int64 { return m.ID }, func(page []move) error {
			for _, m := range page {
				moves[m.ID] = m
				lines = append(lines, m.Invoices...)
			}
			return nil
		})
	if err != nil || len(lines) == 0 {
		return moves, numbers, err
	}
	err = pages(ctx, s, "account.invoice.line", []any{[]any{"id", "in", lines}, []any{"invoice.state", "in", []string{"posted", "paid"}}}, []string{"invoice.number"},
		func(l invoiceLine) int64 { return l.ID }, func(page []invoiceLine) error {
			for _, l := range page {
				if l.Invoice != nil {
					numbers[l.ID] = l.Invoice.Number
				}
			}
			return nil
		})
	return moves, numbers, err
}

// delivery adds up a shipment. One that several invoices bill names the first of them.
func (h shipment) delivery(moves map[int64]move, numbers map[int64]string) (feed.Delivery, error) {
	d := feed.Delivery{TicketNo: h.Number, Buyer: feed.Buyer{CustomerNumber: h.Customer.Code}, DeliveredOn: calendar.Date(h.Date), Void: h.State != "done", Dispatch: h.dispatch()}
	for _, id := range h.Moves {
		m, ok := moves[id]
		if !ok {
			continue
		}
		v, err := volume.Parse(m.Quantity.String())
		if err != nil {
			return d, erp.ErrAnswer.With("shipment", h.Number).With("quantity", err.Error())
		}
		d.Volume += v
		if m.Price != nil {
			a, err := times(m.Quantity.String(), string(*m.Price))
			if err != nil {
				return d, erp.ErrAnswer.With("shipment", h.Number).With("unit_price", err.Error())
			}
			d.Amount += a
		}
		if m.Currency != nil {
			d.Currency = money.Currency(m.Currency.Code)
		}
		for _, line := range m.Invoices {
			if n := numbers[line]; n != "" && d.InvoiceNo == "" {
				d.InvoiceNo = n
			}
		}
	}
	return d, nil
}

// times multiplies exactly and rounds to fen, halves away from zero.
func times(quantity, price string) (money.Amount, error) {
	q, ok1 := new(big.Rat).SetString(quantity)
	p, ok2 := new(big.Rat).SetString(price)
	if !ok1 || !ok2 {
		return 0, fmt.Errorf("%.20q × %.20q is no amount", quantity, price)
	}
	return money.Parse(q.Mul(q, p).FloatString(2))
}

// decimal is a Decimal of any precision, as it is written.
type decimal string

// UnmarshalJSON reads Tryton's form.
func (d *decimal) UnmarshalJSON(b []byte) error {
	var v struct {
		Class   string `json:"__class__"`
		Decimal string `json:"decimal"`
	}
	if err := json.Unmarshal(b, &v); err != nil || v.Class != "Decimal" {
		return fmt.Errorf("no decimal: %.60s", b)
	}
	*d = decimal(v.Decimal)
	return nil
}

func dateOf(d calendar.Date) map[string]any {
	t := d.Time()
	return map[string]any{"__class__": "date", "year": t.Year(), "month": int(t.Month()), "day": t.Day()}
}
