package apitest

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 as authenticator apps have it
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// TOTP is the code of RFC 6238 at an instant, for a base32 secret.
func TOTP(secret string, at time.Time) (string, error) {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		return "", err
	}
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(at.Unix()/30))
	mac := hmac.New(sha1.New, key)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[from:from+4])&0x7fffffff)%1_000_000), nil
}

// kratosFlow is what a test needs of a self-service flow.
type kratosFlow struct {
	ID string `json:"id"`
	UI struct {
		Nodes []struct {
			Attributes struct {
				ID   string `json:"id"`
				Text struct {
					Context struct {
						Secret string `json:"secret"`
					} `json:"context"`
				} `json:"text"`
			} `json:"attributes"`
		} `json:"nodes"`
	} `json:"ui"`
}

// Enrol gives the client's person an authenticator app and answers its secret.
func (e *Env) Enrol(ctx context.Context, c *Client) (string, error) {
	secret := ""
	err := e.selfService(ctx, c, "settings", "", func(f kratosFlow) (map[string]string, error) {
		for _, n := range f.UI.Nodes {
			if n.Attributes.ID == "totp_secret_key" {
				secret = n.Attributes.Text.Context.Secret
			}
		}
		return byApp(secret)
	})
	return secret, err
}

// Verify has the client's person enter the code of his app in his session.
func (e *Env) Verify(ctx context.Context, c *Client, secret string) error {
	return e.selfService(ctx, c, "login", "?aal=aal2&refresh=true", func(kratosFlow) (map[string]string, error) { return byApp(secret) })
}

func byApp(secret string) (map[string]string, error) {
	if secret == "" {
		return nil, errors.New("the flow offers no authenticator app")
	}
	code, err := TOTP(secret, time.Now())
	return map[string]string{"method": "totp", "totp_code": code}, err
}

func (e *Env) selfService(ctx context.Context, c *Client, kind, query string, fields func(kratosFlow) (map[string]string, error)) error {
	var f kratosFlow
	if err := e.kratos(ctx, c, http.MethodGet, "/self-service/"+kind+"/api"+query, nil, &f); err != nil {
		return err
	}
	in, err := fields(f)
	if err != nil {
		return err
	}
	return e.kratos(ctx, c, http.MethodPost, "/self-service/"+kind+"?flow="+f.ID, in, &struct{}{})
}

// kratos speaks to the identity server itself: the gateway's limits are tested elsewhere.
func (e *Env) kratos(ctx context.Context, c *Client, method, path string, in map[string]string, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, e.Conf.Kratos.PublicURL+path, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("X-Session-Token", c.Token)
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
		return fmt.Errorf("%s: %d %s", path, res.StatusCode, b)
	}
	return json.Unmarshal(b, out)
}
