package history_test

import (
	"testing"

	"zhuxin/shared/history"
)

// An amount lies in its band, never at its open end; nothing owed has none.
func TestBand(t *testing.T) {
	t.Parallel()
	for amount, want := range map[int64][2]int64{
		-5: {0, 0}, 0: {0, 0}, 1: {0, 10_000_000}, 9_999_999: {0, 10_000_000}, 10_000_000: {10_000_000, 50_000_000},
		499_999_999: {100_000_000, 500_000_000}, 500_000_000: {500_000_000, 1_000_000_000}, 5_000_000_000: {5_000_000_000, 0}, 1 << 62: {5_000_000_000, 0},
	} {
		if from, to := history.Band(amount); [2]int64{from, to} != want {
			t.Errorf("%d lies between %d and %d, want %v", amount, from, to, want)
		}
	}
}
