package auditlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"

	"zhuxin/data/postgres"
	"zhuxin/shared/audit"
	"zhuxin/tenancy/scope"
)

const (
	maxFindings   = 100
	verifyTimeout = 10 * time.Minute // for a log of millions of rows
	// The end of the chain is recorded right after the sealing; P29 gives it 5 minutes.
	recordedWithin = 5 * time.Minute
)

// Verify recomputes each row's HMAC and the chain over them, and compares the end
// with the recorded one. It reads as of one instant and blocks nobody.
func (c *Chain) Verify(ctx context.Context) (audit.Verification, error) {
	owner, err := c.owner(ctx)
	if err != nil {
		return audit.Verification{}, err
	}
	// The recorded end first: the chain only grows, so it must be found in what is
	// read afterwards.
	recorded, err := c.head(ctx, owner)
	if err != nil {
		return audit.Verification{}, err
	}
	key, err := c.keys.Audit(ctx) // may make the keyset, which the read-only transaction below cannot
	if err != nil {
		return audit.Verification{}, err
	}
	var v *verification
	read := scope.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead, StatementTimeout: verifyTimeout}
	err = c.tx.InTx(scope.WithTxOptions(ctx, read), func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		v = &verification{key: key, recorded: recorded, now: c.clock.Now()}
		return errors.Join(v.chain(ctx, q), v.unsealed(ctx, q), v.copies(ctx, q), v.count(ctx, q))
	})
	if err != nil {
		return audit.Verification{}, postgres.Map(ctx, err, fmt.Sprintf("verify audit log [owner=%s]", owner))
	}
	return v.outcome, nil
}

type verification struct {
	key      tink.MAC
	recorded head
	now      time.Time
	outcome  audit.Verification
}

func (v *verification) find(format string, args ...any) {
	switch n := len(v.outcome.Findings); {
	case n < maxFindings:
		v.outcome.Findings = append(v.outcome.Findings, fmt.Sprintf(format, args...))
	case n == maxFindings:
		v.outcome.Findings[n-1] += "; further findings are left out"
		v.outcome.Findings = v.outcome.Findings[:n:n]
	}
}

// chain walks the seals in order, each beside its row.
func (v *verification) chain(ctx context.Context, q scope.Querier) error {
	rows, err := q.QueryContext(ctx, `SELECT s.id, s.audit_id, s.hash, s.sealed_at, l.id IS NOT NULL,
			coalesce(l.at, s.sealed_at), coalesce(l.actor_kind, ''), l.actor_id, coalesce(l.actor_name, ''), coalesce(l.action, ''),
			coalesce(l.object_type, ''), coalesce(l.object_id, ''), l.before::text, l.after::text, coalesce(l.request_id, ''), l.mac
		FROM audit_seals s LEFT JOIN audit_log l ON l.id = s.audit_id WHERE $1 ORDER BY s.id`, true)
	if err != nil {
		return err
	}
	defer rows.Close()
	var (
		last       head
		unrecorded int64 // first seal that should have been recorded long ago
	)
	for rows.Next() {
		var (
			s       seal
			r       Row
			hash    []byte
			present bool
		)
		if err := rows.Scan(append([]any{&s.position, &s.auditID, &hash, &s.at, &present}, r.targets()...)...); err != nil {
			return err
		}
		if s.position != last.position+1 {
			v.find("seals %d to %d are missing: removed", last.position+1, s.position-1)
		}
		s.previous = last.hash
		switch {
		case !present:
			v.find("row %d (seal %d) is missing: removed after it was sealed", s.auditID, s.position)
		case !v.written(s.auditID, r):
		case v.verify(s, r, hash) != nil:
			v.find("row %d (seal %d) does not fit the chain: changed, moved, or its seal was", s.auditID, s.position)
		}
		if s.position == v.recorded.position && string(hash) != string(v.recorded.hash) {
			v.find("seal %d is not the one recorded at HQ: the tail was cut and written anew", s.position)
		}
		if unrecorded == 0 && s.position > v.recorded.position && v.now.Sub(s.at) > recordedWithin {
			unrecorded = s.position
		}
		last = head{s.position, hash} // one broken link, one finding
	}
	if last.position < v.recorded.position {
		v.find("seals %d to %d, recorded at HQ, are missing: the tail was cut", last.position+1, v.recorded.position)
	}
	if unrecorded > 0 {
		v.find("seals %d to %d are not recorded at HQ: the record was removed or set back", unrecorded, last.position)
	}
	return rows.Err()
}

func (v *verification) verify(s seal, r Row, hash []byte) error {
	r, err := r.settled()
	if err != nil {
		return err
	}
	return v.key.VerifyMAC(hash, s.content(r))
}

// written says whether the application wrote the row as it is now.
func (v *verification) written(id int64, r Row) bool {
	if len(r.MAC) < nonceLen {
		v.find("row %d was not written by the application: it carries no proof", id)
		return false
	}
	r, err := r.settled()
	if err == nil {
		err = v.key.VerifyMAC(r.MAC[nonceLen:], append([]byte("row"), r.content(r.MAC[:nonceLen])...))
	}
	if err != nil {
		v.find("row %d is not as the application wrote it: changed, or put in", id)
	}
	return err == nil
}

// unsealed looks at the rows that no seal names yet.
func (v *verification) unsealed(ctx context.Context, q scope.Querier) error {
	rows, err := q.QueryContext(ctx, `SELECT l.id, `+rowColumns+` FROM audit_log l
		WHERE $1 AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.audit_id = l.id) ORDER BY l.id`, true)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			r  Row
			id int64
		)
		if err := rows.Scan(append([]any{&id}, r.targets()...)...); err != nil {
			return err
		}
		v.written(id, r)
	}
	return rows.Err()
}

// copies looks for rows that repeat another one, proof included.
func (v *verification) copies(ctx context.Context, q scope.Querier) error {
	rows, err := q.QueryContext(ctx, `SELECT max(id) FROM audit_log WHERE length(mac) > $1 GROUP BY mac HAVING count(*) > 1 ORDER BY 1 LIMIT 100`, 0)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		v.find("row %d is a copy of another row", id)
	}
	return rows.Err()
}

func (v *verification) count(ctx context.Context, q scope.Querier) error {
	return q.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM audit_log), (SELECT count(*) FROM audit_seals) WHERE $1`, true).
		Scan(&v.outcome.Rows, &v.outcome.Sealed)
}
