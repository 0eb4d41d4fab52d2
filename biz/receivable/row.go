package receivable

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// Reasons why a row is refused.
const (
	ReasonBrokenRow        = "BROKEN_ROW"   // cannot be taken apart into cells
	ReasonExtraCells       = "EXTRA_CELLS"  // more cells than the file has heads
	ReasonBadCharacters    = "BAD_ENCODING" // bytes that are no text in the file's encoding
	ReasonRequired         = "REQUIRED"
	ReasonTooLong          = "TOO_LONG"
	ReasonBadForm          = "BAD_FORM"
	ReasonBadDate          = "BAD_DATE"
	ReasonDueBeforeInvoice = "DUE_BEFORE_INVOICE"
	ReasonBadAmount        = "BAD_AMOUNT"
	ReasonZeroAmount       = "ZERO_AMOUNT"
	ReasonOpenExceeds      = "OPEN_EXCEEDS_AMOUNT"
	ReasonOpenSign         = "OPEN_OTHER_SIGN"
	ReasonForeignCurrency  = "CURRENCY_NOT_TENANTS"
	ReasonBadCurrency      = "BAD_CURRENCY"
	ReasonLostDigits       = "LOST_DIGITS" // a spreadsheet turned a number of a document into 1.23E+11
	ReasonBadVoid          = "BAD_VOID"    // neither yes nor no

	// Found once all rows are there.
	ReasonCustomerUnknown  = "CUSTOMER_UNKNOWN"
	ReasonCustomerMismatch = "CUSTOMER_MISMATCH" // number and code belong to different customers
	ReasonDuplicate        = "DUPLICATE_IN_FILE"
	ReasonVoidApplied      = "VOID_BUT_APPLIED" // money was applied to it here
)

// Bounds of the texts of a row, in characters.
const (
	maxNumber     = 64
	maxName       = 120
	maxDocumentNo = 128
	maxShown      = 200 // of a refused value, in the list of errors
)

// Line is one row of a table: its number in the file, and its cells as text,
// valid until the next one is read.
type Line struct {
	No     int64
	Cells  []string
	Broken string // why it could not be taken apart; empty when it could
}

