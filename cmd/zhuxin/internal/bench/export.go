package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// ExportEnv is a tenant of its own for B15.
type ExportEnv struct {
	Database Database
	Rows     int
	Rounds   int
	// Export writes all open items to a file, reads it to its end and gives its size.
	Export func(ctx context.Context) (int64, error)
	Log    func(string)
}

// B15 is the export of all open items as XLSX, against psql's \copy of the same rows
// as CSV.
func B15(ctx context.Context, e ExportEnv) (Result, error) {
	s := &importSides{ImportEnv: ImportEnv{Database: e.Database}}
	var err error
	if s.db, err = e.Database.open(ctx); err != nil {
		return Result{}, err
	}
	defer s.db.close()
	if err := e.fill(ctx, s.db); err != nil {
		return Result{}, err
	}
	dir, err := os.MkdirTemp("", "zhuxin-bench-*")
	if err != nil {
		return Result{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	command := `\copy (SELECT c.number, c.name, r.document_no, r.invoice_date, r.due_date, r.amount, r.open_amount, greatest(0, current_date - r.due_date)
FROM receivables r JOIN customers c ON c.id = r.customer_id WHERE r.open_amount <> 0 ORDER BY c.number, r.due_date, r.id) TO '` + filepath.Join(dir, "items.csv") + `' CSV`
	var ratios, own, theirs []float64
	var peak float64
	var size int64
	for i := range max(e.Rounds, 5) + 1 {
		reference, err := s.psql(ctx, oneLine(command))
		if err != nil {
			return Result{}, err
		}
		ResetPeak()
		start := time.Now()
		if size, err = e.Export(ctx); err != nil {
			return Result{}, err
		}
		took := time.Since(start)
		if i == 0 { // caches
			continue
		}
		e.Log(fmt.Sprintf("round %d: %v against %v", i, took.Round(time.Millisecond), reference.Round(time.Millisecond)))
		ratios = append(ratios, took.Seconds()/reference.Seconds())
		own, theirs, peak = append(own, took.Seconds()), append(theirs, reference.Seconds()), max(peak, PeakMiB())
	}
	return AtMost(Result{Name: fmt.Sprintf("B15 export of %d items as XLSX", e.Rows), Reference: `psql \copy of the same rows as CSV`,
		Detail: map[string]float64{"seconds": Result{}.of(own).Median, "reference_seconds": Result{}.of(theirs).Median,
			"peak_rss_mib": peak, "file_mib": float64(size) / (1 << 20)}}, 15, ratios), nil
}

// oneLine is what psql takes after \copy.
func oneLine(command string) string {
	b := []byte(command)
	for i, c := range b {
		if c == '\n' {
			b[i] = ' '
		}
	}
	return string(b)
}

func (e ExportEnv) fill(ctx context.Context, db *session) error {
	for _, query := range []string{
		`INSERT INTO customers (id, created_at, updated_at, number, name) SELECT gen_random_uuid(), now(), now(), 'B15-' || n, 'bench ' || n FROM generate_series(1, $1::int / 100) n`,
		`INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
			SELECT gen_random_uuid(), 'bench', 'INV-' || n, c.id, current_date - n % 300, current_date - n % 300 + 30, 'CNY', 100000 + n, 100000 + n, gen_random_uuid(), now()
			FROM generate_series(1, $1::int) n JOIN customers c ON c.number = 'B15-' || (1 + n % ($1::int / 100))`,
	} {
		if _, err := db.conn.ExecContext(ctx, query, e.Rows); err != nil {
			return fmt.Errorf("bench: %.60s: %w", query, err)
		}
	}
	return db.exec(ctx, `VACUUM ANALYZE receivables; VACUUM ANALYZE customers`)
}
