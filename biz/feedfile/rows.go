// Package feedfile reads files of a feed (CSV, XLSX): customers, contracts, orders,
// delivery tickets, receivables, receipts and drafts under Chinese or English heads,
// row by row, each row as a record of biz/feed with what is wrong in it. It owns the
// columns, their heads and the templates. It does not own how a file is taken apart
// (data/sheet), nor what becomes of the records (biz/feed).
package feedfile

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhuxin/biz/feed"
	"zhuxin/biz/receivable"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// Reasons of refused rows beside those of biz/feed and biz/receivable.
const (
	reasonNumber = "BAD_NUMBER"
	reasonChoice = "UNKNOWN"
)

// ErrHeads means that a file is of another kind, or that its heads were changed.
var ErrHeads = fault.New(fault.KindInvalid, "FILE_HEADS", "the heads of the file do not fit; take them from the template")

// Row is a line of a file that becomes a record, with what is wrong in it.
type Row struct {
	receivable.Line
	Faults []receivable.Fault
	Record feed.Record

	layout Layout
	cells  receivable.Cells
}

// Read turns a line into a record of its kind. Cells of the line are kept.
func (l Layout) Read(line receivable.Line, cells receivable.Cells) *Row {
	r := &Row{Line: line, layout: l, cells: cells}
	r.read(l.kind)
	return r
}

// Refuse adds a fault under the head of a field.
func (r *Row) Refuse(field, reason, message string) {
	r.Faults = append(r.Faults, receivable.Fault{Column: r.layout.head(field), Reason: reason, Message: message, Value: receivable.Show(r.text(field))})
}

// Again refuses what a row further up says already.
func (r *Row) Again(at int64) {
	r.Refuse(ours[r.layout.kind][""], receivable.ReasonDuplicate, fmt.Sprintf("row %d has this number already", at))
}

func (r *Row) text(field string) string { return r.layout.cell(r.Line, field) }

// number reads the number of a document or a customer.
func (r *Row) number(field string) string {
	s := r.text(field)
	if receivable.LostDigits(s) {
		r.Refuse(field, receivable.ReasonLostDigits, "a spreadsheet turned the number into a rounded one; format the column as text and export again")
		return ""
	}
	return s
}

func (r *Row) amount(field string) money.Amount {
	s := r.text(field)
	if s == "" {
		return 0
	}
	a, err := r.cells.Amount(s)
	if err != nil {
		r.Refuse(field, receivable.ReasonBadAmount, err.Error())
	}
	return a
}

func (r *Row) date(field string) calendar.Date {
	s := r.text(field)
	if s == "" {
		return 0
	}
	d, err := r.cells.Date(s)
	if err != nil {
		r.Refuse(field, receivable.ReasonBadDate, err.Error())
	}
	return d
}

func (r *Row) days(field string) *int {
	s := r.text(field)
	if s == "" {
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		r.Refuse(field, reasonNumber, fmt.Sprintf("%q is no whole number of days", s))
		return nil
	}
	return &n
}

func (r *Row) volume(field string) volume.M3 {
	s := r.text(field)
	if s == "" {
		return 0
	}
	v, err := volume.Parse(s)
	if err != nil {
		r.Refuse(field, reasonNumber, err.Error())
	}
	return v
}

func (r *Row) currency() money.Currency {
	s := r.text("currency")
	if s == "" {
		return ""
	}
	c, ok := receivable.Currency(s)
	if !ok {
		r.Refuse("currency", receivable.ReasonBadCurrency, "a currency has three letters, such as CNY")
		return ""
	}
	return c
}

// yes reads whether something is so.
func (r *Row) yes(field string) bool {
	v, ok := receivable.Yes(r.text(field))
	if !ok {
		r.Refuse(field, reasonChoice, fmt.Sprintf("%q is neither yes nor no", r.text(field)))
	}
	return v
}

// choice reads one of a few words; the empty one stands for nothing said.
func choice[V any](r *Row, field string, words map[string]V) (v V) {
	s := strings.ToLower(r.text(field))
	v, ok := words[s]
	if !ok {
		r.Refuse(field, reasonChoice, fmt.Sprintf("%q is none of the words that stand here", r.text(field)))
	}
	return v
}

var (
	methods = map[string]string{"": "", "现金": "cash", "cash": "cash", "转账": "transfer", "银行转账": "transfer", "电汇": "transfer", "transfer": "transfer",
		"抵账": "set_off", "抵账款": "set_off", "对冲": "set_off", "set_off": "set_off"}
	makes  = map[string]string{"": "", "银行": "bank", "银行承兑": "bank", "银行承兑汇票": "bank", "bank": "bank", "商业": "commercial", "商业承兑": "commercial", "商业承兑汇票": "commercial", "commercial": "commercial"}
	states = map[string]feed.DraftState{"": feed.DraftHeld, "持有": feed.DraftHeld, "held": feed.DraftHeld, "已兑付": feed.DraftHonoured, "兑付": feed.DraftHonoured, "honoured": feed.DraftHonoured,
		"拒付": feed.DraftDishonoured, "dishonoured": feed.DraftDishonoured}
)

