// Package segment answers the routes about customer segments and labels.
package segment

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"zhuxin/app/api/route"
	segmentv1 "zhuxin/app/api/segment/v1"
	"zhuxin/biz/customer"
	biz "zhuxin/biz/segment"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
)

// Service implements SegmentServiceHTTPServer.
type Service struct{ biz *biz.Service }

var _ segmentv1.SegmentServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *biz.Service) *Service { return &Service{s} }

// ListSegmentDimensions gives the dimensions.
func (s *Service) ListSegmentDimensions(ctx context.Context, _ *segmentv1.ListSegmentDimensionsRequest) (*segmentv1.SegmentDimensions, error) {
	all, err := s.biz.Dimensions(ctx)
	if err != nil {
		return nil, err
	}
	out := &segmentv1.SegmentDimensions{}
	for _, d := range all {
		out.Dimensions = append(out.Dimensions, toDimension(d))
	}
	return out, nil
}

// SaveSegmentDimension stores a label or bands.
func (s *Service) SaveSegmentDimension(ctx context.Context, r *segmentv1.SegmentDimension) (*segmentv1.SegmentDimension, error) {
	d, err := s.biz.SaveDimension(ctx, biz.Dimension{Code: biz.Code(r.GetCode()), Name: r.GetName(), Choices: fromChoices(r.GetChoices()), Cuts: r.GetCuts(), Version: r.GetVersion()})
	if err != nil {
		return nil, err
	}
	return toDimension(d), nil
}

// DeleteSegmentDimension drops a label or bands of the subsidiary's own.
func (s *Service) DeleteSegmentDimension(ctx context.Context, r *segmentv1.DeleteSegmentDimensionRequest) (*segmentv1.DeleteSegmentReply, error) {
	return &segmentv1.DeleteSegmentReply{}, s.biz.DropDimension(ctx, biz.Code(r.GetCode()), r.GetVersion())
}

// ListSegments gives the saved segments.
func (s *Service) ListSegments(ctx context.Context, _ *segmentv1.ListSegmentsRequest) (*segmentv1.SegmentList, error) {
	all, err := s.biz.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &segmentv1.SegmentList{}
	for _, x := range all {
		out.Segments = append(out.Segments, toSegment(x))
	}
	return out, nil
}

// CreateSegment saves a new one.
func (s *Service) CreateSegment(ctx context.Context, r *segmentv1.CreateSegmentRequest) (*segmentv1.Segment, error) {
	return s.save(ctx, biz.SaveInput{Name: r.GetName(), Description: r.GetDescription(), Conditions: fromConditions(r.GetConditions())})
}

// UpdateSegment saves one that is there.
func (s *Service) UpdateSegment(ctx context.Context, r *segmentv1.UpdateSegmentRequest) (*segmentv1.Segment, error) {
	id, err := parse(r.GetId(), biz.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.save(ctx, biz.SaveInput{ID: &id, Name: r.GetName(), Description: r.GetDescription(), Conditions: fromConditions(r.GetConditions()), Version: r.GetVersion()})
}

func (s *Service) save(ctx context.Context, in biz.SaveInput) (*segmentv1.Segment, error) {
	x, err := s.biz.Save(ctx, in)
	if err != nil {
		return nil, err
	}
	return toSegment(x), nil
}

// DeleteSegment removes one.
func (s *Service) DeleteSegment(ctx context.Context, r *segmentv1.DeleteSegmentRequest) (*segmentv1.DeleteSegmentReply, error) {
	id, err := parse(r.GetId(), biz.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return &segmentv1.DeleteSegmentReply{}, s.biz.Delete(ctx, id, r.GetVersion())
}

// PreviewSegment gives a page of who meets conditions.
func (s *Service) PreviewSegment(ctx context.Context, r *segmentv1.PreviewSegmentRequest) (*segmentv1.SegmentPreview, error) {
	p, err := s.biz.Preview(ctx, biz.PreviewInput{Conditions: fromConditions(r.GetConditions()), Page: r.GetPage(), PageSize: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	out := &segmentv1.SegmentPreview{Total: p.Sum.Customers, Receivable: int64(p.Sum.Receivable), Overdue: int64(p.Sum.Overdue), OverdueRatio: p.Sum.Share()}
	for _, f := range p.Customers {
		out.Customers = append(out.Customers, toCustomer(f))
	}
	return out, nil
}

// ExportSegment gives everybody who meets conditions as a file.
func (s *Service) ExportSegment(ctx context.Context, r *segmentv1.ExportSegmentRequest) (*route.File, error) {
	var cs biz.Conditions
	if text := r.GetConditions(); text != "" {
		if err := json.Unmarshal([]byte(text), &cs); err != nil {
			var c fault.Checks
			c.Add("conditions", "BAD_FORM", "not the conditions of a segment")
			return nil, c.Err()
		}
	}
	f, err := s.biz.Export(ctx, biz.ExportInput{Conditions: cs, Lang: report.LangOf(r.GetLang())})
	if err != nil {
		return nil, err
	}
	return &route.File{Name: f.Name, ContentType: f.ContentType, Size: f.Size, Body: f.Body}, nil
}

// GetSegmentTable gives the cross-table of two dimensions.
func (s *Service) GetSegmentTable(ctx context.Context, r *segmentv1.GetSegmentTableRequest) (*segmentv1.SegmentTable, error) {
	in := biz.CrossInput{Rows: biz.Code(r.GetRows()), Columns: biz.Code(r.GetColumns())}
	if r.GetSegmentId() != "" {
		id, err := parse(r.GetSegmentId(), biz.ErrNotFound)
		if err != nil {
			return nil, err
		}
		in.SegmentID = &id
	}
	t, err := s.biz.Cross(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &segmentv1.SegmentTable{Rows: toBands(t.RowBands), Columns: toBands(t.ColumnBands), Total: toCell(t.Total)}
	for _, c := range t.Cells {
		out.Cells = append(out.Cells, toCell(c))
	}
	return out, nil
}

// GetCustomerLabels gives the labels of a customer.
func (s *Service) GetCustomerLabels(ctx context.Context, r *segmentv1.GetCustomerLabelsRequest) (*segmentv1.CustomerLabels, error) {
	id, err := parse(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return toLabels(s.biz.Labels(ctx, id))
}

// SetCustomerLabel gives a customer a label's value, or takes it away.
func (s *Service) SetCustomerLabel(ctx context.Context, r *segmentv1.SetCustomerLabelRequest) (*segmentv1.CustomerLabels, error) {
	id, err := parse(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return toLabels(s.biz.SetLabel(ctx, id, biz.Code(r.GetCode()), r.GetValue()))
}

func parse(id string, none error) (uuid.UUID, error) {
	got, err := uuid.Parse(id)
	if err != nil || got == uuid.Nil {
		return uuid.Nil, none
	}
	return got, nil
}
