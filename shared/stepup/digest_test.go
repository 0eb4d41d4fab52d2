package stepup

import "testing"

// Nothing of one part may look like the next one.
func TestDigest(t *testing.T) {
	seen := map[[32]byte]string{}
	for _, c := range [][5]string{
		{"a", "b", "c", "", ""}, {"ab", "", "c", "", ""}, {"a", "b", "", "c", ""}, {"a", "b", "c", "", "{}"}, {"a", "b", "c", "", "[]"},
		{"a", "b", "c", "", `{"x":10000000000000001}`}, {"a", "b", "c", "", `{"x":10000000000000000}`}, {"a", "b", "c", "", `{"x":"1"}`}, {"a", "b", "c", "", `{"x":1}`},
	} {
		d, err := Digest(c[0], c[1], c[2], c[3], []byte(c[4]))
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[d]; ok {
			t.Errorf("%v and %s are one", c, other)
		}
		seen[d] = c[0] + c[1] + c[2] + c[3] + c[4]
	}
	if _, err := Digest("a", "", "", "", []byte("{")); err == nil {
		t.Error("a broken body has a digest")
	}
}
