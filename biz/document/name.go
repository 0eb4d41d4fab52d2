package document

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxName = 120 // characters

// cleanName makes a client's file name safe to keep and to offer for saving: no
// folders, no control or direction-turning characters, no leading dots. It is ""
// when nothing is left.
func cleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || strings.ContainsRune(`<>:"|?*`, r) || (unicode.IsSpace(r) && r != ' ') {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if n := utf8.RuneCountInString(name); n > maxName {
		ext := path.Ext(name)
		if utf8.RuneCountInString(ext) > 10 {
			ext = ""
		}
		base := []rune(strings.TrimSuffix(name, ext))
		name = string(base[:maxName-utf8.RuneCountInString(ext)]) + ext
	}
	if strings.Trim(strings.TrimSuffix(name, path.Ext(name)), " .") == "" {
		return ""
	}
	return name
}
