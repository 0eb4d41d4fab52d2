// Package historyimport answers a subsidiary's routes about imports of history.
package historyimport

import (
	"bytes"
	"context"
	"io"

	"github.com/google/uuid"

	historyimportv1 "zhuxin/app/api/historyimport/v1"
	"zhuxin/app/api/route"
	"zhuxin/biz/historyimport"
	"zhuxin/biz/receivable"
	"zhuxin/shared/fault"
)

// Service implements HistoryImportServiceHTTPServer.
type Service struct{ biz *historyimport.Service }

var _ historyimportv1.HistoryImportServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *historyimport.Service) *Service { return &Service{s} }

var errNoBody = fault.New(fault.KindInvalid, "FILE_REQUIRED", "send the file as the body of the request")

// parsed reads an id; one that cannot be is one that is not there.
func parsed(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil || id == uuid.Nil {
		return uuid.Nil, historyimport.ErrNotFound
	}
	return id, nil
}

// after does something with the import of an id and shows it as it is then.
func after(ctx context.Context, id string, do func(id uuid.UUID) (historyimport.Import, error)) (*historyimportv1.HistoryImport, error) {
	key, err := parsed(id)
	if err != nil {
		return nil, err
	}
	i, err := do(key)
	if err != nil {
		return nil, err
	}
	return toImport(ctx, i), nil
}

