package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/uow"
	"zhuxin/tenancy/registry"
	"zhuxin/tenancy/scope"
)

// Tenants names the tenants and binds work to one of them.
type Tenants interface {
	// Bind binds ctx to the tenant; it refuses one that is suspended or behind.
	Bind(ctx context.Context, id uuid.UUID) (context.Context, error)
	// IDs lists the tenants that Bind takes.
	IDs(ctx context.Context) ([]uuid.UUID, error)
}

// Registered takes the tenants from the registry.
func Registered(r *registry.Registry) Tenants { return registered{r} }

type registered struct{ *registry.Registry }

func (r registered) IDs(ctx context.Context) ([]uuid.UUID, error) {
	all, err := r.List(ctx)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	for _, t := range all {
		if t.Status == registry.StatusActive {
			ids = append(ids, t.ID)
		}
	}
	return ids, nil
}

// Config of a relay and of the workers behind it.
type Config struct {
	Pool    *scope.Pool
	Redis   redis.UniversalClient
	Tenants Tenants
	Key     []byte // signs tasks; the same in all processes: Master.Derive("zhuxin task v1")
	Clock   calendar.Clock
	Log     *slog.Logger

	// Lease is how long an event may be out before the sweep looks for it. A worker
	// renews it while it works. Preset 30 s: within a minute after a killed worker or
	// a Redis without its data, everything is on its way again (P11).
	Lease time.Duration
	// Window is how many events of one owner are out at once. The rest of a backlog
	// waits in its outbox, so that queues stay short and others' events come through.
	// Preset 64.
	Window int
	// Merge names the topics whose waiting events may become one.
	Merge map[event.Topic]Merge
	// MaxAttempts is how often an event is handed out before it is dead. Preset 15,
	// which with the pauses in between is about two hours.
	MaxAttempts int
}

// Presets of Config.
const (
	DefaultLease       = 30 * time.Second
	DefaultMaxAttempts = 15
	DefaultWindow      = 64
)

// WithPresets fills what is not set.
func (c Config) WithPresets() Config {
	if c.Clock == nil {
		c.Clock = calendar.System{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Lease <= 0 {
		c.Lease = DefaultLease
	}
	if c.Window <= 0 {
		c.Window = DefaultWindow
	}
	if c.MaxAttempts <= 0 {
		c.MaxAttempts = DefaultMaxAttempts
	}
	return c
}

// Bind gives the context and the unit of work of an owner; uuid.Nil is HQ. Nobody
// but the system acts in it.
func (c Config) Bind(ctx context.Context, owner uuid.UUID, requestID string) (context.Context, uow.Tx, error) {
	ctx = access.With(ctx, access.System(owner, requestID))
	if owner == uuid.Nil {
		return ctx, c.Pool.HQ(), nil
	}
	ctx, err := c.Tenants.Bind(ctx, owner)
	return ctx, c.Pool.Tenant(), err
}

// Relay hands events out to the queue.
type Relay struct {
	Config
	bell      *Doorbell
	inspector *asynq.Inspector
}

// NewRelay makes a relay; run it with Run.
func NewRelay(c Config) *Relay {
	return &Relay{Config: c.WithPresets(), bell: NewDoorbell(0), inspector: asynq.NewInspectorFromRedisClient(c.Redis)}
}

// Poke has the owner's outbox looked at now.
func (r *Relay) Poke(owner uuid.UUID) { r.bell.Poke(owner) }

// PokeAfter has the owner's outbox looked at later, when an event put back is due.
func (r *Relay) PokeAfter(owner uuid.UUID, wait time.Duration) { r.bell.PokeAfter(owner, wait) }

// Run answers pokes until ctx ends.
func (r *Relay) Run(ctx context.Context) {
	r.bell.Run(ctx, 2, func(ctx context.Context, owner uuid.UUID) {
		if _, err := r.Drain(ctx, owner); err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "outbox is not handed out; the sweep tries again", "tenant_id", owner, "error", err)
		}
	})
}

// Drain hands out the events of an owner that are due, up to the window, and gives
// how many. What is left over is handed out as workers finish.
func (r *Relay) Drain(ctx context.Context, owner uuid.UUID) (handed int, err error) {
	bound, tx, err := r.Bind(ctx, owner, "relay")
	if err != nil {
		return 0, fmt.Errorf("relay [tenant=%s]: %w", owner, err)
	}
	taken, err := r.take(bound, tx, owner)
	if err != nil {
		return 0, fmt.Errorf("relay [tenant=%s]: %w", owner, err)
	}
	// A client of its own for each run: it remembers which queues Redis knows, and
	// after Redis lost its data that would be wrong.
	client := asynq.NewClientFromRedisClient(r.Redis)
	for i, e := range taken {
		if err := r.enqueue(ctx, client, e); err != nil {
			return i, errors.Join(fmt.Errorf("relay [tenant=%s event=%s]: %w", owner, e.EventID, err), r.giveBack(bound, tx, taken[i:]))
		}
	}
	return len(taken), nil
}

// redisTimeout bounds one command; asynq itself waits longer.
const redisTimeout = 2 * time.Second

func (r *Relay) enqueue(ctx context.Context, client *asynq.Client, e Envelope) error {
	payload, err := e.Sign(r.Key)
	if err != nil {
		return err
	}
	send, cancel := context.WithTimeout(ctx, redisTimeout)
	defer cancel()
	// The outbox decides on retries; asynq's cover a worker that was killed, which
	// costs one (reliability, pitfall 48).
	_, err = client.EnqueueContext(send, asynq.NewTask(e.Topic, payload),
		asynq.TaskID(e.TaskID()), asynq.Queue(Queue(e.TenantID)), asynq.MaxRetry(10), asynq.Timeout(6*time.Hour))
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return nil // an enqueue that answered with an error had worked (pitfall 51)
	}
	return err
}
