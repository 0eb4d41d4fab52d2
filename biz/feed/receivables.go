package feed

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/google/uuid"

	"zhuxin/biz/receivable"
	"zhuxin/shared/fault"
)

// head is that of our own template.
var head = []string{
	string(receivable.FieldCustomerNumber), string(receivable.FieldCustomerName), string(receivable.FieldUSCC), string(receivable.FieldDocumentNo),
	string(receivable.FieldInvoiceDate), string(receivable.FieldDueDate), string(receivable.FieldAmount), string(receivable.FieldOpenAmount),
	string(receivable.FieldCurrency), string(receivable.FieldContractNo), string(receivable.FieldVoid),
}

// Sheet writes receivables as a file of our own template, row by row.
type Sheet struct{ out *csv.Writer }

// NewSheet begins one.
func NewSheet(w io.Writer) (Sheet, error) {
	s := Sheet{csv.NewWriter(w)}
	return s, s.out.Write(head)
}

// Add writes a row.
func (s Sheet) Add(r Receivable) error {
	void := ""
	if r.Void {
		void = "yes"
	}
	return s.out.Write([]string{r.CustomerNumber, r.CustomerName, r.USCC, r.DocumentNo, r.InvoiceDate.String(), r.DueDate.String(), r.Amount.String(), r.Open.String(),
		string(r.Currency), r.ContractNo, void})
}

// End writes what is left.
func (s Sheet) End() error {
	s.out.Flush()
	return s.out.Error()
}

// Import runs a stored file of that template into the ledger. It fails when the
// import does.
func (s *Service) Import(ctx context.Context, source string, file uuid.UUID) (receivable.Import, error) {
	columns := map[receivable.Field]string{}
	for _, name := range head {
		columns[receivable.Field(name)] = name
	}
	m := receivable.Mapping{Columns: columns, DateFormat: receivable.DateYMDDashes, CreateCustomers: true, Source: source}
	i, err := s.Imports.StartHere(ctx, receivable.StartInput{FileID: file, Mapping: m})
	if err != nil {
		return i, err
	}
	if i, err = s.Imports.Run(ctx, i.ID, func(int64) {}); err == nil && i.Status != receivable.StatusDone {
		err = fault.New(fault.KindUnavailable, "FEED_IMPORT_FAILED", "the receivables could not be imported: "+i.Failure)
	}
	return i, err
}

// putReceivables takes a batch in as a file, so that its rows are checked, counted
// and tied like every other one's, and the file is kept.
func (s *Service) putReceivables(ctx context.Context, source string, records []Record) (Result, error) {
	b := newBatch(s, source, "", records)
	var buf bytes.Buffer
	sheet, err := NewSheet(&buf)
	if err != nil {
		return Result{}, err
	}
	var rows []*Outcome // in the order of the file
	each(b, func(r Receivable, o *Outcome) {
		rows = append(rows, o)
		err = sheet.Add(r)
	})
	if err != nil {
		return Result{}, err
	}
	if err := sheet.End(); err != nil {
		return Result{}, err
	}
	if len(rows) > 0 {
		if err := b.receivables(ctx, &buf, rows); err != nil {
			return Result{}, err
		}
	}
	b.count()
	err = s.Tx.InTx(ctx, b.reject)
	return b.Result, err
}

func (b *batch) receivables(ctx context.Context, file io.Reader, rows []*Outcome) error {
	documents := b.ids()
	before, err := b.stored(ctx, documents)
	if err != nil {
		return err
	}
	up, err := b.Imports.Upload(ctx, fmt.Sprintf("%s-%s.csv", b.source, b.now.UTC().Format("20060102-150405")), file, -1)
	if err != nil {
		return err
	}
	i, err := b.Import(ctx, b.source, up.ID)
	if err != nil {
		return err
	}
	b.ImportID = &i.ID
	if err := b.refused(ctx, i, rows); err != nil {
		return err
	}
	after, err := b.stored(ctx, documents)
	if err != nil {
		return err
	}
	for _, o := range rows {
		_, known := before[o.RecordID]
		switch {
		case o.Status == Refused:
		case after[o.RecordID] != i.ID:
			o.Status = Unchanged
		case known:
			o.Status = Updated
		default:
			o.Status = Inserted
		}
	}
	return nil
}

func (b *batch) stored(ctx context.Context, documents []string) (found map[string]uuid.UUID, err error) {
	err = b.Tx.InTx(ctx, func(ctx context.Context) error {
		found, err = b.Repo.Receivables(ctx, b.source, documents)
		return err
	})
	return found, err
}

// refused reads the list of refused rows back: row, column, reason, message, value.
// The head is the first row of the file.
func (b *batch) refused(ctx context.Context, i receivable.Import, rows []*Outcome) error {
	if i.Counts.Refused == 0 {
		return nil
	}
	_, body, err := b.Imports.ErrorFile(ctx, i.ID)
	if err != nil {
		return err
	}
	defer body.Close()
	lines, err := csv.NewReader(body).ReadAll()
	if err != nil {
		return err
	}
	for _, line := range lines[1:] {
		n, err := strconv.Atoi(line[0])
		if err != nil || n < 2 || n-2 >= len(rows) {
			return fmt.Errorf("feed: row %q is none of the %d sent [import=%s]", line[0], len(rows), i.ID)
		}
		rows[n-2].refuse(line[1], line[2], line[3])
	}
	return nil
}
