package portfolio

import (
	"math/big"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Owed is what a customer owes by bucket, net of credit notes within it.
type Owed struct {
	CustomerID   uuid.UUID
	Number, Name string
	Salesperson  string
	Items        [7]int64
	Open         [7]int64
	Disputed     int64 // of the total
}

// Total is the sum of the buckets.
func (o Owed) Total() (sum int64) {
	for _, fen := range o.Open {
		sum += fen
	}
	return sum
}

// Provided is a bucket with its provision.
type Provided struct {
	Rate
	Items     int64
	Open      int64 // net
	Base      int64 // what is provided for: a customer's credit in a bucket covers no other customer's debt
	Provision int64 // Base × Final, rounded half up to the fen
}

// CustomerLoss is a customer's part of the provision.
type CustomerLoss struct {
	Owed
	Parts     [7]int64 // of each bucket's provision
	Provision int64    // their sum
}

// ExpectedLoss is the provision matrix and its parts.
type ExpectedLoss struct {
	Buckets   [7]Provided
	Customers []CustomerLoss // the largest provision first
	Open      int64
	Disputed  int64 // of Open
	Base      int64
	Provision int64 // the sum of the buckets', and of the customers'
}

// ExpectedLoss = Σ bucket × rate. A bucket's provision is shared out to its
// customers in proportion, the odd fen to the largest remainders, so that the
// customers add up to the matrix to the fen.
func Expect(rates [7]Rate, owed []Owed) (e ExpectedLoss) {
	e.Customers = make([]CustomerLoss, len(owed))
	for i, o := range owed {
		e.Customers[i].Owed = o
		e.Disputed += o.Disputed
	}
	for k := range e.Buckets {
		b := &e.Buckets[k]
		b.Rate = rates[k]
		parts := make([]int64, len(owed))
		for i, o := range owed {
			b.Items += o.Items[k]
			b.Open += o.Open[k]
			parts[i] = max(0, o.Open[k])
			b.Base += parts[i]
		}
		b.Provision = times(b.Base, int64(b.Final))
		for i, fen := range share(b.Provision, b.Base, parts) {
			e.Customers[i].Parts[k] = fen
			e.Customers[i].Provision += fen
		}
		e.Open, e.Base, e.Provision = e.Open+b.Open, e.Base+b.Base, e.Provision+b.Provision
	}
	slices.SortFunc(e.Customers, func(a, b CustomerLoss) int {
		switch {
		case a.Provision != b.Provision:
			if a.Provision > b.Provision {
				return -1
			}
			return 1
		default:
			return strings.Compare(a.Number, b.Number)
		}
	})
	return e
}

// Of gives the part of some customers: their shares of the same matrix, so that parts of
// customers who are in one part only add up to it to the fen, and nobody's provision
// depends on whom one looks at.
func (e ExpectedLoss) Of(holds func(id uuid.UUID) bool) (part ExpectedLoss) {
	for k := range e.Buckets {
		part.Buckets[k].Rate = e.Buckets[k].Rate
	}
	for _, c := range e.Customers {
		if !holds(c.CustomerID) {
			continue
		}
		part.Customers = append(part.Customers, c)
		for k := range part.Buckets {
			b := &part.Buckets[k]
			b.Items, b.Open = b.Items+c.Items[k], b.Open+c.Open[k]
			b.Base, b.Provision = b.Base+max(0, c.Open[k]), b.Provision+c.Parts[k]
		}
	}
	for _, b := range part.Buckets {
		part.Open, part.Base, part.Provision = part.Open+b.Open, part.Base+b.Base, part.Provision+b.Provision
	}
	return part
}

// times multiplies fen with basis points, rounded half up.
func times(fen, bp int64) int64 {
	return rounded(new(big.Rat).Mul(big.NewRat(fen, 1), big.NewRat(bp, One)))
}

// share divides an amount over parts in proportion to them, by largest remainder;
// the shares add up to it.
func share(amount, whole int64, parts []int64) []int64 {
	out := make([]int64, len(parts))
	if whole <= 0 || amount == 0 {
		return out
	}
	type rest struct {
		at int
		of *big.Int
	}
	rests := make([]rest, 0, len(parts))
	left := amount
	for i, p := range parts {
		q, r := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(amount), big.NewInt(p)), big.NewInt(whole), new(big.Int))
		out[i] = q.Int64()
		left -= out[i]
		if p > 0 {
			rests = append(rests, rest{i, r})
		}
	}
	slices.SortStableFunc(rests, func(a, b rest) int { return b.of.Cmp(a.of) })
	for i := int64(0); i < left; i++ {
		out[rests[i].at]++
	}
	return out
}
