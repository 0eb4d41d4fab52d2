// Package document keeps the records of files in the tenant's schema; it implements
// document.Repository.
package document

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	"zhuxin/data/postgres"
	"zhuxin/ent/tenantdb"
	entdocument "zhuxin/ent/tenantdb/document"
	"zhuxin/tenancy/scope"
)

// Repo is the repository; it works inside a unit of work of the tenant.
type Repo struct{ client *tenantdb.Client }

var _ document.Repository = (*Repo)(nil)

// New makes the repository.
func New(pool *scope.Pool) *Repo { return &Repo{pool.TenantClient()} }

// maxList bounds how many records of a customer are listed.
const maxList = 500

// Add stores the record under the next revision of its customer and kind. Two at
// once take turns.
func (r *Repo) Add(ctx context.Context, d document.Document) (int, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	owner := uuid.Nil
	if d.CustomerID != nil {
		owner = *d.CustomerID
	}
	_, err = c.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1 || current_schema(), 0))`, "document "+owner.String()+" "+string(d.Kind)+" ")
	if err != nil {
		return 0, postgres.Map(ctx, err, "lock document revision")
	}
	revision := 1
	if d.CustomerID != nil {
		err = c.QueryRowContext(ctx, `SELECT coalesce(max(revision), 0) + 1 FROM documents WHERE customer_id = $1 AND kind = $2 AND project_id IS NOT DISTINCT FROM $3`,
			owner, string(d.Kind), d.ProjectID).Scan(&revision)
		if err != nil {
			return 0, postgres.Map(ctx, err, "read document revision")
		}
	}
	create := r.client.Document.Create().SetID(d.ID).SetKind(entdocument.Kind(d.Kind)).SetFileName(d.FileName).
		SetContentType(d.ContentType).SetSizeBytes(d.SizeBytes).SetSha256(d.SHA256).SetObjectKey(d.ObjectKey).
		SetRevision(revision).SetCreatedAt(d.CreatedAt).SetNillableCustomerID(d.CustomerID).SetNillableProjectID(d.ProjectID).SetHistorical(d.Historical)
	if !d.IssuedOn.IsZero() {
		create.SetIssuedOn(d.IssuedOn)
	}
	if !d.ExpiresOn.IsZero() {
		create.SetExpiresOn(d.ExpiresOn)
	}
	if d.CreatedBy != uuid.Nil {
		create.SetCreatedBy(d.CreatedBy)
	}
	if err := create.Exec(ctx); err != nil {
		return 0, postgres.Map(ctx, err, "insert document")
	}
	return revision, nil
}

// Get gives one record.
func (r *Repo) Get(ctx context.Context, id uuid.UUID) (document.Document, error) {
	d, err := r.client.Document.Get(ctx, id)
	if tenantdb.IsNotFound(err) {
		return document.Document{}, document.ErrNotFound
	}
	if err != nil {
		return document.Document{}, postgres.Map(ctx, err, "read document")
	}
	return fromDB(d), nil
}

// List gives the records of a customer, newest first; uuid.Nil those of none.
func (r *Repo) List(ctx context.Context, customerID uuid.UUID) ([]document.Document, error) {
	of := entdocument.CustomerIDIsNil()
	if customerID != uuid.Nil {
		of = entdocument.CustomerID(customerID)
	}
	rows, err := r.client.Document.Query().Where(of).Order(tenantdb.Desc(entdocument.FieldCreatedAt, entdocument.FieldID)).Limit(maxList).All(ctx)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list documents")
	}
	out := make([]document.Document, len(rows))
	for i, d := range rows {
		out[i] = fromDB(d)
	}
	return out, nil
}

func fromDB(d *tenantdb.Document) document.Document {
	out := document.Document{
		ID: d.ID, CustomerID: d.CustomerID, Kind: document.Kind(d.Kind), FileName: d.FileName, ContentType: d.ContentType,
		SizeBytes: d.SizeBytes, SHA256: d.Sha256, Revision: d.Revision, CreatedAt: d.CreatedAt.UTC(), ObjectKey: d.ObjectKey,
		ProjectID: d.ProjectID, IssuedOn: d.IssuedOn, ExpiresOn: d.ExpiresOn, Historical: d.Historical,
	}
	if d.CreatedBy != nil {
		out.CreatedBy = *d.CreatedBy
	}
	return out
}
