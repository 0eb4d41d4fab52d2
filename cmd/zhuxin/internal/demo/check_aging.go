package demo

import (
	"fmt"
	"math/big"
	"net/http"
	"time"

	receivablev1 "zhuxin/app/api/receivable/v1"
	"zhuxin/shared/calendar"
)

// exportDate is the date at which the export's true aging is known.
var exportDate = calendar.NewDate(2020, time.May, 31)

// agingSum adds up amounts by days past due, exactly.
type agingSum struct {
	rows map[string]int
	sums map[string]*big.Rat
}

func newAgingSum() *agingSum { return &agingSum{rows: map[string]int{}, sums: map[string]*big.Rat{}} }

var dayBuckets = []string{"not due", "1-30", "31-60", "61-90", "91+"}

func dayBucket(due calendar.Date) string {
	switch n := exportDate.DaysSince(due); {
	case n <= 0:
		return dayBuckets[0]
	case n <= 30:
		return dayBuckets[1]
	case n <= 60:
		return dayBuckets[2]
	case n <= 90:
		return dayBuckets[3]
	}
	return dayBuckets[4]
}

func (a *agingSum) add(due calendar.Date, v *big.Rat) {
	b := dayBucket(due)
	if a.sums[b] == nil {
		a.sums[b] = new(big.Rat)
	}
	a.rows[b]++
	a.sums[b].Add(a.sums[b], v)
}

// addExported reads every item back from the server, page by page.
func (w *walk) addExported(c *client, m *receivablev1.Mapping, group *agingSum) error {
	for page := 1; ; page++ {
		var l receivablev1.ListReceivablesReply
		path := fmt.Sprintf("/v1/receivables?view=open&order_by=due_date&page=%d&page_size=200", page)
		if err := c.call(w.ctx, http.MethodGet, path, nil, &l); err != nil {
			return err
		}
		for _, r := range l.GetReceivables() {
			due, err := calendar.Parse(r.GetDueDate())
			if err != nil {
				return err
			}
			group.add(due, inUSD(r.GetOpenAmount(), m.GetAmountDivisor()))
		}
		if len(l.GetReceivables()) < 200 {
			return nil
		}
	}
}

// compare sets what the servers gave back against the file itself.
func (a *agingSum) compare(path string) (string, error) {
	file := newAgingSum()
	err := eachRow(path, func(row map[string]string) error {
		t, err := time.Parse("02-01-2006", row["due_in_date"])
		if err != nil {
			return err
		}
		v, ok := new(big.Rat).SetString(row["converted_usd"])
		if !ok {
			return fmt.Errorf("amount %q", row["converted_usd"])
		}
		file.add(calendar.NewDate(t.Date()), v)
		return nil
	})
	if err != nil {
		return "", err
	}
	out := ""
	for _, b := range dayBuckets {
		if a.rows[b] != file.rows[b] || a.sums[b].Cmp(file.sums[b]) != 0 {
			return "", fmt.Errorf("%s: %d rows %s instead of %d rows %s", b, a.rows[b], a.sums[b].FloatString(3), file.rows[b], file.sums[b].FloatString(3))
		}
		out += fmt.Sprintf("%s %d/%s  ", b, a.rows[b], a.sums[b].FloatString(2))
	}
	return out, nil
}
