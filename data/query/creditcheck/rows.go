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
}

func (r *rows) add(values ...any) { r.cells = append(r.cells, values...) }

func (r *rows) args(several bool) []any {
	if !several {
		return r.cells
	}
	out := make([]any, r.width)
	for c := range r.width {
		var b strings.Builder
		b.WriteByte('{')
		for i := c; i < len(r.cells); i += r.width {
			if i > c {
				b.WriteByte(',')
			}
			element(&b, r.cells[i])
		}
		b.WriteByte('}')
		out[c] = b.String()
	}
	return out
}

// element writes one value of an array literal.
func element(b *strings.Builder, v any) {
	switch x := v.(type) {
	case nil:
		b.WriteString("NULL")
	case int64:
		b.WriteString(strconv.FormatInt(x, 10))
	case uuid.UUID:
		b.WriteString(x.String())
	case uuid.NullUUID:
		if !x.Valid {
			b.WriteString("NULL")
			return
		}
		b.WriteString(x.UUID.String())
	case time.Time:
		quoted(b, x.UTC().Format(time.RFC3339Nano))
	case []byte:
		quoted(b, `\x`+hex.EncodeToString(x))
	case sql.NullString:
		if !x.Valid {
			b.WriteString("NULL")
			return
		}
		quoted(b, x.String)
	case string:
		quoted(b, x)
	default:
		panic(fmt.Sprintf("creditcheck: no array element of type %T", v)) // a slip in this package
	}
}

var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func quoted(b *strings.Builder, s string) {
	b.WriteByte('"')
	_, _ = escape.WriteString(b, s)
	b.WriteByte('"')
}
