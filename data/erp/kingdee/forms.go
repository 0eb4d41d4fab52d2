package kingdee

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// form is how a kind of record lies in Kingdee. The first field tells bills apart.
type form struct {
	id     string
	fields []string
	// open selects what a full pull reads; date is the field that bounds it, or empty.
	open, date string
	org        string // field of the organisation; empty where there is none
	// further are fields that a deployment may lack; it is then read without them.
	further []string
	read    func([]row) (feed.Record, error)
}

// forms by kind. Amounts and volumes are per row of the bill.
var forms = map[feed.Kind]form{
	feed.Customers: {id: "BD_Customer", fields: []string{"FCUSTID", "FNumber", "FName", "FSOCIALCRECODE"}, open: "FDocumentStatus='C'", org: "FUseOrgId.FNumber", read: customer},
	feed.Contracts: {id: "SAL_SaleOrder", fields: []string{"FBillNo", "FDate", "FCustId.FNumber", "FCustId.FSOCIALCRECODE", "FQty", "FAllAmount"},
		open: "FDocumentStatus='C' and FCancelStatus='A'", date: "FDate", org: "FSaleOrgId.FNumber", read: contract},
	feed.Orders: {id: "SAL_SaleOrder", fields: []string{"FID", "FBillNo", "FDate", "FCustId.FNumber", "FCustId.FSOCIALCRECODE", "FSettleCurrId.FNumber", "FDocumentStatus", "FCancelStatus",
		"FCloseStatus", "FQty", "FAllAmount", "FStockOutQty", "FReturnQty", "FTaxPrice"}, open: approved + " and FCloseStatus='A'", date: "FDate", org: "FSaleOrgId.FNumber", read: order},
	feed.Deliveries: {id: "SAL_OUTSTOCK", fields: []string{"FID", "FBillNo", "FDate", "FCustomerID.FNumber", "FCustomerID.FSOCIALCRECODE", "FSoorDerno", "FSettleCurrID.FNumber",
		"FDocumentStatus", "FCancelStatus", "FRealQty", "FAllAmount"}, further: dispatching, open: approved, date: "FDate", org: "FSaleOrgId.FNumber", read: delivery},
	feed.Receivables: {id: "AR_receivable", fields: []string{"FID", "FBillNo", "FDATE", "FENDDATE_H", "FCUSTOMERID.FNumber", "FCUSTOMERID.FName", "FCUSTOMERID.FSOCIALCRECODE",
		"FCURRENCYID.FNumber", "FDocumentStatus", "FCancelStatus", "FALLAMOUNTFOR_D", "FRECEIVEAMOUNT"}, open: approved + " and FWRITTENOFFSTATUS<>'C'", org: "FSETTLEORGID.FNumber", read: receivable},
	feed.Receipts: {id: "AR_RECEIVEBILL", fields: []string{"FID", "FBillNo", "FDATE", "FCONTACTUNIT.FNumber", "FCURRENCYID.FNumber", "FDocumentStatus", "FCancelStatus", "FREALRECAMOUNTFOR"},
		open: approved + " and FCONTACTUNITTYPE='BD_Customer'", date: "FDATE", org: "FSETTLEORGID.FNumber", read: receipt},
}

// links are the receivables that came of tickets.
var links = form{id: "AR_receivable", fields: []string{"FID", "FBillNo", "FSOURCEBILLNO"}, open: approved + " and FSOURCETYPE='SAL_OUTSTOCK'", date: "FDATE", org: "FSETTLEORGID.FNumber"}

// dispatching are the department that ships (发货部门), which is the plant, and the
// storekeeper (仓管员), who sends.
var dispatching = []string{"FDeliveryDeptID.FNumber", "FDeliveryDeptID.FName", "FStockerID.FName"}

const approved = "FDocumentStatus='C' and FCancelStatus='A'"

// China has one zone, and Kingdee stamps in the server's.
const stamp = "2006-01-02 15:04:05"

// filter selects what is open and, with an instant, what changed since: an unapproved
// or void bill comes by its status. Receivables that are open come each time, because
// a payment does not change them.
func (f form) filter(e erp.Endpoint, w erp.Window) string {
	s := f.open
	switch {
	case w.Full() && f.date != "" && !w.From.IsZero():
		s = fmt.Sprintf("%s and %s >= '%s'", s, f.date, w.From)
	case !w.Full() && f.id == "AR_receivable" && f.date == "":
		s = fmt.Sprintf("((%s) or %s)", s, changed(w))
	case !w.Full():
		s = changed(w)
		if f.id == "AR_RECEIVEBILL" {
			s += " and FCONTACTUNITTYPE='BD_Customer'"
		}
	}
	if e.Company != "" && f.org != "" {
		s += " and " + f.org + "=" + quote(e.Company)
	}
	return s
}

