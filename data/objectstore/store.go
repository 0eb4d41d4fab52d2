// Package objectstore keeps files in any store that speaks S3, encrypted on the
// way there with the tenant's own keys: a header that asks the store to encrypt is
// accepted by some that do not (reliability F7, pitfall 60).
//
// A file's key is t/<tenant>/<random>, and is part of what its encryption is bound
// to: another tenant's key is not found, and a file copied to another key does not
// open. Files stream in both directions, none lies in memory.
//
// It owns keys of objects and their bytes; records of files are biz/document's.
package objectstore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/tink-crypto/tink-go/v2/tink"

	"zhuxin/shared/fault"
	"zhuxin/tenancy/scope"
)

// Faults of the store.
var (
	// ErrUnavailable means that the store does not answer.
	ErrUnavailable = &fault.Error{Kind: fault.KindUnavailable, Reason: "OBJECT_STORE_UNAVAILABLE",
		Message: "the file store is away for the moment; try again", RetryAfter: 5}
	// ErrNotFound means that the tenant has no such object.
	ErrNotFound = fault.NotFound("FILE_NOT_FOUND", "there is no such file")
	// ErrUnreadable means that an object is not as it was put: changed, cut, or moved.
	ErrUnreadable = fault.New(fault.KindInternal, "FILE_UNREADABLE", "the file cannot be read")
)

// Keys gives the key that the tenant of ctx encrypts files with (data/crypto).
type Keys interface {
	File(ctx context.Context) (tink.StreamingAEAD, error)
}

// Config names the store.
type Config struct {
	Endpoint  string // http://host:port or https://…
	Region    string
	Bucket    string
	AccessKey string
	SecretKey string
}

// Store keeps the files of all tenants; each call works for the one of its context.
type Store struct {
	s3     *minio.Core
	bucket string
	region string
	keys   Keys
}

// New makes a store; it connects with the first call.
func New(c Config, keys Keys) (*Store, error) {
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || (u.Path != "" && u.Path != "/") {
		return nil, errors.New("object store: the endpoint must be a URL like https://s3.example:9000 (ZHUXIN_S3_ENDPOINT)")
	}
	if c.Bucket == "" || c.AccessKey == "" || c.SecretKey == "" {
		return nil, errors.New("object store: bucket, access key and secret key must be set (ZHUXIN_S3_BUCKET, ZHUXIN_S3_ACCESS_KEY, ZHUXIN_S3_SECRET_KEY)")
	}
	client, err := minio.NewCore(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: u.Scheme == "https", Region: c.Region,
		Transport: newTransport(), MaxRetries: 1, // the preset of 10 takes 3.6 s to say that nobody is there
	})
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}
	return &Store{s3: client, bucket: c.Bucket, region: c.Region, keys: keys}, nil
}

const (
	connectWithin = 2 * time.Second
	answerWithin  = 2 * time.Second  // to the first byte of an answer
	storeWithin   = 10 * time.Second // from the last byte of a file to the answer
)

// transport waits longer for the answer to a file than to a question.
type transport struct{ ask, store *http.Transport }

func newTransport() *transport {
	base := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: connectWithin}).DialContext,
		TLSHandshakeTimeout: connectWithin, ResponseHeaderTimeout: answerWithin,
		MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute, DisableCompression: true,
	}
	store := base.Clone()
	store.ResponseHeaderTimeout = storeWithin
	return &transport{base, store}
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPut && r.ContentLength > 0 {
		return t.store.RoundTrip(r)
	}
	return t.ask.RoundTrip(r)
}

// EnsureBucket makes the bucket when it is not there.
func (s *Store) EnsureBucket(ctx context.Context) error {
	there, err := s.s3.BucketExists(ctx, s.bucket)
	if err == nil && !there {
		err = s.s3.MakeBucket(ctx, s.bucket, minio.MakeBucketOptions{Region: s.region})
		if code := minio.ToErrorResponse(err).Code; code == minio.BucketAlreadyOwnedByYou {
			err = nil // another process was faster
		}
	}
	if err != nil {
		return fmt.Errorf("object store: bucket %s: %w", s.bucket, translate(ctx, err))
	}
	return nil
}

// Check says whether the store answers and the bucket is there, for readiness.
func (s *Store) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	there, err := s.s3.BucketExists(ctx, s.bucket)
	if err == nil && !there {
		return fmt.Errorf("object store: there is no bucket %s", s.bucket)
	}
	return translate(ctx, err)
}

// Delete removes an object of the tenant; one that is not there is fine.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := own(ctx, key); err != nil {
		return err
	}
	return translate(ctx, s.s3.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{}))
}

func folder(ctx context.Context) (string, error) {
	t, ok := scope.TenantFrom(ctx)
	if !ok || t.ID == uuid.Nil {
		return "", fmt.Errorf("object store: %w: the context is bound to no tenant", scope.ErrNoScope)
	}
	return "t/" + t.ID.String() + "/", nil
}

// own refuses a key that is not one of the tenant's, in the words for one that
// does not exist.
func own(ctx context.Context, key string) error {
	prefix, err := folder(ctx)
	if err != nil {
		return err
	}
	id, ok := strings.CutPrefix(key, prefix)
	if !ok || uuid.Validate(id) != nil {
		return ErrNotFound
	}
	return nil
}

// translate turns what the store answers into faults, by its code.
func translate(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	var answer minio.ErrorResponse
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case !errors.As(err, &answer):
		return ErrUnavailable.Wrap(err) // no answer at all
	case answer.Code == minio.NoSuchKey:
		return ErrNotFound.Wrap(err)
	case answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests || answer.Code == "SlowDown":
		return ErrUnavailable.Wrap(err)
	}
	return fmt.Errorf("object store: %w", err)
}
