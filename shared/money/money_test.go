package money

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]Amount{"0": 0, "1,234.50": 123450, " -3 ": -300, "￥12.5": 1250, "92233720368547758.07": 9223372036854775807, "5.000": 500} {
		if got, err := Parse(in); err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "12.345", "1e3", "1p99999999", "0x10", "1_000", "1/3", "abc", "92233720368547758.08", "--1", "NaN"} {
		if got, err := Parse(in); err == nil {
			t.Errorf("Parse(%q) = %v, want a fault", in, got)
		}
	}
}

func TestParseScaledIsExact(t *testing.T) {
	if got, err := ParseScaled("2309.79", "0.7"); err != nil || got != 329970 {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := ParseScaled("1", "0.7"); err == nil {
		t.Errorf("1 / 0.7 gave %v; it is not exact to the fen", got)
	}
}

func TestStringAndParseAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount(rapid.Int64Min(-1<<62).Draw(t, "fen"))
		if got, err := Parse(a.String()); err != nil || got != a {
			t.Fatalf("%d -> %q -> %d, %v", int64(a), a.String(), int64(got), err)
		}
	})
}

func TestMulRate(t *testing.T) {
	for _, c := range []struct{ a, bp, want Amount }{{100, 5000, 50}, {1, 5000, 1}, {-1, 5000, -1}, {333, 100, 3}, {350, 100, 4}} {
		if got := c.a.MulRate(int64(c.bp)); got != c.want {
			t.Errorf("%d × %d bp = %d, want %d", c.a, c.bp, got, c.want)
		}
	}
}

func TestAddNoticesOverflow(t *testing.T) {
	if _, ok := Amount(9223372036854775807).Add(1); ok {
		t.Error("an overflow went unnoticed")
	}
	if s, ok := Amount(5).Add(0); !ok || s != 5 {
		t.Errorf("5 + 0 = %v, %v", s, ok)
	}
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for a, want := range map[Amount]string{0: "0.00", -5: "-0.05", 99999: "999.99", 100000: "1,000.00", -12345678901: "-123,456,789.01",
		math.MinInt64: "-92,233,720,368,547,758.08"} {
		if got := a.Grouped(); got != want {
			t.Errorf("%d is %s, not %s", int64(a), got, want)
		}
	}
	if got := Amount(1234567).In("CNY"); got != "12,345.67 CNY" {
		t.Error(got)
	}
}
