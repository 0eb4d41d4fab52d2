package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"zhuxin/biz/receivable"
	"zhuxin/shared/calendar"
)

var clock = calendar.System{}

func all(t *testing.T, r io.Reader) (head []string, lines []receivable.Line) {
	t.Helper()
	s, _, err := New(t.TempDir(), clock).Open(r)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	table, err := s.Table()
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	for {
		l, err := table.Next()
		if errors.Is(err, io.EOF) {
			return table.Head(), lines
		}
		if err != nil {
			t.Fatal(err)
		}
		l.Cells = append([]string{}, l.Cells...)
		lines = append(lines, l)
	}
}

func show(lines []receivable.Line) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%d%q", l.No, l.Cells)
		if l.Broken != "" {
			b.WriteString("!")
		}
		b.WriteString(" ")
	}
	return strings.TrimSpace(b.String())
}

func TestText(t *testing.T) {
	t.Parallel()
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String("客户,金额\n甲建工,5\n䶮公司,6\n")
	if err != nil {
		t.Fatal(err)
	}
	late, err := simplifiedchinese.GBK.NewEncoder().String("客户\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ in, head, want string }{
		"comma":                   {"a,b\n1,2\n3,4\n", `["a" "b"]`, `2["1" "2"] 3["3" "4"]`},
		"mark and CRLF":           {"\xef\xbb\xbfa,b\r\n1,2\r\n", `["a" "b"]`, `2["1" "2"]`},
		"semicolon":               {"a;b\n1,5;2\n", `["a" "b"]`, `2["1,5" "2"]`},
		"tab":                     {"a\tb\n1,5\t2", `["a" "b"]`, `2["1,5" "2"]`},
		"Excel's note":            {"sep=;\na;b,c\n1;2", `["a" "b,c"]`, `3["1" "2"]`},
		"blank lines":             {"\n\na,b\n\n1,2\n , \n3,4\n\n", `["a" "b"]`, `5["1" "2"] 7["3" "4"]`},
		"quotes":                  {"a,b\n\"x,\"\"y\"\"\",\"\"\n", `["a" "b"]`, `2["x,\"y\"" ""]`},
		"lines in quotes":         {"a,b\n\"x\ny\",1\n2,3\n", `["a" "b"]`, `2["x\ny" "1"] 4["2" "3"]`},
		"quote inside":            {"a,b\n5\" pipe,1\n", `["a" "b"]`, `2["5\" pipe" "1"]`},
		"quote not closed":        {"a,b\n\"x,1\n2,3\n4,5\n", `["a" "b"]`, `2[]! 3["2" "3"] 4["4" "5"]`},
		"text behind quote":       {"a,b\n\"x\"y,1\n2,3\n", `["a" "b"]`, `2[]! 3["2" "3"]`},
		"last line without end":   {"a,b\n1,\"2\"", `["a" "b"]`, `2["1" "2"]`},
		"quoted head":             {"\"a,x\",b\n1,2\n", `["a,x" "b"]`, `2["1" "2"]`},
		"GB 18030":                {gbk, `["客户" "金额"]`, `2["甲建工" "5"] 3["䶮公司" "6"]`},
		"GBK far behind":          {"a\n" + strings.Repeat("0123456789\n", 60_000) + late, `["a"]`, ""},
		"UTF-8 with a bad byte":   {"客户,金额\n甲建工程有限公司,5\n甲建工程有限公司,6\n乙建工程有限公司\xff,7\n", `["客户" "金额"]`, `2["甲建工程有限公司" "5"] 3["甲建工程有限公司" "6"] 4["乙建工程有限公司\xff" "7"]`},
		"a line that is too long": {"a,b\n" + strings.Repeat("x", 300<<10) + ",1\n2,3\n", `["a" "b"]`, `2[]! 3["2" "3"]`},
	} {
		head, lines := all(t, strings.NewReader(c.in))
		if got := fmt.Sprintf("%q", head); got != c.head {
			t.Errorf("%s: head %s, want %s", name, got, c.head)
		}
		if name == "GBK far behind" {
			if last := lines[len(lines)-1]; last.Cells[0] != "客户" || last.No != 60_002 {
				t.Errorf("%s: %d %q", name, last.No, last.Cells)
			}
			continue
		}
		if got := show(lines); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// What encoding/csv writes is read back, whatever the values are.
func TestTextRoundTrip(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOfN(rapid.RuneFrom([]rune("ab,;\"\n\t 甲￥'")), 0, 12, -1)
		var rows [][]string
		for range rapid.IntRange(1, 20).Draw(t, "rows") {
			rows = append(rows, []string{"k", value.Draw(t, "a"), value.Draw(t, "b")})
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		_ = w.Write([]string{"a", "b", "c"})
		_ = w.WriteAll(rows)
		s, _, err := New(dir, clock).Open(&b)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		table, err := s.Table()
		if err != nil {
			t.Fatal(err)
		}
		defer table.Close()
		for i, want := range rows {
			l, err := table.Next()
			if err != nil || l.Broken != "" || fmt.Sprintf("%q", l.Cells) != fmt.Sprintf("%q", want) {
				t.Fatalf("row %d: %q %s %v, want %q", i, l.Cells, l.Broken, err, want)
			}
		}
		if _, err := table.Next(); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	})
}

// No text breaks the reader, and every line of it is in one row.
func FuzzText(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a\n\"", "\xef\xbb\xbf", "a;b\r\n\"x\"\"\";\r\n", "sep=,\n", "\xb0\xa1,1\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r := newText(bytes.NewReader(in), encodingOf(in))
		no := int64(0)
		for n := 0; ; n++ {
			l, err := r.Next()
			if err != nil {
				return
			}
			if n > len(in)+2 {
				t.Fatal("it does not end")
			}
			if n > 1 && l.No <= no {
				t.Fatalf("line %d behind line %d", l.No, no)
			}
			no = l.No
		}
	})
}

