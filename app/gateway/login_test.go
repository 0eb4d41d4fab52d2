package gateway

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/app/gateway/limit"
	"zhuxin/shared/fault"
)

func password(account string) string {
	return fmt.Sprintf(`{"method":"password","identifier":%q,"password":"x"}`, account)
}

// login gives how many of n logins reached Kratos.
func (b *bench) login(t *testing.T, n int, body func(i int) string, headers func(i int) []string) int {
	t.Helper()
	before := len(b.kratos.requests)
	for i := range n {
		b.do(t, "POST", "/self-service/login?flow="+fmt.Sprint(i), body(i), headers(i)...)
	}
	return len(b.kratos.requests) - before
}

func from(ip string) []string { return []string{"peer", ip + ":1234"} }

func TestGuessingOneAccountFromManyAddresses(t *testing.T) {
	b := setup(t, nil)
	spellings := []string{"victim@example.com", "VICTIM@example.com", " victim@example.com ", "ｖｉｃｔｉｍ@example.com"}
	got := b.login(t, 200, func(i int) string { return password(spellings[i%len(spellings)]) },
		func(i int) []string { return from(fmt.Sprintf("198.51.%d.%d", i/200, i%200)) })
	if got != 10 {
		t.Errorf("%d guesses reached Kratos, want 10", got)
	}
	w, f := b.do(t, "POST", "/self-service/login?flow=1", password("victim@example.com"), from("192.0.2.1")...)
	if w.Code != 429 || f.Reason != "LOGIN_LIMITED" || w.Header().Get("Retry-After") != "900" || !strings.Contains(w.Body.String(), "try again in 15m0s") {
		t.Errorf("%d %s Retry-After %s", w.Code, w.Body, w.Header().Get("Retry-After"))
	}
	if w, _ := b.do(t, "POST", "/self-service/login?flow=1", password("other@example.com"), from("192.0.2.1")...); w.Code != 200 {
		t.Errorf("another account is limited too: %d", w.Code)
	}
	b.clock.At = b.clock.At.Add(15 * time.Minute)
	if w, _ := b.do(t, "POST", "/self-service/login?flow=1", password("victim@example.com"), from("192.0.2.1")...); w.Code != 200 {
		t.Errorf("after the window: %d", w.Code)
	}
	if strings.Contains(b.log.String(), "victim") {
		t.Error("the log names the account")
	}
}

func TestGuessingManyAccountsFromOneAddress(t *testing.T) {
	tests := []struct {
		name string
		ip   func(i int) []string
		want int
	}{
		{"one address", func(int) []string { return from("203.0.113.9") }, 50},
		{"one IPv6 customer", func(i int) []string { return from(fmt.Sprintf("[2001:db8:1:2::%x]", i+1)) }, 50},
		{"claims of other addresses", func(i int) []string {
			return append(from("203.0.113.9"), "X-Forwarded-For", fmt.Sprintf("192.0.2.%d", i), "X-Real-Ip", "192.0.2.1")
		}, 50},
	}
	for _, tt := range tests {
		b := setup(t, nil)
		if got := b.login(t, 120, func(i int) string { return password(fmt.Sprintf("a%d@example.com", i)) }, tt.ip); got != tt.want {
			t.Errorf("%s: %d guesses reached Kratos, want %d", tt.name, got, tt.want)
		}
	}
}

