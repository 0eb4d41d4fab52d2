package document_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// world is an outside for the service that keeps everything in memory.
type world struct {
	t       *testing.T
	inTx    bool
	objects map[string][]byte
	records []document.Document
	entries []audit.Entry
	hidden  uuid.UUID // a customer that the actor does not see
	storeUp bool
	addErr  error
}

func (w *world) InTx(ctx context.Context, fn func(context.Context) error) error {
	w.inTx = true
	defer func() { w.inTx = false }()
	records, entries := len(w.records), len(w.entries)
	err := fn(ctx)
	if err != nil {
		w.records, w.entries = w.records[:records], w.entries[:entries]
	}
	return err
}

func (w *world) Add(_ context.Context, d document.Document) (int, error) {
	if w.objects[d.ObjectKey] == nil {
		w.t.Error("the record is written before the bytes are there")
	}
	w.records = append(w.records, d)
	return len(w.records), w.addErr
}

func (w *world) Get(_ context.Context, id uuid.UUID) (document.Document, error) {
	i := slices.IndexFunc(w.records, func(d document.Document) bool { return d.ID == id })
	if i < 0 {
		return document.Document{}, document.ErrNotFound
	}
	return w.records[i], nil
}

func (w *world) List(_ context.Context, customer uuid.UUID) (out []document.Document, err error) {
	for _, d := range w.records {
		if d.CustomerID != nil && *d.CustomerID == customer {
			out = append(out, d)
		}
	}
	return out, nil
}

func (w *world) CanSee(_ context.Context, id uuid.UUID) error {
	if !w.inTx {
		w.t.Error("the customer is looked up outside a unit of work")
	}
	if id == w.hidden {
		return fault.NotFound("CUSTOMER_NOT_FOUND", "there is no such customer")
	}
	return nil
}

func (w *world) Record(_ context.Context, e audit.Entry) error {
	w.entries = append(w.entries, e)
	return nil
}

type store struct{ *world }

var errStore = errors.New("the store is away")

func (s store) Put(_ context.Context, body io.Reader, size int64) (string, error) {
	if s.inTx {
		s.t.Error("the store is used inside a unit of work")
	}
	if !s.storeUp {
		return "k", errStore
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return "k", errors.New("put: " + err.Error()) // a store's client hides the cause
	}
	if size >= 0 && int64(len(b)) != size {
		return "k", errStore
	}
	s.objects["k"] = b
	return "k", nil
}

func (s store) Get(_ context.Context, key string) (io.ReadCloser, error) {
	if s.inTx {
		s.t.Error("the store is used inside a unit of work")
	}
	return io.NopCloser(bytes.NewReader(s.objects[key])), nil
}

func (s store) Delete(_ context.Context, key string) error {
	delete(s.objects, key)
	return nil
}

func setup(t *testing.T) (*world, *document.Service, context.Context) {
	w := &world{t: t, objects: map[string][]byte{}, hidden: uuid.New(), storeUp: true}
	s := document.NewService(w, w, store{w}, w, w, &calendar.Frozen{At: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)})
	return w, s, as(t, access.RoleAdministrator)
}

func as(t *testing.T, roles ...access.Role) context.Context {
	return access.With(t.Context(), access.Actor{Kind: access.KindPerson, ID: uuid.New(), Roles: roles})
}

var customer = uuid.New()

func paper(name string, content []byte) document.UploadInput {
	return document.UploadInput{CustomerID: &customer, Kind: document.KindBusinessLicence, FileName: name, Size: int64(len(content)), Body: bytes.NewReader(content)}
}

func aPDF(inside string) []byte { return []byte("%PDF-1.7\n" + inside + "\ntrailer\n%%EOF\n") }

func picture() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 40, 30))
	m.Set(3, 4, color.White)
	return m
}

