package identity

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	ory "github.com/ory/kratos-client-go"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// Config names a Kratos. AdminURL may stay empty where only sessions are asked for.
type Config struct {
	PublicURL string        // http://127.0.0.1:4433
	AdminURL  string        // knows no credential: loopback or a private network
	Timeout   time.Duration // 2 s: of one call
}

func (c Config) validate() error {
	var errs []error
	for _, u := range []struct {
		name, value string
		optional    bool
	}{{"PublicURL", c.PublicURL, false}, {"AdminURL", c.AdminURL, true}} {
		if u.value == "" && u.optional {
			continue
		}
		p, err := url.Parse(u.value)
		if err != nil || p.Host == "" || (p.Scheme != "http" && p.Scheme != "https") {
			errs = append(errs, fmt.Errorf("identity: %s %q is no URL like http://127.0.0.1:4433", u.name, u.value))
		}
	}
	return errors.Join(errs...)
}

// Client is one Kratos.
type Client struct {
	public  *ory.APIClient
	admin   *ory.APIClient // nil without an AdminURL
	breaker breaker
}

// New makes a client; it connects with the first call.
func New(c Config, clock calendar.Clock) (*Client, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if c.Timeout <= 0 {
		c.Timeout = 2 * time.Second
	}
	// Not http.DefaultClient, which waits for ever; no proxy, which would see the
	// cookies; no redirects, because the API has none.
	hc := &http.Client{
		Timeout: c.Timeout,
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: c.Timeout, KeepAlive: 30 * time.Second}).DialContext,
			MaxIdleConns:        64,
			MaxIdleConnsPerHost: 64,
			IdleConnTimeout:     90 * time.Second,
			ForceAttemptHTTP2:   true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	client := &Client{public: api(c.PublicURL, hc), breaker: breaker{clock: clock}}
	if c.AdminURL != "" {
		client.admin = api(c.AdminURL, hc)
	}
	return client, nil
}

func api(base string, hc *http.Client) *ory.APIClient {
	cfg := ory.NewConfiguration()
	cfg.HTTPClient, cfg.UserAgent = hc, "zhuxin"
	cfg.Servers = ory.ServerConfigurations{{URL: base}}
	return ory.NewAPIClient(cfg)
}

// ErrUnavailable means that Kratos could not be asked.
var ErrUnavailable = &fault.Error{Kind: fault.KindUnavailable, Reason: "IDENTITY_UNAVAILABLE",
	Message: "logins cannot be checked at the moment; try again in a few seconds", RetryAfter: 5}

// Check says whether Kratos answers, for readiness.
func (c *Client) Check(ctx context.Context) error {
	_, res, err := c.public.MetadataAPI.IsReady(ctx).Execute()
	if err != nil {
		return ErrUnavailable.Wrap(fmt.Errorf("kratos ready: status %s: %w", status(res), err))
	}
	return nil
}

// refused says whether Kratos itself said no, as opposed to not answering
// properly. 429 counts as not answering: it says nothing about the caller.
func refused(res *http.Response) bool {
	return res != nil && res.StatusCode >= 400 && res.StatusCode < 500 &&
		res.StatusCode != http.StatusTooManyRequests && res.StatusCode != http.StatusRequestTimeout
}

func status(res *http.Response) string {
	if res == nil {
		return "none"
	}
	return res.Status
}

// broken notes whether Kratos answered at all, and gives the fault when not.
func (c *Client) broken(ctx context.Context, what string, res *http.Response, err error) error {
	if err == nil || refused(res) {
		c.breaker.ok()
		return nil
	}
	if ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err() // the caller went away; that says nothing about Kratos
	}
	c.breaker.failed()
	return ErrUnavailable.Wrap(fmt.Errorf("kratos %s: status %s: %w", what, status(res), err))
}
