package party

import (
	"encoding/csv"
	"errors"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseUSCC(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in   string
		want USCC
		err  error
	}{
		{"91110000600037341L", "91110000600037341L", nil},
		{" 91110000600037341l ", "91110000600037341L", nil},
		{"91340822153860271E", "91340822153860271E", nil},
		{"9111000010001065XA", "9111000010001065XA", ErrCheckDigit},
		{"91110000600037341", "", ErrForm},
		{"91110000600037341LL", "", ErrForm},
		{"9111000060003734IL", "", ErrForm},
		{"９1110000600037341", "", ErrForm}, // full-width digits
		{"", "", ErrForm},
	} {
		got, err := ParseUSCC(tc.in)
		if got != tc.want || !errors.Is(err, tc.err) {
			t.Errorf("ParseUSCC(%q) = %q, %v; want %q, %v", tc.in, got, err, tc.want, tc.err)
		}
	}
}

// TestVectors runs the collected vectors where they are mounted; the handful
// above is what always runs.
func TestVectors(t *testing.T) {
	t.Parallel()
	f, err := os.Open("../../../shared/data/ids/uscc_vectors.csv")
	if errors.Is(err, os.ErrNotExist) {
		t.Log("no vectors here")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		got, err := ParseUSCC(r[0])
		switch {
		case r[1] == "valid" && (err != nil || string(got) != r[3]):
			t.Errorf("%q is valid (%s), got %q, %v", r[0], r[5], got, err)
		case r[1] == "invalid" && err == nil:
			t.Errorf("%q is invalid (%s), got no fault", r[0], r[5])
		}
	}
}

// One changed character is always noticed: 31 is prime and no weight is 0 modulo it.
func TestOneWrongCharacterIsNoticed(t *testing.T) {
	t.Parallel()
	char := rapid.SampledFrom([]byte(alphabet))
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.SliceOfN(char, 17, 17).Draw(t, "first17")
		last, err := CheckCharacter(string(code))
		if err != nil {
			t.Fatal(err)
		}
		code = append(code, last)
		if _, err := ParseUSCC(string(code)); err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		at := rapid.IntRange(0, 17).Draw(t, "at")
		code[at] = rapid.SampledFrom([]byte(strings.ReplaceAll(alphabet, string(code[at]), ""))).Draw(t, "other")
		if _, err := ParseUSCC(string(code)); !errors.Is(err, ErrCheckDigit) {
			t.Fatalf("%s: %v, want ErrCheckDigit", code, err)
		}
	})
}
