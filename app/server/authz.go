package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/go-kratos/kratos/v2/middleware"
	"github.com/go-kratos/kratos/v2/transport"
	khttp "github.com/go-kratos/kratos/v2/transport/http"
	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"zhuxin/app/api/route"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

// HeaderTenant selects the subsidiary to work in. It grants nothing.
const HeaderTenant = "X-Zhuxin-Tenant"

// The faults of authorization. One subsidiary that does not exist and one that is
// not the caller's are the same answer (P1).
var (
	ErrTenantNotFound = fault.NotFound("TENANT_NOT_FOUND",
		"this subsidiary does not exist or you do not belong to it; name one of yours in the header "+HeaderTenant)
	ErrTenantSuspended = fault.Forbidden("TENANT_SUSPENDED",
		"this subsidiary is suspended; ask headquarters")
	ErrTenantOutdated = &fault.Error{Kind: fault.KindUnavailable, Reason: "TENANT_SCHEMA_OUTDATED",
		Message: "this subsidiary's data is being brought up to date; try again in a minute", RetryAfter: 30}
	ErrTenantPreparing = &fault.Error{Kind: fault.KindUnavailable, Reason: "TENANT_NOT_READY",
		Message: "this subsidiary is being set up; try again in a minute", RetryAfter: 10}

	errPersonRequired = fault.Forbidden("PERSON_REQUIRED", "an API key cannot do this; a person has to log in")
	errUnknownRoute   = fault.Forbidden("OPERATION_DENIED", "this route is in no contract")
)

// authorize lets a request through to its service only by the rule in the proto:
// an operation without a rule is refused (reliability 40).
func (s *core) authorize(next middleware.Handler) middleware.Handler {
	return func(ctx context.Context, req any) (any, error) {
		r, ok := khttp.RequestFromServerContext(ctx)
		tr, ok2 := transport.FromServerContext(ctx)
		if !ok || !ok2 {
			return nil, errUnknownRoute
		}
		c := callFrom(ctx)
		info, ok := s.routes[tr.Operation()]
		if !ok {
			s.log.ErrorContext(ctx, "operation without a rule", "operation", tr.Operation(), "request_id", c.requestID)
			return nil, errUnknownRoute
		}
		c.operation = info.Operation
		hc, ok := ctx.(khttp.Context)
		if !ok {
			return nil, errUnknownRoute
		}
		ctx, cancel := s.limitTime(ctx, hc.Response(), info)
		defer cancel()
		ctx, err := s.admit(ctx, r, c, info)
		if err == nil {
			limitBody(hc.Response(), r, info)
			ctx, err = withCommand(ctx, r, c, info)
		}
		if err == nil {
			ctx, err = s.stepUp(ctx, r, c, info)
		}
		if err != nil {
			return nil, timely(ctx, err)
		}
		c.admitted = true
		reply, err := next(ctx, req)
		if err == nil {
			s.finishStepUp(ctx, info)
		}
		return reply, timely(ctx, err)
	}
}

// limitTime gives a route that moves a file more time, also on the connection,
// whose deadlines are made for short requests.
func (s *core) limitTime(ctx context.Context, w http.ResponseWriter, info route.Info) (context.Context, context.CancelFunc) {
	limit := s.cfg.RequestTimeout
	if info.RawRequest || info.RawReply {
		limit = s.cfg.TransferTimeout
	}
	// Not every writer has deadlines (a test's has none); the context's holds anyway.
	control, until := http.NewResponseController(w), s.clock.Now().Add(limit+5*time.Second)
	_ = control.SetReadDeadline(until)
	_ = control.SetWriteDeadline(until)
	inner, cancel := context.WithTimeout(ctx, limit)
	if info.RawReply {
		// The file is sent after the service has returned; its source lives as
		// long as the request.
		context.AfterFunc(ctx, cancel)
		return inner, func() {}
	}
	return inner, cancel
}

// timely gives the time limit as the cause where a driver only says "cancelled":
// lib/pq answers 57014 (reliability 3).
func timely(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if f, ok := fault.As(err); ok && f.Kind != fault.KindInternal {
		return err
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return errTimeout.Wrap(err)
	}
	return err
}

