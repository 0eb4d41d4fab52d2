package gateway

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"zhuxin/app/gateway/limit"
	"zhuxin/app/server"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// Config is how the gateway behaves.
type Config struct {
	PublicURL       string // origin that browsers see
	KratosURL       string // public side of the identity server; never its admin side
	APIURL          string // where the API is when it is not in this process
	SessionCookie   string // its name; zhuxin_session when empty
	TrustedProxies  []netip.Prefix
	TransferTimeout time.Duration // for uploads and downloads that pass through; 10 min
	Limits          Limits
	Secret          []byte // at least 32 bytes; counts and device cookies are keyed by it
}

// Limits are the requests that one client gets. The login limits are P23.
type Limits struct {
	IP              limit.Rule
	Principal       limit.Rule // of one session or API key
	LoginPerAccount int
	LoginPerIP      int
	LoginWindow     time.Duration
}

// Deps is what the gateway hands requests to.
type Deps struct {
	Logger  *slog.Logger
	Clock   calendar.Clock
	Limiter *limit.Limiter
	API     http.Handler // in this process; nil where APIURL names another
	Console http.Handler // the web console, which answers its own pages for unknown paths
}

// Gateway is the handler of the public listener.
type Gateway struct {
	cfg     Config
	public  *url.URL
	log     *slog.Logger
	clock   calendar.Clock
	limiter *limit.Limiter
	secret  []byte
	api     http.Handler
	console http.Handler
	kratos  *httputil.ReverseProxy
}

// New makes the gateway.
func New(cfg Config, deps Deps) (*Gateway, error) {
	g := &Gateway{cfg: cfg, log: deps.Logger, clock: deps.Clock, limiter: deps.Limiter, console: deps.Console, api: deps.API}
	if deps.Logger == nil || deps.Clock == nil || deps.Limiter == nil || deps.Console == nil {
		return nil, errors.New("gateway: Deps needs Logger, Clock, Limiter and Console")
	}
	if (deps.API == nil) == (cfg.APIURL == "") {
		return nil, errors.New("gateway: name the API once: Deps.API in this process or Config.APIURL elsewhere")
	}
	if len(cfg.Secret) < 32 {
		return nil, errors.New("gateway: Config.Secret is shorter than 32 bytes")
	}
	l := cfg.Limits
	if l.IP.PerSecond < 1 || l.IP.Burst < 1 || l.Principal.PerSecond < 1 || l.Principal.Burst < 1 || l.LoginPerAccount < 1 || l.LoginPerIP < 1 || l.LoginWindow <= 0 {
		return nil, errors.New("gateway: every limit must be at least 1")
	}
	if g.cfg.SessionCookie == "" {
		g.cfg.SessionCookie = "zhuxin_session"
	}
	if g.cfg.TransferTimeout <= 0 {
		g.cfg.TransferTimeout = 10 * time.Minute
	}
	var err error
	if g.secret, err = hkdf.Key(sha256.New, cfg.Secret, nil, "zhuxin gateway v1", 32); err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	if g.public, err = parseOrigin(cfg.PublicURL); err != nil {
		return nil, fmt.Errorf("gateway: public URL: %w", err)
	}
	kratos, err := parseOrigin(cfg.KratosURL)
	if err != nil {
		return nil, fmt.Errorf("gateway: Kratos URL: %w", err)
	}
	g.kratos = g.kratosProxy(kratos)
	if cfg.APIURL != "" {
		api, err := parseOrigin(cfg.APIURL)
		if err != nil {
			return nil, fmt.Errorf("gateway: API URL: %w", err)
		}
		g.api = g.apiProxy(api)
	}
	return g, nil
}

func parseOrigin(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is no origin", raw)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

var (
	errPath    = fault.New(fault.KindInvalid, "PATH_INVALID", "this address is not written plainly; take out dots, double slashes and encoded slashes")
	errClosed  = fault.NotFound("ROUTE_NOT_FOUND", "there is no such address")
	errPanic   = fault.New(fault.KindInternal, "INTERNAL", "something went wrong on our side")
	errAPIAway = &fault.Error{Kind: fault.KindUnavailable, Reason: "API_UNAVAILABLE", Message: "the service does not answer at the moment; try again in a few seconds", RetryAfter: 5}
)

// ServeHTTP finds out who asks and whether he may ask that often, and hands on.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	server.TakeRequestID(w, r)
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p) //nolint:forbidigo // net/http cuts the connection by it
		default:
			g.log.ErrorContext(r.Context(), "panic in the gateway", "request_id", w.Header().Get("X-Request-Id"), "panic", p, "stack", string(debug.Stack()))
			g.fail(w, r, errPanic)
		}
	}()
	g.headers(w)
	ip := server.ClientIP(r, g.cfg.TrustedProxies)
	r = r.WithContext(server.WithClientIP(r.Context(), ip))
	server.StripSpoofable(r.Header)
	if !isPlain(r.URL) {
		g.fail(w, r, errPath)
		return
	}
	switch where := classify(r.URL.Path); where {
	case toConsole:
		g.serveConsole(w, r)
	case toAPI, toKratos:
		if r.URL.Path != "/healthz" {
			if err := g.limitTraffic(r, ip); err != nil {
				g.fail(w, r, err)
				return
			}
		}
		if where == toKratos {
			g.serveKratos(w, r, ip)
			return
		}
		g.api.ServeHTTP(w, r)
	default:
		g.fail(w, r, errClosed)
	}
}

