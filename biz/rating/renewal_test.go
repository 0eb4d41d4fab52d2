package rating

import (
	"encoding/json"
	"testing"
)

func TestValidityOfABand(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		json string
		want int
	}{
		{"of an old template, grade A", `{"grade":"A","min_score":8500}`, 12},
		{"of an old template, grade B", `{"grade":"B","min_score":7000}`, 6},
		{"of an old template, grade C", `{"grade":"C","min_score":5500}`, 3},
		{"of an old template, grade D", `{"grade":"D","min_score":0}`, 3},
		{"of its own", `{"grade":"D","min_score":0,"valid_months":1}`, 1},
	} {
		var b Band
		if err := json.Unmarshal([]byte(tc.json), &b); err != nil || b.Validity() != tc.want {
			t.Errorf("%s: %d months, %v; want %d", tc.name, b.Validity(), err, tc.want)
		}
	}
}

func TestOverrideCountsAndKeepsWhatIsMeasured(t *testing.T) {
	t.Parallel()
	d := small()
	it := d.Items[2] // taken from data
	n, measured := int64(900), Measured{Number: 5000, Detail: "5 · 2026-11-20"}
	in := []Input{{IndicatorCode: it.IndicatorCode, Number: &n, Override: &Override{Reason: "r"}}}
	find := func(m Measurements) Value {
		t.Helper()
		res, err := d.Score(in, m)
		if err != nil {
			t.Fatal(err)
		}
		if v := res.value(it.IndicatorCode); v != nil {
			return *v
		}
		t.Fatal("an override is no value")
		return Value{}
	}
	v := find(Measurements{it.DataSource: measured})
	if *v.Number != n || v.Source != ValueOverride || *v.Override.Measured != 5000 || v.SourceDetail != measured.Detail {
		t.Errorf("over a measured value: %+v %+v", v, v.Override)
	}
	// nobody has asked the register: the override stands alone
	if v := find(nil); *v.Number != n || v.Override.Measured != nil {
		t.Errorf("over nothing: %+v %+v", v, v.Override)
	}
	// a number without a reason is still refused
	if _, err := d.Score([]Input{{IndicatorCode: it.IndicatorCode, Number: &n}}, nil); err == nil {
		t.Error("a data value is entered without an override")
	}
	// the draft gives back what was entered and what was overridden, no more
	res, err := d.Score(in, Measurements{it.DataSource: measured})
	if err != nil || len(res.inputs()) != 1 || res.inputs()[0].Override == nil {
		t.Errorf("inputs of the draft: %+v, %v", res.inputs(), err)
	}
}
