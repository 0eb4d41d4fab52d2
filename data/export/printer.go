// Package export writes reports to files: XLSX for working on, PDF for reading.
// It implements shared/report.Printer. A long table is written row by row and lies
// on disk, so memory does not grow with it.
//
// A spreadsheet's number is a double. An amount is handed over as the double that
// reads back to the same fen; one too large for that is written as text.
package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"zhuxin/data/pdf"
	"zhuxin/data/sheet"
	"zhuxin/shared/report"
)

// Printer implements report.Printer.
type Printer struct{ tempDir string }

var _ report.Printer = Printer{}

// New makes it; tempDir is where files are written before they are sent, empty for
// the system's folder.
func New(tempDir string) Printer { return Printer{tempDir} }

const (
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	pdfType  = "application/pdf"
	largest  = 1 << 53 // beyond it a double is not exact to the fen
)

// Print implements report.Printer.
func (p Printer) Print(d report.Document, f report.Format) (report.File, error) {
	switch f {
	case report.PDF:
		return printed(d)
	case report.XLSX:
		return p.book(func(x *excelize.File, s styles) error {
			used := map[string]bool{}
			for i, section := range d.Sections {
				name := sheetName(section.Title, used)
				if err := addSheet(x, name, i == 0); err != nil {
					return err
				}
				w, err := x.NewStreamWriter(name)
				if err != nil {
					return err
				}
				line := 1
				put := func(cells []any) error {
					at, err := excelize.CoordinatesToCellName(1, line)
					if err != nil {
						return err
					}
					line++
					return w.SetRow(at, cells)
				}
				if err := widths(w, section.Columns); err != nil {
					return err
				}
				if err := errors.Join(put([]any{bold(s, d.Title+" · "+section.Title)}), put([]any{d.Subtitle}), put(heads(s, section.Columns))); err != nil {
					return err
				}
				for _, row := range section.Rows {
					if err := put(cells(s, row, d.Lang)); err != nil {
						return err
					}
				}
				if err := put([]any{section.Note}); err != nil {
					return err
				}
				if err := w.Flush(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return report.File{}, report.ErrFormat
}

// Table implements report.Printer.
func (p Printer) Table(ctx context.Context, title string, columns []report.Column, rows report.Rows) (report.File, error) {
	return p.book(func(x *excelize.File, s styles) error {
		name := sheetName(title, map[string]bool{})
		if err := addSheet(x, name, true); err != nil {
			return err
		}
		w, err := x.NewStreamWriter(name)
		if err != nil {
			return err
		}
		if err := widths(w, columns); err != nil {
			return err
		}
		if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
			return err
		}
		if err := w.SetRow("A1", heads(s, columns)); err != nil {
			return err
		}
		line := 2
		err = rows(ctx, func(row []report.Cell) error {
			at := "A" + strconv.Itoa(line)
			line++
			return w.SetRow(at, cells(s, row, report.ZH))
		})
		if err != nil {
			return err
		}
		return w.Flush()
	})
}

type styles struct{ head, money, rate, days int }

// book writes a workbook to a file without a name, which goes when it is closed.
func (p Printer) book(fill func(x *excelize.File, s styles) error) (out report.File, err error) {
	x := excelize.NewFile(excelize.Options{TmpDir: p.tempDir})
	defer func() { err = errors.Join(err, x.Close()) }()
	var s styles
	for style, target := range map[*excelize.Style]*int{
		{Font: &excelize.Font{Bold: true}}: &s.head,
		{NumFmt: 4}:                        &s.money, // #,##0.00
		{NumFmt: 10}:                       &s.rate,  // 0.00%
		{CustomNumFmt: new("0.0")}:         &s.days,
	} {
		if *target, err = x.NewStyle(style); err != nil {
			return out, err
		}
	}
	if err := fill(x, s); err != nil {
		return out, err
	}
	f, err := os.CreateTemp(p.tempDir, "zhuxin-export-")
	if err != nil {
		return out, fmt.Errorf("open a file for the export: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return out, errors.Join(err, f.Close())
	}
	size, err := x.WriteTo(f)
	if err == nil {
		size, err = f.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return out, errors.Join(fmt.Errorf("write the workbook: %w", err), f.Close())
	}
	return report.File{ContentType: xlsxType, Size: size, Body: f}, nil
}

func addSheet(x *excelize.File, name string, first bool) error {
	if first {
		return x.SetSheetName("Sheet1", name)
	}
	_, err := x.NewSheet(name)
	return err
}

// sheetName makes a title fit the rules: no special characters, at most 31, unique.
func sheetName(title string, used map[string]bool) string {
	clean := []rune(strings.NewReplacer("/", " ", `\`, " ", "?", "", "*", "", "[", "(", "]", ")", ":", " ", "'", "").Replace(title))
	name := string(clean[:min(len(clean), 28)])
	for n := 2; used[name] || name == ""; n++ {
		name = string(clean[:min(len(clean), 26)]) + " " + strconv.Itoa(n)
	}
	used[name] = true
	return name
}

func widths(w *excelize.StreamWriter, columns []report.Column) error {
	for i, c := range columns {
		if err := w.SetColWidth(i+1, i+1, 8+c.Width*5); err != nil {
			return err
		}
	}
	return nil
}

func bold(s styles, text string) excelize.Cell { return excelize.Cell{StyleID: s.head, Value: text} }

func heads(s styles, columns []report.Column) []any {
	out := make([]any, len(columns))
	for i, c := range columns {
		out[i] = bold(s, c.Title)
	}
	return out
}

func cells(s styles, row []report.Cell, lang report.Lang) []any {
	out := make([]any, len(row))
	for i, c := range row {
		switch {
		case c.Unit == "" || c.Missing:
			out[i] = sheet.Safe(c.Show(lang))
		case c.Value >= largest || c.Value <= -largest:
			out[i] = c.Show(lang)
		case c.Unit == report.UnitBP:
			out[i] = excelize.Cell{StyleID: s.rate, Value: float64(c.Value) / 10_000}
		case c.Unit == report.UnitDays:
			out[i] = excelize.Cell{StyleID: s.days, Value: float64(c.Value) / 100}
		default:
			out[i] = excelize.Cell{StyleID: s.money, Value: float64(c.Value) / 100}
		}
	}
	return out
}

func printed(d report.Document) (report.File, error) {
	doc := pdf.New(pdf.Head{Title: d.Title, Subtitle: d.Subtitle, Footer: d.Subtitle, Lang: pdf.Lang(d.Lang), At: d.At})
	for _, section := range d.Sections {
		t := pdf.Table{}
		for _, c := range section.Columns {
			t.Columns = append(t.Columns, pdf.Column{Title: c.Title, Width: c.Width, Right: c.Right})
		}
		for _, row := range section.Rows {
			line := make([]string, len(row))
			for i, c := range row {
				line[i] = c.Show(d.Lang)
			}
			t.Rows = append(t.Rows, line)
		}
		doc.Heading(section.Title).Table(t)
		if section.Note != "" {
			doc.Note(section.Note)
		}
	}
	b, err := doc.Bytes()
	if err != nil {
		return report.File{}, fmt.Errorf("write the document: %w", err)
	}
	return report.File{ContentType: pdfType, Size: int64(len(b)), Body: io.NopCloser(bytes.NewReader(b))}, nil
}
