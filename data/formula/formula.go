// Package formula computes indicators out of others by CEL (the Common Expression
// Language): the implementation of rating.Formula.
//
// Numbers are exact. A value enters as a rational of its own unit: thousandths are
// divided by a thousand (12.5 months is 25/2), a choice enters as its points. The
// language is CEL's grammar with our own operators: + - * / and the comparisons on
// rationals, && || ! and ?:, min, max and abs. 1/3 is a third, 0.1 is a tenth. There
// is nothing else: no strings, no lists, no loops, so that the work is bounded by
// the length of the expression, which is bounded itself, and CEL's cost limit holds
// it once more at run time. Only the names that are declared can be used.
package formula

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	celast "github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"zhuxin/biz/rating"
)

// Bounds of one formula.
const (
	maxLength = 500 // bytes
	maxDepth  = 40
	maxCost   = 100 // operations
	kept      = 512 // compiled formulas
)

// Engine implements rating.Formula; the zero value is ready and shared.
type Engine struct{}

var _ rating.Formula = Engine{}

// base is the language without names.
var base = sync.OnceValues(func() (*cel.Env, error) {
	both := []*cel.Type{cel.BoolType, cel.BoolType}
	pick := func(want int) operation {
		return func(a, b *big.Rat) (ref.Val, error) {
			if a.Cmp(b) == want {
				return number{a}, nil
			}
			return number{b}, nil
		}
	}
	return cel.NewCustomEnv(cel.ClearMacros(), cel.ParserExpressionSizeLimit(maxLength), cel.ParserRecursionLimit(maxDepth),
		binary(operators.Add, "add", numType, arithmetic((*big.Rat).Add)),
		binary(operators.Subtract, "subtract", numType, arithmetic((*big.Rat).Sub)),
		binary(operators.Multiply, "multiply", numType, arithmetic((*big.Rat).Mul)),
		binary(operators.Divide, "divide", numType, func(a, b *big.Rat) (ref.Val, error) {
			if b.Sign() == 0 {
				return nil, errDivision
			}
			return number{new(big.Rat).Quo(a, b)}, nil
		}),
		binary(operators.Less, "less", cel.BoolType, comparison(func(c int) bool { return c < 0 })),
		binary(operators.LessEquals, "less_equals", cel.BoolType, comparison(func(c int) bool { return c <= 0 })),
		binary(operators.Greater, "greater", cel.BoolType, comparison(func(c int) bool { return c > 0 })),
		binary(operators.GreaterEquals, "greater_equals", cel.BoolType, comparison(func(c int) bool { return c >= 0 })),
		binary(operators.Equals, "equals", cel.BoolType, comparison(func(c int) bool { return c == 0 })),
		binary(operators.NotEquals, "not_equals", cel.BoolType, comparison(func(c int) bool { return c != 0 })),
		binary("min", "min", numType, pick(-1)), binary("max", "max", numType, pick(1)),
		unary(operators.Negate, "negate", (*big.Rat).Neg), unary("abs", "abs", (*big.Rat).Abs),
		cel.Function(operators.LogicalAnd, cel.Overload("logical_and", both, cel.BoolType)),
		cel.Function(operators.LogicalOr, cel.Overload("logical_or", both, cel.BoolType)),
		cel.Function(operators.LogicalNot, cel.Overload("logical_not", both[:1], cel.BoolType, cel.UnaryBinding(func(v ref.Val) ref.Val {
			b, ok := v.(types.Bool)
			if !ok {
				return types.NewErr("not a condition")
			}
			return !b
		}))),
		conditional(),
	)
})

// estimator knows no function that costs more than one.
type estimator struct{}

func (estimator) EstimateSize(checker.AstNode) *checker.SizeEstimate { return nil }
func (estimator) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

type program struct {
	run  cel.Program
	uses []string
}

func (p program) Uses() []string { return p.uses }

