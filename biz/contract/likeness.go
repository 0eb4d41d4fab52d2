package contract

import (
	"slices"
	"strings"
	"unicode"
)

// similarFrom is the likeness, in percent, from which two names may mean one site.
const similarFrom = 50

// plain is a text without what people write differently: case, full width, blanks and
// all kinds of marks.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// likeness compares names of sites, in percent: 100 for the same one, 0 for different
// ones. Names that count differently (一期 and 二期, 3# and 5#) are different sites,
// however much else they share.
func likeness(a, b string) int {
	a, b = site(a), site(b)
	switch {
	case a == "" || b == "":
		return 0
	case a == b:
		return 100
	}
	if x, y := numerals(a), numerals(b); x != "" && y != "" && x != y {
		return 0
	}
	pa, pb := pairs(a), pairs(b)
	if len(pa)+len(pb) == 0 {
		return 0
	}
	both, left := 0, slices.Clone(pb)
	for _, p := range pa {
		if i := slices.Index(left, p); i >= 0 {
			both, left = both+1, slices.Delete(left, i, i+1)
		}
	}
	return min(99, 200*both/(len(pa)+len(pb)))
}

// site is a name without what every site is called.
func site(name string) string {
	name = plain(name)
	for _, end := range []string{"工程项目", "项目部", "项目", "工程"} {
		if rest := strings.TrimSuffix(name, end); rest != name && rest != "" {
			return rest
		}
	}
	return name
}

// numerals are what a name counts by.
func numerals(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || strings.ContainsRune("一二三四五六七八九十", r) {
			return r
		}
		return -1
	}, s)
}

// pairs are the neighbouring characters of a text.
func pairs(s string) (out []string) {
	r := []rune(s)
	for i := 1; i < len(r); i++ {
		out = append(out, string(r[i-1:i+1]))
	}
	return out
}
