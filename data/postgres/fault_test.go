package postgres_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"zhuxin/data/postgres"
	"zhuxin/shared/fault"
)

func pqError(code, constraint string) error {
	return fmt.Errorf("ent: constraint failed: %w", &pq.Error{Code: pqerror.Code(code), Constraint: constraint, Message: "duplicate key 'secret'"})
}

func TestMap(t *testing.T) {
	t.Parallel()
	taken := fault.Conflict("CUSTOMER_EXISTS", "there is already a customer with this code")
	draft := fault.Conflict("NOT_A_DRAFT", "only a draft can be changed")
	rules := []postgres.Rule{postgres.On("customer_uscc_key", taken), postgres.OnState(postgres.NotADraft, draft)}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name string
		ctx  context.Context
		err  error
		want error // nil: internal
	}{
		{"named constraint", t.Context(), pqError("23505", "customer_uscc_key"), taken},
		{"other constraint", t.Context(), pqError("23505", "customer_number_key"), nil},
		{"trigger's state", t.Context(), pqError("ZX002", ""), draft},
		{"serialization failure", t.Context(), pqError("40001", ""), postgres.ErrTryAgain},
		{"deadlock", t.Context(), pqError("40P01", ""), postgres.ErrTryAgain},
		{"lock timeout", t.Context(), pqError("55P03", ""), postgres.ErrBusy},
		{"statement timeout", t.Context(), pqError("57014", ""), postgres.ErrTimeout},
		{"cancelled by the caller", done, pqError("57014", ""), context.Canceled},
		{"broken connection", t.Context(), fmt.Errorf("x: %w", driver.ErrBadConn), postgres.ErrUnavailable},
		{"broken by the caller", done, fmt.Errorf("x: %w", driver.ErrBadConn), context.Canceled},
		{"server shuts down", t.Context(), pqError("57P01", ""), postgres.ErrUnavailable},
		{"too many connections", t.Context(), pqError("53300", ""), postgres.ErrUnavailable},
		{"already a fault", t.Context(), taken.Wrap(errors.New("x")), taken},
		{"anything else", t.Context(), errors.New("boom"), nil},
	} {
		got := postgres.Map(c.ctx, c.err, "insert customer", rules...)
		f, isFault := fault.As(got)
		switch {
		case c.want == nil && (isFault || !errors.Is(got, c.err) || !strings.HasPrefix(got.Error(), "insert customer: ")):
			t.Errorf("%s: want an internal error with its context, got %v", c.name, got)
		case c.want != nil && !errors.Is(got, c.want):
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		case isFault && strings.Contains(f.Message, "secret"):
			t.Errorf("%s: the message tells what the database said: %s", c.name, f.Message)
		}
		if postgres.State(got) != postgres.State(c.err) {
			t.Errorf("%s: the SQLSTATE is lost", c.name)
		}
	}
	if postgres.Map(t.Context(), nil, "x") != nil {
		t.Error("nil must stay nil")
	}
	if !postgres.Violates(pqError("23505", "a"), "a") || postgres.Violates(pqError("23505", "a"), "b") {
		t.Error("Violates looks at the wrong name")
	}
}
