package rating

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	ratingv1 "zhuxin/app/api/rating/v1"
	"zhuxin/biz/rating"
	"zhuxin/shared/money"
)

// RunDryRun tries a template.
func (s *Service) RunDryRun(ctx context.Context, r *ratingv1.RunDryRunRequest) (*ratingv1.DryRun, error) {
	id, err := templateID(r.GetId())
	if err != nil {
		return nil, err
	}
	p := r.GetParameters()
	d, err := s.tried.Run(ctx, id, rating.DryRunParameters{WindowMonths: int(p.GetWindowMonths()), BadDays: int(p.GetBadDays()),
		BadAmount: money.Amount(p.GetBadAmount()), Cutoff: rating.Grade(p.GetCutoff())})
	if err != nil {
		return nil, err
	}
	return toDryRun(d), nil
}

// GetDryRun gives the newest dry run of a template.
func (s *Service) GetDryRun(ctx context.Context, r *ratingv1.GetDryRunRequest) (*ratingv1.GetDryRunReply, error) {
	id, err := templateID(r.GetId())
	if err != nil {
		return nil, err
	}
	t, err := s.templates.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	d, err := s.tried.Latest(ctx, id)
	if err != nil || d == nil {
		return &ratingv1.GetDryRunReply{}, err
	}
	return &ratingv1.GetDryRunReply{DryRun: toDryRun(*d), Stale: !d.Definition.Same(t.Definition)}, nil
}

// ListTrials gives the customers of a dry run.
func (s *Service) ListTrials(ctx context.Context, r *ratingv1.ListTrialsRequest) (*ratingv1.ListTrialsReply, error) {
	id, err := parse(r.GetId(), rating.ErrDryRunNotFound)
	if err != nil {
		return nil, err
	}
	rows, total, err := s.tried.Trials(ctx, rating.TrialsInput{DryRunID: id, From: cell(r.GetFrom()), To: cell(r.GetTo()), Group: r.GetGroup(),
		Page: r.GetPage(), PageSize: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	out := &ratingv1.ListTrialsReply{Total: total}
	for _, t := range rows {
		out.Trials = append(out.Trials, toTrial(t))
	}
	return out, nil
}

// cell reads a grade of the matrix: "none" is no grade, empty is any.
func cell(s string) *rating.Grade {
	switch s {
	case "":
		return nil
	case "none":
		return new(rating.Grade)
	}
	g := rating.Grade(s)
	return &g
}

// GetTrial gives one customer of a dry run.
func (s *Service) GetTrial(ctx context.Context, r *ratingv1.GetTrialRequest) (*ratingv1.TrialBreakdown, error) {
	id, err := parse(r.GetId(), rating.ErrDryRunNotFound)
	if err != nil {
		return nil, err
	}
	customer, err := parse(r.GetCustomerId(), rating.ErrDryRunNotFound)
	if err != nil {
		return nil, err
	}
	b, err := s.tried.Breakdown(ctx, id, customer)
	if err != nil {
		return nil, err
	}
	out := &ratingv1.TrialBreakdown{Trial: toTrial(b.Row), Now: toResult(b.Now, b.DryRun.Definition)}
	if b.Row.Judged {
		out.Then = toResult(b.Then, b.DryRun.Definition)
	}
	if b.Rating != nil {
		out.Rating = toRating(*b.Rating)
	}
	return out, nil
}

func toDryRun(d rating.DryRun) *ratingv1.DryRun {
	return &ratingv1.DryRun{Id: d.ID.String(), TemplateId: d.TemplateID.String(), TemplateVersion: d.TemplateVersion, WindowFrom: d.From.String(), AsOf: d.AsOf.String(),
		Parameters: &ratingv1.DryRunParameters{WindowMonths: int32(d.Parameters.WindowMonths), BadDays: int32(d.Parameters.BadDays),
			BadAmount: int64(d.Parameters.BadAmount), Cutoff: string(d.Parameters.Cutoff)},
		Summary: toSummary(d), CreatedAt: timestamppb.New(d.CreatedAt), CreatedBy: person(d.CreatedBy)}
}

func toSummary(d rating.DryRun) *ratingv1.DryRunSummary {
	s := d.Summary
	out := &ratingv1.DryRunSummary{Customers: int64(s.Customers), Scored: int64(s.Scored), Unscored: int64(s.Unscored), Better: int64(s.Better),
		Same: int64(s.Same), Worse: int64(s.Worse), First: int64(s.First), FromTotal: int64(s.FromTotal), ToTotal: int64(s.ToTotal), Unlimited: int64(s.Unlimited),
		Judged: int64(s.Judged), Bad: int64(s.Bad), Caught: int64(s.Caught), FalseAlarms: int64(s.FalseAlarms), BadUnjudged: int64(s.BadUnjudged)}
	for _, l := range s.Lacking {
		it, _ := d.Definition.Item(l.IndicatorCode)
		out.Lacking = append(out.Lacking, &ratingv1.Lacking{IndicatorCode: l.IndicatorCode, NameZh: it.NameZH, NameEn: it.NameEN, Customers: int64(l.Customers)})
	}
	for _, m := range s.Matrix {
		out.Matrix = append(out.Matrix, &ratingv1.GradeMove{From: string(m.From), To: string(m.To), Customers: int64(m.Customers),
			FromLimit: int64(m.FromLimit), ToLimit: int64(m.ToLimit)})
	}
	if s.KS != nil && s.AUC != nil {
		ks, auc := s.KS.BasisPoints(), s.AUC.BasisPoints()
		out.Ks, out.Auc = &ks, &auc
	}
	return out
}

func toTrial(t rating.TrialRow) *ratingv1.Trial {
	return &ratingv1.Trial{CustomerId: t.CustomerID.String(), Number: t.Number, Name: t.Name, FromGrade: string(t.From), ToGrade: string(t.To),
		FromLimit: int64(t.FromLimit), ToLimit: int64(t.ToLimit), Unlimited: t.Unlimited, Score: t.Score, Missing: t.Missing, Judged: t.Judged,
		ThenScore: t.ThenScore, ThenGrade: string(t.ThenGrade), Bad: t.Bad, Caught: t.Caught, WorstDays: int32(t.WorstDays), PeakOverdue: int64(t.PeakOverdue)}
}
