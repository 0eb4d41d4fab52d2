package server

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"zhuxin/shared/calendar"
)

// Readiness answers whether the servers behind this one can be used. It asks at
// most once a second, however often it is asked itself.
type Readiness struct {
	checks map[string]func(context.Context) error
	log    *slog.Logger
	clock  calendar.Clock

	mu    sync.Mutex
	asked time.Time
	last  map[string]string
}

// NewReadiness makes it from checks by name.
func NewReadiness(checks map[string]func(context.Context) error, log *slog.Logger, clock calendar.Clock) *Readiness {
	return &Readiness{checks: checks, log: log, clock: clock}
}

const checkTimeout = 2 * time.Second

// States gives ok or down for each server. Why one is down stands in the log only.
func (r *Readiness) States(ctx context.Context) map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last != nil && r.clock.Now().Sub(r.asked) < time.Second {
		return r.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTimeout)
	defer cancel()
	type result struct {
		name string
		err  error
	}
	results := make(chan result, len(r.checks))
	for name, check := range r.checks {
		go func() { results <- result{name, check(ctx)} }()
	}
	states := map[string]string{}
	for name := range r.checks {
		states[name] = "down"
	}
	for range r.checks {
		select {
		case got := <-results:
			if got.err == nil {
				states[got.name] = "ok"
			} else {
				r.log.WarnContext(ctx, "not ready", "server", got.name, "error", got.err)
			}
		case <-ctx.Done():
		}
	}
	r.last, r.asked = states, r.clock.Now()
	return states
}

// ServeHTTP answers /readyz: 200 when all are ok, 503 otherwise.
func (r *Readiness) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	states := r.States(req.Context())
	status, code := "ok", http.StatusOK
	for _, s := range states {
		if s != "ok" {
			status, code = "unavailable", http.StatusServiceUnavailable
		}
	}
	writeJSON(w, code, map[string]any{"status": status, "checks": states})
}

// healthz says that the process answers; it asks nobody.
func healthz(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

func writeJSON(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the client has gone; nothing is left to be told
}

// NewAdmin makes the server for the operator: metrics and health, for a listener
// on loopback or a private network only. It has no pprof.
func NewAdmin(address string, reg *prometheus.Registry, ready *Readiness) *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", healthz)
	mux.Handle("GET /readyz", ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	s := &http.Server{Addr: address, Handler: mux}
	Harden(s, Config{})
	return s
}
