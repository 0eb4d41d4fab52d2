package wiring

import (
	"context"
	"io"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	"zhuxin/data/query/company"
	documentrepo "zhuxin/data/tenantrepo/document"
)

// Documents is files: papers of customers, evidence, imports.
type Documents struct {
	Service *document.Service
	Sweeper *document.Sweeper
}

func newDocuments(b *Base) *Documents {
	tx, repo := b.Pool.Tenant(), documentrepo.New(b.Pool)
	return &Documents{Service: document.NewService(tx, repo, b.Store, company.Query{}, b.Audit.Tenant, b.Clock),
		Sweeper: document.NewSweeper(tx, repo, b.Store, b.Clock)}
}

// UploadEvidence stores the evidence of a negative listing.
func (d *Documents) UploadEvidence(ctx context.Context, fileName, declared string, size int64, body io.Reader) (uuid.UUID, string, int64, error) {
	doc, err := d.Service.Upload(ctx, document.UploadInput{Kind: document.KindNegativeEvidence, FileName: fileName, Declared: declared, Size: size, Body: body})
	return doc.ID, doc.FileName, doc.SizeBytes, err
}
