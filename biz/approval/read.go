package approval

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
)

// ListInput asks for a page of a box; an empty box is todo.
type ListInput struct {
	Box        Box
	Kind       Kind
	Overdue    bool
	Page, Size int32
}

// List gives a page of a box. Who may not act has nothing to do.
func (s *Service) List(ctx context.Context, box Box, page, size int32) (Page, error) {
	return s.Find(ctx, ListInput{Box: box, Page: page, Size: size})
}

// Find is List with filters.
func (s *Service) Find(ctx context.Context, in ListInput) (Page, error) {
	actor, err := access.Require(ctx, access.ApprovalRead)
	if err != nil {
		return Page{}, err
	}
	var c fault.Checks
	if in.Box == "" {
		in.Box = BoxTodo
	}
	c.Require(slices.Contains(Boxes, in.Box), "box", "UNKNOWN", "the boxes are todo, mine, done and all")
	c.Require(len(in.Kind) <= 64, "kind", "TOO_LONG", "a kind of submission")
	window := paging.Of(&c, in.Page, in.Size)
	if err := c.Err(); err != nil {
		return Page{}, err
	}
	v, err := s.viewer(ctx, actor)
	if err != nil {
		return Page{}, err
	}
	var out Page
	err = s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		out, err = s.repo.List(ctx, Query{Box: in.Box, Kind: in.Kind, Overdue: in.Overdue, Viewer: v, Window: window})
		return err
	})
	return out, err
}

// Get gives one submission; ErrNotFound also for one the caller may not see.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Approval, error) {
	a, _, err := s.read(ctx, id, false)
	return a, err
}

// History is Get with the ended submissions of the same subject, newest first,
// without their facts.
func (s *Service) History(ctx context.Context, id uuid.UUID) (Approval, []Approval, error) {
	return s.read(ctx, id, true)
}

func (s *Service) read(ctx context.Context, id uuid.UUID, earlier bool) (a Approval, before []Approval, err error) {
	actor, err := access.Require(ctx, access.ApprovalRead)
	if err != nil {
		return a, nil, err
	}
	v, err := s.viewer(ctx, actor)
	if err != nil {
		return a, nil, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		if a, err = s.repo.Get(ctx, id, v); err != nil || !earlier {
			return err
		}
		before, err = s.repo.Earlier(ctx, a.SubjectID, a.ID)
		return err
	})
	return a, before, err
}

func (s *Service) viewer(ctx context.Context, a access.Actor) (Viewer, error) {
	today, err := tenant.Today(ctx, s.clock)
	return Viewer{Person: a.ID, OwnOnly: a.OwnCustomersOnly(), Roles: a.Roles, Today: today,
		CanAct: a.Can(access.ApprovalAct) && a.Kind == access.KindPerson}, err
}
