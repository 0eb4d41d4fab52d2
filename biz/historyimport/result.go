package historyimport

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// Code says what a finding is about.
type Code string

// What stops an import unless it is explained.
const (
	CodeRefused Code = "rows_refused"
	CodeRows    Code = "rows_differ"   // from the control figure
	CodeTotal   Code = "total_differs" // from the control figure
)

// What somebody has to have seen.
const (
	CodeChanges    Code = "changes_stored"      // records that are here already with other contents
	CodeContract   Code = "contract_unknown"    // a contract number that no contract has
	CodeExceeds    Code = "receipts_exceed"     // more received from a customer than was ever invoiced
	CodeLimitation Code = "past_limitation"     // open and due longer ago than the term of limitation
	CodeLate       Code = "after_as_of"         // dated after the cut-over
	CodeElsewhere  Code = "stored_elsewhere"    // the same number of the same customer from another source
	CodeNoUSCC     Code = "customer_without_id" // customers without a code, who cannot be rated
	CodeAdvance    Code = "unapplied_receipts"  // receipts to be applied here, which lower the exposure
)

// Key names a finding within a check.
type Key struct {
	Code     Code           `json:"code"`
	Kind     Kind           `json:"kind"`
	Currency money.Currency `json:"currency,omitempty"`
}

// String is the key as a client carries it.
func (k Key) String() string {
	return strings.TrimRight(fmt.Sprintf("%s:%s:%s", k.Code, k.Kind, k.Currency), ":")
}

// Finding is something that the uploader has to answer for. Amount is fen; for a
// total it is the difference, what is taken less the control figure.
type Finding struct {
	Key
	Error   bool         `json:"error"`
	Count   int64        `json:"count"`
	Amount  money.Amount `json:"amount"`
	Samples []string     `json:"samples,omitempty"`
}

// stamp tells whether an answer was given to these figures.
func (f Finding) stamp() string { return fmt.Sprintf("%d/%d", f.Count, f.Amount) }

// Sum is a file in one currency beside the old books, in fen.
type Sum struct {
	Currency money.Currency `json:"currency"`
	File     money.Amount   `json:"file"`    // of all rows whose amount could be read
	Taken    money.Amount   `json:"taken"`   // of those that are not refused
	Control  money.Amount   `json:"control"` // by the old books
}

// Difference is what is taken less what the old books say.
func (s Sum) Difference() money.Amount { return s.Taken - s.Control }

// Outcome is what became, or would become, of the rows of a file.
type Outcome struct {
	Kind        Kind       `json:"kind"`
	SHA256      string     `json:"sha256"`
	Rows        int64      `json:"rows"`
	Inserted    int64      `json:"inserted"`
	Updated     int64      `json:"updated"`
	Unchanged   int64      `json:"unchanged"`
	Refused     int64      `json:"refused"`
	ControlRows int64      `json:"control_rows"`
	Sums        []Sum      `json:"sums,omitempty"`
	Errors      []RowError `json:"errors,omitempty"` // the first ones
	ErrorFileID uuid.UUID  `json:"error_file_id"`    // Nil without refused rows
}

// Taken counts the rows that are not refused.
func (o Outcome) Taken() int64 { return o.Rows - o.Refused }

// Ties says whether rows and sums are those of the old books.
func (o Outcome) Ties() bool {
	return o.Taken() == o.ControlRows && !slices.ContainsFunc(o.Sums, func(s Sum) bool { return s.Difference() != 0 })
}

// Debtor is a customer with what he owes by the imported items, in fen.
type Debtor struct {
	Number   string        `json:"number"`
	Name     string        `json:"name"`
	Open     money.Amount  `json:"open"`
	Overdue  money.Amount  `json:"overdue"`
	OldestOn calendar.Date `json:"oldest_on"` // due date of the oldest open item
}

