package rating

import (
	"cmp"
	"slices"

	"zhuxin/shared/indicator"
)

// Fraction is an exact part of a whole between 0 and 1; Den is above 0.
type Fraction struct {
	Num int64 `json:"num"`
	Den int64 `json:"den"`
}

// BasisPoints rounds half up to ten-thousandths, for people.
func (f Fraction) BasisPoints() int64 { return (f.Num*20_000 + f.Den) / (2 * f.Den) }

// Scored is one customer whose outcome is known.
type Scored struct {
	Score indicator.Points
	Bad   bool
}

// Separation says how well a score tells bad customers from good ones, low being
// bad. Both figures are exact and nil unless there are bad ones and good ones.
//
// AUC is the share of pairs of one good and one bad customer in which the good
// one has the higher score; a tie counts half (Mann–Whitney). KS is the greatest
// distance between the two distributions of scores, at or below any score
// (Kolmogorov–Smirnov); customers with one score count at once.
func Separation(all []Scored) (ks, auc *Fraction) {
	sorted := slices.SortedFunc(slices.Values(all), func(a, b Scored) int { return cmp.Compare(a.Score, b.Score) })
	var bad, good int64
	for _, s := range sorted {
		if s.Bad {
			bad++
		} else {
			good++
		}
	}
	if bad == 0 || good == 0 {
		return nil, nil
	}
	var seenBad, seenGood, halves, distance int64 // halves: twice the pairs won
	for i := 0; i < len(sorted); {
		var b, g int64
		for j := i; i < len(sorted) && sorted[i].Score == sorted[j].Score; i++ {
			if sorted[i].Bad {
				b++
			} else {
				g++
			}
		}
		halves += g * (2*seenBad + b)
		seenBad, seenGood = seenBad+b, seenGood+g
		// |seenBad/bad − seenGood/good| over the common denominator
		distance = max(distance, seenBad*good-seenGood*bad, seenGood*bad-seenBad*good)
	}
	return &Fraction{distance, bad * good}, &Fraction{halves, 2 * bad * good}
}
