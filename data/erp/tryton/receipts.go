package tryton

import (
	"context"
	"fmt"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// receiptLine is a line of a receivable account in a cash journal.
type receiptLine struct {
	ID    int64  `json:"id"`
	Date  date   `json:"date"`
	Debit amount `json:"debit"`
	// Credit is what was received.
	Credit amount `json:"credit"`
	Party  struct {
		Code string `json:"code"`
		Name string `json:"name"`
	} `json:"party."`
	Move struct {
		Number  string  `json:"number"`
		Posted  *string `json:"post_number"`
		Company struct {
			Currency struct {
				Code string `json:"code"`
			} `json:"currency."`
		} `json:"company."`
	} `json:"move."`
}

// receipts are what cash and bank journals book on receivable accounts, in the company's
// currency: a payment of an invoice and one on account alike. Money paid back is below
// zero. Tryton has applied them: what is open of an invoice says so.
func (s *session) receipts(ctx context.Context, w erp.Window, yield func(feed.Record) error) error {
	domain := []any{[]any{"account.type.receivable", "=", true}, []any{"party", "!=", nil}, []any{"move.state", "=", "posted"},
		[]any{"move.journal.type", "in", []string{"cash", "statement"}}, []any{"date", ">=", dateOf(w.From)}}
	if !w.Full() {
		domain = append(domain, since(w.Since, "move."))
	}
	fields := []string{"date", "debit", "credit", "party.code", "party.name", "move.number", "move.post_number", "move.company.currency.code"}
	return pages(ctx, s, "account.move.line", domain, fields, func(l receiptLine) int64 { return l.ID }, func(found []receiptLine) error {
		for _, l := range found {
			if err := yield(l.receipt()); err != nil {
				return err
			}
		}
		return nil
	})
}

// receipt names the line besides its move, which may pay for several customers.
func (l receiptLine) receipt() feed.Receipt {
	number := l.Move.Number
	if l.Move.Posted != nil && *l.Move.Posted != "" {
		number = *l.Move.Posted
	}
	return feed.Receipt{DocumentNo: fmt.Sprintf("%s/%d", number, l.ID), Buyer: feed.Buyer{CustomerNumber: l.Party.Code}, ReceivedOn: calendar.Date(l.Date),
		Amount: money.Amount(l.Credit - l.Debit), Currency: money.Currency(l.Move.Company.Currency.Code), Payer: l.Party.Name}
}
