package objectstore_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"zhuxin/data/crypto"
	"zhuxin/data/objectstore"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// The suite holds for any store that speaks S3; the environment names it: versitygw
// by with-servers, another by hand.
func config(t *testing.T) objectstore.Config {
	t.Helper()
	c := objectstore.Config{
		Endpoint: os.Getenv("ZHUXIN_S3_ENDPOINT"), Region: os.Getenv("ZHUXIN_S3_REGION"), Bucket: os.Getenv("ZHUXIN_S3_BUCKET"),
		AccessKey: os.Getenv("ZHUXIN_S3_ACCESS_KEY"), SecretKey: os.Getenv("ZHUXIN_S3_SECRET_KEY"),
	}
	if c.Endpoint == "" {
		t.Fatal("ZHUXIN_S3_ENDPOINT is not set: this test needs a real S3 store; " + tenancytest.HowToRun)
	}
	return c
}

type bench struct {
	*tenancytest.Env
	config objectstore.Config
	store  *objectstore.Store
	raw    *minio.Client
}

func setup(t *testing.T) bench {
	t.Helper()
	env, c := tenancytest.New(t), config(t)
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i * 5)
	}
	master, err := crypto.ParseMaster(base64.StdEncoding.EncodeToString(key))
	if err != nil {
		t.Fatal(err)
	}
	store, err := objectstore.New(c, crypto.Tenant(env.Pool, master, calendar.System{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.EnsureBucket(t.Context()); err != nil {
		t.Fatal(err)
	}
	raw, err := minio.New(strings.TrimPrefix(c.Endpoint, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Region: c.Region,
	})
	if err != nil {
		t.Fatal(err)
	}
	return bench{env, c, store, raw}
}

func content(size int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{1}), size)
}

func sumOf(t *testing.T, r io.Reader) string {
	t.Helper()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		t.Fatal(err)
	}
	return string(h.Sum(nil))
}

