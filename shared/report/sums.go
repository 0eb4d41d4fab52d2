// Package report is the arithmetic of reports: sums of customers' figures on
// business dates, the periods they are compared over, and the formulas made from
// them (000-83 to 000-88, 004-10 to 004-12). The same functions serve the group,
// a subsidiary, a salesperson and a customer, so that a figure is the same at
// every level.
//
// It owns the formulas, the projection of the figures to HQ and reading it there.
// It does not own the figures themselves: those are made from a subsidiary's
// items and receipts (biz/report, data/tenantrepo/report).
package report

import (
	"zhuxin/shared/calendar"
)

// Basis says what the state of a past day is made from. A sum has the weakest
// basis of its parts.
type Basis int16

// The bases, from strong to weak.
const (
	BasisBooks    Basis = iota // open amounts as they stood in the books on that day
	BasisItems                 // nothing of the customer was ever settled: the items' own amounts
	BasisReceipts              // settled amounts dated by receipts, oldest due first
	BasisUnknown               // settled amounts without receipts that explain them: not known
)

var basisNames = []string{"books", "items", "receipts", "unknown"}

func (b Basis) String() string { return basisNames[b] }

// ParseBasis reads what String gives; anything else is unknown.
func ParseBasis(s string) Basis {
	for i, name := range basisNames {
		if s == name {
			return Basis(i)
		}
	}
	return BasisUnknown
}

// Sums are the figures of one subject on one business date, in fen. The flows are
// of the calendar month of that date, up to it; the state is on it. NotDue plus
// either scheme of ruling 6 is Receivable.
type Sums struct {
	Sales        int64 // invoiced, by invoice date
	Collections  int64 // received, by receipt date
	FallenDue    int64 // amounts whose due date lies in the month
	CollectedDue int64 // of them, collected by the date; what was written off is not

	Receivable int64
	NotDue     int64
	Months0    int64
	Months6    int64
	Months12   int64
	Months24   int64
	Days1      int64
	Days31     int64
	Days61     int64
	Days91     int64
	// Of Receivable, and of it what is past due, in dispute.
	Disputed        int64
	DisputedOverdue int64

	FirstSale calendar.Date // earliest invoice of the subject; zero when there is none
	OldestDue calendar.Date // of the items that are open and past due; zero when nothing is
	Customers int64         // with a row on the date
	Unknown   int64         // of them, whose state on the date is not known
	Basis     Basis
}

// Overdue is what is past its due date, net of credit notes past theirs.
func (s Sums) Overdue() int64 { return s.Receivable - s.NotDue }

// nothing says that there is no figure at all.
func (s Sums) nothing() bool {
	return s.Customers == 0 || s.Receivable == 0 && s.NotDue == 0 && s.Sales == 0 && s.Collections == 0 && s.FallenDue == 0
}

// Known says whether the state can be shown at all.
func (s Sums) Known() bool { return s.Unknown == 0 }

// Add sums another subject's figures of the same date.
func (s *Sums) Add(o Sums) {
	s.Sales += o.Sales
	s.Collections += o.Collections
	s.addState(o)
	s.FallenDue += o.FallenDue
	s.CollectedDue += o.CollectedDue
	s.FirstSale = earliest(s.FirstSale, o.FirstSale)
	s.OldestDue = earliest(s.OldestDue, o.OldestDue)
	s.Customers += o.Customers
	s.Unknown += o.Unknown
	s.Basis = max(s.Basis, o.Basis)
}

func earliest(a, b calendar.Date) calendar.Date {
	if a.IsZero() || !b.IsZero() && b < a {
		return b
	}
	return a
}

func (s *Sums) addState(o Sums) {
	s.Receivable += o.Receivable
	s.NotDue += o.NotDue
	s.Months0 += o.Months0
	s.Months6 += o.Months6
	s.Months12 += o.Months12
	s.Months24 += o.Months24
	s.Days1 += o.Days1
	s.Days31 += o.Days31
	s.Days61 += o.Days61
	s.Days91 += o.Days91
	s.Disputed += o.Disputed
	s.DisputedOverdue += o.DisputedOverdue
}

// Series are the figures of one subject by date. A date without a row is zero:
// there was nothing.
type Series map[calendar.Date]Sums

// Over gives the state on the period's end with the flows of the whole period.
func (s Series) Over(p Period) Sums {
	out := s[p.End]
	out.Sales, out.Collections, out.FallenDue, out.CollectedDue = 0, 0, 0, 0
	for _, d := range p.Dates() {
		x := s[d]
		out.Sales += x.Sales
		out.Collections += x.Collections
		out.FallenDue += x.FallenDue
		out.CollectedDue += x.CollectedDue
		out.Unknown = max(out.Unknown, x.Unknown)
	}
	return out
}
