package wiring_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the top of the checkout.
const root = "../../../.."

// ruling is one thing that was decided where the documents were silent, and the tests
// that hold it, by package.
type ruling struct {
	says  string
	tests map[string][]string
}

// rulings are the nineteen of the design, in its order.
var rulings = [...]ruling{
	{"stages are reached by days and amount, AND or OR; none goes backwards by itself", map[string][]string{"biz/agreement": {"TestTriggerMet", "TestStagesMoveForwardOnly"}}},
	{"an adjustment or a changed agreement is a new version; the one before lapses with it", map[string][]string{
		"data/tenantrepo/limit": {"TestAdjustmentsTakeOverByDate"}, "data/tenantrepo/agreement": {"TestANewVersionTakesOver"}}},
	{"a temporary limit adds or replaces from its first to its last day", map[string][]string{
		"data/tenantrepo/limit": {"TestTemporaryLimitFromApplicationToItsEnd"}, "data/tenantrepo/exposure": {"TestLimitsOfTheAccount"}}},
	{"the project's, the customer's and the group's headroom all bind, and the answer names which did", map[string][]string{
		"biz/creditcheck": {"TestDecideGolden", "TestDecideProperties"}, "data/query/creditcheck": {"TestProjectLimitBinds"}}},
	{"overdue begins at the contract's due date, else at invoice date plus the customer's term", map[string][]string{
		"data/tenantrepo/contract": {"TestContractTakesOverDueDates"}, "data/tenantrepo/receivable": {"TestImportAndAgain"}}},
	{"two aging schemes, each adding up with what is not due", map[string][]string{"data/tenantrepo/exposure": {"TestAgingAtTheEdgesOfTheCalendar"}}},
	{"reminders 7, 3 and 1 days before, off rest days where the tenant says so", map[string][]string{"biz/dunning": {"TestBeforeRestDays"}}},
	{"the freeze after N days stands beside the grade's own days", map[string][]string{
		"data/tenantrepo/limit": {"TestFreezeUnfreezeAndTheRuleOnDays"}, "biz/creditcheck": {"TestDecideGolden"}}},
	{"the owner belongs to the project", map[string][]string{"data/tenantrepo/customer": {"TestProjects"}}},
	{"a project's quantity is its contracted volume in m³", map[string][]string{"data/tenantrepo/customer": {"TestProjects"}}},
	{"nobody acts on his own, steps never run backwards, authority bounds the approver", map[string][]string{"biz/approval": {"TestMatrix", "TestAuthority"}}},
	{"the negative list holds companies; persons appear masked, as the way to one", map[string][]string{"shared/negativelist": {"TestEffectsCheck"}, "data/hqrepo/negativelist": {"TestRelated"}}},
	{"gateway, service identity, rate limit, status page and trace are ours to deliver", map[string][]string{
		"app/gateway": {"TestAPIInAnotherProcess", "TestWhatIsReachable"}, "app/server": {"TestReadiness", "TestTracing"}, "app/gateway/limit": {"TestWindowIsExactOverProcesses"}}},
	{"a limit is none, an amount or unlimited; none blocks", map[string][]string{"biz/creditcheck": {"TestDecideGolden"}, "data/tenantrepo/exposure": {"TestLimitsOfTheAccount"}}},
	{"apply a payment and write off are two names", map[string][]string{"cmd/zhuxin/internal/wiring": {"TestWriteOffHasItsOwnName"}}},
	{"checkpoints are the tenant's and the project's; cash in advance passes", map[string][]string{
		"biz/creditcheck": {"TestWhoseCheckpointBinds"}, "data/query/creditcheck": {"TestCashInAdvanceHoldsNothing"}}},
	{"a refused check is an answer with reasons and figures", map[string][]string{"biz/creditcheck": {"TestDecideGolden"}}},
	{"money is whole fen; no float touches it", map[string][]string{"cmd/zhuxin/internal/wiring": {"TestNoFloatInRecords"}}},
	{"dates are the tenant's business dates", map[string][]string{"shared/calendar": {"TestBusinessDateInZones"}, "data/query/creditcheck": {"TestCheckAfterMidnight"}}},
}

// TestEveryRulingIsHeld finds the tests that hold each ruling, so that one which is
// renamed or taken away is missed.
func TestEveryRulingIsHeld(t *testing.T) {
	if len(rulings) != 19 {
		t.Errorf("%d rulings, the design has 19", len(rulings))
	}
	for i, r := range rulings {
		if len(r.tests) == 0 {
			t.Errorf("ruling %d (%s) is held by no test", i+1, r.says)
		}
		for folder, names := range r.tests {
			there := testsIn(t, folder)
			for _, n := range names {
				if !there[n] {
					t.Errorf("ruling %d (%s): %s has no %s", i+1, r.says, folder, n)
				}
			}
		}
	}
}

func testsIn(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no tests (%v)", folder, err)
	}
	out := map[string]bool{}
	for _, f := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				out[fn.Name.Name] = true
			}
		}
	}
	return out
}

// TestNoFloatInRecords looks for a float where amounts, volumes, rates and scores are
// kept or cross a border: tables, messages, and the records of biz (ruling 18).
func TestNoFloatInRecords(t *testing.T) {
	for _, look := range []struct {
		folder, suffix string
		found          *regexp.Regexp
	}{
		{"ent/tenantdb/schema", ".go", regexp.MustCompile(`field\.Float`)},
		{"ent/hqdb/schema", ".go", regexp.MustCompile(`field\.Float`)},
		{"app/api", ".proto", regexp.MustCompile(`(?m)^\s*(repeated |optional )?(double|float) `)},
		{"biz", ".go", regexp.MustCompile(`(?m)^\t\w+(, \w+)*\s+(\[\]|\*)?float(32|64)\b`)},
	} {
		n := 0
		err := filepath.WalkDir(filepath.Join(root, look.folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, look.suffix) || strings.HasSuffix(path, "_test.go") {
				return err
			}
			n++
			text, err := os.ReadFile(path)
			if at := look.found.Find(text); at != nil {
				t.Errorf("%s keeps a float: %s", path, strings.TrimSpace(string(at)))
			}
			return err
		})
		if err != nil || n == 0 {
			t.Errorf("%s: %d files read (%v)", look.folder, n, err)
		}
	}
}

// TestWriteOffHasItsOwnName holds that 核销 alone is the application of a payment, and
// that giving up a debt says 坏账 (ruling 15).
func TestWriteOffHasItsOwnName(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "app/console/src/locales/zh-CN/*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no texts (%v)", err)
	}
	n := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var tree map[string]any
		if err := json.Unmarshal(text, &tree); err != nil {
			t.Fatal(err)
		}
		walkTexts("", tree, func(key, value string) {
			if !writtenOff.MatchString(key) || !strings.Contains(value, "核销") {
				return
			}
			n++
			if !strings.Contains(value, "坏账") {
				t.Errorf("%s: %s says %q, which is the word for applying a payment; say 坏账核销", filepath.Base(f), key, value)
			}
		})
	}
	if n == 0 {
		t.Error("no text of a write-off was found")
	}
}

var writtenOff = regexp.MustCompile(`(?i)write_?off|written_?off`)

func walkTexts(at string, tree map[string]any, each func(key, value string)) {
	for k, v := range tree {
		switch v := v.(type) {
		case map[string]any:
			walkTexts(at+"."+k, v, each)
		case string:
			each(at+"."+k, v)
		}
	}
}
