package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// browser is a client with cookies before a gateway before the real Ory Kratos.
type browser struct {
	t      *testing.T
	client *http.Client
	origin string
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	kratos, public := os.Getenv("ZHUXIN_KRATOS_PUBLIC_URL"), os.Getenv("ZHUXIN_PUBLIC_URL")
	if kratos == "" || public == "" {
		t.Fatal("ZHUXIN_KRATOS_PUBLIC_URL and ZHUXIN_PUBLIC_URL are not set: this test needs a real Ory Kratos; run it by make test, or go run ./deploy/dev/cmd/with-servers")
	}
	b := setup(t, func(c *Config, _ *Deps) { c.KratosURL, c.PublicURL = kratos, public })
	front := httptest.NewServer(b)
	t.Cleanup(front.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, origin: front.URL}
}

func (b *browser) send(method, path string, body any) (int, map[string]any) {
	b.t.Helper()
	var payload io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		payload = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.origin+path, payload)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/json")
	resp, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil && err != io.EOF {
		b.t.Fatalf("%s %s: %d: %v", method, path, resp.StatusCode, err)
	}
	return resp.StatusCode, out
}

// flow begins a flow and gives the path to post to and its CSRF token.
func (b *browser) flow(kind string) (action, token string) {
	b.t.Helper()
	code, flow := b.send("GET", "/self-service/"+kind+"/browser", nil)
	if code != 200 {
		b.t.Fatalf("begin %s: %d %v", kind, code, flow)
	}
	ui := flow["ui"].(map[string]any)
	u, err := url.Parse(ui["action"].(string))
	if err != nil {
		b.t.Fatal(err)
	}
	if want := os.Getenv("ZHUXIN_PUBLIC_URL"); u.Scheme+"://"+u.Host != want {
		b.t.Errorf("Kratos sends forms to %s, not to our origin %s", u, want)
	}
	for _, n := range ui["nodes"].([]any) {
		if a := n.(map[string]any)["attributes"].(map[string]any); a["name"] == "csrf_token" {
			token = a["value"].(string)
		}
	}
	return u.RequestURI(), token
}

func TestRealKratos(t *testing.T) {
	b := newBrowser(t)
	account, secret := "gateway-"+uuid.NewString()+"@example.com", "correct horse "+uuid.NewString()

	action, token := b.flow("registration")
	code, reply := b.send("POST", action, map[string]any{"method": "password", "csrf_token": token, "password": secret,
		"traits": map[string]any{"email": strings.ToUpper(account), "name": "闸门"}})
	if code != 200 {
		t.Fatalf("registration: %d %v", code, reply)
	}
	code, who := b.send("GET", "/sessions/whoami", nil)
	if code != 200 {
		t.Fatalf("whoami: %d %v", code, who)
	}
	if got := who["identity"].(map[string]any)["traits"].(map[string]any)["email"]; got != account {
		t.Errorf("registered as %v, want the normalised address", got)
	}

	other := newBrowser(t)
	statuses := map[int]int{}
	for range 12 {
		action, token := other.flow("login")
		code, _ := other.send("POST", action, map[string]any{"method": "password", "csrf_token": token, "identifier": account, "password": "wrong " + secret})
		statuses[code]++
	}
	if fmt.Sprint(statuses) != "map[400:10 429:2]" {
		t.Errorf("12 wrong passwords: %v, want 10 checked and 2 refused", statuses)
	}

	third := newBrowser(t) // its gateway has counted nothing yet
	action, token = third.flow("login")
	if code, reply := third.send("POST", action, map[string]any{"method": "password", "csrf_token": token, "identifier": " " + strings.ToUpper(account), "password": secret}); code != 200 {
		t.Errorf("login in another spelling: %d %v", code, reply)
	}
	u, err := url.Parse(third.origin + devicePath)
	if err != nil {
		t.Fatal(err)
	}
	known := false
	for _, c := range third.client.Jar.Cookies(u) {
		known = known || c.Name == deviceCookie
	}
	if !known {
		t.Error("after a login the device is not known")
	}
	for _, path := range []string{"/admin/identities", "/identities", "/health/ready", "/admin/sessions"} {
		if code, _ := third.send("GET", path, nil); code != 404 {
			t.Errorf("%s: %d, want 404", path, code)
		}
	}
}
