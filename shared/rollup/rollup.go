// Package rollup is what HQ sees of the subsidiaries' books: one projected row
// per customer and one per subsidiary (000-83 to 000-88). Rows are whole states
// computed anew from the tenant's own tables and put over the old ones, never
// increments, so that an event seen twice or late does no harm.
//
// It owns the projection, reading it, and proving it (Verify). It does not own
// the figures: those are the tenants'. A row says as of which business date its
// ages are and when it was projected.
package rollup

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
)

// Figures are sums in fen of Currency. NotDue plus either scheme (ruling 6) is
// Receivable.
type Figures struct {
	Currency   string `json:"currency"`
	Receivable int64  `json:"receivable"`
	Overdue    int64  `json:"overdue"`
	NotDue     int64  `json:"not_due"`
	Months0    int64  `json:"months_0_6"`
	Months6    int64  `json:"months_6_12"`
	Months12   int64  `json:"months_12_24"`
	Months24   int64  `json:"months_24"`
	Days1      int64  `json:"days_1_30"`
	Days31     int64  `json:"days_31_60"`
	Days61     int64  `json:"days_61_90"`
	Days91     int64  `json:"days_91"`
	// Of Receivable, and of Overdue, what is in dispute.
	Disputed        int64 `json:"disputed"`
	DisputedOverdue int64 `json:"disputed_overdue"`

	Limit    int64         `json:"limit_amount"` // standing and active temporary limits and cover, of kind amount
	Reserved int64         `json:"reserved"`
	AsOf     calendar.Date `json:"as_of"`
}

// Customer is the projected state of one customer of one subsidiary.
type Customer struct {
	ID        uuid.UUID `json:"id"`
	TenantID  uuid.UUID `json:"tenant_id"`
	Name      string    `json:"customer_name"`
	USCC      string    `json:"uscc"`
	Grade     string    `json:"grade"`
	LimitKind string    `json:"limit_kind"`
	Stage     string    `json:"stage"`           // the furthest of its agreements; empty without one
	Version   int64     `json:"account_version"` // of the credit account the state was read from
	Figures
}

// Sums are figures over customers. AsOf and ProjectedAt are the oldest among the
// parts, so that nothing looks fresher than it is.
type Sums struct {
	Customers          int64
	CustomersOverdue   int64
	CustomersOverLimit int64
	ProjectedAt        time.Time
	Figures
}

// Subsidiary is the projected sum of one subsidiary.
type Subsidiary struct {
	TenantID   uuid.UUID
	Slug, Name string
	Sums
}

// Total is the sum over the subsidiaries of one currency; nothing is converted.
type Total struct {
	Subsidiaries int64
	Sums
}

// Row is a projected customer with its subsidiary's name, for lists at HQ.
type Row struct {
	Customer
	SubsidiaryName   string
	OnNegativeList   bool
	ProjectedAt      time.Time
	SubsidiaryActive bool
}

// Rating is one effective rating of a company at a subsidiary (000-90).
type Rating struct {
	ID          uuid.UUID  `json:"id"`
	TenantID    uuid.UUID  `json:"tenant_id"`
	CustomerID  uuid.UUID  `json:"customer_id"`
	USCC        string     `json:"uscc"`
	Grade       string     `json:"grade"`
	TotalScore  int64      `json:"total_score"` // hundredths
	EffectiveAt time.Time  `json:"effective_at"`
	LapsedAt    *time.Time `json:"lapsed_at"`
}

// Query selects projected customers.
type Query struct {
	TenantID uuid.UUID // uuid.Nil for the whole group
	Text     string    // part of a name or a code
	OrderBy  Order
	Limit    int
	Offset   int
}

// SubsidiaryQuery selects projected subsidiaries of one currency: sums of
// different currencies have no order.
type SubsidiaryQuery struct {
	Currency string
	Text     string // part of a name
	OrderBy  Order
	Limit    int
	Offset   int
}

// Order is how projected rows are sorted.
type Order string

// The orders; Desc turns one around.
const (
	ByReceivable     Order = "-receivable"
	ByReceivableAsc  Order = "receivable"
	ByOverdue        Order = "-overdue"
	ByOverdueAsc     Order = "overdue"
	ByName           Order = "name"
	ByNameDescending Order = "-name"

	// Of subsidiaries only: overdue in receivable, receivable and reserved in the
	// limit, customers over their limit. What has no ratio comes last.
	ByRatio          Order = "-ratio"
	ByRatioAsc       Order = "ratio"
	ByUtilization    Order = "-utilization"
	ByUtilizationAsc Order = "utilization"
	ByOverLimit      Order = "-customersOverLimit"
	ByOverLimitAsc   Order = "customersOverLimit"
)

// Orders lists the orders of customers, SubsidiaryOrders those of subsidiaries.
var (
	Orders           = []Order{ByReceivable, ByReceivableAsc, ByOverdue, ByOverdueAsc, ByName, ByNameDescending}
	SubsidiaryOrders = append(slices.Clone(Orders), ByRatio, ByRatioAsc, ByUtilization, ByUtilizationAsc, ByOverLimit, ByOverLimitAsc)
)