func aPNG(t *testing.T) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, picture()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func aJPEG(t *testing.T) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUploadOpenList(t *testing.T) {
	t.Parallel()
	w, s, ctx := setup(t)
	content := aPDF(strings.Repeat("执照 ", 200_000))
	in := paper(`C:\scan\营业执照.PDF`, content)
	in.Declared = "application/pdf; charset=binary"
	d, err := s.Upload(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	if d.FileName != "营业执照.PDF" || d.ContentType != "application/pdf" || d.SizeBytes != int64(len(content)) || !bytes.Equal(d.SHA256, sum[:]) || d.Revision != 1 || d.CreatedAt.IsZero() {
		t.Errorf("%+v", d)
	}
	got, body, err := s.Open(ctx, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	read, err := io.ReadAll(body)
	if err != nil || got.ID != d.ID || !bytes.Equal(read, content) {
		t.Errorf("%v", err)
	}
	if list, err := s.List(ctx, customer); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
	if len(w.entries) != 2 || w.entries[0].Action != "document.uploaded" || w.entries[1].Action != "document.opened" {
		t.Errorf("audit: %+v", w.entries)
	}
}

func TestWhatIsTaken(t *testing.T) {
	t.Parallel()
	_, s, ctx := setup(t)
	for _, in := range []document.UploadInput{
		paper("a.pdf", aPDF("")), paper("a.png", aPNG(t)), paper("a.jpg", aJPEG(t)), paper("a.JPEG", aJPEG(t)),
		{Kind: document.KindNegativeEvidence, FileName: "判决书.pdf", Size: -1, Body: bytes.NewReader(aPDF(""))},
		{Kind: document.KindImportSource, FileName: "a.csv", Size: -1, Declared: "application/vnd.ms-excel", Body: strings.NewReader("a,b\n1,2\n")},
		{Kind: document.KindImportSource, FileName: "a.csv", Size: -1, Body: strings.NewReader("\xbf\xcd\xbb\xa7,\xbd\xf0\xb6\xee\r\n")}, // GBK
		{Kind: document.KindImportSource, FileName: "a.xlsx", Size: -1, Body: strings.NewReader("PK\x03\x04 … PK\x05\x06 …")},
	} {
		if _, err := s.Upload(ctx, in); err != nil {
			t.Errorf("%s %s: %v", in.Kind, in.FileName, err)
		}
	}
	system := access.With(t.Context(), access.System(uuid.New(), "r"))
	if _, err := s.Upload(system, document.UploadInput{Kind: document.KindImportErrors, FileName: "errors.csv", Size: -1, Body: strings.NewReader("row,column,reason\n")}); err != nil {
		t.Errorf("the server's own file: %v", err)
	}
}

func TestWhoMay(t *testing.T) {
	t.Parallel()
	w, s, ctx := setup(t)
	d, err := s.Upload(ctx, paper("a.pdf", aPDF("")))
	if err != nil {
		t.Fatal(err)
	}
	source, err := s.Upload(ctx, document.UploadInput{Kind: document.KindImportSource, FileName: "a.csv", Size: -1, Body: strings.NewReader("a\n")})
	if err != nil {
		t.Fatal(err)
	}
	viewer := as(t, access.RoleViewer)
	if _, err := s.Upload(viewer, paper("a.pdf", aPDF(""))); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a viewer uploads: %v", err)
	}
	if _, _, err := s.Open(viewer, d.ID); err != nil {
		t.Errorf("a viewer reads a paper: %v", err)
	}
	if _, _, err := s.Open(viewer, source.ID); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a viewer reads an import's file: %v", err)
	}
	if _, err := s.Upload(ctx, document.UploadInput{Kind: document.KindImportErrors, FileName: "a.csv", Size: -1, Body: strings.NewReader("a\n")}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a person uploads the server's file: %v", err)
	}
	if _, err := s.List(t.Context(), customer); !errors.Is(err, access.ErrUnauthenticated) {
		t.Errorf("nobody lists: %v", err)
	}
	w.hidden = customer
	if _, _, err := s.Open(viewer, d.ID); !errors.Is(err, document.ErrNotFound) {
		t.Errorf("a paper of a customer out of sight: %v", err)
	}
	_, _, none := s.Open(viewer, uuid.New())
	_, _, other := s.Open(viewer, d.ID)
	if none.Error() != other.Error() {
		t.Errorf("out of sight and absent differ: %v, %v", other, none)
	}
	body := &counting{Reader: bytes.NewReader(aPDF(""))}
	in := paper("a.pdf", nil)
	in.Body, in.Size = body, 100
	if _, err := s.Upload(ctx, in); err == nil || body.n != 0 {
		t.Errorf("bytes were read for a customer out of sight: %d, %v", body.n, err)
	}
}

