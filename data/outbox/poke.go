package outbox

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// channel is where processes without a relay ring for those with one.
const channel = "zhuxin:poke"

// RemotePoker rings the doorbells of other processes by Redis. It works in the
// background, because a commit does not wait for Redis; a ring that Redis does not
// take is made up for by the sweep.
type RemotePoker struct {
	bell *Doorbell
	rdb  redis.UniversalClient
	log  *slog.Logger
}

// NewRemotePoker makes a poker; run it with Run.
func NewRemotePoker(rdb redis.UniversalClient, log *slog.Logger) *RemotePoker {
	return &RemotePoker{bell: NewDoorbell(0), rdb: rdb, log: log}
}

// Poke rings for an owner; it never blocks.
func (p *RemotePoker) Poke(owner uuid.UUID) { p.bell.Poke(owner) }

// Run sends the rings until ctx ends.
func (p *RemotePoker) Run(ctx context.Context) {
	p.bell.Run(ctx, 1, func(ctx context.Context, owner uuid.UUID) {
		send, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		if err := p.rdb.Publish(send, channel, owner.String()).Err(); err != nil && ctx.Err() == nil {
			p.log.WarnContext(ctx, "cannot ring for the relay; the sweep will find the event", "tenant_id", owner, "error", err)
		}
	})
}

// Listen rings every poker for what other processes ring, until ctx ends.
func Listen(ctx context.Context, rdb redis.UniversalClient, pokers ...Poker) {
	sub := rdb.Subscribe(ctx, channel)
	defer func() { _ = sub.Close() }()
	messages := sub.Channel() // reconnects by itself
	for {
		select {
		case <-ctx.Done():
			return
		case m, ok := <-messages:
			if !ok {
				return
			}
			owner, err := uuid.Parse(m.Payload)
			if err != nil {
				continue
			}
			for _, p := range pokers {
				p.Poke(owner)
			}
		}
	}
}

// Pokers rings several.
type Pokers []Poker

// Poke rings for an owner at each of them.
func (ps Pokers) Poke(owner uuid.UUID) {
	for _, p := range ps {
		p.Poke(owner)
	}
}
