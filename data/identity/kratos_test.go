package identity_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/identity"
	"zhuxin/shared/calendar"
	"zhuxin/shared/directory"
	"zhuxin/shared/fault"
)

const password = "Steel-Bridge-Over-7-Rivers"

// kratos is the real server, named by the environment; without it the test fails.
func kratos(t *testing.T) (*identity.Client, string) {
	t.Helper()
	public, admin := os.Getenv("ZHUXIN_KRATOS_PUBLIC_URL"), os.Getenv("ZHUXIN_KRATOS_ADMIN_URL")
	if public == "" || admin == "" {
		t.Fatal("no Ory Kratos: set ZHUXIN_KRATOS_PUBLIC_URL and ZHUXIN_KRATOS_ADMIN_URL, or run by deploy/dev/cmd/with-servers")
	}
	// The servers of a test run share two cores with everything else.
	c, err := identity.New(identity.Config{PublicURL: public, AdminURL: admin, Timeout: 20 * time.Second}, calendar.System{})
	if err != nil {
		t.Fatal(err)
	}
	return c, public
}

func newAddress() string { return "p-" + uuid.NewString()[:13] + "@identity.example" }

func reason(err error) string {
	f, ok := fault.As(err)
	if !ok {
		return ""
	}
	return f.Reason
}

// flow is one self-service flow without a browser.
type flow struct {
	ID string `json:"id"`
	UI struct {
		Action string `json:"action"`
		Nodes  []struct {
			Attributes struct {
				ID   string `json:"id"`
				Name string `json:"name"`
				Text struct {
					Context struct {
						Secret string `json:"secret"`
					} `json:"context"`
				} `json:"text"`
				Value any `json:"value"`
			} `json:"attributes"`
		} `json:"nodes"`
	} `json:"ui"`
}

func call(t *testing.T, method, url, token string, body, into any) *http.Response {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	if method != http.MethodGet {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("X-Session-Token", token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s: %s", method, url, res.Status, text)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
	return res
}

// submit starts a flow and hands its fields in. The action carries the public
// origin, which a test has no gateway on, so only its query is taken.
func submit(t *testing.T, public, kind, token string, fields func(f flow) map[string]any) string {
	t.Helper()
	var f flow
	call(t, http.MethodGet, public+"/self-service/"+kind+"/api", token, nil, &f)
	var done struct {
		SessionToken string `json:"session_token"`
	}
	call(t, http.MethodPost, public+"/self-service/"+kind+"?flow="+f.ID, token, fields(f), &done)
	return done.SessionToken
}

func login(t *testing.T, public, email string) string {
	t.Helper()
	return submit(t, public, "login", "", func(flow) map[string]any {
		return map[string]any{"method": "password", "identifier": email, "password": password}
	})
}

func TestLoginMadeByAnOperator(t *testing.T) {
	t.Parallel()
	c, public := kratos(t)
	email := newAddress()
	_, err := c.FindByEmail(t.Context(), email)
	if reason(err) != "PERSON_NOT_FOUND" {
		t.Fatalf("found nobody's address: %v", err)
	}
	made, err := c.Create(t.Context(), directory.NewIdentity{Email: email, Name: "王工", Password: password})
	if err != nil || !made.EmailVerified || made.Email != email || made.Name != "王工" {
		t.Fatalf("%+v, %v", made, err)
	}
	found, err := c.FindByEmail(t.Context(), email)
	if err != nil || found != made {
		t.Fatalf("%+v, %v", found, err)
	}
	_, err = c.Create(t.Context(), directory.NewIdentity{Email: email, Name: "王工"})
	if reason(err) != "IDENTITY_REFUSED" {
		t.Errorf("a second login with the address: %v", err)
	}

	token := login(t, public, email)
	s, err := c.Session(t.Context(), directory.Credential{Token: token})
	if err != nil || s.Person != made || s.AAL != "aal1" || len(s.Methods) != 1 || s.Methods[0] != "password" || s.SessionID == "" {
		t.Fatalf("%+v, %v", s, err)
	}
	if err := c.RevokeSessions(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	_, err = c.Session(t.Context(), directory.Credential{Token: token})
	if reason(err) != "SESSION_INVALID" {
		t.Errorf("a revoked session: %v", err)
	}
	if err := c.RevokeSessions(t.Context(), made.ID); err != nil {
		t.Errorf("revoking none: %v", err)
	}
}

func TestLoginWithoutPassword(t *testing.T) {
	t.Parallel()
	c, _ := kratos(t)
	email := newAddress()
	p, err := c.Create(t.Context(), directory.NewIdentity{Email: email, Name: "陈"})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := c.FindByEmail(t.Context(), email); err != nil || found != p {
		t.Fatalf("%+v, %v", found, err)
	}
	code, err := c.RecoveryCode(t.Context(), p.ID)
	if err != nil || code.Code == "" || !strings.Contains(code.Link, "flow=") || !code.ExpiresAt.After(time.Now()) {
		t.Errorf("%+v, %v", code, err)
	}
	_, err = c.RecoveryCode(t.Context(), uuid.New())
	if reason(err) != "PERSON_NOT_FOUND" {
		t.Errorf("a code for nobody: %v", err)
	}
}

func TestSelfRegistrationIsUnverified(t *testing.T) {
	t.Parallel()
	c, public := kratos(t)
	email := newAddress()
	token := submit(t, public, "registration", "", func(flow) map[string]any {
		return map[string]any{"method": "password", "password": password, "traits": map[string]any{"email": email, "name": "李"}}
	})
	s, err := c.Session(t.Context(), directory.Credential{Token: token})
	if err != nil || s.EmailVerified || s.Email != email {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestBrowserSession(t *testing.T) {
	t.Parallel()
	c, public := kratos(t)
	email := newAddress()
	made, err := c.Create(t.Context(), directory.NewIdentity{Email: email, Name: "赵", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	cookie := browserLogin(t, public, email)
	if s, err := c.Session(t.Context(), directory.Credential{Cookie: cookie}); err != nil || s.Person != made {
		t.Errorf("%+v, %v", s, err)
	}
	for name, cred := range map[string]directory.Credential{
		"nothing": {}, "a made-up cookie": {Cookie: "zhuxin_session=MTYz"}, "a made-up token": {Token: "ory_st_nothing"},
		"half a cookie": {Cookie: cookie[:len(cookie)/2]},
	} {
		_, err := c.Session(t.Context(), cred)
		if reason(err) != "SESSION_INVALID" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// browserLogin logs in as a page does and gives the session cookie.
func browserLogin(t *testing.T, public, email string) string {
	t.Helper()
	var f flow
	res := call(t, http.MethodGet, public+"/self-service/login/browser", "", nil, &f)
	fields := map[string]any{"method": "password", "identifier": email, "password": password}
	for _, n := range f.UI.Nodes {
		if n.Attributes.Name == "csrf_token" {
			fields["csrf_token"] = n.Attributes.Value
		}
	}
	b, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, public+"/self-service/login?flow="+f.ID, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	for _, ck := range res.Cookies() {
		req.AddCookie(ck)
	}
	done, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer done.Body.Close()
	for _, ck := range done.Cookies() {
		if ck.Name == "zhuxin_session" {
			return ck.Name + "=" + ck.Value
		}
	}
	text, _ := io.ReadAll(done.Body)
	t.Fatalf("no session cookie: %s: %s", done.Status, text)
	return ""
}
