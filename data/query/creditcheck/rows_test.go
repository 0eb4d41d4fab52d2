package creditcheck

import (
	"database/sql"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"
	"pgregory.net/rapid"
)

func TestArraysOfRows(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse("0192a6f0-7c1e-7000-8000-000000000000")
	r := rows{width: 2}
	for _, v := range []any{nil, int64(-5), true, id, uuid.NullUUID{}, time.Unix(0, 0), []byte{0, 255}, sql.NullString{}, `a"b\c`, ""} {
		r.add(v, "x")
	}
	want := `{NULL,-5,true,0192a6f0-7c1e-7000-8000-000000000000,NULL,"1970-01-01T00:00:00Z","\\x00ff",NULL,"a\"b\\c",""}`
	if got := r.args(true)[0]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if r.err != nil {
		t.Error(r.err)
	}
	odd := rows{width: 1, cells: []any{struct{}{}}}
	if odd.args(true); odd.err == nil {
		t.Error("a value of an unknown type was written")
	}
	if got := r.args(false); len(got) != 20 {
		t.Errorf("%d scalars", len(got))
	}
}

// Whatever text goes into an array literal comes out of it again.
func TestArrayTextRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "texts")
		r := rows{width: 1}
		for _, s := range want {
			r.add(s)
		}
		var got pq.StringArray
		if err := got.Scan(r.args(true)[0]); err != nil || len(got) != len(want) {
			t.Fatalf("%v: %v, %v", want, got, err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%q became %q", want[i], got[i])
			}
		}
	})
}
