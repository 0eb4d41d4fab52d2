// Package gradescale answers the routes of the group's scale of grades.
package gradescale

import (
	"context"

	commonv1 "zhuxin/app/api/common/v1"
	gradescalev1 "zhuxin/app/api/gradescale/v1"
	"zhuxin/shared/fault"
	"zhuxin/shared/gradescale"
)

// Service implements GradeScaleServiceHTTPServer.
type Service struct{ s *gradescale.Service }

var _ gradescalev1.GradeScaleServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *gradescale.Service) *Service { return &Service{s} }

// GetGradeScale gives the scale with all subsidiaries.
func (s *Service) GetGradeScale(ctx context.Context, _ *gradescalev1.GetGradeScaleRequest) (*gradescalev1.GradeScale, error) {
	v, err := s.s.View(ctx)
	if err != nil {
		return nil, err
	}
	out := &gradescalev1.GradeScale{Rule: toRule(v.Rule)}
	for _, x := range v.Subsidiaries {
		one := &gradescalev1.ScaledSubsidiary{TenantId: x.ID.String(), Name: x.Name, AsOf: x.AsOf.String(), From: x.From.String(), Template: int32(x.Template), Weights: toWeights(x.Weights), Unknown: x.Unknown}
		for _, g := range x.Graded {
			one.Grades = append(one.Grades, toGrade(g))
		}
		out.Subsidiaries = append(out.Subsidiaries, one)
	}
	return out, nil
}

// SetGradeScaleRule puts a new version in force.
func (s *Service) SetGradeScaleRule(ctx context.Context, r *gradescalev1.GradeScaleRule) (*gradescalev1.GradeScaleRule, error) {
	in := gradescale.Rule{Version: r.GetVersion(), Days: int(r.GetDays()), MinCustomers: int64(r.GetMinCustomers()), Weight: int64(r.GetWeight())}
	var c fault.Checks
	c.Require(len(r.GetBounds()) == len(in.Bounds), "bounds", "BAD_FORM", "give six rates")
	if err := c.Err(); err != nil {
		return nil, err
	}
	for i, b := range r.GetBounds() {
		in.Bounds[i] = int64(b)
	}
	out, err := s.s.SetRule(ctx, in)
	if err != nil {
		return nil, err
	}
	return toRule(out), nil
}

func toRule(r gradescale.Rule) *gradescalev1.GradeScaleRule {
	out := &gradescalev1.GradeScaleRule{Version: r.Version, Days: int32(r.Days), MinCustomers: int32(r.MinCustomers), Weight: int32(r.Weight)}
	for _, b := range r.Bounds {
		out.Bounds = append(out.Bounds, int32(b))
	}
	return out
}

func toGrade(g gradescale.Graded) *gradescalev1.ScaledGrade {
	out := &gradescalev1.ScaledGrade{Grade: g.Grade, Common: Common(&g, 0, nil), Late: g.Late, Since: g.Since, Due: g.Due, LateAmount: g.LateAmount, WrittenOff: g.WrittenOff, Inverted: g.Inverted}
	if p := g.Previous; p != nil {
		out.Previous = &gradescalev1.PastGrade{Level: int32(p.Level), Basis: string(p.Basis), Smoothed: int32(p.Smoothed), Customers: p.Customers, AsOf: p.AsOf.String()}
	}
	drift, ok := g.Drift()
	out.Drift, out.Drifted = int32(drift), ok
	return out
}

// Common writes a grade on the scale; nil where there is none.
func Common(g *gradescale.Graded, template int, weights []gradescale.Weight) *commonv1.CommonGrade {
	if g == nil {
		return nil
	}
	return &commonv1.CommonGrade{Level: int32(g.Level), Basis: string(g.Basis), Customers: g.Customers, Rate: int32(g.Rate), Smoothed: int32(g.Smoothed), Mean: int32(g.Mean),
		Days: int32(g.Days), AsOf: g.AsOf.String(), Template: int32(template), Weights: toWeights(weights)}
}

func toWeights(all []gradescale.Weight) (out []*commonv1.TemplateWeight) {
	for _, w := range all {
		out = append(out, &commonv1.TemplateWeight{Category: w.Category, Points: int32(w.Points)})
	}
	return out
}
