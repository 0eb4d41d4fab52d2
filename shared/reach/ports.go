package reach

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
)

// TopicChanged says that relations of parties have changed; its payload is Changed.
const TopicChanged event.Topic = "relations.changed"

// Changed names the parties, by their ids in the subsidiary.
type Changed struct {
	PartyIDs []uuid.UUID `json:"party_ids"`
}

// MergeChanged makes one event of those that wait.
func MergeChanged(payloads []json.RawMessage) (any, error) {
	var all Changed
	seen := map[uuid.UUID]bool{}
	for _, p := range payloads {
		var one Changed
		if err := json.Unmarshal(p, &one); err != nil {
			return nil, err
		}
		for _, id := range one.PartyIDs {
			if !seen[id] {
				seen[id], all.PartyIDs = true, append(all.PartyIDs, id)
			}
		}
	}
	return all, nil
}

// Customer is one of a subsidiary's customers.
type Customer struct {
	ID         uuid.UUID
	USCC, Name string
}

// Row is a company that a customer is connected with.
type Row struct {
	CustomerID uuid.UUID
	Reached
}

// Shared is an edge as HQ keeps it for the group.
type Shared struct {
	ID       uuid.UUID // the relation's
	From, To Party
	Kind     Kind
	Since    calendar.Date // first day; zero: since ever
	Through  calendar.Date // last day; zero: until further notice
	Version  int64
}

// Around gives the edges that touch the parties and hold on a date.
type Around interface {
	Around(ctx context.Context, keys []Key, on calendar.Date) ([]Edge, error)
}

// Books are a subsidiary's tables, inside its unit of work. Around gives its own
// edges and those that the others know.
type Books interface {
	Around
	// Lock makes the caller the only one who keeps the subsidiary's reach, until its
	// transaction ends.
	Lock(ctx context.Context) error
	// Customers gives those with the ids, or all.
	Customers(ctx context.Context, ids []uuid.UUID) ([]Customer, error)
	// With gives the customers with one of the codes.
	With(ctx context.Context, codes []string) ([]Customer, error)
	// Put replaces what the customers reach and says how many rows changed.
	Put(ctx context.Context, customers []uuid.UUID, rows []Row) (int64, error)
	// Known gives the subsidiary's own edges at the parties as the group may know
	// them, ended ones too, and the parties' keys.
	Known(ctx context.Context, parties []uuid.UUID) ([]Shared, []Key, error)
}

// Group is what HQ holds, inside its unit of work; Around gives everybody's edges.
type Group interface {
	Around
	// Put stores edges of a subsidiary; an older version never overwrites a newer one.
	Put(ctx context.Context, tenantID uuid.UUID, edges []Shared) error
	// Holders lists the subsidiaries with a customer that has one of the codes.
	Holders(ctx context.Context, codes []string) ([]uuid.UUID, error)
}

// Bind gives a context in which the system works for a subsidiary.
type Bind func(ctx context.Context, tenantID uuid.UUID) (context.Context, error)
