package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"zhuxin/biz/receivable"
)

// lastRow finds the number of the last row element and the sheet's proper end.
func lastRow(f *zip.File) (n int64, err error) {
	r, err := f.Open()
	if err != nil {
		return 0, receivable.ErrFileBroken.Wrap(err)
	}
	defer r.Close()
	const (
		overlap = 1 << 10 // more than the attributes of a row take
		context = 64      // more than the prefix of a name takes
	)
	buf := make([]byte, context+overlap+256<<10)
	kept, from := 0, 0
	ended := false
	for {
		m, err := r.Read(buf[kept:])
		b := buf[:kept+m]
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return 0, receivable.ErrFileBroken.Wrap(err)
		}
		stop := max(0, len(b)-overlap)
		if last {
			stop = len(b)
		}
		if stop > from {
			n = rowsIn(b, from, stop, n)
		}
		ended = ended || closed(b)
		if last {
			break
		}
		if stop > from {
			back := min(context, stop)
			kept, from = copy(buf, b[stop-back:]), back
		} else {
			kept = len(b)
		}
	}
	if n > excelize.TotalRows {
		return 0, hint(receivable.ErrFileBroken, fmt.Sprintf("the sheet has a row %d; a spreadsheet ends at %d", n, excelize.TotalRows))
	}
	if !ended {
		return 0, hint(receivable.ErrFileBroken, "the sheet ends in the middle; save the file again")
	}
	return n, nil
}

// closed says that the end of the rows is in b.
func closed(b []byte) bool {
	if bytes.Contains(b, []byte("sheetData/>")) {
		return true
	}
	for {
		i := bytes.Index(b, []byte("sheetData>"))
		if i < 0 {
			return false
		}
		if k := bytes.LastIndexByte(b[:i], '<'); k >= 0 && b[k+1] == '/' {
			return true
		}
		b = b[i+1:]
	}
}

// rowsIn follows the numbers of the row elements whose name begins within from and
// stop, with or without a prefix; one without a number follows the last.
func rowsIn(b []byte, from, stop int, n int64) int64 {
	for at := from; at < stop; {
		i := bytes.Index(b[at:min(stop+2, len(b))], []byte("row"))
		if i < 0 {
			return n
		}
		i += at
		at = i + 3
		if at >= len(b) || strings.IndexByte(" >/\t\r\n", b[at]) < 0 || !opens(b, i) {
			continue
		}
		n++
		end := bytes.IndexByte(b[at:], '>')
		if end < 0 {
			continue
		}
		if k := bytes.Index(b[at:at+end], []byte(" r=")); k >= 0 {
			value := b[at+k+4 : at+end]
			if q := bytes.IndexAny(value, `"'`); q > 0 {
				if v, err := strconv.ParseInt(string(value[:q]), 10, 32); err == nil {
					n = v
				}
			}
		}
	}
	return n
}

// opens says that the name at i opens an element.
func opens(b []byte, i int) bool {
	for k := i - 1; k >= 0 && k > i-32; k-- {
		switch c := b[k]; {
		case c == '<':
			return k == i-1 || b[i-1] == ':'
		case c == ':' && k == i-1:
		case (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') || b[i-1] != ':':
			return false
		}
	}
	return false
}
