package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"

	"zhuxin/app/api/route"
	"zhuxin/shared/idempotency"
)

// limitBody holds the body to the route's size before anybody reads it.
func limitBody(w http.ResponseWriter, r *http.Request, info route.Info) {
	limit := info.MaxBodyBytes
	if limit <= 0 {
		limit = maxJSONBody
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
}

// withCommand hands the Idempotency-Key on to the domain. The hash is over the
// operation, the path and the body without its insignificant spaces, so that a
// repeat by another JSON printer is still a repeat.
func withCommand(ctx context.Context, r *http.Request, c *call, info route.Info) (context.Context, error) {
	if !info.IdempotentByKey {
		return ctx, nil
	}
	keys := r.Header.Values("Idempotency-Key")
	if len(keys) == 0 {
		return ctx, idempotency.ErrKeyRequired
	}
	if len(keys) > 1 || !idempotency.Valid(keys[0]) {
		return ctx, idempotency.ErrKeyInvalid
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return ctx, bodyError(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	payload := raw
	var compact bytes.Buffer
	if json.Compact(&compact, raw) == nil {
		payload = compact.Bytes()
	}
	h := sha256.New()
	for _, part := range [][]byte{[]byte(info.Operation), []byte(r.URL.Path), payload} {
		h.Write(part)
		h.Write([]byte{0})
	}
	return idempotency.With(ctx, idempotency.Command{Key: keys[0], Principal: principal(c.actor), Hash: [32]byte(h.Sum(nil))}), nil
}
