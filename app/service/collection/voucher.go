package collection

import (
	"bytes"
	"context"
	"io"

	collectionv1 "zhuxin/app/api/collection/v1"
	"zhuxin/app/api/route"
	"zhuxin/biz/collection"
)

// PrintReceipt gives the receipt for the customer.
func (s *Service) PrintReceipt(ctx context.Context, r *collectionv1.PrintReceiptRequest) (*route.File, error) {
	id, err := parsed(r.GetId(), collection.ErrReceiptNotFound)
	if err != nil {
		return nil, err
	}
	pdf, name, err := s.biz.Document(ctx, id)
	if err != nil {
		return nil, err
	}
	return &route.File{Name: name, ContentType: "application/pdf", Size: int64(len(pdf)), Body: io.NopCloser(bytes.NewReader(pdf))}, nil
}

// ConfirmReceipt writes to the customer that his money came in.
func (s *Service) ConfirmReceipt(ctx context.Context, r *collectionv1.ConfirmReceiptRequest) (*collectionv1.ReceiptDetail, error) {
	id, err := parsed(r.GetId(), collection.ErrReceiptNotFound)
	if err != nil {
		return nil, err
	}
	d, err := s.biz.Confirm(ctx, id)
	return toDetail(d, nil), err
}
