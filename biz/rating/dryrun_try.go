package rating

import (
	"slices"

	"zhuxin/shared/indicator"
)

// Try scores everybody by the definition: as the books are now, and as they were
// on the first day of the window for those who had business before it.
func (d Definition) Try(p DryRunParameters, all []Standing) ([]Trial, DryRunSummary, error) {
	trials := make([]Trial, 0, len(all))
	sum := summing{p: p, moves: map[[2]Grade]*Move{}, lacking: map[string]int{}, items: d.Items}
	for _, s := range all {
		t, err := d.try(p, s)
		if err != nil {
			return nil, DryRunSummary{}, err
		}
		trials = append(trials, t)
		sum.add(t)
	}
	return trials, sum.done(), nil
}

func (d Definition) try(p DryRunParameters, s Standing) (Trial, error) {
	t := Trial{CustomerID: s.CustomerID, From: s.Grade, FromLimit: s.Limit, Unlimited: s.Unlimited, RatingID: s.LastRatingID,
		WorstDays: s.WorstDays, PeakOverdue: s.PeakOverdue, Inputs: d.usable(s.Last), Now: d.numbers(s.Now), Then: d.numbers(s.Then)}
	t.Bad = s.WorstDays > p.BadDays || (p.BadAmount > 0 && s.PeakOverdue > p.BadAmount)
	now, err := d.Score(t.Inputs, s.Now)
	if err != nil {
		return t, err
	}
	if !now.Complete() {
		t.Missing = now.Missing
		return t, nil
	}
	t.To, t.Score, t.ToLimit = now.Grade, now.Total, now.Maxima.CreditAmount
	if s.Then == nil {
		return t, nil
	}
	then, err := d.Score(t.Inputs, s.Then)
	if err != nil || !then.Complete() {
		return t, err
	}
	t.Judged, t.ThenScore, t.ThenGrade = true, then.Total, then.Grade
	t.Caught = t.Bad && then.Grade >= p.Cutoff
	return t, nil
}

// usable keeps of the last rating's values those that fit the definition: what it
// does not ask for, and options that it does not have, are left out.
func (d Definition) usable(last []Input) []Input {
	var out []Input
	for _, it := range d.Items {
		i := slices.IndexFunc(last, func(in Input) bool { return in.IndicatorCode == it.IndicatorCode })
		if i < 0 {
			continue
		}
		in := last[i]
		_, known := it.Scoring.Option(in.Choice)
		if it.Kind == indicator.KindChoice && known && in.Number == nil || it.Kind == indicator.KindNumber && in.Number != nil && in.Choice == "" {
			out = append(out, in)
		}
	}
	return out
}

// numbers keeps what the definition measures.
func (d Definition) numbers(m Measurements) map[indicator.DataSource]indicator.Number {
	if m == nil {
		return nil
	}
	out := map[indicator.DataSource]indicator.Number{}
	for _, it := range d.Items {
		if got, ok := m[it.Measures()]; ok && it.Kind == indicator.KindData && (!got.NoBase || it.Missing == "") {
			out[it.Measures()] = got.Number
		}
	}
	return out
}

// summing adds trials up.
type summing struct {
	p       DryRunParameters
	s       DryRunSummary
	moves   map[[2]Grade]*Move
	lacking map[string]int
	scored  []Scored
	items   []Item
}

func (a *summing) add(t Trial) {
	a.s.Customers++
	if t.Bad && !t.Judged {
		a.s.BadUnjudged++
	}
	if t.To == "" {
		a.s.Unscored++
		for _, code := range t.Missing {
			a.lacking[code]++
		}
		return
	}
	a.s.Scored++
	a.move(t)
	if !t.Judged {
		return
	}
	a.s.Judged++
	a.scored = append(a.scored, Scored{t.ThenScore, t.Bad})
	switch {
	case t.Caught:
		a.s.Caught++
	case !t.Bad && t.ThenGrade >= a.p.Cutoff:
		a.s.FalseAlarms++
	}
	if t.Bad {
		a.s.Bad++
	}
}

func (a *summing) move(t Trial) {
	m := a.moves[[2]Grade{t.From, t.To}]
	if m == nil {
		m = &Move{From: t.From, To: t.To}
		a.moves[[2]Grade{t.From, t.To}] = m
	}
	m.Customers++
	if t.Unlimited {
		a.s.Unlimited++
	} else {
		m.FromLimit, m.ToLimit = m.FromLimit+t.FromLimit, m.ToLimit+t.ToLimit
		a.s.FromTotal, a.s.ToTotal = a.s.FromTotal+t.FromLimit, a.s.ToTotal+t.ToLimit
	}
	switch { // A sorts before B: the smaller letter is the better grade
	case t.From == "":
		a.s.First++
	case t.To < t.From:
		a.s.Better++
	case t.To > t.From:
		a.s.Worse++
	default:
		a.s.Same++
	}
}

func (a *summing) done() DryRunSummary {
	a.s.Matrix, a.s.Lacking = []Move{}, []Lacking{}
	for _, from := range append(slices.Clone(Grades), "") {
		for _, to := range Grades {
			if m := a.moves[[2]Grade{from, to}]; m != nil {
				a.s.Matrix = append(a.s.Matrix, *m)
			}
		}
	}
	for _, it := range a.items {
		if n := a.lacking[it.IndicatorCode]; n > 0 {
			a.s.Lacking = append(a.s.Lacking, Lacking{it.IndicatorCode, n})
		}
	}
	a.s.KS, a.s.AUC = Separation(a.scored)
	return a.s
}
