package devstack_test

import (
	"context"
	"database/sql"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	_ "github.com/lib/pq"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/redis/go-redis/v9"

	"zhuxin/deploy/dev/devstack"
)

func openAll(t *testing.T, s *devstack.Stack) (*sql.DB, *redis.Client, *minio.Client) {
	t.Helper()
	db, err := sql.Open("postgres", env(t, s, "ZHUXIN_PG_ADMIN_DSN"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	rdb := redis.NewClient(&redis.Options{Addr: env(t, s, "ZHUXIN_REDIS_ADDR"), Password: env(t, s, "ZHUXIN_REDIS_PASSWORD")})
	t.Cleanup(func() { rdb.Close() })
	store, err := minio.New(strings.TrimPrefix(env(t, s, "ZHUXIN_S3_ENDPOINT"), "http://"), &minio.Options{
		Creds:  credentials.NewStaticV4(env(t, s, "ZHUXIN_S3_ACCESS_KEY"), env(t, s, "ZHUXIN_S3_SECRET_KEY"), ""),
		Region: env(t, s, "ZHUXIN_S3_REGION"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return db, rdb, store
}

func mustExec(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, q := range statements {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

func readObject(t *testing.T, store *minio.Client, bucket, key string) string {
	t.Helper()
	o, err := store.GetObject(t.Context(), bucket, key, minio.GetObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	b, err := io.ReadAll(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func get(t *testing.T, url string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}
