package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/gorilla/mux"

	"zhuxin/app/api/route"
	"zhuxin/shared/access"
	"zhuxin/shared/stepup"
)

// HeaderStepUp names the challenge that a repeated request answers.
const HeaderStepUp = "X-Step-Up"

// StepUp asks for the second verification of key operations (shared/stepup).
type StepUp interface {
	// Admit gives the context of the service, with the verification that its change
	// uses up; or the fault that asks for one.
	Admit(ctx context.Context, a stepup.Attempt) (context.Context, error)
	// Finish is called after a request that succeeded.
	Finish(ctx context.Context) error
}

// stepUp asks for a second verification where the route's rule names an act. The
// request is refused before its service sees it.
func (s *core) stepUp(ctx context.Context, r *http.Request, c *call, info route.Info) (context.Context, error) {
	if info.StepUp == "" {
		return ctx, nil
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return ctx, bodyError(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	a := stepup.Attempt{Act: stepup.Act(info.StepUp), HQ: info.Side == route.SideHQ, Challenge: r.Header.Get(HeaderStepUp)}
	if a.Digest, err = stepup.Digest(info.Operation, c.actor.TenantID.String(), r.URL.Path, r.URL.RawQuery, raw); err != nil {
		return ctx, err
	}
	if c.actor.Kind == access.KindPerson {
		a.SecondFactorAt = c.caller.person.SecondFactorAt
	}
	if a.Act == stepup.Approval {
		a.Objects = objects(r, raw)
	}
	return s.deps.StepUp.Admit(ctx, a)
}

// finishStepUp keeps a verification that a request did not use from being good
// for another one. The request has succeeded, so its answer stays.
func (s *core) finishStepUp(ctx context.Context, info route.Info) {
	if info.StepUp == "" {
		return
	}
	if err := s.deps.StepUp.Finish(context.WithoutCancel(ctx)); err != nil {
		s.log.ErrorContext(ctx, "second verification not marked as used", "operation", info.Operation, "error", err)
	}
}

// objects are the ids of a decision: of its path, and of its body's items. What is
// no id names nothing that could be decided on. Of a body that names a field twice
// it does not matter which one is taken: decoding refuses it.
func objects(r *http.Request, body []byte) []uuid.UUID {
	var in struct {
		ID    string `json:"id"`
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	_ = json.Unmarshal(body, &in) // a body that is none is refused when it is decoded
	names := []string{in.ID}
	names = slices.AppendSeq(names, maps.Values(mux.Vars(r)))
	for _, it := range in.Items {
		names = append(names, it.ID)
	}
	var out []uuid.UUID
	for _, n := range names {
		if id, err := uuid.Parse(n); err == nil {
			out = append(out, id)
		}
	}
	return out
}
