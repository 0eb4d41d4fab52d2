package segment

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/report"
)

// Preview is a page of who would be in a segment, and what all of them come to.
type Preview struct {
	Customers []Facts
	Sum       Cell
}

// PreviewInput asks for a page of those who meet conditions, which need not be saved.
type PreviewInput struct {
	Conditions     Conditions
	Page, PageSize int32
}

// Preview says who meets the conditions, in the caller's scope, and stores nothing.
func (s *Service) Preview(ctx context.Context, in PreviewInput) (out Preview, err error) {
	err = s.look(ctx, access.CustomerRead, func(ctx context.Context, l looking) error {
		var c fault.Checks
		in.Conditions.check(&c, l.all)
		w := paging.Of(&c, in.Page, in.PageSize)
		if err := c.Err(); err != nil {
			return err
		}
		out.Customers, out.Sum, err = s.Reader.Page(ctx, in.Conditions, l.today, l.onlyOf, w)
		return err
	})
	return out, err
}

// CrossInput asks for the table of two dimensions, of all customers or of a segment's.
type CrossInput struct {
	Rows, Columns Code
	SegmentID     *uuid.UUID
}

// Cross gives the table of two dimensions, in the caller's scope.
func (s *Service) Cross(ctx context.Context, in CrossInput) (out Table, err error) {
	err = s.look(ctx, access.CustomerRead, func(ctx context.Context, l looking) error {
		out, err = s.cross(ctx, in, l)
		return err
	})
	return out, err
}

func (s *Service) cross(ctx context.Context, in CrossInput, l looking) (Table, error) {
	rows, known := find(l.all, in.Rows)
	columns, also := find(l.all, in.Columns)
	if !known || !also {
		return Table{}, ErrDimension
	}
	var c fault.Checks
	c.Require(in.Rows != in.Columns, "columns", "DUPLICATE", "choose two different dimensions")
	if err := c.Err(); err != nil {
		return Table{}, err
	}
	var of Segment
	if in.SegmentID != nil {
		var err error
		if of, err = s.Repo.Get(ctx, *in.SegmentID); err != nil {
			return Table{}, err
		}
	}
	all, err := s.Reader.Facts(ctx, l.today, l.onlyOf)
	if err != nil {
		return Table{}, err
	}
	var meant []Facts
	for _, f := range all {
		if of.Conditions.Matches(f) {
			meant = append(meant, f)
		}
	}
	return Cross(rows, columns, meant), nil
}

var _ customer.Segments = (*Service)(nil)

// Cut implements customer.Segments.
func (s *Service) Cut(ctx context.Context, id uuid.UUID, today calendar.Date, onlyOf *uuid.UUID) (customer.Cut, error) {
	of, err := s.Repo.Get(ctx, id)
	if err != nil {
		return customer.Cut{}, err
	}
	in, err := s.Reader.Members(ctx, of.Conditions, today, onlyOf)
	return customer.Cut{Segment: &id, Name: of.Name, In: in}, err
}

// ExportInput asks for the customers who meet conditions as a file.
type ExportInput struct {
	Conditions Conditions
	Lang       report.Lang
}

// most bounds a file.
const most = 100_000

// Export writes the customers who meet the conditions, in the caller's scope, to an
// XLSX file. It leaves an audit row: figures go out of the house.
func (s *Service) Export(ctx context.Context, in ExportInput) (file report.File, err error) {
	var found Preview
	var l looking
	err = s.look(ctx, access.CustomerRead, func(ctx context.Context, at looking) error {
		l = at
		var c fault.Checks
		in.Conditions.check(&c, l.all)
		if err := c.Err(); err != nil {
			return err
		}
		if found.Customers, found.Sum, err = s.Reader.Page(ctx, in.Conditions, l.today, l.onlyOf, paging.Window{Limit: most}); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "segment.exported", ObjectType: "segment", ObjectID: "customers",
			After: map[string]any{"conditions": in.Conditions, "customers": found.Sum.Customers}})
	})
	if err != nil {
		return file, err
	}
	return s.print(ctx, found, l, in.Lang)
}
