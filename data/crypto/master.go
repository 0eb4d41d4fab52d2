package crypto

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// masterLen is the length of the master key in bytes; below it a key is refused (P35).
const masterLen = 32

// Master is the installation's one secret: it wraps all keysets, and other keys
// of the installation are derived from it. Losing it loses every sealed value.
type Master struct {
	secret []byte
	kek    tink.AEAD
}

// ParseMaster reads the setting ZHUXIN_MASTER_KEY: 32 random bytes in base64. The
// error never shows the key.
func ParseMaster(encoded string) (*Master, error) {
	secret, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("master key: not base64; make one by `openssl rand -base64 32`")
	}
	if len(secret) != masterLen {
		return nil, fmt.Errorf("master key: %d bytes, want %d; make one by `openssl rand -base64 32`", len(secret), masterLen)
	}
	distinct := map[byte]bool{}
	for _, b := range secret {
		distinct[b] = true
	}
	// 32 random bytes have fewer than 16 different ones about never (p < 1e-14).
	if len(distinct) < masterLen/2 {
		return nil, errors.New("master key: not random; make one by `openssl rand -base64 32`")
	}
	m := &Master{secret: secret}
	if m.kek, err = subtle.NewAESGCM(m.Derive("key encryption key")); err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	return m, nil
}

// Derive gives the 32-byte key of a purpose, the same at each start. Keys of
// different purposes tell nothing about each other or the master key: HMAC under a
// random key of full length is a pseudo-random function (SP 800-108).
func (m *Master) Derive(purpose string) []byte {
	h := hmac.New(sha256.New, m.secret)
	h.Write([]byte("zhuxin derived key v1\x00" + purpose))
	return h.Sum(nil)
}