// fail writes an error in the one shape. A gateway answers nothing of its own that
// could be framed or cached.
func (g *Gateway) fail(w http.ResponseWriter, r *http.Request, err error) {
	server.WriteError(w, r, g.log, err)
}

func (g *Gateway) headers(w http.ResponseWriter) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
	if g.public.Scheme == "https" {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}

func (g *Gateway) serveConsole(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		g.fail(w, r, errClosed)
		return
	}
	g.console.ServeHTTP(w, r)
}

// isPlain refuses paths that two programs could read in two ways: the part in
// front decides by one reading, the part behind serves by another.
func isPlain(u *url.URL) bool {
	p := u.Path
	if p == "" || p[0] != '/' || strings.ContainsAny(p, "\\\x00\r\n") || strings.Contains(p, "//") {
		return false
	}
	for _, s := range strings.Split(p, "/") {
		if s == "." || s == ".." {
			return false
		}
	}
	raw := strings.ToLower(u.EscapedPath())
	return !strings.Contains(raw, "%2f") && !strings.Contains(raw, "%5c")
}

type destination int

const (
	toNobody destination = iota
	toConsole
	toAPI
	toKratos
)

// apiPaths and closedPaths are served by exact name or as the folder of a path.
var (
	apiPaths    = []string{"/v1", "/openapi.yaml", "/openapi.json", "/docs", "/healthz", "/readyz"}
	kratosPaths = []string{"/self-service", "/sessions", "/.well-known/ory"}
	// Closed although nobody serves them here: no console page may answer 200 where
	// a scanner or a person expects a debug or admin door.
	closedPaths = []string{"/debug", "/admin", "/metrics", "/identities", "/courier", "/schemas", "/health", "/version", "/.well-known"}
)

func classify(p string) destination {
	switch {
	case under(p, apiPaths):
		return toAPI
	case under(p, kratosPaths):
		return toKratos
	case under(p, closedPaths):
		return toNobody
	}
	return toConsole
}

func under(p string, folders []string) bool {
	for _, f := range folders {
		if p == f || strings.HasPrefix(p, f+"/") {
			return true
		}
	}
	return false
}

// apiProxy hands on to an API in another process.
func (g *Gateway) apiProxy(to *url.URL) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.SetURL(to)
			g.forwarded(pr)
		},
		ModifyResponse: dropDoubles,
		ErrorHandler:   func(w http.ResponseWriter, r *http.Request, err error) { g.fail(w, r, errAPIAway.Wrap(err)) },
		Transport:      transport(g.cfg.TransferTimeout),
		FlushInterval:  -1,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control, until := http.NewResponseController(w), g.clock.Now().Add(g.cfg.TransferTimeout)
		// A test's writer has no deadlines; a connection's always has.
		_ = control.SetReadDeadline(until)
		_ = control.SetWriteDeadline(until)
		proxy.ServeHTTP(w, r)
	})
}

// forwarded tells the server behind who the client is, as found out here and not
// as the client says.
func (g *Gateway) forwarded(pr *httputil.ProxyRequest) {
	pr.Out.Host = pr.In.Host
	pr.Out.Header.Set("X-Forwarded-For", server.ClientIP(pr.In, g.cfg.TrustedProxies).String())
	pr.Out.Header.Set("X-Forwarded-Host", g.public.Host)
	pr.Out.Header.Set("X-Forwarded-Proto", g.public.Scheme)
	for _, h := range []string{"Forwarded", "X-Real-Ip", "X-Forwarded-Port", "X-Forwarded-Prefix", "True-Client-Ip"} {
		pr.Out.Header.Del(h)
	}
}

// dropDoubles leaves each header that the gateway has set once.
func dropDoubles(r *http.Response) error {
	for _, h := range []string{"X-Request-Id", "X-Content-Type-Options", "X-Frame-Options", "Strict-Transport-Security", "Server"} {
		r.Header.Del(h)
	}
	return nil
}

func transport(headerTimeout time.Duration) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = nil
	t.ResponseHeaderTimeout = headerTimeout
	t.MaxIdleConnsPerHost = 64
	return t
}
