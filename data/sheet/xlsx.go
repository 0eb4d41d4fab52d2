package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"

	"zhuxin/biz/receivable"
	"zhuxin/shared/calendar"
)

// Bounds of a spreadsheet, against bombs (reliability, pitfall 61). A million
// rows of nine columns unzip to about half of maxUnzipped; parts above keepInMemory
// go to the file's own folder.
const (
	maxUnzipped  = 1 << 30
	maxRatio     = 120
	maxParts     = 2000
	keepInMemory = 4 << 20
	smallEnough  = 16 << 20 // below it, any ratio is harmless
)

// book is an opened spreadsheet; its first visible sheet is read.
type book struct {
	file  *excelize.File
	sheet string
	last  int64 // number of the last row
	epoch calendar.Date
}

func openBook(name, tempDir string) (*book, error) {
	part, err := inspect(name)
	if err != nil {
		return nil, err
	}
	f, err := excelize.OpenFile(name, excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: keepInMemory, TmpDir: tempDir,
	})
	if err != nil {
		return nil, receivable.ErrFileBroken.Wrap(err)
	}
	b := &book{file: f, last: part.last, sheet: part.sheet, epoch: calendar.NewDate(1899, 12, 30)}
	props, err := f.GetWorkbookProps()
	if err != nil {
		return nil, errors.Join(receivable.ErrFileBroken.Wrap(err), f.Close())
	}
	if props.Date1904 != nil && *props.Date1904 {
		b.epoch = calendar.NewDate(1904, 1, 1)
	}
	return b, nil
}

func (b *book) close() error { return b.file.Close() }

// part is the sheet that is read.
type part struct {
	sheet string
	last  int64
}

// inspect refuses a bomb before anything is unzipped, finds the first visible
// sheet and counts its rows. The count is the check on the reader, which takes
// broken XML for the end of the sheet.
func inspect(name string) (part, error) {
	z, err := zip.OpenReader(name)
	if err != nil {
		return part{}, receivable.ErrFileBroken.Wrap(err)
	}
	defer z.Close()
	if len(z.File) > maxParts {
		return part{}, hint(receivable.ErrFileBroken, "the file has more parts than a spreadsheet of rows needs")
	}
	var packed, unzipped uint64
	files := map[string]*zip.File{}
	for _, f := range z.File {
		packed += f.CompressedSize64
		unzipped += f.UncompressedSize64
		files[strings.TrimPrefix(f.Name, "/")] = f
		if unzipped > maxUnzipped || (unzipped > smallEnough && unzipped/maxRatio > packed) {
			return part{}, hint(receivable.ErrFileTooLarge, "the file unzips to far more than a spreadsheet of that size; save it as CSV")
		}
	}
	title, where, err := firstSheet(files)
	if err != nil {
		return part{}, err
	}
	n, err := lastRow(files[where])
	return part{title, n}, err
}

// firstSheet finds the name of the first visible sheet and its part.
func firstSheet(files map[string]*zip.File) (title, where string, err error) {
	var workbook struct {
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			Rel   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			RelS  string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := errors.Join(decode(files["xl/workbook.xml"], &workbook), decode(files["xl/_rels/workbook.xml.rels"], &rels)); err != nil {
		return "", "", receivable.ErrFileBroken.Wrap(err)
	}
	for _, s := range workbook.Sheets {
		if s.State == "hidden" || s.State == "veryHidden" {
			continue
		}
		for _, r := range rels.All {
			if r.ID != "" && (r.ID == s.Rel || r.ID == s.RelS) {
				where := strings.TrimPrefix(r.Target, "/")
				if !strings.HasPrefix(r.Target, "/") {
					where = path.Join("xl", r.Target)
				}
				if files[where] != nil {
					return s.Name, where, nil
				}
			}
		}
	}
	return "", "", hint(receivable.ErrFileBroken, "the workbook has no visible sheet")
}

func decode(f *zip.File, into any) error {
	if f == nil {
		return errors.New("a part of the workbook is missing")
	}
	if f.UncompressedSize64 > keepInMemory {
		return fmt.Errorf("%s is too large", f.Name)
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	return xml.NewDecoder(r).Decode(into)
}

// grid reads the rows of a sheet.
type grid struct {
	*book
	in   *excelize.Rows
	head []string
	at   int64 // number of the row in the sheet
}

func (b *book) table() (receivable.Table, error) {
	in, err := b.file.Rows(b.sheet)
	if err != nil {
		return nil, receivable.ErrFileBroken.Wrap(err)
	}
	g := &grid{book: b, in: in}
	l, err := g.Next()
	if errors.Is(err, io.EOF) {
		err = receivable.ErrFileEmpty
	}
	if err == nil {
		g.head, err = heads(l.Cells)
	}
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return g, nil
}

// Head implements receivable.Table.
func (g *grid) Head() []string { return g.head }

// Epoch implements receivable.Table.
func (g *grid) Epoch() calendar.Date { return g.epoch }

// Close implements receivable.Table.
func (g *grid) Close() error { return g.in.Close() }

// Next implements receivable.Table.
func (g *grid) Next() (receivable.Line, error) {
	for g.in.Next() {
		g.at++
		cells, err := g.in.Columns()
		if err != nil {
			return receivable.Line{}, receivable.ErrFileBroken.Wrap(err)
		}
		if len(cells) > maxColumns {
			return receivable.Line{No: g.at, Broken: fmt.Sprintf("the row has %d cells; at most %d are taken", len(cells), maxColumns)}, nil
		}
		if !blank(cells) {
			return receivable.Line{No: g.at, Cells: cells}, nil
		}
	}
	if err := g.in.Error(); err != nil {
		return receivable.Line{}, receivable.ErrFileBroken.Wrap(err)
	}
	if g.at < g.last {
		return receivable.Line{}, hint(receivable.ErrFileBroken, fmt.Sprintf("the sheet cannot be read behind row %d of %d; save the file again, or as CSV", g.at, g.last))
	}
	return receivable.Line{}, io.EOF
}
