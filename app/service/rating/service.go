// Package rating answers a subsidiary's routes about indicators, templates,
// ratings and limits.
package rating

import (
	"context"

	"github.com/google/uuid"

	commonv1 "zhuxin/app/api/common/v1"
	ratingv1 "zhuxin/app/api/rating/v1"
	"zhuxin/biz/customer"
	"zhuxin/biz/limit"
	"zhuxin/biz/rating"
)

// Service implements RatingServiceHTTPServer.
type Service struct {
	templates *rating.Templates
	ratings   *rating.Ratings
	tried     *rating.DryRuns
	limits    *limit.Service
}

var _ ratingv1.RatingServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(t *rating.Templates, r *rating.Ratings, d *rating.DryRuns, l *limit.Service) *Service {
	return &Service{templates: t, ratings: r, tried: d, limits: l}
}

// ListIndicators gives the group's library.
func (s *Service) ListIndicators(ctx context.Context, _ *ratingv1.ListIndicatorsRequest) (*ratingv1.ListIndicatorsReply, error) {
	all, err := s.templates.Indicators(ctx)
	if err != nil {
		return nil, err
	}
	out := &ratingv1.ListIndicatorsReply{}
	for _, i := range all {
		out.Indicators = append(out.Indicators, ToIndicator(i))
	}
	return out, nil
}

// ListTemplates gives every version, newest first.
func (s *Service) ListTemplates(ctx context.Context, _ *ratingv1.ListTemplatesRequest) (*ratingv1.ListTemplatesReply, error) {
	ts, err := s.templates.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &ratingv1.ListTemplatesReply{}
	for _, t := range ts {
		out.Templates = append(out.Templates, toTemplate(t))
	}
	return out, nil
}

// GetTemplate gives one version.
func (s *Service) GetTemplate(ctx context.Context, r *ratingv1.GetTemplateRequest) (*ratingv1.Template, error) {
	id, err := templateID(r.GetId())
	if err != nil {
		return nil, err
	}
	return templateReply(s.templates.Get(ctx, id))
}

// CreateTemplate starts a draft.
func (s *Service) CreateTemplate(ctx context.Context, r *ratingv1.CreateTemplateRequest) (*ratingv1.Template, error) {
	return templateReply(s.templates.Create(ctx, r.GetName(), r.GetFrom()))
}

// UpdateTemplate saves a draft.
func (s *Service) UpdateTemplate(ctx context.Context, r *ratingv1.UpdateTemplateRequest) (*ratingv1.Template, error) {
	id, err := templateID(r.GetId())
	if err != nil {
		return nil, err
	}
	return templateReply(s.templates.Update(ctx, rating.UpdateTemplateInput{
		ID: id, Name: r.GetName(), Definition: fromDefinition(r.GetDefinition()), Version: r.GetVersion()}))
}

// DeleteTemplate removes a draft.
func (s *Service) DeleteTemplate(ctx context.Context, r *ratingv1.DeleteTemplateRequest) (*commonv1.EmptyReply, error) {
	id, err := templateID(r.GetId())
	if err != nil {
		return nil, err
	}
	return &commonv1.EmptyReply{}, s.templates.Delete(ctx, id)
}

// SubmitTemplate sends a draft to approval.
func (s *Service) SubmitTemplate(ctx context.Context, r *ratingv1.SubmitTemplateRequest) (*ratingv1.Template, error) {
	id, err := templateID(r.GetId())
	if err != nil {
		return nil, err
	}
	return templateReply(s.templates.Submit(ctx, id, r.GetVersion()))
}

// PreviewScore scores values by a definition.
func (s *Service) PreviewScore(ctx context.Context, r *ratingv1.PreviewScoreRequest) (*ratingv1.ScoreResult, error) {
	d := fromDefinition(r.GetDefinition())
	res, err := s.templates.Preview(ctx, d, fromValues(r.GetValues()))
	if err != nil {
		return nil, err
	}
	return toResult(res, d), nil
}

