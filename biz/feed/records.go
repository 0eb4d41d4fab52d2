package feed

import (
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
	"zhuxin/shared/volume"
)

const (
	maxNumber   = 60
	maxDocument = 128
	maxName     = 200
	// maxAmount and maxVolume keep the sum of a million records inside int64.
	maxAmount = money.Amount(10_000_000_000_000)
	maxVolume = volume.M3(1_000_000_000_000)
	maxDays   = 3650
)

// Buyer names the customer of a record: by number, else by code.
type Buyer struct {
	CustomerNumber string `json:"customer_number,omitempty"`
	USCC           string `json:"uscc,omitempty"`
}

func (b Buyer) check(c *fault.Checks) {
	text(c, "customer_number", b.CustomerNumber, b.USCC == "", maxNumber)
	text(c, "uscc", b.USCC, false, maxNumber)
}

func amount(c *fault.Checks, field string, a money.Amount) {
	c.Require(a >= -maxAmount && a <= maxAmount, field, "OUT_OF_RANGE", "at most a hundred thousand million")
}

func currency(c *fault.Checks, m money.Currency) {
	c.Require(m == "" || m.Valid(), "currency", "BAD_FORM", "three letters, such as CNY")
}

func date(c *fault.Checks, field string, d calendar.Date) {
	c.Require(!d.IsZero(), field, "REQUIRED", "the date is missing")
	c.Require(d.IsZero() || d >= calendar.NewDate(1990, 1, 1) && d <= calendar.NewDate(2200, 1, 1), field, "OUT_OF_RANGE", "a date between 1990 and 2200")
}

// Customer is a legal entity that buys. What it legally is (name and code) is taken
// where it is not known yet; afterwards it changes by approval in the console.
type Customer struct {
	Number         string `json:"number"`
	Name           string `json:"name"`
	USCC           string `json:"uscc,omitempty"`
	Address        string `json:"address,omitempty"`
	CreditTermDays *int   `json:"credit_term_days,omitempty"` // nil leaves it as it is
}

// Kind implements Record.
func (Customer) Kind() Kind { return Customers }

// RecordID implements Record.
func (r Customer) RecordID() string { return r.Number }

// Sums implements Record; a customer has none.
func (Customer) Sums() (money.Currency, money.Amount, volume.M3) { return "", 0, 0 }

func (r Customer) check(c *fault.Checks) {
	text(c, "number", r.Number, true, maxNumber)
	text(c, "name", r.Name, true, maxName)
	text(c, "address", r.Address, false, maxName)
	if r.USCC != "" {
		if _, err := party.ParseUSCC(r.USCC); err != nil {
			c.Add("uscc", "BAD_FORM", err.Error())
		}
	}
	c.Require(r.CreditTermDays == nil || *r.CreditTermDays >= 0 && *r.CreditTermDays <= maxDays, "credit_term_days", "OUT_OF_RANGE", "between 0 and 3650 days")
}

// Contract is a supply contract as its source has it; it comes to a project of ours
// by being linked (000-66).
type Contract struct {
	Number string `json:"number"`
	Buyer
	ProjectName    string        `json:"project_name,omitempty"`
	SignedOn       calendar.Date `json:"signed_on,omitempty"`
	Volume         volume.M3     `json:"volume,omitempty"`
	Amount         money.Amount  `json:"amount,omitempty"`
	CreditTermDays int           `json:"credit_term_days,omitempty"`
}

// Kind implements Record.
func (Contract) Kind() Kind { return Contracts }

// RecordID implements Record.
func (r Contract) RecordID() string { return r.Number }

// Sums implements Record.
func (r Contract) Sums() (money.Currency, money.Amount, volume.M3) { return "", r.Amount, r.Volume }

func (r Contract) check(c *fault.Checks) {
	text(c, "number", r.Number, true, maxNumber)
	r.Buyer.check(c)
	text(c, "project_name", r.ProjectName, false, maxName)
	c.Require(r.Volume >= 0 && r.Volume <= maxVolume, "volume", "OUT_OF_RANGE", "not below zero, in thousandths of m³")
	c.Require(r.Amount >= 0 && r.Amount <= maxAmount, "amount", "OUT_OF_RANGE", "not below zero, in fen")
	c.Require(r.CreditTermDays >= 0 && r.CreditTermDays <= maxDays, "credit_term_days", "OUT_OF_RANGE", "between 0 and 3650 days")
	if !r.SignedOn.IsZero() {
		date(c, "signed_on", r.SignedOn)
	}
}

// Delivery is a delivery ticket (小票). A return has volume and amount below zero. A
// void one counts as nothing delivered.
type Delivery struct {
	TicketNo string `json:"ticket_no"`
	Buyer
	ContractNo  string         `json:"contract_no,omitempty"`
	OrderNo     string         `json:"order_no,omitempty"`
	InvoiceNo   string         `json:"invoice_no,omitempty"` // the source's receivable that bills it
	DeliveredOn calendar.Date  `json:"delivered_on"`
	Volume      volume.M3      `json:"volume"`
	Amount      money.Amount   `json:"amount"`
	Currency    money.Currency `json:"currency,omitempty"` // empty: the subsidiary's
	Void        bool           `json:"void,omitempty"`
	Dispatch
}