// ListHistoryImports gives a page of imports.
func (s *Service) ListHistoryImports(ctx context.Context, r *historyimportv1.ListHistoryImportsRequest) (*historyimportv1.ListHistoryImportsReply, error) {
	list, total, err := s.biz.List(ctx, r.GetPage(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &historyimportv1.ListHistoryImportsReply{Total: total}
	for _, i := range list {
		out.Imports = append(out.Imports, toImport(ctx, i))
	}
	return out, nil
}

// CreateHistoryImport begins one.
func (s *Service) CreateHistoryImport(ctx context.Context, r *historyimportv1.CreateHistoryImportRequest) (*historyimportv1.HistoryImport, error) {
	f, err := facts(r)
	if err != nil {
		return nil, err
	}
	i, err := s.biz.Create(ctx, f)
	if err != nil {
		return nil, err
	}
	return toImport(ctx, i), nil
}

// GetHistoryImport gives one.
func (s *Service) GetHistoryImport(ctx context.Context, r *historyimportv1.GetHistoryImportRequest) (*historyimportv1.HistoryImport, error) {
	return after(ctx, r.GetId(), func(id uuid.UUID) (historyimport.Import, error) { return s.biz.Get(ctx, id) })
}

// UpdateHistoryImport changes what was entered.
func (s *Service) UpdateHistoryImport(ctx context.Context, r *historyimportv1.UpdateHistoryImportRequest) (*historyimportv1.HistoryImport, error) {
	f, err := facts(r)
	if err != nil {
		return nil, err
	}
	return after(ctx, r.GetId(), func(id uuid.UUID) (historyimport.Import, error) {
		return s.biz.Update(ctx, id, r.GetVersion(), f)
	})
}

// UploadHistoryFile puts the file that is the request's body into the package.
func (s *Service) UploadHistoryFile(ctx context.Context, r *historyimportv1.UploadHistoryFileRequest) (*historyimportv1.HistoryImport, error) {
	body, ok := route.UploadFrom(ctx)
	if !ok {
		return nil, errNoBody
	}
	return after(ctx, r.GetId(), func(id uuid.UUID) (historyimport.Import, error) {
		return s.biz.Upload(ctx, id, historyimport.Kind(r.GetKind()), r.GetFileName(), body.Body, body.Size)
	})
}

// RemoveHistoryFile takes one out.
func (s *Service) RemoveHistoryFile(ctx context.Context, r *historyimportv1.RemoveHistoryFileRequest) (*historyimportv1.HistoryImport, error) {
	return after(ctx, r.GetId(), func(id uuid.UUID) (historyimport.Import, error) {
		return s.biz.Remove(ctx, id, r.GetVersion(), historyimport.Kind(r.GetKind()))
	})
}

// CheckHistoryImport asks for a check.
func (s *Service) CheckHistoryImport(ctx context.Context, r *historyimportv1.CheckHistoryImportRequest) (*historyimportv1.HistoryImport, error) {
	return after(ctx, r.GetId(), func(id uuid.UUID) (historyimport.Import, error) { return s.biz.Check(ctx, id, r.GetVersion()) })
}

// ExplainHistoryFinding says why a finding stands.
func (s *Service) ExplainHistoryFinding(ctx context.Context, r *historyimportv1.ExplainHistoryFindingRequest) (*historyimportv1.HistoryImport, error) {
	return after(ctx, r.GetId(), func(id uuid.UUID) (historyimport.Import, error) {
		return s.biz.Explain(ctx, id, r.GetVersion(), r.GetFinding(), r.GetReason())
	})
}

// SubmitHistoryImport hands it to the signer.
func (s *Service) SubmitHistoryImport(ctx context.Context, r *historyimportv1.SubmitHistoryImportRequest) (*historyimportv1.HistoryImport, error) {
	return after(ctx, r.GetId(), func(id uuid.UUID) (historyimport.Import, error) { return s.biz.Submit(ctx, id, r.GetVersion()) })
}

// WithdrawHistoryImport takes a submission back.
func (s *Service) WithdrawHistoryImport(ctx context.Context, r *historyimportv1.WithdrawHistoryImportRequest) (*historyimportv1.HistoryImport, error) {
	return after(ctx, r.GetId(), func(id uuid.UUID) (historyimport.Import, error) { return s.biz.Withdraw(ctx, id, r.GetVersion()) })
}

// SignHistoryImport puts it into the books.
func (s *Service) SignHistoryImport(ctx context.Context, r *historyimportv1.SignHistoryImportRequest) (*historyimportv1.HistoryImport, error) {
	return after(ctx, r.GetId(), func(id uuid.UUID) (historyimport.Import, error) {
		return s.biz.Sign(ctx, id, r.GetVersion(), r.GetSeal())
	})
}

// ReturnHistoryImport sends it back.
func (s *Service) ReturnHistoryImport(ctx context.Context, r *historyimportv1.ReturnHistoryImportRequest) (*historyimportv1.HistoryImport, error) {
	return after(ctx, r.GetId(), func(id uuid.UUID) (historyimport.Import, error) {
		return s.biz.Return(ctx, id, r.GetVersion(), r.GetReason())
	})
}

// DiscardHistoryImport gives it up.
func (s *Service) DiscardHistoryImport(ctx context.Context, r *historyimportv1.DiscardHistoryImportRequest) (*historyimportv1.HistoryImport, error) {
	return after(ctx, r.GetId(), func(id uuid.UUID) (historyimport.Import, error) {
		return s.biz.Discard(ctx, id, r.GetVersion(), r.GetReason())
	})
}

// DownloadHistoryTemplate gives the empty file of a kind.
func (s *Service) DownloadHistoryTemplate(ctx context.Context, r *historyimportv1.DownloadHistoryTemplateRequest) (*route.File, error) {
	format := r.GetFormat()
	if format == "" {
		format = "xlsx"
	}
	b, contentType, err := s.biz.Template(ctx, historyimport.Kind(r.GetKind()), format)
	if err != nil {
		return nil, err
	}
	return &route.File{Name: r.GetKind() + "-template." + format, ContentType: contentType, Size: int64(len(b)), Body: io.NopCloser(bytes.NewReader(b))}, nil
}

// DownloadHistoryFile gives a file as it was uploaded.
func (s *Service) DownloadHistoryFile(ctx context.Context, r *historyimportv1.DownloadHistoryFileRequest) (*route.File, error) {
	return opened(r.GetId(), func(id uuid.UUID) (receivable.File, io.ReadCloser, error) {
		return s.biz.Source(ctx, id, historyimport.Kind(r.GetKind()))
	})
}

// DownloadHistoryErrors gives the refused rows of a file.
func (s *Service) DownloadHistoryErrors(ctx context.Context, r *historyimportv1.DownloadHistoryErrorsRequest) (*route.File, error) {
	return opened(r.GetId(), func(id uuid.UUID) (receivable.File, io.ReadCloser, error) {
		return s.biz.Refused(ctx, id, historyimport.Kind(r.GetKind()))
	})
}

func opened(id string, open func(id uuid.UUID) (receivable.File, io.ReadCloser, error)) (*route.File, error) {
	key, err := parsed(id)
	if err != nil {
		return nil, err
	}
	f, body, err := open(key)
	if err != nil {
		return nil, err
	}
	return &route.File{Name: f.Name, ContentType: f.ContentType, Size: f.Size, Body: body}, nil
}

// DownloadHistoryProtocol gives the paper of an applied import.
func (s *Service) DownloadHistoryProtocol(ctx context.Context, r *historyimportv1.DownloadHistoryProtocolRequest) (*route.File, error) {
	id, err := parsed(r.GetId())
	if err != nil {
		return nil, err
	}
	d, body, err := s.biz.Protocol(ctx, id)
	if err != nil {
		return nil, err
	}
	return &route.File{Name: d.FileName, ContentType: d.ContentType, Size: d.SizeBytes, Body: body}, nil
}