type counting struct {
	io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// When the record cannot be written, the bytes go again.
func TestNothingStaysOfAFailedUpload(t *testing.T) {
	t.Parallel()
	w, s, ctx := setup(t)
	w.addErr = errors.New("database")
	if _, err := s.Upload(ctx, paper("a.pdf", aPDF(""))); !errors.Is(err, w.addErr) || len(w.objects)+len(w.records)+len(w.entries) != 0 {
		t.Errorf("%v, left %d objects", err, len(w.objects))
	}
	w.storeUp = false
	if _, err := s.Upload(ctx, paper("a.pdf", aPDF(""))); !errors.Is(err, errStore) {
		t.Errorf("%v", err)
	}
}

const eicar = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-` + `ANTIVIRUS-TEST-FILE!$H+H*`

// hugePNG says that it is 60,000 by 60,000 pixels.
func hugePNG(t *testing.T) []byte {
	b := aPNG(t)
	copy(b[16:], []byte{0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60})
	crc := crc32.ChecksumIEEE(b[12:29])
	copy(b[29:], []byte{byte(crc >> 24), byte(crc >> 16), byte(crc >> 8), byte(crc)})
	return b
}

// More than 80 hostile files: none is stored, each is decided quickly, with little
// memory and a reason (P30).
func TestHostileFiles(t *testing.T) {
	w, s, ctx := setup(t)
	p, j, g := aPDF("x"), aJPEG(t), aPNG(t)
	type hostile struct {
		what string
		in   document.UploadInput
		want error
	}
	var cases []hostile
	add := func(what string, want error, in document.UploadInput) {
		cases = append(cases, hostile{what, in, want})
	}
	contents := map[string][]byte{
		"exe": []byte("MZ\x90\x00"), "elf": []byte("\x7fELF\x02"), "html": []byte("<html><script>alert(1)</script>"), "doctype": []byte("<!DOCTYPE html>"),
		"svg": []byte(`<svg onload="alert(1)">`), "xml bomb": []byte(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aa">]>`), "zip": []byte("PK\x03\x04"), "gzip": []byte("\x1f\x8b\x08"),
		"shell": []byte("#!/bin/sh\nrm -rf /"), "php": []byte("<?php system($_GET[0]);"), "gif": []byte("GIF89a"), "ole": []byte("\xd0\xcf\x11\xe0\xa1\xb1"),
		"nul": make([]byte, 100), "text": []byte("hello"), "gif and pdf": append([]byte("GIF89a"), p...), "pdf later": append([]byte("\n\n"), p...),
		"jpeg with no size": []byte("\xff\xd8\xff\xe0\x00\x10JFIF"), "png with no size": []byte("\x89PNG\r\n\x1a\n"), "huge png": hugePNG(t), "tiff": []byte("II*\x00"),
	}
	for what, content := range contents {
		for _, ext := range []string{"pdf", "jpg", "png"} {
			add(what+" as "+ext, document.ErrMismatch, paper("a."+ext, content))
		}
	}
	for what, content := range map[string][]byte{"pdf as jpg": p, "png as jpg": g} {
		add(what, document.ErrMismatch, paper("a.jpg", content))
	}
	add("jpeg as pdf", document.ErrMismatch, paper("a.pdf", j))
	for _, name := range []string{"a.exe", "a.html", "a.svg", "a.pdf.exe", "a.pdf.html", "a", "a.zip", "a.docx", "a.gif", "a.p\u202efdp", "a.csv", "a.xlsx"} {
		add("name "+name, document.ErrType, paper(name, p))
	}
	for _, declared := range []string{"text/html", "image/svg+xml", "application/x-msdownload", "image/png", "multipart/form-data; boundary=x"} {
		in := paper("a.pdf", p)
		in.Declared = declared
		add("pdf declared "+declared, document.ErrMismatch, in)
	}
	for _, bad := range []string{eicar, "/S /JavaScript /JS (app.alert(1))", "/Launch", "/RichMedia"} {
		add("pdf with "+bad, document.ErrMalicious, paper("a.pdf", aPDF(bad)))
		add("late in a pdf: "+bad, document.ErrMalicious, paper("a.pdf", aPDF(strings.Repeat("x", 3<<20)+bad)))
		split := paper("a.pdf", nil) // arrives one byte at a time around a seam
		content := aPDF(strings.Repeat("x", 600<<10) + bad)
		split.Body, split.Size = &dribble{r: bytes.NewReader(content), from: 600 << 10}, int64(len(content))
		add("in pieces: "+bad, document.ErrMalicious, split)
	}
	add("eicar in a picture", document.ErrMalicious, paper("a.png", append(bytes.Clone(g[:len(g)-12]), append([]byte(eicar), g[len(g)-12:]...)...)))
	add("eicar as csv", document.ErrMalicious, document.UploadInput{Kind: document.KindImportSource, FileName: "a.csv", Size: -1, Body: strings.NewReader(eicar)})
	add("binary as csv", document.ErrMismatch, document.UploadInput{Kind: document.KindImportSource, FileName: "a.csv", Size: -1, Body: strings.NewReader("a,b\x00")})
	add("html as csv", document.ErrMismatch, document.UploadInput{Kind: document.KindImportSource, FileName: "a.csv", Size: -1, Body: strings.NewReader("<HTML>")})
	add("old excel", document.ErrType, document.UploadInput{Kind: document.KindImportSource, FileName: "a.xls", Size: -1, Body: strings.NewReader("\xd0\xcf\x11\xe0")})
	add("cut xlsx", document.ErrDamaged, document.UploadInput{Kind: document.KindImportSource, FileName: "a.xlsx", Size: -1, Body: strings.NewReader("PK\x03\x04")})
	add("cut pdf", document.ErrDamaged, paper("a.pdf", p[:len(p)-8]))
	add("cut jpeg", document.ErrDamaged, paper("a.jpg", j[:len(j)-2]))
	add("cut png", document.ErrDamaged, paper("a.png", g[:len(g)-12]))
	add("empty", document.ErrEmpty, paper("a.pdf", nil))
	add("said too large", document.ErrTooLarge, document.UploadInput{CustomerID: &customer, Kind: document.KindOther, FileName: "a.pdf", Size: document.MaxPaper + 1, Body: failing{t}})
	add("too large, not said", document.ErrTooLarge, document.UploadInput{CustomerID: &customer, Kind: document.KindOther, FileName: "a.pdf", Size: -1,
		Body: io.MultiReader(bytes.NewReader(p), rand.NewChaCha8([32]byte{}))})
	short := paper("a.pdf", p)
	short.Size++
	add("shorter than said", document.ErrSizeUnequal, short)

	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var slowest time.Duration
	for _, c := range cases {
		began := time.Now()
		_, err := s.Upload(ctx, c.in)
		slowest = max(slowest, time.Since(began))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.what, err, c.want)
		}
		if len(w.objects)+len(w.records)+len(w.entries) != 0 {
			t.Fatalf("%s: something was stored", c.what)
		}
	}
	runtime.ReadMemStats(&after)
	t.Logf("cases=%d stored=0 slowest=%v heap grew by %d MiB", len(cases), slowest, (int64(after.HeapSys)-int64(before.HeapSys))>>20)
	if len(cases) < 80 || slowest > 2*time.Second {
		t.Errorf("%d cases, slowest %v", len(cases), slowest)
	}
}

