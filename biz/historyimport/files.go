package historyimport

import (
	"context"
	"io"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	"zhuxin/biz/feed"
	"zhuxin/biz/feedfile"
	"zhuxin/biz/receivable"
	"zhuxin/shared/access"
)

// templateForm is that of a feed's file without its example: old books are taken over
// whole, and nothing in them is passed over.
func templateForm(k Kind) receivable.Form {
	f := feedfile.Template(feed.Kind(k))
	f.Example = nil
	return f
}

// Template gives the empty file of a kind as csv or xlsx, with its content type.
func (s *Service) Template(ctx context.Context, k Kind, format string) ([]byte, string, error) {
	if _, err := access.Require(ctx, access.HistoryImport); err != nil {
		return nil, "", err
	}
	if err := known(k); err != nil {
		return nil, "", err
	}
	return s.Imports.Sheets.Template(templateForm(k), format)
}

// Source opens an uploaded file of the package as it came; the caller closes the body.
func (s *Service) Source(ctx context.Context, id uuid.UUID, k Kind) (receivable.File, io.ReadCloser, error) {
	i, err := s.Get(ctx, id)
	if err != nil {
		return receivable.File{}, nil, err
	}
	f, ok := i.File(k)
	if !ok {
		return receivable.File{}, nil, ErrFileMissing
	}
	return s.Imports.Files.Open(ctx, f.DocumentID, document.KindImportSource)
}

// Refused opens the refused rows of a kind as CSV: row, column, reason, message, value.
func (s *Service) Refused(ctx context.Context, id uuid.UUID, k Kind) (receivable.File, io.ReadCloser, error) {
	i, err := s.Get(ctx, id)
	if err != nil {
		return receivable.File{}, nil, err
	}
	if i.Result != nil {
		if o, ok := i.Result.Outcome(k); ok && o.ErrorFileID != uuid.Nil {
			return s.Imports.Files.Open(ctx, o.ErrorFileID, document.KindImportErrors)
		}
	}
	return receivable.File{}, nil, receivable.ErrNoErrorFile
}

// Protocol opens the paper of an applied import.
func (s *Service) Protocol(ctx context.Context, id uuid.UUID) (document.Document, io.ReadCloser, error) {
	i, err := s.Get(ctx, id)
	if err != nil {
		return document.Document{}, nil, err
	}
	if i.ProtocolID == uuid.Nil {
		return document.Document{}, nil, ErrNoProtocol
	}
	return s.Papers.Open(ctx, i.ProtocolID)
}
