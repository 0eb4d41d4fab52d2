package creditcheck_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/data/query/creditcheck"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/calendar"
	"zhuxin/shared/idempotency"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// T8, short form: 64 clients in 3 processes, 20,000 operations on 20 customers,
// one process killed in the middle. A trigger records every commit that leaves an
// account over its limit; at the end every account is added up again from its
// reservations, and every answer a client got is looked for.

// job is what a process is to do; it comes by the environment.
type job struct {
	DSN        string
	Schema     string
	Tenant     uuid.UUID
	Customers  []uuid.UUID
	Clients    int
	Operations int
	Seed       uint64
	Racy       bool
}

const jobVariable = "ZHUXIN_TEST_T8_JOB"

func TestMain(m *testing.M) {
	if text := os.Getenv(jobVariable); text != "" {
		if err := child(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child is one process of T8. It prints a line for each order that it was told is
// held, as soon as it knows.
func child(text string) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	pool, err := scope.Open(scope.Config{DSN: j.DSN, MaxOpen: 12})
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	f := creditchecktest.New(pool, calendar.System{})
	service := f.Service
	if j.Racy {
		service = f.With(creditcheck.Racy{Store: f.Store})
	}
	ctx := creditchecktest.ERP(scope.WithTenant(context.Background(), scope.Tenant{ID: j.Tenant, Schema: j.Schema, Currency: "CNY", Zone: calendar.Shanghai}))
	var (
		left atomic.Int64
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	left.Store(int64(j.Operations))
	for n := range j.Clients {
		wg.Go(func() {
			c := &client{service: service, f: f, ctx: ctx, job: j, random: rand.New(rand.NewPCG(j.Seed, uint64(n))), name: fmt.Sprintf("%d-%d", j.Seed, n)}
			for i := 0; left.Add(-1) >= 0; i++ {
				if err := c.operate(i); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// client sends operations one after the other.
type client struct {
	service *biz.Service
	f       *creditchecktest.Fixture
	ctx     context.Context
	job     job
	random  *rand.Rand
	name    string
	open    []uuid.UUID // reservations it may commit or release
}

func (c *client) operate(i int) error {
	customer := c.job.Customers[c.random.IntN(len(c.job.Customers))]
	in := biz.CheckInput{CustomerID: customer, OrderNo: fmt.Sprintf("%s-%d", c.name, i), Amount: money.Amount(1 + c.random.Int64N(200))}
	ctx := creditchecktest.WithKey(c.ctx, in.OrderNo, in.OrderNo)
	switch n := c.random.IntN(100); {
	case n < 5:
		_, err := c.service.Check(ctx, in)
		return err
	case n < 10: // the same command twice at once
		var both [2]error
		var wg sync.WaitGroup
		for k := range both {
			wg.Go(func() { _, both[k] = c.service.Reserve(ctx, in) })
		}
		wg.Wait()
		for _, err := range both {
			if err != nil && !errors.Is(err, idempotency.ErrInFlight) {
				return err
			}
		}
		return nil
	case n < 55 && len(c.open) > 0:
		id := c.open[0]
		c.open = c.open[1:]
		return c.settle(ctx, id, n)
	case n < 56 && c.random.IntN(10) == 0: // as an import does
		return c.f.Pool.Tenant().InTx(c.ctx, func(ctx context.Context) error { return c.f.Accounts.Recompute(ctx, c.job.Customers...) })
	}
	d, err := c.service.Reserve(ctx, in)
	if err == nil && d.Reservation != nil {
		c.open = append(c.open, d.Reservation.ID)
		fmt.Println(d.Reservation.ID)
	}
	return err
}

func (c *client) settle(ctx context.Context, id uuid.UUID, n int) error {
	if n%3 > 0 {
		_, err := c.service.Release(ctx, biz.ReleaseInput{ID: id})
		return err
	}
	r, err := c.service.Commit(ctx, biz.CommitInput{ID: id})
	if err == nil {
		c.open = append(c.open, r.ID) // to be released later
	}
	if errors.Is(err, biz.ErrNotOpen) {
		err = nil // committed before; the release comes later
	}
	return err
}

const watchAccounts = `
CREATE TABLE over_limit (customer uuid, reserved bigint, bound bigint);
GRANT INSERT ON over_limit TO PUBLIC;
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.receivable_amount + NEW.reserved_amount > NEW.standing_amount + NEW.temporary_amount THEN
    INSERT INTO over_limit VALUES (NEW.id, NEW.reserved_amount, NEW.standing_amount);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER watch AFTER UPDATE ON credit_accounts FOR EACH ROW EXECUTE FUNCTION watch()`

// t8 runs the processes and counts.
type t8 struct{ over, wrongSums, lost, doubled, acknowledged, held int }

func (b bundle) t8(t *testing.T, operations int, racy, kill bool) (r t8) {
	t.Helper()
	var customers []uuid.UUID
	for range 20 {
		customers = append(customers, b.Add(t, b.hands, creditchecktest.Customer{LimitKind: exposure.LimitAmount, Limit: 2500, Grade: "A", MaxDays: 1}).ID)
	}
	admin := b.env.Admin(t)
	if _, err := admin.Exec(`SET search_path TO ` + b.env.A.Schema + `;` + watchAccounts); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("SEED=%d", seed)
	acks := make([]*bytes.Buffer, 3)
	var wg sync.WaitGroup
	for n := range acks {
		j := job{DSN: b.env.AppDSN, Schema: b.env.A.Schema, Tenant: b.env.A.ID, Customers: customers, Clients: 21 + n%2, Operations: operations / 3, Seed: seed + uint64(n), Racy: racy}
		acks[n] = &bytes.Buffer{}
		wg.Go(func() {
			if kill && n == 2 {
				acks[n] = b.killed(t, j)
				j.Operations, j.Seed = j.Operations/2, j.Seed+1
			}
			out, err := command(j, acks[n]).CombinedOutputTo()
			if err != nil && !racy {
				t.Errorf("process %d: %v\n%s", n, err, out)
			}
		})
	}
	wg.Wait()
	for _, a := range acks {
		for lines := bufio.NewScanner(a); lines.Scan(); {
			id, err := uuid.Parse(lines.Text())
			if err != nil {
				continue // the last line of a killed process
			}
			r.acknowledged++
			if b.count(t, `SELECT count(*) FROM reservations r JOIN credit_checks k ON k.id = r.check_id WHERE r.id = $1`, id) != 1 {
				r.lost++
			}
		}
	}
	r.over = b.count(t, `SELECT count(*) FROM credit_accounts WHERE receivable_amount + reserved_amount > standing_amount`)
	if err := admin.QueryRow(`SELECT count(*) FROM ` + b.env.A.Schema + `.over_limit`).Scan(&r.over); err != nil {
		t.Fatal(err)
	}
	r.over += b.count(t, `SELECT count(*) FROM (SELECT customer_id FROM reservations GROUP BY 1 HAVING sum(held_amount) > 2500) x`)
	r.wrongSums = b.count(t, `SELECT count(*) FROM credit_accounts a
		WHERE reserved_amount <> coalesce((SELECT sum(held_amount) FROM reservations r WHERE r.customer_id = a.id), 0)`)
	r.doubled = b.count(t, `SELECT count(*) FROM (SELECT order_no FROM credit_checks GROUP BY 1 HAVING count(*) > 1) x`) +
		b.count(t, `SELECT count(*) FROM (SELECT object_id FROM audit_log WHERE action = 'reservation.opened' GROUP BY 1 HAVING count(*) > 1) x`)
	r.held = b.count(t, `SELECT count(*) FROM reservations`)
	return r
}

// killed starts a process and kills it after some answers.
func (b bundle) killed(t *testing.T, j job) *bytes.Buffer {
	acks := &bytes.Buffer{}
	cmd := command(j, nil).Cmd
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Error(err)
		return acks
	}
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		fmt.Fprintln(acks, lines.Text())
		if n == j.Operations/40 {
			_ = cmd.Process.Kill()
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the process ended before it was killed")
	}
	return acks
}

// process is a child with its answers going to a buffer.
type process struct {
	*exec.Cmd
	acks *bytes.Buffer
}

func command(j job, acks *bytes.Buffer) process {
	text, _ := json.Marshal(j)
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), jobVariable+"="+string(text))
	return process{cmd, acks}
}

// CombinedOutputTo runs the process; answers go to the buffer, faults come back.
func (p process) CombinedOutputTo() (string, error) {
	var faults strings.Builder
	p.Stdout, p.Stderr = p.acks, &faults
	err := p.Run()
	return faults.String(), err
}

func TestNeverOverAllocates(t *testing.T) {
	b := setup(t)
	operations := 20_000
	if s := os.Getenv("ZHUXIN_T8_OPERATIONS"); s != "" {
		operations, _ = strconv.Atoi(s)
	}
	r := b.t8(t, operations, false, true)
	t.Logf("cases=%d faults=1 over=%d wrong_sums=%d lost=%d doubled=%d acknowledged=%d held=%d", operations, r.over, r.wrongSums, r.lost, r.doubled, r.acknowledged, r.held)
	if r.over+r.wrongSums+r.lost+r.doubled > 0 || r.acknowledged < operations/20 {
		t.Errorf("%+v", r)
	}
}

// Who tests the test: without the lock and the guard it turns red.
func TestOverAllocationIsNoticed(t *testing.T) {
	b := setup(t)
	if r := b.t8(t, 2400, true, false); r.over+r.wrongSums == 0 {
		t.Errorf("nothing noticed without lock and guard: %+v", r)
	} else {
		t.Logf("without lock and guard: %+v", r)
	}
}
