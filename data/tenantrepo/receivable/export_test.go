package receivable_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	biz "zhuxin/biz/receivable"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// exportDate is the date at which the export's aging is known.
var exportDate = time.Date(2020, 5, 31, 4, 0, 0, 0, time.UTC)

// golden is the true aging of the real export, in US dollars.
var golden = map[string]string{"not due": "1553224.51", "1-30": "86563679.070", "31-60": "147655853.081", "61-90": "74358460.233", "91+": "296642.08"}

// exported gives the real export where its data lie beside the project, and one
// of the same form that is generated otherwise.
func exported(t *testing.T) (text string, real bool) {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	file := filepath.Join(filepath.Dir(here), "../../../../shared/data/highradius/highradius_open_items_9681.csv")
	b, err := os.ReadFile(file)
	if err == nil {
		return string(b), true
	}
	if !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(7, 9))
	var out strings.Builder
	fmt.Fprintln(&out, ",business_code,cust_number,name_customer,clear_date,buisness_year,doc_id,posting_date,due_in_date,baseline_create_date,cust_payment_terms,converted_usd")
	for i := range 9681 {
		code, thousandths := "U001", int64(10*(1+rng.IntN(5_000_000)))
		if i%14 == 0 {
			code, thousandths = "CA02", int64(7*(1+rng.IntN(5_000_000)))
		}
		day := calendar.NewDate(2020, 2, 1).AddDays(rng.IntN(90))
		write := func(d calendar.Date) string { return d.Time().Format("02-01-2006") }
		k := rng.IntN(553)
		fmt.Fprintf(&out, "%d,%s,%s%d,FIRM%d %s,,2020,%d,%s,%s,%s,NAA8,%d.%03d\n", i, code, code, k, k, []string{"llc", "corp", " us"}[rng.IntN(3)],
			1930000000+i, write(day), write(day.AddDays(15+rng.IntN(30))), write(day), thousandths/1000, thousandths%1000)
	}
	return out.String(), false
}

// truth computes the aging straight from the file.
func truth(t *testing.T, text string) map[string]*big.Rat {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	head, err := r.Read()
	must(t, err)
	at := map[string]int{}
	for i, h := range head {
		at[h] = i
	}
	sums := map[string]*big.Rat{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return sums
		}
		must(t, err)
		due, err := time.Parse("02-01-2006", row[at["due_in_date"]])
		must(t, err)
		v, ok := new(big.Rat).SetString(row[at["converted_usd"]])
		if !ok {
			t.Fatal(row)
		}
		bucket := "not due"
		switch days := int(exportDate.Sub(due).Hours() / 24); {
		case days > 90:
			bucket = "91+"
		case days > 60:
			bucket = "61-90"
		case days > 30:
			bucket = "31-60"
		case days > 0:
			bucket = "1-30"
		}
		if sums[bucket] == nil {
			sums[bucket] = new(big.Rat)
		}
		sums[bucket].Add(sums[bucket], v)
	}
}

func TestRealExportAgesToTheCent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.clock.At = exportDate
	text, real := exported(t)
	want := truth(t, text)
	if real {
		for bucket, s := range golden {
			if v, _ := new(big.Rat).SetString(s); want[bucket].Cmp(v) != 0 {
				t.Fatalf("the file's own aging %s is %s, published %s", bucket, want[bucket].FloatString(3), s)
			}
		}
	}
	got := map[string]*big.Rat{}
	add := func(bucket string, v money.Amount, rate *big.Rat) {
		if got[bucket] == nil {
			got[bucket] = new(big.Rat)
		}
		got[bucket].Add(got[bucket], new(big.Rat).Mul(big.NewRat(int64(v), 100), rate))
	}
	one, canadian := big.NewRat(1, 1), big.NewRat(7, 10)
	for _, company := range []struct {
		tenant   scope.Tenant
		code     string
		currency money.Currency
		divisor  string
	}{{b.A, "U001", "USD", ""}, {b.A, "U013", "USD", ""}, {b.A, "U002", "USD", ""}, {b.A, "U005", "USD", ""}, {b.A, "U007", "USD", ""}, {b.B, "CA02", "CAD", "0.7"}} {
		if !strings.Contains(text, ","+company.code+",") {
			continue
		}
		tenant := company.tenant
		tenant.Currency = company.currency
		ctx := access.With(scope.WithTenant(t.Context(), tenant), access.System(tenant.ID, "test"))
		u, err := b.Imports.Upload(ctx, "open_items.csv", strings.NewReader(text), int64(len(text)))
		must(t, err)
		if u.Preset != biz.PresetHighRadius {
			t.Fatalf("recognised as %q", u.Preset)
		}
		m := u.Proposed
		m.FilterValue, m.Currency, m.AmountDivisor, m.CreateCustomers = company.code, company.currency, company.divisor, true
		for _, dry := range []bool{true, false, false} {
			i, err := b.Imports.StartHere(ctx, biz.StartInput{FileID: u.File.ID, Mapping: m, DryRun: dry})
			must(t, err)
			i, err = b.Imports.Run(ctx, i.ID, nil)
			must(t, err)
			if i.Status != biz.StatusDone || i.Counts.Refused != 0 || i.Counts.Read != i.Counts.Inserted+i.Counts.Unchanged {
				t.Fatalf("%s: %s %s %+v %v", company.code, i.Status, i.Failure, i.Counts, i.Errors)
			}
		}
	}
	for _, side := range []struct {
		tenant   scope.Tenant
		currency money.Currency
		rate     *big.Rat
	}{{b.A, "USD", one}, {b.B, "CAD", canadian}} {
		side.tenant.Currency = side.currency
		ctx := access.With(scope.WithTenant(t.Context(), side.tenant), access.System(side.tenant.ID, "test"))
		var a exposure.Aging
		must(t, b.Pool.Tenant().InTx(ctx, func(ctx context.Context) (err error) {
			a, err = b.Accounts.Aging(ctx, uuid.Nil)
			return err
		}))
		o, err := b.Ledger.Overview(ctx, uuid.Nil)
		must(t, err)
		if o.Aging != a {
			t.Errorf("%s: overview %+v, accounts %+v", side.currency, o.Aging, a)
		}
		for bucket, v := range map[string]money.Amount{"not due": a.NotDue, "1-30": a.Days1To30, "31-60": a.Days31To60, "61-90": a.Days61To90, "91+": a.Days91} {
			add(bucket, v, side.rate)
		}
		// Each customer's account follows from the receivables.
		if s := b.text(t, ctx, `SELECT (sum(receivable_amount) - (SELECT sum(open_amount) FROM receivables))::text FROM credit_accounts`); s != "0" {
			t.Errorf("%s: accounts and ledger differ by %s", side.currency, s)
		}
	}
	for bucket, v := range want {
		if got[bucket].Cmp(v) != 0 {
			t.Errorf("%s: %s, the file says %s", bucket, got[bucket].FloatString(3), v.FloatString(3))
		}
	}
}
