package receivable

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "zhuxin/app/api/common/v1"
	receivablev1 "zhuxin/app/api/receivable/v1"
	"zhuxin/biz/receivable"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

func toReceivable(r receivable.Receivable, today calendar.Date) *receivablev1.Receivable {
	return &receivablev1.Receivable{Id: r.ID.String(), Source: r.Source, DocumentNo: r.DocumentNo, CustomerId: r.CustomerID.String(),
		CustomerName: r.CustomerName, InvoiceDate: r.InvoiceDate.String(), DueDate: r.DueDate.String(), Currency: string(r.Currency),
		Amount: int64(r.Amount), OpenAmount: int64(r.OpenAmount), OverdueDays: int32(r.OverdueDays(today)),
		State: string(r.State()), Disputed: r.Disputed}
}

func toOverview(o receivable.Overview) *receivablev1.Overview {
	a := o.Aging
	out := &receivablev1.Overview{
		Aging: &commonv1.Aging{Currency: string(o.Currency), Receivable: int64(a.Receivable), Overdue: int64(a.PastDue()), NotDue: int64(a.NotDue),
			Months_0_6: int64(a.Months0To6), Months_6_12: int64(a.Months6To12), Months_12_24: int64(a.Months12To24), Months_24: int64(a.Months24),
			Days_1_30: int64(a.Days1To30), Days_31_60: int64(a.Days31To60), Days_61_90: int64(a.Days61To90), Days_91: int64(a.Days91), AsOf: a.AsOf.String()},
		Customers: o.Customers, CustomersOverdue: o.CustomersOverdue, CustomersOverLimit: o.CustomersOverLimit,
		LimitAmount: int64(o.LimitAmount), Reserved: int64(o.Reserved), PendingApprovals: o.PendingApprovals,
		Used: int64(o.Used), Disputed: int64(o.Disputed),
	}
	for _, m := range o.Months {
		out.Months = append(out.Months, &receivablev1.MonthFigures{Month: m.First.String()[:7], Invoiced: int64(m.Invoiced), Collected: int64(m.Collected)})
	}
	return out
}

func toUploaded(u receivable.Uploaded) *receivablev1.UploadedFile {
	out := &receivablev1.UploadedFile{FileId: u.File.ID.String(), FileName: u.Name, SizeBytes: u.Size, Columns: u.Head,
		Proposed: toMapping(u.Proposed), ProposedPreset: u.Preset}
	for _, row := range u.Sample {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = valid(c)
		}
		out.Sample = append(out.Sample, &receivablev1.SampleRow{Cells: cells})
	}
	return out
}

func toMapping(m receivable.Mapping) *receivablev1.Mapping {
	columns := make(map[string]string, len(m.Columns))
	for f, c := range m.Columns {
		columns[string(f)] = c
	}
	return &receivablev1.Mapping{Columns: columns, DateFormat: string(m.DateFormat), Currency: string(m.Currency), FilterColumn: m.FilterColumn,
		FilterValue: m.FilterValue, AmountDivisor: m.AmountDivisor, CreateCustomers: m.CreateCustomers, Source: m.Source}
}

// fromMapping leaves out fields without a column, which a form sends as empty.
func fromMapping(m *receivablev1.Mapping) receivable.Mapping {
	columns := map[receivable.Field]string{}
	for f, c := range m.GetColumns() {
		if c != "" {
			columns[receivable.Field(f)] = c
		}
	}
	return receivable.Mapping{Columns: columns, DateFormat: receivable.DateFormat(m.GetDateFormat()), Currency: money.Currency(m.GetCurrency()),
		FilterColumn: m.GetFilterColumn(), FilterValue: m.GetFilterValue(), AmountDivisor: m.GetAmountDivisor(),
		CreateCustomers: m.GetCreateCustomers(), Source: m.GetSource()}
}

func toNamed(m receivable.NamedMapping) *receivablev1.NamedMapping {
	return &receivablev1.NamedMapping{Name: m.Name, Preset: m.Preset, Mapping: toMapping(m.Mapping)}
}

func toImport(i receivable.Import) *receivablev1.Import {
	out := &receivablev1.Import{Id: i.ID.String(), FileName: i.FileName, Source: i.Mapping.Source, DryRun: i.DryRun, Status: string(i.Status),
		Failure: i.Failure, RowsRead: i.Counts.Read, RowsInserted: i.Counts.Inserted, RowsUpdated: i.Counts.Updated,
		RowsUnchanged: i.Counts.Unchanged, RowsRefused: i.Counts.Refused, RowsTotal: i.RowsTotal, HasErrorFile: i.ErrorFileID != uuid.Nil,
		CreatedAt: timestamppb.New(i.CreatedAt), FinishedAt: instant(i.FinishedAt), Mapping: toMapping(i.Mapping), FileId: i.FileID.String()}
	if i.CreatedBy != nil {
		out.CreatedBy = &commonv1.PersonRef{Id: i.CreatedBy.ID.String(), Name: i.CreatedBy.Name}
	}
	for _, t := range i.Totals {
		out.Totals = append(out.Totals, &receivablev1.ControlTotal{Currency: string(t.Currency), FileRows: t.FileRows, FileOpenSum: int64(t.FileOpen),
			AcceptedRows: t.AcceptedRows, AcceptedOpenSum: int64(t.AcceptedOpen), LedgerRowsBefore: t.LedgerRows, LedgerOpenSumBefore: int64(t.LedgerOpen),
			LedgerRowsAfter: t.LedgerRowsNow, LedgerOpenSumAfter: int64(t.LedgerOpenNow)})
	}
	for _, e := range i.Errors {
		out.Errors = append(out.Errors, &receivablev1.RowError{Row: e.Row, Column: e.Column, Reason: e.Reason, Message: valid(e.Message), Value: valid(e.Value)})
	}
	return out
}

func instant(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

// valid keeps a text encodable: a proto string is UTF-8, a cell need not be.
func valid(s string) string { return strings.ToValidUTF8(s, "�") }
