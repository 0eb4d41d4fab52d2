package report

import (
	"context"
	"fmt"
	"io"
	"time"

	"zhuxin/shared/fault"
)

// Lang is the language of a document.
type Lang string

// The languages of documents.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

// Say chooses between a Chinese and an English text.
func (l Lang) Say(zh, en string) string {
	if l == EN {
		return en
	}
	return zh
}

// Segment is what a subtitle adds for figures of a segment of customers; nothing without
// one.
func (l Lang) Segment(name string) string {
	if name == "" {
		return ""
	}
	return l.Say(" · 客户分群：", " · segment: ") + name
}

// LangOf is Chinese unless English is asked for.
func LangOf(s string) Lang {
	if s == string(EN) {
		return EN
	}
	return ZH
}

// Format is the kind of file that a report is exported to.
type Format string

// The formats.
const (
	XLSX Format = "xlsx"
	PDF  Format = "pdf"
)

// ErrFormat means that there is no such format.
var ErrFormat = fault.New(fault.KindInvalid, "UNKNOWN_FORMAT", "export to xlsx or pdf")

// Cell is a text, or a number in a unit; Missing is shown as not applicable.
type Cell struct {
	Text    string
	Value   int64
	Unit    Unit // empty for a text
	Missing bool
}

// Text makes a cell of text.
func Text(s string) Cell { return Cell{Text: s} }

// Column heads a table; numbers stand right.
type Column struct {
	Title string
	Width float64 // in proportion to the others
	Right bool
}

// Section is a table with its title and a note below.
type Section struct {
	Title   string
	Columns []Column
	Rows    [][]Cell
	Note    string
}

// Document is a report to be written to a file.
type Document struct {
	Title, Subtitle string
	Lang            Lang
	At              time.Time
	Sections        []Section
	Digest          Digest
}

// Digest is a document in a few lines, for a mail that carries it.
type Digest struct {
	Empty bool // there is nothing in it
	Lines []Line
}

// Line is one figure of a digest.
type Line struct{ Label, Value string }

// Say adds a figure to the digest.
func (d *Document) Say(label string, c Cell) {
	d.Digest.Lines = append(d.Digest.Lines, Line{label, c.Show(d.Lang)})
}

// Rows gives a long table row by row, so that it needs no memory of its own.
type Rows func(ctx context.Context, each func(row []Cell) error) error

// File is a finished file; the caller closes the body.
type File struct {
	Name, ContentType string
	Size              int64
	Body              io.ReadCloser
	Digest            Digest
}

// Printer writes documents.
type Printer interface {
	Print(d Document, f Format) (File, error)
	// Table writes one long table as XLSX, streaming.
	Table(ctx context.Context, title string, columns []Column, rows Rows) (File, error)
}

// Show writes a number as people read it: yuan and days with decimals, rates in
// percent. Exact: no float is involved.
func (c Cell) Show(lang Lang) string {
	switch {
	case c.Missing:
		return lang.Say("不适用", "n/a")
	case c.Unit == "":
		return c.Text
	case c.Unit == UnitBP:
		return decimal(c.Value, false) + "%"
	}
	return decimal(c.Value, c.Unit == UnitFen)
}

func decimal(hundredths int64, grouped bool) string {
	sign := ""
	n := uint64(hundredths)
	if hundredths < 0 {
		sign, n = "-", uint64(-hundredths)
	}
	whole := fmt.Sprint(n / 100)
	if grouped {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + "," + whole[i:]
		}
	}
	return fmt.Sprintf("%s%s.%02d", sign, whole, n%100)
}

