package bench

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"zhuxin/tenancy/scope"
)

// used are tables that an ordinary day of a subsidiary touches.
var used = []string{"customers", "credit_accounts", "credit_limits", "credit_ratings", "rating_templates", "receivables", "receipts",
	"reservations", "approvals", "projects", "contracts", "outbox", "customer_figures"}

// Use reads from every tenant, through many connections at once, rounds times over.
func Use(ctx context.Context, pool *scope.Pool, tenants []scope.Tenant, connections, rounds int) error {
	queue, failed := make(chan scope.Tenant), make(chan error, connections)
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			for t := range queue {
				if err := pool.Tenant().InTx(scope.WithTenant(ctx, t), touch); err != nil {
					select {
					case failed <- err:
					default:
					}
				}
			}
		})
	}
	for range rounds {
		for _, t := range tenants {
			queue <- t
		}
	}
	close(queue)
	wg.Wait()
	close(failed)
	return <-failed
}

func touch(ctx context.Context) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	for _, table := range used {
		if _, err := q.ExecContext(ctx, "SELECT * FROM "+table+" LIMIT 1"); err != nil {
			return fmt.Errorf("bench: read %s: %w", table, err)
		}
	}
	return nil
}

// BackendMemory gives the private memory of the backends that serve the role, in
// MiB, smallest first. It reads what the system tells of their processes, so the
// database has to run on this machine.
func BackendMemory(ctx context.Context, adminDSN, role string) ([]float64, error) {
	db, err := sql.Open("postgres", adminDSN)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(ctx, `SELECT pid FROM pg_stat_activity WHERE usename = $1 AND datname = current_database()`, role)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []float64
	for rows.Next() {
		var pid int
		if err := rows.Scan(&pid); err != nil {
			return nil, err
		}
		mib, err := privateMiB(pid)
		if err != nil {
			return nil, err
		}
		out = append(out, mib)
	}
	slices.Sort(out)
	return out, rows.Err()
}

// privateMiB is what a process shares with nobody.
func privateMiB(pid int) (float64, error) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, fmt.Errorf("bench: the backend's memory: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024, err
		}
	}
	return 0, fmt.Errorf("bench: the system does not tell the memory of process %d", pid)
}
