package auditlog_test

import (
	"context"
	"testing"
	"time"
)

// BenchmarkLog gives the rates of writing, sealing and verifying 20,000 rows; run it
// with -benchtime 1x.
func BenchmarkLog(b *testing.B) {
	const rows = 20_000
	for b.Loop() {
		s := setupFor(b)
		began := time.Now()
		err := s.Pool.Tenant().InTx(s.ctx, func(ctx context.Context) error {
			for i := range rows {
				if err := s.log.Record(ctx, entry(i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		written := time.Now()
		if n, err := s.chain.Seal(s.ctx); n != rows || err != nil {
			b.Fatal(n, err)
		}
		sealed := time.Now()
		if v, err := s.chain.Verify(s.ctx); err != nil || !v.Intact() {
			b.Fatal(v, err)
		}
		b.ReportMetric(rows/written.Sub(began).Seconds(), "written/s")
		b.ReportMetric(rows/sealed.Sub(written).Seconds(), "sealed/s")
		b.ReportMetric(rows/time.Since(sealed).Seconds(), "verified/s")
	}
}
