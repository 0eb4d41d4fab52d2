package historyimport

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "zhuxin/app/api/common/v1"
	historyimportv1 "zhuxin/app/api/historyimport/v1"
	"zhuxin/biz/exposure"
	"zhuxin/biz/historyimport"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// entered is what both requests carry.
type entered interface {
	GetAsOf() string
	GetNote() string
	GetLimitationYears() int32
	GetControls() []*historyimportv1.HistoryControl
}

func facts(r entered) (historyimport.Facts, error) {
	f := historyimport.Facts{Note: r.GetNote(), LimitationYears: int(r.GetLimitationYears())}
	var c fault.Checks
	if s := r.GetAsOf(); s != "" {
		d, err := calendar.Parse(s)
		c.Require(err == nil, "as_of", "BAD_FORM", "a date like 2026-05-31")
		f.AsOf = d
	}
	for n, x := range r.GetControls() {
		k := historyimport.Control{Kind: historyimport.Kind(x.GetKind()), Rows: x.GetRows()}
		for _, s := range x.GetSums() {
			if k.Sums == nil {
				k.Sums = map[money.Currency]money.Amount{}
			}
			_, twice := k.Sums[money.Currency(s.GetCurrency())]
			c.Require(!twice, fmt.Sprintf("controls[%d].sums", n), "DUPLICATE", "each currency once")
			k.Sums[money.Currency(s.GetCurrency())] = money.Amount(s.GetAmount())
		}
		f.Controls = append(f.Controls, k)
	}
	return f, c.Err()
}

func toImport(ctx context.Context, i historyimport.Import) *historyimportv1.HistoryImport {
	actor, _ := access.From(ctx)
	own, _ := tenant.From(ctx)
	out := &historyimportv1.HistoryImport{Id: i.ID.String(), AsOf: i.AsOf.String(), Note: i.Note, LimitationYears: int32(i.LimitationYears), Status: string(i.Status),
		Version: i.Version, Failure: i.Failure, Progress: &historyimportv1.HistoryProgress{Kind: string(i.Progress.Kind), Done: i.Progress.Done, Total: i.Progress.Total},
		Created: toMark(&i.Created), Submitted: toMark(i.Submitted), Decided: toMark(i.Decided), Decision: i.Decision, AppliedAt: instant(i.Applied),
		HasProtocol: i.ProtocolID != uuid.Nil, Seal: i.Seal(), Result: toResult(i), OwnWork: i.Wrote(actor), Currency: string(own.Currency)}
	for _, a := range i.Allowed(actor) {
		out.Acts = append(out.Acts, string(a))
	}
	for _, f := range i.Files {
		out.Files = append(out.Files, &historyimportv1.HistoryFile{Kind: string(f.Kind), Name: f.Name, SizeBytes: f.Size, Sha256: f.SHA256,
			Uploaded: toMark(&historyimport.Mark{By: f.UploadedBy, At: f.UploadedAt})})
	}
	for _, c := range i.Controls {
		x := &historyimportv1.HistoryControl{Kind: string(c.Kind), Rows: c.Rows}
		for _, k := range slices.Sorted(maps.Keys(c.Sums)) {
			x.Sums = append(x.Sums, &historyimportv1.HistoryAmount{Currency: string(k), Amount: int64(c.Sums[k])})
		}
		out.Controls = append(out.Controls, x)
	}
	return out
}

func toResult(i historyimport.Import) *historyimportv1.HistoryResult {
	if i.Result == nil {
		return nil
	}
	r := *i.Result
	out := &historyimportv1.HistoryResult{CheckedAt: instant(r.CheckedAt), Currency: string(r.Currency), Aging: toAging(r.Aging, r.Currency),
		CustomersOwing: r.Owing, CustomersOverdue: r.OwingLate, Unanswered: int32(len(i.Unanswered()))}
	for _, o := range r.Outcomes {
		out.Outcomes = append(out.Outcomes, toOutcome(o))
	}
	for _, d := range r.Debtors {
		out.Debtors = append(out.Debtors, &historyimportv1.HistoryDebtor{Number: d.Number, Name: d.Name, Open: int64(d.Open), Overdue: int64(d.Overdue), OldestOn: d.OldestOn.String()})
	}
	for _, f := range r.Findings {
		x := &historyimportv1.HistoryFinding{Key: f.String(), Code: string(f.Code), Kind: string(f.Kind), Currency: string(f.Currency), Error: f.Error, Count: f.Count,
			Amount: int64(f.Amount), Samples: f.Samples}
		if a, ok := i.Answer(f); ok {
			x.Reason, x.Answered = a.Reason, toMark(&historyimport.Mark{By: a.By, At: a.At})
		}
		out.Findings = append(out.Findings, x)
	}
	return out
}

func toOutcome(o historyimport.Outcome) *historyimportv1.HistoryOutcome {
	out := &historyimportv1.HistoryOutcome{Kind: string(o.Kind), Rows: o.Rows, Inserted: o.Inserted, Updated: o.Updated, Unchanged: o.Unchanged, Refused: o.Refused,
		ControlRows: o.ControlRows, Ties: o.Ties(), HasErrorFile: o.ErrorFileID != uuid.Nil}
	for _, s := range o.Sums {
		out.Sums = append(out.Sums, &historyimportv1.HistorySum{Currency: string(s.Currency), File: int64(s.File), Taken: int64(s.Taken), Control: int64(s.Control), Difference: int64(s.Difference())})
	}
	for _, e := range o.Errors {
		out.Errors = append(out.Errors, &historyimportv1.HistoryRowError{Row: e.Row, Column: e.Column, Reason: e.Reason, Message: valid(e.Message), Value: valid(e.Value)})
	}
	return out
}

func toAging(a exposure.Aging, c money.Currency) *commonv1.Aging {
	return &commonv1.Aging{Currency: string(c), Receivable: int64(a.Receivable), Overdue: int64(a.PastDue()), NotDue: int64(a.NotDue),
		Months_0_6: int64(a.Months0To6), Months_6_12: int64(a.Months6To12), Months_12_24: int64(a.Months12To24), Months_24: int64(a.Months24),
		Days_1_30: int64(a.Days1To30), Days_31_60: int64(a.Days31To60), Days_61_90: int64(a.Days61To90), Days_91: int64(a.Days91), AsOf: a.AsOf.String()}
}

func toMark(m *historyimport.Mark) *historyimportv1.HistoryMark {
	if m == nil {
		return nil
	}
	return &historyimportv1.HistoryMark{By: &commonv1.PersonRef{Id: m.By.ID.String(), Name: m.By.Name}, At: instant(m.At)}
}

func instant(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

// valid keeps a text encodable: a proto string is UTF-8, a cell need not be.
func valid(s string) string { return strings.ToValidUTF8(s, "�") }
