package auditlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/uow"
	"zhuxin/tenancy/scope"
)

// ErrBroken means that the log no longer holds the end of its chain: its tail was
// cut or changed. Sealing stops then, so that nothing covers the traces.
var ErrBroken = errors.New("auditlog: the chain does not hold its recorded end; run `verify` and keep the database as it is")

// Chain seals and verifies the logs of one side. It opens its own units of work.
type Chain struct {
	tx    uow.Tx
	hq    uow.HQ
	keys  Keys
	clock calendar.Clock
	owner func(context.Context) (string, error)

	mu    sync.Mutex
	known map[string]progress
}

var _ audit.Verifier = (*Chain)(nil)

// progress is what this process knows of one log; it spares work only.
type progress struct {
	head   head
	loaded bool      // head was read from, or written to, hq.audit_heads
	looked time.Time // last look at the whole log for unsealed rows
}

type head struct {
	position int64
	hash     []byte
}

// TenantChain is the chain of the tenant that the context is bound to.
func TenantChain(pool *scope.Pool, keys Keys, clock calendar.Clock) *Chain {
	return &Chain{tx: pool.Tenant(), hq: pool.HQ(), keys: keys, clock: clock, known: map[string]progress{}, owner: tenantID}
}

// HQChain is the chain of HQ's own log.
func HQChain(pool *scope.Pool, keys Keys, clock calendar.Clock) *Chain {
	hq := func(context.Context) (string, error) { return "hq", nil }
	return &Chain{tx: pool.HQ(), hq: pool.HQ(), keys: keys, clock: clock, known: map[string]progress{}, owner: hq}
}

func tenantID(ctx context.Context) (string, error) {
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return "", fmt.Errorf("auditlog: %w: the context is bound to no tenant", scope.ErrNoScope)
	}
	return t.ID.String(), nil
}

const (
	batch = 1000 // rows sealed in one transaction
	// Ids are given before the commit, so a slow transaction shows up below the
	// last sealed row. Each run looks this far back, and now and then everywhere.
	lookBack = 10_000
	lookAll  = time.Hour
)

// Seal chains all rows that are committed and not yet sealed, then records the new
// end at HQ. It gives how many. When another process is at it, it does nothing.
func (c *Chain) Seal(ctx context.Context) (sealed int, err error) {
	owner, err := c.owner(ctx)
	if err != nil {
		return 0, err
	}
	// Here and not in the transaction below: a key that is made first is there for
	// everybody as soon as that short transaction of its own ends.
	if _, err := c.keys.Audit(ctx); err != nil {
		return 0, err
	}
	p, err := c.progress(ctx, owner)
	if err != nil {
		return 0, err
	}
	whole := c.clock.Now().Sub(p.looked) >= lookAll
	if whole {
		p.looked = c.clock.Now()
	}
	end := p.head
	for {
		n, tip, err := c.sealBatch(ctx, p.head, whole)
		if err != nil {
			return sealed, fmt.Errorf("seal audit log [owner=%s]: %w", owner, err)
		}
		sealed += n
		if tip.position > end.position {
			end = tip
		}
		if n < batch {
			break
		}
	}
	if end.position > p.head.position {
		if err := c.record(ctx, owner, end); err != nil {
			return sealed, err
		}
		p.head = end
	}
	c.mu.Lock()
	c.known[owner] = p
	c.mu.Unlock()
	return sealed, nil
}

func (c *Chain) progress(ctx context.Context, owner string) (progress, error) {
	c.mu.Lock()
	p := c.known[owner]
	c.mu.Unlock()
	if p.loaded {
		return p, nil
	}
	h, err := c.head(ctx, owner)
	return progress{head: h, loaded: true}, err
}

// head reads the recorded end of the owner's chain; position 0 is none.
func (c *Chain) head(ctx context.Context, owner string) (h head, err error) {
	err = c.hq.InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		err = q.QueryRowContext(ctx, `SELECT position, hash FROM audit_heads WHERE id = $1`, owner).Scan(&h.position, &h.hash)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return postgres.Map(ctx, err, "read audit head")
	})
	return h, err
}

