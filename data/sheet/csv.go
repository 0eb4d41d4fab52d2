package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"zhuxin/biz/receivable"
	"zhuxin/shared/calendar"
)

// maxRecord bounds a row, so that a quote that is never closed costs one line and
// not the rest of the file.
const maxRecord = 64 << 10

// text reads a separated text file (RFC 4180, by comma, semicolon or tab). It is
// kinder than encoding/csv where real exports are careless: a quote inside of an
// unquoted value is a character, and a row that cannot be taken apart is reported
// with its number while the next line is read as usual.
type text struct {
	src        io.Reader
	close      io.Closer
	buf        []byte
	start, end int // of what is in buf and not read yet
	eof        bool
	line       int64 // of the row at start
	separator  byte
	head       []string
	cells      []string
}

func newText(r io.Reader, e encoding) *text {
	return &text{src: decoded(r, e), buf: make([]byte, 4*maxRecord), line: 1}
}

// Head implements receivable.Table.
func (t *text) Head() []string { return t.head }

// Epoch implements receivable.Table.
func (t *text) Epoch() calendar.Date { return 0 }

// Close implements receivable.Table.
func (t *text) Close() error {
	if t.close == nil {
		return nil
	}
	return t.close.Close()
}

// readHead reads the first row that is not blank.
func (t *text) readHead() ([]string, error) {
	if err := t.fill(); err != nil {
		return nil, err
	}
	t.start += len(commonPrefix(t.buf[t.start:t.end], utf8Mark))
	t.separator = separatorOf(t.buf[t.start:t.end])
	l, err := t.next()
	if err == nil && len(l.Cells) > 0 && strings.HasPrefix(strings.ToLower(l.Cells[0]), "sep=") {
		l, err = t.next() // Excel's note of the separator
	}
	switch {
	case errors.Is(err, io.EOF):
		return nil, receivable.ErrFileEmpty
	case err != nil:
		return nil, err
	case l.Broken != "":
		return nil, hint(receivable.ErrFileBroken, "the row of heads cannot be read: "+l.Broken)
	}
	t.head, err = heads(l.Cells)
	return t.head, err
}

// heads trims the column heads.
func heads(cells []string) ([]string, error) {
	if len(cells) > maxColumns {
		return nil, hint(receivable.ErrFileBroken, fmt.Sprintf("the file has %d columns; at most %d are taken", len(cells), maxColumns))
	}
	out := make([]string, 0, len(cells))
	for _, c := range cells {
		out = append(out, strings.TrimSpace(strings.ToValidUTF8(c, "�")))
	}
	return out, nil
}

func commonPrefix(b, prefix []byte) []byte {
	if bytes.HasPrefix(b, prefix) {
		return prefix
	}
	return nil
}

// separatorOf takes what the first line has most of, outside of quotes.
func separatorOf(b []byte) byte {
	var count [3]int
	quoted := false
	for _, c := range b {
		if c == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if c == '\n' && count != [3]int{} {
			break
		}
		if i := strings.IndexByte(",;\t", c); i >= 0 {
			count[i]++
		}
	}
	best := 0
	for i := range count {
		if count[i] > count[best] {
			best = i
		}
	}
	return ",;\t"[best]
}

// Next implements receivable.Table.
func (t *text) Next() (receivable.Line, error) {
	if t.head == nil {
		if _, err := t.readHead(); err != nil {
			return receivable.Line{}, err
		}
		return receivable.Line{No: 1, Cells: t.head}, nil
	}
	return t.next()
}