// Result is what a check found. Aging, debtors and counts are of all items of the
// source on the cut-over date.
type Result struct {
	CheckedAt time.Time      `json:"checked_at"`
	AsOf      calendar.Date  `json:"as_of"`
	Currency  money.Currency `json:"currency"`
	Outcomes  []Outcome      `json:"outcomes"`
	Aging     exposure.Aging `json:"aging"`
	Owing     int64          `json:"owing"`      // customers with something open
	OwingLate int64          `json:"owing_late"` // of these, with something overdue
	Debtors   []Debtor       `json:"debtors,omitempty"`
	Findings  []Finding      `json:"findings,omitempty"`
}

// Outcome gives what became of a kind's file.
func (r Result) Outcome(k Kind) (Outcome, bool) {
	n := slices.IndexFunc(r.Outcomes, func(o Outcome) bool { return o.Kind == k })
	if n < 0 {
		return Outcome{}, false
	}
	return r.Outcomes[n], true
}

// figures are the parts of a result that a second run must repeat.
func (r Result) figures() Result {
	r.CheckedAt = time.Time{}
	r.Outcomes = slices.Clone(r.Outcomes)
	for i := range r.Outcomes {
		r.Outcomes[i].ErrorFileID = uuid.Nil
	}
	return r
}

// same is nil when another run gave the same figures, and else names what differs.
func (r Result) same(other Result) error {
	a, b := r.figures(), other.figures()
	x, err := json.Marshal(a)
	if err != nil {
		return err
	}
	y, err := json.Marshal(b)
	if err != nil {
		return err
	}
	if string(x) == string(y) {
		return nil
	}
	e := ErrDiffers.With("aging", fmt.Sprintf("%s instead of %s", b.Aging.Receivable, a.Aging.Receivable))
	for _, o := range a.Outcomes {
		if p, _ := b.Outcome(o.Kind); p.Inserted != o.Inserted || p.Updated != o.Updated || p.Unchanged != o.Unchanged || p.Refused != o.Refused {
			e = e.With(string(o.Kind), fmt.Sprintf("new %d, changed %d, as before %d, refused %d instead of %d, %d, %d, %d",
				p.Inserted, p.Updated, p.Unchanged, p.Refused, o.Inserted, o.Updated, o.Unchanged, o.Refused))
		}
	}
	return e
}

// Seal is what the signer names: the SHA-256, in hex, of the files' hashes, the
// figures and the answers that he saw.
func (i Import) Seal() string {
	if i.Result == nil {
		return ""
	}
	h := sha256.New()
	files := map[Kind]string{}
	for _, f := range i.Files {
		files[f.Kind] = f.SHA256
	}
	for _, k := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s %s\n", k, files[k])
	}
	for _, x := range []any{i.AsOf, i.Note, i.Result.figures(), i.Answers} {
		b, err := json.Marshal(x)
		if err != nil {
			return "" // signs nothing
		}
		h.Write(append(b, '\n'))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// compare adds what the control figures find.
func (r *Result) compare() {
	for _, o := range r.Outcomes {
		if o.Refused > 0 {
			r.find(Finding{Key: Key{Code: CodeRefused, Kind: o.Kind}, Error: true, Count: o.Refused})
		}
		if o.Taken() != o.ControlRows {
			r.find(Finding{Key: Key{Code: CodeRows, Kind: o.Kind}, Error: true, Count: o.Taken() - o.ControlRows})
		}
		for _, s := range o.Sums {
			if d := s.Difference(); d != 0 {
				r.find(Finding{Key: Key{Code: CodeTotal, Kind: o.Kind, Currency: s.Currency}, Error: true, Count: 1, Amount: d})
			}
		}
		if o.Updated > 0 {
			r.find(Finding{Key: Key{Code: CodeChanges, Kind: o.Kind}, Count: o.Updated})
		}
	}
}

func (r *Result) find(f Finding) { r.Findings = append(r.Findings, f) }

// sort puts what blocks first, in the order of the kinds.
func (r *Result) sort() {
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		if a.Error != b.Error {
			if a.Error {
				return -1
			}
			return 1
		}
		return slices.Index(Kinds, a.Kind) - slices.Index(Kinds, b.Kind)
	})
}
