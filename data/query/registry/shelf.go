package registry

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/registry"
	"zhuxin/data/postgres"
	"zhuxin/shared/party"
	"zhuxin/shared/personal"
	"zhuxin/tenancy/scope"
)

// Shelf keeps what was looked up, at HQ; a tenant reads the same by views.
type Shelf struct{ cipher personal.Cipher }

var _ biz.Shelf = Shelf{}

// NewShelf makes the repository; cipher is HQ's.
func NewShelf(cipher personal.Cipher) Shelf { return Shelf{cipher} }

// Looks implements biz.Shelf.
func (Shelf) Looks(ctx context.Context, uscc party.USCC) (map[biz.Kind]biz.Look, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT kind, provider, outcome, looked_at, tried_at, trouble, trouble_text, snapshot_id, digest,
		CASE WHEN kind = 'basics' THEN taken END FROM hq.v_registry_looks WHERE uscc = $1`, string(uscc))
	if err != nil {
		return nil, postgres.Map(ctx, err, "read registry looks")
	}
	defer func() { _ = rows.Close() }()
	out := map[biz.Kind]biz.Look{}
	for rows.Next() {
		var l biz.Look
		var snapshot uuid.NullUUID
		var taken []byte
		if err := rows.Scan(&l.Kind, &l.Provider, &l.Outcome, &l.LookedAt, &l.TriedAt, &l.Trouble, &l.TroubleText, &snapshot, &l.Digest, &taken); err != nil {
			return nil, err
		}
		l.SnapshotID = snapshot.UUID
		if l.Company, err = companyOf(taken); err != nil {
			return nil, err
		}
		out[l.Kind] = l
	}
	return out, postgres.Map(ctx, rows.Err(), "read registry looks")
}

// companyOf reads the company out of what was taken from the basics; nil without one.
func companyOf(taken []byte) (*biz.Company, error) {
	if len(taken) == 0 {
		return nil, nil
	}
	var t struct {
		Company *biz.Company `json:"company"`
	}
	err := json.Unmarshal(taken, &t)
	return t.Company, err
}

// Findings implements biz.Shelf. The key is HQ's: a tenant's view leaves it out.
func (Shelf) Findings(ctx context.Context, uscc party.USCC) ([]biz.Kept, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	hq, err := scope.InHQ(ctx)
	if err != nil {
		return nil, err
	}
	from := `'' AS key FROM hq.v_registry_findings`
	if hq {
		from = `key FROM hq.registry_findings`
	}
	rows, err := q.QueryContext(ctx, `SELECT id, kind, title, severity, occurred_on, amount, facts, status = 'active', baseline, first_seen_at, last_seen_at, ended_at, snapshot_id, `+
		from+` WHERE uscc = $1 ORDER BY coalesce(occurred_on, first_seen_at::date) DESC, id`, string(uscc))
	if err != nil {
		return nil, postgres.Map(ctx, err, "read findings")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Kept
	for rows.Next() {
		var k biz.Kept
		var facts []byte
		if err := rows.Scan(&k.ID, &k.Kind, &k.Title, &k.Severity, &k.OccurredOn, &k.Amount, &facts, &k.Active, &k.Baseline,
			&k.FirstSeenAt, &k.LastSeenAt, &k.EndedAt, &k.SnapshotID, &k.Key); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(facts, &k.Facts); err != nil {
			return nil, err
		}
		k.Ended = !k.Active
		out = append(out, k)
	}
	return out, postgres.Map(ctx, rows.Err(), "read findings")
}

// Claim implements biz.Shelf.
func (Shelf) Claim(ctx context.Context, uscc party.USCC, kind biz.Kind, now, until, olderThan time.Time) (mine, fresh bool, err error) {
	n, err := touched(ctx, `INSERT INTO hq.registry_looks (id, uscc, kind, tried_at, claimed_until) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (uscc, kind) DO UPDATE SET tried_at = EXCLUDED.tried_at, claimed_until = EXCLUDED.claimed_until
		WHERE (hq.registry_looks.claimed_until IS NULL OR hq.registry_looks.claimed_until <= EXCLUDED.tried_at)
		AND (hq.registry_looks.looked_at IS NULL OR hq.registry_looks.looked_at < $6)`,
		uuid.Must(uuid.NewV7()), string(uscc), string(kind), now, until, olderThan)
	if err != nil || n == 1 {
		return n == 1, false, err
	}
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, false, err
	}
	err = q.QueryRowContext(ctx, `SELECT coalesce(looked_at >= $3, false) FROM hq.registry_looks WHERE uscc = $1 AND kind = $2`,
		string(uscc), string(kind), olderThan).Scan(&fresh)
	return false, fresh, postgres.Map(ctx, err, "claim a look")
}

// Failed implements biz.Shelf.
func (Shelf) Failed(ctx context.Context, uscc party.USCC, kind biz.Kind, at time.Time, e *biz.Error) error {
	return exec(ctx, `UPDATE hq.registry_looks SET tried_at = $3, trouble = $4, trouble_text = $5, claimed_until = NULL WHERE uscc = $1 AND kind = $2`,
		string(uscc), string(kind), at, string(e.Trouble), e.Text)
}

// Answered implements biz.Shelf. An answer that did not change adds no snapshot.
func (s Shelf) Answered(ctx context.Context, snap biz.Snapshot, changed bool) error {
	if changed {
		raw, err := s.cipher.Seal(ctx, "registry_snapshots", "raw", snap.ID, string(snap.Raw))
		if err != nil {
			return err
		}
		taken, err := json.Marshal(map[string]any{"company": snap.Company, "findings": snap.Findings})
		if err != nil {
			return err
		}
		err = exec(ctx, `INSERT INTO hq.registry_snapshots (id, uscc, kind, provider, taken_at, outcome, raw, digest, taken, requests, tenant_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, snap.ID, string(snap.USCC), string(snap.Kind), string(snap.Provider), snap.TakenAt,
			string(snap.Outcome), raw, snap.Digest, string(taken), snap.Requests, optional(snap.TenantID))
		if err != nil {
			return err
		}
	}
	return exec(ctx, `UPDATE hq.registry_looks SET provider = $3, outcome = $4, looked_at = $5::timestamptz, tried_at = $5::timestamptz, trouble = '', trouble_text = '',
		snapshot_id = $6, claimed_until = NULL WHERE uscc = $1 AND kind = $2`,
		string(snap.USCC), string(snap.Kind), string(snap.Provider), string(snap.Outcome), snap.TakenAt, snap.ID)
}

