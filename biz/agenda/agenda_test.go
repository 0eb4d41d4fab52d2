package agenda

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
)

func TestMergeIsByDayKindAndCustomer(t *testing.T) {
	t.Parallel()
	on := func(day int, k Kind, number string) Entry {
		return Entry{Kind: k, ID: uuid.New(), On: calendar.NewDate(2026, 11, day), CustomerNumber: number}
	}
	a, b, c, d, e := on(3, LimitEnds, "C1"), on(1, LimitEnds, "C9"), on(1, RatingDue, "C2"), on(1, RatingDue, "C1"), on(31, PaperExpires, "C1") // 1 December
	got := merge([]Entry{a, b}, nil, []Entry{c, e, d})
	want := []Entry{d, c, b, a, e}
	if !slices.EqualFunc(got, want, func(x, y Entry) bool { return x.ID == y.ID }) {
		t.Fatalf("%+v", got)
	}
	november, december := calendar.NewDate(2026, 11, 1), calendar.NewDate(2026, 12, 1)
	if n := tally(got); !slices.Equal(n, []Count{{november, RatingDue, 2}, {november, LimitEnds, 2}, {december, PaperExpires, 1}}) {
		t.Errorf("%+v", n)
	}
	if len(merge()) != 0 || tally(nil) != nil {
		t.Error("nothing comes to nothing")
	}
}
