package demo

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhuxin/shared/calendar"
)

const (
	someFirms    = "企业代号,企业名称,信誉评级,是否违约\nE1,甲,A,否\nE2,乙,D,是\n"
	someInvoices = "企业代号,发票号码,开票日期,购方单位代号,金额,税额,价税合计,发票状态\n" +
		"E1,7,2017/8/4,B1,9401.71,1598.29,11000.0,有效发票\n" +
		"E1,7,2017/8/5,B2,1,0.05,1.05,有效发票\n" + // the number again
		"E1,8,2017/9/30,B2,1,0,1.0, 作废发票\n" + // void, and later than all valid ones
		"E2,9,2017/8/31,B3,-10,-1.7,-11.7,有效发票\n" +
		"E2,10,2017/8/31,B3,0,0,0.0,有效发票\n"
)

func writeBook(t *testing.T, firms, invoices string) string {
	t.Helper()
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, invoicesFile))
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	_, err = z.Write([]byte(invoices))
	for _, err := range []error{err, z.Close(), f.Close(), os.WriteFile(filepath.Join(dir, firmsFile), []byte(firms), 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRealInvoicesAreReadAsTheyAre(t *testing.T) {
	t.Parallel()
	b, err := readBook(writeBook(t, "\ufeff"+someFirms, someInvoices))
	if err != nil {
		t.Fatal(err)
	}
	if b.void != 1 || b.red != 1 || b.zero != 1 || len(b.invoices) != 5 || b.last != calendar.NewDate(2017, 8, 31) || b.defaulted["E1"] || !b.defaulted["E2"] {
		t.Errorf("%+v", b)
	}
	if sold := b.sold(calendar.NewDate(2017, 8, 5)); sold["E1"] != 105 || sold["E2"] != -1170 {
		t.Errorf("sold: %v", sold)
	}
	lines := strings.Split(b.file(1), "\n")
	for i, want := range []string{
		"E1,甲 E1,,E1-7,2017-08-05,2017-08-05,11000.00,0.00,CNY,有效发票",
		"E1,甲 E1,,E1-7/2,2017-08-06,2017-08-06,1.05,0.00,CNY,有效发票",
		"E1,甲 E1,,E1-8,2017-10-01,2017-10-01,1.00,0.00,CNY,作废发票",
		"E2,乙 E2,,E2-9,2017-09-01,2017-09-01,-11.70,0.00,CNY,有效发票",
	} {
		if lines[i+1] != want {
			t.Errorf("line %d is %s instead of %s", i+1, lines[i+1], want)
		}
	}
}

func TestRealInvoicesThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ firms, invoices, why string }{
		"an unknown firm":    {strings.Replace(someFirms, "E2,", "E3,", 1), someInvoices, "E2"},
		"a broken amount":    {someFirms, strings.Replace(someInvoices, "11000.0", "11000.005", 1), "11000.005"},
		"no date":            {someFirms, strings.Replace(someInvoices, "2017/8/4", "4.8.2017", 1), "4.8.2017"},
		"an unknown outcome": {strings.Replace(someFirms, "是\n", "?\n", 1), someInvoices, "defaulted"},
	} {
		if _, err := readBook(writeBook(t, c.firms, c.invoices)); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
