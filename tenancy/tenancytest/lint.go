package tenancytest

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// WithoutSibling lists the packages below dir that have code and no test calling
// OtherSeesNothing. A lint test holds the list empty for the folders that read
// tenants' tables.
func WithoutSibling(dir string) ([]string, error) {
	type has struct{ code, check bool }
	packages := map[string]*has{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		at := filepath.Dir(path)
		if packages[at] == nil {
			packages[at] = &has{}
		}
		if !strings.HasSuffix(path, "_test.go") {
			packages[at].code = packages[at].code || filepath.Base(path) != "doc.go"
			return nil
		}
		text, err := os.ReadFile(path)
		packages[at].check = packages[at].check || bytes.Contains(text, []byte("tenancytest.OtherSeesNothing("))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("tenancytest: %w", err)
	}
	var missing []string
	for at, p := range packages {
		if p.code && !p.check && !strings.HasSuffix(at, "test") {
			missing = append(missing, filepath.ToSlash(at))
		}
	}
	slices.Sort(missing)
	return missing, nil
}
