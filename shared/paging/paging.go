// Package paging turns the page of a list that a client asks for into a window
// of rows.
package paging

import (
	"fmt"

	"zhuxin/shared/fault"
)

// Window is a part of a list.
type Window struct{ Offset, Limit int }

const (
	preset  = 20
	maxSize = 200
	maxPage = 1_000_000
)

// Of gives the window of a page that counts from 1 (0 is the first as well); a
// size of 0 is 20 rows. Faults of both go to c.
func Of(c *fault.Checks, page, size int32) Window {
	c.Require(page >= 0 && page <= maxPage, "page", "OUT_OF_RANGE", "pages count from 1")
	c.Require(size >= 0 && size <= maxSize, "page_size", "OUT_OF_RANGE", fmt.Sprintf("at most %d in a page", maxSize))
	if size == 0 {
		size = preset
	}
	return Window{Offset: int(max(page-1, 0)) * int(size), Limit: int(size)}
}
