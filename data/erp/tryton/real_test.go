//go:build long

package tryton_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"zhuxin/biz/erp"
	"zhuxin/biz/exposure"
	"zhuxin/biz/feed"
	"zhuxin/data/erp/tryton/trytontest"
	"zhuxin/shared/calendar"
)

// What a real server says of a delivered and billed order, one that is delivered only,
// and a part payment; and that it takes limits.
func TestRealServer(t *testing.T) {
	e := trytontest.Start(t).Endpoint
	a := within(time.Minute)
	read := func(k feed.Kind, w erp.Window) (out []string) {
		t.Helper()
		err := a.Read(t.Context(), e, k, w, func(r feed.Record) error {
			currency, sum, m3 := r.Sums()
			line := fmt.Sprintf("%s %s %s", sum, m3, currency)
			switch x := r.(type) {
			case feed.Customer:
				line = x.Name + " " + x.USCC
			case feed.Delivery:
				line += fmt.Sprintf(" billed=%t void=%t from %s %s by %q", x.InvoiceNo != "", x.Void, x.PlantCode, x.PlantName, x.Dispatcher)
			case feed.Order:
				line += fmt.Sprintf(" of %s", x.Amount)
			case feed.Receivable:
				line += fmt.Sprintf(" of %s, %d days", x.Amount, x.DueDate.DaysSince(x.InvoiceDate))
			}
			out = append(out, line)
			return nil
		})
		if err != nil {
			t.Fatal(k, err)
		}
		return out
	}
	info, err := a.Check(t.Context(), e)
	if err != nil || info.Version == "" {
		t.Fatalf("%+v, %v", info, err)
	}
	now := time.Now()
	full, part := erp.Window{From: calendar.Of(now, calendar.Shanghai).AddDays(-30)}, erp.Window{Since: now.Add(-time.Hour)}
	for _, w := range []erp.Window{full, part} {
		if got := read(feed.Orders, w); !slices.Contains(got, "8400.00 0.000 CNY of 8400.00") || !slices.Contains(got, "0.00 0.000 CNY of 3570.00") {
			t.Errorf("orders, full=%t: %q", w.Full(), got)
		}
		for k, want := range map[feed.Kind][]string{
			feed.Deliveries:  {"210000.00 500.000 CNY billed=true void=false from WH Warehouse by \"\"", "3570.00 8.500 CNY billed=false void=false from WH Warehouse by \"\""},
			feed.Receivables: {"110000.00 0.000 CNY of 210000.00, 30 days"},
			feed.Receipts:    {"100000.00 0.000 CNY"},
		} {
			if got := read(k, w); !slices.Equal(got, want) {
				t.Errorf("%s, full=%t: %q, want %q", k, w.Full(), got, want)
			}
		}
	}
	customers := read(feed.Customers, full)
	if !slices.Contains(customers, "示例甲混凝土有限公司 91330100MAX0A001X8") {
		t.Errorf("customers %q", customers)
	}
	var number string
	err = a.Read(t.Context(), e, feed.Customers, full, func(r feed.Record) error {
		if c := r.(feed.Customer); c.USCC == trytontest.Customer {
			number = c.Number
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var told []error
	limits := []erp.Limit{{CustomerNumber: number, Kind: exposure.LimitAmount, Amount: 50_000_050}, {CustomerNumber: number, Kind: exposure.LimitUnlimited},
		{CustomerNumber: "nobody", Kind: exposure.LimitAmount}}
	if err := a.PushLimits(t.Context(), e, limits, func(_ int, err error) error { told = append(told, err); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(told) != 3 || told[0] != nil || told[1] != nil || !errors.Is(told[2], erp.ErrNoCustomer) {
		t.Errorf("limits: %v", told)
	}
}
