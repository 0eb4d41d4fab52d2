package devstack

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// secrets are made once per Dir and kept in one file that only its owner reads.
type secrets struct {
	PGPassword       string `json:"pg_password"`
	PGAppPassword    string `json:"pg_app_password"`      // for the roles that tenancy makes
	PGMigratorPass   string `json:"pg_migrator_password"` //
	KratosDBPassword string `json:"kratos_db_password"`
	RedisPassword    string `json:"redis_password"`
	S3AccessKey      string `json:"s3_access_key"`
	S3SecretKey      string `json:"s3_secret_key"`
	KratosCookie     string `json:"kratos_cookie"`
	KratosCipher     string `json:"kratos_cipher"`
	MasterKey        string `json:"master_key"` // 32 random bytes in base64
}

const secretsFile = "secrets.json"

// loadSecrets reads the secrets of dir and makes those that are not there yet.
func loadSecrets(dir string) (secrets, error) {
	var s secrets
	path := filepath.Join(dir, secretsFile)
	old, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if exists(filepath.Join(dir, clusterName)) {
			return s, fmt.Errorf("devstack: %s is missing while %s has a database cluster; its password is lost: clear the folder (make demo-reset) and start anew", path, dir)
		}
	case err != nil:
		return s, fmt.Errorf("devstack: %w", err)
	default:
		if err := json.Unmarshal(old, &s); err != nil {
			return s, fmt.Errorf("devstack: %s is damaged (%w); restore it, or clear the folder (make demo-reset) and start anew", path, err)
		}
	}
	before := s
	s.fill()
	if s == before {
		return s, os.Chmod(path, 0o600)
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return s, fmt.Errorf("devstack: %w", err)
	}
	return s, writeFileAtomic(path, text, 0o600)
}

func (s *secrets) fill() {
	for _, f := range []struct {
		value *string
		bytes int
	}{
		{&s.PGPassword, 24}, {&s.PGAppPassword, 24}, {&s.PGMigratorPass, 24}, {&s.KratosDBPassword, 24},
		{&s.RedisPassword, 24},
		{&s.S3AccessKey, 10}, {&s.S3SecretKey, 20},
		{&s.KratosCookie, 24}, {&s.KratosCipher, 16}, // Kratos wants exactly 32 characters here
	} {
		if *f.value == "" {
			*f.value = hex.EncodeToString(randomBytes(f.bytes))
		}
	}
	if s.MasterKey == "" {
		s.MasterKey = base64.StdEncoding.EncodeToString(randomBytes(32))
	}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails since Go 1.24: it ends the program instead
	return b
}

// writeFileAtomic replaces path by a whole new file, or leaves it alone.
func writeFileAtomic(path string, text []byte, mode os.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	_, err = tmp.Write(text)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
