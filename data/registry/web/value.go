package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"zhuxin/biz/registry"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// Text is a value that providers send as text in one version and as a number in
// the next. A list or an object in its place is not taken.
type Text string

// UnmarshalJSON reads text, a number, a truth value or null.
func (t *Text) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	switch {
	case len(b) == 0 || string(b) == "null":
		*t = ""
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = Text(strings.TrimSpace(s))
	case b[0] == '{' || b[0] == '[':
		return fmt.Errorf("a list or an object stands where one value was")
	default:
		*t = Text(b)
	}
	return nil
}

// Plain is the text without marks, cut to a length that a page can show.
func (t Text) Plain() string {
	s := strings.NewReplacer("<em>", "", "</em>", "").Replace(string(t))
	if s == "-" || s == "—" {
		return ""
	}
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200])
	}
	return s
}

// endless is the instant (year 9999) that Tianyancha means by "without end".
const endless = 253402185600000

// Day reads a date given as milliseconds, as 2026-01-31 or with a time behind it.
// Nothing, a dash and "without end" are no date.
func (t Text) Day() (calendar.Date, error) {
	s := t.Plain()
	if s == "" || s == "0" {
		return 0, nil
	}
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) > 8 {
		if ms >= endless {
			return 0, nil
		}
		if ms < -2208988800000 { // before 1900 no company was registered
			return 0, fmt.Errorf("%q is no date", s)
		}
		return calendar.Of(time.UnixMilli(ms), calendar.Shanghai), nil
	}
	if len(s) > 10 && (s[10] == ' ' || s[10] == 'T') {
		s = s[:10]
	}
	d, err := calendar.Parse(strings.ReplaceAll(s, "/", "-"))
	if err != nil {
		return 0, fmt.Errorf("%q is no date", s)
	}
	return d, nil
}

// Yuan reads an amount of yuan in digits. Nothing is 0; a minus is no amount of a debt.
func (t Text) Yuan() (money.Amount, error) {
	s := strings.ReplaceAll(strings.TrimSuffix(t.Plain(), "元"), ",", "")
	if s == "" {
		return 0, nil
	}
	a, err := money.Parse(s)
	if err != nil || a < 0 {
		return 0, fmt.Errorf("%q is no amount", s)
	}
	return a, nil
}

// Case is a case number as a key: brackets and blanks differ between providers.
func (t Text) Case() string { return registry.PlainName(t.Plain()) }

// Unreadable is the trouble of an answer that is not what it was.
func Unreadable(what string, err error) error {
	return registry.Fail(registry.BadAnswer, "", "the answer has another form than expected: "+what, err)
}

// Decode reads a document into v.
func Decode(body []byte, v any) error {
	if err := json.Unmarshal(body, v); err != nil {
		return Unreadable("a value of another type", err)
	}
	return nil
}
