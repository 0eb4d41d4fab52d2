package erp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	"zhuxin/biz/feed"
	"zhuxin/biz/feedfile"
	"zhuxin/biz/receivable"
	"zhuxin/shared/fault"
)

// rows reads a stored file to its end.
func (s *Service) rows(ctx context.Context, k feed.Kind, id uuid.UUID) ([]*feedfile.Row, error) {
	_, body, err := s.Imports.Files.Open(ctx, id, document.KindImportSource)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	spool, _, err := s.Imports.Sheets.Open(body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = spool.Close() }()
	t, err := spool.Table()
	if err != nil {
		return nil, err
	}
	defer t.Close()
	layout, err := feedfile.ReadHeads(k, t.Head())
	if err != nil {
		return nil, err
	}
	var rows []*feedfile.Row
	first, cells := map[string]int64{}, receivable.NewCells(t)
	for {
		line, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		line.Cells = slices.Clone(line.Cells) // valid until the next row only
		row := layout.Read(line, cells)
		id := numberOf(row)
		if strings.HasPrefix(id, exampleMark) {
			continue
		}
		if at, there := first[id]; there {
			row.Again(at)
		} else if id != "" {
			first[id] = line.No
		}
		if rows = append(rows, row); len(rows) > MaxFileRows {
			return nil, errTooManyRows
		}
	}
	if len(rows) == 0 {
		return nil, receivable.ErrFileEmpty
	}
	return rows, nil
}

func numberOf(r *feedfile.Row) string {
	if r.Record == nil {
		return ""
	}
	return r.Record.RecordID()
}

// record is what a row says; one that is refused already is kept with its faults.
func record(row *feedfile.Row) feed.Record {
	if len(row.Faults) == 0 {
		return row.Record
	}
	u := feed.Unreadable{Record: row.Record}
	for _, f := range row.Faults {
		u.Faults = append(u.Faults, fault.Field{Name: f.Column, Reason: f.Reason, Message: fmt.Sprintf("row %d: %s", row.No, f.Message)})
	}
	return u
}
