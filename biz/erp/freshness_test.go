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
	taken := map[string]time.Time{"erp": now, "files": now.Add(-73 * time.Hour), "excel": now.Add(-72 * time.Hour)}
	var got []string
	for _, f := range freshness(connections, taken, now) {
		got = append(got, fmt.Sprint(f.State, " ", f.Source, " ", f.Kind))
	}
	want := []string{"never 总账 orders", "failing 总账 deliveries", "late files receivables", "late 总账 receipts", "fresh excel receivables", "fresh 总账 receivables", "fresh 快 receivables"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
