package erp

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"zhuxin/biz/feed"
)

// The worst comes first; a connection that is off says nothing; what a connection reads
// is not told of a second time as a file.
func TestFreshness(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 10, 8, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) *time.Time { at := now.Add(-d); return &at }
	connections := []Connection{
		{Name: "总账", Source: "erp", Kind: KindKingdee, Enabled: true, EveryMinutes: 30, Feeds: []Feed{
			{Kind: feed.Receivables, SucceededAt: ago(90 * time.Minute)}, {Kind: feed.Receipts, SucceededAt: ago(91 * time.Minute)},
			{Kind: feed.Deliveries, SucceededAt: ago(time.Minute), Failure: "away"}, {Kind: feed.Orders}}},
		{Name: "快", Source: "fast", Kind: KindTryton, Enabled: true, EveryMinutes: 5, Feeds: []Feed{{Kind: feed.Receivables, SucceededAt: ago(59 * time.Minute)}}},
		{Name: "关", Source: "off", Kind: KindU8, EveryMinutes: 5, Feeds: []Feed{{Kind: feed.Receivables}}},
		{Name: "文件", Source: "files", Kind: KindFiles, Enabled: true},
	}
	const day = 24 * time.Hour
	brought := func(source string, times int, first, last time.Duration) Taken {
		return Taken{Source: source, Times: times, First: now.Add(-first), Last: now.Add(-last)}
	}
	taken := []Taken{brought("erp", 9, 9*day, 0), brought("files", 3, 5*day, 73*time.Hour), brought("excel", 3, 5*day, 72*time.Hour),
		brought("weekly", 4, 35*day, 14*day), brought("fortnightly", 3, 57*day, 29*day), brought("old books", 2, 80*day, 80*day)}
	var got []string
	for _, f := range freshness(connections, taken, now) {
		got = append(got, fmt.Sprint(f.State, " ", f.Source, " ", f.Kind))
	}
	want := []string{"never 总账 orders", "failing 总账 deliveries", "late fortnightly receivables", "late files receivables", "late 总账 receipts", "fresh weekly receivables", "fresh excel receivables", "fresh 总账 receivables", "fresh 快 receivables"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	alone := freshness(nil, []Taken{brought("old books", 1, 80*day, 80*day)}, now)
	if len(alone) != 1 || alone[0].State != FreshGood || alone[0].Source != "old books" {
		t.Errorf("old books alone: %+v, want them named and not late", alone)
	}
}
