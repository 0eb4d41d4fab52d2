package todo

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Service joins the sources into one list.
type Service struct {
	tx      uow.Tenant
	clock   calendar.Clock
	sources []Source
}

// New wires the service; sources are asked in the order given.
func New(tx uow.Tenant, clock calendar.Clock, sources ...Source) *Service {
	return &Service{tx: tx, clock: clock, sources: sources}
}

// Register adds sources. It belongs to the wiring, not to requests.
func (s *Service) Register(sources ...Source) { s.sources = append(s.sources, sources...) }

// ListInput asks for a part of the list. Zero values: everything, newest first,
// from the beginning, twenty items.
type ListInput struct {
	Class    Class
	Kind     Kind
	Order    Order
	Cursor   string
	PageSize int32
}

const (
	presetSize = 20
	maxSize    = 100
)

// Validate gives all faults of the input.
func (in ListInput) Validate() error {
	var c fault.Checks
	c.Require(slices.Contains([]Class{"", ClassApproval, ClassUpdate, ClassWarning}, in.Class), "class", "UNKNOWN", "the classes are approval, update and warning")
	c.Require(slices.Contains([]Order{"", OrderNewest, OrderDue}, in.Order), "order", "UNKNOWN", "the orders are newest and due")
	c.Require(in.PageSize >= 0 && in.PageSize <= maxSize, "page_size", "OUT_OF_RANGE", "at most 100 in a page")
	return c.Err()
}

// List is a part of the list. Counts are of all kinds the person can have,
// whatever part was asked for. Next is empty at the end.
type List struct {
	Items  []Item
	Next   string
	Counts []KindCount
}

// KindCount is how many items of a kind there are; More says that counting stopped.
type KindCount struct {
	Kind  Kind
	Class Class
	Count
	More bool
}

// List gives a part of the caller's list, with the counts by kind.
func (s *Service) List(ctx context.Context, in ListInput) (List, error) {
	actor, err := access.Require(ctx, access.WorkbenchRead)
	if err != nil {
		return List{}, err
	}
	if err := in.Validate(); err != nil {
		return List{}, err
	}
	marks, err := decode(in.Cursor)
	if err != nil {
		return List{}, err
	}
	v := Viewer{Actor: actor, Person: actor.ID}
	if actor.OwnCustomersOnly() {
		v.OnlyOf = &actor.ID
	}
	if v.Today, err = tenant.Today(ctx, s.clock); err != nil {
		return List{}, err
	}
	q := Query{Viewer: v, Order: cmp.Or(in.Order, OrderNewest), Limit: int(cmp.Or(in.PageSize, presetSize))}
	var out List
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		out = List{}
		var all []Item
		for _, src := range s.sources {
			about := src.About()
			if !actor.Can(about.Permission) {
				continue
			}
			n, err := src.Count(ctx, v)
			if err != nil {
				return err
			}
			out.Counts = append(out.Counts, KindCount{Kind: about.Kind, Class: about.Class, Count: n, More: n.Total >= MostCounted})
			if n.Total == 0 || in.Class != "" && in.Class != about.Class || in.Kind != "" && in.Kind != about.Kind {
				continue
			}
			sq := q
			sq.Limit++ // one more says whether there is a next part
			if m, ok := marks[about.Kind]; ok {
				sq.After = &m
			}
			items, err := src.List(ctx, sq)
			if err != nil {
				return err
			}
			for i := range items {
				items[i].Kind, items[i].Class = about.Kind, about.Class
			}
			all = append(all, items...)
		}
		out.Items, out.Next, err = join(all, marks, q)
		return err
	})
	return out, err
}

// join brings the items of all sources into one order and cuts the part off. The
// cursor holds for each kind the last item that was given; the others go on where
// they were.
func join(all []Item, marks map[Kind]Mark, q Query) ([]Item, string, error) {
	slices.SortFunc(all, func(a, b Item) int { return compare(a, b, q.Order) })
	if len(all) <= q.Limit {
		return all, "", nil
	}
	for _, i := range all[:q.Limit] {
		marks[i.Kind] = Mark{Created: i.Created, Due: i.Due, ID: i.ID}
	}
	raw, err := json.Marshal(marks)
	return all[:q.Limit], base64.RawURLEncoding.EncodeToString(raw), err
}

func compare(a, b Item, by Order) int {
	if by == OrderDue {
		return cmp.Or(cmp.Compare(dated(a.Due), dated(b.Due)), slices.Compare(a.ID[:], b.ID[:]), cmp.Compare(a.Kind, b.Kind))
	}
	return cmp.Or(b.Created.Compare(a.Created), slices.Compare(b.ID[:], a.ID[:]), cmp.Compare(a.Kind, b.Kind))
}

// dated puts what has no date behind everything that has one.
func dated(d calendar.Date) calendar.Date {
	if d.IsZero() {
		return NoDate
	}
	return d
}

// NoDate stands for a missing due date in the order: later than any date that is
// accepted.
var NoDate = calendar.NewDate(9999, 12, 31)

// maxCursor bounds a cursor to what the kinds of a list can need.
const maxCursor = 8192

func decode(cursor string) (map[Kind]Mark, error) {
	marks := map[Kind]Mark{}
	if cursor == "" {
		return marks, nil
	}
	if len(cursor) > maxCursor {
		return nil, ErrCursor
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, ErrCursor
	}
	if json.Unmarshal(raw, &marks) != nil {
		return nil, ErrCursor
	}
	return marks, nil
}