// admit decides by side and permission, and gives the context of the service:
// actor, and the subsidiary's schema where the route is inside one.
func (s *core) admit(ctx context.Context, r *http.Request, c *call, info route.Info) (context.Context, error) {
	actor, err := s.actor(ctx, r, c, info)
	if err != nil {
		return ctx, err
	}
	if info.Permission != access.Public && info.Permission != access.Self && !actor.Can(info.Permission) {
		c.actor = actor
		return ctx, access.ErrForbidden.With("permission", string(info.Permission))
	}
	if actor.Kind != "" {
		actor.RequestID = c.requestID
		c.actor = actor
		ctx = access.With(ctx, actor)
	}
	span := trace.SpanFromContext(ctx)
	span.SetName(info.Operation)
	span.SetAttributes(attribute.String("zhuxin.request_id", c.requestID))
	if actor.TenantID == uuid.Nil {
		return ctx, nil
	}
	span.SetAttributes(attribute.String("zhuxin.tenant_id", actor.TenantID.String()))
	bound, err := s.deps.BindTenant(ctx, actor.TenantID)
	if err != nil {
		return ctx, err // a failed binding may come without a context
	}
	return bound, nil
}

func (s *core) actor(ctx context.Context, r *http.Request, c *call, info route.Info) (access.Actor, error) {
	who := c.caller
	person := access.Actor{Kind: access.KindPerson, ID: who.person.ID, Name: who.person.Name, Email: who.person.Email}
	if info.Permission == access.Public {
		if who.kind == callerPerson && who.err == nil {
			return person, nil
		}
		return access.Actor{}, nil
	}
	switch {
	case who.kind == callerNobody:
		return access.Actor{}, access.ErrUnauthenticated
	case who.err != nil:
		return access.Actor{}, who.err
	case info.Side == route.SideTenant:
		return s.tenantActor(ctx, r, who, person)
	case who.kind != callerPerson:
		return access.Actor{}, errPersonRequired
	case info.Side == route.SideHQ:
		roles, err := s.hqRoles.get(person.ID, who.stale, func() ([]access.Role, error) {
			return s.deps.Memberships.HQ(ctx, person.ID)
		})
		person.Roles = roles
		return person, err
	case info.Side == route.SideAccount:
		return person, nil
	}
	return access.Actor{}, errUnknownRoute
}

// tenantActor gives the caller inside one subsidiary: the person in the one that
// the header selects, the key in its own.
func (s *core) tenantActor(ctx context.Context, r *http.Request, who caller, person access.Actor) (access.Actor, error) {
	slugs := r.Header.Values(HeaderTenant)
	var m Membership
	var err error
	actor := person
	if who.kind == callerKey {
		actor = who.key
		// Also for a write, the state of a key's subsidiary may be as old as what is
		// known of the key itself: one question for each order of an ERP would cost
		// as much as the order's check.
		m, err = s.tenants.get(actor.TenantID, true, func() (Membership, error) {
			return s.deps.Memberships.Tenant(ctx, actor.TenantID)
		})
		if len(slugs) > 0 && !slices.Equal(slugs, []string{m.Slug}) && err == nil {
			return actor, ErrTenantNotFound
		}
	} else {
		if len(slugs) != 1 || slugs[0] == "" || len(slugs[0]) > 100 {
			return actor, ErrTenantNotFound
		}
		m, err = s.members.get(memberKey{person.ID, slugs[0]}, who.stale, func() (Membership, error) {
			return s.deps.Memberships.Resolve(ctx, person.ID, slugs[0])
		})
		actor.TenantID, actor.Roles = m.TenantID, m.Roles
	}
	if err != nil {
		if f, ok := fault.As(err); ok && f.Kind == fault.KindNotFound {
			return actor, ErrTenantNotFound
		}
		return actor, err
	}
	switch m.State {
	case TenantReady:
	case TenantSuspended:
		return actor, ErrTenantSuspended
	case TenantOutdated:
		return actor, ErrTenantOutdated
	default:
		return actor, ErrTenantPreparing
	}
	if actor.TenantID == uuid.Nil {
		return actor, ErrTenantNotFound
	}
	if s.deps.TenantLimit != nil {
		return actor, s.deps.TenantLimit(ctx, actor.TenantID)
	}
	return actor, nil
}

type memberKey struct {
	person uuid.UUID
	slug   string
}
