package apitest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/directory"
	"zhuxin/shared/party"
)

// Tenant makes a subsidiary whose administrator is new, and gives both.
func (e *Env) Tenant(ctx context.Context, name string) (directory.Tenant, *Client, error) {
	t, email, err := e.Subsidiary(ctx, name)
	if err != nil {
		return t, nil, err
	}
	c, err := e.Login(ctx, email)
	if err != nil {
		return t, nil, err
	}
	return t, c.In(t.Slug), nil
}

// Person makes somebody with roles in a subsidiary, or at HQ for nil, and logs
// him in.
func (e *Env) Person(ctx context.Context, tenantID *uuid.UUID, name string, roles ...access.Role) (*Client, error) {
	email := Suffix() + "@test.example"
	_, err := e.App.Directory.Admin.EnsureMember(System(ctx), tenantID, directory.NewIdentity{Email: email, Name: name, Password: Password}, roles)
	if err != nil {
		return nil, err
	}
	return e.Login(ctx, email)
}

// Outsider makes somebody who belongs nowhere yet, and logs him in.
func (e *Env) Outsider(ctx context.Context, name string) (*Client, error) {
	email := Suffix() + "@test.example"
	if _, err := e.App.Identity.Create(ctx, directory.NewIdentity{Email: email, Name: name, Password: Password}); err != nil {
		return nil, err
	}
	return e.Login(ctx, email)
}

// USCC makes a random code with a right check character.
func USCC() party.USCC {
	first := "91330100"
	b := make([]byte, 9)
	_, _ = rand.Read(b)
	for _, x := range b {
		first += fmt.Sprint(int(x) % 10)
	}
	c, _ := party.CheckCharacter(first)
	return party.USCC(first + string(c))
}

// Login logs in at Kratos itself: the gateway's limits are tested elsewhere.
func (e *Env) Login(ctx context.Context, email string) (*Client, error) {
	var flow struct {
		UI struct{ Action string }
	}
	if err := fetch(ctx, http.MethodGet, e.Conf.Kratos.PublicURL+"/self-service/login/api", nil, &flow); err != nil {
		return nil, err
	}
	u, err := url.Parse(flow.UI.Action)
	if err != nil {
		return nil, err
	}
	var session struct {
		Token string `json:"session_token"`
	}
	in := map[string]string{"method": "password", "identifier": email, "password": Password}
	if err := fetch(ctx, http.MethodPost, e.Conf.Kratos.PublicURL+u.RequestURI(), in, &session); err != nil {
		return nil, fmt.Errorf("log in %s: %w", email, err)
	}
	return &Client{Base: e.URL, Token: session.Token}, nil
}

func fetch(ctx context.Context, method, address string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 400 {
		return fmt.Errorf("%d %s", res.StatusCode, b)
	}
	return json.Unmarshal(b, out)
}
