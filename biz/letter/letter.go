// Package letter writes to customers: dunning letters, notices of a supply stop, what
// a lawyer or a court is given, dunning bills (000-56, 004-09).
//
// It owns the text templates of the tenant, their merge fields, the numbers and the
// letters as they were written. It does not own when a letter is due
// (biz/agreement, biz/dunning) or how it looks on paper (data/letterpdf).
//
// Numbers have no gap within a tenant and a year: they are taken in the transaction
// that writes the letter. The text and the items are frozen then; the PDF is made from
// them afterwards, outside of it, and stored as a document.
package letter

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// Kind of letter.
type Kind string

// The kinds.
const (
	KindDunning    Kind = "dunning_letter"
	KindSupplyStop Kind = "supply_stop_notice"
	KindLawyer     Kind = "lawyer_letter"
	KindLawsuit    Kind = "lawsuit_brief"
	KindBill       Kind = "dunning_bill"
)

// Kinds lists them.
var Kinds = []Kind{KindDunning, KindSupplyStop, KindLawyer, KindLawsuit, KindBill}

// Line is one open item that a letter is about. Amounts are fen; Open is negative for
// a credit note.
type Line struct {
	DocumentNo  string        `json:"document_no"`
	InvoiceDate calendar.Date `json:"invoice_date"`
	DueDate     calendar.Date `json:"due_date"`
	Amount      money.Amount  `json:"amount,string"`
	Open        money.Amount  `json:"open,string"`
	Days        int           `json:"days"` // past due; 0 or less is not
	LateFee     money.Amount  `json:"late_fee,string,omitempty"`
	Waived      money.Amount  `json:"waived,string,omitempty"` // of the late fee
	// Of a dunning bill: how its late fee was reckoned.
	DailyRate string `json:"daily_rate,omitempty"` // in percent, as 0.05%
	GraceDays int    `json:"grace_days,omitempty"`
	// What was paid late of it, whose fee LateFee holds too.
	PaidLate []PaidLate `json:"paid_late,omitempty"`
}

// PaidLate is a part of an item that was paid some days after it was due.
type PaidLate struct {
	Amount money.Amount  `json:"amount,string"`
	On     calendar.Date `json:"on"`
	Days   int           `json:"days"`
}

// Letter as it was written.
type Letter struct {
	ID           uuid.UUID
	Year, Serial int
	Kind         Kind
	CustomerID   uuid.UUID
	ProjectID    *uuid.UUID
	Subject      string
	Body         string
	Lines        []Line
	Amount       money.Amount // fen that it asks for
	On           calendar.Date
	DocumentID   *uuid.UUID // nil until the PDF is stored
	CreatedAt    time.Time
}

// LateFee is what the letter asks for besides its items.
func (l Letter) LateFee() (sum money.Amount) {
	for _, x := range l.Lines {
		sum += x.LateFee - x.Waived
	}
	return sum
}

// Number is how people cite the letter: 2026-0001.
func (l Letter) Number() string { return fmt.Sprintf("%d-%04d", l.Year, l.Serial) }

// Template is the text of a kind of letter. Version 0 is the product's preset.
type Template struct {
	Kind    Kind
	Subject string
	Body    string
	Version int64
}

// Fields lists what can be merged into a text, as {{name}}.
var Fields = []string{"company", "customer_name", "customer_number", "uscc", "project_name", "letter_number", "date",
	"overdue_amount", "overdue_days", "oldest_due_date", "item_count", "late_fee"}

var mergeField = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// merge fills the fields in. A text that was checked has no unknown ones.
func merge(text string, values map[string]string) string {
	return mergeField.ReplaceAllStringFunc(text, func(m string) string { return values[mergeField.FindStringSubmatch(m)[1]] })
}

const (
	maxSubject = 120
	maxBody    = 4000
)

// Validate gives all faults of a template, unknown fields by name.
func (t Template) Validate() error {
	var c fault.Checks
	c.Require(slices.Contains(Kinds, t.Kind), "kind", "UNKNOWN", "there is no such kind of letter")
	for field, text := range map[string]string{"subject": t.Subject, "body": t.Body} {
		most := map[string]int{"subject": maxSubject, "body": maxBody}[field]
		c.Require(strings.TrimSpace(text) != "", field, "REQUIRED", "write the text")
		c.Require(utf8.RuneCountInString(text) <= most, field, "TOO_LONG", fmt.Sprintf("at most %d characters", most))
		for _, m := range mergeField.FindAllStringSubmatch(text, -1) {
			c.Require(slices.Contains(Fields, m[1]), field, "UNKNOWN_FIELD", fmt.Sprintf("there is no field {{%s}}; there are %s", m[1], strings.Join(Fields, ", ")))
		}
		rest := mergeField.ReplaceAllString(text, "")
		c.Require(!strings.Contains(rest, "{{") && !strings.Contains(rest, "}}"), field, "UNCLOSED_FIELD", "a field is written {{name}}, with two braces on both sides")
	}
	return c.Err()
}

