package historyimport

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	"zhuxin/biz/feed"
	"zhuxin/biz/feedfile"
	"zhuxin/biz/receivable"
	"zhuxin/shared/access"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
)

// Upload puts a file into the package, in place of one of its kind. Its heads must be
// those of the template: FILE_HEADS. size is -1 when it is not known.
func (s *Service) Upload(ctx context.Context, id uuid.UUID, k Kind, name string, body io.Reader, size int64) (Import, error) {
	_, actor, err := person(ctx, access.HistoryImport)
	if err != nil {
		return Import{}, err
	}
	if err := known(k); err != nil {
		return Import{}, err
	}
	i, err := s.Get(ctx, id)
	if err != nil {
		return Import{}, err
	}
	if err := i.May(ActEdit, actor); err != nil {
		return Import{}, err // before the file is stored
	}
	look, whole, err := s.Imports.Sheets.Look(body, 0)
	if err != nil {
		return Import{}, err
	}
	defer whole.Close()
	if _, err := feedfile.ReadHeads(feed.Kind(k), look.Head); err != nil {
		return Import{}, err
	}
	stored, err := s.Imports.Files.Store(ctx, receivable.NewFile{Kind: document.KindImportSource, Name: receivable.FileName(name), ContentType: look.ContentType, Size: size, Body: whole})
	if err != nil {
		return Import{}, err
	}
	return s.do(ctx, id, 0, ActEdit, func(i *Import, who party.Person) (before, after any, _ event.Topic, err error) {
		f := File{Kind: k, DocumentID: stored.ID, Name: stored.Name, Size: stored.Size, SHA256: hex.EncodeToString(stored.SHA256), Heads: look.Head, UploadedBy: who, UploadedAt: s.now()}
		if old, ok := i.File(k); ok {
			before = old
		}
		i.drop(k)
		i.Files = append(i.Files, f)
		i.edited()
		i.author(who)
		return before, f, "", nil
	})
}

func (i *Import) drop(k Kind) {
	i.Files = slices.DeleteFunc(i.Files, func(f File) bool { return f.Kind == k })
}

func known(k Kind) error {
	var c fault.Checks
	c.Require(k.Known(), "kind", "UNKNOWN", fmt.Sprintf("one of %v", Kinds))
	return c.Err()
}

// Remove takes a file out of the package.
func (s *Service) Remove(ctx context.Context, id uuid.UUID, version int64, k Kind) (Import, error) {
	return s.do(ctx, id, version, ActEdit, func(i *Import, who party.Person) (before, after any, _ event.Topic, err error) {
		f, ok := i.File(k)
		if !ok {
			return nil, nil, "", ErrFileMissing
		}
		i.drop(k)
		i.edited()
		i.author(who)
		return f, nil, "", nil
	})
}
