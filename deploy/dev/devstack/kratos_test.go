package devstack_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"zhuxin/deploy/dev/devstack"
)

// kratosClient speaks the API flavour of Kratos's flows, with a session token in
// place of cookies.
type kratosClient struct {
	t    *testing.T
	base string
}

type flow struct {
	ID string `json:"id"`
	UI struct {
		Action string `json:"action"`
	} `json:"ui"`
	State        string `json:"state"`
	SessionToken string `json:"session_token"`
}

// call sends a request and returns the status and the raw answer.
func (k kratosClient) call(method, path, token string, body any) (int, []byte) {
	k.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		k.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(k.t.Context(), method, k.base+path, bytes.NewReader(text))
	if err != nil {
		k.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	if token != "" {
		req.Header.Set("X-Session-Token", token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		k.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	return resp.StatusCode, answer
}

// submit begins a flow and sends its form.
func (k kratosClient) submit(kind, token string, form map[string]any) (int, []byte) {
	k.t.Helper()
	code, answer := k.call(http.MethodGet, "/self-service/"+kind+"/api", token, nil)
	if code != http.StatusOK {
		k.t.Fatalf("beginning %s: %d %s", kind, code, answer)
	}
	return k.proceed(decodeFlow(k.t, answer), token, form)
}

func (k kratosClient) proceed(f flow, token string, form map[string]any) (int, []byte) {
	k.t.Helper()
	action, err := url.Parse(f.UI.Action)
	if err != nil {
		k.t.Fatal(err)
	}
	return k.call(http.MethodPost, action.RequestURI(), token, form)
}

func decodeFlow(t *testing.T, answer []byte) flow {
	t.Helper()
	var f flow
	if err := json.Unmarshal(answer, &f); err != nil {
		t.Fatalf("%v in %s", err, answer)
	}
	return f
}

func (k kratosClient) login(email, password string) string {
	k.t.Helper()
	code, answer := k.submit("login", "", map[string]any{"method": "password", "identifier": email, "password": password})
	if code != http.StatusOK {
		k.t.Fatalf("login: %d %s", code, answer)
	}
	return decodeFlow(k.t, answer).SessionToken
}

func (k kratosClient) whoami(token string) int {
	k.t.Helper()
	code, _ := k.call(http.MethodGet, "/sessions/whoami", token, nil)
	return code
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// codeFor waits for the newest mail to an address that is not one of those
// before, and returns its code.
func codeFor(t *testing.T, s *devstack.Stack, address string, mailsBefore int) string {
	t.Helper()
	var code string
	eventually(t, 10*time.Second, "a mail with a code for "+address, func() bool {
		mails, err := s.Mail().List(address, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(mails) <= mailsBefore {
			return false
		}
		if !strings.Contains(mails[0].Subject, "筑信") || !strings.Contains(mails[0].Text, "验证码") {
			t.Errorf("the mail is not ours: %q", mails[0].Subject)
		}
		code = sixDigits.FindString(mails[0].Text)
		return code != ""
	})
	return code
}

// TestKratosFlows holds the settings of deploy/kratos: who signs up is logged
// in, passwords have ten characters, codes come by mail, a new password ends the
// other sessions, and cookies work on plain http on loopback.
func TestKratosFlows(t *testing.T) {
	t.Parallel()
	const email, password = "li.wei@example.com", "a longer secret 1"
	s := start(t, config(t, stackDir(t), devstack.Kratos))
	k := kratosClient{t, env(t, s, "ZHUXIN_KRATOS_PUBLIC_URL")}
	form := map[string]any{"method": "password", "traits": map[string]string{"email": email, "name": "李伟"}}

	form["password"] = "short pw1"
	if code, answer := k.submit("registration", "", form); code != http.StatusBadRequest || !strings.Contains(string(answer), "10") {
		t.Errorf("a password of nine characters: %d %s", code, answer)
	}
	form["password"] = password
	code, answer := k.submit("registration", "", form)
	first := decodeFlow(t, answer).SessionToken
	if code != http.StatusOK || first == "" || k.whoami(first) != http.StatusOK {
		t.Fatalf("registration must log in: %d %s", code, answer)
	}

	// Verification by the code that registration sent.
	var done struct {
		ContinueWith []struct {
			Action string `json:"action"`
			Flow   flow   `json:"flow"`
		} `json:"continue_with"`
	}
	if err := json.Unmarshal(answer, &done); err != nil {
		t.Fatal(err)
	}
	verified := false
	for _, next := range done.ContinueWith {
		if next.Action == "show_verification_ui" {
			_, answer := k.call(http.MethodPost, "/self-service/verification?flow="+next.Flow.ID, "",
				map[string]any{"method": "code", "code": codeFor(t, s, email, 0)})
			verified = decodeFlow(t, answer).State == "passed_challenge"
		}
	}
	if !verified {
		t.Error("the code from the mail does not verify the address")
	}

	// A new password ends the other session and keeps this one.
	second := k.login(email, password)
	if code, answer := k.submit("settings", second, map[string]any{"method": "password", "password": "another secret 22"}); code != http.StatusOK {
		t.Fatalf("new password: %d %s", code, answer)
	}
	if got := k.whoami(first); got != http.StatusUnauthorized {
		t.Errorf("the other session answers %d after the password changed, want 401", got)
	}
	if got := k.whoami(second); got != http.StatusOK {
		t.Errorf("the session that changed the password answers %d, want 200", got)
	}

	// Recovery by code.
	code, answer = k.submit("recovery", "", map[string]any{"method": "code", "email": email})
	if code != http.StatusOK {
		t.Fatalf("recovery: %d %s", code, answer)
	}
	code, answer = k.proceed(decodeFlow(t, answer), "", map[string]any{"method": "code", "code": codeFor(t, s, email, 1)})
	// Kratos answers a right code with the way to the page for a new password.
	if code != http.StatusUnprocessableEntity || !strings.Contains(string(answer), "/auth/settings?flow=") {
		t.Errorf("recovery by code: %d %s", code, answer)
	}

	checkCookies(t, k.base)
}

func checkCookies(t *testing.T, base string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/self-service/login/browser", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if len(resp.Cookies()) == 0 {
		t.Error("the browser flow sets no cookie")
	}
	for _, c := range resp.Cookies() {
		if c.Secure || c.SameSite != http.SameSiteLaxMode || !c.HttpOnly {
			t.Errorf("cookie %s: Secure %v SameSite %v HttpOnly %v; want false, Lax, true", c.Name, c.Secure, c.SameSite, c.HttpOnly)
		}
	}
	if to := resp.Header.Get("Location"); !strings.Contains(to, "/auth/login?flow=") {
		t.Errorf("the browser flow leads to %q, not to the console's page", to)
	}
}
