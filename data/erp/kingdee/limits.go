package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"zhuxin/biz/erp"
	"zhuxin/biz/exposure"
)

// credits are Kingdee's credit files (信用档案) of customers; an entry has the amount.
var credits = form{id: "CRE_CustArchives", fields: []string{"FID", "FEntity_FEntryID", "FOBJECTID.FNumber", "FCREDITAMOUNT"}}

// PushLimits implements erp.Adapter: it changes the amount of the customer's credit
// file and reads it back.
func (a Adapter) PushLimits(ctx context.Context, e erp.Endpoint, limits []erp.Limit, told func(i int, err error) error) error {
	s, err := login(ctx, a.wire, e)
	if err != nil {
		return err
	}
	defer s.close(ctx)
	return erp.EachLimit(limits, told, func(l erp.Limit) error { return s.pushLimit(ctx, l) })
}

func (s *session) pushLimit(ctx context.Context, l erp.Limit) error {
	if l.Kind == exposure.LimitUnlimited {
		return erp.ErrUnlimited
	}
	file, err := s.creditFile(ctx, l.CustomerNumber)
	if err != nil {
		return err
	}
	if err := s.save(ctx, credits.id, []string{"FCREDITAMOUNT"}, map[string]any{"FID": file.cells[0],
		"FEntity": []any{map[string]any{"FEntryID": file.cells[1], "FCREDITAMOUNT": json.Number(l.Amount.String())}}}); err != nil {
		return err
	}
	if file, err = s.creditFile(ctx, l.CustomerNumber); err != nil {
		return err
	}
	if has, err := amount(file.text("FCREDITAMOUNT")); err != nil || has != l.Amount {
		return erp.ErrNotTaken.With("sent", l.Amount.String()).With("there", file.text("FCREDITAMOUNT"))
	}
	return nil
}

func (s *session) creditFile(ctx context.Context, number string) (r row, err error) {
	cells, err := s.query(ctx, credits, "FOBJECTID.FNumber="+quote(number), 0, 2)
	if err != nil {
		return r, err
	}
	if len(cells) == 0 {
		return r, erp.ErrNoCustomer.With("customer", number)
	}
	return row{credits.fields, cells[0]}, nil
}

// save changes fields of one object.
func (s *session) save(ctx context.Context, id string, fields []string, model map[string]any) error {
	raw, err := s.post(ctx, "DynamicFormService.Save", map[string]any{"formid": id, "data": map[string]any{
		"NeedUpDateFields": fields, "NeedReturnFields": []string{}, "IsDeleteEntry": "false", "Model": model,
	}})
	if err != nil {
		return err
	}
	var answer struct {
		Result *struct {
			Status struct {
				IsSuccess bool `json:"IsSuccess"`
				Errors    []struct {
					FieldName string `json:"FieldName"`
					Message   string `json:"Message"`
				} `json:"Errors"`
			} `json:"ResponseStatus"`
		} `json:"Result"`
	}
	if json.Unmarshal(raw, &answer) != nil || answer.Result == nil {
		return erp.ErrAnswer
	}
	if answer.Result.Status.IsSuccess {
		return nil
	}
	if len(answer.Result.Status.Errors) == 0 {
		return erp.ErrNotTaken
	}
	text := answer.Result.Status.Errors[0].Message
	if strings.Contains(text, lostSession) {
		return sessionLost
	}
	return erp.ErrNotTaken.With("error", fmt.Sprintf("%.200s", text))
}
