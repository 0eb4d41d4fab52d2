package historyimport

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
	reasonNameTaken = "CUSTOMER_NAME_TAKEN"
	reasonNumber    = "BAD_NUMBER"
	reasonChoice    = "UNKNOWN"
)

// row is a line of a file that becomes a record, with what is wrong in it.
type row struct {
	layout
	receivable.Line
	cells  receivable.Cells
	faults []receivable.Fault
	record feed.Record
}

func (r *row) refuse(field, reason, message string) {
	r.faults = append(r.faults, receivable.Fault{Column: r.head(field), Reason: reason, Message: message, Value: receivable.Show(r.text(field))})
}

func (r *row) text(field string) string { return r.cell(r.Line, field) }

// number reads the number of a document or a customer.
func (r *row) number(field string) string {
	s := r.text(field)
	if receivable.LostDigits(s) {
		r.refuse(field, receivable.ReasonLostDigits, "a spreadsheet turned the number into a rounded one; format the column as text and export again")
		return ""
	}
	return s
}

func (r *row) amount(field string) money.Amount {
	s := r.text(field)
	if s == "" {
		return 0
	}
	a, err := r.cells.Amount(s)
	if err != nil {
		r.refuse(field, receivable.ReasonBadAmount, err.Error())
	}
	return a
}

func (r *row) date(field string) calendar.Date {
	s := r.text(field)
	if s == "" {
		return 0
	}
	d, err := r.cells.Date(s)
	if err != nil {
		r.refuse(field, receivable.ReasonBadDate, err.Error())
	}
	return d
}

func (r *row) days(field string) *int {
	s := r.text(field)
	if s == "" {
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		r.refuse(field, reasonNumber, fmt.Sprintf("%q is no whole number of days", s))
		return nil
	}
	return &n
}

func (r *row) volume(field string) volume.M3 {
	s := r.text(field)
	if s == "" {
		return 0
	}
	v, err := volume.Parse(s)
	if err != nil {
		r.refuse(field, reasonNumber, err.Error())
	}
	return v
}

func (r *row) currency() money.Currency {
	s := r.text("currency")
	if s == "" {
		return ""
	}
	c, ok := receivable.Currency(s)
	if !ok {
		r.refuse("currency", receivable.ReasonBadCurrency, "a currency has three letters, such as CNY")
		return ""
	}
	return c
}

// choice reads one of a few words; the empty one stands for nothing said.
func choice[V any](r *row, field string, words map[string]V) (v V) {
	s := strings.ToLower(r.text(field))
	v, ok := words[s]
	if !ok {
		r.refuse(field, reasonChoice, fmt.Sprintf("%q is none of the words that stand here", r.text(field)))
	}
	return v
}

var (
	methods = map[string]string{"": "", "现金": "cash", "cash": "cash", "转账": "transfer", "银行转账": "transfer", "电汇": "transfer", "transfer": "transfer",
		"抵账": "set_off", "抵账款": "set_off", "对冲": "set_off", "set_off": "set_off"}
	yesOrNo = map[string]bool{"": false, "否": false, "no": false, "n": false, "0": false, "false": false, "是": true, "yes": true, "y": true, "1": true, "true": true}
)

// read turns the line into a record of its kind.
func (r *row) read(k Kind) {
	if r.Broken != "" {
		r.faults = append(r.faults, receivable.Fault{Reason: receivable.ReasonBrokenRow, Message: r.Broken})
		return
	}
	if len(r.Cells) > len(r.heads) && slices.ContainsFunc(r.Cells[len(r.heads):], func(s string) bool { return strings.TrimSpace(s) != "" }) {
		r.faults = append(r.faults, receivable.Fault{Reason: receivable.ReasonExtraCells,
			Message: fmt.Sprintf("the row has more cells than the %d heads; is a comma in a value not within quotes?", len(r.heads))})
	}
	buyer := feed.Buyer{CustomerNumber: r.number("customer_number"), USCC: strings.ToUpper(r.text("uscc"))}
	switch k {
	case Customers:
		r.record = feed.Customer{Number: buyer.CustomerNumber, Name: strings.Join(strings.Fields(r.text("customer_name")), " "), USCC: buyer.USCC,
			Address: r.text("address"), CreditTermDays: r.days("credit_term_days")}
	case Contracts:
		days := r.days("credit_term_days")
		if days == nil {
			days = new(int)
		}
		r.record = feed.Contract{Number: r.number("contract_no"), Buyer: buyer, ProjectName: r.text("project_name"), SignedOn: r.date("signed_on"),
			Volume: r.volume("volume"), Amount: r.amount("amount"), CreditTermDays: *days}
	case Receipts:
		r.record = feed.Receipt{DocumentNo: r.number("document_no"), Buyer: buyer, ReceivedOn: r.date("received_on"), Amount: r.amount("amount"), Currency: r.currency(),
			Method: choice(r, "method", methods), ContractNo: r.text("contract_no"), Payer: r.text("payer"), ApplyHere: choice(r, "apply_here", yesOrNo)}
	}
}

// ours are the columns of fields that biz/feed calls otherwise.
var ours = map[Kind]map[string]string{
	Customers: {"number": "customer_number", "name": "customer_name", "": "customer_number"},
	Contracts: {"number": "contract_no", "": "contract_no"},
	Receipts:  {"": "document_no"},
}

// advice says what to do here about faults of which biz/feed speaks to a program.
var advice = map[string]string{
	"CUSTOMER_UNKNOWN": "no customer has this number or code; put him into the customers' file",
	"RECEIPT_DIFFERS":  "a receipt with this number is booked already with other figures; a receipt is never changed, enter it under another number",
}

// refused takes over the faults that the record met on its way in.
func (r *row) refused(k Kind, faults []fault.Field) {
	for _, f := range faults {
		field := cmp.Or(ours[k][f.Name], f.Name)
		r.refuse(field, f.Reason, cmp.Or(advice[f.Reason], f.Message))
	}
}