// Dispatch is where a ticket left and who sent it; empty where the source does not say.
type Dispatch struct {
	PlantCode  string `json:"plant_code,omitempty"`
	PlantName  string `json:"plant_name,omitempty"`
	Dispatcher string `json:"dispatcher,omitempty"`
}

func (d Dispatch) check(c *fault.Checks) {
	text(c, "plant_code", d.PlantCode, false, maxNumber)
	text(c, "plant_name", d.PlantName, false, maxName)
	text(c, "dispatcher", d.Dispatcher, false, maxName)
}

// Kind implements Record.
func (Delivery) Kind() Kind { return Deliveries }

// RecordID implements Record.
func (r Delivery) RecordID() string { return r.TicketNo }

// Sums implements Record.
func (r Delivery) Sums() (money.Currency, money.Amount, volume.M3) {
	if r.Void {
		return r.Currency, 0, 0
	}
	return r.Currency, r.Amount, r.Volume
}

func (r Delivery) check(c *fault.Checks) {
	text(c, "ticket_no", r.TicketNo, true, maxDocument)
	r.Buyer.check(c)
	text(c, "contract_no", r.ContractNo, false, maxNumber)
	text(c, "order_no", r.OrderNo, false, maxDocument)
	text(c, "invoice_no", r.InvoiceNo, false, maxDocument)
	r.Dispatch.check(c)
	date(c, "delivered_on", r.DeliveredOn)
	amount(c, "amount", r.Amount)
	c.Require(r.Volume >= -maxVolume && r.Volume <= maxVolume, "volume", "OUT_OF_RANGE", "at most a thousand million m³, in thousandths")
	c.Require(r.Volume == 0 || r.Amount == 0 || (r.Volume > 0) == (r.Amount > 0), "amount", "SIGN", "volume and amount of a ticket have one sign; a return has both below zero")
	currency(c, r.Currency)
}

// Receivable is an invoice or another open item, open or just settled.
type Receivable struct {
	DocumentNo string `json:"document_no"`
	Buyer
	CustomerName string         `json:"customer_name,omitempty"` // a customer nobody knows is made under it
	ContractNo   string         `json:"contract_no,omitempty"`
	InvoiceDate  calendar.Date  `json:"invoice_date"`
	DueDate      calendar.Date  `json:"due_date,omitempty"` // zero: by the customer's credit term
	Amount       money.Amount   `json:"amount"`             // negative for a credit note
	Open         money.Amount   `json:"open_amount"`
	Currency     money.Currency `json:"currency,omitempty"`
	Void         bool           `json:"void,omitempty"` // neither owed nor sold any more
}

// Kind implements Record.
func (Receivable) Kind() Kind { return Receivables }

// RecordID implements Record.
func (r Receivable) RecordID() string { return r.DocumentNo }

// Sums implements Record: what is open.
func (r Receivable) Sums() (money.Currency, money.Amount, volume.M3) {
	if r.Void {
		return r.Currency, 0, 0
	}
	return r.Currency, r.Open, 0
}

// The rest is held against the rules of the ledger's import.
func (r Receivable) check(c *fault.Checks) {
	text(c, "document_no", r.DocumentNo, true, maxDocument)
	r.Buyer.check(c)
	text(c, "customer_name", r.CustomerName, false, maxName)
	text(c, "contract_no", r.ContractNo, false, maxNumber)
	date(c, "invoice_date", r.InvoiceDate)
	currency(c, r.Currency)
}

// Receipt is money received; it is never changed, and a void one is undone by a
// counter-entry.
type Receipt struct {
	DocumentNo string `json:"document_no"`
	Buyer
	ReceivedOn calendar.Date  `json:"received_on"`
	Amount     money.Amount   `json:"amount"`
	Currency   money.Currency `json:"currency,omitempty"`
	Method     string         `json:"method,omitempty"` // cash, transfer, set_off; empty: transfer
	ContractNo string         `json:"contract_no,omitempty"`
	Payer      string         `json:"payer,omitempty"`
	ApplyHere  bool           `json:"apply_here,omitempty"` // the source has not applied it to its receivables
	Void       bool           `json:"void,omitempty"`
}

// Kind implements Record.
func (Receipt) Kind() Kind { return Receipts }

// RecordID implements Record.
func (r Receipt) RecordID() string { return r.DocumentNo }

// Sums implements Record.
func (r Receipt) Sums() (money.Currency, money.Amount, volume.M3) {
	if r.Void {
		return r.Currency, 0, 0
	}
	return r.Currency, r.Amount, 0
}

func (r Receipt) check(c *fault.Checks) {
	text(c, "document_no", r.DocumentNo, true, maxDocument-8)
	r.Buyer.check(c)
	date(c, "received_on", r.ReceivedOn)
	amount(c, "amount", r.Amount)
	c.Require(r.Amount != 0 || r.Void, "amount", "ZERO", "a receipt of nothing is none")
	currency(c, r.Currency)
	switch r.Method {
	case "", "cash", "transfer", "set_off":
	default:
		c.Add("method", "UNKNOWN", "cash, transfer or set_off; a draft is entered where its dates are kept")
	}
	text(c, "contract_no", r.ContractNo, false, maxNumber)
	text(c, "payer", r.Payer, false, maxName)
}
