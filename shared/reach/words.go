package reach

import "strings"

// words are the kinds as people read them.
var words = map[Kind][2]string{
	LegalRepresentative: {"法定代表人", "legal representative"},
	Shareholder:         {"股东", "shareholder"},
	Controller:          {"实际控制人", "controller"},
	SameOwner:           {"同一所有人", "same owner"},
	Parent:              {"母公司", "parent company"},
}

// elsewhere marks a step that another subsidiary knows.
var elsewhere = [2]string{"（其他子企业提供）", " (known at another subsidiary)"}

// Chinese writes the way in one line. The arrow points at whoever is what it says:
// 甲公司 —法定代表人→ 张* ←股东— 乙公司.
func (p Path) Chinese() string { return p.text(0) }

// English is Chinese in English.
func (p Path) English() string { return p.text(1) }

func (p Path) text(language int) string {
	var b strings.Builder
	for i, n := range p.Nodes {
		if i > 0 {
			s := p.Steps[i-1]
			word := string(s.Kind)
			if w, ok := words[s.Kind]; ok {
				word = w[language]
			}
			if s.Elsewhere {
				word += elsewhere[language]
			}
			switch {
			case s.Kind == SameOwner:
				word = " —" + word + "— "
			case s.Back:
				word = " ←" + word + "— "
			default:
				word = " —" + word + "→ "
			}
			b.WriteString(word)
		}
		b.WriteString(n.Name)
	}
	return b.String()
}
