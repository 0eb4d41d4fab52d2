package u8

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"zhuxin/biz/erp"
	"zhuxin/biz/exposure"
)

// PushLimits implements erp.Adapter: it changes credit_amount of the customer's file,
// with the control of it on, and reads it back.
func (a Adapter) PushLimits(ctx context.Context, e erp.Endpoint, limits []erp.Limit, told func(i int, err error) error) error {
	s, err := login(ctx, a.wire, e)
	if err != nil {
		return err
	}
	return erp.EachLimit(limits, told, func(l erp.Limit) error { return s.pushLimit(ctx, l) })
}

func (s *session) pushLimit(ctx context.Context, l erp.Limit) error {
	if _, err := s.customer(ctx, l.CustomerNumber); err != nil {
		return err
	}
	file := map[string]string{"code": l.CustomerNumber, "Credit": "0"}
	if l.Kind != exposure.LimitUnlimited {
		file["Credit"], file["credit_amount"] = "1", l.Amount.String()
	}
	// A change goes under a number that U8 gives out, so that one sent twice counts once.
	var trade struct {
		Trade struct {
			ID string `json:"id"`
		} `json:"trade"`
	}
	if err := s.get(ctx, "/system/tradeid", nil, &trade); err != nil {
		return told(err)
	}
	body, err := json.Marshal(map[string]any{"customer": file})
	if err != nil {
		return err
	}
	var done struct{}
	err = s.do(ctx, http.MethodPost, "/api/customer/edit", url.Values{"tradeid": {trade.Trade.ID}, "sync": {"1"}}, body, &done)
	if refused, ok := errors.AsType[refusal](err); ok {
		return erp.ErrNotTaken.With("error", refused.Error())
	}
	if err != nil {
		return err
	}
	now, err := s.customer(ctx, l.CustomerNumber)
	if err != nil {
		return err
	}
	if l.Kind == exposure.LimitUnlimited {
		if now.Controlled != "0" {
			return erp.ErrNotTaken.With("there", "the control of the limit is on")
		}
		return nil
	}
	if has, err := amount("customer", now.Limit); err != nil || has != l.Amount || now.Controlled != "1" {
		return erp.ErrNotTaken.With("sent", l.Amount.String()).With("there", now.Limit)
	}
	return nil
}

type creditFile struct {
	customer
	Controlled string `json:"Credit"`
}

func (s *session) customer(ctx context.Context, code string) (creditFile, error) {
	var answer struct {
		Customer creditFile `json:"customer"`
	}
	err := s.get(ctx, "/api/customer/get", url.Values{"id": {code}}, &answer)
	if refused, ok := errors.AsType[refusal](err); ok && refused.noData() {
		return creditFile{}, erp.ErrNoCustomer.With("customer", code)
	}
	if err != nil {
		return creditFile{}, told(err)
	}
	if answer.Customer.Code != code {
		return creditFile{}, erp.ErrNoCustomer.With("customer", code)
	}
	return answer.Customer, nil
}
