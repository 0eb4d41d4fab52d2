package document

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Service takes files in and gives them out.
type Service struct {
	tx        uow.Tenant
	repo      Repository
	store     Store
	customers CustomerAccess
	audit     audit.Recorder
	clock     calendar.Clock
}

// NewService makes the service.
func NewService(tx uow.Tenant, repo Repository, store Store, customers CustomerAccess, recorder audit.Recorder, clock calendar.Clock) *Service {
	return &Service{tx: tx, repo: repo, store: store, customers: customers, audit: recorder, clock: clock}
}

// UploadInput is a file to take. Body is a stream and is read once.
type UploadInput struct {
	CustomerID *uuid.UUID // for papers of a customer
	ProjectID  *uuid.UUID // for papers of one of his projects
	IssuedOn   calendar.Date
	ExpiresOn  calendar.Date // zero: never
	Historical bool          // it is expired already and is filed as such
	Kind       Kind
	FileName   string
	Declared   string // content type that the client says, may be empty
	Size       int64  // bytes that the client says, -1 when it does not
	Body       io.Reader
}

// Validate gives all faults of the input; the file itself is looked at afterwards.
func (in UploadInput) Validate() error {
	var c fault.Checks
	r, ok := rules[in.Kind]
	c.Require(ok, "kind", "UNKNOWN", "choose one of the kinds of document")
	c.Require(cleanName(in.FileName) != "", "file_name", "REQUIRED", "give the file's name with its extension")
	c.Require(!ok || !r.customer || in.CustomerID != nil, "customer_id", "REQUIRED", "name the customer that the document belongs to")
	c.Require(in.ProjectID == nil || in.CustomerID != nil, "project_id", "REQUIRED", "name the customer as well")
	c.Require(in.IssuedOn.IsZero() || in.ExpiresOn.IsZero() || in.IssuedOn <= in.ExpiresOn, "expires_on", "BEFORE_ISSUE", "a paper cannot expire before it is issued")
	c.Require(in.Body != nil, "file", "REQUIRED", "send the file as the body of the request")
	return c.Err()
}

// Upload stores the file when the actor may, and when it is what it says.
func (s *Service) Upload(ctx context.Context, in UploadInput) (Document, error) {
	if err := in.Validate(); err != nil {
		return Document{}, err
	}
	r := rules[in.Kind]
	actor, err := access.Require(ctx, r.write)
	if err != nil {
		return Document{}, err
	}
	if r.server && actor.Kind != access.KindSystem {
		return Document{}, access.ErrForbidden
	}
	expired, err := s.expired(ctx, in)
	if err != nil {
		return Document{}, err
	}
	d := Document{
		Historical: expired,
		CustomerID: in.CustomerID, ProjectID: in.ProjectID, IssuedOn: in.IssuedOn, ExpiresOn: in.ExpiresOn, Kind: in.Kind, FileName: cleanName(in.FileName), CreatedAt: s.clock.Now(), CreatedBy: actor.ID,
	}
	want, ok := claimed(r.types, d.FileName)
	switch {
	case !ok:
		return Document{}, ErrType.With("taken", taken(r.types))
	case !want.agrees(in.Declared):
		return Document{}, ErrMismatch.With("expected", want.contentType)
	case in.Size > r.most:
		return Document{}, tooLarge(r.most)
	}
	if err := s.canSee(ctx, in.CustomerID, in.ProjectID); err != nil {
		return Document{}, err
	}
	if d.ID, err = uuid.NewV7(); err != nil {
		return Document{}, err
	}
	d.ContentType = want.contentType
	if err := s.put(ctx, &d, in, want, r.most); err != nil {
		return Document{}, err
	}
	if err := s.add(ctx, &d); err != nil {
		return Document{}, errors.Join(err, s.discard(ctx, d.ObjectKey))
	}
	return d, nil
}

// expired says whether a paper is past its day, when that was said with it; ErrExpired
// when not. A paper that is in force is never historical.
func (s *Service) expired(ctx context.Context, in UploadInput) (bool, error) {
	if in.ExpiresOn.IsZero() {
		return false, nil
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil || in.ExpiresOn >= today {
		return false, err
	}
	if !in.Historical {
		return false, ErrExpired.With("expires_on", in.ExpiresOn.String())
	}
	return true, nil
}

// canSee checks a customer before any byte is read.
func (s *Service) canSee(ctx context.Context, customerID, projectID *uuid.UUID) error {
	if customerID == nil {
		return nil
	}
	return s.tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.customers.CanSee(ctx, *customerID); err != nil || projectID == nil {
			return err
		}
		return s.customers.HasProject(ctx, *customerID, *projectID)
	})
}

