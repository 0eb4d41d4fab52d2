package auditlog

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
)

// encode writes a value as canonical JSON; nil, also a typed one, is NULL.
func encode(v any) (sql.NullString, error) {
	if v == nil || isNil(v) {
		return sql.NullString{}, nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return sql.NullString{}, err
	}
	s, err := canonical(raw)
	return sql.NullString{String: s, Valid: err == nil}, err
}

func isNil(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Map, reflect.Pointer, reflect.Slice, reflect.Interface:
		return r.IsNil()
	default:
		return false
	}
}

// canonical writes JSON in the one form that is the same before and after it went
// through jsonb, which sorts keys its own way and rewrites numbers: keys in byte
// order, no blanks, numbers without exponent or trailing zeros.
func canonical(raw []byte) (string, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", err
	}
	v, err := settle(v)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return string(bytes.TrimSuffix(out.Bytes(), []byte("\n"))), nil
}

// maxNumber bounds the text of a number: 1e999999999 would be written out in full.
const maxNumber = 60

func settle(v any) (any, error) {
	var err error
	switch x := v.(type) {
	case string:
		return storable(x), nil
	case json.Number:
		return number(x)
	case []any:
		for i := range x {
			if x[i], err = settle(x[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			if out[storable(k)], err = settle(e); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

func number(n json.Number) (json.Number, error) {
	f, _, err := big.ParseFloat(string(n), 10, 256, big.ToNearestEven)
	if err != nil || len(n) > maxNumber || f.MantExp(nil) > 512 || f.MantExp(nil) < -512 {
		return "", fmt.Errorf("number %.20s is out of range", n)
	}
	r, ok := new(big.Rat).SetString(string(n))
	if !ok {
		return "", fmt.Errorf("%.20s is no number", n)
	}
	if r.IsInt() {
		return json.Number(r.Num().String()), nil
	}
	// A decimal that JSON can hold always has a finite number of decimals.
	places, exact := r.FloatPrec()
	if !exact {
		return "", fmt.Errorf("%.20s has no finite decimals", n)
	}
	return json.Number(r.FloatString(places)), nil
}
