package money

import "strings"

const (
	capitalDigits = "零壹贰叁肆伍陆柒捌玖"
	tenThousand   = 10_000
)

// Capital writes the amount in the characters of Chinese vouchers, which nobody
// changes by a stroke: 1409.50 is 壹仟肆佰零玖元伍角, 1680 is 壹仟陆佰捌拾元整
// (支付结算办法, the annex on writing bills).
func (a Amount) Capital() string {
	var b strings.Builder
	u := uint64(a)
	if a < 0 {
		b.WriteString("负")
		u = uint64(-(a + 1)) + 1
	}
	yuan, jiao, fen := u/100, u/10%10, u%10
	if yuan > 0 || u == 0 {
		b.WriteString(capitalWhole(yuan) + "元")
	}
	switch {
	case jiao > 0:
		b.WriteString(capitalDigit(jiao) + "角")
	case fen > 0 && yuan > 0:
		b.WriteString("零")
	case fen == 0:
		b.WriteString("整")
	}
	if fen > 0 {
		b.WriteString(capitalDigit(fen) + "分")
	}
	return b.String()
}

func capitalDigit(n uint64) string { return string([]rune(capitalDigits)[n]) }

// capitalWhole writes a number in groups of four digits. A gap of zeros is one 零.
func capitalWhole(n uint64) string {
	if n == 0 {
		return "零"
	}
	if high := n / (tenThousand * tenThousand); high > 0 {
		return capitalWhole(high) + "亿" + capitalRest(n%(tenThousand*tenThousand), tenThousand*tenThousand)
	}
	if high := n / tenThousand; high > 0 {
		return capitalWhole(high) + "万" + capitalRest(n%tenThousand, tenThousand)
	}
	for _, unit := range []struct {
		size uint64
		name string
	}{{1000, "仟"}, {100, "佰"}, {10, "拾"}} {
		if n >= unit.size {
			return capitalDigit(n/unit.size) + unit.name + capitalRest(n%unit.size, unit.size)
		}
	}
	return capitalDigit(n)
}

// capitalRest is what follows a unit of a size.
func capitalRest(n, size uint64) string {
	switch {
	case n == 0:
		return ""
	case n < size/10:
		return "零" + capitalWhole(n)
	}
	return capitalWhole(n)
}
