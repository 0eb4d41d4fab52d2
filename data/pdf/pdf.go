// Package pdf writes A4 documents for people: a title, pairs of name and value,
// tables that break over pages with their heads repeated, paragraphs, page numbers.
// Chinese and English stand in one font that is inside the program and goes into
// each file as the subset it uses, so a document looks alike everywhere.
//
// It owns layout only. What a document says, in which language and in which form
// amounts and dates stand, is its caller's.
//
//	d := pdf.New(pdf.Head{Title: "信用评级决策书", Subtitle: "…", Lang: pdf.ZH, At: now})
//	d.Heading("客户").Pairs(pdf.Pair{"客户名称", name}, …)
//	d.Table(pdf.Table{Columns: []pdf.Column{{Title: "指标", Width: 3}, {Title: "得分", Width: 1, Right: true}}, Rows: rows})
//	bytes, err := d.Bytes()
//
// The same calls give the same bytes.
package pdf

import (
	"fmt"
	"time"

	"github.com/signintech/gopdf"
)

// Lang chooses the writer's own words: page numbers and marks of continuation.
type Lang string

// The languages.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

// Head is what stands above and below.
type Head struct {
	Title    string
	Subtitle string // under the title, small; empty for none
	Footer   string // left at the foot of each page: number, subsidiary
	Lang     Lang
	At       time.Time // when it was made; in the file's properties
}

// Pair is a name and its value.
type Pair struct{ Name, Value string }

// Column of a table; Width counts in proportion to the others.
type Column struct {
	Title string
	Width float64
	Right bool // numbers stand right
}

// Table has as many cells in a row as columns; a shorter row is filled up.
type Table struct {
	Columns []Column
	Rows    [][]string
	Total   []string // a last row set apart; nil for none
}

// Document collects blocks; Bytes lays them out.
type Document struct {
	head   Head
	blocks []func(*layout)
}

// New begins a document.
func New(h Head) *Document {
	if h.Lang != EN {
		h.Lang = ZH
	}
	return &Document{head: h}
}

func (d *Document) add(block func(*layout)) *Document {
	d.blocks = append(d.blocks, block)
	return d
}

// Heading begins a section; it never stands alone at the foot of a page.
func (d *Document) Heading(text string) *Document {
	return d.add(func(l *layout) { l.heading(text) })
}

// Paragraph sets text; line breaks in it are kept.
func (d *Document) Paragraph(text string) *Document {
	return d.add(func(l *layout) { l.paragraph(text, bodySize, ink) })
}

// Note sets small grey text: sources, remarks to a table.
func (d *Document) Note(text string) *Document {
	return d.add(func(l *layout) { l.paragraph(text, smallSize, grey) })
}

// Pairs sets names and values in two columns.
func (d *Document) Pairs(pairs ...Pair) *Document {
	return d.add(func(l *layout) { l.pairs(pairs) })
}

// Table sets a table; its head is repeated on each page.
func (d *Document) Table(t Table) *Document {
	return d.add(func(l *layout) { l.table(t) })
}

// Space leaves mm millimetres free.
func (d *Document) Space(mm float64) *Document {
	return d.add(func(l *layout) { l.y += mm * perMM })
}

// Signatures sets lines to be signed on paper, with their names beneath.
func (d *Document) Signatures(names ...string) *Document {
	return d.add(func(l *layout) { l.signatures(names) })
}

// NewPage goes on at the top of the next page.
func (d *Document) NewPage() *Document {
	return d.add(func(l *layout) { l.newPage() })
}

// Bytes gives the file. It fails only when the font inside the program is damaged.
func (d *Document) Bytes() ([]byte, error) {
	first, err := d.lay(0)
	if err != nil {
		return nil, err
	}
	// Once more, now that the number of pages is known.
	l, err := d.lay(len(first.drawn))
	if err != nil {
		return nil, err
	}
	return l.pdf.GetBytesPdfReturnErr()
}

func (d *Document) lay(pages int) (*layout, error) {
	fonts, err := faces()
	if err != nil {
		return nil, err
	}
	l := &layout{pdf: &gopdf.GoPdf{}, head: d.head, pages: pages, width: map[rune]float64{}}
	l.pdf.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	l.pdf.SetInfo(gopdf.PdfInfo{Title: d.head.Title, Creator: "Zhuxin", CreationDate: d.head.At})
	if err := l.pdf.AddTTFFontFromFontContainer(family, fonts); err != nil {
		return nil, fmt.Errorf("pdf: %w", err)
	}
	l.newPage()
	l.title()
	for _, block := range d.blocks {
		block(l)
	}
	return l, l.err
}
