// Package sheet takes CSV and XLSX files apart into rows and writes the CSV and
// XLSX files that people get. It implements the ports of biz/receivable for it.
//
// A file is copied to a folder of its own on local disk and read from there as a
// stream, so memory does not grow with it. The folder goes with Close; what a
// killed process left is swept when it is six hours old.
//
// It owns encodings, separators and spreadsheets' insides. What a cell means is
// its caller's.
package sheet

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"zhuxin/biz/receivable"
	"zhuxin/shared/calendar"
)

// Files implements receivable.Sheets.
type Files struct {
	tempDir string
	clock   calendar.Clock
}

var _ receivable.Sheets = (*Files)(nil)

// New makes the reader; tempDir is where files are copied to, empty for the
// system's folder.
func New(tempDir string, clock calendar.Clock) *Files {
	if tempDir == "" {
		tempDir = os.TempDir()
	}
	return &Files{tempDir: tempDir, clock: clock}
}

const (
	tempPrefix = "zhuxin-import-"
	tempAge    = 6 * time.Hour
	headBytes  = 512 << 10 // of a text file, for Look
	maxColumns = 256
)

// kind is what the first bytes say.
type kind int

const (
	kindText kind = iota
	kindXLSX
)

// sniff tells a text file from a spreadsheet, and refuses the rest with what to
// do about it.
func sniff(head []byte) (kind, error) {
	start := bytes.TrimLeft(bytes.TrimPrefix(head, utf8Mark), " \t\r\n")
	switch {
	case len(start) == 0:
		return 0, receivable.ErrFileEmpty
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return kindXLSX, nil
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return 0, hint(receivable.ErrFileType, "this is an old .xls file or one with a password; save it as .xlsx without a password")
	case bytes.HasPrefix(start, []byte("<")):
		return 0, hint(receivable.ErrFileType, "this is a web page or XML, even if it is called .xls; open it and save it as .xlsx or CSV")
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return 0, hint(receivable.ErrFileType, "this is text in UTF-16; save it as CSV in UTF-8 (Excel: CSV UTF-8)")
	case bytes.HasPrefix(start, []byte("%PDF")), bytes.IndexByte(head, 0) >= 0:
		return 0, receivable.ErrFileType
	}
	return kindText, nil
}

// Look implements receivable.Sheets. A text file is not copied: its head is read
// and put back in front of the rest.
func (f *Files) Look(r io.Reader, rows int) (receivable.Look, io.ReadCloser, error) {
	r = &bounded{r: r, left: receivable.MaxFileBytes}
	head := make([]byte, headBytes)
	n, err := io.ReadFull(r, head)
	whole := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !whole {
		return receivable.Look{}, nil, err
	}
	head = head[:n]
	k, err := sniff(head)
	if err != nil {
		return receivable.Look{}, nil, err
	}
	all := io.MultiReader(bytes.NewReader(head), r)
	if k == kindXLSX {
		return f.lookAtSpreadsheet(all, rows)
	}
	if !whole { // the last line is cut
		if i := bytes.LastIndexByte(head, '\n'); i > 0 {
			head = head[:i+1]
		}
	}
	look, err := first(newText(bytes.NewReader(head), encodingOf(head)), rows)
	look.ContentType = "text/csv"
	return look, io.NopCloser(all), err
}

func (f *Files) lookAtSpreadsheet(r io.Reader, rows int) (receivable.Look, io.ReadCloser, error) {
	s, err := f.spool(r)
	if err != nil {
		return receivable.Look{}, nil, err
	}
	look, err := func() (receivable.Look, error) {
		t, err := s.Table()
		if err != nil {
			return receivable.Look{}, err
		}
		defer t.Close()
		return first(t, rows)
	}()
	if err != nil {
		_ = s.Close()
		return receivable.Look{}, nil, err
	}
	look.ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	file, err := os.Open(s.path)
	if err != nil {
		_ = s.Close()
		return receivable.Look{}, nil, err
	}
	return look, closers{file, s}, nil
}

// first reads the head and some rows of a table.
func first(t receivable.Table, rows int) (look receivable.Look, err error) {
	if look.Head = t.Head(); look.Head == nil { // a text's head is read with its first row
		if _, err = t.Next(); err != nil {
			return look, err
		}
		look.Head = t.Head()
	}
	look.Epoch = t.Epoch()
	for len(look.Sample) < rows {
		l, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return look, err
		}
		if l.Broken == "" {
			look.Sample = append(look.Sample, append([]string{}, l.Cells...))
		}
	}
	return look, nil
}

// Open implements receivable.Sheets.
func (f *Files) Open(r io.Reader) (receivable.Spool, []byte, error) {
	s, err := f.spool(r)
	if err != nil {
		return nil, nil, err
	}
	return s, s.sum, nil
}

// spooled is a file in a folder of its own.
type spooled struct {
	dir, path string
	sum       []byte
	kind      kind
	encoding  encoding
	book      *book
}

func (f *Files) spool(r io.Reader) (_ *spooled, err error) {
	f.sweep()
	dir, err := os.MkdirTemp(f.tempDir, tempPrefix)
	if err != nil {
		return nil, fmt.Errorf("copy the file to local disk: %w", err)
	}
	s := &spooled{dir: dir, path: filepath.Join(dir, "source")}
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	file, err := os.OpenFile(s.path, os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(file, hash), &bounded{r: r, left: receivable.MaxFileBytes}); err != nil {
		return nil, err
	}
	s.sum = hash.Sum(nil)
	head := make([]byte, 4096)
	n, err := file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if s.kind, err = sniff(head[:n]); err != nil {
		return nil, err
	}
	if s.kind == kindXLSX {
		s.book, err = openBook(s.path, dir)
		return s, err
	}
	s.encoding, err = encodingOfFile(file)
	return s, err
}

// Table implements receivable.Spool.
func (s *spooled) Table() (receivable.Table, error) {
	if s.kind == kindXLSX {
		return s.book.table()
	}
	file, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	t := newText(file, s.encoding)
	t.close = file
	if _, err := t.readHead(); err != nil {
		_ = file.Close()
		return nil, err
	}
	return t, nil
}

// Close implements receivable.Spool.
func (s *spooled) Close() error {
	var err error
	if s.book != nil {
		err = s.book.close()
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

// sweep removes what killed processes left.
func (f *Files) sweep() {
	old, _ := filepath.Glob(filepath.Join(f.tempDir, tempPrefix+"*"))
	for _, dir := range old {
		if i, err := os.Stat(dir); err == nil && f.clock.Now().Sub(i.ModTime()) > tempAge {
			_ = os.RemoveAll(dir)
		}
	}
}

// bounded is a reader that ends in ErrFileTooLarge.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, receivable.ErrFileTooLarge
	}
	return n, err
}

type closers struct {
	*os.File
	more io.Closer
}

func (c closers) Close() error { return errors.Join(c.File.Close(), c.more.Close()) }
