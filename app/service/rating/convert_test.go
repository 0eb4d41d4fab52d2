package rating

import (
	"reflect"
	"testing"

	ratingv1 "zhuxin/app/api/rating/v1"
	"zhuxin/biz/rating"
	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
)

// What a client gets and sends back unchanged is what was there.
func TestDefinitionsSurviveTheTrip(t *testing.T) {
	t.Parallel()
	library := indicator.Defaults()
	for i := range library {
		library[i].Active = true
		if got := FromIndicator(ToIndicator(library[i])); !reflect.DeepEqual(got, library[i]) {
			t.Errorf("indicator\n%+v came back as\n%+v", library[i], got)
		}
	}
	for _, s := range []rating.Sample{rating.SampleConcrete, rating.SampleCement, rating.SampleAggregates} {
		d, _, _ := s.Definition(library)
		d.Items[0].Missing, d.Items[0].MissingScore, d.Items[1].Formula = rating.MissingFixed, 4000, "1 + overdue_ratio"
		if got := fromDefinition(toDefinition(d)); !reflect.DeepEqual(got, d) {
			t.Errorf("%s: %+v came back as %+v", s, d, got)
		}
	}
}

func TestResultNamesWhatWasChosen(t *testing.T) {
	t.Parallel()
	library := indicator.Defaults()
	for i := range library {
		library[i].Active = true
	}
	d, _, _ := rating.SampleConcrete.Definition(library)
	res, err := d.Simulate(fromValues([]*ratingv1.ValueInput{{IndicatorCode: "settlement_method", Choice: "prepaid"}, {IndicatorCode: "overdue_ratio", Number: new(int64)}}))
	if err != nil {
		t.Fatal(err)
	}
	out := toResult(res, d)
	if len(out.GetValues()) != 3 || out.GetValues()[0].GetChoiceNameZh() != "预付款" || out.GetValues()[0].GetContribution() != 1500 || len(out.GetMissing()) != 8 {
		t.Errorf("%v", out)
	}
}

func TestBadDatesAreNamed(t *testing.T) {
	t.Parallel()
	_, err := fromApply(&ratingv1.ApplyTemporaryLimitRequest{CustomerId: "0198c1a8-0000-7000-8000-000000000001", StartsOn: "2026/11/20", EndsOn: "tomorrow"})
	f, ok := fault.As(err)
	if !ok || len(f.Fields) != 2 || f.Fields[0].Name != "starts_on" || f.Fields[1].Name != "ends_on" {
		t.Errorf("%v", err)
	}
	if _, err := fromApply(&ratingv1.ApplyTemporaryLimitRequest{CustomerId: "x"}); err == nil {
		t.Error("an id that is none passes")
	}
}