// Preset gives the product's own text of a kind.
func Preset(k Kind) Template { t := presets[k]; t.Kind = k; return t }

var presets = map[Kind]Template{
	KindDunning: {Subject: "催款函", Body: `{{customer_name}}：

截至 {{date}}，贵司在我司共有 {{item_count}} 笔货款逾期未付，逾期金额合计 {{overdue_amount}}，最长逾期 {{overdue_days}} 天（最早到期日 {{oldest_due_date}}），明细见附表。

请贵司于收到本函之日起七日内付清上述款项。如已付款，请将付款凭证告知我司；如对账目有异议，请书面说明。

{{company}}
{{date}}`},
	KindSupplyStop: {Subject: "停止供货通知书", Body: `{{customer_name}}：

截至 {{date}}，贵司逾期未付货款 {{overdue_amount}}，最长逾期 {{overdue_days}} 天。按照双方约定，我司将停止对贵司{{project_name}}的供货，恢复供货须待欠款清偿并经我司批准。

因停止供货产生的工期延误等损失由贵司自行承担。明细见附表。

{{company}}
{{date}}`},
	KindLawyer: {Subject: "律师函委托材料", Body: `关于 {{customer_name}}（统一社会信用代码 {{uscc}}）拖欠货款一事：

截至 {{date}}，该公司逾期未付货款 {{overdue_amount}}，最长逾期 {{overdue_days}} 天，共 {{item_count}} 笔，明细见附表。我司已多次催收未果，现委托律师发函催告。

{{company}}
{{date}}`},
	KindLawsuit: {Subject: "起诉材料清单", Body: `被告：{{customer_name}}，统一社会信用代码 {{uscc}}。

诉请金额：货款 {{overdue_amount}}。截至 {{date}} 最长逾期 {{overdue_days}} 天，共 {{item_count}} 笔，明细见附表。

请法务部门据此准备起诉状、合同、送货单、对账单、发票及历次催款函。

{{company}}
{{date}}`},
	KindBill: {Subject: "催款单", Body: `{{customer_name}}：

截至 {{date}}，贵司逾期货款 {{overdue_amount}}，滞纳金 {{late_fee}}，最长逾期 {{overdue_days}} 天，明细见附表。请尽快付款。

{{company}}
{{date}}`},
}

// TopicIssued asks for a letter's PDF; its payload is an Issued.
const TopicIssued event.Topic = "letter.issued"

// Issued names a letter.
type Issued struct {
	LetterID uuid.UUID `json:"letter_id"`
}

// Faults of letters.
var (
	ErrNotFound = fault.NotFound("LETTER_NOT_FOUND", "there is no such letter")
	ErrVersion  = fault.Conflict("VERSION_CONFLICT", "the text was changed meanwhile; load it again")
)

// Addressee is who gets a letter, and what of his is past due.
type Addressee struct {
	Name, Number, USCC, Project string
	Lines                       []Line // past due on the date, oldest first, credit notes among them
}

// Repository keeps letters; its methods run inside a unit of work.
type Repository interface {
	// Addressee reads the customer, and what is past due on the date of him or of one
	// of his projects.
	Addressee(ctx context.Context, customerID uuid.UUID, projectID *uuid.UUID, on calendar.Date) (Addressee, error)
	// NextSerial takes the next number of a year.
	NextSerial(ctx context.Context, year int) (int, error)
	Insert(ctx context.Context, l Letter) error
	Get(ctx context.Context, id uuid.UUID) (Letter, error)
	// List gives the letters of a customer, newest first.
	List(ctx context.Context, customerID uuid.UUID) ([]Letter, error)
	// SetDocument notes where the PDF lies; only once.
	SetDocument(ctx context.Context, id, documentID uuid.UUID) error
	// Template gives the tenant's own text; nil without one.
	Template(ctx context.Context, k Kind) (*Template, error)
	// SetTemplate stores a text; ErrVersion.
	SetTemplate(ctx context.Context, t Template, by *uuid.UUID, at time.Time) (Template, error)
}
