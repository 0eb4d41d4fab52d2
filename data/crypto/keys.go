// Package crypto keeps the keysets of each owner, a tenant or HQ, and does with
// them what has to be secret or proved: personal fields, audit seals, files.
//
// An owner has one Tink keyset per purpose, made when it is first needed, stored
// in the owner's own schema and wrapped by the installation's master key; owner
// and purpose are associated data, so a keyset copied to another schema does not
// open. Destroying an owner's keysets makes what he sealed unreadable, in
// backups too.
//
// It owns keys and their cache. What is sealed, and where it lies, is its callers'.
package crypto

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/streamingaead"
	"github.com/tink-crypto/tink-go/v2/tink"

	"zhuxin/shared/calendar"
	"zhuxin/shared/uow"
	"zhuxin/tenancy/scope"
)

// CacheFor bounds how long an opened keyset is used before it is read again, so
// that a rotated or destroyed one takes effect (reliability section 2).
const CacheFor = 5 * time.Minute

// purpose is what a keyset is for; it is the keyset's id in the table.
type purpose string

const (
	purposeField purpose = "field" // AES256-GCM: personal fields
	purposeAudit purpose = "audit" // HMAC-SHA256: audit rows and seals
	purposeFile  purpose = "file"  // AES256-GCM-HKDF, streaming: objects in the store
)

func (p purpose) template() *tinkpb.KeyTemplate {
	switch p {
	case purposeAudit:
		return mac.HMACSHA256Tag256KeyTemplate()
	case purposeFile:
		return streamingaead.AES256GCMHKDF1MBKeyTemplate()
	default:
		return aead.AES256GCMKeyTemplate()
	}
}

// Keys gives the keys of the owner that the context is bound to. It is safe for
// concurrent use.
type Keys struct {
	tx     uow.Tx
	owner  func(context.Context) (string, error)
	master *Master
	clock  calendar.Clock

	mu     sync.Mutex
	cached map[cacheKey]opened
}

type cacheKey struct {
	owner   string
	purpose purpose
}

// opened is a keyset's primitive: exactly one of the three is set.
type opened struct {
	field tink.AEAD
	audit tink.MAC
	file  tink.StreamingAEAD
	until time.Time
}

// Tenant gives the keys of the tenant that the context is bound to.
func Tenant(pool *scope.Pool, master *Master, clock calendar.Clock) *Keys {
	return &Keys{tx: pool.Tenant(), owner: tenantOwner, master: master, clock: clock, cached: map[cacheKey]opened{}}
}

// HQ gives HQ's own keys.
func HQ(pool *scope.Pool, master *Master, clock calendar.Clock) *Keys {
	hq := func(context.Context) (string, error) { return HQOwner, nil }
	return &Keys{tx: pool.HQ(), owner: hq, master: master, clock: clock, cached: map[cacheKey]opened{}}
}

// HQOwner names HQ where a tenant's id names a tenant.
const HQOwner = "hq"

func tenantOwner(ctx context.Context) (string, error) {
	t, ok := scope.TenantFrom(ctx)
	if !ok || t.ID == uuid.Nil {
		return "", fmt.Errorf("crypto: %w: the context is bound to no tenant", scope.ErrNoScope)
	}
	return t.ID.String(), nil
}

// Audit gives the key that audit rows and seals are proved by.
func (k *Keys) Audit(ctx context.Context) (tink.MAC, error) {
	o, err := k.get(ctx, purposeAudit)
	return o.audit, err
}

// File gives the key that objects in the store are encrypted with, as a stream.
func (k *Keys) File(ctx context.Context) (tink.StreamingAEAD, error) {
	o, err := k.get(ctx, purposeFile)
	return o.file, err
}

// Prepare makes the owner's keysets in a transaction of their own, which is short.
// Without it the first transaction that needs one makes it, and everybody else of
// the owner who needs it waits for that one to end.
func (k *Keys) Prepare(ctx context.Context) error {
	for _, p := range []purpose{purposeField, purposeAudit, purposeFile} {
		if _, err := k.get(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keys) field(ctx context.Context) (tink.AEAD, error) {
	o, err := k.get(ctx, purposeField)
	return o.field, err
}

func (k *Keys) get(ctx context.Context, p purpose) (opened, error) {
	owner, err := k.owner(ctx)
	if err != nil {
		return opened{}, err
	}
	key := cacheKey{owner, p}
	k.mu.Lock()
	o, ok := k.cached[key]
	k.mu.Unlock()
	if ok && k.clock.Now().Before(o.until) {
		return o, nil
	}
	err = k.tx.InTx(ctx, func(ctx context.Context) error {
		handle, err := k.load(ctx, owner, p)
		if err != nil {
			return err
		}
		if o, err = open(handle, p); err != nil {
			return err
		}
		o.until = k.clock.Now().Add(CacheFor)
		// Not before the commit: the keyset may have been made by this very
		// transaction, and what a rolled back keyset sealed nobody could open.
		return scope.AfterCommit(ctx, func() {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.cached[key] = o
		})
	})
	if err != nil {
		return opened{}, fmt.Errorf("keyset %s [owner=%s]: %w", p, owner, err)
	}
	return o, nil
}

// load reads the owner's keyset, and makes it when there is none. Of two that
// make it at once, the second waits for the first and takes its keyset.
func (k *Keys) load(ctx context.Context, owner string, p purpose) (*keyset.Handle, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	ad := []byte("owner=" + owner + "|purpose=" + string(p))
	wrapped, err := stored(ctx, c, p)
	if errors.Is(err, sql.ErrNoRows) {
		if err := k.create(ctx, c, p, ad); err != nil {
			return nil, err
		}
		wrapped, err = stored(ctx, c, p)
	}
	if err != nil {
		return nil, err
	}
	h, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(wrapped)), k.master.kek, ad)
	if err != nil {
		return nil, fmt.Errorf("cannot be opened with this master key: %w", err)
	}
	return h, nil
}

func stored(ctx context.Context, c scope.Querier, p purpose) (wrapped []byte, err error) {
	err = c.QueryRowContext(ctx, `SELECT wrapped FROM keysets WHERE id = $1`, string(p)).Scan(&wrapped)
	return wrapped, err
}

func (k *Keys) create(ctx context.Context, c scope.Querier, p purpose, ad []byte) error {
	h, err := keyset.NewHandle(p.template())
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if err := h.WriteWithAssociatedData(keyset.NewBinaryWriter(&buf), k.master.kek, ad); err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, `INSERT INTO keysets (id, wrapped, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`,
		string(p), buf.Bytes(), k.clock.Now())
	return err
}

func open(h *keyset.Handle, p purpose) (o opened, err error) {
	switch p {
	case purposeAudit:
		o.audit, err = mac.New(h)
	case purposeFile:
		o.file, err = streamingaead.New(h)
	default:
		o.field, err = aead.New(h)
	}
	return o, err
}
