package collection

import (
	"context"
	"strconv"

	"google.golang.org/protobuf/types/known/timestamppb"

	collectionv1 "zhuxin/app/api/collection/v1"
	"zhuxin/biz/collection"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// ListChanges gives what changed of an item since it came.
func (s *Service) ListChanges(ctx context.Context, r *collectionv1.ListChangesRequest) (*collectionv1.ListChangesReply, error) {
	id, err := parsed(r.GetId(), collection.ErrItemNotFound)
	if err != nil {
		return nil, err
	}
	list, err := s.biz.Changes(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &collectionv1.ListChangesReply{}
	for _, c := range list {
		out.Changes = append(out.Changes, &collectionv1.Change{Id: c.ID, At: timestamppb.New(c.At), Cause: string(c.Cause), Source: c.Source, FileName: c.FileName, By: c.By,
			Fields: changedFields(c.Before, c.After)})
	}
	return out, nil
}

func changedFields(before, after collection.ChangedFields) (out []*collectionv1.ChangedField) {
	for _, f := range []struct{ name, before, after string }{
		{"customer", text(before.Customer), text(after.Customer)},
		{"amount", fen(before.Amount), fen(after.Amount)},
		{"open", fen(before.Open), fen(after.Open)},
		{"invoice_date", day(before.InvoiceDate), day(after.InvoiceDate)},
		{"due_date", day(before.DueDate), day(after.DueDate)},
		{"currency", text(before.Currency), text(after.Currency)},
		{"contract_no", text(before.ContractNo), text(after.ContractNo)},
	} {
		if f.before != f.after {
			out = append(out, &collectionv1.ChangedField{Field: f.name, Before: f.before, After: f.after})
		}
	}
	return out
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func fen(a *money.Amount) string {
	if a == nil {
		return ""
	}
	return strconv.FormatInt(int64(*a), 10)
}

func day(d *calendar.Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}
