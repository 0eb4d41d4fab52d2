package pdf

import (
	"fmt"

	"github.com/signintech/gopdf"
)

// Measures in points.
const (
	perMM     = 72 / 25.4
	left      = 18 * perMM
	right     = 595 - left
	top       = 18 * perMM
	bottom    = 842 - 20*perMM
	full      = right - left
	bodySize  = 9.5
	smallSize = 8
	headSize  = 11.5
	titleSize = 17
	leading   = 1.45 // line to line, in sizes
	pad       = 4    // in a cell

	// What a pair may take at most; a longer text belongs into a paragraph.
	linesOfPage = 50
)

type colour struct{ r, g, b uint8 }

var (
	ink   = colour{0x1f, 0x23, 0x29}
	grey  = colour{0x64, 0x6a, 0x73}
	line  = colour{0xc9, 0xcd, 0xd4}
	shade = colour{0xf2, 0xf4, 0xf7}
)

// layout draws blocks from the top to the foot of pages.
type layout struct {
	pdf   *gopdf.GoPdf
	head  Head
	pages int // in all; 0 while they are counted
	y     float64
	err   error
	width map[rune]float64 // of a character, in sizes
	drawn [][]string       // what stands on each page, in the order it was drawn
}

func (l *layout) fail(err error) {
	if l.err == nil && err != nil {
		l.err = fmt.Errorf("pdf: %w", err)
	}
}

// newPage also draws the foot.
func (l *layout) newPage() {
	l.pdf.AddPage()
	l.drawn = append(l.drawn, nil)
	n := len(l.drawn)
	page := fmt.Sprintf("第 %d 页 / 共 %d 页", n, l.pages)
	if l.head.Lang == EN {
		page = fmt.Sprintf("Page %d of %d", n, l.pages)
	}
	l.rule(left, bottom+4, right, bottom+4, 0.5)
	l.text(page, right-l.measure(page, smallSize), bottom+8, smallSize, grey)
	l.text(l.fit(l.head.Footer, smallSize, full*0.75), left, bottom+8, smallSize, grey)
	l.y = top
}

// room goes on at the next page unless height fits on this one.
func (l *layout) room(height float64) {
	if l.y+height > bottom && l.y > top {
		l.newPage()
	}
}

func (l *layout) title() {
	for _, s := range l.lines(l.head.Title, titleSize, full) {
		l.text(s, left, l.y, titleSize, ink)
		l.y += titleSize * leading
	}
	if l.head.Subtitle != "" {
		l.paragraph(l.head.Subtitle, smallSize, grey)
	}
	l.rule(left, l.y, right, l.y, 1)
	l.y += 6
}

func (l *layout) heading(text string) {
	lines := l.lines(text, headSize, full)
	l.y += 8
	l.room(float64(len(lines))*headSize*leading + 3*bodySize*leading)
	for _, s := range lines {
		l.text(s, left, l.y, headSize, ink)
		l.y += headSize * leading
	}
	l.y += 2
}

func (l *layout) paragraph(text string, size float64, c colour) {
	for _, s := range l.lines(text, size, full) {
		l.room(size * leading)
		l.text(s, left, l.y, size, c)
		l.y += size * leading
	}
	l.y += 4
}

// pairs sets two to a line; a value that needs more than three lines gets the
// whole width.
func (l *layout) pairs(pairs []Pair) {
	const name, gap = 31 * perMM, 12.0
	half := (full - gap) / 2
	for i := 0; i < len(pairs); {
		n, value := 2, half-name
		if i+1 == len(pairs) || len(l.lines(pairs[i].Value, bodySize, value)) > 3 || len(l.lines(pairs[i+1].Value, bodySize, value)) > 3 {
			n, value = 1, full-name
		}
		tallest := 1
		for _, p := range pairs[i : i+n] {
			tallest = max(tallest, len(l.lines(p.Name, bodySize, name-pad)), len(l.lines(p.Value, bodySize, value)))
		}
		tallest = min(tallest, linesOfPage)
		l.room(float64(tallest) * bodySize * leading)
		for j, p := range pairs[i : i+n] {
			x := left + float64(j)*(half+gap)
			l.column(l.lines(p.Name, bodySize, name-pad), x, name, bodySize, grey, false)
			l.column(l.lines(p.Value, bodySize, value), x+name, value, bodySize, ink, false)
		}
		l.y += float64(tallest)*bodySize*leading + 2
		i += n
	}
	l.y += 4
}

// column draws lines under one another at l.y, not beyond the foot.
func (l *layout) column(lines []string, x, width, size float64, c colour, toRight bool) {
	for i, s := range lines {
		y := l.y + float64(i)*size*leading
		if y+size > bottom+1 {
			return
		}
		at := x
		if toRight {
			at = x + width - l.measure(s, size)
		}
		l.text(s, at, y, size, c)
	}
}

func (l *layout) signatures(names []string) {
	if len(names) == 0 {
		return
	}
	l.room(22 * perMM)
	l.y += 14 * perMM
	width := full / float64(len(names))
	for i, n := range names {
		x := left + float64(i)*width
		l.rule(x, l.y, x+width-14, l.y, 0.5)
		l.text(l.fit(n, smallSize, width-14), x, l.y+3, smallSize, grey)
	}
	l.y += 8 * perMM
}

func (l *layout) rule(x1, y1, x2, y2, width float64) {
	l.pdf.SetStrokeColor(line.r, line.g, line.b)
	l.pdf.SetLineWidth(width)
	l.pdf.Line(x1, y1, x2, y2)
}

// text draws one line with its upper edge at y.
func (l *layout) text(s string, x, y, size float64, c colour) {
	if s == "" {
		return
	}
	l.fail(l.pdf.SetFont(family, "", size))
	l.pdf.SetTextColor(c.r, c.g, c.b)
	l.pdf.SetXY(x, y+size*0.9)
	l.fail(l.pdf.Text(s))
	n := len(l.drawn) - 1
	l.drawn[n] = append(l.drawn[n], s)
}

func (l *layout) lines(text string, size, most float64) []string {
	return wrap(text, most, func(r rune) float64 { return l.of(r) * size })
}

// fit cuts a line that is too wide.
func (l *layout) fit(s string, size, most float64) string {
	lines := l.lines(s, size, most)
	if len(lines) == 1 {
		return lines[0]
	}
	return l.lines(s, size, most-size)[0] + "…"
}

func (l *layout) measure(s string, size float64) (sum float64) {
	for _, r := range s {
		sum += l.of(r) * size
	}
	return sum
}

// of gives the width of a character in sizes.
func (l *layout) of(r rune) float64 {
	if w, ok := l.width[r]; ok {
		return w
	}
	l.fail(l.pdf.SetFont(family, "", 100))
	w, err := l.pdf.MeasureTextWidth(string(r))
	l.fail(err)
	l.width[r] = w / 100
	return l.width[r]
}