// dribble gives single bytes from an offset on.
type dribble struct {
	r    io.Reader
	from int
	at   int
}

func (d *dribble) Read(p []byte) (int, error) {
	if d.at >= d.from && len(p) > 0 {
		p = p[:1]
	}
	n, err := d.r.Read(p)
	d.at += n
	return n, err
}

type failing struct{ t *testing.T }

func (f failing) Read([]byte) (int, error) {
	f.t.Error("a file that says it is too large was read")
	return 0, io.EOF
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	_, s, ctx := setup(t)
	for name, want := range map[string]string{
		"../../etc/passwd.pdf": "passwd.pdf", `..\..\a.pdf`: "a.pdf", "a\x00\r\n.pdf": "a.pdf", "  .hidden.pdf ": "hidden.pdf",
		"\u202efdp.a.pdf": "fdp.a.pdf", `a<b>:"|?*.pdf`: "ab.pdf", strings.Repeat("长", 300) + ".pdf": strings.Repeat("长", 116) + ".pdf",
		"a\xff.pdf": "a.pdf", "营业 执照（副本）.pdf": "营业 执照（副本）.pdf",
	} {
		d, err := s.Upload(ctx, paper(name, aPDF("")))
		if err != nil || d.FileName != want {
			t.Errorf("%q became %q, want %q: %v", name, d.FileName, want, err)
		}
	}
	for _, name := range []string{"", "/", "...", "\x00", ".pdf", " .pdf", "a/"} {
		_, err := s.Upload(ctx, paper(name, aPDF("")))
		if f, ok := fault.As(err); !ok || f.Kind != fault.KindInvalid {
			t.Errorf("name %q: %v", name, err)
		}
	}
	_, err := s.Upload(ctx, document.UploadInput{Kind: "x"})
	if f, ok := fault.As(err); !ok || len(f.Fields) != 3 {
		t.Errorf("all faults at once: %v", err)
	}
}
