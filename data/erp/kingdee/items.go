package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
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

const page = 2000 // Kingdee gives no more at once

// Check implements erp.Adapter.
func (a Adapter) Check(ctx context.Context, e erp.Endpoint) (erp.Info, error) {
	s, err := login(ctx, a.http, e)
	if err != nil {
		return erp.Info{}, err
	}
	defer s.close(ctx)
	_, err = s.query(ctx, "AR_receivable", fields, filter(e, time.Time{}), 0, 1)
	return erp.Info{Version: "K3Cloud", Company: s.org}, err
}

// fields of a receivable (应收单); the last two are per row of the bill.
var fields = []string{"FID", "FBillNo", "FDATE", "FENDDATE_H", "FCUSTOMERID.FNumber", "FCUSTOMERID.FName", "FCUSTOMERID.FSOCIALCRECODE",
	"FCURRENCYID.FNumber", "FDocumentStatus", "FCancelStatus", "FALLAMOUNTFOR_D", "FRECEIVEAMOUNT"}

// China has one zone, and Kingdee stamps in the server's.
const stamp = "2006-01-02 15:04:05"

// filter selects what is open (approved, not void, not fully written off) and, with
// since, what changed: an unapproved or void bill comes by its status.
func filter(e erp.Endpoint, since time.Time) string {
	open := "FDocumentStatus='C' and FCancelStatus='A' and FWRITTENOFFSTATUS<>'C'"
	f := open
	if !since.IsZero() {
		f = fmt.Sprintf("((%s) or FModifyDate >= '%s')", open, since.In(calendar.Shanghai).Format(stamp))
	}
	if e.Company != "" {
		f += " and FSETTLEORGID.FNumber='" + strings.ReplaceAll(e.Company, "'", "''") + "'"
	}
	return f
}

// Items implements erp.Adapter. Rows of a bill come one after the other and are one
// item; a bill may go on over the end of a page.
func (a Adapter) Items(ctx context.Context, e erp.Endpoint, since time.Time, yield func(erp.Item) error) error {
	s, err := login(ctx, a.http, e)
	if err != nil {
		return err
	}
	defer s.close(ctx)
	var b bill
	for start := 0; ; start += page {
		rows, err := s.query(ctx, "AR_receivable", fields, filter(e, since), start, page)
		if err != nil {
			return err
		}
		for _, r := range rows {
			next, err := parse(r)
			if err != nil {
				return erp.ErrAnswer.With("row", err.Error())
			}
			if b.id != "" && next.id == b.id {
				b.Amount += next.Amount
				b.received += next.received
				continue
			}
			if err := b.yield(yield); err != nil {
				return err
			}
			b = next
		}
		if len(rows) < page {
			return b.yield(yield)
		}
	}
}

type bill struct {
	erp.Item
	id       string
	received money.Amount
	void     bool
}

func (b bill) yield(yield func(erp.Item) error) error {
	if b.id == "" {
		return nil
	}
	if b.Open = b.Amount - b.received; b.void {
		b.Open = 0
	}
	return yield(b.Item)
}

func parse(r []json.RawMessage) (b bill, err error) {
	text := func(n int) string {
		var s string
		if json.Unmarshal(r[n], &s) != nil {
			s = string(r[n]) // a number, as it is written
		}
		if s == "null" {
			s = ""
		}
		return strings.TrimSpace(s)
	}
	day := func(n int) (d calendar.Date) {
		s, _, _ := strings.Cut(text(n), "T")
		s, _, _ = strings.Cut(s, " ")
		if s != "" && err == nil {
			if d, err = calendar.Parse(s); err != nil {
				err = fmt.Errorf("%s: %w", fields[n], err)
			}
		}
		return d
	}
	sum := func(n int) (a money.Amount) {
		if s := text(n); s != "" && err == nil {
			if a, err = amount(s); err != nil {
				err = fmt.Errorf("%s %.40q: %w", fields[n], s, err)
			}
		}
		return a
	}
	b.id, b.DocumentNo, b.InvoiceDate, b.DueDate = text(0), text(1), day(2), day(3)
	b.CustomerNumber, b.CustomerName, b.USCC, b.Currency = text(4), text(5), text(6), currency(text(7))
	b.void = text(8) != "C" || text(9) == "B"
	b.Amount, b.received = sum(10), sum(11)
	return b, err
}

// amount reads what Kingdee writes for a sum: 210000.0, with more decimals of zero.
func amount(s string) (money.Amount, error) {
	if whole, cents, ok := strings.Cut(s, "."); ok {
		cents = strings.TrimRight(cents, "0")
		if s = whole; cents != "" {
			s += "." + cents
		}
	}
	return money.Parse(s)
}

// currency maps Kingdee's codes of its own (PRE001) to ISO 4217.
func currency(s string) money.Currency {
	known := map[string]money.Currency{"PRE001": money.CNY, "PRE002": "HKD", "PRE003": "EUR", "PRE004": "JPY", "PRE005": "TWD", "PRE006": "GBP", "PRE007": "USD", "RMB": money.CNY}
	if c, ok := known[s]; ok {
		return c
	}
	return money.Currency(s)
}
