package sheet

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"github.com/xuri/excelize/v2"

	"zhuxin/biz/receivable"
)

// Template implements receivable.Sheets.
func (f *Files) Template(form receivable.Form, format string) ([]byte, string, error) {
	switch format {
	case "csv":
		var b bytes.Buffer
		b.Write(utf8Mark)
		w := csv.NewWriter(&b)
		if err := w.Write(headsOf(form)); err != nil {
			return nil, "", err
		}
		if len(form.Example) > 0 {
			if err := w.Write(form.Example); err != nil {
				return nil, "", err
			}
		}
		w.Flush()
		return b.Bytes(), "text/csv; charset=utf-8", w.Error()
	case "xlsx":
		b, err := templateBook(form)
		return b, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", err
	}
	return nil, "", receivable.ErrTemplateFormat
}

func headsOf(form receivable.Form) []string {
	heads := make([]string, len(form.Columns))
	for i, c := range form.Columns {
		heads[i] = c.Head
	}
	return heads
}

// templateBook explains the columns on a second sheet, which no import reads.
func templateBook(form receivable.Form) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	const help = "说明 Guide"
	if err := f.SetSheetName("Sheet1", form.Sheet); err != nil {
		return nil, err
	}
	if _, err := f.NewSheet(help); err != nil {
		return nil, err
	}
	heads := headsOf(form)
	if err := f.SetSheetRow(form.Sheet, "A1", &heads); err != nil {
		return nil, err
	}
	if len(form.Example) > 0 {
		if err := f.SetSheetRow(form.Sheet, "A2", &form.Example); err != nil {
			return nil, err
		}
	}
	if err := styleColumns(f, form); err != nil {
		return nil, err
	}
	guide := [][]any{{"列 / column", "字段 / field", "说明", "meaning"}}
	for _, c := range form.Columns {
		guide = append(guide, []any{c.Head, c.Field, c.Zh, c.En})
	}
	for i, line := range guide {
		if err := f.SetSheetRow(help, fmt.Sprintf("A%d", i+1), &line); err != nil {
			return nil, err
		}
	}
	if err := f.SetColWidth(help, "A", "D", 34); err != nil {
		return nil, err
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// styleColumns makes texts texts, which keeps leading zeros and long numbers, and
// dates dates.
func styleColumns(f *excelize.File, form receivable.Form) error {
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return err
	}
	date, err := f.NewStyle(&excelize.Style{CustomNumFmt: new("yyyy-mm-dd")})
	if err != nil {
		return err
	}
	for i, c := range form.Columns {
		name, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := f.SetColWidth(form.Sheet, name, name, 18); err != nil {
			return err
		}
		style, styled := map[receivable.CellForm]int{receivable.CellText: text, receivable.CellDate: date}[c.Form]
		if !styled {
			continue
		}
		if err := f.SetColStyle(form.Sheet, name, style); err != nil {
			return err
		}
	}
	return nil
}
