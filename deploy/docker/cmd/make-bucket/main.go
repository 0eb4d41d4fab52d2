// Command make-bucket makes the application's bucket in the object store when it
// is not there yet, and ends. It reads ZHUXIN_S3_ENDPOINT (http://host:port),
// ZHUXIN_S3_REGION, ZHUXIN_S3_BUCKET, ZHUXIN_S3_ACCESS_KEY and
// ZHUXIN_S3_SECRET_KEY.
package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := makeBucket(ctx, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "make-bucket:", err)
		os.Exit(1)
	}
}

func makeBucket(ctx context.Context, getenv func(string) string) error {
	endpoint, err := url.Parse(getenv("ZHUXIN_S3_ENDPOINT"))
	if err != nil || endpoint.Host == "" {
		return fmt.Errorf("ZHUXIN_S3_ENDPOINT %q is no address; write it like http://s3:7070", getenv("ZHUXIN_S3_ENDPOINT"))
	}
	bucket := getenv("ZHUXIN_S3_BUCKET")
	if bucket == "" {
		return fmt.Errorf("ZHUXIN_S3_BUCKET is not set")
	}
	region := getenv("ZHUXIN_S3_REGION")
	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(getenv("ZHUXIN_S3_ACCESS_KEY"), getenv("ZHUXIN_S3_SECRET_KEY"), ""),
		Region: region,
		Secure: endpoint.Scheme == "https",
	})
	if err != nil {
		return err
	}
	have, err := client.BucketExists(ctx, bucket)
	if err != nil {
		return fmt.Errorf("asking for bucket %s: %w", bucket, err)
	}
	if have {
		return nil
	}
	if err := client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: region}); err != nil {
		return fmt.Errorf("making bucket %s: %w", bucket, err)
	}
	fmt.Println("made bucket", bucket)
	return nil
}
