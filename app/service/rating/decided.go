package rating

import (
	"context"

	ratingv1 "zhuxin/app/api/rating/v1"
	"zhuxin/app/api/route"
	"zhuxin/biz/rating"
	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
)

// CompareRating puts a rating beside the one before it.
func (s *Service) CompareRating(ctx context.Context, r *ratingv1.CompareRatingRequest) (*ratingv1.RatingComparison, error) {
	id, err := ratingID(r.GetId())
	if err != nil {
		return nil, err
	}
	c, err := s.ratings.Compare(ctx, id)
	if err != nil {
		return nil, err
	}
	return toComparison(c), nil
}

// OverrideValue puts a value in place of a measured one.
func (s *Service) OverrideValue(ctx context.Context, r *ratingv1.OverrideValueRequest) (*ratingv1.Rating, error) {
	id, err := ratingID(r.GetId())
	if err != nil {
		return nil, err
	}
	return ratingReply(s.ratings.Override(ctx, rating.OverrideInput{RatingID: id, IndicatorCode: r.GetIndicatorCode(), Number: r.Number, Reason: r.GetReason(), Version: r.GetVersion()}))
}

// RevokeOverride lets the measured value count again.
func (s *Service) RevokeOverride(ctx context.Context, r *ratingv1.RevokeOverrideRequest) (*ratingv1.Rating, error) {
	id, err := ratingID(r.GetId())
	if err != nil {
		return nil, err
	}
	return ratingReply(s.ratings.RevokeOverride(ctx, id, r.GetIndicatorCode(), r.GetVersion()))
}

// ListSourceRows gives the rows behind a figure.
func (s *Service) ListSourceRows(ctx context.Context, r *ratingv1.ListSourceRowsRequest) (*ratingv1.ListSourceRowsReply, error) {
	id, err := customerID(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	var c fault.Checks
	in := rating.SourceRowsInput{CustomerID: id, Source: indicator.DataSource(r.GetSource()), On: date(&c, "on", r.GetOn()), Page: r.GetPage(), PageSize: r.GetPageSize()}
	if err := c.Err(); err != nil {
		return nil, err
	}
	rows, total, on, err := s.ratings.SourceRows(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &ratingv1.ListSourceRowsReply{Total: total, On: on.String()}
	for _, row := range rows {
		out.Rows = append(out.Rows, toSourceRow(row))
	}
	return out, nil
}

// GetDecisionFile gives the decision file.
func (s *Service) GetDecisionFile(ctx context.Context, r *ratingv1.GetDecisionFileRequest) (*route.File, error) {
	id, err := ratingID(r.GetId())
	if err != nil {
		return nil, err
	}
	f, err := s.ratings.DecisionFile(ctx, id, r.GetLang())
	if err != nil {
		return nil, err
	}
	return &route.File{Name: f.Name, ContentType: f.ContentType, Size: f.Size, Body: f.Body}, nil
}
