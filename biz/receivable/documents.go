package receivable

import (
	"context"
	"errors"
	"io"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	"zhuxin/shared/access"
	"zhuxin/shared/tenant"
)

// Documents keeps the files of imports as documents of the subsidiary.
type Documents struct{ service *document.Service }

var _ Files = Documents{}

// NewDocuments makes the adapter.
func NewDocuments(s *document.Service) Documents { return Documents{s} }

// Store implements Files. A list of refused rows is the server's own work,
// whoever asked for the import.
func (d Documents) Store(ctx context.Context, f NewFile) (File, error) {
	if f.Kind == document.KindImportErrors {
		t, err := tenant.From(ctx)
		if err != nil {
			return File{}, err
		}
		a, _ := access.From(ctx)
		ctx = access.With(ctx, access.System(t.ID, a.RequestID))
	}
	doc, err := d.service.Upload(ctx, document.UploadInput{Kind: f.Kind, FileName: f.Name, Declared: f.ContentType, Size: f.Size, Body: f.Body})
	return fileOf(doc), err
}

// Open implements Files.
func (d Documents) Open(ctx context.Context, id uuid.UUID, kind document.Kind) (File, io.ReadCloser, error) {
	doc, body, err := d.service.Open(ctx, id)
	if errors.Is(err, document.ErrNotFound) {
		return File{}, nil, ErrFileNotFound
	}
	if err != nil {
		return File{}, nil, err
	}
	if doc.Kind != kind {
		return File{}, nil, errors.Join(ErrFileNotFound, body.Close())
	}
	return fileOf(doc), body, nil
}

func fileOf(d document.Document) File {
	return File{ID: d.ID, Name: d.FileName, ContentType: d.ContentType, Size: d.SizeBytes, SHA256: d.SHA256}
}
