package personal_test

import (
	"strings"
	"testing"

	"zhuxin/shared/personal"
)

func TestMasks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, got, want string
	}{
		{"mobile phone", personal.MaskPhone("13812341234"), "138****1234"},
		{"mobile phone with blanks", personal.MaskPhone("138 1234 1234"), "138****1234"},
		{"with country code", personal.MaskPhone("+8613812341234"), "+86*******1234"},
		{"landline", personal.MaskPhone("010-6512345"), "0*******45"},
		{"resident ID", personal.MaskID("110101199003071234"), "110101********1234"},
		{"resident ID with X", personal.MaskID("11010119900307123X"), "110101********123X"},
		{"15 digits", personal.MaskID("110101900307123"), "110101*****7123"},
		{"passport", personal.MaskID("E12345678"), "E1*****78"},
		{"account", personal.MaskAccount("6222 0202 0001 1234 567"), "****4567"},
		{"nothing", personal.MaskPhone("") + personal.MaskID(" ") + personal.MaskAccount(""), ""},
		{"email", personal.MaskEmail("caiwu@zhongjian.example"), "c***@zhongjian.example"},
		{"email of one letter", personal.MaskEmail("a@b.cn"), "***@b.cn"},
		{"no email", personal.MaskEmail("caiwu") + personal.MaskEmail(""), "*****"},
		{"one character", personal.MaskPhone("7"), "****"},
		{"two characters", personal.MaskAccount("78"), "****8"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

// No mask may show more than half of a short value.
func TestMaskShowsAtMostHalfOfAShortValue(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 10; n++ {
		v := strings.Repeat("7", n)
		for name, f := range map[string]func(string) string{"phone": personal.MaskPhone, "id": personal.MaskID, "account": personal.MaskAccount} {
			if shown := strings.Count(f(v), "7"); shown > n/2 {
				t.Errorf("%s of %d characters shows %d: %s", name, n, shown, f(v))
			}
		}
	}
}
