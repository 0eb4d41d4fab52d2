package tryton

import (
	"context"

	"zhuxin/biz/erp"
	"zhuxin/biz/exposure"
	"zhuxin/shared/money"
)

// PushLimits implements erp.Adapter: credit_limit_amount of the party, read back. No
// amount is no bound there.
func (a Adapter) PushLimits(ctx context.Context, e erp.Endpoint, limits []erp.Limit, told func(i int, err error) error) error {
	s, err := login(ctx, a.wire, e)
	if err != nil {
		return err
	}
	defer s.close(ctx)
	return erp.EachLimit(limits, told, func(l erp.Limit) error { return s.pushLimit(ctx, l) })
}

func (s *session) pushLimit(ctx context.Context, l erp.Limit) error {
	var parties []customer
	if err := s.search(ctx, "party.party", []any{[]any{"code", "=", l.CustomerNumber}}, 2, []string{"code", "name"}, &parties); err != nil {
		return err
	}
	if len(parties) != 1 {
		return erp.ErrNoCustomer.With("customer", l.CustomerNumber)
	}
	id := []int64{parties[0].ID}
	var value any
	if l.Kind != exposure.LimitUnlimited {
		value = map[string]any{"__class__": "Decimal", "decimal": l.Amount.String()}
	}
	if err := s.call(ctx, "model.party.party.write", []any{id, map[string]any{"credit_limit_amount": value}, s.scope}, nil); err != nil {
		return err
	}
	var read []struct {
		Limit *amount `json:"credit_limit_amount"`
	}
	if err := s.call(ctx, "model.party.party.read", []any{id, []string{"credit_limit_amount"}, s.scope}, &read); err != nil {
		return err
	}
	if len(read) != 1 || (read[0].Limit == nil) != (value == nil) || value != nil && money.Amount(*read[0].Limit) != l.Amount {
		return erp.ErrNotTaken.With("sent", l.Amount.String())
	}
	return nil
}