var words = map[string][2]string{
	KeyReceivable: {"应收总额", "Receivable"}, KeySales: {"销售总额", "Sales"}, KeyCollections: {"回款总额", "Collections"},
	KeyOverdue: {"逾期总额", "Overdue"}, KeyOverdueRatio: {"逾期比例", "Overdue ratio"}, KeyDSO: {"周转天数", "Turnover days"},
	KeyCollection: {"回款率", "Collection rate"}, KeyDueCollection: {"到期回款率", "Due collected"},
	KeyDisputed: {"应收中有争议", "Disputed of receivable"}, KeyDisputedLate: {"逾期中有争议", "Disputed of overdue"},
	string(BySubsidiary): {"子企业", "Subsidiary"}, string(BySalesperson): {"业务员", "Salesperson"}, string(ByCustomer): {"客户", "Customer"},
	"books":                    {"期末余额按账面。", "The balance is the books'."},
	"items":                    {"期末余额按现有单据推算：此前已结清而未导入的单据不在内。", "The balance is derived from today's items; items settled earlier and never imported are missing."},
	"receipts":                 {"期末余额按回款日期推算，先到期的先冲抵。", "The balance is derived from receipt dates, oldest due first."},
	"unknown":                  {"部分客户的历史余额未知，未计入应收、逾期和账龄。", "The past balance of some customers is not known and left out of receivable, overdue and aging."},
	"formula." + KeyReceivable: {"期末未结清单据金额之和", "sum of what is open at the end"}, "formula." + KeySales: {"按开票日期", "by invoice date"},
	"formula." + KeyCollections: {"按到账日期", "by receipt date"}, "formula." + KeyOverdue: {"期末前到期的未结清金额", "open at the end and due before"},
	"formula." + KeyOverdueRatio: {"逾期 ÷ 应收", "overdue ÷ receivable"}, "formula." + KeyDSO: {"期末应收 ÷ 期间销售 × 天数（自首笔销售起）", "receivable ÷ sales × days (from the first sale)"},
	"formula." + KeyCollection: {"期间回款 ÷ 期间销售", "collections ÷ sales"}, "formula." + KeyDueCollection: {"到期款中已收（核销不计）÷ 期间到期", "collected, without write-offs, ÷ fallen due"},
	"formula." + KeyDisputed: {"期末未结清且有争议的金额", "open and in dispute at the end"}, "formula." + KeyDisputedLate: {"其中期末前到期的", "of it, due before the end"},
}

func say(lang Lang, key string) string {
	w := words[key]
	return lang.Say(w[0], w[1])
}

func value(n Number, u Unit) Cell { return Cell{Value: n.Value, Unit: u, Missing: !n.OK()} }

// change of an amount is a rate; of a rate or of days it stays in its unit.
func change(c Change, u Unit) Cell {
	if u == UnitFen {
		u = UnitBP
	}
	return value(c.Number, u)
}

// Document writes a view down: figures with formulas, trends, aging, parts. Every
// chart of the page is a table here.
func (v View) Document(lang Lang, at time.Time) Document {
	name := lang.Say("集团", "Group")
	if n := len(v.Path); n > 0 {
		name = v.Path[n-1].Name
	}
	d := Document{Title: name + lang.Say(" · 经营报表", " · report"), Lang: lang, At: at,
		Subtitle: fmt.Sprintf(lang.Say("%s 至 %s，币种 %s，单位元", "%s to %s, in %s"), v.Period.First, v.Period.End, v.Currency) + lang.Segment(v.Segment)}
	num := func(title string, width float64) Column { return Column{Title: title, Width: width, Right: true} }
	yoy, pop := lang.Say("同比", "YoY"), lang.Say("环比", "PoP")

	figures := Section{Title: lang.Say("基本数据", "Figures"), Note: say(lang, v.Sums.Basis.String()),
		Columns: []Column{{Title: lang.Say("指标", "Figure"), Width: 2}, num(lang.Say("数值", "Value"), 2.4), num(yoy, 1.3), num(pop, 1.3), {Title: lang.Say("公式", "Formula"), Width: 4}}}
	d.Digest.Empty = v.Sums.nothing()
	for _, f := range v.Figures {
		d.Say(say(lang, f.Key), value(f.Now, f.Unit))
		figures.Rows = append(figures.Rows, []Cell{Text(say(lang, f.Key)), value(f.Now, f.Unit), change(f.YoY, f.Unit), change(f.PoP, f.Unit), Text(say(lang, "formula."+f.Key))})
	}
	d.Sections = append(d.Sections, figures, v.aging(lang))
	for _, step := range []struct {
		title  string
		points []Point
	}{{lang.Say("按月", "By month"), v.Months}, {lang.Say("按季", "By quarter"), v.Quarters}} {
		d.Sections = append(d.Sections, trend(lang, step.title, step.points, yoy, pop)...)
	}
	if v.By != "" {
		parts := Section{Title: say(lang, string(v.By)), Columns: []Column{{Title: say(lang, string(v.By)), Width: 3}}}
		keys := []string{KeyReceivable, KeyOverdue, KeyOverdueRatio, KeyDisputed, KeyDSO, KeySales, KeyCollections}
		for _, k := range keys {
			parts.Columns = append(parts.Columns, num(say(lang, k), 2))
		}
		for _, p := range v.Parts {
			row := []Cell{Text(p.Name)}
			for _, k := range keys {
				f := find(p.Figures, k)
				row = append(row, value(f.Now, f.Unit))
			}
			parts.Rows = append(parts.Rows, row)
		}
		if int64(len(v.Parts)) < v.Total {
			parts.Note = fmt.Sprintf(lang.Say("共 %d 行，此处前 %d 行。", "The first %[2]d of %[1]d."), v.Total, len(v.Parts))
		}
		d.Sections = append(d.Sections, parts)
	}
	return d
}