func (b bench) put(t *testing.T, ctx context.Context, body io.Reader, size int64) string {
	t.Helper()
	key, err := b.store.Put(ctx, body, size)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Sizes around the ends of segments, with and without a length beforehand.
func TestWhatGoesInComesOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.CtxA(t)
	const first, next = 1<<20 - 40 - 16, 1<<20 - 16
	for _, size := range []int64{0, 1, 100, first - 1, first, first + 1, first + next - 1, first + next, first + next + 1, 5<<20 + 17} {
		for _, declared := range []int64{size, -1} {
			key := b.put(t, ctx, content(size), declared)
			r, err := b.store.Get(ctx, key)
			if err != nil {
				t.Fatalf("%d bytes, declared %d: %v", size, declared, err)
			}
			if sumOf(t, r) != sumOf(t, content(size)) {
				t.Errorf("%d bytes, declared %d: something else came out", size, declared)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if err := b.store.Delete(ctx, key); err != nil {
				t.Error(err)
			}
			if _, err := b.store.Get(ctx, key); !errors.Is(err, objectstore.ErrNotFound) {
				t.Errorf("deleted: %v", err)
			}
		}
	}
}

func TestOtherTenantsAndStrangersReadNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	secret := []byte("营业执照 91110000000000000X")
	key := b.put(t, b.CtxA(t), bytes.NewReader(secret), int64(len(secret)))
	if want := "t/" + b.A.ID.String() + "/"; !strings.HasPrefix(key, want) {
		t.Errorf("key %s does not carry its tenant", key)
	}
	// in the store itself, for its administrator
	o, err := b.raw.GetObject(t.Context(), b.config.Bucket, key, minio.GetObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	stored, err := io.ReadAll(o)
	if err != nil || bytes.Contains(stored, secret[:12]) {
		t.Errorf("the store sees the plain file: %v", err)
	}
	if _, err := b.store.Get(b.CtxB(t), key); !errors.Is(err, objectstore.ErrNotFound) {
		t.Errorf("another tenant: %v", err)
	}
	if err := b.store.Delete(b.CtxB(t), key); !errors.Is(err, objectstore.ErrNotFound) {
		t.Errorf("another tenant deletes: %v", err)
	}
	if _, err := b.store.Get(t.Context(), key); !errors.Is(err, scope.ErrNoScope) {
		t.Errorf("without a tenant: %v", err)
	}
	for _, bad := range []string{"", "x", "t/" + b.A.ID.String() + "/", "t/" + b.A.ID.String() + "/../" + b.B.ID.String() + "/x", "/" + key} {
		if _, err := b.store.Get(b.CtxA(t), bad); !errors.Is(err, objectstore.ErrNotFound) {
			t.Errorf("key %q: %v", bad, err)
		}
	}
	// copied under another tenant's folder, and under another name of the owner's
	for ctx, folder := range map[context.Context]string{b.CtxB(t): b.B.ID.String(), b.CtxA(t): b.A.ID.String()} {
		moved := "t/" + folder + "/00000000-0000-4000-8000-000000000000"
		if _, err := b.raw.PutObject(t.Context(), b.config.Bucket, moved, bytes.NewReader(stored), int64(len(stored)), minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.store.Get(ctx, moved); !errors.Is(err, objectstore.ErrUnreadable) {
			t.Errorf("a moved file opens: %v", err)
		}
	}
	tenancytest.OtherSeesNothing(t, b.Env, func(ctx context.Context) (int, error) {
		r, err := b.store.Get(context.WithoutCancel(ctx), key)
		if errors.Is(err, objectstore.ErrNotFound) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		return 1, r.Close()
	})
}

// A file changed or cut in the store is an error, never other content.
func TestChangedFileDoesNotComeThrough(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.CtxA(t)
	const size = 3 << 20
	key := b.put(t, ctx, content(size), size)
	o, err := b.raw.GetObject(t.Context(), b.config.Bucket, key, minio.GetObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	stored, err := io.ReadAll(o)
	if err != nil {
		t.Fatal(err)
	}
	flip := func(at int) []byte {
		c := bytes.Clone(stored)
		c[at] ^= 1
		return c
	}
	for name, changed := range map[string][]byte{
		"header": flip(5), "first byte": flip(41), "last segment": flip(len(stored) - 20), "end": flip(len(stored) - 1),
		"cut in a segment": stored[:len(stored)-1], "cut after a segment": stored[:2<<20], "empty": {}, "longer": append(bytes.Clone(stored), 0),
	} {
		if _, err := b.raw.PutObject(t.Context(), b.config.Bucket, key, bytes.NewReader(changed), int64(len(changed)), minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
		r, err := b.store.Get(ctx, key)
		if err == nil {
			_, err = io.Copy(io.Discard, r)
			_ = r.Close()
		}
		if !errors.Is(err, objectstore.ErrUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A length that is not kept leaves nothing behind.
func TestWrongLength(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.CtxA(t)
	for _, declared := range []int64{99, 101, 2 << 20} {
		key, err := b.store.Put(ctx, content(100), declared)
		if err == nil {
			t.Errorf("100 bytes declared as %d were taken", declared)
		}
		if _, err := b.store.Get(ctx, key); !errors.Is(err, objectstore.ErrNotFound) && !errors.Is(err, objectstore.ErrUnreadable) {
			t.Errorf("declared %d: something readable was left: %v", declared, err)
		}
	}
	broken := errors.New("the client went away")
	if _, err := b.store.Put(ctx, io.MultiReader(content(50), failing{broken}), 100); err == nil {
		t.Error("a stream that broke was taken")
	}
	if _, err := b.store.Put(ctx, io.MultiReader(content(50), failing{broken}), -1); !errors.Is(err, broken) {
		t.Errorf("a stream that broke: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A store that is away is said so at once (P18), refused or silent.
func TestStoreAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.CtxA(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := gone.Addr().String()
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	key := b.put(t, ctx, content(10), 10)
	for name, address := range map[string]string{"refused": closed, "silent": silent.Addr().String()} {
		c := b.config
		c.Endpoint = "http://" + address
		away, err := objectstore.New(c, keysOf(t, b))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, getErr := away.Get(ctx, key)
		took := time.Since(began)
		f, ok := fault.As(getErr)
		if !ok || f.Reason != "OBJECT_STORE_UNAVAILABLE" || f.RetryAfter == 0 || took > 3*time.Second {
			t.Errorf("%s: get: %v after %v", name, getErr, took)
		}
		if away.Check(ctx) == nil {
			t.Errorf("%s: ready", name)
		}
		if name == "refused" {
			if _, err := away.Put(ctx, content(10), 10); !errors.Is(err, objectstore.ErrUnavailable) {
				t.Errorf("%s: put: %v", name, err)
			}
		}
	}
}

func keysOf(t *testing.T, b bench) objectstore.Keys {
	t.Helper()
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i * 5)
	}
	master, err := crypto.ParseMaster(base64.StdEncoding.EncodeToString(key))
	if err != nil {
		t.Fatal(err)
	}
	return crypto.Tenant(b.Pool, master, calendar.System{})
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]objectstore.Config{
		"no scheme": {Endpoint: "127.0.0.1:9000", Bucket: "b", AccessKey: "a", SecretKey: "s"},
		"no bucket": {Endpoint: "http://127.0.0.1:9000", AccessKey: "a", SecretKey: "s"},
		"no secret": {Endpoint: "http://127.0.0.1:9000", Bucket: "b", AccessKey: "a"},
	} {
		if _, err := objectstore.New(c, nil); err == nil || !strings.Contains(err.Error(), "ZHUXIN_S3_") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A large file costs no memory of its size.
func TestLargeFileStreams(t *testing.T) {
	b := setup(t) // not parallel: it looks at the process's memory
	ctx := b.CtxA(t)
	const size = 300 << 20
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	key := b.put(t, ctx, content(size), size)
	put := time.Since(began)
	r, err := b.store.Get(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, r)
	if err != nil || n != size {
		t.Fatal(n, err)
	}
	_ = r.Close()
	runtime.ReadMemStats(&after)
	grown := int64(after.HeapSys) - int64(before.HeapSys)
	t.Logf("300 MiB: put %v, put and get %v, heap grew by %d MiB", put, time.Since(began), grown>>20)
	if grown > 64<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	if err := b.store.Delete(ctx, key); err != nil {
		t.Error(err)
	}
}
