package directory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// TenantStatus is whether HQ lets a subsidiary work.
type TenantStatus string

// The states of a subsidiary.
const (
	TenantActive    TenantStatus = "active"
	TenantSuspended TenantStatus = "suspended"
)

// Tenant is one subsidiary as HQ keeps it, with the migration state of its schema.
type Tenant struct {
	ID              uuid.UUID
	Slug            string
	Name            string
	ShortName       string
	USCC            party.USCC
	Status          TenantStatus
	SuspendedReason string
	Currency        money.Currency
	SchemaVersion   string
	SchemaStatus    string // current or failed
	Outdated        bool   // the schema is older than this program needs
	CreatedAt       time.Time
}

// TenantStore reads and suspends subsidiaries; provisioning makes them.
type TenantStore interface {
	// Get, ByUSCC and BySlug answer ErrTenantNotFound.
	Get(ctx context.Context, id uuid.UUID) (Tenant, error)
	ByUSCC(ctx context.Context, u party.USCC) (Tenant, error)
	BySlug(ctx context.Context, slug string) (Tenant, error)
	List(ctx context.Context) ([]Tenant, error)
	// SlugsLike lists the slugs that are base itself or base with a suffix.
	SlugsLike(ctx context.Context, base string) ([]string, error)
	SetStatus(ctx context.Context, id uuid.UUID, s TenantStatus, reason string) error
}

// ErrTenantNotFound is also the answer for a subsidiary one does not belong to.
var ErrTenantNotFound = fault.NotFound("TENANT_NOT_FOUND", "there is no such subsidiary, or you do not belong to it")

// Tenants is HQ's view of the subsidiaries.
type Tenants struct {
	Deps
	changed func(tenantID uuid.UUID)
}

// NewTenants makes Tenants. changed is called after a subsidiary was suspended or
// resumed, so that what this process remembers of it is dropped; nil is fine.
func NewTenants(d Deps, changed func(tenantID uuid.UUID)) *Tenants {
	if changed == nil {
		changed = func(uuid.UUID) {}
	}
	return &Tenants{d, changed}
}

// List gives all subsidiaries by name.
func (s *Tenants) List(ctx context.Context) ([]Tenant, error) {
	if _, err := access.Require(ctx, access.HQTenantRead); err != nil {
		return nil, err
	}
	var out []Tenant
	err := s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		out, err = s.Store.Tenants.List(ctx)
		return err
	})
	return out, err
}

// SetTenantStatusInput suspends a subsidiary, with a reason its people read, or
// lets it work again.
type SetTenantStatusInput struct {
	ID     uuid.UUID
	Status TenantStatus
	Reason string
}

// Validate returns all faults of the input with their fields.
func (in SetTenantStatusInput) Validate() error {
	var c fault.Checks
	c.Require(in.ID != uuid.Nil, "id", "REQUIRED", "name the subsidiary")
	c.Require(in.Status == TenantActive || in.Status == TenantSuspended, "status", "UNKNOWN_STATUS", "active or suspended")
	if in.Status == TenantSuspended {
		_, ok := cleanText(in.Reason, maxReason)
		c.Require(ok, "reason", "REQUIRED", fmt.Sprintf("say why in 1 to %d characters; the subsidiary's people read it", maxReason))
	}
	return c.Err()
}

// SetStatus suspends or resumes; it takes effect on the next request. Setting
// the status it has changes nothing.
func (s *Tenants) SetStatus(ctx context.Context, in SetTenantStatusInput) (Tenant, error) {
	if _, err := access.Require(ctx, access.HQTenantManage); err != nil {
		return Tenant{}, err
	}
	if err := in.Validate(); err != nil {
		return Tenant{}, err
	}
	reason := ""
	if in.Status == TenantSuspended {
		reason, _ = cleanText(in.Reason, maxReason)
	}
	var t Tenant
	err := s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		if t, err = s.Store.Tenants.Get(ctx, in.ID); err != nil || t.Status == in.Status {
			return err
		}
		before := map[string]any{"status": t.Status}
		if err := s.Store.Tenants.SetStatus(ctx, t.ID, in.Status, reason); err != nil {
			return err
		}
		t.Status, t.SuspendedReason = in.Status, reason
		action := "tenant.resumed"
		if in.Status == TenantSuspended {
			action = "tenant.suspended"
		}
		return s.record(ctx, change{action: action, objectType: "tenant", objectID: t.ID, tenantID: t.ID,
			before: before, after: map[string]any{"status": t.Status, "reason": reason}})
	})
	if err == nil {
		s.changed(t.ID)
	}
	return t, err
}

// An address needs three characters (tenancy/provision); longer ones than
// maxSlug, with a number behind, are nothing to read out.
const (
	minSlug = 3
	maxSlug = 24
)

// slugBase makes the part of an address from the short name, when that is
// written in Latin letters; else from the end of the USCC: s7341l.
func slugBase(shortName string, u party.USCC) string {
	var b strings.Builder
	hyphen, latin := false, true
	for _, r := range strings.ToLower(shortName) {
		switch {
		case r > 127:
			latin = false
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if hyphen && b.Len() > 0 {
				b.WriteByte('-')
			}
			hyphen = false
			b.WriteRune(r)
		default:
			hyphen = true
		}
	}
	s := b.String()
	if len(s) > maxSlug {
		s = strings.TrimRight(s[:maxSlug], "-")
	}
	if !latin || len(s) < minSlug || s[0] < 'a' {
		return "s" + strings.ToLower(string(u[len(u)-6:]))
	}
	return s
}

// freeSlug is base, or base with the smallest number that nobody has.
func freeSlug(base string, taken []string) string {
	slug := base
	for n := 2; slices.Contains(taken, slug); n++ {
		slug = base + "-" + strconv.Itoa(n)
	}
	return slug
}
