package outbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"

	"github.com/google/uuid"
)

// Envelope is all that a task carries through Redis: which event of whose outbox.
// The worker reads the rest there, in the owner's scope.
type Envelope struct {
	TenantID uuid.UUID `json:"tenant_id"` // uuid.Nil: HQ
	EventID  uuid.UUID `json:"event_id"`
	Topic    string    `json:"topic"`
	Attempt  int       `json:"attempt"` // from 1
}

// ErrForged means that a task was not made by a relay of this installation, or
// was changed since (reliability P5).
var ErrForged = errors.New("outbox: task is not signed by this installation")

// TaskID is the task's name on the queue. Each attempt has its own, because asynq
// refuses one it still keeps.
func (e Envelope) TaskID() string {
	if e.Attempt <= 1 {
		return e.EventID.String()
	}
	return fmt.Sprintf("%s:%d", e.EventID, e.Attempt)
}

// Sign gives the task's payload: HMAC and JSON.
func (e Envelope) Sign(key []byte) ([]byte, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return append(sum(key, body), body...), nil
}

// OpenEnvelope checks and reads what Sign made.
func OpenEnvelope(key, payload []byte) (e Envelope, err error) {
	if len(payload) < sha256.Size || !hmac.Equal(payload[:sha256.Size], sum(key, payload[sha256.Size:])) {
		return e, ErrForged
	}
	d := json.NewDecoder(bytes.NewReader(payload[sha256.Size:]))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return e, errors.Join(ErrForged, err)
	}
	return e, nil
}

func sum(key, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("zhuxin task v1\x00"))
	h.Write(body)
	return h.Sum(nil)
}

// queues is how many queues there are. A worker asks each in turn, so they are few
// (reliability, pitfall 53); a tenant always has the same one, so that a backlog of
// one delays an eighth of the others at most.
const queues = 8

// Queue names the queue of a tenant's tasks.
func Queue(tenantID uuid.UUID) string {
	h := fnv.New32a()
	_, _ = h.Write(tenantID[:])
	return fmt.Sprintf("zhuxin%d", h.Sum32()%queues)
}

// Queues lists all queues with their weights, for a worker.
func Queues() map[string]int {
	out := make(map[string]int, queues)
	for i := range queues {
		out[fmt.Sprintf("zhuxin%d", i)] = 1
	}
	return out
}
