package notify

import (
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"
)

// The words of messages are those of the console, for every kind of warning, and no code
// reaches a reader.
func TestWarningsAreNamedAsInTheConsole(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../app/console/src/locales/zh-CN/monitor.json")
	if err != nil {
		t.Fatal(err)
	}
	var texts struct {
		Kind map[string]any `json:"kind"`
	}
	if err := json.Unmarshal(b, &texts); err != nil {
		t.Fatal(err)
	}
	named := map[string]string{}
	var read func(at string, m map[string]any)
	read = func(at string, m map[string]any) {
		for name, x := range m {
			switch x := x.(type) {
			case string:
				named[at+name] = x
			case map[string]any:
				read(at+name+".", x)
			}
		}
	}
	read("", texts.Kind)
	if len(named) < len(warnings) {
		t.Fatalf("the console names %d kinds", len(named))
	}
	for kind, word := range maps.All(named) {
		if line := WarningLine(kind, "serious", "甲公司"); line != "[严重] 甲公司（"+word+"）" {
			t.Errorf("%s: %s", kind, line)
		}
	}
	if line := WarningLine("new_kind", "new", "甲公司"); strings.Contains(line, "new") || !strings.Contains(line, "甲公司") {
		t.Errorf("a kind without a word: %s", line)
	}
}
