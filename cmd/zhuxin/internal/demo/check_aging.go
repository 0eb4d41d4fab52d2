package demo

import (
	"fmt"
	"math/big"
	"net/http"
	"time"

	receivablev1 "zhuxin/app/api/receivable/v1"
	reportv1 "zhuxin/app/api/report/v1"
	"zhuxin/shared/calendar"
)

// exportDates are the dates at which the export is aged: while most of it was not
// due, when all of it was invoiced, and when some had been due for over six months.
var exportDates = []calendar.Date{
	calendar.NewDate(2020, time.March, 31), calendar.NewDate(2020, time.May, 31), calendar.NewDate(2020, time.December, 31),
}

var exportSchemes = []string{"days", "months"}

// agings are sums by date, scheme and bucket, exactly, in US dollars: what the
// servers say, and what the file says.
type agings struct {
	served, filed map[agingCell]*big.Rat
	rows          map[agingCell]int // of the file
	labels        map[string][]string
}

type agingCell struct {
	on            calendar.Date
	scheme, label string
}

func newAgings() *agings {
	return &agings{map[agingCell]*big.Rat{}, map[agingCell]*big.Rat{}, map[agingCell]int{}, map[string][]string{}}
}

func add(to map[agingCell]*big.Rat, at agingCell, v *big.Rat) {
	if to[at] == nil {
		to[at] = new(big.Rat)
	}
	to[at].Add(to[at], v)
}

// addAgings reads the subsidiary's aging report of each date by each scheme.
func (w *walk) addAgings(c *client, m *receivablev1.Mapping, group *agings) error {
	for _, on := range exportDates {
		for _, scheme := range exportSchemes {
			var r reportv1.AgingReport
			if err := c.call(w.ctx, http.MethodGet, fmt.Sprintf("/v1/reports:aging?as_of=%s&scheme=%s", on, scheme), nil, &r); err != nil {
				return err
			}
			if r.GetSum().GetUnknown() != 0 || len(r.GetSum().GetBuckets()) != len(r.GetLabels()) {
				return fmt.Errorf("aging at %s by %s: %d customers unknown, %d sums for %d buckets",
					on, scheme, r.GetSum().GetUnknown(), len(r.GetSum().GetBuckets()), len(r.GetLabels()))
			}
			group.labels[scheme] = r.GetLabels()
			for i, label := range r.GetLabels() {
				add(group.served, agingCell{on, scheme, label}, inUSD(r.GetSum().GetBuckets()[i], m.GetAmountDivisor()))
			}
		}
	}
	return nil
}

// bucket says by hand where an item belongs; the words are those of ruling 6.
func bucket(scheme string, due, on calendar.Date) string {
	if due >= on {
		return "not_due"
	}
	if scheme == "months" {
		switch {
		case on < due.AddMonths(6):
			return "0-6"
		case on < due.AddMonths(12):
			return "6-12"
		case on < due.AddMonths(24):
			return "12-24"
		}
		return "24+"
	}
	switch days := on.DaysSince(due); {
	case days <= 30:
		return "1-30"
	case days <= 60:
		return "31-60"
	case days <= 90:
		return "61-90"
	}
	return "91+"
}

// read ages the file itself, row by row: an item counts from its invoice date on.
func (a *agings) read(path string) error {
	return eachRow(path, func(row map[string]string) error {
		due, err := time.Parse("02-01-2006", row["due_in_date"])
		if err != nil {
			return err
		}
		invoiced, err := time.Parse("02-01-2006", row["baseline_create_date"])
		if err != nil {
			return err
		}
		v, ok := new(big.Rat).SetString(row["converted_usd"])
		if !ok {
			return fmt.Errorf("amount %q", row["converted_usd"])
		}
		for _, on := range exportDates {
			if calendar.NewDate(invoiced.Date()) > on {
				continue
			}
			for _, scheme := range exportSchemes {
				at := agingCell{on, scheme, bucket(scheme, calendar.NewDate(due.Date()), on)}
				a.rows[at]++
				add(a.filed, at, v)
			}
		}
		return nil
	})
}

// compare sets what the servers gave against the file itself, to the cent.
func (a *agings) compare(on calendar.Date, scheme string) (string, error) {
	out, rows := "", 0
	for _, label := range a.labels[scheme] {
		at := agingCell{on, scheme, label}
		served, filed := a.served[at], a.filed[at]
		if filed == nil {
			filed = new(big.Rat)
		}
		if served.Cmp(filed) != 0 {
			return "", fmt.Errorf("%s: %s instead of %s (%d rows)", label, served.FloatString(3), filed.FloatString(3), a.rows[at])
		}
		rows += a.rows[at]
		out += fmt.Sprintf("%s %d/%s  ", label, a.rows[at], served.FloatString(2))
	}
	for at, n := range a.rows {
		if at.on == on && at.scheme == scheme {
			rows -= n
		}
	}
	if rows != 0 {
		return "", fmt.Errorf("%d rows of the file lie in buckets that the report does not have", -rows)
	}
	return out, nil
}
