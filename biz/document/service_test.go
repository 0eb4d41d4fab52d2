package document_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
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
	"zhuxin/shared/tenant"
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

func (w *world) HasProject(context.Context, uuid.UUID, uuid.UUID) error { return nil }

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
	ctx := tenant.With(t.Context(), tenant.Tenant{Zone: time.UTC})
	return access.With(ctx, access.Actor{Kind: access.KindPerson, ID: uuid.New(), Roles: roles})
}

// A paper past its day is refused, unless it is filed as what it is; its last day counts.
func TestExpiredPaper(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		day              calendar.Date
		filed            bool
		taken, remembers bool
	}{
		{calendar.NewDate(2026, 5, 31), false, false, false}, {calendar.NewDate(2026, 5, 31), true, true, true},
		{calendar.NewDate(2026, 6, 1), false, true, false}, {calendar.NewDate(2026, 6, 1), true, true, false}, {0, true, true, false},
	} {
		w, s, ctx := setup(t)
		in := paper("a.pdf", aPDF(""))
		in.ExpiresOn, in.Historical = c.day, c.filed
		d, err := s.Upload(ctx, in)
		if e, _ := fault.As(err); (err == nil) != c.taken || err != nil && e.Reason != "DOCUMENT_EXPIRED" || d.Historical != c.remembers {
			t.Errorf("%+v: %+v %v", c, d, err)
		}
		if !c.taken && len(w.objects) != 0 {
			t.Errorf("%+v: bytes of a refused paper are kept", c)
		}
	}
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
	// What names a file opens it to whom its kind is closed, and no file of a customer.
	if _, body, err := s.OpenNamed(viewer, source.ID, document.KindImportSource); err != nil || body.Close() != nil {
		t.Errorf("a file that something names: %v", err)
	}
	for id, kind := range map[uuid.UUID]document.Kind{source.ID: document.KindNegativeEvidence, d.ID: d.Kind, uuid.New(): document.KindImportSource} {
		if _, _, err := s.OpenNamed(viewer, id, kind); !errors.Is(err, document.ErrNotFound) {
			t.Errorf("a file as %s that is none: %v", kind, err)
		}
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
