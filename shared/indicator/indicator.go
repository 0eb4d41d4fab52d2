// Package indicator is HQ's indicator library (000-45): the credit indicators
// out of which a subsidiary builds its rating template. HQ edits it,
// subsidiaries read it. A template copies what it uses, so a later edit here
// never changes a template.
package indicator

import "zhuxin/shared/money"

// Kind says how an indicator gets its value.
type Kind string

// The kinds of an indicator.
const (
	KindNumber Kind = "number" // typed in; scored by ranges
	KindChoice Kind = "choice" // one of the options; each has its score
	KindData   Kind = "data"   // a number taken from the tenant's own data; scored by ranges
)

// DataSource names what a data indicator measures of a customer.
type DataSource string

// The data sources; the unit of each value stands behind it.
const (
	SourceOverdueRatio      DataSource = "overdue_ratio"      // overdue ÷ receivables, basis points
	SourceMaxOverdueDays    DataSource = "max_overdue_days"   // days, of the oldest open overdue item
	SourceCooperationMonths DataSource = "cooperation_months" // whole months since the first invoice
	SourceCollectionRate    DataSource = "collection_rate"    // collected ÷ invoiced over 12 months, basis points
	SourceSales12Months     DataSource = "sales_12_months"    // invoiced over 12 months, fen
	SourceNegativeEntries   DataSource = "negative_entries"   // effective entries on the group's negative list
	// Findings of an outside registry: open entries. Without a linked provider they
	// have no value, and the item's rule for missing data decides.
	SourceRegistryFindings   DataSource = "registry_findings"   // business abnormality and serious violations
	SourceLitigationFindings DataSource = "litigation_findings" // lawsuits, enforcement, dishonesty
	// What the register says of the company itself; without an answer they have no
	// value either.
	SourceCompanyYears      DataSource = "company_years"      // whole years since the company was established
	SourceRegisteredCapital DataSource = "registered_capital" // registered capital, fen
	// Deliveries, settlements and contracts of the tenant's own books.
	SourceVolumeDelivered  DataSource = "volume_delivered"  // delivered in the period, m³
	SourcePaidOnTime       DataSource = "paid_on_time"      // share of the items settled in the period that were paid when due, basis points
	SourceMeanDaysLate     DataSource = "mean_days_late"    // mean of the days that the items settled in the period were late
	SourceContractedVolume DataSource = "contracted_volume" // contracted volume of the projects being supplied, m³
)

// DataSources lists them all.
var DataSources = []DataSource{SourceOverdueRatio, SourceMaxOverdueDays, SourceCooperationMonths,
	SourceCollectionRate, SourceSales12Months, SourceNegativeEntries, SourceRegistryFindings, SourceLitigationFindings,
	SourceCompanyYears, SourceRegisteredCapital, SourceVolumeDelivered, SourcePaidOnTime, SourceMeanDaysLate, SourceContractedVolume}

// Number is a value in thousandths of the indicator's unit, so that 12.5 months
// is 12500. For data sources it is the source's own whole unit times 1000.
type Number = int64

// Points is a score or weight in hundredths: 100.00 points are 10000.
type Points = int64

// FullPoints are 100.00 points or percent.
const FullPoints Points = 10000

// Range gives Score to the values in [From, To); nil is open to that side.
type Range struct {
	From  *Number `json:"from,omitempty"`
	To    *Number `json:"to,omitempty"`
	Score Points  `json:"score"`
}

// Option is one choice and its score.
type Option struct {
	Code   string `json:"code"`
	NameZH string `json:"name_zh"`
	NameEN string `json:"name_en"`
	Score  Points `json:"score"`
}

// Scoring turns a value into points: by ranges for numbers, by options for choices.
type Scoring struct {
	Ranges  []Range  `json:"ranges,omitempty"`
	Options []Option `json:"options,omitempty"`
}

// Indicator is one entry of the library. Its scoring is a proposal that a
// template may change.
type Indicator struct {
	Code        string     `json:"code"`
	NameZH      string     `json:"name_zh"`
	NameEN      string     `json:"name_en"`
	Category    Category   `json:"category"`
	Kind        Kind       `json:"kind"`
	Unit        string     `json:"unit"`
	DataSource  DataSource `json:"data_source,omitempty"`
	Description string     `json:"description"`
	Scoring     Scoring    `json:"scoring"`
	Active      bool       `json:"active"`
	Version     int64      `json:"version"`
}

// Category groups indicators as the contract names them (000-45).
type Category string

// The categories of 000-45, and customer qualification.
const (
	CategorySettlement    Category = "settlement_method"
	CategoryPrice         Category = "contract_price"
	CategoryQuantity      Category = "quantity"
	CategoryPerformance   Category = "past_performance"
	CategoryStanding      Category = "customer_standing"
	CategoryLitigation    Category = "customer_litigation"
	CategoryQualification Category = "customer_qualification"
)

// Categories lists them in the order of the contract.
var Categories = []Category{CategorySettlement, CategoryPrice, CategoryQuantity, CategoryPerformance,
	CategoryStanding, CategoryLitigation, CategoryQualification}

// Maxima are the three limits that a grade carries (000-47).
type Maxima struct {
	CreditAmount  money.Amount `json:"max_credit_amount"`
	OverdueAmount money.Amount `json:"max_overdue_amount"`
	OverdueDays   int          `json:"max_overdue_days"`
}
