package receivable

import (
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// Field is what a column of a file gives.
type Field string

// The fields.
const (
	FieldCustomerNumber Field = "customer_number"
	FieldCustomerName   Field = "customer_name"
	FieldUSCC           Field = "uscc"
	FieldDocumentNo     Field = "document_no"
	FieldInvoiceDate    Field = "invoice_date"
	FieldDueDate        Field = "due_date"
	FieldAmount         Field = "amount"
	FieldOpenAmount     Field = "open_amount"
	FieldCurrency       Field = "currency"
	FieldContractNo     Field = "contract_no" // not in our own template; the ERP's contract number
	FieldVoid           Field = "void"        // whether the document was declared void
)

// Fields lists them in the order of our own template.
var Fields = []Field{FieldCustomerNumber, FieldCustomerName, FieldUSCC, FieldDocumentNo, FieldInvoiceDate, FieldDueDate,
	FieldAmount, FieldOpenAmount, FieldCurrency, FieldVoid}

// Mapping says which column of a file gives which field, and how it is read. Its
// JSON is what is stored and what the command line takes.
type Mapping struct {
	Columns    map[Field]string `json:"columns"` // field → column head
	DateFormat DateFormat       `json:"date_format"`
	// Currency is used where no column gives one; empty is the subsidiary's.
	Currency money.Currency `json:"currency,omitempty"`
	// Only rows whose FilterColumn has FilterValue are meant, in a file of several
	// companies.
	FilterColumn string `json:"filter_column,omitempty"`
	FilterValue  string `json:"filter_value,omitempty"`
	// AmountDivisor is the decimal number that amounts are divided by, for amounts
	// that were converted at a known rate; empty is 1.
	AmountDivisor string `json:"amount_divisor,omitempty"`
	// CreateCustomers makes customers that are not known yet, without a code, so that
	// they cannot be rated before somebody completes them.
	CreateCustomers bool `json:"create_customers,omitempty"`
	// Source is the first part of a receivable's identity: the system it comes from.
	Source string `json:"source"`
}

var divisorForm = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,9})?$`)

const (
	maxSource = 64
	maxHead   = 120
)

// Validate gives all faults that can be seen without the file; currency is the
// subsidiary's.
func (m Mapping) Validate(currency money.Currency) error {
	var c fault.Checks
	m.check(&c, currency)
	return c.Err()
}

// ValidateFor gives all faults, knowing the column heads of the file.
func (m Mapping) ValidateFor(head []string, currency money.Currency) error {
	var c fault.Checks
	m.check(&c, currency)
	count := map[string]int{}
	for _, h := range head {
		count[h]++
	}
	there := func(field, column string) {
		switch {
		case column == "":
		case count[column] == 0:
			c.Add(field, "COLUMN_MISSING", fmt.Sprintf("the file has no column %q; it has: %s", column, shortList(head)))
		case count[column] > 1:
			c.Add(field, "COLUMN_TWICE", fmt.Sprintf("the file has %d columns %q; rename all but one", count[column], column))
		}
	}
	for _, f := range slices.Sorted(maps.Keys(m.Columns)) {
		if f == FieldVoid && count[m.Columns[f]] == 0 {
			continue // files from before there was the column declare nothing void
		}
		there("mapping.columns."+string(f), m.Columns[f])
	}
	there("mapping.filter_column", m.FilterColumn)
	return c.Err()
}

func (m Mapping) check(c *fault.Checks, currency money.Currency) {
	used := map[string]Field{}
	for _, f := range slices.Sorted(maps.Keys(m.Columns)) {
		name, column := "mapping.columns."+string(f), m.Columns[f]
		c.Require(slices.Contains(Fields, f) || f == FieldContractNo, name, "UNKNOWN", "there is no such field")
		c.Require(utf8.RuneCountInString(column) <= maxHead, name, "TOO_LONG", fmt.Sprintf("at most %d characters", maxHead))
		other, twice := used[column]
		// A file may have one amount for both: all of it is still open.
		both := f == FieldOpenAmount && other == FieldAmount
		c.Require(column == "" || !twice || both, name, "COLUMN_TWICE", fmt.Sprintf("the column already gives %s", other))
		used[column] = f
	}
	for _, f := range []Field{FieldDocumentNo, FieldInvoiceDate, FieldAmount} {
		c.Require(m.Columns[f] != "", "mapping.columns."+string(f), "REQUIRED", "choose the column that gives it")
	}
	if m.CreateCustomers {
		for _, f := range []Field{FieldCustomerNumber, FieldCustomerName} {
			c.Require(m.Columns[f] != "", "mapping.columns."+string(f), "REQUIRED", "customers can only be created with number and name")
		}
	} else {
		c.Require(m.Columns[FieldCustomerNumber] != "" || m.Columns[FieldUSCC] != "", "mapping.columns.customer_number", "REQUIRED",
			"choose the column that gives the customer's number or his unified social credit code")
	}
	c.Require(m.DateFormat.known(), "mapping.date_format", "UNKNOWN", "one of yyyy-MM-dd, yyyy/M/d, yyyyMMdd, dd-MM-yyyy")
	c.Require(m.Currency == "" || m.Currency.Valid(), "mapping.currency", "BAD_FORM", "three letters, such as CNY")
	c.Require(m.Currency == "" || !m.Currency.Valid() || m.Currency == currency, "mapping.currency", ReasonForeignCurrency,
		fmt.Sprintf("receivables are kept in %s here; a file in %s belongs to another subsidiary", currency, m.Currency))
	c.Require((m.FilterColumn == "") == (m.FilterValue == ""), "mapping.filter_value", "FILTER_VALUE_REQUIRED",
		"give the value of the rows that belong to this subsidiary, or leave the filter column out as well")
	c.Require(m.AmountDivisor == "" || validDivisor(m.AmountDivisor), "mapping.amount_divisor", "BAD_FORM", "a decimal number above zero, such as 0.7")
	checkSource(c, "mapping.source", m.Source)
}

func validDivisor(s string) bool {
	v, ok := new(big.Rat).SetString(s)
	return divisorForm.MatchString(s) && ok && v.Sign() > 0
}

func checkSource(c *fault.Checks, field, s string) {
	c.Require(s != "", field, "REQUIRED", "name the system that the file comes from; it is part of each receivable's identity")
	c.Require(utf8.RuneCountInString(s) <= maxSource && !strings.ContainsFunc(s, unicode.IsControl) && strings.TrimSpace(s) == s,
		field, "BAD_FORM", fmt.Sprintf("at most %d characters, without blanks around them", maxSource))
}

func shortList(head []string) string {
	const most = 30
	if len(head) > most {
		return strings.Join(head[:most], ", ") + ", …"
	}
	return strings.Join(head, ", ")
}

// NamedMapping is a mapping to choose: a preset, or one that somebody saved.
type NamedMapping struct {
	Name    string
	Preset  bool
	Mapping Mapping
}
