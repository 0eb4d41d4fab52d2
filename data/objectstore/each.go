package objectstore

import (
	"context"
	"time"

	"github.com/minio/minio-go/v7"
)

const keysAtATime = 500

// Each calls fn with the keys of the tenant's objects that were stored before the
// instant, some at a time. An error of fn ends it.
func (s *Store) Each(ctx context.Context, before time.Time, fn func(keys []string) error) error {
	prefix, err := folder(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx) // ends the listing when fn does
	defer cancel()
	var keys []string
	for o := range s.s3.Client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if o.Err != nil {
			return translate(ctx, o.Err)
		}
		if !o.LastModified.Before(before) {
			continue
		}
		if keys = append(keys, o.Key); len(keys) == keysAtATime {
			if err := fn(keys); err != nil {
				return err
			}
			keys = keys[:0]
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return fn(keys)
}
