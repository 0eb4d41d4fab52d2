package receivable

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/document"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// ImportsConfig is what Imports works with. Long opens the transaction of a run,
// which takes longer than a request's may.
type ImportsConfig struct {
	Tx       uow.Tenant
	Long     uow.Tenant
	Runs     Runs
	Staging  Staging
	Files    Files
	Sheets   Sheets
	Accounts exposure.Accounts
	Biller   exposure.Biller
	Terms    Terms
	Events   event.Publisher
	Audit    audit.Recorder
	Clock    calendar.Clock
}

// Imports brings files into the ledger.
type Imports struct{ ImportsConfig }

// NewImports makes the service.
func NewImports(c ImportsConfig) *Imports { return &Imports{c} }

// Uploaded is a stored file with what can be said of it at once.
type Uploaded struct {
	File
	Look
	Proposed Mapping
	Preset   string // empty when none fits
}

// Upload stores a file and reads its head. Faults: FILE_EMPTY, FILE_TYPE_UNKNOWN,
// FILE_BROKEN, FILE_TOO_LARGE. size is the number of bytes, -1 when it is not known.
func (s *Imports) Upload(ctx context.Context, name string, body io.Reader, size int64) (Uploaded, error) {
	if _, err := access.Require(ctx, access.ReceivableImport); err != nil {
		return Uploaded{}, err
	}
	look, whole, err := s.Sheets.Look(body, SampleRows)
	if err != nil {
		return Uploaded{}, err
	}
	defer whole.Close()
	f, err := s.Files.Store(ctx, NewFile{Kind: document.KindImportSource, Name: FileName(name), ContentType: look.ContentType, Size: size, Body: whole})
	if err != nil {
		return Uploaded{}, err
	}
	u := Uploaded{File: f, Look: look}
	u.Proposed, u.Preset = Propose(look.Head, look.Sample, look.Epoch)
	return u, nil
}

