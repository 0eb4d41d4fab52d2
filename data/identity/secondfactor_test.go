package identity_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"zhuxin/shared/directory"
)

// totp is the code of RFC 6238 at an instant.
func totp(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(at.Unix()/30))
	mac := hmac.New(sha1.New, key)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at4 := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at4:at4+4])&0x7fffffff)%1_000_000)
}

// A person with an authenticator app who has typed his password only is not let
// in, and is told that a code is missing: that is no ended login.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	c, public := kratos(t)
	email := newAddress()
	if _, err := c.Create(t.Context(), directory.NewIdentity{Email: email, Name: "周", Password: password}); err != nil {
		t.Fatal(err)
	}
	token := login(t, public, email)
	submit(t, public, "settings", token, func(f flow) map[string]any {
		for _, n := range f.UI.Nodes {
			if n.Attributes.ID == "totp_secret_key" {
				return map[string]any{"method": "totp", "totp_code": totp(t, n.Attributes.Text.Context.Secret, time.Now())}
			}
		}
		t.Fatalf("the settings flow offers no authenticator app: %+v", f)
		return nil
	})
	s, err := c.Session(t.Context(), directory.Credential{Token: token})
	if age := time.Since(s.SecondFactorAt); err != nil || age < 0 || age > time.Minute {
		t.Errorf("the app that was enrolled in this session was shown %v ago (%v)", age, err)
	}
	_, err = c.Session(t.Context(), directory.Credential{Token: login(t, public, email)})
	if reason(err) != "SECOND_FACTOR_REQUIRED" {
		t.Errorf("password only: %v", err)
	}
}
