package demo

import (
	"fmt"
	"net/http"
	"strings"

	ratingv1 "zhuxin/app/api/rating/v1"
	"zhuxin/biz/rating"
)

// invoiceSamples are the shipped templates, the one that fits these firms best
// first: it looks at volume, which invoices tell.
var invoiceSamples = []rating.Sample{rating.SampleCement, rating.SampleAggregates, rating.SampleConcrete}

// realInvoices imports the invoices of real firms as a subsidiary's sales, each firm
// being its customer, and sets the grades by the shipped templates against the
// defaults that are known of the firms.
func (w *walk) realInvoices(dir string) error {
	r := &invoiceRun{walk: w, dir: dir}
	steps := []step{
		{"real invoices: read", r.read},
		{"real invoices: imported, void ones left out", r.load},
	}
	for _, s := range invoiceSamples {
		steps = append(steps, step{"real invoices: graded by sample " + string(s), func() (string, error) { return r.grade(s) }})
	}
	for _, s := range append(steps, step{"real invoices: sales of 12 months to the fen", r.sales}) {
		if err := w.do(s); err != nil {
			return err
		}
	}
	return nil
}

// invoiceRun is what the steps hand on.
type invoiceRun struct {
	*walk
	dir    string
	book   *realBook
	client *client
	dryRun *ratingv1.DryRun // by the first sample
	trials []*ratingv1.Trial
}

func (r *invoiceRun) read() (string, error) {
	var err error
	if r.book, err = readBook(r.dir); err != nil {
		return "", err
	}
	bad := 0
	for _, d := range r.book.defaulted {
		if d {
			bad++
		}
	}
	return fmt.Sprintf("%d invoices of %d firms, %d of which defaulted: %d void, %d red-letter, %d of nothing",
		len(r.book.invoices), len(r.book.names), bad, r.book.void, r.book.red, r.book.zero), nil
}

func (r *invoiceRun) load() (string, error) {
	c, slug, err := r.exportTenant("INV", "CNY")
	if err != nil {
		return "", err
	}
	r.client = c
	f, err := r.upload(c, "invoices.csv", r.book.file(Today().DaysSince(r.book.last)))
	if err != nil {
		return "", err
	}
	m := f.GetProposed()
	m.CreateCustomers, m.FilterColumn, m.FilterValue = true, statusColumn, validInvoice
	i, err := r.runImport(c, f, m, false)
	if err != nil {
		return "", err
	}
	want := int64(len(r.book.invoices) - r.book.void - r.book.zero)
	if i.GetRowsInserted() != want || i.GetRowsRefused() != int64(r.book.zero) {
		return "", fmt.Errorf("%d rows inserted and %d refused instead of %d and %d", i.GetRowsInserted(), i.GetRowsRefused(), want, r.book.zero)
	}
	for _, e := range i.GetErrors() {
		if e.GetReason() != "ZERO_AMOUNT" {
			return "", fmt.Errorf("row %d was refused: %s", e.GetRow(), e.GetMessage())
		}
	}
	return fmt.Sprintf("%s: %d in, %d of nothing refused, %d void passed over", slug, want, r.book.zero, r.book.void), nil
}

// grade tries a shipped template on the firms. What invoices do not tell (terms,
// capital, lawsuits, what was paid) has no value and is left out by the template's
// rule for missing data, its weight going to the rest.
func (r *invoiceRun) grade(s rating.Sample) (string, error) {
	var t ratingv1.Template
	err := r.client.call(r.ctx, http.MethodPost, "/v1/rating-templates", &ratingv1.CreateTemplateRequest{Name: "Real invoices " + string(s), From: string(s)}, &t)
	if err != nil {
		return "", err
	}
	var told []string
	for _, item := range t.GetDefinition().GetItems() {
		item.Missing = string(rating.MissingLeaveOut)
		if item.GetKind() == "data" {
			told = append(told, item.GetIndicatorCode())
		}
	}
	err = r.client.call(r.ctx, http.MethodPut, "/v1/rating-templates/"+t.GetId(),
		&ratingv1.UpdateTemplateRequest{Name: t.GetName(), Definition: t.GetDefinition(), Version: t.GetVersion()}, &t)
	if err != nil {
		return "", err
	}
	var d ratingv1.DryRun
	if err := r.client.call(r.ctx, http.MethodPost, "/v1/rating-templates/"+t.GetId()+":dry-run", &ratingv1.RunDryRunRequest{}, &d); err != nil {
		return "", err
	}
	var l ratingv1.ListTrialsReply
	if err := r.client.call(r.ctx, http.MethodGet, "/v1/template-dry-runs/"+d.GetId()+"/customers?page=1&page_size=200", nil, &l); err != nil {
		return "", err
	}
	if r.dryRun == nil {
		r.dryRun, r.trials = &d, l.GetTrials()
	}
	return r.separate(l.GetTrials(), told)
}

// separate sets scores and grades against the defaults.
func (r *invoiceRun) separate(trials []*ratingv1.Trial, told []string) (string, error) {
	if len(trials) != len(r.book.names) {
		return "", fmt.Errorf("%d firms were tried instead of %d", len(trials), len(r.book.names))
	}
	var scored []rating.Scored
	all, bad := map[string]int{}, map[string]int{}
	for _, t := range trials {
		if t.GetToGrade() == "" {
			return "", fmt.Errorf("%s has no grade: it lacks %s", t.GetNumber(), strings.Join(t.GetMissing(), ", "))
		}
		failed := r.book.defaulted[t.GetNumber()]
		scored = append(scored, rating.Scored{Score: t.GetScore(), Bad: failed})
		all[t.GetToGrade()]++
		if failed {
			bad[t.GetToGrade()]++
		}
	}
	ks, auc := rating.Separation(scored)
	if auc == nil {
		return "", fmt.Errorf("the firms have one outcome only")
	}
	out := fmt.Sprintf("AUC 0.%04d  KS 0.%04d  defaulted of graded:", auc.BasisPoints(), ks.BasisPoints())
	for _, g := range rating.Grades {
		out += fmt.Sprintf(" %s %d/%d", g, bad[string(g)], all[string(g)])
	}
	return out + "; by data: " + strings.Join(told, ", "), nil
}

// sales compares what the rating measured of each firm with the file.
func (r *invoiceRun) sales() (string, error) {
	today := Today()
	want := r.book.sold(today.AddMonths(-12).AddDays(1 - today.DaysSince(r.book.last)))
	sum := int64(0)
	for _, t := range r.trials {
		var b ratingv1.TrialBreakdown
		if err := r.client.call(r.ctx, http.MethodGet, "/v1/template-dry-runs/"+r.dryRun.GetId()+"/customers/"+t.GetCustomerId(), nil, &b); err != nil {
			return "", err
		}
		got := int64(-1)
		for _, v := range b.GetNow().GetValues() {
			if v.GetIndicatorCode() == "sales_12_months" {
				got = v.GetNumber() / 1000
			}
		}
		if got != want[t.GetNumber()] {
			return "", fmt.Errorf("%s: the rating measured %s, the file has %s", t.GetNumber(), hundredths(got), hundredths(want[t.GetNumber()]))
		}
		sum += got
	}
	return fmt.Sprintf("%d firms agree, %s in all", len(r.trials), hundredths(sum)), nil
}
