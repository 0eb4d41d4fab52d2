package agreement

import (
	"context"
	"fmt"

	agreementv1 "zhuxin/app/api/agreement/v1"
	"zhuxin/app/api/route"
	"zhuxin/biz/document"
	"zhuxin/biz/supplystop"
)

// UploadSupplyStopEvidence stores a file that a step of the stop can name.
func (s *Service) UploadSupplyStopEvidence(ctx context.Context, r *agreementv1.UploadSupplyStopEvidenceRequest) (*agreementv1.SupplyStopEvidence, error) {
	u, ok := route.UploadFrom(ctx)
	if !ok {
		return nil, fmt.Errorf("upload evidence: no file in the request")
	}
	id, err := parse(r.GetId(), supplystop.ErrNotFound)
	if err != nil {
		return nil, err
	}
	x, err := s.stops.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	d, err := s.documents.Upload(ctx, document.UploadInput{CustomerID: &x.CustomerID, Kind: document.KindSupplyStopEvidence, FileName: r.GetFileName(),
		Declared: u.ContentType, Size: u.Size, Body: u.Body})
	if err != nil {
		return nil, err
	}
	return &agreementv1.SupplyStopEvidence{DocumentId: d.ID.String(), FileName: d.FileName, SizeBytes: d.SizeBytes}, nil
}

// DownloadSupplyStopEvidence gives a file that a step of the stop names.
func (s *Service) DownloadSupplyStopEvidence(ctx context.Context, r *agreementv1.DownloadSupplyStopEvidenceRequest) (*route.File, error) {
	id, err := parse(r.GetId(), supplystop.ErrNotFound)
	if err != nil {
		return nil, err
	}
	wanted, err := parse(r.GetDocumentId(), supplystop.ErrEvidence)
	if err != nil {
		return nil, err
	}
	x, err := s.stops.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if !x.Proves(wanted) {
		return nil, supplystop.ErrEvidence
	}
	d, body, err := s.documents.Open(ctx, wanted)
	if err != nil {
		return nil, err
	}
	return &route.File{Name: d.FileName, ContentType: d.ContentType, Size: d.SizeBytes, Body: body}, nil
}
