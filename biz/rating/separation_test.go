package rating

import (
	"math/big"
	"math/rand/v2"
	"testing"
	"testing/quick"

	"zhuxin/shared/indicator"
)

func scored(bad, good []indicator.Points) (out []Scored) {
	for _, s := range bad {
		out = append(out, Scored{s, true})
	}
	for _, s := range good {
		out = append(out, Scored{s, false})
	}
	return out
}

// By hand.
func TestSeparation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bad, good []indicator.Points
		ks, auc   Fraction
	}{
		"told apart":   {[]indicator.Points{10, 20}, []indicator.Points{30, 40, 50}, Fraction{6, 6}, Fraction{12, 12}},
		"upside down":  {[]indicator.Points{30, 40}, []indicator.Points{10, 20}, Fraction{4, 4}, Fraction{0, 8}},
		"all alike":    {[]indicator.Points{7, 7}, []indicator.Points{7, 7, 7}, Fraction{0, 6}, Fraction{6, 12}},
		"one pair won": {[]indicator.Points{5}, []indicator.Points{6}, Fraction{1, 1}, Fraction{2, 2}},
		// bad 1 3 3, good 2 3 4: pairs 1<2 1<3 1<4, 3=3 twice, 3<4 twice; so 5 won, 2 tied of 9.
		// at 1: 1/3 to 0; at 2: 1/3 to 1/3; at 3: 3/3 to 2/3.
		"with ties": {[]indicator.Points{1, 3, 3}, []indicator.Points{2, 3, 4}, Fraction{3, 9}, Fraction{12, 18}},
	} {
		ks, auc := Separation(scored(c.bad, c.good))
		if ks == nil || auc == nil || *ks != c.ks || *auc != c.auc {
			t.Errorf("%s: KS %v, AUC %v, want %v and %v", name, ks, auc, c.ks, c.auc)
		}
	}
	for _, one := range [][]Scored{nil, scored([]indicator.Points{1, 2}, nil), scored(nil, []indicator.Points{1})} {
		if ks, auc := Separation(one); ks != nil || auc != nil {
			t.Errorf("of one kind only: %v, %v", ks, auc)
		}
	}
	if bp := (Fraction{2, 3}).BasisPoints(); bp != 6667 {
		t.Errorf("2/3 is %d basis points", bp)
	}
}

// Against every pair, and every threshold, counted one by one.
func TestSeparationAgainstCounting(t *testing.T) {
	t.Parallel()
	err := quick.Check(func(seed uint64) bool {
		r := rand.New(rand.NewPCG(seed, 1))
		all := make([]Scored, r.IntN(60))
		for i := range all {
			all[i] = Scored{Score: r.Int64N(12), Bad: r.IntN(3) == 0} // few scores: many ties
		}
		ks, auc := Separation(all)
		won, bad, good := 0.0, 0, 0
		for _, a := range all {
			if a.Bad {
				bad++
				continue
			}
			good++
			for _, b := range all {
				if b.Bad && b.Score < a.Score {
					won++
				} else if b.Bad && b.Score == a.Score {
					won += 0.5
				}
			}
		}
		if bad == 0 || good == 0 {
			return ks == nil && auc == nil
		}
		widest := new(big.Rat)
		for at := range int64(13) {
			var b, g int64
			for _, s := range all {
				if s.Score <= at && s.Bad {
					b++
				} else if s.Score <= at {
					g++
				}
			}
			d := new(big.Rat).Sub(big.NewRat(b, int64(bad)), big.NewRat(g, int64(good)))
			if d.Abs(d).Cmp(widest) > 0 {
				widest = d
			}
		}
		area := new(big.Rat).Quo(new(big.Rat).SetFloat64(won), big.NewRat(int64(bad*good), 1))
		return big.NewRat(ks.Num, ks.Den).Cmp(widest) == 0 && big.NewRat(auc.Num, auc.Den).Cmp(area) == 0
	}, &quick.Config{MaxCount: 2000})
	if err != nil {
		t.Error(err)
	}
}
