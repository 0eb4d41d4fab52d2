package dunningpdf

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"zhuxin/biz/dunning"
	"zhuxin/data/pdf"
	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
)

// A letter says what lateness costs where it costs anything, and adds up.
func TestLateFeeIsPrinted(t *testing.T) {
	t.Parallel()
	on := calendar.NewDate(2026, 11, 20)
	l := dunning.Letter{On: on, Currency: "CNY", Overdue: 1000_00, Credits: 200_00, Items: []dunning.Due{
		{DocumentNo: "A-1", DueDate: on - 10, Open: 1000_00, LateFee: 5_00, Waived: 1_50}, {DocumentNo: "CR-1", DueDate: on - 1, Open: -200_00}}}
	table := items(l)
	if len(table.Columns) != 5 || !slices.Equal(table.Rows[0], []string{"A-1", "2026-11-10", "逾期 10 天", "1,000.00", "3.50"}) || table.Total[4] != "3.50" {
		t.Errorf("%+v", table)
	}
	asked := due(l)
	if n := len(asked); asked[n-2] != (pdf.Pair{Name: "滞纳金", Value: "3.50 CNY"}) || !strings.HasPrefix(asked[n-1].Value, "803.50") {
		t.Errorf("%+v", asked)
	}
	free := l
	free.Items = slices.Clone(l.Items)
	free.Items[0].LateFee, free.Items[0].Waived = 0, 0
	if table := items(free); len(table.Columns) != 4 || len(table.Total) != 4 || len(due(free)) != len(asked)-2 {
		t.Errorf("without a fee: %+v, %+v", table, due(free))
	}
	ctx := tenant.With(t.Context(), tenant.Tenant{Name: "华东砼业"})
	for _, l := range []dunning.Letter{l, free} {
		if b, err := (Printer{}).Print(ctx, l); err != nil || !bytes.HasPrefix(b, []byte("%PDF")) {
			t.Error(err)
		}
	}
}
