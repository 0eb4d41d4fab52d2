package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"zhuxin/biz/receivable"
)

// Safe keeps a cell from being run by the spreadsheet that opens the file: a
// value that begins like a formula gets an apostrophe in front (ASVS 1.2.10).
func Safe(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0\u3000"))
	if strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠|%", first) && s != "" {
		return "'" + s
	}
	return s
}

// errorFile implements receivable.ErrorFile.
type errorFile struct {
	file *os.File
	buf  *bufio.Writer
	csv  *csv.Writer
}

// Errors implements receivable.Sheets.
func (f *Files) Errors() (receivable.ErrorFile, error) {
	file, err := os.CreateTemp(f.tempDir, tempPrefix)
	if err != nil {
		return nil, fmt.Errorf("open a file for refused rows: %w", err)
	}
	// Without a name it goes with the process, however that ends.
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close()
		return nil, err
	}
	e := &errorFile{file: file, buf: bufio.NewWriterSize(file, 64<<10)}
	e.csv = csv.NewWriter(e.buf)
	if _, err := e.buf.Write(utf8Mark); err != nil {
		return nil, err
	}
	return e, e.csv.Write([]string{"row", "column", "reason", "message", "value"})
}

// Add implements receivable.ErrorFile.
func (e *errorFile) Add(r receivable.RowError) error {
	return e.csv.Write([]string{strconv.FormatInt(r.Row, 10), Safe(r.Column), r.Reason, Safe(r.Message), Safe(r.Value)})
}

// Body implements receivable.ErrorFile.
func (e *errorFile) Body() (io.Reader, error) {
	e.csv.Flush()
	if err := e.csv.Error(); err != nil {
		return nil, err
	}
	if err := e.buf.Flush(); err != nil {
		return nil, err
	}
	_, err := e.file.Seek(0, io.SeekStart)
	return e.file, err
}

// Close implements receivable.ErrorFile.
func (e *errorFile) Close() error { return e.file.Close() }

// Template implements receivable.Sheets.
func (f *Files) Template(format string) ([]byte, string, error) {
	switch format {
	case "csv":
		var b bytes.Buffer
		b.Write(utf8Mark)
		w := csv.NewWriter(&b)
		if err := w.Write(templateHeads()); err != nil {
			return nil, "", err
		}
		w.Flush()
		return b.Bytes(), "text/csv; charset=utf-8", w.Error()
	case "xlsx":
		b, err := templateBook()
		return b, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", err
	}
	return nil, "", receivable.ErrTemplateFormat
}

func templateHeads() []string {
	var heads []string
	for _, f := range receivable.Fields {
		heads = append(heads, receivable.TemplateHeads[f])
	}
	return heads
}

// guide explains the columns on a second sheet, which the import does not read.
var guide = [][]any{
	{"列 / column", "字段 / field", "说明", "meaning"},
	{"客户编号", "customer_number", "客户在ERP中的编号；与统一社会信用代码至少填一项", "the customer's number in the ERP; this or the code is needed"},
	{"客户名称", "customer_name", "自动新建客户时必填", "needed where the import creates customers"},
	{"统一社会信用代码", "uscc", "18位；编号查不到客户时按此匹配", "18 characters; finds the customer where the number does not"},
	{"单据编号", "document_no", "必填；同一来源内唯一", "needed; unique within its source"},
	{"开票日期", "invoice_date", "必填；2026-05-31", "needed"},
	{"到期日", "due_date", "空则按开票日期加客户账期计算", "empty: invoice date plus the customer's credit term"},
	{"金额", "amount", "必填；两位小数；红字为负数", "needed; two decimals; below zero for a credit note"},
	{"未结金额", "open_amount", "空则等于金额；结清填0", "empty: the whole amount; 0 when settled"},
	{"币种", "currency", "空则为本企业币种", "empty: the subsidiary's"},
}

func templateBook() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	const rows, help = "应收账款", "说明 Guide"
	if err := f.SetSheetName("Sheet1", rows); err != nil {
		return nil, err
	}
	if _, err := f.NewSheet(help); err != nil {
		return nil, err
	}
	heads := templateHeads()
	if err := f.SetSheetRow(rows, "A1", &heads); err != nil {
		return nil, err
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // text keeps leading zeros and long numbers
	if err != nil {
		return nil, err
	}
	date, err := f.NewStyle(&excelize.Style{CustomNumFmt: new("yyyy-mm-dd")})
	if err != nil {
		return nil, err
	}
	for columns, style := range map[string]int{"A:D": text, "E:F": date} {
		if err := f.SetColStyle(rows, columns, style); err != nil {
			return nil, err
		}
	}
	if err := f.SetColWidth(rows, "A", "I", 18); err != nil {
		return nil, err
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
