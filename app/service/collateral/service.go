// Package collateral answers a subsidiary's routes about collateral and its rates:
// proto to biz and back, no decisions.
package collateral

import (
	"context"

	"github.com/google/uuid"

	collateralv1 "zhuxin/app/api/collateral/v1"
	"zhuxin/biz/collateral"
	"zhuxin/biz/customer"
	"zhuxin/shared/fault"
)

// Service implements CollateralServiceHTTPServer.
type Service struct{ collateral *collateral.Service }

var _ collateralv1.CollateralServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(c *collateral.Service) *Service { return &Service{collateral: c} }

// id reads an id; what is none is nobody's.
func id(s string, none error) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil, none
	}
	return id, nil
}

// ListCustomerCollateral gives what secures a customer's debt.
func (s *Service) ListCustomerCollateral(ctx context.Context, r *collateralv1.ListCustomerCollateralRequest) (*collateralv1.ListCustomerCollateralReply, error) {
	of, err := id(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	sheet, err := s.collateral.OfCustomer(ctx, of)
	if err != nil {
		return nil, err
	}
	return &collateralv1.ListCustomerCollateralReply{Items: toItems(sheet.Items), Cover: int64(sheet.Cover)}, nil
}

// ApplyCollateral submits one.
func (s *Service) ApplyCollateral(ctx context.Context, r *collateralv1.ApplyCollateralRequest) (*collateralv1.Collateral, error) {
	in, err := fromApply(r)
	if err != nil {
		return nil, err
	}
	return answer(s.collateral.Apply(ctx, in))
}

// ListCollateral gives a page of all.
func (s *Service) ListCollateral(ctx context.Context, r *collateralv1.ListCollateralRequest) (*collateralv1.ListCollateralReply, error) {
	var c fault.Checks
	in := collateral.ListInput{Search: r.GetQ(), Kind: collateral.Kind(r.GetKind()), Status: collateral.Status(r.GetStatus()),
		EndsBefore: date(&c, "ends_before", r.GetEndsBefore()), Page: r.GetPage(), Size: r.GetPageSize()}
	if err := c.Err(); err != nil {
		return nil, err
	}
	items, total, cover, err := s.collateral.List(ctx, in)
	if err != nil {
		return nil, err
	}
	return &collateralv1.ListCollateralReply{Items: toItems(items), Total: total, Cover: int64(cover)}, nil
}

// GetCollateral gives one.
func (s *Service) GetCollateral(ctx context.Context, r *collateralv1.GetCollateralRequest) (*collateralv1.Collateral, error) {
	of, err := id(r.GetId(), collateral.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return answer(s.collateral.Get(ctx, of))
}

// WithdrawCollateral takes an application back.
func (s *Service) WithdrawCollateral(ctx context.Context, r *collateralv1.WithdrawCollateralRequest) (*collateralv1.Collateral, error) {
	of, err := id(r.GetId(), collateral.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return answer(s.collateral.Withdraw(ctx, of))
}

// ReleaseCollateral gives one back.
func (s *Service) ReleaseCollateral(ctx context.Context, r *collateralv1.ReleaseCollateralRequest) (*collateralv1.Collateral, error) {
	of, err := id(r.GetId(), collateral.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return answer(s.collateral.Release(ctx, collateral.ReleaseInput{ID: of, Reason: r.GetReason(), Version: r.GetVersion()}))
}

// GetCollateralRates gives the rates in force.
func (s *Service) GetCollateralRates(ctx context.Context, _ *collateralv1.GetCollateralRatesRequest) (*collateralv1.CollateralRates, error) {
	return rates(s.collateral.Rates(ctx))
}

// SetCollateralRates makes a new version of the rates.
func (s *Service) SetCollateralRates(ctx context.Context, r *collateralv1.SetCollateralRatesRequest) (*collateralv1.CollateralRates, error) {
	return rates(s.collateral.SetRates(ctx, fromRates(r)))
}
