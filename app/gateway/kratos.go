package gateway

import (
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"zhuxin/shared/fault"
)

// flows of Kratos that a person uses himself.
var flows = []string{"login", "registration", "recovery", "verification", "settings"}

var (
	crossOrigin    = http.NewCrossOriginProtection()
	errCrossOrigin = fault.Forbidden("CROSS_ORIGIN_REFUSED", "this request came from a page of another site; open the console itself")
)

// kratosMethods lists exactly what passes through, by path: everything else of
// Kratos, and all of its admin side, has no address here.
var kratosMethods = func() map[string][]string {
	m := map[string][]string{
		"/self-service/logout":         {"GET"},
		"/self-service/logout/browser": {"GET"},
		"/self-service/logout/api":     {"DELETE"},
		"/self-service/errors":         {"GET"},
		"/sessions/whoami":             {"GET"},
		"/sessions":                    {"GET", "DELETE"}, // one's own other sessions

		"/.well-known/ory/webauthn.js": {"GET"},
	}
	for _, f := range flows {
		base := "/self-service/" + f
		m[base] = []string{"GET", "POST"}
		m[base+"/browser"] = []string{"GET"}
		m[base+"/api"] = []string{"GET"}
		m[base+"/flows"] = []string{"GET"}
	}
	return m
}()

var errKratosAway = &fault.Error{Kind: fault.KindUnavailable, Reason: "IDENTITY_UNAVAILABLE",
	Message: "logging in is not possible at the moment; try again in a few seconds", RetryAfter: 5}

func (g *Gateway) serveKratos(w http.ResponseWriter, r *http.Request, ip netip.Addr) {
	if !slices.Contains(kratosMethods[r.URL.Path], r.Method) {
		g.fail(w, r, errClosed)
		return
	}
	// Kratos has its own token for flows; ending sessions has none.
	if crossOrigin.Check(r) != nil {
		g.fail(w, r, errCrossOrigin)
		return
	}
	if r.Method == http.MethodPost {
		attempt, err := g.readAttempt(w, r)
		if err == nil {
			err = g.limitLogin(r, ip, attempt)
		}
		if err != nil {
			g.fail(w, r, err)
			return
		}
		r = r.WithContext(withAttempt(r.Context(), attempt))
	}
	g.kratos.ServeHTTP(w, r)
}

func (g *Gateway) kratosProxy(to *url.URL) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.SetURL(to)
			g.forwarded(pr)
			pr.Out.Header.Del("Authorization") // an API key is nothing for Kratos
		},
		ModifyResponse: func(resp *http.Response) error {
			if err := dropDoubles(resp); err != nil {
				return err
			}
			resp.Header.Set("Cache-Control", "no-store")
			g.keepOrigin(resp.Header, to)
			g.knowDevice(resp)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) { g.fail(w, r, errKratosAway.Wrap(err)) },
		Transport:    transport(10 * time.Second),
	}
}

// keepOrigin turns a redirect to Kratos' own address into one to ours, whatever
// its base_url says: a browser must never be sent to an inner address.
func (g *Gateway) keepOrigin(h http.Header, inner *url.URL) {
	u, err := url.Parse(h.Get("Location"))
	if err != nil || !strings.EqualFold(u.Host, inner.Host) || u.Host == "" {
		return
	}
	u.Scheme, u.Host = g.public.Scheme, g.public.Host
	h.Set("Location", u.String())
}
