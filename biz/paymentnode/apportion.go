package paymentnode

import (
	"cmp"
	"math/bits"
	"slices"
)

// apportion divides a total that is not negative by weights, in whole fen: each
// part is rounded down, and what is left goes to the largest remainders, to the
// earlier one of two equal ones. The parts add up to the total. Weights are not
// negative and one of them is not zero.
func apportion(total int64, weights []int64) []int64 {
	var sum uint64
	for _, w := range weights {
		sum += uint64(w)
	}
	parts, rests, order := make([]int64, len(weights)), make([]uint64, len(weights)), make([]int, len(weights))
	left := total
	for i, w := range weights {
		// 128 bits between: fen times a volume does not fit into 64.
		high, low := bits.Mul64(uint64(total), uint64(w))
		q, r := bits.Div64(high, low, sum)
		parts[i], rests[i], order[i] = int64(q), r, i
		left -= int64(q)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rests[b], rests[a]) })
	for _, i := range order[:left] {
		parts[i]++
	}
	return parts
}