func TestClientsBehindAProxyAreToldApart(t *testing.T) {
	b := setup(t, func(c *Config, _ *Deps) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")} })
	got := b.login(t, 100, func(i int) string { return password(fmt.Sprintf("a%d@example.com", i)) },
		func(i int) []string { return append(from("10.0.0.1"), "X-Forwarded-For", fmt.Sprintf("192.0.2.%d", i)) })
	if got != 100 {
		t.Errorf("%d of 100 clients behind one proxy got through", got)
	}
}

// Whatever a body can say differently to us and to Kratos is not passed on.
func TestAmbiguousBodiesAreRefused(t *testing.T) {
	form := "application/x-www-form-urlencoded"
	tests := []struct{ name, kind, query, body string }{
		{"two spellings", "application/json", "", `{"identifier":"a@example.com","Identifier":"victim@example.com","password":"x"}`},
		{"two spellings inside", "application/json", "", `{"traits":{"email":"a@example.com","EMAIL":"victim@example.com"}}`},
		{"identifier in the query", "application/json", "&identifier=victim@example.com", `{"identifier":"a@example.com"}`},
		{"twice in a form", form, "", "identifier=a%40example.com&identifier=victim%40example.com"},
		{"two spellings in a form", form, "", "identifier=a%40example.com&IDENTIFIER=victim%40example.com"},
		{"broken form", form, "", "identifier=%zz"},
		{"no JSON", "application/json", "", `{"identifier":`},
		{"a list", "application/json", "", `["victim@example.com"]`},
		{"null", "application/json", "", `null`},
		{"two documents", "application/json", "", `{"identifier":"a@example.com"}{"identifier":"victim@example.com"}`},
		{"multipart", "multipart/form-data; boundary=x", "", "--x--"},
		{"text", "text/plain", "", `{"identifier":"a@example.com"}`},
		{"invisible character", "application/json", "", `{"identifier":"vic\u200btim@example.com"}`},
		{"space inside", "application/json", "", `{"identifier":"vic tim@example.com"}`},
		{"control character", "application/json", "", `{"identifier":"victim\u0000@example.com"}`},
		{"too large", "application/json", "", `{"identifier":"a@example.com","password":"` + strings.Repeat("x", maxLoginBody) + `"}`},
	}
	for _, tt := range tests {
		b := setup(t, nil)
		w, f := b.do(t, "POST", "/self-service/login?flow=1"+tt.query, tt.body, "Content-Type", tt.kind)
		if w.Code < 400 || w.Code >= 500 || f.Reason == "" || len(b.kratos.requests) > 0 {
			t.Errorf("%s: %d %s, %d requests reached Kratos", tt.name, w.Code, f.Reason, len(b.kratos.requests))
		}
	}
}

func TestWhatIsCountedIsWhatKratosReads(t *testing.T) {
	b := setup(t, nil)
	b.do(t, "POST", "/self-service/login?flow=1", `{"identifier":"ＶＩＣＴＩＭ@Example.com ","identifier":" Victim@example.com","password":" Ａ b\u200b","csrf_token":"t","n":12345678901234567890}`)
	want := `{"csrf_token":"t","identifier":"victim@example.com","n":12345678901234567890,"password":" Ａ b` + "\u200b" + `"}`
	if got := b.kratos.bodies[0]; got != want {
		t.Errorf("Kratos got %s, want %s", got, want)
	}
	b.do(t, "POST", "/self-service/registration?flow=1", "traits.email=A%40Example.com&password=P+%26&csrf_token=t", "Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	got, err := url.ParseQuery(b.kratos.bodies[1])
	if err != nil || got.Get("traits.email") != "a@example.com" || got.Get("password") != "P &" || got.Get("csrf_token") != "t" {
		t.Errorf("Kratos got %s", b.kratos.bodies[1])
	}
	if r := b.kratos.requests[1]; r.ContentLength != int64(len(b.kratos.bodies[1])) || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("length %d, type %s", r.ContentLength, r.Header.Get("Content-Type"))
	}
}

func TestOtherFlowsAreCounted(t *testing.T) {
	tests := []struct {
		name, target, body string
		headers            []string
	}{
		{"recovery of an account", "/self-service/recovery?flow=%d", `{"method":"code","email":"victim@example.com"}`, nil},
		{"verification", "/self-service/verification?flow=%d", `{"method":"code","email":"victim@example.com"}`, nil},
		{"registration", "/self-service/registration?flow=%d", `{"method":"password","traits":{"email":"victim@example.com"},"password":"x"}`, nil},
		{"codes of one flow", "/self-service/recovery?flow=1", `{"method":"code","code":"123456"}`, nil},
		{"second factor by cookie", "/self-service/login?flow=%d", `{"method":"totp","totp_code":"123456"}`, []string{"Cookie", "zhuxin_session=s1"}},
		{"second factor by token", "/self-service/login?flow=%d", `{"method":"totp","totp_code":"123456"}`, []string{"X-Session-Token", "s1"}},
		{"settings", "/self-service/settings?flow=%d", `{"method":"password","password":"x"}`, []string{"Cookie", "zhuxin_session=s1"}},
	}
	for _, tt := range tests {
		b := setup(t, nil)
		for i := range 30 {
			target := tt.target
			if strings.Contains(target, "%d") {
				target = fmt.Sprintf(target, i)
			}
			b.do(t, "POST", target, tt.body, append(from(fmt.Sprintf("192.0.2.%d", i)), tt.headers...)...)
		}
		if got := len(b.kratos.requests); got != 10 {
			t.Errorf("%s: %d of 30 reached Kratos, want 10", tt.name, got)
		}
	}
}

func TestKnownDeviceIsNotLockedOut(t *testing.T) {
	b := setup(t, nil)
	b.kratos.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Right") != "" {
			http.SetCookie(w, &http.Cookie{Name: "zhuxin_session", Value: "s"})
			return
		}
		w.WriteHeader(http.StatusBadRequest)
	}
	try := func(account string, headers ...string) (int, string) {
		w, _ := b.do(t, "POST", "/self-service/login?flow=1", password(account), headers...)
		for _, c := range w.Result().Cookies() {
			if c.Name == deviceCookie {
				if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != devicePath || strings.Contains(c.Value, "owner") {
					t.Errorf("device cookie %v", c)
				}
				return w.Code, c.Value
			}
		}
		return w.Code, ""
	}
	code, device := try("owner@example.com", "X-Right", "1")
	if code != 200 || device == "" {
		t.Fatalf("login: %d, cookie %q", code, device)
	}
	if _, none := try("owner@example.com"); none != "" {
		t.Error("a wrong password makes a known device")
	}
	for i := range 20 { // the attack, from elsewhere
		try("owner@example.com", from(fmt.Sprintf("192.0.2.%d", i))...)
	}
	if code, _ := try("owner@example.com", from("192.0.2.99")...); code != 429 {
		t.Errorf("the attacker: %d", code)
	}
	if code, _ := try("owner@example.com", "X-Right", "1", "Cookie", deviceCookie+"="+device); code != 200 {
		t.Errorf("the owner on his device: %d, want 200", code)
	}
	for name, forged := range map[string]string{"forged": device[:len(device)-2] + "xx", "short": "abc", "empty": ""} {
		if code, _ := try("owner@example.com", "Cookie", deviceCookie+"="+forged); code != 429 {
			t.Errorf("%s cookie: %d, want 429", name, code)
		}
	}
	for i := range 20 { // another account with the attacker's own good cookie
		try("second@example.com", from(fmt.Sprintf("198.51.100.%d", i))...)
	}
	if code, _ := try("second@example.com", "Cookie", deviceCookie+"="+device); code != 429 {
		t.Errorf("a device of one account opens another: %d", code)
	}
	reached := 0
	for range 20 { // a stolen device still has a count of its own
		if code, _ := try("owner@example.com", "Cookie", deviceCookie+"="+device); code != 429 {
			reached++
		}
	}
	if reached > 10 {
		t.Errorf("%d guesses with a known device", reached)
	}
	b.clock.At = b.clock.At.Add(deviceLife + time.Hour)
	for range 11 {
		code, _ = try("owner@example.com", append(from("192.0.2.7"), "Cookie", deviceCookie+"="+device)...)
	}
	if code != 429 {
		t.Errorf("an old device: %d", code)
	}
}

