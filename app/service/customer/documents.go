package customer

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "zhuxin/app/api/common/v1"
	customerv1 "zhuxin/app/api/customer/v1"
	"zhuxin/app/api/route"
	"zhuxin/biz/document"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// ListDocuments gives a customer's papers, newest first.
func (s *Service) ListDocuments(ctx context.Context, r *customerv1.ListDocumentsRequest) (*customerv1.ListDocumentsReply, error) {
	id, err := parse(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	ds, err := s.documents.List(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &customerv1.ListDocumentsReply{}
	for _, d := range ds {
		out.Documents = append(out.Documents, toDocument(d))
	}
	return out, s.nameAuthors(ctx, out.Documents)
}

// UploadDocument takes the file in the body.
func (s *Service) UploadDocument(ctx context.Context, r *customerv1.UploadDocumentRequest) (*customerv1.Document, error) {
	id, err := parse(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	u, ok := route.UploadFrom(ctx)
	if !ok {
		return nil, errors.New("customer: the route carries no file")
	}
	project, issued, expires, err := paperFields(r)
	if err != nil {
		return nil, err
	}
	d, err := s.documents.Upload(ctx, document.UploadInput{CustomerID: &id, ProjectID: project, IssuedOn: issued, ExpiresOn: expires, Kind: document.Kind(r.GetKind()), FileName: r.GetFileName(),
		Historical: r.GetHistorical(), Declared: u.ContentType, Size: u.Size, Body: u.Body})
	if err != nil {
		return nil, err
	}
	out := toDocument(d)
	if a, ok := access.From(ctx); ok && out.CreatedBy != nil {
		out.CreatedBy.Name = a.Name
	}
	return out, nil
}

// paperFields reads what is said about a paper beside its kind.
func paperFields(r *customerv1.UploadDocumentRequest) (project *uuid.UUID, issued, expires calendar.Date, err error) {
	var c fault.Checks
	if r.GetProjectId() != "" {
		id, err := uuid.Parse(r.GetProjectId())
		c.Require(err == nil, "project_id", "BAD_FORM", "not the id of a project")
		project = &id
	}
	for _, d := range []struct {
		field, text string
		to          *calendar.Date
	}{{"issued_on", r.GetIssuedOn(), &issued}, {"expires_on", r.GetExpiresOn(), &expires}} {
		if d.text == "" {
			continue
		}
		parsed, err := calendar.Parse(d.text)
		if err != nil {
			c.Add(d.field, "BAD_FORM", err.Error())
		}
		*d.to = parsed
	}
	return project, issued, expires, c.Err()
}

// DownloadDocument gives the file.
func (s *Service) DownloadDocument(ctx context.Context, r *customerv1.DownloadDocumentRequest) (*route.File, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, document.ErrNotFound
	}
	d, body, err := s.documents.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	return &route.File{Name: d.FileName, ContentType: d.ContentType, Size: d.SizeBytes, Body: body}, nil
}

func toDocument(d document.Document) *customerv1.Document {
	out := &customerv1.Document{Id: d.ID.String(), Kind: string(d.Kind), FileName: d.FileName, ContentType: d.ContentType, SizeBytes: d.SizeBytes,
		Revision: int32(d.Revision), CreatedAt: timestamppb.New(d.CreatedAt), IssuedOn: d.IssuedOn.String(), ExpiresOn: d.ExpiresOn.String(), Historical: d.Historical}
	if d.ProjectID != nil {
		out.ProjectId = d.ProjectID.String()
	}
	if d.CreatedBy != uuid.Nil {
		out.CreatedBy = &commonv1.PersonRef{Id: d.CreatedBy.String()}
	}
	return out
}

// nameAuthors puts in the names of those who uploaded, by one look.
func (s *Service) nameAuthors(ctx context.Context, ds []*customerv1.Document) error {
	var ids []uuid.UUID
	for _, d := range ds {
		if id, err := uuid.Parse(d.GetCreatedBy().GetId()); err == nil {
			ids = append(ids, id)
		}
	}
	names, err := s.customers.PersonNames(ctx, ids)
	if err != nil {
		return err
	}
	for _, d := range ds {
		if p := d.GetCreatedBy(); p != nil {
			p.Name = names[uuid.MustParse(p.GetId())]
		}
	}
	return nil
}
