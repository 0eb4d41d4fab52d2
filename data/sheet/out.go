package sheet

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"zhuxin/biz/receivable"
)

// Safe keeps a cell from being run by the spreadsheet that opens the file: a
// value that begins like a formula gets an apostrophe in front (ASVS 1.2.10).
func Safe(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0\u3000"))
	if strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠|%", first) && s != "" {
		return "'" + s
	}
	return s
}

// errorFile implements receivable.ErrorFile.
type errorFile struct {
	file *os.File
	buf  *bufio.Writer
	csv  *csv.Writer
}

// Errors implements receivable.Sheets.
func (f *Files) Errors() (receivable.ErrorFile, error) {
	file, err := os.CreateTemp(f.tempDir, tempPrefix)
	if err != nil {
		return nil, fmt.Errorf("open a file for refused rows: %w", err)
	}
	// Without a name it goes with the process, however that ends.
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close()
		return nil, err
	}
	e := &errorFile{file: file, buf: bufio.NewWriterSize(file, 64<<10)}
	e.csv = csv.NewWriter(e.buf)
	if _, err := e.buf.Write(utf8Mark); err != nil {
		return nil, err
	}
	return e, e.csv.Write([]string{"row", "column", "reason", "message", "value"})
}

// Add implements receivable.ErrorFile.
func (e *errorFile) Add(r receivable.RowError) error {
	return e.csv.Write([]string{strconv.FormatInt(r.Row, 10), Safe(r.Column), r.Reason, Safe(r.Message), Safe(r.Value)})
}

// Body implements receivable.ErrorFile.
func (e *errorFile) Body() (io.Reader, error) {
	e.csv.Flush()
	if err := e.csv.Error(); err != nil {
		return nil, err
	}
	if err := e.buf.Flush(); err != nil {
		return nil, err
	}
	_, err := e.file.Seek(0, io.SeekStart)
	return e.file, err
}

// Close implements receivable.ErrorFile.
func (e *errorFile) Close() error { return e.file.Close() }
