package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"zhuxin/shared/fault"
)

// body is the one shape of every failure.
type body struct {
	Code      int               `json:"code"`
	Reason    string            `json:"reason"`
	Message   string            `json:"message"`
	Metadata  map[string]string `json:"metadata"`
	Fields    []fault.Field     `json:"fields"`
	RequestID string            `json:"request_id"`
}

var statuses = map[fault.Kind]int{
	fault.KindInternal:     http.StatusInternalServerError,
	fault.KindInvalid:      http.StatusBadRequest,
	fault.KindUnauthorized: http.StatusUnauthorized,
	fault.KindForbidden:    http.StatusForbidden,
	fault.KindNotFound:     http.StatusNotFound,
	fault.KindConflict:     http.StatusConflict,
	fault.KindMismatch:     http.StatusUnprocessableEntity,
	fault.KindTooLarge:     http.StatusRequestEntityTooLarge,
	fault.KindLimited:      http.StatusTooManyRequests,
	fault.KindUnavailable:  http.StatusServiceUnavailable,
}

// Status gives the HTTP status of a kind.
func Status(k fault.Kind) int {
	if s, ok := statuses[k]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// The faults that the transport itself finds.
var (
	errInternal = fault.New(fault.KindInternal, "INTERNAL",
		"something went wrong on our side; report the request id if it happens again")
	errTimeout = fault.Unavailable("TIMEOUT",
		"this took too long and may still have happened; look, or repeat it with the same Idempotency-Key")
	errCancelled = fault.Unavailable("CANCELLED", "the client has gone away")
	errTooLarge  = fault.New(fault.KindTooLarge, "BODY_TOO_LARGE", "the body is larger than this route takes")
	errNotFound  = fault.NotFound("ROUTE_NOT_FOUND", "there is no such route; see /openapi.yaml")
)

// present turns any error into the fault that a client may see. What is not a
// fault of ours never shows its text: it may hold SQL, paths or addresses (P34).
func present(err error) *fault.Error {
	var tooLarge *http.MaxBytesError
	f, isFault := fault.As(err)
	switch {
	case errors.As(err, &tooLarge):
		return errTooLarge.With("max_bytes", strconv.FormatInt(tooLarge.Limit, 10)).Wrap(err)
	case isFault && f.Kind != fault.KindInternal:
		return f
	case errors.Is(err, context.DeadlineExceeded):
		return errTimeout.Wrap(err)
	case errors.Is(err, context.Canceled):
		return errCancelled.Wrap(err)
	}
	return errInternal.Wrap(err)
}

// WriteError is the single place where an error becomes an answer. It logs the
// cause once, under the request id that the client sees.
func WriteError(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	f := present(err)
	writeFault(w, r, log, f, Status(f.Kind), err)
}

func writeFault(w http.ResponseWriter, r *http.Request, log *slog.Logger, f *fault.Error, status int, err error) {
	id := RequestID(r.Context())
	if id == "" {
		id = w.Header().Get(headerRequestID)
	}
	switch cause := errors.Unwrap(error(f)); {
	case f.Reason == errCancelled.Reason:
		log.DebugContext(r.Context(), "client went away", "request_id", id)
	case status == http.StatusInternalServerError:
		log.ErrorContext(r.Context(), "request failed", "request_id", id, "operation", callFrom(r.Context()).operation, "error", err)
	case cause != nil && status >= http.StatusInternalServerError:
		log.WarnContext(r.Context(), "request failed", "request_id", id, "operation", callFrom(r.Context()).operation, "reason", f.Reason, "error", err)
	}
	h := w.Header()
	h.Del("Content-Length")
	h.Del("Content-Disposition")
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if f.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	out := body{Code: status, Reason: f.Reason, Message: f.Message, Metadata: f.Meta, Fields: f.Fields, RequestID: id}
	if out.Metadata == nil {
		out.Metadata = map[string]string{}
	}
	if out.Fields == nil {
		out.Fields = []fault.Field{}
	}
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(out); err != nil {
		log.DebugContext(r.Context(), "error not delivered", "request_id", id, "error", err)
	}
}
