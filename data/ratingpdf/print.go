// Package ratingpdf puts the decision on a credit rating on paper: the printer of
// biz/rating. It owns the layout and the words of the decision file in both languages;
// its figures are the rating's own.
package ratingpdf

import (
	"context"
	"fmt"
	"time"

	"zhuxin/biz/rating"
	"zhuxin/data/pdf"
	"zhuxin/shared/indicator"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
)

// Printer implements rating.DecisionPrinter.
type Printer struct{}

var _ rating.DecisionPrinter = Printer{}

const minute = "2006-01-02 15:04"

// Print implements rating.DecisionPrinter.
func (Printer) Print(ctx context.Context, d rating.Decision, lang string) ([]byte, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	w := words[pdf.ZH]
	if lang == string(pdf.EN) {
		w = words[pdf.EN]
	}
	p := page{w: w, currency: t.Currency, d: d, zone: t.Zone}
	doc := pdf.New(pdf.Head{Title: w.title, Subtitle: d.Subsidiary + " · " + d.Rating.ID.String(), Footer: d.Subsidiary + "  SHA-256 " + d.Hash, Lang: w.lang, At: d.Course.DecidedAt})
	doc.Heading(w.customer).Pairs(pdf.Pair{Name: w.name, Value: d.CustomerName}, pdf.Pair{Name: w.number, Value: d.CustomerNumber}, pdf.Pair{Name: w.uscc, Value: d.USCC},
		pdf.Pair{Name: w.template, Value: fmt.Sprintf("%s v%d", d.Rating.TemplateName, d.Rating.TemplateNumber)})
	doc.Heading(w.decision).Pairs(p.outcome()...)
	doc.Heading(w.values).Table(p.values()).Note(w.valuesNote)
	if t := p.overrides(); len(t.Rows) > 0 {
		doc.Heading(w.overrides).Table(t)
	}
	if d.Rating.Remark != "" {
		doc.Heading(w.remark).Paragraph(d.Rating.Remark)
	}
	doc.Heading(w.course).Table(p.course())
	doc.Note(w.hash + " " + d.Hash)
	return doc.Bytes()
}

type page struct {
	w        vocabulary
	currency money.Currency
	d        rating.Decision
	zone     *time.Location
}

func (p page) outcome() []pdf.Pair {
	r, w := p.d.Rating, p.w
	decided := w.rejected
	if p.d.Course.Approved {
		decided = w.approved
	}
	m := r.Result.Maxima
	pairs := []pdf.Pair{{Name: w.result, Value: decided + " · " + p.d.Course.DecidedAt.Format(minute)}, {Name: w.grade, Value: string(r.Result.Grade)},
		{Name: w.total, Value: points(r.Result.Total)}, {Name: w.creditAmount, Value: p.amount(m.CreditAmount)}, {Name: w.overdueAmount, Value: p.amount(m.OverdueAmount)},
		{Name: w.overdueDays, Value: fmt.Sprint(m.OverdueDays)}}
	if !r.DueOn.IsZero() {
		pairs = append(pairs, pdf.Pair{Name: w.dueOn, Value: r.DueOn.String()})
	}
	before := w.none
	if b := p.d.Previous; b != nil {
		before = fmt.Sprintf("%s · %s · %s", b.Result.Grade, points(b.Result.Total), p.amount(b.Result.Maxima.CreditAmount))
	}
	return append(pairs, pdf.Pair{Name: w.previous, Value: before})
}

func (p page) amount(a money.Amount) string { return fmt.Sprintf("%s %s", a, p.currency) }

func (p page) values() pdf.Table {
	w := p.w
	t := pdf.Table{Columns: []pdf.Column{{Title: w.indicator, Width: 3}, {Title: w.value, Width: 2.4}, {Title: w.source, Width: 3.6}, {Title: w.weight, Width: 1, Right: true},
		{Title: w.score, Width: 1, Right: true}, {Title: w.contribution, Width: 1, Right: true}}}
	for _, v := range p.d.Rating.Result.Values {
		it, _ := p.d.Rating.Definition.Item(v.IndicatorCode)
		t.Rows = append(t.Rows, []string{w.pick(it.NameZH, it.NameEN), p.shown(v, it), p.source(v), points(v.Weight), points(v.Score), points(v.Contribution())})
	}
	t.Total = []string{w.total, "", "", points(indicator.FullPoints), "", points(p.d.Rating.Result.Total)}
	return t
}

// shown is a value as people read it.
func (p page) shown(v rating.Value, it rating.Item) string {
	if v.Number != nil {
		return p.quantity(*v.Number, it.Unit)
	}
	if o, ok := it.Scoring.Option(v.Choice); ok {
		return p.w.pick(o.NameZH, o.NameEN)
	}
	return p.w.none
}

func (p page) source(v rating.Value) string {
	s := p.w.sources[v.Source]
	if v.Missing != "" {
		s = p.w.missing[v.Missing]
	}
	if v.SourceDetail != "" {
		s += " · " + v.SourceDetail
	}
	if !v.AsOf.IsZero() {
		s += " · " + p.w.asOf + " " + v.AsOf.String()
	}
	return s
}

func (p page) overrides() pdf.Table {
	w := p.w
	t := pdf.Table{Columns: []pdf.Column{{Title: w.indicator, Width: 2.4}, {Title: w.measured, Width: 1.6}, {Title: w.set, Width: 1.6}, {Title: w.reason, Width: 4}, {Title: w.by, Width: 2.4}}}
	for _, v := range p.d.Rating.Result.Values {
		if v.Override == nil {
			continue
		}
		it, _ := p.d.Rating.Definition.Item(v.IndicatorCode)
		measured := w.none
		if v.Override.Measured != nil {
			measured = p.quantity(*v.Override.Measured, it.Unit)
		}
		t.Rows = append(t.Rows, []string{w.pick(it.NameZH, it.NameEN), measured, p.shown(v, it), v.Override.Reason,
			person(v.Override.By) + " " + v.Override.At.In(p.zone).Format(minute)})
	}
	return t
}

func (p page) course() pdf.Table {
	w, c := p.w, p.d.Course
	t := pdf.Table{Columns: []pdf.Column{{Title: w.step, Width: 2}, {Title: w.who, Width: 2.4}, {Title: w.at, Width: 2.2}, {Title: w.comment, Width: 4}}}
	t.Rows = append(t.Rows, []string{w.submitted, person(c.SubmittedBy), c.SubmittedAt.Format(minute), ""})
	for _, a := range c.Acts {
		did := w.acts[a.Kind]
		if did == "" {
			did = a.Kind
		}
		if a.Step != "" {
			did = a.Step + " · " + did
		}
		by := person(a.By)
		if a.OnBehalfOf != nil {
			by += " (" + w.onBehalf + " " + a.OnBehalfOf.Name + ")"
		}
		t.Rows = append(t.Rows, []string{did, by, a.At.Format(minute), a.Comment})
	}
	return t
}

func person(p *party.Person) string {
	if p == nil {
		return "–"
	}
	return p.Name
}

// points writes hundredths with two decimals.
func points(n int64) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }
