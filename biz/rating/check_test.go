package rating

import (
	"slices"
	"strings"
	"testing"

	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
)

func found(ps []OpenPoint) []string {
	var out []string
	for _, p := range ps {
		s := p.Name + " " + p.Reason
		if p.Warning {
			s += " warning"
		}
		out = append(out, s)
	}
	return out
}

func TestCheckFindsEveryFault(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		spoil func(d *Definition)
		want  []string
	}{
		{"sound", func(*Definition) {}, nil},
		{"nothing picked", func(d *Definition) { d.Items = nil }, []string{"items REQUIRED"}},
		{"weights short", func(d *Definition) { d.Items[0].Weight = 4999 }, []string{"items WEIGHTS_SUM"}},
		{"weights above", func(d *Definition) { d.Items[0].Weight = 5001 }, []string{"items WEIGHTS_SUM"}},
		{"weight of zero", func(d *Definition) { d.Items[0].Weight, d.Items[1].Weight = 0, 8000 }, []string{"items[0].weight OUT_OF_RANGE"}},
		{"negative weight", func(d *Definition) { d.Items[0].Weight, d.Items[1].Weight = -1000, 9000 }, []string{"items[0].weight OUT_OF_RANGE", "items WEIGHTS_SUM"}},
		{"same indicator twice", func(d *Definition) { d.Items[1].IndicatorCode = "method" }, []string{"items[1].indicator_code DUPLICATE"}},
		{"gap in the ranges", func(d *Definition) { d.Items[1].Scoring.Ranges[1].From = num(20_000) }, []string{"items[1].scoring.ranges[1].from GAP"}},
		{"score above 100", func(d *Definition) { d.Items[0].Scoring.Options[1].Score = 10001 }, []string{"items[0].scoring.options[1].score OUT_OF_RANGE"}},
		{"unknown source", func(d *Definition) { d.Items[2].DataSource = "moon" }, []string{"items[2].data_source UNKNOWN"}},
		{"three grades", func(d *Definition) { d.Bands = d.Bands[1:] }, []string{"bands GRADES"}},
		{"wrong order", func(d *Definition) { d.Bands[0].Grade, d.Bands[1].Grade = GradeB, GradeA }, []string{"bands[0].grade GRADES", "bands[1].grade GRADES"}},
		{"same lower bound", func(d *Definition) { d.Bands[1].MinScore = d.Bands[2].MinScore }, []string{"bands[2].min_score NOT_DESCENDING"}},
		{"validity too long", func(d *Definition) { d.Bands[0].ValidMonths = 37 }, []string{"bands[0].valid_months OUT_OF_RANGE"}},
		{"negative validity", func(d *Definition) { d.Bands[3].ValidMonths = -1 }, []string{"bands[3].valid_months OUT_OF_RANGE"}},
		{"the worse hold longer", func(d *Definition) { d.Bands[1].ValidMonths = 24 }, []string{"bands[1].valid_months RISES_TO_WORSE_GRADE warning"}},
		{"D above 0", func(d *Definition) { d.Bands[3].MinScore = 1 }, []string{"bands[3].min_score GAP"}},
		{"A out of reach", func(d *Definition) { d.Bands[0].MinScore = 10001 }, []string{"bands[0].min_score OUT_OF_RANGE"}},
		{"negative maxima", func(d *Definition) {
			d.Bands[3].CreditAmount, d.Bands[3].OverdueAmount, d.Bands[3].OverdueDays = -1, -1, -1
		},
			[]string{"bands[3].max_credit_amount OUT_OF_RANGE", "bands[3].max_overdue_amount OUT_OF_RANGE", "bands[3].max_overdue_days OUT_OF_RANGE"}},
		{"absurd maximum", func(d *Definition) { d.Bands[0].CreditAmount = 1 << 62 }, []string{"bands[0].max_credit_amount OUT_OF_RANGE"}},
		{"limits that rise are a warning", func(d *Definition) {
			d.Bands[1].CreditAmount, d.Bands[3].OverdueAmount, d.Bands[2].OverdueDays = 9_999_900, 100_000, 21
		},
			[]string{"bands[1].max_credit_amount RISES_TO_WORSE_GRADE warning", "bands[2].max_overdue_days RISES_TO_WORSE_GRADE warning", "bands[3].max_overdue_amount RISES_TO_WORSE_GRADE warning"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := small()
			tc.spoil(&d)
			if got := found(d.Check()); !slices.Equal(got, tc.want) {
				t.Errorf("got  %v\nwant %v", got, tc.want)
			}
			hinders := slices.ContainsFunc(d.Check(), func(p OpenPoint) bool { return !p.Warning })
			if err := d.Validate(); (err != nil) != hinders {
				t.Errorf("Validate: %v", err)
			}
		})
	}
}

func TestSamplesAndBlank(t *testing.T) {
	t.Parallel()
	for _, s := range []Sample{SampleConcrete, SampleCement} {
		d, name, ok := s.Definition(library())
		if !ok || name == "" {
			t.Fatalf("%s: no sample", s)
		}
		if points := d.Check(); len(points) > 0 {
			t.Errorf("%s: %v", s, found(points))
		}
		if len(d.Sources()) < 3 {
			t.Errorf("%s uses only %v of the data", s, d.Sources())
		}
		// what HQ has deactivated is left out, and the draft says that weight is missing
		part := library()
		for i := range part {
			part[i].Active = part[i].Code != "overdue_ratio"
		}
		short, _, _ := s.Definition(part)
		if len(short.Items) != len(d.Items)-1 || !slices.Contains(found(short.Check()), "items WEIGHTS_SUM") {
			t.Errorf("%s without overdue_ratio: %v", s, found(short.Check()))
		}
	}
	if _, _, ok := Sample("gravel").Definition(library()); ok {
		t.Error("an unknown sample is there")
	}
	if got := found(BlankDefinition().Check()); !slices.Equal(got, []string{"items REQUIRED"}) {
		t.Errorf("blank: %v", got)
	}
}

func TestSubmitFaultListsThePoints(t *testing.T) {
	t.Parallel()
	d := small()
	d.Items[0].Weight = 4000
	f, ok := fault.As(d.Validate())
	if !ok || f.Reason != "TEMPLATE_HAS_OPEN_POINTS" || len(f.Fields) != 1 || !strings.Contains(f.Fields[0].Message, "10.00 short of 100") {
		t.Errorf("%+v", f)
	}
}

func TestSampleScoresARealCustomer(t *testing.T) {
	t.Parallel()
	d := concrete(t)
	r, err := d.Score([]Input{
		{IndicatorCode: "settlement_method", Choice: "monthly_share"}, {IndicatorCode: "price_adjustment", Choice: "monthly_guide"},
		{IndicatorCode: "enterprise_nature", Choice: "local_soe"}, {IndicatorCode: "contractor_grade", Choice: "first"},
	}, Measurements{
		indicator.SourceOverdueRatio: {Number: 800_000}, indicator.SourceMaxOverdueDays: {Number: 20_000},
		indicator.SourceCollectionRate: {Number: 8_500_000}, indicator.SourceCooperationMonths: {Number: 30_000}, indicator.SourceNegativeEntries: {},
		indicator.SourceContractedVolume: {Number: 30_000_000}, indicator.SourceLitigationFindings: {},
	})
	// 15×65 + 5×100 + 10×70 + 15×75 + 10×85 + 10×75 + 5×85 + 10×90 + 5×100 + 10×100 + 5×85
	if err != nil || r.Total != 8150 || r.Grade != GradeB || r.Maxima.CreditAmount != 500_000_000 {
		t.Errorf("%d %s %+v, %v", r.Total, r.Grade, r.Maxima, err)
	}
}
