package coded_test

import (
	"testing"

	"zhuxin/shared/coded"
)

func TestReasonsAreShownInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ stored, zh, en string }{
		{coded.Reason(coded.Overdue, "days", "15"), "逾期 15 天", "15 days overdue"},
		{coded.Reason(coded.Overdue, "days", "1"), "逾期 1 天", "1 day overdue"},
		{coded.Reason(coded.RatingGranted, "grade", "A"), "评级 A 生效", "rating A in force"},
		{coded.Reason(coded.RatingLapsed, "grade", "B", "on", "2026-11-20"), "评级 B 已于 2026-11-20 到期，未重新评级", "rating B lapsed on 2026-11-20 and was not renewed"},
		{"逾期 15 天", "逾期 15 天", "逾期 15 天"}, // as older versions wrote it
		{"涉诉", "涉诉", "涉诉"},
		{"", "", ""},
		{`{"code":"unknown"}`, `{"code":"unknown"}`, `{"code":"unknown"}`},
		{`{"code":7}`, `{"code":7}`, `{"code":7}`},
	} {
		if zh, en := coded.Show(c.stored); zh != c.zh || en != c.en {
			t.Errorf("%s: %q and %q", c.stored, zh, en)
		}
	}
}
