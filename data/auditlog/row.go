package auditlog

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
)

// ErrNobodyActs means that a state change has no actor in its context.
var ErrNobodyActs = errors.New("auditlog: nobody acts; put an actor into the context by access.With")

// Row is one row of audit_log, ready to be written. Record does that; a hot path
// that writes several tables with one statement takes the values from here, so
// that the row carries its writer's HMAC like any other.
type Row struct {
	At            time.Time
	ActorKind     string
	ActorID       uuid.NullUUID
	ActorName     string
	Action        string
	ObjectType    string
	ObjectID      string
	Before, After sql.NullString // canonical JSON
	RequestID     string
	MAC           []byte
}

// Args gives the values in the order of the columns at, actor_kind, actor_id,
// actor_name, action, object_type, object_id, before, after, request_id, mac.
func (r Row) Args() []any {
	return []any{r.At, r.ActorKind, r.ActorID, r.ActorName, r.Action, r.ObjectType, r.ObjectID, r.Before, r.After, r.RequestID, r.MAC}
}

// Row completes the entry with actor, request id, time and HMAC.
func (l *Log) Row(ctx context.Context, e audit.Entry) (Row, error) {
	actor, ok := access.From(ctx)
	if !ok {
		return Row{}, ErrNobodyActs
	}
	if e.Action == "" || e.ObjectType == "" {
		return Row{}, fmt.Errorf("auditlog: an entry needs action and object type, has %q and %q", e.Action, e.ObjectType)
	}
	r := Row{
		At: l.clock.Now().UTC().Truncate(time.Microsecond), ActorKind: string(actor.Kind), ActorID: uuid.NullUUID{UUID: actor.ID, Valid: actor.ID != uuid.Nil},
		ActorName: storable(actor.Name), Action: e.Action, ObjectType: e.ObjectType, ObjectID: storable(e.ObjectID), RequestID: storable(actor.RequestID),
	}
	var err error
	if r.Before, err = encode(e.Before); err != nil {
		return Row{}, fmt.Errorf("auditlog: before of %s: %w", e.Action, err)
	}
	if r.After, err = encode(e.After); err != nil {
		return Row{}, fmt.Errorf("auditlog: after of %s: %w", e.Action, err)
	}
	if r.MAC, err = l.sign(ctx, r); err != nil {
		return Row{}, err
	}
	return r, nil
}

// nonceLen makes each HMAC different, so that a copied row is found as such.
const nonceLen = 16

func (l *Log) sign(ctx context.Context, r Row) ([]byte, error) {
	if l.keys == nil {
		return []byte{}, nil
	}
	key, err := l.keys.Audit(ctx)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, nonceLen)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	sum, err := key.ComputeMAC(append([]byte("row"), r.content(nonce)...))
	if err != nil {
		return nil, err
	}
	return append(nonce, sum...), nil
}

// content is what the HMAC of a row covers: every column but the id, which the
// database gives, each with its length in front so that no two rows read the same.
func (r Row) content(nonce []byte) []byte {
	var b []byte
	b = field(b, string(nonce), true)
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.UnixMicro()))
	b = field(b, r.ActorKind, true)
	b = field(b, r.ActorID.UUID.String(), r.ActorID.Valid)
	for _, s := range []string{r.ActorName, r.Action, r.ObjectType, r.ObjectID} {
		b = field(b, s, true)
	}
	b = field(b, r.Before.String, r.Before.Valid)
	b = field(b, r.After.String, r.After.Valid)
	return field(b, r.RequestID, true)
}

func field(b []byte, s string, present bool) []byte {
	if !present {
		return append(b, 0)
	}
	b = binary.BigEndian.AppendUint64(append(b, 1), uint64(len(s)))
	return append(b, s...)
}

// storable makes text that PostgreSQL takes: valid UTF-8 without NUL.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}
