package demo

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zhuxin/shared/calendar"
)

// The files and heads of the published VAT invoices of firms whose defaults are
// known (CUMCM 2020, problem C).
const (
	firmsFile    = "enterprises_123.csv"
	invoicesFile = "sales_invoices_123.csv.gz"

	firmColumn    = "企业代号"
	nameColumn    = "企业名称"
	defaultColumn = "是否违约"
	numberColumn  = "发票号码"
	dateColumn    = "开票日期"
	totalColumn   = "价税合计"
	statusColumn  = "发票状态"
	validInvoice  = "有效发票" // not voided, 作废发票; a red-letter invoice is valid and negative
)

// realInvoice is one row of the file; Total is in fen, with tax.
type realInvoice struct {
	Firm, Number string
	On           calendar.Date
	Total        int64
	Status       string
}

// realBook are the invoices of all firms as they are counted here, independently of
// the server.
type realBook struct {
	names     map[string]string
	defaulted map[string]bool
	invoices  []realInvoice
	last      calendar.Date // of a valid invoice

	void, red, zero int // voided; valid ones below zero; valid ones of nothing
}

// readBook reads both files of the folder.
func readBook(dir string) (*realBook, error) {
	b := &realBook{names: map[string]string{}, defaulted: map[string]bool{}}
	err := eachRow(filepath.Join(dir, firmsFile), func(row map[string]string) error {
		firm := row[firmColumn]
		if firm == "" || row[defaultColumn] != "是" && row[defaultColumn] != "否" {
			return fmt.Errorf("%s: no firm, or not known whether it defaulted: %v", firmsFile, row)
		}
		b.names[firm], b.defaulted[firm] = row[nameColumn], row[defaultColumn] == "是"
		return nil
	})
	if err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(dir, invoicesFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", invoicesFile, err)
	}
	return b, rows(z, b.add)
}

func (b *realBook) add(row map[string]string) error {
	if _, known := b.names[row[firmColumn]]; !known {
		return fmt.Errorf("%s: invoice of an unknown firm %q", invoicesFile, row[firmColumn])
	}
	t, err := time.Parse("2006/1/2", row[dateColumn])
	if err != nil {
		return fmt.Errorf("%s: %w", invoicesFile, err)
	}
	v, ok := new(big.Rat).SetString(row[totalColumn])
	if !ok || !v.Mul(v, big.NewRat(100, 1)).IsInt() {
		return fmt.Errorf("%s: the total %q has no whole fen", invoicesFile, row[totalColumn])
	}
	i := realInvoice{Firm: row[firmColumn], Number: row[numberColumn], On: calendar.NewDate(t.Date()), Total: v.Num().Int64(),
		Status: strings.TrimSpace(row[statusColumn])}
	switch {
	case i.Status != validInvoice:
		b.void++
	case i.Total == 0:
		b.zero++
	case i.Total < 0:
		b.red++
	}
	if i.Status == validInvoice {
		b.last = max(b.last, i.On)
	}
	b.invoices = append(b.invoices, i)
	return nil
}

// file writes the invoices in our own template with their status beside, moved by
// days so that every span stays what it is. A number that a firm has used twice (the
// invoice code, which tells them apart, is not published) gets a count behind. What
// was paid is not published: each invoice stands as settled, so that nothing
// measures an overdue that nobody knows.
func (b *realBook) file(days int) string {
	var s strings.Builder
	s.WriteString("customer_number,customer_name,uscc,document_no,invoice_date,due_date,amount,open_amount,currency," + statusColumn + "\n")
	seen := map[string]int{}
	for _, i := range b.invoices {
		no := i.Firm + "-" + i.Number
		if seen[no]++; seen[no] > 1 {
			no += fmt.Sprintf("/%d", seen[no])
		}
		on := i.On.AddDays(days)
		fmt.Fprintf(&s, "%s,%s %s,,%s,%s,%s,%s,0.00,CNY,%s\n", i.Firm, b.names[i.Firm], i.Firm, no, on, on, hundredths(i.Total), i.Status)
	}
	return s.String()
}

// sold sums a firm's valid invoices from a day on, in fen: red-letter invoices take
// back what they take back.
func (b *realBook) sold(from calendar.Date) map[string]int64 {
	out := map[string]int64{}
	for _, i := range b.invoices {
		if i.Status == validInvoice && i.On >= from {
			out[i.Firm] += i.Total
		}
	}
	return out
}

// rows reads a table with heads, each row by its heads.
func rows(from io.Reader, each func(row map[string]string) error) error {
	r := csv.NewReader(from)
	head, err := r.Read()
	if err != nil {
		return err
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		row := make(map[string]string, len(head))
		for i, h := range head {
			row[h] = rec[i]
		}
		if err := each(row); err != nil {
			return err
		}
	}
}
