package segment

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zhuxin/shared/fault"
)

func at(n int64) *int64 { return &n }

func TestMatches(t *testing.T) {
	t.Parallel()
	f := Facts{Choices: map[Code]string{Grade: "B", "label_1": "vip"}, Numbers: map[Code]int64{Sales: 500, Utilization: 8000}}
	for name, c := range map[string]struct {
		cs   Conditions
		want bool
	}{
		"nothing asked":          {nil, true},
		"value":                  {Conditions{{Dimension: Grade, Values: []string{"A", "B"}}}, true},
		"another value":          {Conditions{{Dimension: Grade, Values: []string{"A"}}}, false},
		"nothing picked":         {Conditions{{Dimension: Grade}}, false},
		"label":                  {Conditions{{Dimension: "label_1", Values: []string{"vip"}}}, true},
		"no label":               {Conditions{{Dimension: "label_2", Values: []string{None}}}, true},
		"has a label":            {Conditions{{Dimension: "label_1", Values: []string{None}}}, false},
		"from is in":             {Conditions{{Dimension: Sales, Ranges: []Range{{From: at(500), To: at(501)}}}}, true},
		"to is out":              {Conditions{{Dimension: Sales, Ranges: []Range{{To: at(500)}}}}, false},
		"one of the ranges":      {Conditions{{Dimension: Sales, Ranges: []Range{{To: at(1)}, {From: at(400)}}}}, true},
		"open range":             {Conditions{{Dimension: Sales, Ranges: []Range{{}}}}, true},
		"no number, asked":       {Conditions{{Dimension: CollectionRatio, Values: []string{None}, Ranges: []Range{{To: at(1)}}}}, true},
		"no number, range":       {Conditions{{Dimension: CollectionRatio, Ranges: []Range{{}}}}, false},
		"a number is never none": {Conditions{{Dimension: Sales, Values: []string{None}}}, false},
		"all conditions":         {Conditions{{Dimension: Grade, Values: []string{"B"}}, {Dimension: Utilization, Ranges: []Range{{From: at(8000)}}}}, true},
		"one of two fails":       {Conditions{{Dimension: Grade, Values: []string{"B"}}, {Dimension: Utilization, Ranges: []Range{{From: at(8001)}}}}, false},
		"twice the same, and":    {Conditions{{Dimension: Sales, Ranges: []Range{{From: at(1)}}}, {Dimension: Sales, Ranges: []Range{{To: at(100)}}}}, false},
	} {
		if got := c.cs.Matches(f); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestConditionFaults(t *testing.T) {
	t.Parallel()
	var c fault.Checks
	Conditions{{Dimension: "weather", Values: []string{"x"}}, {Dimension: Grade}, {Dimension: Grade, Values: []string{"E"}, Ranges: []Range{{}}},
		{Dimension: Sales, Values: []string{"A"}, Ranges: []Range{{From: at(5), To: at(5)}, {From: at(maxNumber + 1)}}},
		{Dimension: Salesperson, Values: []string{"'; DROP TABLE customers; --", None}}}.check(&c, presets)
	f, _ := fault.As(c.Err())
	var got []string
	for _, x := range f.Fields {
		got = append(got, x.Name+" "+x.Reason)
	}
	want := []string{"conditions[0].dimension UNKNOWN", "conditions[1].values REQUIRED", "conditions[2].ranges NOT_ALLOWED", "conditions[2].values[0] UNKNOWN",
		"conditions[3].values[0] UNKNOWN", "conditions[3].ranges[0].to EMPTY_RANGE", "conditions[3].ranges[1].from OUT_OF_RANGE", "conditions[4].values[0] UNKNOWN"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// Every customer is in exactly one band of a dimension, so that a table's cells add up
// to its total, and the condition of a band picks those that the cell counts.
func TestCross(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		label := Dimension{Code: "label_1", Kind: KindLabel, Choices: []Choice{{Code: "x", Name: "X"}, {Code: "y", Name: "Y"}}}
		number, _ := find(presets, OverdueDays)
		var all []Facts
		for range rapid.IntRange(0, 30).Draw(t, "customers") {
			f := Facts{Choices: map[Code]string{}, Numbers: map[Code]int64{}, Receivable: 10, Overdue: 3}
			if v := rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "label"); v != "" {
				f.Choices[label.Code] = v
			}
			if n := rapid.Int64Range(-2, 200).Draw(t, "days"); n >= 0 {
				f.Numbers[OverdueDays] = n
			}
			all = append(all, f)
		}
		table := Cross(label, number, all)
		var sum int64
		for _, c := range table.Cells {
			sum += c.Customers
			cs := Conditions{table.RowBands[c.Row].condition(label.Code), table.ColumnBands[c.Column].condition(OverdueDays)}
			n := int64(0)
			for _, f := range all {
				if cs.Matches(f) {
					n++
				}
			}
			if n != c.Customers || c.Share() != 3000 {
				t.Fatalf("a cell counts %d, its conditions pick %d; overdue %d", c.Customers, n, c.Share())
			}
		}
		if sum != int64(len(all)) || table.Total.Customers != sum {
			t.Fatalf("cells hold %d, the table %d, of %d", sum, table.Total.Customers, len(all))
		}
	})
}