func find(figures []Figure, key string) Figure {
	for _, f := range figures {
		if f.Key == key {
			return f
		}
	}
	return Figure{}
}

func (v View) aging(lang Lang) Section {
	s := v.Sums
	out := Section{Title: lang.Say("应收账龄", "Aging"), Columns: []Column{{Title: lang.Say("账龄", "Age"), Width: 3}, {Title: lang.Say("金额", "Amount"), Width: 2, Right: true},
		{Title: lang.Say("占比", "Share"), Width: 1, Right: true}}}
	for _, b := range []struct {
		zh, en string
		fen    int64
	}{{"未到期", "Not due", s.NotDue}, {"0–6 个月", "0–6 months", s.Months0}, {"6–12 个月", "6–12 months", s.Months6}, {"12–24 个月", "12–24 months", s.Months12}, {"24 个月以上", "over 24 months", s.Months24},
		{"1–30 天", "1–30 days", s.Days1}, {"31–60 天", "31–60 days", s.Days31}, {"61–90 天", "61–90 days", s.Days61}, {"90 天以上", "over 90 days", s.Days91}} {
		out.Rows = append(out.Rows, []Cell{Text(lang.Say(b.zh, b.en)), {Value: b.fen, Unit: UnitFen}, value(ratio(b.fen, s.Receivable, 10_000), UnitBP)})
	}
	out.Note = lang.Say("未到期加各月段，以及未到期加各天段，都等于应收总额。", "Not due and the months, and not due and the days, both add up to the receivable.")
	return out
}

func trend(lang Lang, step string, points []Point, yoy, pop string) (out []Section) {
	for _, chart := range []struct {
		zh, en string
		keys   []string
	}{{"销售额与应收额", "Sales and receivable", []string{KeySales, KeyReceivable}}, {"销售额与回款", "Sales and collections", []string{KeySales, KeyCollections}},
		{"回款率与逾期比例", "Collection rate and overdue ratio", []string{KeyCollection, KeyOverdueRatio}},
		{"回款与逾期", "Collections and overdue", []string{KeyCollections, KeyOverdue}}} {
		s := Section{Title: lang.Say(chart.zh, chart.en) + " · " + step, Columns: []Column{{Title: lang.Say("期间", "Period"), Width: 1.6}}}
		for _, k := range chart.keys {
			s.Columns = append(s.Columns, Column{say(lang, k), 2.4, true}, Column{yoy, 1.2, true}, Column{pop, 1.2, true})
		}
		for i := len(points) - 1; i >= 0; i-- {
			p := points[i]
			label := p.Label
			if !p.Closed {
				label += " *"
				s.Note = lang.Say("* 截至 ", "* up to ") + p.End.String()
			}
			row := []Cell{Text(label)}
			for _, k := range chart.keys {
				f := find(p.Figures, k)
				row = append(row, value(f.Now, f.Unit), change(f.YoY, f.Unit), change(f.PoP, f.Unit))
			}
			s.Rows = append(s.Rows, row)
		}
		out = append(out, s)
	}
	return out
}

// LargestPage is how many parts a document lists.
const LargestPage = 200

// FileName names a document's file by its level and day.
func (v View) FileName() string {
	return fmt.Sprintf("report-%s-%s-%s", v.Level, v.Period.Kind, v.Period.End)
}
