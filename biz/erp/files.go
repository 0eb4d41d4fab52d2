package erp

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/feed"
	"zhuxin/biz/feedfile"
	"zhuxin/biz/receivable"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// MaxFileRows bounds a file that is taken in while somebody waits.
const MaxFileRows = 10_000

// exampleMark begins the number of a template's example, which is passed over.
const exampleMark = "示例-"

var errTooManyRows = fault.New(fault.KindInvalid, "FILE_TOO_MANY_ROWS", fmt.Sprintf("a file has at most %d rows; divide it", MaxFileRows))

// UploadInput is a file of one kind of record for a connection of the kind files.
// Size is -1 when it is not known.
type UploadInput struct {
	ID   uuid.UUID
	Kind feed.Kind
	Name string
	Body io.Reader
	Size int64
}

// RowFault is why a row of a file was refused.
type RowFault struct {
	receivable.RowError
	RecordID string
}

// Uploaded is what became of a file: a run, and the first faults of refused rows.
type Uploaded struct {
	Run
	Faults []RowFault
}

// FileTemplate gives the template of a kind as csv or xlsx, with its content type.
func (s *Service) FileTemplate(ctx context.Context, k feed.Kind, format string) ([]byte, string, error) {
	if _, err := access.Require(ctx, access.ReceivableImport); err != nil {
		return nil, "", err
	}
	if err := knownKind(k); err != nil {
		return nil, "", err
	}
	return s.Imports.Sheets.Template(feedfile.Template(k), format)
}

func knownKind(k feed.Kind) error {
	var c fault.Checks
	c.Require(feed.Known(k), "kind", "UNKNOWN", fmt.Sprintf("one of %v", feed.Kinds))
	return c.Err()
}

// Upload takes a file in as if its rows had been pushed. The file is refused whole when
// it cannot be read, is of another kind, is empty or too long; after that each row
// stands for itself, and one that is refused is kept with the rejects. Faults:
// INVALID_INPUT, ERP_CONNECTION_NOT_FOUND, ERP_NO_FILES, ERP_CONNECTION_OFF,
// ERP_FEED_UNKNOWN, ERP_RUN_UNDER_WAY, FILE_HEADS, FILE_EMPTY, FILE_TOO_MANY_ROWS,
// and those of receivable.Sheets and feed.Service.Put.
func (s *Service) Upload(ctx context.Context, in UploadInput) (Uploaded, error) {
	if _, err := access.Require(ctx, access.ReceivableImport); err != nil {
		return Uploaded{}, err
	}
	if err := knownKind(in.Kind); err != nil {
		return Uploaded{}, err
	}
	c, err := s.get(ctx, in.ID)
	if err != nil {
		return Uploaded{}, err
	}
	switch {
	case c.Kind != KindFiles:
		return Uploaded{}, ErrNoFiles
	case !c.Enabled:
		return Uploaded{}, ErrOff
	case c.feed(in.Kind) == nil:
		return Uploaded{}, ErrFeed
	}
	file, err := s.Imports.Upload(ctx, in.Name, in.Body, in.Size)
	if err != nil {
		return Uploaded{}, err
	}
	rows, err := s.rows(ctx, in.Kind, file.File.ID)
	if err != nil {
		return Uploaded{}, err
	}
	return s.take(ctx, c, in.Kind, file.File, rows)
}

// take takes the rows in, as a run of the connection.
func (s *Service) take(ctx context.Context, c Connection, k feed.Kind, file receivable.File, rows []*feedfile.Row) (Uploaded, error) {
	now := s.Clock.Now()
	out := Uploaded{Run: Run{ID: uuid.Must(uuid.NewV7()), ConnectionID: c.ID, Feed: k, Status: RunRunning, StartedAt: now, Open: map[money.Currency]money.Amount{}}}
	r := &out.Run
	if err := s.Tx.InTx(ctx, func(ctx context.Context) error { return s.Repo.Begin(ctx, *r, now.Add(-stale)) }); err != nil {
		return out, err
	}
	cause := s.takeRows(ctx, c, &out, rows)
	done, f := s.Clock.Now(), c.feed(k)
	r.FinishedAt, r.Status, f.Failure = &done, RunDone, ""
	if cause != nil {
		r.Status, r.Failure = RunFailed, words(cause)
		f.Failure = r.Failure
	} else {
		f.SucceededAt = &done
	}
	// The end is stored also when whoever uploads goes away.
	err := s.Tx.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		if err := s.Repo.End(ctx, *r, c); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "erp_connection.file_taken_in", ObjectType: "erp_connection", ObjectID: c.ID.String(), After: map[string]any{"feed": k,
			"file": file.Name, "sha256": hex.EncodeToString(file.SHA256), "rows": r.Read, "inserted": r.Inserted, "updated": r.Updated, "unchanged": r.Unchanged,
			"refused": r.Refused, "failure": r.Failure}})
	})
	return out, errors.Join(cause, err)
}

// takeRows brings the rows in, many at once, and notes the faults of each.
func (s *Service) takeRows(ctx context.Context, c Connection, out *Uploaded, rows []*feedfile.Row) error {
	for batch := range slices.Chunk(rows, feed.MaxBatch) {
		var records []feed.Record
		var sent []*feedfile.Row
		for _, row := range batch {
			if row.Record == nil { // a line that could not be taken apart
				out.Read, out.Refused = out.Read+1, out.Refused+1
				out.note(row)
				continue
			}
			if err := out.add(ctx, row.Record); err != nil {
				return err
			}
			records, sent = append(records, record(row)), append(sent, row)
		}
		if len(records) == 0 {
			continue
		}
		got, err := s.Feeds.Put(ctx, c.Source, records)
		if err != nil {
			return err
		}
		r := &out.Run
		r.Inserted, r.Updated, r.Unchanged, r.Refused = r.Inserted+got.Inserted, r.Updated+got.Updated, r.Unchanged+got.Unchanged, r.Refused+got.Refused
		r.ImportID = got.ImportID
		for i, o := range got.Outcomes {
			if o.Status != feed.Refused {
				continue
			}
			if len(sent[i].Faults) == 0 {
				sent[i].Refused(o.Faults)
			}
			out.note(sent[i])
		}
	}
	if n := out.Inserted + out.Updated + out.Unchanged + out.Refused; n != out.Read {
		return feed.ErrTie.With("read", fmt.Sprint(out.Read)).With("accounted_for", fmt.Sprint(n))
	}
	return nil
}

func (u *Uploaded) note(row *feedfile.Row) {
	for _, f := range row.Faults {
		if len(u.Faults) < receivable.ErrorsShown {
			u.Faults = append(u.Faults, RowFault{RowError: receivable.RowError{Row: row.No, Fault: f}, RecordID: numberOf(row)})
		}
	}
}
