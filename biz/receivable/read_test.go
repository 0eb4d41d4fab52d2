package receivable

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

func TestAmounts(t *testing.T) {
	t.Parallel()
	text, sheet, rate := amounts{}, amounts{spreadsheet: true}, amounts{divisor: "0.7"}
	for _, c := range []struct {
		a    amounts
		in   string
		want money.Amount
		ok   bool
	}{
		{text, "0", 0, true}, {text, "12", 1200, true}, {text, "12.3", 1230, true}, {text, "12.34", 1234, true}, {text, "-12.34", -1234, true},
		{text, " 1,234,567.80 ", 123456780, true}, {text, "￥1,234.5", 123450, true}, {text, "¥5", 500, true}, {text, "$7.10", 710, true},
		{text, "(3.00)", -300, true}, {text, "3.00-", -300, true}, {text, "+4", 400, true}, {text, "12.340", 1234, true}, {text, ".5", 50, true},
		{text, "12.345", 0, false}, {text, "1.234,56", 0, false}, {text, "1,5", 0, false}, {text, "1234,56", 0, false}, {text, "12,34,567", 0, false},
		{text, "1e3", 0, false}, {text, "1E+05", 0, false}, {text, "1p99999999", 0, false}, {text, "0x10", 0, false}, {text, "1/3", 0, false}, {text, "1_000", 0, false},
		{text, "", 0, false}, {text, "-", 0, false}, {text, "abc", 0, false}, {text, "NaN", 0, false}, {text, "Inf", 0, false}, {text, "--5", 0, false}, {text, "1 000", 0, false},
		{text, "(-3)", 0, false}, {text, "5-5", 0, false}, {text, "100000000000", 10_000_000_000_000, true}, {text, "100000000000.01", 0, false},
		{text, strings.Repeat("9", 40), 0, false},
		{sheet, "11173.020000000001", 1117302, true}, {sheet, "0.10000000000000001", 10, true}, {sheet, "1.2E+5", 12000000, true}, {sheet, "1e999999999", 0, false},
		{sheet, "1E-5", 0, false}, {sheet, "2309.79", 230979, true}, {sheet, "123456789012.34567", 0, false},
		{rate, "2309.79", 329970, true}, {rate, "64982.589", 9283227, true}, {rate, "1", 0, false}, {rate, "-0.7", -100, true},
	} {
		got, err := c.a.parse(c.in)
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("%q by %+v: %d, %v", c.in, c.a, got, err)
		}
	}
}

// Whatever an amount looks like, what is read is exactly what stands there.
func TestAmountsAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`-?[0-9]{1,12}(\.[0-9]{1,4})?`).Draw(t, "s")
		got, err := amounts{}.parse(s)
		want, _ := new(big.Rat).SetString(s)
		want.Mul(want, big.NewRat(100, 1))
		fits := want.IsInt() && want.Num().IsInt64() && money.Amount(want.Num().Int64()) <= maxAmount && money.Amount(want.Num().Int64()) >= -maxAmount
		if (err == nil) != fits {
			t.Fatalf("%q: %d, %v", s, got, err)
		}
		if fits && got != money.Amount(want.Num().Int64()) {
			t.Fatalf("%q: %d instead of %s", s, got, want.RatString())
		}
	})
}

func FuzzAmount(f *testing.F) {
	for _, s := range []string{"1,234.50", "(3)", "1e9", "￥", "1p9", "9.99-"} {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, spreadsheet bool) {
		v, err := amounts{spreadsheet: spreadsheet}.parse(s)
		if err == nil && (v > maxAmount || v < -maxAmount) {
			t.Errorf("%q: %d is out of bounds", s, v)
		}
		if err == nil {
			if again, err := (amounts{}).parse(v.String()); err != nil || again != v {
				t.Errorf("%q: %s reads as %d, %v", s, v, again, err)
			}
		}
	})
}

func TestDates(t *testing.T) {
	t.Parallel()
	d := calendar.NewDate(2020, time.May, 31)
	excel := calendar.NewDate(1899, 12, 30)
	for _, c := range []struct {
		f     DateFormat
		in    string
		epoch calendar.Date
		ok    bool
	}{
		{DateYMDDashes, "2020-05-31", 0, true}, {DateYMDDashes, " 2020-05-31 00:00:00 ", 0, true}, {DateYMDDashes, "2020-05-31T00:00:00.000Z", 0, true},
		{DateYMDSlashes, "2020/5/31", 0, true}, {DateYMDSlashes, "2020/05/31 0:00:00", 0, true}, {DateYMDPlain, "20200531", 0, true}, {DateDMYDashes, "31-05-2020", 0, true},
		{DateYMDDashes, "43982", excel, true}, {DateYMDDashes, "43982.0", excel, true}, {DateYMDDashes, "42520", calendar.NewDate(1904, 1, 1), true},
		{DateYMDDashes, "43982", 0, false}, {DateYMDDashes, "43982.5", excel, true}, {DateYMDDashes, "2020-05-31 10:30", 0, true}, {DateYMDSlashes, "2020/5/31 9:05:59.123", 0, true},
		{DateYMDDashes, "2020-05-31T16:00:00Z", 0, false}, {DateYMDDashes, "2020-05-31T16:00:00+08:00", 0, false}, {DateYMDDashes, "2020-05-31 and more", 0, false}, {DateYMDDashes, "43982.x", excel, false},
		{DateYMDDashes, "2020-5-31", 0, false}, {DateYMDDashes, "31-05-2020", 0, false}, {DateDMYDashes, "05-31-2020", 0, false}, {DateYMDSlashes, "2020/5/", 0, false},
		{DateYMDSlashes, "2020//5", 0, false}, {DateYMDSlashes, "2020/5/311", 0, false}, {DateYMDPlain, "2020053", 0, false}, {DateYMDPlain, "2020O531", 0, false},
		{DateYMDDashes, "2021-02-29", 0, false}, {DateYMDDashes, "2020-00-10", 0, false}, {DateYMDDashes, "2020-04-31", 0, false}, {DateYMDDashes, "1970-01-01", 0, false},
		{DateYMDDashes, "9999-12-31", 0, false}, {DateYMDDashes, "", 0, false}, {DateYMDDashes, "２０２０-05-31", 0, false},
	} {
		got, err := c.f.parse(c.in, c.epoch)
		if (err == nil) != c.ok || (c.ok && got != d) {
			t.Errorf("%s %q: %v, %v", c.f, c.in, got, err)
		}
	}
}

