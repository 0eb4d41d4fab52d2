package objectstore

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Put encrypts body and stores it, and gives its key. size is the length of body
// in bytes, or -1 when it is not known: the encrypted file then goes through a
// temporary file, because a store wants the length first.
func (s *Store) Put(ctx context.Context, body io.Reader, size int64) (string, error) {
	prefix, err := folder(ctx)
	if err != nil {
		return "", err
	}
	aead, err := s.keys.File(ctx)
	if err != nil {
		return "", err
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return "", err
	}
	key := prefix + id.String()
	if size < 0 {
		return key, s.spool(ctx, aead, key, body)
	}
	encrypted, writer := io.Pipe()
	defer func() { _ = encrypted.Close() }() // ends the goroutine when the store gave up
	go func() { writer.CloseWithError(encrypt(writer, aead, key, body)) }()
	return key, s.put(ctx, key, encrypted, encryptedSize(size))
}

func (s *Store) put(ctx context.Context, key string, body io.Reader, size int64) error {
	// One request however large: parts would be gathered in memory.
	_, err := s.s3.Client.PutObject(ctx, s.bucket, key, body, size, minio.PutObjectOptions{
		ContentType: "application/octet-stream", DisableMultipart: true,
	})
	return translate(ctx, err)
}

func (s *Store) spool(ctx context.Context, aead tink.StreamingAEAD, key string, body io.Reader) error {
	f, err := os.CreateTemp("", "zhuxin-object-*")
	if err != nil {
		return fmt.Errorf("object store: %w", err)
	}
	defer func() { _ = f.Close() }()
	if err := os.Remove(f.Name()); err != nil { // it lives as long as it is open
		return fmt.Errorf("object store: %w", err)
	}
	if err := encrypt(f, aead, key, body); err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return fmt.Errorf("object store: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("object store: %w", err)
	}
	return s.put(ctx, key, f, size)
}

func encrypt(to io.Writer, aead tink.StreamingAEAD, key string, body io.Reader) error {
	w, err := aead.NewEncryptingWriter(to, []byte(key))
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, body); err != nil {
		return err
	}
	return w.Close()
}

// What Tink's AES256-GCM-HKDF with segments of 1 MiB adds: a header of length,
// salt and nonce prefix, and a tag per segment.
const (
	segment = 1 << 20
	header  = 1 + 32 + 7
	tag     = 16
)

// encryptedSize gives the length of the stream that size bytes become.
func encryptedSize(size int64) int64 {
	segments := int64(1)
	if rest := size - (segment - header - tag); rest > 0 {
		segments += (rest + segment - tag - 1) / (segment - tag)
	}
	return header + size + segments*tag
}

// Get gives the bytes of an object of the tenant as a stream; the caller closes it.
// What was changed in the store does not come through: the stream ends with
// ErrUnreadable, at the latest in the segment that was changed.
func (s *Store) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := own(ctx, key); err != nil {
		return nil, err
	}
	aead, err := s.keys.File(ctx)
	if err != nil {
		return nil, err
	}
	object, _, _, err := s.s3.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, translate(ctx, err)
	}
	net := &network{Reader: object}
	plain, err := aead.NewDecryptingReader(net, []byte(key))
	if err != nil {
		return nil, errors.Join(ErrUnreadable.Wrap(err), object.Close())
	}
	r := &reader{ctx: ctx, plain: bufio.NewReader(plain), net: net, object: object}
	// The first segment now, so that a wrong one is an error and not half a file.
	if _, err := r.plain.Peek(1); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(r.translate(err), object.Close())
	}
	return r, nil
}

// reader gives the plain bytes of an object.
type reader struct {
	ctx    context.Context
	plain  *bufio.Reader
	net    *network
	object io.Closer
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.plain.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = r.translate(err)
	}
	return n, err
}

func (r *reader) Close() error { return r.object.Close() }

func (r *reader) translate(err error) error {
	if r.net.lost != nil {
		return translate(r.ctx, r.net.lost)
	}
	if r.ctx.Err() != nil {
		return translate(r.ctx, err)
	}
	return ErrUnreadable.Wrap(err)
}

// network remembers an error of the store's stream, which Tink would take for a
// wrong cipher text.
type network struct {
	io.Reader
	lost error
}

func (n *network) Read(p []byte) (int, error) {
	k, err := n.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		n.lost = err
	}
	return k, err
}
