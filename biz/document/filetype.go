package document

import (
	"bytes"
	imagejpeg "image/jpeg"
	imagepng "image/png"
	"path"
	"slices"
	"strings"
)

// fileType is a format that is taken, with how to tell it by its content.
type fileType struct {
	contentType string
	also        []string // other names that clients use for it
	extensions  []string
	head        func(head []byte) bool // looks at the first headLen bytes
	tail        func(tail []byte) bool // looks at the last tailLen bytes
	refuse      [][]byte               // what must not be anywhere inside
}

const (
	headLen = 512 << 10 // holds the size of an image behind its metadata
	tailLen = 2 << 10

	// maxPixels bounds an image: a small file can unfold to gigabytes.
	maxPixels = 100_000_000
)

var (
	pdf = fileType{
		contentType: "application/pdf", also: []string{"application/x-pdf"}, extensions: []string{".pdf"},
		head: func(h []byte) bool { return bytes.HasPrefix(h, []byte("%PDF-")) },
		tail: func(t []byte) bool { return bytes.Contains(t, []byte("%%EOF")) },
		// What runs something when the paper is opened. Attachments are let through:
		// electronic invoices carry their data that way.
		refuse: [][]byte{[]byte("/JavaScript"), []byte("/Launch"), []byte("/RichMedia")},
	}
	jpeg = fileType{
		contentType: "image/jpeg", also: []string{"image/jpg", "image/pjpeg"}, extensions: []string{".jpg", ".jpeg"},
		head: func(h []byte) bool {
			c, err := jpegConfig(h)
			return bytes.HasPrefix(h, []byte("\xff\xd8\xff")) && err == nil && c
		},
		tail: func(t []byte) bool { return bytes.Contains(t, []byte("\xff\xd9")) },
	}
	png = fileType{
		contentType: "image/png", also: []string{"image/x-png"}, extensions: []string{".png"},
		head: func(h []byte) bool {
			c, err := pngConfig(h)
			return bytes.HasPrefix(h, []byte("\x89PNG\r\n\x1a\n")) && err == nil && c
		},
		tail: func(t []byte) bool { return bytes.Contains(t, []byte("IEND")) },
	}
	xlsx = fileType{
		contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		also:        []string{"application/zip", "application/x-zip-compressed"}, extensions: []string{".xlsx"},
		head: func(h []byte) bool { return bytes.HasPrefix(h, []byte("PK\x03\x04")) },
		tail: func(t []byte) bool { return bytes.Contains(t, []byte("PK\x05\x06")) },
	}
	csv = fileType{
		contentType: "text/csv", also: []string{"text/plain", "application/vnd.ms-excel", "application/csv"}, extensions: []string{".csv", ".txt"},
		head: isText,
	}
)

func jpegConfig(h []byte) (fits bool, err error) {
	c, err := imagejpeg.DecodeConfig(bytes.NewReader(h))
	return c.Width > 0 && c.Height > 0 && c.Width*c.Height <= maxPixels, err
}

func pngConfig(h []byte) (fits bool, err error) {
	c, err := imagepng.DecodeConfig(bytes.NewReader(h))
	return c.Width > 0 && c.Height > 0 && c.Width*c.Height <= maxPixels, err
}

// isText takes UTF-8 and GBK, which spreadsheets write here, and no binary format.
func isText(h []byte) bool {
	for _, magic := range []string{"%PDF-", "PK\x03\x04", "\x89PNG", "\xff\xd8\xff", "\xd0\xcf\x11\xe0", "MZ", "\x7fELF", "\x1f\x8b", "<html", "<!DOCTYPE", "<?xml", "#!"} {
		if len(h) >= len(magic) && strings.EqualFold(string(h[:len(magic)]), magic) {
			return false
		}
	}
	return !bytes.ContainsFunc(h, func(r rune) bool { return r < ' ' && r != '\t' && r != '\r' && r != '\n' && r != '\f' })
}

// claimed gives the type that the file name says, of those taken.
func claimed(types []fileType, name string) (fileType, bool) {
	ext := strings.ToLower(path.Ext(name))
	i := slices.IndexFunc(types, func(t fileType) bool { return slices.Contains(t.extensions, ext) })
	if i < 0 {
		return fileType{}, false
	}
	return types[i], true
}

// agrees says whether a declared content type fits. Nothing and "some bytes" declare
// nothing.
func (t fileType) agrees(declared string) bool {
	d, _, _ := strings.Cut(strings.ToLower(declared), ";")
	d = strings.TrimSpace(d)
	return d == "" || d == "application/octet-stream" || d == t.contentType || slices.Contains(t.also, d)
}
