package reach

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Keeper keeps what the customers reach up to date.
type Keeper struct {
	tenants uow.Tenant
	hq      uow.HQ
	books   Books
	group   Group
	events  event.Publisher
	clock   calendar.Clock
	bind    Bind
}

// NewKeeper makes a keeper; events is the subsidiaries' outbox.
func NewKeeper(tenants uow.Tenant, hq uow.HQ, books Books, group Group, events event.Publisher, clock calendar.Clock, bind Bind) *Keeper {
	return &Keeper{tenants, hq, books, group, events, clock, bind}
}

// Rebuild finds anew what the customers reach today, or all of them, inside the
// caller's unit of work.
func (k *Keeper) Rebuild(ctx context.Context, ids ...uuid.UUID) (int64, error) {
	today, err := tenant.Today(ctx, k.clock)
	if err != nil {
		return 0, err
	}
	if err := k.books.Lock(ctx); err != nil {
		return 0, err
	}
	customers, err := k.books.Customers(ctx, ids)
	if err != nil {
		return 0, err
	}
	return k.rebuild(ctx, customers, today)
}

// atOnce bounds how many customers are worked on together.
const atOnce = 1000

func (k *Keeper) rebuild(ctx context.Context, customers []Customer, on calendar.Date) (n int64, err error) {
	for len(customers) > 0 {
		part := customers[:min(atOnce, len(customers))]
		customers = customers[len(part):]
		var starts []Key
		ids := make([]uuid.UUID, len(part))
		for i, c := range part {
			if ids[i] = c.ID; c.USCC != "" {
				starts = append(starts, Company(c.USCC))
			}
		}
		edges, err := load(ctx, k.books, starts, MaxDepth, on)
		if err != nil {
			return n, err
		}
		var rows []Row
		g := graphOf(edges)
		for _, c := range part {
			if c.USCC == "" {
				continue
			}
			for _, r := range g.find(Party{Company(c.USCC), c.Name}, MaxDepth) {
				rows = append(rows, Row{c.ID, r})
			}
		}
		changed, err := k.books.Put(ctx, ids, rows)
		if err != nil {
			return n, err
		}
		n += changed
	}
	return n, nil
}

// Touched is called in the transaction that changed relations at parties: it brings
// the subsidiary's own customers around them up to date, and the others by an event.
func (k *Keeper) Touched(ctx context.Context, keys []Key, parties ...uuid.UUID) error {
	if err := k.around(ctx, keys); err != nil {
		return err
	}
	return k.events.Publish(ctx, event.Event{Topic: TopicChanged, Payload: Changed{PartyIDs: parties}})
}

// around rebuilds the customers of the subsidiary that are near the parties.
func (k *Keeper) around(ctx context.Context, keys []Key) error {
	today, err := tenant.Today(ctx, k.clock)
	if err != nil {
		return err
	}
	if err := k.books.Lock(ctx); err != nil {
		return err
	}
	codes, err := near(ctx, k.books, keys, today)
	if err != nil {
		return err
	}
	customers, err := k.books.With(ctx, codes)
	if err != nil {
		return err
	}
	_, err = k.rebuild(ctx, customers, today)
	return err
}

// near lists the companies from which a way over one of the parties can start.
func near(ctx context.Context, a Around, keys []Key, on calendar.Date) (codes []string, err error) {
	edges, err := load(ctx, a, keys, MaxDepth-1, on)
	if err != nil {
		return nil, err
	}
	met := map[Key]bool{}
	add := func(k Key) {
		if code := k.USCC(); code != "" && !met[k] {
			met[k], codes = true, append(codes, code)
		}
	}
	for _, k := range keys {
		add(k)
	}
	for _, e := range edges {
		add(e.From.Key)
		add(e.To.Key)
	}
	return codes, nil
}

// load reads the edges around the parties, step by step outwards: one reading for
// each step, however many parties there are.
func load(ctx context.Context, a Around, keys []Key, depth int, on calendar.Date) (out []Edge, err error) {
	type same struct {
		from, to Key
		kind     Kind
	}
	known, met := map[same]int{}, map[Key]bool{}
	for _, k := range keys {
		met[k] = true
	}
	for range depth {
		if len(keys) == 0 {
			break
		}
		edges, err := a.Around(ctx, keys, on)
		if err != nil {
			return nil, err
		}
		keys = nil
		for _, e := range edges {
			s := same{e.From.Key, e.To.Key, e.Kind}
			if at, ok := known[s]; !ok {
				known[s], out = len(out), append(out, e)
			} else if e.Own {
				out[at] = e
			}
			for _, k := range []Key{e.From.Key, e.To.Key} {
				if !met[k] {
					met[k], keys = true, append(keys, k)
				}
			}
		}
	}
	return out, nil
}

// Handle takes relations.changed: HQ is told the edges as they are now, and the
// subsidiaries that have customers near them find anew what those reach. It may run
// twice: it writes states, not differences.
func (k *Keeper) Handle(ctx context.Context, d event.Delivered) error {
	var c Changed
	if err := json.Unmarshal(d.Payload, &c); err != nil {
		return fmt.Errorf("reach: payload of %s: %w", d.ID, err)
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return err
	}
	var edges []Shared
	var keys []Key
	err = k.tenants.InTx(ctx, func(ctx context.Context) (err error) {
		edges, keys, err = k.books.Known(ctx, c.PartyIDs)
		return err
	})
	if err != nil || len(keys) == 0 {
		return err
	}
	var others []uuid.UUID
	err = k.hq.InTx(ctx, func(ctx context.Context) error {
		if err := k.group.Put(ctx, t.ID, edges); err != nil {
			return err
		}
		codes, err := near(ctx, k.group, keys, calendar.Of(k.clock.Now(), calendar.Shanghai))
		if err != nil {
			return err
		}
		others, err = k.group.Holders(ctx, codes)
		return err
	})
	if err != nil {
		return err
	}
	// The subsidiary itself looks again: what another one told meanwhile may go on
	// from these relations, and that one could not know of them before.
	if !slices.Contains(others, t.ID) {
		others = append(others, t.ID)
	}
	var failed error // of one subsidiary does not keep the others waiting
	for _, id := range others {
		if err := k.at(ctx, id, keys); err != nil {
			failed = errors.Join(failed, fmt.Errorf("reach at subsidiary %s: %w", id, err))
		}
	}
	return failed
}

func (k *Keeper) at(ctx context.Context, id uuid.UUID, keys []Key) error {
	there, err := k.bind(ctx, id)
	if err != nil {
		return err
	}
	return k.tenants.InTx(there, func(ctx context.Context) error { return k.around(ctx, keys) })
}

// FromGroup gives the companies that the group knows within depth steps of one,
// inside HQ's unit of work.
func (k *Keeper) FromGroup(ctx context.Context, of Party, depth int) ([]Reached, error) {
	edges, err := load(ctx, k.group, []Key{of.Key}, depth, calendar.Of(k.clock.Now(), calendar.Shanghai))
	if err != nil {
		return nil, err
	}
	return Find(of, edges, depth), nil
}
