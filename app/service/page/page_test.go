package page_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"zhuxin/app/service/page"
)

func TestWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		page, size    int32
		limit, offset int
	}{{0, 0, 20, 0}, {1, 20, 20, 0}, {2, 50, 50, 50}, {-3, -3, 20, 0}, {3, 1000, 200, 400}} {
		if l, o := page.Window(c.page, c.size); l != c.limit || o != c.offset {
			t.Errorf("page %d of %d: %d %d, want %d %d", c.page, c.size, l, o, c.limit, c.offset)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		l, o := page.Window(rapid.Int32().Draw(t, "page"), rapid.Int32().Draw(t, "size"))
		if l < 1 || l > page.Largest || o < 0 || o > math.MaxInt32*page.Largest {
			t.Errorf("limit %d offset %d", l, o)
		}
	})
}
