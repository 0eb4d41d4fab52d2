package formula

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"testing/quick"

	"zhuxin/biz/rating"
)

var names = []string{"a", "b", "zero"}

func eval(t *testing.T, expression string) (string, error) {
	t.Helper()
	p, err := Engine{}.Compile(expression, names)
	if err != nil {
		return "", err
	}
	r, err := p.Eval(map[string]*big.Rat{"a": big.NewRat(25, 2), "b": big.NewRat(3, 1), "zero": new(big.Rat)})
	if err != nil {
		return "", err
	}
	return r.RatString(), nil
}

func TestExact(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		"a": "25/2", "1/3": "1/3", "0.1 + 0.2": "3/10", "a * 2 - b": "22", "-a": "-25/2", "a > b ? a : 0": "25/2", "a < b ? 1.5 : b": "3",
		"min(a, b) + max(1, 2.5)": "11/2", "abs(b - a)": "19/2", "a >= 12.5 && !(b == 4) ? 1 : 2": "1", "zero == 0 || a / zero > 1 ? 7 : 8": "7",
		"9007199254740993 * 1": "9007199254740993", "7": "7",
	} {
		if got, err := eval(t, expression); err != nil || got != want {
			t.Errorf("%s = %s, %v; want %s", expression, got, err, want)
		}
	}
	if _, err := eval(t, "a / zero"); !errors.Is(err, errDivision) {
		t.Errorf("division by zero: %v", err)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for expression, reason := range map[string]string{
		"": "REQUIRED", "  ": "REQUIRED", "a +": "FORMULA_INVALID", "c + 1": "FORMULA_INVALID", "a > 1": "FORMULA_INVALID", `"x"`: "FORMULA_INVALID",
		"[1, 2].map(x, x)": "FORMULA_INVALID", "a.b": "FORMULA_INVALID", "size(a)": "FORMULA_INVALID", "a ? 1 : 2": "FORMULA_INVALID", "1 +* 2": "FORMULA_INVALID",
		strings.Repeat("a+", 150) + "a":                           "FORMULA_TOO_COSTLY",
		strings.Repeat("a + ", 200) + "a":                         "FORMULA_TOO_COSTLY",
		strings.Repeat("(", 100) + "a" + strings.Repeat(")", 100): "FORMULA_INVALID",
		"{'a': 1}": "FORMULA_INVALID", "a in [1]": "FORMULA_INVALID", "timestamp('x')": "FORMULA_INVALID",
	} {
		_, err := eval(t, expression)
		var f *rating.FormulaError
		if !errors.As(err, &f) || f.Reason != reason || f.Message == "" {
			t.Errorf("%.40s: %v, want %s", expression, err, reason)
		}
	}
}

func TestUses(t *testing.T) {
	t.Parallel()
	p, err := Engine{}.Compile("a + (b > 1 ? a : 2)", names)
	if err != nil || fmt.Sprint(p.Uses()) != "[a b]" {
		t.Errorf("%v, %v", p, err)
	}
}

// Whatever is written, it is refused or computed, never a panic.
func TestAnyText(t *testing.T) {
	t.Parallel()
	pieces := []string{"a", "b", "+", "-", "*", "/", "(", ")", "?", ":", "1", "0.5", "min(", ",", "&&", "!", "<", "==", "\"", "zero"}
	err := quick.Check(func(picks []uint8) bool {
		var s strings.Builder
		for _, n := range picks {
			s.WriteString(pieces[int(n)%len(pieces)])
		}
		p, err := Engine{}.Compile(s.String(), names)
		if err != nil {
			var f *rating.FormulaError
			return errors.As(err, &f)
		}
		_, err = p.Eval(map[string]*big.Rat{"a": big.NewRat(1, 3), "b": big.NewRat(-2, 1), "zero": new(big.Rat)})
		return err == nil || errors.Is(err, errDivision)
	}, &quick.Config{MaxCount: 3000})
	if err != nil {
		t.Error(err)
	}
}
