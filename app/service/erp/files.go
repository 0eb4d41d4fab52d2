package erp

import (
	"bytes"
	"cmp"
	"context"
	"io"

	erpv1 "zhuxin/app/api/erp/v1"
	"zhuxin/app/api/route"
	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
	"zhuxin/shared/fault"
)

var errNoBody = fault.New(fault.KindInvalid, "FILE_EMPTY", "send the file as the request's body")

// UploadERPFile takes a file in.
func (s *Service) UploadERPFile(ctx context.Context, r *erpv1.UploadERPFileRequest) (*erpv1.UploadERPFileReply, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	body, ok := route.UploadFrom(ctx)
	if !ok {
		return nil, errNoBody
	}
	up, err := s.erps.Upload(ctx, erp.UploadInput{ID: id, Kind: feed.Kind(r.GetKind()), Name: r.GetFileName(), Body: body.Body, Size: body.Size})
	if err != nil {
		return nil, err
	}
	out := &erpv1.UploadERPFileReply{Run: toRun(up.Run)}
	for _, f := range up.Faults {
		out.Faults = append(out.Faults, &erpv1.FileRowFault{Row: f.Row, RecordId: f.RecordID, Column: f.Column, Reason: f.Reason, Message: f.Message, Value: f.Value})
	}
	return out, nil
}

// DownloadERPFileTemplate gives the template of a kind.
func (s *Service) DownloadERPFileTemplate(ctx context.Context, r *erpv1.DownloadERPFileTemplateRequest) (*route.File, error) {
	format := cmp.Or(r.GetFormat(), "xlsx")
	b, contentType, err := s.erps.FileTemplate(ctx, feed.Kind(r.GetKind()), format)
	if err != nil {
		return nil, err
	}
	return &route.File{Name: r.GetKind() + "-template." + format, ContentType: contentType, Size: int64(len(b)), Body: io.NopCloser(bytes.NewReader(b))}, nil
}
