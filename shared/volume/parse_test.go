package volume_test

import (
	"testing"

	"zhuxin/shared/volume"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"8.5": "8.500", "-12.000": "-12.000", "0": "0.000", "1.0005": "1.001", "-1.0005": "-1.001", "3.1234999": "3.123", "100.0000000000": "100.000"} {
		if got, err := volume.Parse(in); err != nil || got.String() != want {
			t.Errorf("%s: %s, %v", in, got, err)
		}
	}
	for _, in := range []string{"", ".5", "5.", "1e3", "1,000", " 1", "--1", "NaN", "1234567890123"} {
		if got, err := volume.Parse(in); err == nil {
			t.Errorf("%q is taken as %s", in, got)
		}
	}
}
