package export_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"zhuxin/data/export"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
)

func view() report.View {
	s := report.Sums{Sales: 3_000_00, Collections: 1_500_00, Receivable: 9_000_01, NotDue: 6_000_00, Months0: 3_000_01, Days91: 3_000_01, Customers: 1}
	today := calendar.NewDate(2026, time.November, 20)
	p := report.PeriodOf(report.PeriodMonth, today, today)
	series := report.Series{today: s}
	return report.View{Level: report.LevelGroup, Today: today, Currency: "CNY", Period: p, Sums: s, Figures: report.Figures(series, p, report.Dates(today)[0]),
		Months: report.Trend(series, report.PeriodMonth, p, report.Dates(today)[0]), By: report.BySubsidiary, Total: 1,
		Parts: []report.Part{{Name: "=HYPERLINK(\"x\")", Sums: s, Figures: report.Figures(series, p, report.Dates(today)[0])}}}
}

func read(t *testing.T, f report.File, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Body.Close()
	b, err := io.ReadAll(f.Body)
	if err != nil || int64(len(b)) != f.Size {
		t.Fatalf("%d bytes of %d, %v", len(b), f.Size, err)
	}
	return b
}

func TestReportAsFiles(t *testing.T) {
	t.Parallel()
	for _, lang := range []report.Lang{report.ZH, report.EN} {
		d := view().Document(lang, time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC))
		f, err := export.New(t.TempDir()).Print(d, report.PDF)
		if b := read(t, f, err); !bytes.HasPrefix(b, []byte("%PDF")) {
			t.Errorf("%s: no PDF", lang)
		}
		f, err = export.New(t.TempDir()).Print(d, report.XLSX)
		x, err := excelize.OpenReader(bytes.NewReader(read(t, f, err)))
		if err != nil {
			t.Fatal(err)
		}
		names := x.GetSheetList()
		if len(names) != len(d.Sections) {
			t.Fatalf("%d sheets of %d sections: %v", len(names), len(d.Sections), names)
		}
		raw, err := x.GetCellValue(names[0], "B4", excelize.Options{RawCellValue: true})
		if err != nil || raw != "9000.01" {
			t.Errorf("%s: the receivable is %q, %v", lang, raw, err)
		}
		if shown, err := x.GetCellValue(names[0], "B4"); err != nil || shown != "9,000.01" {
			t.Errorf("%s: shown as %q, %v", lang, shown, err)
		}
		if name, err := x.GetCellValue(names[len(names)-1], "A4"); err != nil || !strings.HasPrefix(name, "'=") {
			t.Errorf("%s: a formula could run: %q, %v", lang, name, err)
		}
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := export.New("").Print(report.Document{}, "doc"); !errors.Is(err, report.ErrFormat) {
		t.Errorf("an unknown format: %v", err)
	}
}

// A hundred thousand rows take no memory of their own.
func TestLongTableStaysSmall(t *testing.T) {
	const rows = 100_000
	runtime.GC()
	var before, peak runtime.MemStats
	runtime.ReadMemStats(&before)
	columns := []report.Column{{Title: "单据编号", Width: 4}, {Title: "金额", Width: 3, Right: true}}
	f, err := export.New(t.TempDir()).Table(t.Context(), "应收明细", columns, func(_ context.Context, each func([]report.Cell) error) error {
		for i := range int64(rows) {
			if err := each([]report.Cell{report.Text("FP0123456789"), {Value: i*100 + 1, Unit: report.UnitFen}}); err != nil {
				return err
			}
		}
		runtime.ReadMemStats(&peak)
		return nil
	})
	if used := int64(peak.HeapAlloc) - int64(before.HeapAlloc); used > 96<<20 {
		t.Errorf("%d MiB in use while writing", used>>20)
	}
	x, err := excelize.OpenReader(bytes.NewReader(read(t, f, err)))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if last, err := x.GetCellValue("应收明细", "B100001", excelize.Options{RawCellValue: true}); err != nil || last != "99999.01" {
		t.Errorf("the last row is %q, %v", last, err)
	}
	failed := errors.New("cut")
	if _, err := export.New(t.TempDir()).Table(t.Context(), "x", columns, func(context.Context, func([]report.Cell) error) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("a cut export: %v", err)
	}
}
