package tryton

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
	"zhuxin/data/erp/wire"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// Adapter implements erp.Adapter.
type Adapter struct{ wire *wire.Client }

var _ erp.Adapter = Adapter{}

// New makes it.
func New(c *wire.Client) Adapter { return Adapter{c} }

const page = 500

// Check implements erp.Adapter.
func (a Adapter) Check(ctx context.Context, e erp.Endpoint) (erp.Info, error) {
	s, err := login(ctx, a.wire, e)
	if err != nil {
		return erp.Info{}, err
	}
	defer s.close(ctx)
	var info erp.Info
	if err := s.at(e.BaseURL+"/").call(ctx, "common.server.version", []any{}, &info.Version); err != nil { // it is of no database
		return erp.Info{}, err
	}
	var p struct {
		Company string `json:"company.rec_name"`
	}
	err = s.call(ctx, "model.res.user.get_preferences", []any{true, map[string]any{}}, &p)
	info.Company = p.Company
	return info, err
}

type invoice struct {
	ID        int64   `json:"id"`
	Number    string  `json:"number"`
	Date      date    `json:"invoice_date"`
	State     string  `json:"state"`
	Move      int64   `json:"move"`
	Party     int64   `json:"party"`
	Total     *amount `json:"total_amount"`
	Open      *amount `json:"amount_to_pay"` // null counts as nothing only of what is not posted
	PartyName struct {
		Name string `json:"name"`
		Code string `json:"code"`
	} `json:"party."`
	Currency struct {
		Code string `json:"code"`
	} `json:"currency."`
}

// receivables: all posted invoices are read each time, because a
// partial payment is a line of its own that does not change its invoice; paid and
// cancelled ones only when they changed since. write_date is null until the first
// change, so both instants are asked.
func (s *session) receivables(ctx context.Context, w erp.Window, yield func(feed.Record) error) error {
	since := w.Since
	states := []any{"state", "=", "posted"}
	which := []any{states}
	if !since.IsZero() {
		changed := []any{"OR", []any{"write_date", ">=", instant(since)}, []any{"create_date", ">=", instant(since)}}
		which = []any{"OR", states, []any{[]any{"state", "in", []string{"paid", "cancelled"}}, []any{"number", "!=", nil}, changed}}
	}
	domain := []any{[]any{"type", "=", "out"}}
	if len(which) == 1 {
		domain = append(domain, which[0])
	} else {
		domain = append(domain, which)
	}
	fields := []string{"number", "invoice_date", "state", "move", "party", "party.name", "party.code", "total_amount", "amount_to_pay", "currency.code"}
	return pages(ctx, s, "account.invoice", domain, fields, func(i invoice) int64 { return i.ID }, func(found []invoice) error { return s.items(ctx, found, yield) })
}

func (s *session) items(ctx context.Context, found []invoice, yield func(feed.Record) error) error {
	terms, err := s.terms(ctx, found)
	if err != nil {
		return err
	}
	codes, err := s.codes(ctx, partiesOf(found, func(i invoice) int64 { return i.Party }))
	if err != nil {
		return err
	}
	for _, i := range found {
		if i.Total == nil || i.Open == nil && i.State == "posted" {
			return erp.ErrAnswer.With("invoice", i.Number).With("field", "total_amount and amount_to_pay are missing")
		}
		for _, item := range i.split(terms[i.Move], codes[i.Party]) {
			if err := yield(item); err != nil {
				return err
			}
		}
	}
	return nil
}

// term is one line of an invoice's receivable: a part that falls due.
type term struct {
	ID     int64  `json:"id"`
	Move   int64  `json:"move"`
	Due    date   `json:"maturity_date"`
	Debit  amount `json:"debit"`
	Credit amount `json:"credit"`
}

func (s *session) terms(ctx context.Context, found []invoice) (map[int64][]term, error) {
	moves := make([]int64, 0, len(found))
	for _, i := range found {
		if i.Move != 0 {
			moves = append(moves, i.Move)
		}
	}
	out := map[int64][]term{}
	for last := int64(0); len(moves) > 0; {
		var lines []term
		domain := []any{[]any{"move", "in", moves}, []any{"account.type.receivable", "=", true}, []any{"maturity_date", "!=", nil}, []any{"id", ">", last}}
		if err := s.search(ctx, "account.move.line", domain, 4*page, []string{"move", "maturity_date", "debit", "credit"}, &lines); err != nil {
			return nil, err
		}
		for _, l := range lines {
			out[l.Move] = append(out[l.Move], l)
		}
		if len(lines) < 4*page {
			break
		}
		last = lines[len(lines)-1].ID
	}
	for _, t := range out {
		slices.SortFunc(t, func(a, b term) int { return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.ID, b.ID)) })
	}
	return out, nil
}

// codes are the parties' unified social credit codes.
func (s *session) codes(ctx context.Context, parties []int64) (map[int64]string, error) {
	if len(parties) == 0 {
		return nil, nil
	}
	var rows []struct {
		Party int64  `json:"party"`
		Code  string `json:"code"`
	}
	err := s.search(ctx, "party.identifier", []any{[]any{"type", "=", "cn_uscc"}, []any{"party", "in", parties}}, 4*page, []string{"party", "code"}, &rows)
	out := make(map[int64]string, len(rows))
	for _, r := range rows {
		out[r.Party] = r.Code
	}
	return out, err
}

// partiesOf gives each party once.
func partiesOf[T any](found []T, of func(T) int64) (parties []int64) {
	seen := map[int64]bool{}
	for _, f := range found {
		if id := of(f); !seen[id] {
			seen[id] = true
			parties = append(parties, id)
		}
	}
	return parties
}

// split makes an item of each part of an invoice. What is open lies on the parts
// that fall due last, as payments go to the oldest first.
func (i invoice) split(terms []term, code string) []feed.Receivable {
	base := feed.Receivable{
		Buyer: feed.Buyer{CustomerNumber: i.PartyName.Code, USCC: code}, CustomerName: i.PartyName.Name, DocumentNo: i.Number,
		InvoiceDate: calendar.Date(i.Date), Currency: money.Currency(i.Currency.Code), Amount: money.Amount(*i.Total),
	}
	if base.Void = i.State == "cancelled"; i.Open != nil && !base.Void {
		base.Open = money.Amount(*i.Open)
	}
	var sum money.Amount
	for _, t := range terms {
		sum += money.Amount(t.Debit - t.Credit)
	}
	if len(terms) == 0 || sum != base.Amount { // another currency than the company's, or lines written off by hand
		if len(terms) > 0 {
			base.DueDate = calendar.Date(terms[len(terms)-1].Due)
		}
		return []feed.Receivable{base}
	}
	out := make([]feed.Receivable, len(terms))
	open := base.Open
	for n := len(terms) - 1; n >= 0; n-- {
		part := base
		part.DueDate, part.Amount = calendar.Date(terms[n].Due), money.Amount(terms[n].Debit-terms[n].Credit)
		part.Open = nearer(open, part.Amount)
		if n == 0 {
			part.Open = open
		}
		open -= part.Open
		if len(terms) > 1 {
			part.DocumentNo = fmt.Sprintf("%s/%d", i.Number, n+1)
		}
		out[n] = part
	}
	return out
}

// nearer gives the one nearer to zero, of two amounts of the same sign.
func nearer(a, b money.Amount) money.Amount {
	if b >= 0 {
		return min(a, b)
	}
	return max(a, b)
}
