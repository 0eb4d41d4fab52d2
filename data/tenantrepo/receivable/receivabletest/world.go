// Package receivabletest wires imports of receivables on a database as the
// product does, but for the object store: files lie in a folder. It serves tests
// and benchmarks.
package receivabletest

import (
	"context"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/google/uuid"

	bizcontract "zhuxin/biz/contract"
	"zhuxin/biz/document"
	biz "zhuxin/biz/receivable"
	"zhuxin/biz/related"
	"zhuxin/data/auditlog"
	"zhuxin/data/outbox"
	"zhuxin/data/sheet"
	"zhuxin/data/tenantrepo/contract"
	customerrepo "zhuxin/data/tenantrepo/customer"
	"zhuxin/data/tenantrepo/exposure"
	"zhuxin/data/tenantrepo/receivable"
	relatedrepo "zhuxin/data/tenantrepo/related"
	"zhuxin/shared/calendar"
	"zhuxin/shared/reach"
	"zhuxin/shared/tenant"
	"zhuxin/tenancy/scope"
)

// World is the services on one database.
type World struct {
	Imports  *biz.Imports
	Ledger   *biz.Ledger
	Receipts *biz.Receipts
	Accounts *exposure.Repo
	Terms    *bizcontract.Service
	Files    *Folder
	Config   biz.ImportsConfig // what Imports was made of
}

// New makes a world; files and temporary copies go to dir.
func New(pool *scope.Pool, clock calendar.Clock, dir string) *World {
	log, events := auditlog.Tenant(pool, auditlog.WithClock(clock)), outbox.Tenant(pool, outbox.WithClock(clock))
	accounts := exposure.New(clock, events, log)
	files := &Folder{dir: dir, files: map[uuid.UUID]stored{}}
	terms := bizcontract.New(pool.Tenant(), contract.Repo{}, accounts, log, clock)
	c := biz.ImportsConfig{Terms: terms, Tx: pool.Tenant(), Long: receivable.Long(pool), Runs: receivable.Runs{}, Staging: receivable.New(), Files: files,
		Sheets: sheet.New(dir, clock), Accounts: accounts, Biller: accounts, Events: events, Audit: log, Clock: clock}
	return &World{
		Imports: biz.NewImports(c), Config: c, Accounts: accounts, Files: files, Terms: terms,
		Ledger:   biz.NewLedger(pool.Tenant(), receivable.New(), customerrepo.New(), accounts, clock),
		Receipts: biz.NewReceipts(pool.Tenant(), receivable.NewReceipts(clock), log),
	}
}

// Relations wires related parties, which follow customers that a feed makes.
func (w *World) Relations() *related.Service {
	c := w.Config
	keeper := reach.NewKeeper(c.Tx, nil, relatedrepo.Books{}, nil, c.Events, c.Clock, nil)
	return related.New(related.Deps{Tx: c.Tx, Repo: relatedrepo.Repo{}, Customers: customerrepo.New(), Keeper: keeper, Audit: c.Audit, Clock: c.Clock})
}

// Run uploads a text, starts an import of it and runs it to its end.
func (w *World) Run(ctx context.Context, text string, m biz.Mapping, dry bool) (biz.Import, error) {
	return w.RunFile(ctx, "file.csv", strings.NewReader(text), m, dry)
}

// RunFile is Run for a file.
func (w *World) RunFile(ctx context.Context, name string, body io.Reader, m biz.Mapping, dry bool) (biz.Import, error) {
	u, err := w.Imports.Upload(ctx, name, body, -1)
	if err != nil {
		return biz.Import{}, err
	}
	i, err := w.Imports.StartHere(ctx, biz.StartInput{FileID: u.File.ID, Mapping: m, DryRun: dry})
	if err != nil {
		return biz.Import{}, err
	}
	return w.Imports.Run(ctx, i.ID, nil)
}

// Folder implements biz.Files.
type Folder struct {
	dir   string
	mu    sync.Mutex
	files map[uuid.UUID]stored
	Fail  func(kind document.Kind) error // asked before a file is stored; nil stores all
}

type stored struct {
	biz.File
	kind   document.Kind
	tenant uuid.UUID
}

// Store implements biz.Files.
func (f *Folder) Store(ctx context.Context, n biz.NewFile) (biz.File, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return biz.File{}, err
	}
	if f.Fail != nil {
		if err := f.Fail(n.Kind); err != nil {
			return biz.File{}, err
		}
	}
	id := uuid.New()
	out, err := os.Create(filepath.Join(f.dir, id.String()))
	if err != nil {
		return biz.File{}, err
	}
	defer out.Close()
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(out, hash), n.Body)
	if err != nil {
		return biz.File{}, err
	}
	s := stored{biz.File{ID: id, Name: n.Name, ContentType: n.ContentType, Size: size, SHA256: hash.Sum(nil)}, n.Kind, t.ID}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files[id] = s
	return s.File, out.Sync()
}

// Open implements biz.Files.
func (f *Folder) Open(ctx context.Context, id uuid.UUID, kind document.Kind) (biz.File, io.ReadCloser, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return biz.File{}, nil, err
	}
	f.mu.Lock()
	s, ok := f.files[id]
	f.mu.Unlock()
	if !ok || s.kind != kind || s.tenant != t.ID {
		return biz.File{}, nil, biz.ErrFileNotFound
	}
	body, err := os.Open(filepath.Join(f.dir, id.String()))
	return s.File, body, err
}

// Path gives where the file lies, for a test that spoils it.
func (f *Folder) Path(id uuid.UUID) string { return filepath.Join(f.dir, id.String()) }
