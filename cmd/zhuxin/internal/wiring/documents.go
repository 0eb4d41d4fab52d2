package wiring

import (
	"context"
	"io"

	"github.com/google/uuid"

	"zhuxin/app/api/route"
	"zhuxin/biz/document"
	"zhuxin/data/query/company"
	documentrepo "zhuxin/data/tenantrepo/document"
	"zhuxin/shared/access"
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

// OpenProof opens the evidence of a proposal for whoever may see its approval.
func (d *Documents) OpenProof(ctx context.Context, documentID uuid.UUID) (*route.File, error) {
	doc, body, err := d.Service.OpenNamed(ctx, documentID, document.KindNegativeEvidence)
	if err != nil {
		return nil, err
	}
	return &route.File{Name: doc.FileName, ContentType: doc.ContentType, Size: doc.SizeBytes, Body: body}, nil
}

// OpenEvidence opens a subsidiary's evidence file for HQ. In the subsidiary's log
// it is the system that opened it, for the person of HQ.
func (d *Documents) OpenEvidence(b *Base) func(ctx context.Context, tenantID, documentID uuid.UUID) (*route.File, error) {
	return func(ctx context.Context, tenantID, documentID uuid.UUID) (*route.File, error) {
		viewer, err := access.Require(ctx, access.HQNegativeRead)
		if err != nil {
			return nil, err
		}
		if ctx, err = b.Registry.Bind(ctx, tenantID); err != nil {
			return nil, err
		}
		actor := access.System(tenantID, viewer.RequestID)
		actor.Name = "headquarters: " + viewer.Name
		doc, body, err := d.Service.Open(access.With(ctx, actor), documentID)
		if err != nil {
			return nil, err
		}
		return &route.File{Name: doc.FileName, ContentType: doc.ContentType, Size: doc.SizeBytes, Body: body}, nil
	}
}
