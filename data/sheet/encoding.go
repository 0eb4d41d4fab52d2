package sheet

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"zhuxin/shared/fault"
)

// encoding is how a text file writes its characters.
type encoding int

const (
	utf8Text  encoding = iota
	gb18030            // with GBK and GB 2312, which it contains
	utf16Text          // with a mark, as Excel's "Unicode text"
)

var utf8Mark = []byte("\xef\xbb\xbf")

// tally counts what speaks for UTF-8 and what against it.
type tally struct{ good, bad int }

// add counts a piece of text and gives the length of the beginning of a
// character at its end.
func (t *tally) add(b []byte, last bool) (rest int) {
	if !last {
		for rest = 1; rest < utf8.UTFMax && rest <= len(b); rest++ {
			if c := b[len(b)-rest]; utf8.RuneStart(c) {
				if c < utf8.RuneSelf || utf8.FullRune(b[len(b)-rest:]) {
					rest = 0
				}
				break
			}
		}
		if rest == utf8.UTFMax || rest > len(b) {
			rest = 0
		}
		b = b[:len(b)-rest]
	}
	if utf8.Valid(b) {
		t.good += len(b) - utf8.RuneCount(b) // bytes beyond ASCII
		return rest
	}
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			t.bad++
		case n > 1:
			t.good++
		}
		b = b[n:]
	}
	return rest
}

// encoding decides: Chinese text in GB 18030 hardly ever looks like UTF-8, so a
// file that mostly does is UTF-8 with some broken characters, whose rows are refused.
func (t tally) encoding() encoding {
	if t.bad == 0 || t.good > 10*t.bad {
		return utf8Text
	}
	return gb18030
}

// encodingOf looks at the beginning of a file.
func encodingOf(head []byte) encoding {
	if bytes.HasPrefix(head, utf8Mark) {
		return utf8Text
	}
	var t tally
	t.add(head, false)
	return t.encoding()
}

// encodingOfFile looks at all of it, because the first Chinese name may come late.
func encodingOfFile(f io.ReaderAt) (encoding, error) {
	buf := make([]byte, 256<<10)
	var t tally
	for offset := int64(0); ; {
		n, err := f.ReadAt(buf, offset)
		last := err == io.EOF
		if err != nil && !last {
			return 0, err
		}
		if offset == 0 && bytes.HasPrefix(buf[:n], utf8Mark) {
			return utf8Text, nil
		}
		rest := t.add(buf[:n], last)
		if last {
			return t.encoding(), nil
		}
		offset += int64(n - rest)
	}
}

// decoded gives the text as UTF-8, without its mark.
func decoded(r io.Reader, e encoding) io.Reader {
	if e == gb18030 {
		return transform.NewReader(r, simplifiedchinese.GB18030.NewDecoder())
	}
	return r
}

// hint is the fault with a message that fits better.
func hint(f *fault.Error, message string) error {
	c := *f
	c.Message = message
	return &c
}
