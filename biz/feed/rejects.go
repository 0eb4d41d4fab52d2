package feed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
)

// reject keeps what was refused and forgets what was accepted.
func (b *batch) reject(ctx context.Context) error {
	var refused []Reject
	seen := map[string]bool{}
	for i, o := range b.Outcomes {
		if o.Status != Refused || len(o.Faults) > 0 && o.Faults[0].Reason == "DUPLICATE" {
			continue // the first of the same number speaks for it
		}
		record := b.records[i]
		if u, ok := record.(Unreadable); ok {
			record = u.Record
		}
		raw, err := json.Marshal(record)
		if err != nil {
			return err
		}
		id := o.RecordID
		if id == "" || len(id) > 2*maxDocument {
			sum := sha256.Sum256(raw)
			id = "?" + hex.EncodeToString(sum[:6])
		}
		if !seen[id] {
			seen[id] = true
			refused = append(refused, Reject{ID: uuid.Must(uuid.NewV7()), RecordID: id, Record: raw, Faults: o.Faults})
		}
	}
	return b.Repo.Reject(ctx, b.source, b.kind, refused, b.ids(), b.now)
}

// Rejects lists the records that are refused, the latest first; an empty source or
// kind is all.
func (s *Service) Rejects(ctx context.Context, source string, k Kind, page, size int32) (list []Reject, total int64, err error) {
	if _, err := access.Require(ctx, access.ERPRead); err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	c.Require(k == "" || Known(k), "kind", "UNKNOWN", fmt.Sprintf("one of %v", Kinds))
	w := paging.Of(&c, page, size)
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		list, total, err = s.Repo.Rejects(ctx, source, k, w.Limit, w.Offset)
		return err
	})
	return list, total, err
}

// Replay takes the refused records of a source and kind in again, as they were
// sent, MaxBatch at once: after a customer was made, or a rule mended. Faults:
// NO_REJECTS, and those of Put.
func (s *Service) Replay(ctx context.Context, source string, k Kind) (Result, error) {
	if _, err := access.Require(ctx, access.ERPManage); err != nil {
		return Result{}, err
	}
	if !Known(k) {
		var c fault.Checks
		c.Add("kind", "UNKNOWN", fmt.Sprintf("one of %v", Kinds))
		return Result{}, c.Err()
	}
	var list []Reject
	err := s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		list, _, err = s.Repo.Rejects(ctx, source, k, MaxBatch, 0)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	if len(list) == 0 {
		return Result{}, ErrRejects
	}
	records := make([]Record, len(list))
	for i, r := range list {
		if records[i], err = Decode(k, r.Record); err != nil {
			return Result{}, err
		}
	}
	return s.Put(ctx, source, records)
}
