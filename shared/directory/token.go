package directory

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Hash is the SHA-256 of a secret that was shown once. The secrets have at
// least 60 random bits, so a plain hash is enough to keep them from being read
// back, and a look-up by hash leaks nothing by its time.
type Hash [sha256.Size]byte

func hashOf(secret string) Hash { return sha256.Sum256([]byte(secret)) }

func randomToken() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails (crypto/rand since Go 1.24)
	return base64.RawURLEncoding.EncodeToString(b)
}

// codeAlphabet leaves out what people mistake for something else: I, L, O, U, 0, 1.
const codeAlphabet = "ABCDEFGHJKMNPQRSTVWXYZ23456789"

// randomCode gives groups of four of codeAlphabet, to be read out and typed:
// three groups are 58 bits.
func randomCode() string {
	const groups, size = 3, 4
	var b strings.Builder
	buf := make([]byte, 1)
	for n := 0; n < groups*size; {
		rand.Read(buf)
		// Bytes past the last full round of the alphabet would favour its head.
		if int(buf[0]) >= 256-256%len(codeAlphabet) {
			continue
		}
		if n > 0 && n%size == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(codeAlphabet[int(buf[0])%len(codeAlphabet)])
		n++
	}
	return b.String()
}

// canonicalCode forgives case, blanks and hyphens.
func canonicalCode(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(s)))
}