// Fault is one reason why a row is refused. Column is the head in the file.
type Fault struct {
	Column  string `json:"column"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
	Value   string `json:"value"`
}

// Row is one row as it is understood. With Faults it is refused, and the fields
// that could not be read are empty.
type Row struct {
	No             int64
	CustomerNumber string
	USCC           string
	CustomerName   string
	DocumentNo     string
	ContractNo     string // empty where the file says nothing about it
	InvoiceDate    calendar.Date
	DueDate        calendar.Date // zero: by the customer's credit term
	Amount         money.Amount
	OpenAmount     money.Amount
	Currency       money.Currency
	Void           bool // declared void: it stays in the ledger with nothing in it
	Faults         []Fault
}

// rowReader turns lines into rows by a mapping.
type rowReader struct {
	mapping     Mapping
	head        []string
	number      int // positions of the fields, -1 where no column gives it
	name, uscc  int
	document    int
	contract    int
	invoiceDate int
	dueDate     int
	amount      int
	open        int
	currencyAt  int
	void        int
	filter      int
	currency    money.Currency // of the subsidiary
	amounts     amounts
	epoch       calendar.Date
	dates       map[string]calendar.Date // a file has few different ones
}

// newRowReader joins mapping and heads; ValidateFor has found no fault in them.
func newRowReader(m Mapping, head []string, epoch calendar.Date, currency money.Currency) *rowReader {
	position := map[string]int{}
	for i, h := range head {
		position[h] = i
	}
	at := func(column string) int {
		if i, ok := position[column]; ok && column != "" {
			return i
		}
		return -1
	}
	c := m.Columns
	return &rowReader{mapping: m, head: head,
		number: at(c[FieldCustomerNumber]), name: at(c[FieldCustomerName]), uscc: at(c[FieldUSCC]), document: at(c[FieldDocumentNo]), contract: at(c[FieldContractNo]),
		invoiceDate: at(c[FieldInvoiceDate]), dueDate: at(c[FieldDueDate]), amount: at(c[FieldAmount]), open: at(c[FieldOpenAmount]),
		currencyAt: at(c[FieldCurrency]), void: at(c[FieldVoid]), filter: at(m.FilterColumn),
		currency: currency, amounts: amounts{m.AmountDivisor, !epoch.IsZero()}, epoch: epoch, dates: map[string]calendar.Date{}}
}

func cell(l Line, i int) string {
	if i < 0 || i >= len(l.Cells) {
		return ""
	}
	return strings.TrimSpace(l.Cells[i])
}

// column gives the head in the file of a position; the field's name without one.
func (r *rowReader) column(i int, f Field) string {
	if i < 0 {
		return string(f)
	}
	return r.head[i]
}

// read turns a line into a row; meant is false for one of another company.
func (r *rowReader) read(l Line) (row Row, meant bool) {
	row = Row{No: l.No, Currency: r.currency}
	if l.Broken != "" {
		row.refuse("", ReasonBrokenRow, l.Broken, "")
		return row, true
	}
	if r.filter >= 0 && cell(l, r.filter) != r.mapping.FilterValue {
		return row, false
	}
	for i := len(r.head); i < len(l.Cells); i++ {
		if strings.TrimSpace(l.Cells[i]) != "" {
			row.refuse("", ReasonExtraCells, fmt.Sprintf("the row has more cells than the %d heads; is a comma in a value not within quotes?", len(r.head)), l.Cells[i])
			break
		}
	}
	r.readCustomer(l, &row)
	r.readDocument(l, &row)
	r.readDates(l, &row)
	r.readVoid(l, &row)
	r.readAmounts(l, &row)
	return row, true
}

func (row *Row) refuse(column, reason, message, value string) {
	row.Faults = append(row.Faults, Fault{column, reason, message, Show(value)})
}

// Show cuts a value for a list of errors.
func Show(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if utf8.RuneCountInString(s) <= maxShown {
		return s
	}
	return string([]rune(s)[:maxShown]) + "…"
}

func (r *rowReader) text(row *Row, l Line, i int, f Field, most int) string {
	s := cell(l, i)
	switch {
	case s == "" || plainText(s, most):
	case strings.ContainsRune(s, utf8.RuneError):
		row.refuse(r.column(i, f), ReasonBadCharacters, "the value holds bytes that are no text in the file's encoding; save the file as UTF-8", s)
		return ""
	case utf8.RuneCountInString(s) > most:
		row.refuse(r.column(i, f), ReasonTooLong, fmt.Sprintf("at most %d characters", most), s)
		return ""
	case strings.ContainsFunc(s, unicode.IsControl):
		row.refuse(r.column(i, f), ReasonBadForm, "no line breaks or control characters", s)
		return ""
	}
	return s
}

// plainText says that s is short and visible ASCII, as most values are.
func plainText(s string, most int) bool {
	if len(s) > most {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func (r *rowReader) readCustomer(l Line, row *Row) {
	row.CustomerNumber = r.text(row, l, r.number, FieldCustomerNumber, maxNumber)
	row.CustomerName = r.text(row, l, r.name, FieldCustomerName, maxName)
	if strings.Contains(row.CustomerName, "  ") {
		row.CustomerName = strings.Join(strings.Fields(row.CustomerName), " ")
	}
	row.USCC = strings.ToUpper(r.text(row, l, r.uscc, FieldUSCC, maxNumber))
	if row.CustomerNumber == "" && row.USCC == "" && cell(l, r.number) == "" && cell(l, r.uscc) == "" {
		at, f := r.number, FieldCustomerNumber
		if at < 0 {
			at, f = r.uscc, FieldUSCC
		}
		row.refuse(r.column(at, f), ReasonRequired, "the customer's number or unified social credit code is missing", "")
	}
}

var scientific = regexp.MustCompile(`^[0-9](\.[0-9]+)?[eE]\+[0-9]+$`)

func (r *rowReader) readDocument(l Line, row *Row) {
	s := r.text(row, l, r.document, FieldDocumentNo, maxDocumentNo)
	switch {
	case cell(l, r.document) == "":
		row.refuse(r.column(r.document, FieldDocumentNo), ReasonRequired, "the document number is missing", "")
	case len(s) > 3 && (s[1] == '.' || s[1] == 'E' || s[1] == 'e') && scientific.MatchString(s):
		row.refuse(r.column(r.document, FieldDocumentNo), ReasonLostDigits, "a spreadsheet turned the document number into a rounded number; format the column as text and export again", s)
	default:
		row.DocumentNo = s
	}
	row.ContractNo = r.text(row, l, r.contract, FieldContractNo, maxNumber)
}

func (r *rowReader) readDates(l Line, row *Row) {
	invoice, due := cell(l, r.invoiceDate), cell(l, r.dueDate)
	if invoice == "" {
		row.refuse(r.column(r.invoiceDate, FieldInvoiceDate), ReasonRequired, "the invoice date is missing", "")
	} else {
		row.InvoiceDate = r.date(row, r.invoiceDate, FieldInvoiceDate, invoice)
	}
	if due == "" {
		return
	}
	row.DueDate = r.date(row, r.dueDate, FieldDueDate, due)
	if !row.InvoiceDate.IsZero() && !row.DueDate.IsZero() && row.DueDate < row.InvoiceDate {
		row.refuse(r.column(r.dueDate, FieldDueDate), ReasonDueBeforeInvoice, "the due date lies before the invoice date "+row.InvoiceDate.String(), due)
		row.DueDate = 0
	}
}

func (r *rowReader) date(row *Row, i int, f Field, s string) calendar.Date {
	if d, ok := r.dates[s]; ok {
		return d
	}
	d, err := r.mapping.DateFormat.parse(s, r.epoch)
	if err != nil {
		row.refuse(r.column(i, f), ReasonBadDate, err.Error(), s)
		return 0
	}
	if len(r.dates) < 20_000 {
		r.dates[strings.Clone(s)] = d
	}
	return d
}
