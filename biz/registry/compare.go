package registry

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// compare holds an answer against what is kept of the kind: what is new, what
// changed (seen again, ended, back). first means that there was no answer of this
// provider before, so nothing of it is news and nothing is known to be gone.
func compare(kept []Kept, a Answer, first bool, snapshot uuid.UUID, at time.Time, newID func() uuid.UUID) (added, changed []Kept, news int) {
	byKey := map[string]Kept{}
	for _, k := range kept {
		byKey[k.Key] = k
	}
	seen := map[string]bool{}
	for _, f := range a.Findings {
		if seen[f.Key] {
			continue
		}
		seen[f.Key] = true
		k, known := byKey[f.Key]
		if !known {
			k = Kept{ID: newID(), Finding: f, Active: !f.Ended, Baseline: first, FirstSeenAt: at, LastSeenAt: at, SnapshotID: snapshot}
			if f.Ended {
				k.EndedAt = &at
			}
			added = append(added, k)
			if !first && k.Active {
				news++
			}
			continue
		}
		if k.Active == f.Ended {
			news++
		}
		k.Finding, k.LastSeenAt = f, at
		k.Active, k.EndedAt = end(k, f.Ended, at)
		changed = append(changed, k)
	}
	if first || !a.Complete {
		return added, changed, news
	}
	for _, k := range kept {
		if k.Active && !seen[k.Key] && (k.Kind != KindBasics || strings.HasPrefix(k.Key, "status:")) {
			k.Active, k.EndedAt = false, &at
			changed = append(changed, k)
			news++
		}
	}
	return added, changed, news
}

func end(k Kept, ended bool, at time.Time) (active bool, when *time.Time) {
	switch {
	case !ended:
		return true, nil
	case k.EndedAt != nil:
		return false, k.EndedAt
	}
	return false, &at
}

// basicsFindings are what the basics themselves tell: that the company is no more,
// and what changed since the look before.
func basicsFindings(before, now *Company) []Finding {
	var out []Finding
	if now == nil {
		return nil
	}
	if Dead(now.Status) {
		out = append(out, Finding{Kind: KindBasics, Key: "status:" + now.Status, Title: now.Status, Severity: Critical, Facts: map[string]string{"field": "status", "to": now.Status}})
	}
	if before == nil {
		return out
	}
	for _, c := range []struct {
		field, from, to string
		severity        Severity
	}{{"name", before.Name, now.Name, Notice}, {"status", before.Status, now.Status, Serious}, {"capital", before.Capital, now.Capital, Notice},
		{"address", before.Address, now.Address, Info}, {"type", before.Type, now.Type, Info}} {
		if c.from == c.to || c.to == "" || c.field == "status" && Dead(c.to) {
			continue
		}
		out = append(out, Finding{Kind: KindBasics, Key: c.field + ":" + c.to, Title: c.to, Severity: c.severity,
			Facts: map[string]string{"field": c.field, "from": c.from, "to": c.to}})
	}
	return out
}

// Dead says that the registered status ends the company: cancelled, revoked,
// moved out, being wound up.
func Dead(status string) bool {
	return slices.ContainsFunc([]string{"注销", "吊销", "撤销", "清算", "停业", "责令关闭"}, func(w string) bool { return strings.Contains(status, w) })
}

// sameName compares names as people write them: blanks, full-width brackets and
// marks of a search do not count.
func sameName(a, b string) bool { return PlainName(a) == PlainName(b) && PlainName(a) != "" }

var plain = strings.NewReplacer("（", "(", "）", ")", " ", "", "\u3000", "", "\u00a0", "", "<em>", "", "</em>", "")

// PlainName is a name without what people write differently.
func PlainName(s string) string { return strings.ToUpper(plain.Replace(strings.TrimSpace(s))) }
