package gateway

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strings"
	"time"
)

// The device cookie says that an account has been logged in to from here:
// random id (16) · end of life (8) · mac over both and the account (16). It opens
// nothing; it only moves the count of tries.
const (
	deviceCookie = "zhuxin_device"
	devicePath   = "/self-service/login"
	deviceLife   = 180 * 24 * time.Hour
	deviceBytes  = 16 + 8 + 16
)

func (g *Gateway) newDevice(account string) string {
	b := make([]byte, 0, deviceBytes)
	id := make([]byte, 16)
	rand.Read(id) // never fails since Go 1.24: it ends the program instead
	b = append(b, id...)
	b = binary.BigEndian.AppendUint64(b, uint64(g.clock.Now().Add(deviceLife).Unix()))
	b = append(b, g.mac("device", string(b)+account)[:16]...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// deviceOf gives a name of the device for counting, when the account has been
// logged in to from it.
func (g *Gateway) deviceOf(r *http.Request, account string) (string, bool) {
	c, err := r.Cookie(deviceCookie)
	if err != nil {
		return "", false
	}
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(b) != deviceBytes {
		return "", false
	}
	if int64(binary.BigEndian.Uint64(b[16:24])) < g.clock.Now().Unix() {
		return "", false
	}
	if !hmac.Equal(b[24:], g.mac("device", string(b[:24])+account)[:16]) {
		return "", false
	}
	return g.tag("device", c.Value+account), true
}

// knowDevice gives the device its cookie when Kratos has accepted a login. The
// next login of the account from here is then not hindered by others' attempts.
func (g *Gateway) knowDevice(resp *http.Response) {
	a, ok := resp.Request.Context().Value(attemptKey{}).(attempt)
	if !ok || len(a.accounts) != 1 || resp.Request.URL.Path != devicePath || resp.StatusCode >= 400 {
		return
	}
	accepted := false
	for _, c := range resp.Cookies() {
		accepted = accepted || c.Name == g.cfg.SessionCookie && c.Value != "" && c.MaxAge >= 0
	}
	if !accepted {
		return
	}
	cookie := &http.Cookie{
		Name: deviceCookie, Value: g.newDevice(a.accounts[0]), Path: devicePath, MaxAge: int(deviceLife / time.Second),
		HttpOnly: true, Secure: strings.EqualFold(g.public.Scheme, "https"), SameSite: http.SameSiteLaxMode,
	}
	resp.Header.Add("Set-Cookie", cookie.String())
}
