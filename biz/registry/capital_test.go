package registry

import "testing"

func TestCapitalAmount(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"5000万人民币": 5_000_000_000, "1,200.5万元": 1_200_500_000, "2亿元人民币": 20_000_000_000, "人民币300万元": 300_000_000,
		"1000000元": 100_000_000, "500.000000万人民币元": 500_000_000, "800 万（人民币）": 800_000_000,
		"300万美元": 0, "-": 0, "": 0, "未公示": 0, "0万人民币": 0, "99999999999999999999万元": 0,
	} {
		got, known := Company{Capital: text}.CapitalAmount()
		if int64(got) != want || known != (want > 0) {
			t.Errorf("%q is %d, %v; want %d", text, got, known, want)
		}
	}
}
