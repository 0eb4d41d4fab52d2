package devstack

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"golang.org/x/sys/unix"
)

// What the application finds in the object store.
const (
	bucket   = "zhuxin"
	s3Region = "us-east-1"
)

// startS3 starts versitygw over a folder and makes the bucket.
func startS3(ctx context.Context, c Config, s secrets) (*child, error) {
	program, err := builtServer(c, "versitygw")
	if err != nil {
		return nil, err
	}
	root := filepath.Join(c.Dir, "s3")
	objects, versions, sidecar := filepath.Join(root, "objects"), filepath.Join(root, "versions"), filepath.Join(root, "sidecar")
	for _, d := range []string{objects, versions} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("devstack: %w", err)
		}
	}
	args := []string{"--port", loopback(c.Ports.S3), "--region", s3Region, "--health", "/health", "--quiet",
		"posix", "--versioning-dir", versions}
	if !keepsAttributes(objects) {
		if err := os.MkdirAll(sidecar, 0o700); err != nil {
			return nil, fmt.Errorf("devstack: %w", err)
		}
		args = append(args, "--sidecar", sidecar)
	}
	args = append(args, objects)
	ch := &child{
		name: S3, dir: c.Dir,
		notify: func(m string) { c.Progress(S3, m) },
		command: func() *exec.Cmd {
			cmd := exec.Command(program, args...)
			cmd.Dir = root
			cmd.Env = append(childEnv(c), "ROOT_ACCESS_KEY_ID="+s.S3AccessKey, "ROOT_SECRET_ACCESS_KEY="+s.S3SecretKey)
			return cmd
		},
		ready:      func(ctx context.Context) error { return getOK(ctx, "http://"+loopback(c.Ports.S3)+"/health") },
		stopSignal: syscall.SIGTERM,
		// It writes objects aside and links them when whole: a kill loses nothing.
		deathSignal: syscall.SIGKILL,
	}
	if err := ch.start(ctx); err != nil {
		return ch, err
	}
	return ch, makeBucket(ctx, c, s)
}

// keepsAttributes says whether the file system of dir has user attributes, where
// versitygw keeps what it knows about an object; some (older tmpfs) have none.
func keepsAttributes(dir string) bool {
	const name = "user.zhuxin.probe"
	if err := unix.Setxattr(dir, name, []byte("1"), 0); err != nil {
		return false
	}
	return unix.Removexattr(dir, name) == nil
}

func makeBucket(ctx context.Context, c Config, s secrets) error {
	client, err := minio.New(loopback(c.Ports.S3), &minio.Options{
		Creds:  credentials.NewStaticV4(s.S3AccessKey, s.S3SecretKey, ""),
		Region: s3Region,
	})
	if err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	have, err := client.BucketExists(ctx, bucket)
	if err == nil && !have {
		err = client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: s3Region})
	}
	if err != nil {
		return fmt.Errorf("devstack: making the bucket %s: %w", bucket, err)
	}
	return nil
}
