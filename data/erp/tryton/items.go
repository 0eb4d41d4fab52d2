package tryton

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"zhuxin/biz/erp"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// Adapter implements erp.Adapter.
type Adapter struct{ http *http.Client }

var _ erp.Adapter = Adapter{}

// New makes it; the client is outbound's.
func New(c *http.Client) Adapter { return Adapter{c} }

const page = 500

// Check implements erp.Adapter.
func (a Adapter) Check(ctx context.Context, e erp.Endpoint) (erp.Info, error) {
	s, err := login(ctx, a.http, e)
	if err != nil {
		return erp.Info{}, err
	}
	defer s.close(ctx)
	var info erp.Info
	if err := s.call(ctx, "common.server.version", []any{}, &info.Version); err != nil {
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
	ID        int64  `json:"id"`
	Number    string `json:"number"`
	Date      date   `json:"invoice_date"`
	State     string `json:"state"`
	Move      int64  `json:"move"`
	Party     int64  `json:"party"`
	Total     amount `json:"total_amount"`
	Open      amount `json:"amount_to_pay"`
	PartyName struct {
		Name string `json:"name"`
		Code string `json:"code"`
	} `json:"party."`
	Currency struct {
		Code string `json:"code"`
	} `json:"currency."`
}

// Items implements erp.Adapter. All posted invoices are read each time, because a
// partial payment is a line of its own that does not change its invoice; paid and
// cancelled ones only when they changed since. write_date is null until the first
// change, so both instants are asked.
func (a Adapter) Items(ctx context.Context, e erp.Endpoint, since time.Time, yield func(erp.Item) error) error {
	s, err := login(ctx, a.http, e)
	if err != nil {
		return err
	}
	defer s.close(ctx)
	states := []any{"state", "=", "posted"}
	which := []any{states}
	if !since.IsZero() {
		changed := []any{"OR", []any{"write_date", ">=", instant(since)}, []any{"create_date", ">=", instant(since)}}
		which = []any{"OR", states, []any{[]any{"state", "in", []string{"paid", "cancelled"}}, []any{"number", "!=", nil}, changed}}
	}
	for last := int64(0); ; {
		domain := []any{[]any{"type", "=", "out"}, []any{"id", ">", last}}
		if len(which) == 1 {
			domain = append(domain, which[0])
		} else {
			domain = append(domain, which)
		}
		var found []invoice
		err := s.search(ctx, "account.invoice", domain, page, []string{"number", "invoice_date", "state", "move", "party", "party.name", "party.code",
			"total_amount", "amount_to_pay", "currency.code"}, &found)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return nil
		}
		if next := found[len(found)-1].ID; next > last {
			last = next
		} else {
			return erp.ErrAnswer.With("page", "the same page comes again and again")
		}
		if err := s.items(ctx, found, yield); err != nil {
			return err
		}
	}
}

func (s *session) items(ctx context.Context, found []invoice, yield func(erp.Item) error) error {
	terms, err := s.terms(ctx, found)
	if err != nil {
		return err
	}
	codes, err := s.codes(ctx, found)
	if err != nil {
		return err
	}
	for _, i := range found {
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
func (s *session) codes(ctx context.Context, found []invoice) (map[int64]string, error) {
	seen := map[int64]bool{}
	var parties []int64
	for _, i := range found {
		if !seen[i.Party] {
			seen[i.Party] = true
			parties = append(parties, i.Party)
		}
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

// split makes an item of each part of an invoice. What is open lies on the parts
// that fall due last, as payments go to the oldest first.
func (i invoice) split(terms []term, code string) []erp.Item {
	base := erp.Item{
		CustomerNumber: i.PartyName.Code, CustomerName: i.PartyName.Name, USCC: code, DocumentNo: i.Number,
		InvoiceDate: calendar.Date(i.Date), Currency: money.Currency(i.Currency.Code), Amount: money.Amount(i.Total), Open: money.Amount(i.Open),
	}
	if i.State == "cancelled" {
		base.Open = 0
	}
	var sum money.Amount
	for _, t := range terms {
		sum += money.Amount(t.Debit - t.Credit)
	}
	if len(terms) == 0 || sum != base.Amount { // another currency than the company's, or lines written off by hand
		if len(terms) > 0 {
			base.DueDate = calendar.Date(terms[len(terms)-1].Due)
		}
		return []erp.Item{base}
	}
	out := make([]erp.Item, len(terms))
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
