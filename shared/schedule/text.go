package schedule

import (
	"fmt"
	"strings"

	"zhuxin/shared/report"
)

func subject(x Schedule, n *Send) string { return x.Subject + " " + n.On.String() }

// text is the summary in the mail's body: what it is, its main figures, and what is
// out of the ordinary.
func text(x Schedule, n *Send, k Kind, place Place, f report.File) string {
	say := x.Lang.Say
	lines := []string{place.Name + " · " + k.Title(x.Lang) + " · " + n.On.String(), ""}
	for _, l := range f.Digest.Lines {
		lines = append(lines, l.Label+say("：", ": ")+l.Value)
	}
	if f.Digest.Empty {
		lines = append(lines, say("本期没有数据。", "There is nothing in it this time."))
	}
	if n.Missed > 0 {
		lines = append(lines, fmt.Sprintf(say("系统停运期间错过 %d 次发送，只补发最近一次。", "%d earlier sendings were missed while the system was down; only the latest is made up for."), n.Missed))
	}
	if out := leftOut(n.Outcomes); out != "" {
		lines = append(lines, say("因权限变化未发送给：", "Left out, for they may not read it any more: ")+out)
	}
	return strings.Join(append(lines, "", fmt.Sprintf(say("附件：%s。由 %s 设置的定时发送。", "Attached: %s. Scheduled by %s."), f.Name, x.OwnerName)), "\n")
}

func leftOut(all []Outcome) string {
	var names []string
	for _, o := range all {
		if o.State == Nobody && o.Name != "" {
			names = append(names, o.Name)
		}
	}
	return strings.Join(names, ", ")
}
