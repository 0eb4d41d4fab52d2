package creditcheck

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// column is one column of rows that a statement takes as parameters.
type column struct{ name, kind string }

// source is the rows as a FROM item, with parameters from number first on: scalars
// when there is one row, which spares both sides the arrays, else one array for
// each column.
func source(alias string, columns []column, first int, several bool) string {
	names, params := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
		params[i] = "$" + strconv.Itoa(first+i) + "::" + c.kind
		if several {
			params[i] += "[]"
		}
	}
	as := ") AS " + alias + " (" + strings.Join(names, ", ") + ")"
	if several {
		return "unnest(" + strings.Join(params, ", ") + as
	}
	return "(VALUES (" + strings.Join(params, ", ") + ")" + as
}

// rows collects values row by row and gives the parameters for source.
type rows struct {
	width int
	cells []any
	err   error // a value of a type that args cannot write
}

func (r *rows) add(values ...any) { r.cells = append(r.cells, values...) }

func (r *rows) args(several bool) []any {
	if !several {
		return r.cells
	}
	out := make([]any, r.width)
	b := make([]byte, 0, 1<<10)
	for c := range r.width {
		b = append(b[:0], '{')
		for i := c; i < len(r.cells); i += r.width {
			if i > c {
				b = append(b, ',')
			}
			b = r.element(b, r.cells[i])
		}
		out[c] = string(append(b, '}'))
	}
	return out
}

// element writes one value of an array literal.
func (r *rows) element(b []byte, v any) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, "NULL"...)
	case int64:
		return strconv.AppendInt(b, x, 10)
	case bool:
		return strconv.AppendBool(b, x)
	case uuid.UUID:
		return append(b, x.String()...)
	case uuid.NullUUID:
		if !x.Valid {
			return append(b, "NULL"...)
		}
		return append(b, x.UUID.String()...)
	case time.Time:
		return quoted(b, x.UTC().Format(time.RFC3339Nano))
	case []byte:
		return append(hex.AppendEncode(append(b, `"\\x`...), x), '"')
	case sql.NullString:
		if !x.Valid {
			return append(b, "NULL"...)
		}
		return quoted(b, x.String)
	case string:
		return quoted(b, x)
	}
	r.err = fmt.Errorf("creditcheck: no array element of type %T", v)
	return b
}

func quoted(b []byte, s string) []byte {
	b = append(b, '"')
	for {
		i := strings.IndexAny(s, `"\`)
		if i < 0 {
			return append(append(b, s...), '"')
		}
		b = append(append(b, s[:i]...), '\\', s[i])
		s = s[i+1:]
	}
}
