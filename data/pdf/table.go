package pdf

// table draws rows under one another; each row stays whole unless it is higher
// than a page, which is then cut into pieces.
func (l *layout) table(t Table) {
	if len(t.Columns) == 0 {
		return
	}
	g := grid{layout: l, columns: t.Columns}
	sum := 0.0
	for _, c := range t.Columns {
		sum += max(c.Width, 0.1)
	}
	for _, c := range t.Columns {
		g.widths = append(g.widths, max(c.Width, 0.1)/sum*full)
		g.titles = append(g.titles, c.Title)
	}
	l.room(6 * smallSize * leading)
	g.titleRow()
	for _, row := range t.Rows {
		g.row(row, false)
	}
	if t.Total != nil {
		g.row(t.Total, true)
	}
	l.y += 6
}

type grid struct {
	*layout
	columns []Column
	widths  []float64
	titles  []string
}

const cellSize = 8.5

func (g *grid) titleRow() { g.piece(g.split(g.titles), grey, true) }

func (g *grid) row(cells []string, shaded bool) {
	lines := g.split(cells)
	for first := true; first || tallest(lines) > 0; first = false {
		if g.y+g.height(lines) > bottom && (g.y > top+3*cellSize*leading) {
			if g.fits() < min(tallest(lines), whole) {
				g.newPage()
				g.titleRow()
			}
		}
		head, rest := cut(lines, max(g.fits(), 1))
		g.piece(head, ink, shaded)
		lines = rest
	}
}

// whole rows of so many lines at most are never cut.
const whole = 12

// fits says how many lines of a cell still fit on the page.
func (g *grid) fits() int {
	return int((bottom - g.y - 2*pad) / (cellSize * leading))
}

func (g *grid) split(cells []string) [][]string {
	out := make([][]string, len(g.columns))
	for i := range g.columns {
		if i < len(cells) {
			out[i] = g.lines(cells[i], cellSize, g.widths[i]-2*pad)
		}
	}
	return out
}

func tallest(lines [][]string) (n int) {
	for _, l := range lines {
		n = max(n, len(l))
	}
	return n
}

// cut gives the first n lines of each cell, and the rest.
func cut(lines [][]string, n int) (head, rest [][]string) {
	for _, l := range lines {
		k := min(n, len(l))
		head, rest = append(head, l[:k]), append(rest, l[k:])
	}
	return head, rest
}

func (g *grid) height(lines [][]string) float64 {
	return float64(max(tallest(lines), 1))*cellSize*leading + 2*pad
}

func (g *grid) piece(lines [][]string, c colour, shaded bool) {
	h := g.height(lines)
	if shaded {
		g.pdf.SetFillColor(shade.r, shade.g, shade.b)
		g.pdf.RectFromUpperLeftWithStyle(left, g.y, full, h, "F")
	}
	x, y := left, g.y
	g.y += pad
	for i := range g.columns {
		g.column(lines[i], x+pad, g.widths[i]-2*pad, cellSize, c, g.columns[i].Right)
		x += g.widths[i]
	}
	g.y = y + h
	g.rule(left, g.y, right, g.y, 0.5)
}
