// Package receivable answers a subsidiary's routes about what customers owe and
// the files it comes from.
package receivable

import (
	"bytes"
	"context"
	"io"

	"github.com/google/uuid"

	receivablev1 "zhuxin/app/api/receivable/v1"
	"zhuxin/app/api/route"
	"zhuxin/biz/customer"
	"zhuxin/biz/receivable"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
)

// Service implements ReceivableServiceHTTPServer.
type Service struct {
	ledger  *receivable.Ledger
	exports *receivable.Exports
	imports *receivable.Imports
}

var _ receivablev1.ReceivableServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(l *receivable.Ledger, x *receivable.Exports, i *receivable.Imports) *Service {
	return &Service{ledger: l, exports: x, imports: i}
}

// ListReceivables gives a page of receivables.
func (s *Service) ListReceivables(ctx context.Context, r *receivablev1.ListReceivablesRequest) (*receivablev1.ListReceivablesReply, error) {
	customerID, err := optionalID(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	p, err := s.ledger.List(ctx, receivable.ListInput{CustomerID: customerID, View: receivable.View(r.GetView()), Text: r.GetQ(),
		OrderBy: r.GetOrderBy(), Page: r.GetPage(), Size: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	out := &receivablev1.ListReceivablesReply{Total: p.Total, OpenSum: int64(p.OpenSum)}
	for _, item := range p.Receivables {
		out.Receivables = append(out.Receivables, toReceivable(item, p.Today))
	}
	return out, nil
}

// GetOverview gives the subsidiary, or one customer, in sums.
func (s *Service) GetOverview(ctx context.Context, r *receivablev1.GetOverviewRequest) (*receivablev1.Overview, error) {
	customerID, err := optionalID(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	o, err := s.ledger.Overview(ctx, customerID)
	if err != nil {
		return nil, err
	}
	return toOverview(o), nil
}

var errNoBody = fault.New(fault.KindInvalid, "FILE_REQUIRED", "send the file as the body of the request")

// ExportReceivables gives the rows of a view as a file.
func (s *Service) ExportReceivables(ctx context.Context, r *receivablev1.ExportReceivablesRequest) (*route.File, error) {
	customerID, err := optionalID(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	f, err := s.exports.List(ctx, receivable.ListInput{CustomerID: customerID, View: receivable.View(r.GetView()), Text: r.GetQ(), OrderBy: r.GetOrderBy()}, report.LangOf(r.GetLang()))
	if err != nil {
		return nil, err
	}
	return &route.File{Name: f.Name, ContentType: f.ContentType, Size: f.Size, Body: f.Body}, nil
}

// UploadFile stores the file that is the request's body.
func (s *Service) UploadFile(ctx context.Context, r *receivablev1.UploadFileRequest) (*receivablev1.UploadedFile, error) {
	body, ok := route.UploadFrom(ctx)
	if !ok {
		return nil, errNoBody
	}
	u, err := s.imports.Upload(ctx, r.GetFileName(), body.Body, body.Size)
	if err != nil {
		return nil, err
	}
	return toUploaded(u), nil
}

// StartImport runs an uploaded file as a job.
func (s *Service) StartImport(ctx context.Context, r *receivablev1.StartImportRequest) (*receivablev1.Import, error) {
	file, err := requiredID(r.GetFileId(), receivable.ErrFileNotFound)
	if err != nil {
		return nil, err
	}
	i, err := s.imports.Start(ctx, receivable.StartInput{FileID: file, Mapping: fromMapping(r.GetMapping()), DryRun: r.GetDryRun()})
	if err != nil {
		return nil, err
	}
	return toImport(i), nil
}

// ListImports gives a page of imports, newest first.
func (s *Service) ListImports(ctx context.Context, r *receivablev1.ListImportsRequest) (*receivablev1.ListImportsReply, error) {
	list, total, err := s.imports.List(ctx, r.GetPage(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &receivablev1.ListImportsReply{Total: total}
	for _, i := range list {
		out.Imports = append(out.Imports, toImport(i))
	}
	return out, nil
}

// GetImport gives one import.
func (s *Service) GetImport(ctx context.Context, r *receivablev1.GetImportRequest) (*receivablev1.Import, error) {
	id, err := requiredID(r.GetId(), receivable.ErrImportNotFound)
	if err != nil {
		return nil, err
	}
	i, err := s.imports.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return toImport(i), nil
}

// DownloadErrors gives the refused rows of an import.
func (s *Service) DownloadErrors(ctx context.Context, r *receivablev1.DownloadErrorsRequest) (*route.File, error) {
	id, err := requiredID(r.GetId(), receivable.ErrImportNotFound)
	if err != nil {
		return nil, err
	}
	f, body, err := s.imports.ErrorFile(ctx, id)
	if err != nil {
		return nil, err
	}
	return &route.File{Name: f.Name, ContentType: "text/csv; charset=utf-8", Size: f.Size, Body: body}, nil
}

// DownloadTemplate gives our own template.
func (s *Service) DownloadTemplate(ctx context.Context, r *receivablev1.DownloadTemplateRequest) (*route.File, error) {
	format := r.GetFormat()
	if format == "" {
		format = "xlsx"
	}
	b, contentType, err := s.imports.Template(ctx, format)
	if err != nil {
		return nil, err
	}
	return &route.File{Name: "receivables-template." + format, ContentType: contentType, Size: int64(len(b)), Body: io.NopCloser(bytes.NewReader(b))}, nil
}

// ListMappings gives presets and saved mappings.
func (s *Service) ListMappings(ctx context.Context, _ *receivablev1.ListMappingsRequest) (*receivablev1.ListMappingsReply, error) {
	all, err := s.imports.Mappings(ctx)
	if err != nil {
		return nil, err
	}
	out := &receivablev1.ListMappingsReply{}
	for _, m := range all {
		out.Mappings = append(out.Mappings, toNamed(m))
	}
	return out, nil
}

// SaveMapping keeps a mapping under a name.
func (s *Service) SaveMapping(ctx context.Context, r *receivablev1.SaveMappingRequest) (*receivablev1.NamedMapping, error) {
	m, err := s.imports.SaveMapping(ctx, r.GetName(), fromMapping(r.GetMapping()))
	if err != nil {
		return nil, err
	}
	return toNamed(m), nil
}

// optionalID and requiredID read an id; one that cannot be is one that is not there.
func optionalID(s string, absent error) (uuid.UUID, error) {
	if s == "" {
		return uuid.Nil, nil
	}
	return requiredID(s, absent)
}

func requiredID(s string, absent error) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil || id == uuid.Nil {
		return uuid.Nil, absent
	}
	return id, nil
}
