package pdf

import (
	"strings"
	"unicode"
)

// Characters that a line never begins with, and never ends with (GB/T 15834).
const (
	notFirst = ",.;:!?%)]}\u00bb\uff0c\u3002\u3001\uff1b\uff1a\uff01\uff1f\uff05\uff09\uff3d\uff5d\u300b\u3009\u300d\u300f\u3011\u201d\u2019\u2026\u00b7\uff5e\u2014"
	notLast  = "([{\u00ab\uff08\uff3b\uff5b\u300a\u3008\u300c\u300e\u3010\u201c\u2018\u00a5\uffe5$"
)

// clean keeps what can be printed: control characters would show as boxes, and
// marks of direction could turn a number around.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\u00a0':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
}

// wrap breaks text into lines no wider than most: between Chinese characters,
// at spaces between words, and inside a word that is wider than a whole line.
func wrap(text string, most float64, width func(rune) float64) []string {
	var lines []string
	for part := range strings.SplitSeq(clean(text), "\n") {
		lines = append(lines, wrapLine([]rune(part), most, width)...)
	}
	return lines
}

func wrapLine(rs []rune, most float64, width func(rune) float64) []string {
	var lines []string
	for len(rs) > 0 {
		sum, end := 0.0, 0
		for end < len(rs) && sum+width(rs[end]) <= most {
			sum += width(rs[end])
			end++
		}
		if end == len(rs) {
			break
		}
		at := end
		for at > 0 && !breaks(rs, at) {
			at--
		}
		if at == 0 {
			at = max(end, 1)
		}
		lines = append(lines, strings.TrimRight(string(rs[:at]), " "))
		rs = rs[at:]
		for len(rs) > 0 && rs[0] == ' ' {
			rs = rs[1:]
		}
	}
	if len(rs) > 0 || len(lines) == 0 {
		lines = append(lines, string(rs))
	}
	return lines
}

// breaks says whether a line may end before rs[i].
func breaks(rs []rune, i int) bool {
	before, after := rs[i-1], rs[i]
	switch {
	case strings.ContainsRune(notFirst, after) || strings.ContainsRune(notLast, before):
		return false
	case before == ' ' || after == ' ':
		return true
	}
	return wide(before) || wide(after)
}

// wide says whether the character is one of those that lines break between.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x30ff || r >= 0xff00 && r <= 0xffef
}
