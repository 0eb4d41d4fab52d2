package erp

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	erpv1 "zhuxin/app/api/erp/v1"
)

// GetFreshness says how new the figures are.
func (s *Service) GetFreshness(ctx context.Context, _ *erpv1.GetFreshnessRequest) (*erpv1.Freshness, error) {
	list, err := s.erps.Freshness(ctx)
	if err != nil {
		return nil, err
	}
	out := &erpv1.Freshness{}
	whole := len(list) > 0
	for i, f := range list {
		one := &erpv1.FreshnessOf{Source: f.Source, Kind: string(f.Kind), State: string(f.State)}
		if whole = whole && f.At != nil; f.At != nil {
			one.At = timestamppb.New(*f.At)
			if out.At == nil || f.At.Before(out.At.AsTime()) {
				out.At = one.At
			}
		}
		if i == 0 {
			out.State = one.State
		}
		out.Sources = append(out.Sources, one)
	}
	if !whole {
		out.At = nil
	}
	return out, nil
}