// next gives the next row that is not blank.
func (t *text) next() (receivable.Line, error) {
	for {
		if t.end-t.start <= maxRecord && !t.eof {
			if err := t.fill(); err != nil {
				return receivable.Line{}, err
			}
		}
		if t.start == t.end {
			return receivable.Line{}, io.EOF
		}
		line := receivable.Line{No: t.line}
		used, broken := t.take(t.buf[t.start:t.end])
		line.Broken = broken
		if used < 0 { // a line that is longer than the buffer
			if err := t.skip(); err != nil {
				return receivable.Line{}, err
			}
			return line, nil
		}
		t.line += int64(bytes.Count(t.buf[t.start:t.start+used], []byte{'\n'}))
		t.start += used
		if line.Cells = t.cells; broken != "" || !blank(t.cells) {
			return line, nil
		}
	}
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// fill moves what is left to the front and reads more.
func (t *text) fill() error {
	copy(t.buf, t.buf[t.start:t.end])
	t.end -= t.start
	t.start = 0
	for t.end < len(t.buf) && !t.eof {
		n, err := t.src.Read(t.buf[t.end:])
		t.end += n
		if errors.Is(err, io.EOF) {
			t.eof = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

// skip drops the rest of a line that is too long.
func (t *text) skip() error {
	for {
		if i := bytes.IndexByte(t.buf[t.start:t.end], '\n'); i >= 0 {
			t.start += i + 1
			t.line++
			return nil
		}
		if t.start = t.end; t.eof {
			return nil
		}
		if err := t.fill(); err != nil {
			return err
		}
	}
}

// take reads the row at the beginning of b into cells and gives how many bytes it
// used, or -1 when b holds no end of line within the bound.
func (t *text) take(b []byte) (used int, broken string) {
	t.cells = t.cells[:0]
	end, width := bytes.IndexByte(b, '\n'), 1
	if end < 0 {
		end, width = len(b), 0
	}
	if end > maxRecord {
		return -1, "the row is longer than 64 KiB"
	}
	line := b[:end]
	if bytes.IndexByte(line, '"') < 0 {
		t.split(string(bytes.TrimSuffix(line, []byte{'\r'})))
		return end + width, ""
	}
	used, broken = t.takeQuoted(b[:min(len(b), maxRecord)])
	if broken != "" {
		t.cells = t.cells[:0]
		return end + width, broken
	}
	return used, ""
}

func (t *text) split(s string) {
	for {
		i := strings.IndexByte(s, t.separator)
		if i < 0 {
			t.cells = append(t.cells, s)
			return
		}
		t.cells = append(t.cells, s[:i])
		s = s[i+1:]
	}
}

// takeQuoted reads a row some of whose values are in quotes, over several lines
// where a quoted value goes on.
func (t *text) takeQuoted(b []byte) (used int, broken string) {
	for at := 0; ; {
		var value string
		if at < len(b) && b[at] == '"' {
			var closed bool
			if value, at, closed = unquote(b, at+1); !closed {
				return 0, "a quote is not closed"
			}
		} else {
			end := at
			for end < len(b) && b[end] != t.separator && b[end] != '\n' {
				end++
			}
			value = string(b[at:end])
			if end == len(b) || b[end] == '\n' {
				value = strings.TrimSuffix(value, "\r")
			}
			at = end
		}
		t.cells = append(t.cells, value)
		switch {
		case at == len(b) && len(b) == maxRecord:
			return 0, "the row is longer than 64 KiB; is a quote not closed?"
		case at == len(b):
			return at, ""
		case b[at] == t.separator:
			at++
		case b[at] == '\n':
			return at + 1, ""
		case b[at] == '\r' && (at+1 == len(b) || b[at+1] == '\n'):
			return min(at+2, len(b)), ""
		default:
			return 0, "there are characters between a closing quote and the next separator"
		}
	}
}

// unquote reads up to the closing quote; two in a row are one character.
func unquote(b []byte, at int) (value string, next int, closed bool) {
	from := at
	var out []byte
	for {
		i := bytes.IndexByte(b[at:], '"')
		if i < 0 {
			return "", at, false
		}
		at += i + 1
		if at == len(b) || b[at] != '"' {
			return string(append(out, b[from:at-1]...)), at, true
		}
		out = append(out, b[from:at]...)
		at++
		from = at
	}
}