// read turns the line into a record of its kind.
func (r *Row) read(k feed.Kind) {
	if r.Broken != "" {
		r.Faults = append(r.Faults, receivable.Fault{Reason: receivable.ReasonBrokenRow, Message: r.Broken})
		return
	}
	if len(r.Cells) > len(r.layout.heads) && slices.ContainsFunc(r.Cells[len(r.layout.heads):], func(s string) bool { return strings.TrimSpace(s) != "" }) {
		r.Faults = append(r.Faults, receivable.Fault{Reason: receivable.ReasonExtraCells,
			Message: fmt.Sprintf("the row has more cells than the %d heads; is a comma in a value not within quotes?", len(r.layout.heads))})
	}
	buyer := feed.Buyer{CustomerNumber: r.number("customer_number"), USCC: strings.ToUpper(r.text("uscc"))}
	switch k {
	case feed.Customers:
		r.Record = feed.Customer{Number: buyer.CustomerNumber, Name: strings.Join(strings.Fields(r.text("customer_name")), " "), USCC: buyer.USCC,
			Address: r.text("address"), CreditTermDays: r.days("credit_term_days")}
	case feed.Contracts:
		days := r.days("credit_term_days")
		if days == nil {
			days = new(int)
		}
		r.Record = feed.Contract{Number: r.number("contract_no"), Buyer: buyer, ProjectName: r.text("project_name"), SignedOn: r.date("signed_on"),
			Volume: r.volume("volume"), Amount: r.amount("amount"), CreditTermDays: *days}
	case feed.Orders:
		o := feed.Order{OrderNo: r.number("order_no"), Buyer: buyer, ContractNo: r.number("contract_no"), OrderedOn: r.date("ordered_on"), Volume: r.volume("volume"),
			Amount: r.amount("amount"), Open: r.amount("open_amount"), Currency: r.currency(), Void: r.yes("void")}
		if r.text("open_amount") == "" {
			o.Open = o.Amount
		}
		r.Record = o
	case feed.Deliveries:
		r.Record = feed.Delivery{TicketNo: r.number("ticket_no"), Buyer: buyer, ContractNo: r.number("contract_no"), OrderNo: r.number("order_no"), InvoiceNo: r.number("invoice_no"),
			DeliveredOn: r.date("delivered_on"), Volume: r.volume("volume"), Amount: r.amount("amount"), Currency: r.currency(), Void: r.yes("void"),
			Dispatch: feed.Dispatch{PlantCode: r.text("plant_code"), PlantName: r.text("plant_name"), Dispatcher: r.text("dispatcher")}}
	case feed.Receivables:
		i := feed.Receivable{DocumentNo: r.number("document_no"), Buyer: buyer, CustomerName: strings.Join(strings.Fields(r.text("customer_name")), " "), ContractNo: r.number("contract_no"),
			InvoiceDate: r.date("invoice_date"), DueDate: r.date("due_date"), Amount: r.amount("amount"), Open: r.amount("open_amount"), Currency: r.currency(), Void: r.yes("void")}
		if r.text("open_amount") == "" {
			i.Open = i.Amount
		}
		r.Record = i
	case feed.Drafts:
		r.Record = feed.Draft{DraftNo: r.number("draft_no"), Buyer: buyer, Make: choice(r, "draft_kind", makes), Acceptor: r.text("acceptor"), Amount: r.amount("amount"),
			Currency: r.currency(), IssuedOn: r.date("issued_on"), DueOn: r.date("due_on"), ReceivedOn: r.date("received_on"), ContractNo: r.number("contract_no"),
			ApplyHere: r.yes("apply_here"), State: choice(r, "state", states), SettledOn: r.date("settled_on")}
	case feed.Receipts:
		r.Record = feed.Receipt{DocumentNo: r.number("document_no"), Buyer: buyer, ReceivedOn: r.date("received_on"), Amount: r.amount("amount"), Currency: r.currency(),
			Method: choice(r, "method", methods), ContractNo: r.text("contract_no"), Payer: r.text("payer"), ApplyHere: r.yes("apply_here"),
			Void: r.yes("void")}
	}
}

// ours are the columns of fields that biz/feed calls otherwise.
var ours = map[feed.Kind]map[string]string{
	feed.Customers:   {"number": "customer_number", "name": "customer_name", "": "customer_number"},
	feed.Contracts:   {"number": "contract_no", "": "contract_no"},
	feed.Orders:      {"": "order_no"},
	feed.Deliveries:  {"": "ticket_no"},
	feed.Receivables: {"": "document_no"},
	feed.Receipts:    {"": "document_no"},
	feed.Drafts:      {"": "draft_no"},
}

// advice says what to do here about faults of which biz/feed speaks to a program.
var advice = map[string]string{
	"CUSTOMER_UNKNOWN": "no customer has this number or code; put him into the customers' file",
	"RECEIPT_DIFFERS":  "a receipt with this number is booked already with other figures; a receipt is never changed, enter it under another number",
}

// Refused takes over the faults that the record met on its way in.
func (r *Row) Refused(faults []fault.Field) {
	for _, f := range faults {
		field := cmp.Or(ours[r.layout.kind][f.Name], f.Name)
		r.Refuse(field, f.Reason, cmp.Or(advice[f.Reason], f.Message))
	}
}
