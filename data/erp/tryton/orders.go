package tryton

import (
	"context"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

type sale struct {
	ID       int64   `json:"id"`
	Number   string  `json:"number"`
	Date     date    `json:"sale_date"`
	State    string  `json:"state"`
	Total    *amount `json:"total_amount"`
	Sent     []int64 `json:"shipments"`
	Customer struct {
		Code string `json:"code"`
	} `json:"party."`
	Currency struct {
		Code string `json:"code"`
	} `json:"currency."`
}

// orders are confirmed sales, read each time because a delivery does not change its
// sale; done and cancelled ones only when they changed since. What is open is the total
// less what was shipped.
func (s *session) orders(ctx context.Context, w erp.Window, yield func(feed.Record) error) error {
	open := []any{"state", "in", []string{"confirmed", "processing"}}
	domain := []any{open, []any{"sale_date", ">=", dateOf(w.From)}}
	if !w.Full() {
		domain = []any{[]any{"OR", open, []any{[]any{"state", "in", []string{"done", "cancelled"}}, []any{"number", "!=", nil}, since(w.Since, "")}}}
	}
	fields := []string{"number", "sale_date", "state", "total_amount", "shipments", "party.code", "currency.code"}
	return pages(ctx, s, "sale.sale", domain, fields, func(o sale) int64 { return o.ID }, func(found []sale) error {
		sent, err := s.shipped(ctx, found)
		if err != nil {
			return err
		}
		for _, o := range found {
			if o.Total == nil {
				return erp.ErrAnswer.With("sale", o.Number).With("field", "total_amount is missing")
			}
			r := feed.Order{OrderNo: o.Number, Buyer: feed.Buyer{CustomerNumber: o.Customer.Code}, OrderedOn: calendar.Date(o.Date), Amount: money.Amount(*o.Total),
				Currency: money.Currency(o.Currency.Code), Void: o.State == "cancelled"}
			if o.State == "confirmed" || o.State == "processing" {
				r.Open = r.Amount
				for _, id := range o.Sent {
					r.Open -= sent[id]
				}
				r.Open = min(max(r.Open, 0), max(r.Amount, 0))
			}
			if err := yield(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// shipped is what each shipment of the sales took out, of those that are done.
func (s *session) shipped(ctx context.Context, found []sale) (map[int64]money.Amount, error) {
	var ids []int64
	for _, o := range found {
		ids = append(ids, o.Sent...)
	}
	out := map[int64]money.Amount{}
	if len(ids) == 0 {
		return out, nil
	}
	domain := []any{[]any{"id", "in", ids}, []any{"state", "=", "done"}}
	err := pages(ctx, s, "stock.shipment.out", domain, []string{"number", "effective_date", "state", "outgoing_moves"}, func(h shipment) int64 { return h.ID }, func(page []shipment) error {
		moves, numbers, err := s.moves(ctx, page)
		if err != nil {
			return err
		}
		for _, h := range page {
			d, err := h.delivery(moves, numbers)
			if err != nil {
				return err
			}
			out[h.ID] = d.Amount
		}
		return nil
	})
	return out, err
}
