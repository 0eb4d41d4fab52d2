// Package page turns the page number and size of a request into a window of
// rows, the same way for every list.
package page

// Sizes of a page.
const (
	Preset  = 20
	Largest = 200
)

// Window gives limit and offset. A size out of range is brought into it, a page
// below 1 is the first: a list never fails for its paging.
func Window(page, size int32) (limit, offset int) {
	limit = int(size)
	if limit <= 0 {
		limit = Preset
	}
	limit = min(limit, Largest)
	return limit, (max(int(page), 1) - 1) * limit
}