func (c *Chain) record(ctx context.Context, owner string, h head) error {
	return c.hq.InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, `INSERT INTO audit_heads AS h (id, position, hash, sealed_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET position = excluded.position, hash = excluded.hash, sealed_at = excluded.sealed_at
			WHERE h.position < excluded.position`, owner, h.position, h.hash, c.clock.Now())
		return postgres.Map(ctx, err, "record audit head")
	})
}

func (c *Chain) sealBatch(ctx context.Context, known head, whole bool) (n int, tip head, err error) {
	err = c.tx.InTx(ctx, func(ctx context.Context) error {
		n, tip = 0, head{}
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		var mine bool
		err = q.QueryRowContext(ctx, `SELECT pg_try_advisory_xact_lock(hashtext('audit seal'), hashtext($1::text || current_schema()))`, "schema ").Scan(&mine)
		if err != nil || !mine {
			return err
		}
		last, highest, err := lastSeal(ctx, q, known)
		if err != nil {
			return err
		}
		tip = last
		floor := max(highest-lookBack, 0)
		if whole {
			floor = -1 << 62
		}
		n, tip, err = c.extend(ctx, q, last, floor)
		return err
	})
	return n, tip, err
}

// lastSeal gives the end of the chain and the highest sealed row, after it has
// made sure that the known head is still part of the chain.
func lastSeal(ctx context.Context, q scope.Querier, known head) (last head, highest int64, err error) {
	if known.position > 0 {
		var hash []byte
		err = q.QueryRowContext(ctx, `SELECT hash FROM audit_seals WHERE id = $1`, known.position).Scan(&hash)
		if errors.Is(err, sql.ErrNoRows) || (err == nil && string(hash) != string(known.hash)) {
			return last, 0, ErrBroken
		}
		if err != nil {
			return last, 0, err
		}
	}
	err = q.QueryRowContext(ctx, `SELECT id, hash, (SELECT max(audit_id) FROM audit_seals) FROM audit_seals WHERE id > $1 ORDER BY id DESC LIMIT 1`, 0).
		Scan(&last.position, &last.hash, &highest)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return last, highest, err
}

func (c *Chain) extend(ctx context.Context, q scope.Querier, last head, floor int64) (int, head, error) {
	rows, err := q.QueryContext(ctx, `SELECT l.id, `+rowColumns+` FROM audit_log l
		WHERE l.id > $1 AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.audit_id = l.id)
		ORDER BY l.id LIMIT $2`, floor, batch)
	if err != nil {
		return 0, last, err
	}
	defer rows.Close()
	var (
		found []Row
		ids   []int64
	)
	for rows.Next() {
		var (
			r  Row
			id int64
		)
		if err := rows.Scan(append([]any{&id}, r.targets()...)...); err != nil {
			return 0, last, err
		}
		found, ids = append(found, r), append(ids, id)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(found) == 0 {
		return 0, last, err
	}
	key, err := c.keys.Audit(ctx)
	if err != nil {
		return 0, last, err
	}
	now := c.clock.Now().UTC().Truncate(time.Microsecond)
	positions, hashes := make([]int64, len(found)), make([][]byte, len(found))
	for i, r := range found {
		s := seal{position: last.position + 1, auditID: ids[i], at: now, previous: last.hash}
		if last.hash, err = s.compute(key, r); err != nil {
			return 0, last, err
		}
		last.position = s.position
		positions[i], hashes[i] = last.position, last.hash
	}
	_, err = q.ExecContext(ctx, `INSERT INTO audit_seals (id, audit_id, hash, sealed_at)
		SELECT u.id, u.audit_id, u.hash, $4 FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS u(id, audit_id, hash)`,
		pq.Array(positions), pq.Array(ids), pq.Array(hashes), now)
	return len(found), last, err
}
