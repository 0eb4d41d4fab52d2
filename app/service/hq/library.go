package hq

import (
	"context"

	hqv1 "zhuxin/app/api/hq/v1"
	ratingv1 "zhuxin/app/api/rating/v1"
	"zhuxin/app/service/rating"
	"zhuxin/shared/indicator"
)

// Library is the part about the group's indicator library.
type Library struct{ library *indicator.Service }

// NewLibrary makes the part.
func NewLibrary(s *indicator.Service) *Library { return &Library{library: s} }

// ListLibrary gives every entry, also the inactive ones.
func (s *Library) ListLibrary(ctx context.Context, _ *hqv1.ListLibraryRequest) (*hqv1.ListLibraryReply, error) {
	all, err := s.library.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &hqv1.ListLibraryReply{}
	for _, i := range all {
		out.Indicators = append(out.Indicators, rating.ToIndicator(i))
	}
	return out, nil
}

// SaveIndicator creates or changes an entry. The address names it; a code in the
// body may be left out, and must be the same otherwise.
func (s *Library) SaveIndicator(ctx context.Context, r *hqv1.SaveIndicatorRequest) (*ratingv1.Indicator, error) {
	in := indicator.SaveInput{Indicator: rating.FromIndicator(r.GetIndicator()), Version: r.GetVersion()}
	if in.Indicator.Code != "" && in.Indicator.Code != r.GetCode() {
		return nil, indicator.ErrCodeMismatch
	}
	in.Indicator.Code = r.GetCode()
	saved, err := s.library.Save(ctx, in)
	if err != nil {
		return nil, err
	}
	return rating.ToIndicator(saved), nil
}