func TestTrafficLimits(t *testing.T) {
	b := setup(t, func(c *Config, _ *Deps) {
		c.Limits.IP, c.Limits.Principal = limit.Rule{PerSecond: 1, Burst: 20}, limit.Rule{PerSecond: 1, Burst: 5}
	})
	codes := func(n int, target string, headers ...string) (limited int) {
		for range n {
			if w, f := b.do(t, "GET", target, "", headers...); w.Code == 429 {
				limited++
				if f.Reason != "RATE_LIMITED" || w.Header().Get("Retry-After") != "1" {
					t.Errorf("%s, Retry-After %s", f.Reason, w.Header().Get("Retry-After"))
				}
			}
		}
		return limited
	}
	if got := codes(8, "/v1/me", append(from("192.0.2.1"), "Authorization", "Bearer zx_1")...); got != 3 {
		t.Errorf("one key: %d of 8 limited, want 3", got)
	}
	if got := codes(3, "/v1/me", append(from("192.0.2.2"), "Authorization", "Bearer zx_1")...); got != 3 {
		t.Errorf("the same key from another address: %d of 3 limited", got)
	}
	if got := codes(5, "/v1/me", append(from("192.0.2.3"), "Cookie", "zhuxin_session=a")...); got != 0 {
		t.Errorf("another login: %d limited", got)
	}
	if got := codes(25, "/v1/me", from("192.0.2.4")...); got != 5 {
		t.Errorf("one address: %d of 25 limited, want 5", got)
	}
	if got := codes(50, "/assets/a.js", from("192.0.2.4")...) + codes(50, "/healthz", from("192.0.2.4")...); got != 0 {
		t.Errorf("pages and health: %d limited", got)
	}
}

func TestTenantLimit(t *testing.T) {
	b := setup(t, nil)
	allow := TenantLimit(b.limiter, limit.Rule{PerSecond: 1, Burst: 3})
	noisy, quiet := uuid.New(), uuid.New()
	refused := 0
	for range 10 {
		if err := allow(t.Context(), noisy); err != nil {
			refused++
			if f, ok := fault.As(err); !ok || f.Kind != fault.KindLimited || f.RetryAfter < 1 {
				t.Fatalf("err = %v", err)
			}
		}
	}
	if refused != 7 || allow(t.Context(), quiet) != nil {
		t.Errorf("%d of 10 refused, want 7, and the neighbour none", refused)
	}
}
