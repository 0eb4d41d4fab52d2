package directory

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
)

const (
	// keyCacheLife is how long a key is believed without asking the database; so
	// long may a key that another process revoked still be good here.
	keyCacheLife = 5 * time.Second
	keyCacheSize = 10_000

	usesFlushEvery = 20 * time.Second
	lastUseGrain   = time.Minute
)

// Authenticate gives the actor of a key. Unknown, expired and revoked keys are
// faults of KindUnauthorized. The use is noted and written later (Run): a check
// must not wait for it.
func (s *Keys) Authenticate(ctx context.Context, key string) (access.Actor, error) {
	// What cannot be a key costs no query.
	if !strings.HasPrefix(key, KeyPrefix) || len(key) != keyLength {
		return access.Actor{}, ErrKeyInvalid
	}
	h := hashOf(key)
	now := s.Clock.Now()
	k, ok := s.cache.get(h, now)
	if !ok {
		generation := s.cache.generation()
		err := s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
			k, err = s.Store.Keys.ByHash(ctx, h)
			return err
		})
		if err != nil {
			return access.Actor{}, err
		}
		s.cache.put(h, k, now, generation)
	}
	switch k.State(now) {
	case "revoked":
		return access.Actor{}, ErrKeyRevoked
	case "expired":
		return access.Actor{}, ErrKeyExpired
	}
	s.uses.note(k.ID, now)
	return access.Actor{Kind: access.KindAPIKey, ID: k.ID, Name: k.Name, TenantID: k.TenantID, Scopes: k.Scopes}, nil
}

// Run writes the instants of the last use every few seconds until ctx ends, and
// a last time then. report gets what fails; the next round tries again.
func (s *Keys) Run(ctx context.Context, report func(error)) {
	ticker := time.NewTicker(usesFlushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := s.Flush(ctx); err != nil && ctx.Err() == nil {
				report(err)
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := s.Flush(last); err != nil {
				report(err)
			}
			return
		}
	}
}

// Flush writes the noted uses.
func (s *Keys) Flush(ctx context.Context) error {
	used := s.uses.take()
	if len(used) == 0 {
		return nil
	}
	err := s.HQ.InTx(ctx, func(ctx context.Context) error { return s.Store.Keys.Touch(ctx, used) })
	if err != nil {
		s.uses.giveBack(used)
	}
	return err
}

type cachedKey struct {
	key   APIKey
	until time.Time
}

// keyCache remembers keys by hash for keyCacheLife.
type keyCache struct {
	mu    sync.Mutex
	keys  map[Hash]cachedKey
	drops uint64
}

func (c *keyCache) get(h Hash, now time.Time) (APIKey, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.keys[h]
	return e.key, ok && now.Before(e.until)
}

func (c *keyCache) generation() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drops
}

// put remembers what was read, unless a key was revoked here since the reading
// began: it may have been this one.
func (c *keyCache) put(h Hash, k APIKey, now time.Time, generation uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.drops {
		return
	}
	if c.keys == nil || len(c.keys) >= keyCacheSize {
		c.keys = map[Hash]cachedKey{}
	}
	c.keys[h] = cachedKey{k, now.Add(keyCacheLife)}
}

func (c *keyCache) drop(id uuid.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	for h, e := range c.keys {
		if e.key.ID == id {
			delete(c.keys, h)
		}
	}
}

// keyUses collects the minutes in which keys were used.
type keyUses struct {
	mu      sync.Mutex
	pending map[uuid.UUID]time.Time
	written map[uuid.UUID]time.Time
}

func (u *keyUses) note(id uuid.UUID, now time.Time) {
	minute := now.Truncate(lastUseGrain)
	u.mu.Lock()
	defer u.mu.Unlock()
	if !minute.After(u.written[id]) {
		return
	}
	if u.pending == nil {
		u.pending = map[uuid.UUID]time.Time{}
	}
	u.pending[id] = minute
}

func (u *keyUses) take() map[uuid.UUID]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := u.pending
	u.pending = nil
	if u.written == nil || len(u.written) > keyCacheSize {
		u.written = map[uuid.UUID]time.Time{}
	}
	for id, at := range out {
		u.written[id] = at
	}
	return out
}

// giveBack puts uses that could not be written back in line.
func (u *keyUses) giveBack(used map[uuid.UUID]time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.pending == nil {
		u.pending = map[uuid.UUID]time.Time{}
	}
	for id, at := range used {
		if at.After(u.pending[id]) {
			u.pending[id] = at
		}
		delete(u.written, id)
	}
}