func changed(w erp.Window) string {
	return fmt.Sprintf("FModifyDate >= '%s'", w.Since.In(calendar.Shanghai).Format(stamp))
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// mostNamed bounds how many tickets a filter names; a full pull brings the others.
const mostNamed = 500

// also adds tickets that were billed meanwhile and did not change themselves.
func (f form) also(filter string, invoices map[string]string, w erp.Window) string {
	if w.Full() || len(invoices) == 0 || len(invoices) > mostNamed {
		return filter
	}
	var names []string
	for _, no := range slices.Sorted(maps.Keys(invoices)) {
		names = append(names, quote(no))
	}
	return fmt.Sprintf("((%s) or FBillNo in (%s))", filter, strings.Join(names, ","))
}

func fieldMissing(err error) bool {
	f, ok := fault.As(err)
	return ok && errors.Is(err, erp.ErrAnswer) && strings.Contains(f.Meta["error"], "字段不存在")
}

// row is one row of an answer.
type row struct {
	fields []string
	cells  []json.RawMessage
}

// text gives a field's value; nothing for one that was not asked for.
func (r row) text(field string) string {
	var s string
	at := slices.Index(r.fields, field)
	if at < 0 {
		return ""
	}
	raw := r.cells[at]
	if json.Unmarshal(raw, &s) != nil {
		s = string(raw) // a number, as it is written
	}
	if s == "null" {
		s = ""
	}
	return strings.TrimSpace(s)
}

func (r row) day(field string) (d calendar.Date, err error) {
	s, _, _ := strings.Cut(r.text(field), "T")
	if s, _, _ = strings.Cut(s, " "); s == "" {
		return 0, nil
	}
	if d, err = calendar.Parse(s); err != nil {
		err = r.unreadable(field, err)
	}
	return d, err
}

func (r row) unreadable(field string, err error) error {
	return erp.ErrAnswer.With("bill", r.text(r.fields[min(1, len(r.fields)-1)])).With("field", field+": "+err.Error())
}

// void says that a bill does not count: not approved, or cancelled.
func (r row) void() bool { return r.text("FDocumentStatus") != "C" || r.text("FCancelStatus") == "B" }

// sum adds up a field over the rows of a bill.
func sum[T ~int64](rows []row, field string, parse func(string) (T, error)) (total T, err error) {
	for _, r := range rows {
		s := r.text(field)
		if s == "" {
			continue
		}
		v, err := parse(s)
		if err != nil {
			return 0, r.unreadable(field, err)
		}
		total += v
	}
	return total, nil
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

func customer(rows []row) (feed.Record, error) {
	r := rows[0]
	return feed.Customer{Number: r.text("FNumber"), Name: r.text("FName"), USCC: r.text("FSOCIALCRECODE")}, nil
}

func contract(rows []row) (feed.Record, error) {
	r := rows[0]
	signed, err1 := r.day("FDate")
	v, err2 := sum(rows, "FQty", volume.Parse)
	a, err3 := sum(rows, "FAllAmount", amount)
	return feed.Contract{Number: r.text("FBillNo"), Buyer: feed.Buyer{CustomerNumber: r.text("FCustId.FNumber"), USCC: r.text("FCustId.FSOCIALCRECODE")},
		SignedOn: signed, Volume: v, Amount: a}, errors.Join(err1, err2, err3)
}

func delivery(rows []row) (feed.Record, error) {
	r := rows[0]
	on, err1 := r.day("FDate")
	v, err2 := sum(rows, "FRealQty", volume.Parse)
	a, err3 := sum(rows, "FAllAmount", amount)
	return feed.Delivery{TicketNo: r.text("FBillNo"), Buyer: feed.Buyer{CustomerNumber: r.text("FCustomerID.FNumber"), USCC: r.text("FCustomerID.FSOCIALCRECODE")},
			ContractNo: r.text("FSoorDerno"), OrderNo: r.text("FSoorDerno"), DeliveredOn: on, Volume: v, Amount: a, Currency: currency(r.text("FSettleCurrID.FNumber")),
			Void: r.void(), Dispatch: feed.Dispatch{PlantCode: r.text(dispatching[0]), PlantName: r.text(dispatching[1]), Dispatcher: r.text(dispatching[2])}},
		errors.Join(err1, err2, err3)
}

func receivable(rows []row) (feed.Record, error) {
	r := rows[0]
	invoiced, err1 := r.day("FDATE")
	due, err2 := r.day("FENDDATE_H")
	a, err3 := sum(rows, "FALLAMOUNTFOR_D", amount)
	received, err4 := sum(rows, "FRECEIVEAMOUNT", amount)
	out := feed.Receivable{DocumentNo: r.text("FBillNo"), Buyer: feed.Buyer{CustomerNumber: r.text("FCUSTOMERID.FNumber"), USCC: r.text("FCUSTOMERID.FSOCIALCRECODE")},
		CustomerName: r.text("FCUSTOMERID.FName"), InvoiceDate: invoiced, DueDate: due, Amount: a, Open: a - received, Currency: currency(r.text("FCURRENCYID.FNumber"))}
	if r.void() {
		out.Void = true
	}
	return out, errors.Join(err1, err2, err3, err4)
}

func receipt(rows []row) (feed.Record, error) {
	r := rows[0]
	on, err1 := r.day("FDATE")
	a, err2 := amount(r.text("FREALRECAMOUNTFOR"))
	if err2 != nil {
		err2 = r.unreadable("FREALRECAMOUNTFOR", err2)
	}
	return feed.Receipt{DocumentNo: r.text("FBillNo"), Buyer: feed.Buyer{CustomerNumber: r.text("FCONTACTUNIT.FNumber")}, ReceivedOn: on, Amount: a,
		Currency: currency(r.text("FCURRENCYID.FNumber")), Void: r.void()}, errors.Join(err1, err2)
}