// ListRatings gives a page of ratings.
func (s *Service) ListRatings(ctx context.Context, r *ratingv1.ListRatingsRequest) (*ratingv1.ListRatingsReply, error) {
	in := rating.ListInput{Status: rating.Status(r.GetStatus()), Page: r.GetPage(), PageSize: r.GetPageSize()}
	if r.GetCustomerId() != "" {
		id, err := customerID(r.GetCustomerId())
		if err != nil {
			return nil, err
		}
		in.CustomerID = &id
	}
	rs, total, err := s.ratings.List(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &ratingv1.ListRatingsReply{Total: total}
	for _, x := range rs {
		out.Ratings = append(out.Ratings, toRating(x))
	}
	return out, nil
}

// GetRating gives one rating.
func (s *Service) GetRating(ctx context.Context, r *ratingv1.GetRatingRequest) (*ratingv1.Rating, error) {
	id, err := ratingID(r.GetId())
	if err != nil {
		return nil, err
	}
	return ratingReply(s.ratings.Get(ctx, id))
}

// PrepareRating gives the form.
func (s *Service) PrepareRating(ctx context.Context, r *ratingv1.PrepareRatingRequest) (*ratingv1.RatingForm, error) {
	id, err := customerID(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	f, err := s.ratings.Prepare(ctx, id)
	if err != nil {
		return nil, err
	}
	return toForm(f), nil
}

// SaveRating stores a draft, and submits it if asked.
func (s *Service) SaveRating(ctx context.Context, r *ratingv1.SaveRatingRequest) (*ratingv1.Rating, error) {
	id, err := customerID(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	in := rating.SaveInput{CustomerID: id, Version: r.GetVersion(), Values: fromValues(r.GetValues()), Remark: r.GetRemark(), Submit: r.GetSubmit()}
	if r.GetRatingId() != "" {
		draft, err := ratingID(r.GetRatingId())
		if err != nil {
			return nil, err
		}
		in.RatingID = &draft
	}
	return ratingReply(s.ratings.Save(ctx, in))
}

// SubmitRating sends a draft to approval.
func (s *Service) SubmitRating(ctx context.Context, r *ratingv1.SubmitRatingRequest) (*ratingv1.Rating, error) {
	id, err := ratingID(r.GetId())
	if err != nil {
		return nil, err
	}
	return ratingReply(s.ratings.Submit(ctx, id, r.GetVersion()))
}

// ListLimits gives a customer's limits, newest first.
func (s *Service) ListLimits(ctx context.Context, r *ratingv1.ListLimitsRequest) (*ratingv1.ListLimitsReply, error) {
	id, err := customerID(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	ls, err := s.limits.List(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &ratingv1.ListLimitsReply{}
	for _, l := range ls {
		out.Limits = append(out.Limits, ToLimit(ctx, l))
	}
	return out, nil
}

// ApplyTemporaryLimit asks for a temporary limit.
func (s *Service) ApplyTemporaryLimit(ctx context.Context, r *ratingv1.ApplyTemporaryLimitRequest) (*ratingv1.Limit, error) {
	in, err := fromApply(r)
	if err != nil {
		return nil, err
	}
	l, err := s.limits.Apply(ctx, in)
	if err != nil {
		return nil, err
	}
	return ToLimit(ctx, l), nil
}

// An id that cannot be one is nobody's.

func templateID(s string) (uuid.UUID, error) { return parse(s, rating.ErrTemplateNotFound) }
func ratingID(s string) (uuid.UUID, error)   { return parse(s, rating.ErrNotFound) }
func customerID(s string) (uuid.UUID, error) { return parse(s, customer.ErrNotFound) }

func parse(s string, missing error) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil, missing
	}
	return id, nil
}

func templateReply(t rating.Template, err error) (*ratingv1.Template, error) {
	if err != nil {
		return nil, err
	}
	return toTemplate(t), nil
}

func ratingReply(r rating.Rating, err error) (*ratingv1.Rating, error) {
	if err != nil {
		return nil, err
	}
	return toRating(r), nil
}