// Eval implements rating.Program.
func (p program) Eval(values map[string]*big.Rat) (*big.Rat, error) {
	in := make(map[string]any, len(values))
	for name, v := range values {
		in[name] = number{v}
	}
	out, _, err := p.run.Eval(in)
	if err != nil {
		return nil, fmt.Errorf("formula: %w", err)
	}
	r, ok := rational(out)
	if !ok {
		return nil, fmt.Errorf("formula: gives %v, which is no number", out.Type())
	}
	return r, nil
}

var (
	mu       sync.Mutex
	compiled = map[string]program{}
)

// Compile implements rating.Formula.
func (Engine) Compile(expression string, names []string) (rating.Program, error) {
	names = slices.Sorted(slices.Values(names))
	key := expression + "\x00" + strings.Join(names, " ")
	mu.Lock()
	p, ok := compiled[key]
	mu.Unlock()
	if ok {
		return p, nil
	}
	p, err := compile(expression, names)
	if err != nil {
		return nil, err
	}
	mu.Lock()
	defer mu.Unlock()
	if len(compiled) >= kept {
		clear(compiled)
	}
	compiled[key] = p
	return p, nil
}

func compile(expression string, names []string) (program, error) {
	var p program
	if strings.TrimSpace(expression) == "" {
		return p, &rating.FormulaError{Reason: "REQUIRED", Message: "write a formula, such as collection_rate / 100 - max_overdue_days"}
	}
	if len(expression) > maxLength {
		return p, &rating.FormulaError{Reason: "FORMULA_TOO_COSTLY", Message: fmt.Sprintf("at most %d characters; split it into two indicators", maxLength)}
	}
	env, err := base()
	if err != nil {
		return p, fmt.Errorf("formula: %w", err)
	}
	declared := make([]cel.EnvOption, len(names))
	for i, n := range names {
		declared[i] = cel.Variable(n, numType)
	}
	if env, err = env.Extend(declared...); err != nil {
		return p, fmt.Errorf("formula: %w", err)
	}
	ast, issues := env.Compile(expression)
	if issues.Err() != nil {
		e := issues.Errors()[0]
		if strings.Contains(e.Message, "recursion depth") || strings.Contains(e.Message, "size exceeds limit") {
			return p, &rating.FormulaError{Reason: "FORMULA_TOO_COSTLY", Message: fmt.Sprintf("the formula is nested deeper than %d; split it into two indicators", maxDepth)}
		}
		return p, &rating.FormulaError{Reason: "FORMULA_INVALID", Message: fmt.Sprintf("column %d: %s", e.Location.Column()+1, readable(e.Message))}
	}
	if t := ast.OutputType(); !t.IsExactType(numType) && t.Kind() != types.IntKind && t.Kind() != types.DoubleKind {
		return p, &rating.FormulaError{Reason: "FORMULA_INVALID", Message: "the formula gives " + t.String() + "; it has to give a number"}
	}
	cost, err := env.EstimateCost(ast, estimator{})
	if err != nil {
		return p, fmt.Errorf("formula: %w", err)
	}
	if cost.Max > maxCost {
		return p, &rating.FormulaError{Reason: "FORMULA_TOO_COSTLY", Message: fmt.Sprintf("the formula takes %d operations, at most %d are allowed; split it into two indicators", cost.Max, maxCost)}
	}
	p.uses = identifiers(ast, names)
	p.run, err = env.Program(ast, cel.CostLimit(2*maxCost))
	return p, err
}

// readable leaves out CEL's own names for things.
func readable(message string) string {
	return strings.NewReplacer("(in container '')", "", "undeclared reference to", "there is no indicator or function").Replace(message)
}

func identifiers(ast *cel.Ast, names []string) (out []string) {
	celast.PostOrderVisit(ast.NativeRep().Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		if e.Kind() == celast.IdentKind && slices.Contains(names, e.AsIdent()) && !slices.Contains(out, e.AsIdent()) {
			out = append(out, e.AsIdent())
		}
	}))
	return out
}
