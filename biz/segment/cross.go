package segment

import (
	"math/big"
	"slices"

	"zhuxin/shared/money"
)

// Band is one row or column of a cross-table: a choice, a range of a number, or None.
type Band struct {
	Value        string // of a choice; None for those without a value
	Name, NameEN string
	Range        *Range // of a number
}

// condition picks the customers of the band.
func (b Band) condition(code Code) Condition {
	if b.Range != nil {
		return Condition{Dimension: code, Ranges: []Range{*b.Range}}
	}
	return Condition{Dimension: code, Values: []string{b.Value}}
}

// Bands are the bands of a dimension: every customer is in exactly one of them, given
// that the choices are all there are.
func (d Dimension) Bands() []Band {
	var out []Band
	if d.Kind != KindNumber {
		for _, c := range d.Choices {
			out = append(out, Band{Value: c.Code, Name: c.Name, NameEN: c.NameEN})
		}
		return append(out, Band{Value: None})
	}
	var from *int64
	for _, cut := range d.Cuts {
		out = append(out, Band{Range: &Range{From: from, To: &cut}})
		from = &cut
	}
	return append(out, Band{Range: &Range{From: from}}, Band{Value: None})
}

// band gives the band of a customer; a value that is no choice any more counts as none.
func (d Dimension) band(bands []Band, f Facts) int {
	i := slices.IndexFunc(bands, func(b Band) bool { return b.condition(d.Code).met(f) })
	if i < 0 {
		return len(bands) - 1
	}
	return i
}

// Cell is what the customers of a row and a column come to.
type Cell struct {
	Row, Column int
	Customers   int64
	Receivable  money.Amount
	Overdue     money.Amount
}

// add counts a customer.
func (c *Cell) add(f Facts) {
	c.Customers++
	c.Receivable += f.Receivable
	c.Overdue += f.Overdue
}

// Share is overdue ÷ receivable in basis points, rounded down; 0 without a receivable.
func (c Cell) Share() int64 {
	if c.Receivable <= 0 || c.Overdue <= 0 {
		return 0
	}
	bp := new(big.Int).Mul(big.NewInt(int64(c.Overdue)), big.NewInt(10_000))
	return bp.Quo(bp, big.NewInt(int64(c.Receivable))).Int64()
}

// Table is the cross-table of two dimensions; cells without customers are left out.
type Table struct {
	Rows, Columns         Dimension
	RowBands, ColumnBands []Band
	Cells                 []Cell
	Total                 Cell
}

// Cross sorts the customers into the table of two dimensions.
func Cross(rows, columns Dimension, all []Facts) Table {
	t := Table{Rows: rows, Columns: columns, RowBands: rows.Bands(), ColumnBands: columns.Bands()}
	cells := map[[2]int]*Cell{}
	for _, f := range all {
		at := [2]int{rows.band(t.RowBands, f), columns.band(t.ColumnBands, f)}
		if cells[at] == nil {
			cells[at] = &Cell{Row: at[0], Column: at[1]}
		}
		cells[at].add(f)
		t.Total.add(f)
	}
	for _, c := range cells {
		t.Cells = append(t.Cells, *c)
	}
	slices.SortFunc(t.Cells, func(a, b Cell) int {
		if a.Row != b.Row {
			return a.Row - b.Row
		}
		return a.Column - b.Column
	})
	return t
}