// Raw opens a kept answer as it came, in HQ's unit of work.
func (s Shelf) Raw(ctx context.Context, id uuid.UUID) (string, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return "", err
	}
	var raw []byte
	if err := q.QueryRowContext(ctx, `SELECT raw FROM hq.registry_snapshots WHERE id = $1`, id).Scan(&raw); err != nil {
		return "", postgres.Map(ctx, err, "read snapshot")
	}
	return s.cipher.Open(ctx, "registry_snapshots", "raw", id, raw)
}

// Store implements biz.Shelf.
func (Shelf) Store(ctx context.Context, uscc party.USCC, added, changed []biz.Kept) error {
	for _, k := range append(append([]biz.Kept{}, added...), changed...) {
		facts, err := json.Marshal(k.Facts)
		if err != nil {
			return err
		}
		status := "ended"
		if k.Active {
			status = "active"
		}
		err = exec(ctx, `INSERT INTO hq.registry_findings (id, uscc, kind, key, title, severity, occurred_on, amount, facts, status, baseline, first_seen_at, last_seen_at, ended_at, snapshot_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
			ON CONFLICT (uscc, kind, key) DO UPDATE SET title = EXCLUDED.title, severity = EXCLUDED.severity, occurred_on = EXCLUDED.occurred_on, amount = EXCLUDED.amount,
			facts = EXCLUDED.facts, status = EXCLUDED.status, last_seen_at = EXCLUDED.last_seen_at, ended_at = EXCLUDED.ended_at`,
			k.ID, string(uscc), string(k.Kind), k.Key, k.Title, string(k.Severity), k.OccurredOn, int64(k.Amount), string(facts), status, k.Baseline, k.FirstSeenAt, k.LastSeenAt, k.EndedAt, k.SnapshotID)
		if err != nil {
			return err
		}
	}
	return nil
}
