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

// The examples are those of the rules for writing bills, and what they leave open.
func TestCapital(t *testing.T) {
	t.Parallel()
	for a, want := range map[Amount]string{
		140950: "壹仟肆佰零玖元伍角", 600714: "陆仟零柒元壹角肆分", 168032: "壹仟陆佰捌拾元叁角贰分", 10700053: "壹拾万柒仟元伍角叁分",
		1640902: "壹万陆仟肆佰零玖元零贰分", 32504: "叁佰贰拾伍元零肆分", 0: "零元整", 5: "伍分", 50: "伍角", 100: "壹元整", -1200: "负壹拾贰元整",
		1_0000_0000_00: "壹亿元整", 1_0000_0001_00: "壹亿零壹元整", 10_0100_0000_00: "壹拾亿零壹佰万元整", 1_0000_0000_0000_00: "壹万亿元整", 2_3000_0500_00: "贰亿叁仟万零伍佰元整",
		math.MaxInt64: "玖亿贰仟贰佰叁拾叁万柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零柒分",
	} {
		if got := a.Capital(); got != want {
			t.Errorf("%s is %s, not %s", a, got, want)
		}
	}
}