// put brings the bytes to the store, inspected on the way, and out again when they
// are refused.
func (s *Service) put(ctx context.Context, d *Document, in UploadInput, want fileType, most int64) error {
	file, err := inspect(in.Body, want, most, in.Size)
	if err != nil {
		return err
	}
	d.ObjectKey, err = s.store.Put(ctx, file, in.Size)
	if err = file.finish(err); err != nil {
		if d.ObjectKey == "" {
			return err
		}
		return errors.Join(err, s.discard(ctx, d.ObjectKey))
	}
	d.SizeBytes, d.SHA256 = file.size, file.sum.Sum(nil)
	return nil
}

func (s *Service) add(ctx context.Context, d *Document) error {
	return s.tx.InTx(ctx, func(ctx context.Context) error {
		// Once more: the customer may have been given to somebody else meanwhile.
		if d.CustomerID != nil {
			if err := s.customers.CanSee(ctx, *d.CustomerID); err != nil {
				return err
			}
		}
		revision, err := s.repo.Add(ctx, *d)
		if err != nil {
			return err
		}
		d.Revision = revision
		return s.audit.Record(ctx, audit.Entry{Action: "document.uploaded", ObjectType: "document", ObjectID: d.ID.String(), After: d.facts()})
	})
}

// discardWithin bounds taking a refused file out of the store again.
const discardWithin = 5 * time.Second

func (s *Service) discard(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardWithin)
	defer cancel()
	return s.store.Delete(ctx, key)
}

// List gives the papers of a customer, newest first.
func (s *Service) List(ctx context.Context, customerID uuid.UUID) (out []Document, err error) {
	if _, err := access.Require(ctx, access.DocumentRead); err != nil {
		return nil, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.customers.CanSee(ctx, customerID); err != nil {
			return err
		}
		out, err = s.repo.List(ctx, customerID)
		return err
	})
	return out, err
}

// Open gives a file to read when the actor may; the caller closes it. Giving a file
// out is written down as well. A file that the actor may not see is ErrNotFound.
func (s *Service) Open(ctx context.Context, id uuid.UUID) (Document, io.ReadCloser, error) {
	return s.open(ctx, id, func(ctx context.Context, d Document) error {
		if _, err := access.Require(ctx, rules[d.Kind].read); err != nil || d.CustomerID == nil {
			return err
		}
		err := s.customers.CanSee(ctx, *d.CustomerID)
		if f, ok := fault.As(err); ok && f.Kind == fault.KindNotFound {
			return ErrNotFound
		}
		return err
	})
}

// OpenNamed is Open for a file of no customer that something else names: the caller has
// found that the actor may see what names it, and that it does. One of another kind is
// ErrNotFound.
func (s *Service) OpenNamed(ctx context.Context, id uuid.UUID, kind Kind) (Document, io.ReadCloser, error) {
	return s.open(ctx, id, func(_ context.Context, d Document) error {
		if d.Kind != kind || d.CustomerID != nil {
			return ErrNotFound
		}
		return nil
	})
}

func (s *Service) open(ctx context.Context, id uuid.UUID, allowed func(ctx context.Context, d Document) error) (d Document, body io.ReadCloser, err error) {
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if d, err = s.repo.Get(ctx, id); err != nil {
			return err
		}
		if err := allowed(ctx, d); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "document.opened", ObjectType: "document", ObjectID: d.ID.String(), After: d.facts()})
	})
	if err != nil {
		return Document{}, nil, err
	}
	body, err = s.store.Get(ctx, d.ObjectKey)
	return d, body, err
}

// facts is what the audit keeps of a file; its name may tell about a person, and
// stays with the record.
func (d Document) facts() map[string]any {
	f := map[string]any{"kind": d.Kind, "content_type": d.ContentType, "size_bytes": d.SizeBytes, "sha256": hex.EncodeToString(d.SHA256), "revision": d.Revision}
	if d.CustomerID != nil {
		f["customer_id"] = d.CustomerID.String()
	}
	if d.ProjectID != nil {
		f["project_id"] = d.ProjectID.String()
	}
	if !d.ExpiresOn.IsZero() {
		f["expires_on"] = d.ExpiresOn.String()
		f["historical"] = d.Historical
	}
	return f
}

func taken(types []fileType) string {
	s := ""
	for _, t := range types {
		if s != "" {
			s += " "
		}
		s += t.extensions[0]
	}
	return s
}
