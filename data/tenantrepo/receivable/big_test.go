package receivable_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	biz "zhuxin/biz/receivable"
)

// peak begins a new peak of this process's resident memory, and gives it in MiB.
func peak(t *testing.T) func() float64 {
	t.Helper()
	debug.FreeOSMemory()
	must(t, os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200))
	return func() float64 {
		status, err := os.ReadFile("/proc/self/status")
		must(t, err)
		for line := range strings.Lines(string(status)) {
			if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
				kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
				must(t, err)
				return kib / 1024
			}
		}
		t.Fatal("the system does not tell the peak of memory")
		return 0
	}
}

// A large file runs within 256 MiB of the process's memory: a million rows where
// ZHUXIN_TEST_LONG is set, fewer otherwise. The race detector's own memory counts
// for eight times the program's.
func TestMemoryStaysSmall(t *testing.T) {
	b := setup(t)
	rows, sheetRows, most := 40_000, 10_000, 256.0
	if os.Getenv("ZHUXIN_TEST_LONG") != "" {
		rows, sheetRows = 1_000_000, 1_000_000
	}
	if raceDetector {
		most *= 8
		sheetRows = min(sheetRows, 100_000)
	}
	// Every row with a document and a customer of its own is what costs most.
	file := filepath.Join(t.TempDir(), "big.csv")
	f, err := os.Create(file)
	must(t, err)
	w := bufio.NewWriter(f)
	fmt.Fprint(w, heads)
	for i := range rows {
		customer := "K" + strconv.Itoa(1+i%2)
		if i%4 == 3 {
			customer = "N" + strconv.Itoa(i) // unknown, so refused
		}
		fmt.Fprintf(w, "%s,某某建筑工程有限责任公司,,2026-INV-%012d,2026-05-01,2026-05-31,%d.25,,CNY\n", customer, i, 1+i)
	}
	must(t, w.Flush())
	must(t, f.Close())
	for name, write := range map[string]func() string{
		"csv":  func() string { return file },
		"xlsx": func() string { return writeBook(t, sheetRows) },
	} {
		t.Run(name, func(t *testing.T) {
			path := write()
			n := int64(rows)
			if name == "xlsx" {
				n = int64(sheetRows)
			}
			m := own()
			m.Source = name
			body, err := os.Open(path)
			must(t, err)
			defer body.Close()
			reached := peak(t)
			i, err := b.RunFile(b.ctx, "big."+name, body, m, false)
			must(t, err)
			if want := (biz.Counts{Read: n, Inserted: n - n/4, Refused: n / 4}); i.Status != biz.StatusDone || i.Counts != want {
				t.Fatalf("%s %s %+v", i.Status, i.Failure, i.Counts)
			}
			mib := reached()
			t.Logf("%d rows of %s: %.0f MiB at most", n, name, mib)
			if mib > most {
				t.Errorf("%.0f MiB of memory, %.0f are allowed", mib, most)
			}
		})
	}
}

func writeBook(t *testing.T, rows int) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	must(t, err)
	var head []any
	for _, h := range strings.Split(strings.TrimSpace(heads), ",") {
		head = append(head, h)
	}
	must(t, w.SetRow("A1", head))
	for i := range rows {
		customer := "K" + strconv.Itoa(1+i%2)
		if i%4 == 3 {
			customer = "N" + strconv.Itoa(i)
		}
		must(t, w.SetRow("A"+strconv.Itoa(i+2), []any{customer, "某某建筑工程有限责任公司", "", fmt.Sprintf("2026-INV-%012d", i), "2026-05-01", 46173, float64(1+i) + 0.25, "", "CNY"}))
	}
	must(t, w.Flush())
	path := filepath.Join(t.TempDir(), "big.xlsx")
	must(t, f.SaveAs(path))
	return path
}
