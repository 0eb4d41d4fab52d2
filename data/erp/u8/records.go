package u8

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

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

// Kinds implements erp.Adapter.
func (Adapter) Kinds() []feed.Kind {
	return []feed.Kind{feed.Customers, feed.Receivables, feed.Receipts}
}

// Check implements erp.Adapter.
func (a Adapter) Check(ctx context.Context, e erp.Endpoint) (erp.Info, error) {
	s, err := login(ctx, a.wire, e)
	if err != nil {
		return erp.Info{}, err
	}
	var answer map[string]json.RawMessage
	err = s.get(ctx, "/api/customer/batch_get", url.Values{"ds_sequence": {"1"}, "page_index": {"1"}, "rows_per_page": {"1"}}, &answer)
	return erp.Info{Version: "U8", Company: e.Database}, told(err)
}

// Read implements erp.Adapter.
func (a Adapter) Read(ctx context.Context, e erp.Endpoint, k feed.Kind, w erp.Window, yield func(feed.Record) error) error {
	s, err := login(ctx, a.wire, e)
	if err != nil {
		return err
	}
	switch k {
	case feed.Customers:
		return s.customers(ctx, func(c customer) error {
			return yield(feed.Customer{Number: c.Code, Name: c.Name, USCC: c.USCC})
		})
	case feed.Receivables:
		return s.receivables(ctx, w, yield)
	case feed.Receipts:
		return s.receipts(ctx, w, yield)
	}
	return erp.ErrFeed
}

// All numbers are texts.
type customer struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	USCC  string `json:"tax_reg_code"`
	Owes  string `json:"ar_rest"`
	Limit string `json:"credit_amount"`
}

type bill struct {
	Code     string `json:"code"`
	Date     string `json:"date"`
	State    string `json:"state"`
	Customer string `json:"cust_vendor_code"`
	Name     string `json:"cusname"`
	Amount   string `json:"natamount"`
}

type receipt struct {
	Code     string `json:"vouchcode"`
	Date     string `json:"vouchdate"`
	Customer string `json:"customercode"`
	Amount   string `json:"amount"`
	Flag     string `json:"flag"`
}

func each[T any](ctx context.Context, s *session, object string, more url.Values, yield func(T) error) error {
	return s.rows(ctx, object, more, func(raw json.RawMessage) error {
		var one T
		if json.Unmarshal(raw, &one) != nil {
			return erp.ErrAnswer.With("object", object)
		}
		return yield(one)
	})
}

func (s *session) customers(ctx context.Context, yield func(customer) error) error {
	return each(ctx, s, "customer", nil, yield)
}

// period bounds a list by date: U8 tells no instants, so a pull begins two days before
// the last one. Receivables are read from the beginning, because what is open moves.
func period(w erp.Window) url.Values {
	from := w.From
	if !w.Full() {
		from = calendar.Of(w.Since, calendar.Shanghai).AddDays(-2)
	}
	return url.Values{"date_begin": {from.String()}}
}

// documentsFrom is the date that receivables are read from.
func documentsFrom(w erp.Window) calendar.Date { return w.From.AddDays(-2 * 366) }

// opening begins the number of what is owed from before.
const opening = "OPENING-"

// receivables: U8 says per customer what is owed (ar_rest), and not per document. What
// is open lies on the latest documents, as payments go to the oldest first; what is
// older than all documents read is one opening item.
func (s *session) receivables(ctx context.Context, w erp.Window, yield func(feed.Record) error) error {
	owed, buyers := map[string]money.Amount{}, map[string]customer{}
	told := false // a customer who owes nothing may lack the field, not all of them
	err := s.customers(ctx, func(c customer) (err error) {
		buyers[c.Code] = c
		told = told || c.Owes != ""
		owed[c.Code], err = amount("customer "+c.Code, cmp.Or(c.Owes, "0"))
		return err
	})
	if err == nil && !told && len(buyers) > 0 {
		err = erp.ErrAnswer.With("field", "no customer has ar_rest, what he owes")
	}
	if err != nil {
		return err
	}
	of := map[string][]feed.Receivable{}
	err = each(ctx, s, "oughtreceivelist", url.Values{"date_begin": {documentsFrom(w).String()}}, func(b bill) error {
		r, err := b.item(buyers[b.Customer])
		if err == nil && b.State == "approved" {
			of[b.Customer] = append(of[b.Customer], r)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, code := range slices.Sorted(keys(owed, of)) {
		for _, r := range spread(buyers[code], code, of[code], owed[code]) {
			if err := yield(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b bill) item(c customer) (r feed.Receivable, err error) {
	r = feed.Receivable{DocumentNo: b.Code, Buyer: feed.Buyer{CustomerNumber: b.Customer, USCC: c.USCC}, CustomerName: cmp.Or(c.Name, b.Name), Currency: money.CNY}
	if r.InvoiceDate, err = day("receivable "+b.Code, b.Date); err != nil {
		return r, err
	}
	r.Amount, err = amount("receivable "+b.Code, b.Amount)
	return r, err
}

// spread lays what is owed on the documents, the latest first. A credit note is taken
// as used.
func spread(c customer, code string, list []feed.Receivable, owed money.Amount) []feed.Receivable {
	slices.SortFunc(list, func(a, b feed.Receivable) int {
		return cmp.Or(cmp.Compare(a.InvoiceDate, b.InvoiceDate), cmp.Compare(a.DocumentNo, b.DocumentNo))
	})
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Amount > 0 && owed > 0 {
			list[i].Open = min(owed, list[i].Amount)
			owed -= list[i].Open
		}
	}
	if owed > 0 {
		first := calendar.NewDate(2000, 1, 1)
		if len(list) > 0 {
			first = list[0].InvoiceDate.AddDays(-1)
		}
		list = append(list, feed.Receivable{DocumentNo: opening + code, Buyer: feed.Buyer{CustomerNumber: code, USCC: c.USCC}, CustomerName: c.Name,
			InvoiceDate: first, Amount: owed, Open: owed, Currency: money.CNY})
	}
	return list
}

func (s *session) receipts(ctx context.Context, w erp.Window, yield func(feed.Record) error) error {
	return each(ctx, s, "accept", period(w), func(r receipt) error {
		if r.Flag != "AR" {
			return nil // a payment to a supplier
		}
		on, err := day("receipt "+r.Code, r.Date)
		if err != nil {
			return err
		}
		a, err := amount("receipt "+r.Code, r.Amount)
		if err != nil {
			return err
		}
		return yield(feed.Receipt{DocumentNo: r.Code, Buyer: feed.Buyer{CustomerNumber: r.Customer}, ReceivedOn: on, Amount: a, Currency: money.CNY})
	})
}

func amount(of, s string) (money.Amount, error) {
	if whole, cents, ok := strings.Cut(s, "."); ok {
		s = strings.TrimSuffix(whole+"."+strings.TrimRight(cents, "0"), ".")
	}
	a, err := money.Parse(s)
	if err != nil {
		return 0, erp.ErrAnswer.With("record", of).With("amount", err.Error())
	}
	return a, nil
}

func day(of, s string) (calendar.Date, error) {
	s, _, _ = strings.Cut(s, " ")
	d, err := calendar.Parse(s)
	if err != nil {
		return 0, erp.ErrAnswer.With("record", of).With("date", err.Error())
	}
	return d, nil
}

// keys are those of both maps, each once.
func keys[A, B any](a map[string]A, b map[string]B) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range a {
			if !yield(k) {
				return
			}
		}
		for k := range b {
			if _, twice := a[k]; !twice && !yield(k) {
				return
			}
		}
	}
}
