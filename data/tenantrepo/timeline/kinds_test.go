package timeline

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	biz "zhuxin/biz/timeline"
)

var (
	literal = regexp.MustCompile(`'([a-z_]+\.[a-z_]+)'`)
	action  = regexp.MustCompile(`Action: +"([a-z_.]+)", ObjectType: +"(customer|project|owner)"`)
	// What follows the prefix comes from a column; the states are those of the enums.
	columns = map[string][]string{
		"approval.":    {"approved", "rejected", "returned", "withdrawn"},
		"supply_stop.": {"prepared", "notified", "stopped", "acknowledged", "resumed", "cancelled"},
		"order.":       {"cleared", "cancelled"},
	}
	prefix = regexp.MustCompile(`'([a-z_]+\.)' \|\|`)
)

// given is every kind that a statement or the audit of a subject can bring.
func given(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, parts := range subjects {
		for source, sql := range parts {
			for _, m := range literal.FindAllStringSubmatch(sql, -1) {
				out[m[1]] = true
			}
			for _, m := range prefix.FindAllStringSubmatch(sql, -1) {
				if columns[m[1]] == nil {
					t.Errorf("%s gives kinds %s…, whose ends are not known here", source, m[1])
				}
				for _, end := range columns[m[1]] {
					out[m[1]+end] = true
				}
			}
		}
	}
	err := filepath.WalkDir("../../../biz", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range action.FindAllStringSubmatch(string(text), -1) {
			out[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every kind of event is known by its name, and has a text in both languages.
func TestEveryKindHasItsText(t *testing.T) {
	t.Parallel()
	found := given(t)
	for kind := range found {
		if _, ok := biz.Kinds[kind]; !ok {
			t.Errorf("%s can come and is not among biz/timeline.Kinds", kind)
		}
	}
	if len(found) < 60 {
		t.Errorf("only %d kinds found: the patterns do not fit any more", len(found))
	}
	for _, language := range []string{"zh-CN", "en-US"} {
		raw, err := os.ReadFile("../../../app/console/src/locales/" + language + "/customers.json")
		if err != nil {
			t.Fatal(err)
		}
		var texts struct {
			Event struct {
				Group map[string]string            `json:"group"`
				Kind  map[string]map[string]string `json:"kind"`
			} `json:"event"`
		}
		if err := json.Unmarshal(raw, &texts); err != nil {
			t.Fatal(err)
		}
		for kind := range biz.Kinds {
			group, what, _ := strings.Cut(kind, ".")
			if texts.Event.Kind[group][what] == "" || texts.Event.Group[group] == "" {
				t.Errorf("%s: %s has no text", language, kind)
			}
		}
	}
}
