package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"

	khttp "github.com/go-kratos/kratos/v2/transport/http"
	"github.com/google/uuid"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"zhuxin/app/api/route"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// core is what filters and middleware of one server share.
type core struct {
	cfg     Config
	deps    Deps
	log     *slog.Logger
	clock   calendar.Clock
	routes  map[string]route.Info // by operation
	metrics *metrics

	sessions *cache[[32]byte, Person]
	keys     *cache[[32]byte, access.Actor]
	members  *cache[memberKey, Membership]
	tenants  *cache[uuid.UUID, Membership]
	hqRoles  *cache[uuid.UUID, []access.Role]
}

// New makes the server. The services are put on it by their generated
// Register…HTTPServer; CheckRoutes then proves that none is missing.
func New(cfg Config, deps Deps) (*khttp.Server, error) {
	if err := deps.validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	s := &core{
		cfg: cfg, deps: deps, log: deps.Logger, clock: deps.Clock, metrics: newMetrics(deps.Registry),
		routes:   map[string]route.Info{},
		sessions: newCache[[32]byte, Person](deps.Clock, cfg.SessionCache),
		keys:     newCache[[32]byte, access.Actor](deps.Clock, cfg.SessionCache),
		members:  newCache[memberKey, Membership](deps.Clock, cfg.SessionCache),
		tenants:  newCache[uuid.UUID, Membership](deps.Clock, cfg.SessionCache),
		hqRoles:  newCache[uuid.UUID, []access.Role](deps.Clock, cfg.SessionCache),
	}
	for _, r := range deps.Routes {
		s.routes[r.Operation] = r
	}
	crossOrigin, err := s.crossOrigin()
	if err != nil {
		return nil, fmt.Errorf("server: public URL %q: %w", cfg.PublicURL, err)
	}
	plain, err := s.plain()
	if err != nil {
		return nil, err
	}
	srv := khttp.NewServer(
		khttp.Address(cfg.Address),
		khttp.Timeout(0), // kratos presets 1 s for everything; authorize sets it by route
		khttp.StrictSlash(false),
		khttp.NotFoundHandler(http.HandlerFunc(s.notFound)), // F4: else the DefaultServeMux with pprof
		khttp.MethodNotAllowedHandler(http.HandlerFunc(s.methodNotAllowed)),
		khttp.RequestDecoder(decodeBody),
		khttp.RequestQueryDecoder(decodeQuery),
		khttp.RequestVarsDecoder(decodeVars),
		khttp.ResponseEncoder(encodeReply),
		khttp.ErrorEncoder(func(w http.ResponseWriter, r *http.Request, err error) { WriteError(w, r, s.log, err) }),
		khttp.Filter(s.begin, strip, traced, s.secure, crossOrigin, plain, s.authenticate),
		khttp.Middleware(s.authorize),
	)
	Harden(srv.Server, cfg)
	return srv, nil
}

// Harden sets the limits that net/http leaves open (reliability 37). A route
// that moves a file extends its own deadlines.
func Harden(s *http.Server, cfg Config) {
	cfg = cfg.withDefaults()
	s.ReadHeaderTimeout = cfg.ReadHeaderTimeout
	s.ReadTimeout = cfg.RequestTimeout
	s.WriteTimeout = cfg.RequestTimeout + cfg.ReadHeaderTimeout
	s.IdleTimeout = cfg.IdleTimeout
	s.MaxHeaderBytes = maxHeader
}

func traced(next http.Handler) http.Handler {
	return otelhttp.NewHandler(next, "http", otelhttp.WithFilter(func(r *http.Request) bool {
		return !strings.HasPrefix(r.URL.Path, "/healthz") && !strings.HasPrefix(r.URL.Path, "/readyz")
	}))
}

func (s *core) notFound(w http.ResponseWriter, r *http.Request) { WriteError(w, r, s.log, errNotFound) }

// errMethod has no kind of its own: it is the one fault that only HTTP knows.
var errMethod = fault.New(fault.KindNotFound, "METHOD_NOT_ALLOWED", "this address does not take this method; see /openapi.yaml")

func (s *core) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, info := range s.routes {
		if matches(info.Path, r.URL.Path) && !slices.Contains(allow, info.Method) {
			allow = append(allow, info.Method)
		}
	}
	slices.Sort(allow)
	w.Header().Set("Allow", strings.Join(allow, ", "))
	writeFault(w, r, s.log, errMethod, http.StatusMethodNotAllowed, errMethod)
}

// matches says whether a path fits a template.
func matches(template, path string) bool {
	t, p := strings.Split(template, "/"), strings.Split(path, "/")
	if len(t) != len(p) {
		return false
	}
	for i := range t {
		word, verb, _ := strings.Cut(t[i], ":")
		value, got, _ := strings.Cut(p[i], ":")
		if verb != got || word != value && !strings.HasPrefix(word, "{") {
			return false
		}
	}
	return true
}

var muxPattern = regexp.MustCompile(`:\[\^/:\]\+`)

// CheckRoutes compares what is registered on the server with the contract: a
// service that was forgotten, and a route that came from nowhere.
func CheckRoutes(s *khttp.Server, contract []route.Info) error {
	registered := map[string]bool{}
	err := s.WalkRoute(func(r khttp.RouteInfo) error {
		registered[r.Method+" "+muxPattern.ReplaceAllString(r.Path, "")] = true
		return nil
	})
	faults := []error{err}
	for _, info := range contract {
		name := info.Method + " " + info.Path
		if !registered[name] {
			faults = append(faults, fmt.Errorf("server: %s (%s) is in the contract and nobody serves it", name, info.Operation))
		}
		delete(registered, name)
	}
	for name := range registered {
		faults = append(faults, fmt.Errorf("server: %s is served and in no contract", name))
	}
	return errors.Join(faults...)
}
