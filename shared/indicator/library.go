package indicator

import (
	"context"
	"fmt"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/uow"
)

// Faults of the library.
var (
	ErrNotFound     = fault.NotFound("INDICATOR_NOT_FOUND", "there is no such indicator in the library")
	ErrExists       = fault.Conflict("INDICATOR_EXISTS", "the library has an indicator with this code already; open it to change it")
	ErrVersion      = fault.Conflict("VERSION_CONFLICT", "the indicator was changed meanwhile; load it again and repeat your change")
	ErrKindFixed    = fault.Mismatch("INDICATOR_KIND_FIXED", "the kind and the data source of an indicator never change, because ratings were made by them; add a new indicator and deactivate this one")
	ErrCodeMismatch = fault.Mismatch("INDICATOR_CODE_MISMATCH", "the code in the address and the code in the body differ")
)

// Reader lists the library. Subsidiaries read it through their own scope.
type Reader interface {
	// All lists every entry, by category in the order of the contract, then by code.
	All(ctx context.Context) ([]Indicator, error)
}

// Repository keeps the library at HQ; its methods run inside a unit of work.
type Repository interface {
	Reader
	// Lock reads one entry and holds it until the end of the transaction; ErrNotFound.
	Lock(ctx context.Context, code string) (Indicator, error)
	// Insert adds an entry with version 1 unless its code is taken, and says whether it did.
	Insert(ctx context.Context, i Indicator) (bool, error)
	// Update stores all but code, kind and data source, and counts the version up.
	Update(ctx context.Context, i Indicator) error
}

// Service edits the library at HQ.
type Service struct {
	tx    uow.HQ
	repo  Repository
	audit audit.Recorder
}

// New wires the library.
func New(tx uow.HQ, repo Repository, recorder audit.Recorder) *Service {
	return &Service{tx: tx, repo: repo, audit: recorder}
}

// List gives the whole library; an inactive entry is in it, marked.
func (s *Service) List(ctx context.Context) ([]Indicator, error) {
	if _, err := access.Require(ctx, access.HQIndicatorRead); err != nil {
		return nil, err
	}
	var all []Indicator
	err := s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		all, err = s.repo.All(ctx)
		return err
	})
	return all, err
}

// SaveInput is an entry as it shall be. Version is the one that was seen; 0
// makes a new entry.
type SaveInput struct {
	Indicator Indicator
	Version   int64
}

// Save creates or changes an entry (000-45). Templates keep the copy they took,
// so nothing that was rated changes. Faults: INVALID_INPUT, INDICATOR_EXISTS,
// INDICATOR_NOT_FOUND, VERSION_CONFLICT, INDICATOR_KIND_FIXED.
func (s *Service) Save(ctx context.Context, in SaveInput) (Indicator, error) {
	if _, err := access.Require(ctx, access.HQIndicatorWrite); err != nil {
		return Indicator{}, err
	}
	if err := in.Indicator.Validate(); err != nil {
		return Indicator{}, err
	}
	saved := in.Indicator
	err := s.tx.InTx(ctx, func(ctx context.Context) error {
		if in.Version == 0 {
			return s.create(ctx, &saved)
		}
		old, err := s.repo.Lock(ctx, in.Indicator.Code)
		if err != nil {
			return err
		}
		if old.Version != in.Version {
			return ErrVersion.With("current_version", fmt.Sprint(old.Version))
		}
		if old.Kind != saved.Kind || old.DataSource != saved.DataSource {
			return ErrKindFixed.With("kind", string(old.Kind)).With("data_source", string(old.DataSource))
		}
		saved.Version = old.Version + 1
		if err := s.repo.Update(ctx, saved); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "indicator.changed", ObjectType: "indicator", ObjectID: saved.Code, Before: old, After: saved})
	})
	if err != nil {
		return Indicator{}, err
	}
	return saved, nil
}

func (s *Service) create(ctx context.Context, i *Indicator) error {
	i.Version = 1
	added, err := s.repo.Insert(ctx, *i)
	if err != nil {
		return err
	}
	if !added {
		return ErrExists.With("code", i.Code)
	}
	return s.audit.Record(ctx, audit.Entry{Action: "indicator.created", ObjectType: "indicator", ObjectID: i.Code, After: i})
}

// SeedDefaults adds those of Defaults that the library lacks and says how many.
// An entry that HQ has changed or deactivated stays as HQ left it, so it runs at
// every migration.
func (s *Service) SeedDefaults(ctx context.Context) (int, error) {
	added := 0
	err := s.tx.InTx(ctx, func(ctx context.Context) error {
		added = 0
		for _, d := range Defaults() {
			d.Active, d.Version = true, 1
			ok, err := s.repo.Insert(ctx, d)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			added++
			if err := s.audit.Record(ctx, audit.Entry{Action: "indicator.created", ObjectType: "indicator", ObjectID: d.Code, After: d}); err != nil {
				return err
			}
		}
		return nil
	})
	return added, err
}