// FileName keeps the last part of a name, without what a screen or a header
// could stumble over.
func FileName(s string) string {
	s = path.Base(strings.ReplaceAll(strings.ToValidUTF8(s, ""), `\`, "/"))
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s))
	if s == "" || s == "." || s == "/" {
		return "receivables.csv"
	}
	if r := []rune(s); utf8.RuneCountInString(s) > maxName {
		return string(r[len(r)-maxName:])
	}
	return s
}

// StartInput runs an uploaded file, dry or for real.
type StartInput struct {
	FileID  uuid.UUID
	Mapping Mapping
	DryRun  bool
}

// Start checks the mapping against the file and asks a worker to run it. Faults:
// INVALID_INPUT, FILE_NOT_FOUND.
func (s *Imports) Start(ctx context.Context, in StartInput) (Import, error) {
	return s.start(ctx, in, true)
}

// StartHere is Start for a caller that runs the import itself: nobody else is asked.
func (s *Imports) StartHere(ctx context.Context, in StartInput) (Import, error) {
	return s.start(ctx, in, false)
}

func (s *Imports) start(ctx context.Context, in StartInput, ask bool) (Import, error) {
	actor, err := access.Require(ctx, access.ReceivableImport)
	if err != nil {
		return Import{}, err
	}
	f, err := s.checked(ctx, in)
	if err != nil {
		return Import{}, err
	}
	i := Import{ID: uuid.Must(uuid.NewV7()), FileID: f.ID, FileName: f.Name, FileSHA256: f.SHA256, Mapping: in.Mapping, DryRun: in.DryRun,
		Status: StatusQueued, CreatedAt: s.Clock.Now(), CreatedBy: customer.ByActor(actor)}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.Runs.Insert(ctx, i, personID(i.CreatedBy)); err != nil {
			return err
		}
		err := s.Audit.Record(ctx, audit.Entry{Action: "receivable_import.requested", ObjectType: "receivable_import", ObjectID: i.ID.String(),
			After: map[string]any{"file_id": f.ID, "file_name": f.Name, "dry_run": in.DryRun, "mapping": in.Mapping}})
		if err != nil || !ask {
			return err
		}
		return s.Events.Publish(ctx, event.Event{Topic: TopicImportRequested, Payload: ImportRequested{i.ID}})
	})
	return i, err
}

// checked reads the head of the file once more and holds the mapping against it.
func (s *Imports) checked(ctx context.Context, in StartInput) (File, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return File{}, err
	}
	if err := in.Mapping.Validate(t.Currency); err != nil {
		return File{}, err
	}
	f, body, err := s.Files.Open(ctx, in.FileID, document.KindImportSource)
	if err != nil {
		return File{}, err
	}
	defer body.Close()
	look, whole, err := s.Sheets.Look(body, 0)
	if err != nil {
		return File{}, err
	}
	defer whole.Close()
	return f, in.Mapping.ValidateFor(look.Head, t.Currency)
}

// Get gives an import, or ErrImportNotFound.
func (s *Imports) Get(ctx context.Context, id uuid.UUID) (i Import, err error) {
	if _, err := access.Require(ctx, access.ReceivableImport); err != nil {
		return Import{}, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		i, err = s.Runs.Get(ctx, id)
		return err
	})
	return i, err
}

// List gives a page of imports, newest first, and how many there are.
func (s *Imports) List(ctx context.Context, page, size int32) (list []Import, total int64, err error) {
	if _, err := access.Require(ctx, access.ReceivableImport); err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	w := paging.Of(&c, page, size)
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		list, total, err = s.Runs.List(ctx, w)
		return err
	})
	return list, total, err
}

// ErrorFile opens the refused rows of an import as CSV; the caller closes the body.
func (s *Imports) ErrorFile(ctx context.Context, id uuid.UUID) (File, io.ReadCloser, error) {
	i, err := s.Get(ctx, id)
	if err != nil {
		return File{}, nil, err
	}
	if i.ErrorFileID == uuid.Nil {
		return File{}, nil, ErrNoErrorFile
	}
	return s.Files.Open(ctx, i.ErrorFileID, document.KindImportErrors)
}

// Template gives our own template as csv or xlsx, with its content type.
func (s *Imports) Template(ctx context.Context, format string) ([]byte, string, error) {
	if _, err := access.Require(ctx, access.ReceivableImport); err != nil {
		return nil, "", err
	}
	return s.Sheets.Template(TemplateForm(), format)
}

// Mappings lists the presets and what was saved.
func (s *Imports) Mappings(ctx context.Context) (all []NamedMapping, err error) {
	if _, err := access.Require(ctx, access.ReceivableImport); err != nil {
		return nil, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		all, err = s.Runs.Mappings(ctx)
		return err
	})
	return append(Presets(), all...), err
}

// SaveMapping keeps a mapping under a name, and replaces one of that name. Faults:
// INVALID_INPUT, NAME_OF_PRESET.
func (s *Imports) SaveMapping(ctx context.Context, name string, m Mapping) (NamedMapping, error) {
	actor, err := access.Require(ctx, access.ReceivableImport)
	if err != nil {
		return NamedMapping{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return NamedMapping{}, err
	}
	n := NamedMapping{Name: strings.TrimSpace(name), Mapping: m}
	var c fault.Checks
	c.Require(n.Name != "" && utf8.RuneCountInString(n.Name) <= maxSource && !strings.ContainsFunc(n.Name, unicode.IsControl), "name", "BAD_FORM",
		fmt.Sprintf("1 to %d characters", maxSource))
	m.check(&c, t.Currency)
	if err := c.Err(); err != nil {
		return NamedMapping{}, err
	}
	if slices.ContainsFunc(Presets(), func(p NamedMapping) bool { return p.Name == n.Name }) {
		return NamedMapping{}, ErrPresetName
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Runs.SaveMapping(ctx, n, s.Clock.Now(), personID(customer.ByActor(actor)))
		if err != nil {
			return err
		}
		e := audit.Entry{Action: "import_mapping.saved", ObjectType: "import_mapping", ObjectID: n.Name, After: m}
		if before != nil {
			e.Before = *before
		}
		return s.Audit.Record(ctx, e)
	})
	return n, err
}

// Handle runs the import that an event asks for. What can be mended only by
// another file or mapping ends the import as failed; everything else is tried again.
func (s *Imports) Handle(ctx context.Context, d event.Delivered) error {
	var in ImportRequested
	if err := json.Unmarshal(d.Payload, &in); err != nil {
		return fmt.Errorf("payload of %s: %w", d.Topic, err)
	}
	return s.run(ctx, in.ImportID, d.Attempt, nil)
}
