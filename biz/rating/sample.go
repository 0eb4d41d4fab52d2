package rating

import (
	"zhuxin/shared/indicator"
	"zhuxin/shared/money"
)

// Sample names a shipped template that a draft can begin with.
type Sample string

// The samples: a seller of ready-mixed concrete (混凝土) delivers to sites and is
// paid by progress, a seller of cement (水泥) delivers to traders and mixers and
// is paid by the month, a quarry of aggregates (砂石骨料) delivers to mixing plants,
// often to those of a few large customers, and is paid by quantity.
const (
	SampleConcrete   Sample = "concrete"
	SampleCement     Sample = "cement"
	SampleAggregates Sample = "aggregates"
)

// weightOf is an indicator of the library with its weight in whole percent.
type weightOf struct {
	code    string
	percent int64
	missing MissingRule // of what a register may not have been asked for
}

type sample struct {
	nameZH  string
	weights []weightOf
	bands   []Band
}

var samples = map[Sample]sample{
	SampleConcrete: {
		nameZH: "混凝土客户评级模板",
		weights: []weightOf{
			{"settlement_method", 15, ""}, {"price_adjustment", 5, ""}, {"project_volume", 10, ""},
			{"overdue_ratio", 15, ""}, {"max_overdue_days", 10, ""}, {"collection_rate", 10, ""}, {"cooperation_months", 5, ""},
			{"enterprise_nature", 10, ""}, {"negative_entries", 5, ""}, {"litigation_findings", 10, MissingLeaveOut}, {"contractor_grade", 5, ""},
		},
		bands: []Band{
			band(GradeA, 85, 10_000_000, 1_000_000, 60),
			band(GradeB, 70, 5_000_000, 400_000, 45),
			band(GradeC, 55, 2_000_000, 100_000, 30),
			band(GradeD, 0, 0, 0, 0),
		},
	},
	SampleCement: {
		nameZH: "水泥客户评级模板",
		weights: []weightOf{
			{"settlement_method", 15, ""}, {"credit_term", 10, ""}, {"price_level", 5, ""}, {"sales_12_months", 10, ""},
			{"overdue_ratio", 20, ""}, {"max_overdue_days", 10, ""}, {"collection_rate", 10, ""},
			{"capital_registered", 5, MissingLeaveOut}, {"negative_entries", 5, ""}, {"litigation_findings", 5, MissingLeaveOut}, {"company_age", 5, MissingLeaveOut},
		},
		bands: []Band{
			band(GradeA, 85, 5_000_000, 300_000, 45),
			band(GradeB, 75, 2_000_000, 150_000, 30),
			band(GradeC, 60, 500_000, 50_000, 15),
			band(GradeD, 0, 0, 0, 0),
		},
	},
	SampleAggregates: {
		nameZH: "砂石骨料客户评级模板",
		weights: []weightOf{
			{"settlement_method", 10, ""}, {"credit_term", 15, ""}, {"payment_instrument", 5, ""}, {"sales_12_months", 10, ""},
			{"overdue_ratio", 15, ""}, {"max_overdue_days", 15, ""}, {"collection_rate", 10, ""}, {"cooperation_months", 5, ""},
			{"enterprise_nature", 5, ""}, {"negative_entries", 5, ""}, {"litigation_findings", 5, MissingLeaveOut},
		},
		bands: []Band{
			band(GradeA, 85, 3_000_000, 200_000, 30),
			band(GradeB, 72, 1_500_000, 100_000, 20),
			band(GradeC, 58, 400_000, 30_000, 10),
			band(GradeD, 0, 0, 0, 0),
		},
	},
}

// band takes whole points and whole units of the currency.
func band(g Grade, points, credit, overdue int64, days int) Band {
	return Band{Grade: g, MinScore: points * 100, ValidMonths: presetMonths[g], Maxima: indicator.Maxima{
		CreditAmount: money.Amount(credit * 100), OverdueAmount: money.Amount(overdue * 100), OverdueDays: days}}
}

// Definition builds the sample out of the library as it is now, so that HQ's own
// wording and scoring are taken. An entry that HQ has deactivated is left out;
// the weights then miss 100 and the draft says so. ok is false for an unknown
// sample.
func (s Sample) Definition(library []indicator.Indicator) (d Definition, nameZH string, ok bool) {
	def, ok := samples[s]
	if !ok {
		return Definition{}, "", false
	}
	byCode := make(map[string]indicator.Indicator, len(library))
	for _, i := range library {
		byCode[i.Code] = i
	}
	for _, w := range def.weights {
		if i, known := byCode[w.code]; known && i.Active {
			it := ItemOf(i, w.percent*100)
			it.Missing = w.missing
			d.Items = append(d.Items, it)
		}
	}
	d.Bands = append([]Band(nil), def.bands...)
	return d, def.nameZH, true
}

// BlankDefinition has no indicators yet and the four grades to fill in.
func BlankDefinition() Definition {
	return Definition{Items: []Item{}, Bands: []Band{
		band(GradeA, 85, 0, 0, 0), band(GradeB, 70, 0, 0, 0), band(GradeC, 55, 0, 0, 0), band(GradeD, 0, 0, 0, 0)}}
}

// ItemOf copies a library entry into a template.
func ItemOf(i indicator.Indicator, weight indicator.Points) Item {
	return Item{IndicatorCode: i.Code, NameZH: i.NameZH, NameEN: i.NameEN, Category: i.Category, Kind: i.Kind,
		Unit: i.Unit, DataSource: i.DataSource, Weight: weight, Scoring: i.Scoring}
}
