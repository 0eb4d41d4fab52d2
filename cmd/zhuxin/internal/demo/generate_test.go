package demo

import (
	"reflect"
	"testing"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

func TestGenerateIsDeterministicAndValid(t *testing.T) {
	asOf := calendar.NewDate(2026, 11, 21)
	d := Generate(asOf)
	if !reflect.DeepEqual(d, Generate(asOf)) {
		t.Fatal("two runs with the same seed and date differ")
	}
	seen := map[party.USCC]int{}
	for _, s := range d.Subsidiaries {
		if _, err := party.ParseUSCC(string(s.USCC)); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		documents := map[string]bool{}
		var open, overdue money.Amount
		for _, c := range s.Customers {
			if _, err := party.ParseUSCC(string(c.USCC)); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
			seen[c.USCC]++
		}
		for _, i := range s.Invoices {
			if documents[i.DocumentNo] {
				t.Errorf("document %s twice", i.DocumentNo)
			}
			documents[i.DocumentNo] = true
			if i.Open < 0 || i.Open > i.Amount || i.Due < i.Date {
				t.Errorf("impossible invoice %+v", i)
			}
			open += i.Open
			if i.Due < asOf {
				overdue += i.Open
			}
		}
		if open == 0 || overdue == 0 || overdue == open {
			t.Errorf("%s: open %s, overdue %s: a page would have nothing to show", s.Name, open, overdue)
		}
	}
	shared := 0
	for _, n := range seen {
		if n > 1 {
			shared++
		}
	}
	if shared < 5 {
		t.Errorf("only %d companies buy at more than one subsidiary", shared)
	}
}
