package historyimport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	"zhuxin/biz/receivable"
	"zhuxin/shared/audit"
	"zhuxin/shared/event"
)

// lastAttempt is the one after which a check or an application counts as failed,
// whatever the reason. The queue gives up later than this.
const lastAttempt = 5

// errUndone ends the transaction of a check, which keeps nothing.
var errUndone = errors.New("historyimport: a check is undone")

// HandleCheck checks the package that an event names. Cut off, it begins again.
func (s *Service) HandleCheck(ctx context.Context, d event.Delivered) error {
	return s.handle(ctx, d, StatusChecking, s.check)
}

// HandleApply puts the package that an event names into the books. All of it goes in
// together with its new state, so a second delivery finds nothing to do.
func (s *Service) HandleApply(ctx context.Context, d event.Delivered) error {
	return s.handle(ctx, d, StatusApplying, s.apply)
}

func (s *Service) handle(ctx context.Context, d event.Delivered, at Status, fn func(ctx context.Context, i Import) error) error {
	i, err := s.requested(ctx, d)
	if err != nil || i.Status != at {
		return err
	}
	err = fn(ctx, i)
	if err == nil || errors.Is(err, ErrVersion) {
		return nil // somebody went on with it meanwhile
	}
	return s.failed(ctx, i, d.Attempt, err)
}

func (s *Service) requested(ctx context.Context, d event.Delivered) (i Import, err error) {
	var in Requested
	if err := json.Unmarshal(d.Payload, &in); err != nil {
		return Import{}, fmt.Errorf("payload of %s: %w", d.Topic, err)
	}
	return s.Get(ctx, in.ImportID)
}

// failed ends an attempt that was the last one; an error asks for another.
func (s *Service) failed(ctx context.Context, i Import, attempt int, cause error) error {
	interrupted := ctx.Err() != nil
	if attempt < lastAttempt && (interrupted || !receivable.Hopeless(cause)) {
		return cause
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.finish(keep, i, "failed", func(i *Import) {
		i.Status, i.Failure = StatusFailed, receivable.Told(cause, interrupted)
	})
}

// finish writes how it ended, unless somebody went on with it meanwhile.
func (s *Service) finish(ctx context.Context, i Import, as string, set func(*Import)) error {
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		now, err := s.Repo.Hold(ctx, i.ID)
		if err != nil {
			return err
		}
		if now.Version != i.Version {
			return ErrVersion
		}
		set(&now)
		now.Progress.Kind, now.UpdatedAt = "", s.now()
		if err := s.Repo.Save(ctx, now); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "history_import." + as, ObjectType: "history_import", ObjectID: i.ID.String(), After: summary(now)})
	})
}

func summary(i Import) map[string]any {
	out := map[string]any{"status": i.Status, "files": hashes(i)}
	if i.Failure != "" {
		out["failure"] = i.Failure
	}
	if i.Result != nil {
		for _, o := range i.Result.Outcomes {
			out[string(o.Kind)] = map[string]any{"rows": o.Rows, "inserted": o.Inserted, "updated": o.Updated, "unchanged": o.Unchanged, "refused": o.Refused, "sums": o.Sums}
		}
	}
	return out
}

// check runs the import and undoes it.
func (s *Service) check(ctx context.Context, i Import) error {
	r, err := s.newRun(ctx, i, true)
	if err != nil {
		return err
	}
	defer r.close()
	stop := r.report(ctx)
	err = s.Imports.Long.InTx(ctx, func(ctx context.Context) error {
		if err := s.Repo.Lock(ctx); err != nil {
			return err
		}
		if err := r.through(ctx); err != nil {
			return err
		}
		return errUndone
	})
	stop()
	if !errors.Is(err, errUndone) {
		return err
	}
	if err := r.keepErrors(ctx); err != nil {
		return err
	}
	return s.finish(ctx, i, "checked", func(i *Import) {
		i.Status, i.Result, i.Failure = StatusChecked, &r.result, ""
		i.Progress.Done = r.done.Load()
	})
}

// keepErrors stores the refused rows, which people get as a file for each kind.
func (r *run) keepErrors(ctx context.Context) error {
	for n, o := range r.result.Outcomes {
		if o.Refused == 0 {
			continue
		}
		body, err := r.errors[o.Kind].Body()
		if err != nil {
			return err
		}
		f, err := r.Service.Imports.Files.Store(ctx, receivable.NewFile{Kind: document.KindImportErrors, Name: string(o.Kind) + ".errors.csv",
			ContentType: "text/csv; charset=utf-8", Size: -1, Body: body})
		if err != nil {
			return err
		}
		r.result.Outcomes[n].ErrorFileID = f.ID
	}
	return nil
}

// report tells how far the run is. Nothing depends on it.
func (r *run) report(ctx context.Context) (stop func()) {
	return receivable.Beside(ctx, func(ctx context.Context) {
		p := Progress{Done: r.done.Load(), Total: r.Progress.Total}
		if k := r.at.Load(); k != nil {
			p.Kind = *k
		}
		_ = r.Tx.InTx(ctx, func(ctx context.Context) error { return r.Repo.Tell(ctx, r.ID, p) })
	})
}

// apply runs the import for good: the records, the accounts, the new state and the
// audit row are one transaction, and what is stored then is what was signed.
func (s *Service) apply(ctx context.Context, i Import) error {
	r, err := s.newRun(ctx, i, false)
	if err != nil {
		return err
	}
	defer r.close()
	stop := r.report(ctx)
	defer stop()
	return s.Imports.Long.InTx(ctx, func(ctx context.Context) error {
		if err := s.Repo.Lock(ctx); err != nil {
			return err
		}
		now, err := s.Repo.Get(ctx, i.ID)
		if err != nil {
			return err
		}
		if now.Version != i.Version {
			return ErrVersion // another delivery was first
		}
		if err := r.through(ctx); err != nil {
			return err
		}
		if err := i.Result.same(r.result); err != nil {
			return err
		}
		if err := r.accounts.settle(ctx); err != nil {
			return err
		}
		err = s.finish(ctx, i, "applied", func(i *Import) {
			i.Status, i.Applied, i.Failure = StatusApplied, s.now(), ""
			i.Progress.Done = r.done.Load()
		})
		if err != nil {
			return err
		}
		return s.Events.Publish(ctx, event.Event{Topic: TopicApplied, Payload: Requested{i.ID}})
	})
}

// HandleApplied prints the protocol and keeps it. Seen twice, it finds it there.
func (s *Service) HandleApplied(ctx context.Context, d event.Delivered) error {
	i, err := s.requested(ctx, d)
	if err != nil || i.ProtocolID != uuid.Nil {
		return err
	}
	b, err := s.Printer.Print(ctx, i)
	if err != nil {
		return err
	}
	doc, err := s.Papers.Upload(ctx, document.UploadInput{Kind: document.KindHistoryProtocol, FileName: fmt.Sprintf("历史导入记录 %s.pdf", i.AsOf),
		Declared: "application/pdf", Size: int64(len(b)), Body: bytes.NewReader(b)})
	if err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error { return s.Repo.SetProtocol(ctx, i.ID, doc.ID) })
}
