package formula

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

var numType = cel.OpaqueType("num")

// number is a rational in CEL.
type number struct{ *big.Rat }

func (n number) Type() ref.Type { return numType }

func (n number) Value() any { return n.Rat }

// Values stay in here: nothing converts them.
func (n number) ConvertToNative(reflect.Type) (any, error) {
	return nil, errors.New("a number of a formula is not converted")
}

func (n number) ConvertToType(t ref.Type) ref.Val {
	if t.TypeName() == numType.TypeName() {
		return n
	}
	return types.NewErr("a number of a formula is not converted")
}

func (n number) Equal(other ref.Val) ref.Val {
	o, ok := rational(other)
	return types.Bool(ok && n.Cmp(o) == 0)
}

// rational reads any number; a literal like 0.1 is the decimal that was written.
func rational(v ref.Val) (*big.Rat, bool) {
	switch x := v.(type) {
	case number:
		return x.Rat, true
	case types.Int:
		return new(big.Rat).SetInt64(int64(x)), true
	case types.Double:
		return new(big.Rat).SetString(fmt.Sprintf("%v", float64(x)))
	}
	return nil, false
}

var errDivision = errors.New("division by zero")

type operation func(a, b *big.Rat) (ref.Val, error)

func arithmetic(f func(z, a, b *big.Rat) *big.Rat) operation {
	return func(a, b *big.Rat) (ref.Val, error) { return number{f(new(big.Rat), a, b)}, nil }
}

func comparison(f func(c int) bool) operation {
	return func(a, b *big.Rat) (ref.Val, error) { return types.Bool(f(a.Cmp(b))), nil }
}

// binary declares a function of two numbers of any kind.
func binary(name, id string, result *cel.Type, f operation) cel.EnvOption {
	var opts []cel.FunctionOpt
	kinds := []*cel.Type{numType, cel.IntType, cel.DoubleType}
	for i, a := range kinds {
		for j, b := range kinds {
			opts = append(opts, cel.Overload(fmt.Sprintf("num_%s_%d%d", id, i, j), []*cel.Type{a, b}, result))
		}
	}
	return cel.Function(name, append(opts, cel.SingletonBinaryBinding(func(a, b ref.Val) ref.Val {
		x, ok := rational(a)
		y, also := rational(b)
		if !ok || !also {
			return types.NewErr("not a number")
		}
		out, err := f(x, y)
		if err != nil {
			return types.WrapErr(err)
		}
		return out
	}))...)
}

func unary(name, id string, f func(z, a *big.Rat) *big.Rat) cel.EnvOption {
	var opts []cel.FunctionOpt
	for i, a := range []*cel.Type{numType, cel.IntType, cel.DoubleType} {
		opts = append(opts, cel.Overload(fmt.Sprintf("num_%s_%d", id, i), []*cel.Type{a}, numType))
	}
	return cel.Function(name, append(opts, cel.SingletonUnaryBinding(func(a ref.Val) ref.Val {
		x, ok := rational(a)
		if !ok {
			return types.NewErr("not a number")
		}
		return number{f(new(big.Rat), x)}
	}))...)
}

// conditional lets both branches be numbers of any kind.
func conditional() cel.EnvOption {
	var opts []cel.FunctionOpt
	kinds := []*cel.Type{numType, cel.IntType, cel.DoubleType}
	for i, a := range kinds {
		for j, b := range kinds {
			result := numType
			if i == j {
				result = a
			}
			opts = append(opts, cel.Overload(fmt.Sprintf("num_conditional_%d%d", i, j), []*cel.Type{cel.BoolType, a, b}, result))
		}
	}
	return cel.Function(operators.Conditional, opts...)
}