func TestDatesRoundTrip(t *testing.T) {
	t.Parallel()
	layout := map[DateFormat]string{DateYMDDashes: "2006-01-02", DateYMDSlashes: "2006/1/2", DateYMDPlain: "20060102", DateDMYDashes: "02-01-2006"}
	rapid.Check(t, func(t *rapid.T) {
		day := calendar.NewDate(firstYear, 1, 1).AddDays(rapid.IntRange(0, 40_000).Draw(t, "day"))
		f := rapid.SampledFrom(DateFormats).Draw(t, "format")
		s := day.Time().Format(layout[f])
		if got, err := f.parse(s, 0); err != nil || got != day {
			t.Fatalf("%s %q: %v, %v", f, s, got, err)
		}
	})
}

func FuzzDate(f *testing.F) {
	f.Add("2020-02-29", 0)
	f.Add("2020/1/1", 1)
	f.Fuzz(func(t *testing.T, s string, n int) {
		format := DateFormats[((n%len(DateFormats))+len(DateFormats))%len(DateFormats)]
		d, err := format.parse(s, 0)
		if y := d.Time().Year(); err == nil && (y < firstYear || y > lastYear) {
			t.Errorf("%s %q: %v", format, s, d)
		}
	})
}

func TestProposals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		head   string
		row    string
		preset string
		want   string
	}{
		{"customer_number,customer_name,uscc,document_no,invoice_date,due_date,amount,open_amount,currency", "", PresetZhuxin, "yyyy-MM-dd"},
		{"客户编号,客户名称,统一社会信用代码,单据编号,开票日期,到期日,金额,未结金额,币种", "K1,,,D,2026/1/2,2026/2/3,1,1,", PresetZhuxin, "yyyy/M/d"},
		{",business_code,cust_number,name_customer,clear_date,buisness_year,doc_id,posting_date,due_in_date,baseline_create_date,cust_payment_terms,converted_usd", "", PresetHighRadius, "dd-MM-yyyy"},
		{"Invoice No.,Customer Code,Invoice Date,Due Date,Amount", "1,2,20260131,20260228,5", "", "yyyyMMdd"},
		{"a,b", "", "", "yyyy-MM-dd"},
	} {
		var sample [][]string
		if c.row != "" {
			sample = [][]string{strings.Split(c.row, ",")}
		}
		m, preset := Propose(strings.Split(c.head, ","), sample, 0)
		if preset != c.preset || string(m.DateFormat) != c.want {
			t.Errorf("%s: %q %+v", c.head, preset, m)
		}
	}
	m, _ := Propose([]string{"往来单位名称", "单据号", "单据日期", "应收金额", "未核销金额", "客户编码"}, nil, 0)
	if want := "map[amount:应收金额 customer_name:往来单位名称 customer_number:客户编码 document_no:单据号 invoice_date:单据日期 open_amount:未核销金额]"; fmt.Sprint(m.Columns) != want {
		t.Errorf("%v", m.Columns)
	}
}

// The set of hashes never forgets, and says "new" to almost everything new.
func TestSeen(t *testing.T) {
	t.Parallel()
	s := newSeen()
	for i := range 200_000 {
		if s.add(fmt.Sprintf("D%d", i)) {
			t.Fatalf("D%d was not there", i)
		}
	}
	for i := range 200_000 {
		if !s.add(fmt.Sprintf("D%d", i)) {
			t.Fatalf("D%d is forgotten", i)
		}
	}
}

func TestTotalsMustTie(t *testing.T) {
	t.Parallel()
	type totals = map[money.Currency]LedgerTotal
	good := func() (Counts, LedgerTotal, Comparison, totals, totals) {
		return Counts{Read: 10, Inserted: 4, Updated: 2, Unchanged: 3, Refused: 1}, LedgerTotal{Rows: 9, Open: 900},
			Comparison{New: 4, Changed: 2, Unchanged: 3, OpenOfNew: 400, Delta: -50}, totals{"CNY": {Rows: 5, Open: 600}, "USD": {Rows: 1, Open: 1}}, totals{"CNY": {Rows: 9, Open: 950}, "USD": {Rows: 1, Open: 1}}
	}
	n, a, c, before, after := good()
	if err := tie(n, "CNY", a, c, before, after); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(){
		"a row is lost":              func() { n.Unchanged-- },
		"a row is refused twice":     func() { n.Refused++; n.Read++; a.Rows++ },
		"one insert is missing":      func() { n.Inserted--; n.Unchanged++ },
		"one update is missing":      func() { n.Updated--; n.Unchanged++ },
		"the ledger has one more":    func() { l := after["CNY"]; l.Rows++; after["CNY"] = l },
		"the ledger's sum is off":    func() { l := after["CNY"]; l.Open++; after["CNY"] = l },
		"another currency has moved": func() { after["USD"] = LedgerTotal{Rows: 1, Open: 2} },
	} {
		n, a, c, before, after = good()
		spoil()
		if tie(n, "CNY", a, c, before, after) == nil {
			t.Errorf("%s, and it ties", name)
		}
	}
}
