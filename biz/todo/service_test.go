package todo_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/todo"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

type inPlace struct{}

func (inPlace) InTx(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }

// pile is a source in memory: the same paging by key as one in SQL.
type pile struct {
	about todo.About
	items []todo.Item
	lists int
}

func (p *pile) About() todo.About { return p.about }

func (p *pile) Count(context.Context, todo.Viewer) (todo.Count, error) {
	return todo.Count{Total: min(int64(len(p.items)), todo.MostCounted)}, nil
}

func (p *pile) List(_ context.Context, q todo.Query) ([]todo.Item, error) {
	p.lists++
	order := func(a, b todo.Item) int {
		if q.Order == todo.OrderDue {
			return cmp.Or(cmp.Compare(due(a), due(b)), slices.Compare(a.ID[:], b.ID[:]))
		}
		return cmp.Or(b.Created.Compare(a.Created), slices.Compare(b.ID[:], a.ID[:]))
	}
	all := slices.SortedFunc(slices.Values(p.items), order)
	if q.After != nil {
		last := todo.Item{Created: q.After.Created, Due: q.After.Due, ID: q.After.ID}
		all = slices.DeleteFunc(all, func(i todo.Item) bool { return order(i, last) <= 0 })
	}
	return all[:min(len(all), q.Limit)], nil
}

func due(i todo.Item) calendar.Date {
	if i.Due.IsZero() {
		return todo.NoDate
	}
	return i.Due
}

var start = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

func ctxOf(roles ...access.Role) context.Context {
	ctx := tenant.With(context.Background(), tenant.Tenant{ID: uuid.New(), Currency: money.Currency("CNY"), Zone: calendar.Shanghai})
	return access.With(ctx, access.Actor{Kind: access.KindPerson, ID: uuid.New(), Roles: roles})
}

func random(r *rand.Rand, kind todo.Kind, permission access.Permission, n int) *pile {
	p := &pile{about: todo.About{Kind: kind, Class: todo.ClassApproval, Permission: permission}}
	for range n {
		i := todo.Item{ID: uuid.UUID{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())}, Created: start.Add(time.Duration(r.IntN(5)) * time.Hour)}
		if r.IntN(2) == 0 {
			i.Due = calendar.NewDate(2026, 11, 15+r.IntN(10))
		}
		p.items = append(p.items, i)
	}
	return p
}

// Page by page gives every item of every kind once, in the order, whatever the
// ties between the kinds.
func TestPagesGiveEverythingOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		sources := []todo.Source{random(r, "a", access.ApprovalRead, r.IntN(12)), random(r, "b", access.ApprovalRead, r.IntN(12)), random(r, "c", access.ApprovalRead, r.IntN(3))}
		s := todo.New(inPlace{}, &calendar.Frozen{At: start}, sources...)
		in := todo.ListInput{Order: []todo.Order{"", todo.OrderDue}[r.IntN(2)], PageSize: int32(1 + r.IntN(5))}
		seen := map[string]bool{}
		var last *todo.Item
		for {
			l, err := s.List(ctxOf(access.RoleViewer), in)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range l.Items {
				key := fmt.Sprint(i.Kind, i.ID)
				if seen[key] {
					t.Fatalf("seed %d: %s twice", seed, key)
				}
				seen[key] = true
				if last != nil && (in.Order == todo.OrderDue && due(*last) > due(i) || in.Order != todo.OrderDue && last.Created.Before(i.Created)) {
					t.Fatalf("seed %d: out of order", seed)
				}
				last = &i
			}
			if l.Next == "" {
				break
			}
			in.Cursor = l.Next
		}
		want := 0
		for _, src := range sources {
			want += len(src.(*pile).items)
		}
		if len(seen) != want {
			t.Fatalf("seed %d: %d of %d items", seed, len(seen), want)
		}
	}
}

func TestSparesWhatThePersonCannotHave(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	decide, mine, none := random(r, "approval.decide", access.ApprovalDecide, 3), random(r, "mine", access.ApprovalRead, 2), random(r, "none", access.ApprovalRead, 0)
	s := todo.New(inPlace{}, &calendar.Frozen{At: start})
	s.Register(decide, mine, none)
	l, err := s.List(ctxOf(access.RoleViewer), todo.ListInput{})
	if err != nil || len(l.Items) != 2 || len(l.Counts) != 2 || l.Counts[0].Kind != "mine" || l.Counts[0].Total != 2 {
		t.Errorf("%+v, %v", l, err)
	}
	if decide.lists != 0 || none.lists != 0 || mine.lists != 1 {
		t.Errorf("asked %d, %d and %d times", decide.lists, mine.lists, none.lists)
	}
	l, err = s.List(ctxOf(access.RoleApprover), todo.ListInput{Kind: "approval.decide"})
	if err != nil || len(l.Items) != 3 || len(l.Counts) != 3 || l.Items[0].Kind != "approval.decide" {
		t.Errorf("%+v, %v", l, err)
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	s := todo.New(inPlace{}, &calendar.Frozen{At: start})
	_, err := s.List(ctxOf(access.RoleViewer), todo.ListInput{Class: "x", Order: "y", PageSize: 101})
	if f, ok := fault.As(err); !ok || len(f.Fields) != 3 {
		t.Errorf("%v", err)
	}
	for _, cursor := range []string{"?", "e30x", base64.RawURLEncoding.EncodeToString([]byte(`{"a": 1}`)), string(make([]byte, 9000))} {
		if _, err := s.List(ctxOf(access.RoleViewer), todo.ListInput{Cursor: cursor}); err == nil {
			t.Errorf("cursor %.20q was taken", cursor)
		}
	}
	if _, err := s.List(context.Background(), todo.ListInput{}); err == nil {
		t.Error("nobody has a workbench")
	}
}