func book1(t *testing.T, change func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	rows := [][]any{{"单号", "日期", "金额"}, {"D1", time.Date(2020, 5, 31, 0, 0, 0, 0, time.UTC), 1234.5}, {}, {"D2", "2020-06-01", -0.1}}
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(f)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSpreadsheet(t *testing.T) {
	t.Parallel()
	head, lines := all(t, bytes.NewReader(book1(t, nil)))
	if got := fmt.Sprint(head, show(lines)); got != `[单号 日期 金额]2["D1" "43982" "1234.5"] 4["D2" "2020-06-01" "-0.1"]` {
		t.Error(got)
	}
	// A hidden sheet in front is not the one that is read.
	_, lines = all(t, bytes.NewReader(book1(t, func(f *excelize.File) {
		_, _ = f.NewSheet("shown")
		_ = f.SetSheetRow("shown", "A1", &[]any{"x"})
		_ = f.SetSheetRow("shown", "A2", &[]any{"y"})
		f.SetActiveSheet(1)
		_ = f.SetSheetVisible("Sheet1", false)
	})))
	if got := show(lines); got != `2["y"]` {
		t.Error(got)
	}
	look, whole, err := New(t.TempDir(), clock).Look(bytes.NewReader(book1(t, nil)), 1)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(whole)
	if err != nil || !bytes.HasPrefix(b, []byte("PK")) || len(look.Sample) != 1 || look.Epoch != calendar.NewDate(1899, 12, 30) || whole.Close() != nil {
		t.Errorf("%d bytes, %+v, %v", len(b), look, err)
	}
}

// rezip writes a spreadsheet anew with some of its parts replaced.
func rezip(t *testing.T, file []byte, parts map[string][]byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		w, err := out.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		body, ok := parts[f.Name]
		if !ok {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			body, err = io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHostileSpreadsheets(t *testing.T) {
	t.Parallel()
	good := book1(t, nil)
	const sheet = "xl/worksheets/sheet1.xml"
	const start = `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>`
	bomb := rezip(t, good, map[string][]byte{sheet: append([]byte(start), bytes.Repeat([]byte(`<row><c><v>1</v></c></row>`), 8<<20)...)})
	for name, file := range map[string][]byte{
		"bomb":               bomb,
		"cut zip":            good[:len(good)-30],
		"no zip":             []byte("PK\x03\x04 and nothing else of a zip file at all"),
		"sheet cut":          rezip(t, good, map[string][]byte{sheet: []byte(start + `<row r="2"><c><v>1</v>`)}),
		"broken in between":  rezip(t, good, map[string][]byte{sheet: []byte(start + `<row r="2"><c><v>1</v></c></row><row r="3"><c><<</c></row><row r="4"><c><v>1</v></c></row></sheetData></worksheet>`)}),
		"row number too big": rezip(t, good, map[string][]byte{sheet: []byte(start + `<row r="1000000000"><c r="A1000000000"><v>1</v></c></row></sheetData></worksheet>`)}),
		"no workbook":        rezip(t, good, map[string][]byte{"xl/workbook.xml": []byte(`<workbook/>`)}),
	} {
		began := time.Now()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		dir := t.TempDir()
		err := func() error {
			s, _, err := New(dir, clock).Open(bytes.NewReader(file))
			if err != nil {
				return err
			}
			defer s.Close()
			table, err := s.Table()
			if err != nil {
				return err
			}
			defer table.Close()
			for {
				if _, err := table.Next(); err != nil {
					if errors.Is(err, io.EOF) {
						return nil
					}
					return err
				}
			}
		}()
		runtime.ReadMemStats(&after)
		if !errors.Is(err, receivable.ErrFileBroken) && !errors.Is(err, receivable.ErrFileTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s: took %s", name, took)
		}
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 64<<20 {
			t.Errorf("%s: %d MiB of memory", name, grown>>20)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
			t.Errorf("%s: files are left: %v", name, left)
		}
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	t.Parallel()
	f := New(t.TempDir(), clock)
	for name, in := range map[string]string{
		"nothing": "", "blanks": " \n\n", "mark": "\xef\xbb\xbf", "old xls": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "web page": "<html><table>", "pdf": "%PDF-1.7",
		"binary": "a\x00b", "utf-16": "\xff\xfea\x00,\x00", "too many columns": strings.Repeat("a,", 300),
	} {
		_, _, err := f.Look(strings.NewReader(in), 5)
		if !errors.Is(err, receivable.ErrFileEmpty) && !errors.Is(err, receivable.ErrFileType) && !errors.Is(err, receivable.ErrFileBroken) {
			t.Errorf("%s: Look gives %v", name, err)
		}
		if _, _, oerr := f.Open(strings.NewReader(in)); oerr == nil && name != "too many columns" {
			t.Errorf("%s: Open takes it", name)
		}
	}
	_, _, err := f.Open(io.LimitReader(endless{}, receivable.MaxFileBytes+1))
	if !errors.Is(err, receivable.ErrFileTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = "1234567,\n"[i%9]
	}
	return len(p), nil
}

func TestSafe(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\x00=1", "＝1", "＋1", "－1", "＠1", " =1", "\u3000=1", "|x", "%x"} {
		if Safe(s) != "'"+s {
			t.Errorf("%q becomes %q", s, Safe(s))
		}
	}
	for _, s := range []string{"", " ", "甲", "1-2", "a=b"} {
		if Safe(s) != s {
			t.Errorf("%q becomes %q", s, Safe(s))
		}
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	f := New(t.TempDir(), clock)
	for _, format := range []string{"csv", "xlsx"} {
		b, contentType, err := f.Template(receivable.TemplateForm(), format)
		if err != nil || contentType == "" {
			t.Fatal(err)
		}
		look, whole, err := f.Look(bytes.NewReader(b), 5)
		if err != nil {
			t.Fatal(format, err)
		}
		_ = whole.Close()
		if _, preset := receivable.Propose(look.Head, look.Sample, look.Epoch); preset != receivable.PresetZhuxin {
			t.Errorf("%s: our own template is %q, heads %q", format, preset, look.Head)
		}
	}
	if _, _, err := f.Template(receivable.TemplateForm(), "pdf"); !errors.Is(err, receivable.ErrTemplateFormat) {
		t.Error(err)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old, fresh := filepath.Join(dir, tempPrefix+"old"), filepath.Join(dir, tempPrefix+"fresh")
	for _, d := range []string{old, fresh} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, time.Now(), time.Now().Add(-7*time.Hour)); err != nil {
		t.Fatal(err)
	}
	New(dir, clock).sweep()
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Error("what a killed process left is still there")
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Error("a file in use is gone")
	}
}
