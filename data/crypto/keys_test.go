package crypto_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/crypto"
	"zhuxin/shared/calendar"
	"zhuxin/shared/personal"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

const testKey = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=" // 32 bytes, of 8 different ones

func master(t *testing.T, fill byte) *crypto.Master {
	t.Helper()
	key := make([]byte, 32)
	for i := range key {
		key[i] = fill + byte(i)
	}
	m, err := crypto.ParseMaster(base64.StdEncoding.EncodeToString(key))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestParseMasterRefusesWeakKeys(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{
		"empty": "", "not base64": "not/base64!", "short": base64.StdEncoding.EncodeToString(make([]byte, 16)),
		"zeros": base64.StdEncoding.EncodeToString(make([]byte, 32)), "repeating": testKey,
	} {
		_, err := crypto.ParseMaster(key)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		if !strings.Contains(err.Error(), "openssl rand") || (key != "" && strings.Contains(err.Error(), key)) {
			t.Errorf("%s: the error must say what to do and not show the key: %v", name, err)
		}
	}
}

func TestDerivedKeysDiffer(t *testing.T) {
	t.Parallel()
	m := master(t, 1)
	a, again, b := m.Derive("a"), m.Derive("a"), m.Derive("b")
	if !bytes.Equal(a, again) || bytes.Equal(a, b) || len(a) != 32 {
		t.Error("want one key per purpose, the same each time")
	}
}

func TestCipher(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}
	keys := crypto.Tenant(env.Pool, master(t, 1), clock)
	row, phone := uuid.New(), "13812341234"
	ctx := env.CtxA(t)
	var sealed []byte
	inTx(t, env, ctx, func(ctx context.Context) (err error) {
		sealed, err = keys.Seal(ctx, "customers", "contact_phone", row, phone)
		return err
	})
	if bytes.Contains(sealed, []byte(phone)) {
		t.Fatal("the sealed value shows the plain one")
	}
	got, err := keys.Open(ctx, "customers", "contact_phone", row, sealed)
	if err != nil || got != phone {
		t.Fatalf("Open: %q, %v", got, err)
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for name, open := range map[string]func() (string, error){
		"another row":    func() (string, error) { return keys.Open(ctx, "customers", "contact_phone", uuid.New(), sealed) },
		"another column": func() (string, error) { return keys.Open(ctx, "customers", "bank_account", row, sealed) },
		"another table":  func() (string, error) { return keys.Open(ctx, "projects", "contact_phone", row, sealed) },
		"another tenant": func() (string, error) { return keys.Open(env.CtxB(t), "customers", "contact_phone", row, sealed) },
		"hq": func() (string, error) {
			return crypto.HQ(env.Pool, master(t, 1), clock).Open(ctx, "customers", "contact_phone", row, sealed)
		},
		"changed": func() (string, error) { return keys.Open(ctx, "customers", "contact_phone", row, changed) },
	} {
		if _, err := open(); !errors.Is(err, personal.ErrUnreadable) {
			t.Errorf("%s: want ErrUnreadable, got %v", name, err)
		}
	}
	if _, err := crypto.Tenant(env.Pool, master(t, 9), clock).Open(ctx, "customers", "contact_phone", row, sealed); err == nil {
		t.Error("another master key opens the keyset")
	}
	if s, err := keys.Seal(ctx, "customers", "contact_phone", row, ""); err != nil || s != nil {
		t.Errorf("nothing must stay nothing: %v, %v", s, err)
	}
	if _, err := keys.Seal(t.Context(), "customers", "contact_phone", row, phone); !errors.Is(err, scope.ErrNoScope) {
		t.Errorf("without a tenant: want ErrNoScope, got %v", err)
	}
	tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
		_, err := keys.Open(ctx, "customers", "contact_phone", row, sealed)
		if errors.Is(err, personal.ErrUnreadable) {
			return 0, nil
		}
		return 1, err
	})
}

// A keyset made in a transaction that is rolled back is gone; using it afterwards
// would lose what it sealed.
func TestKeysetOfARolledBackTransactionIsNotKept(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	keys := crypto.Tenant(env.Pool, master(t, 1), calendar.System{})
	ctx, row := env.CtxA(t), uuid.New()
	undo := errors.New("undo")
	err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		if _, err := keys.Seal(ctx, "customers", "contact_phone", row, "1"); err != nil {
			return err
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatal(err)
	}
	sealed, err := keys.Seal(ctx, "customers", "contact_phone", row, "13812341234")
	if err != nil {
		t.Fatal(err)
	}
	fresh := crypto.Tenant(env.Pool, master(t, 1), calendar.System{})
	if got, err := fresh.Open(ctx, "customers", "contact_phone", row, sealed); err != nil || got != "13812341234" {
		t.Fatalf("another process cannot read it: %q, %v", got, err)
	}
}

// Many that need the first key at once end up with the same one.
func TestOneKeysetWhenManyMakeIt(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	ctx, row := env.CtxA(t), uuid.New()
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		sealed [][]byte
	)
	for range 8 {
		keys := crypto.Tenant(env.Pool, master(t, 1), calendar.System{}) // one per process
		wg.Go(func() {
			s, err := keys.Seal(ctx, "customers", "contact_phone", row, "13812341234")
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			sealed = append(sealed, s)
		})
	}
	wg.Wait()
	reader := crypto.Tenant(env.Pool, master(t, 1), calendar.System{})
	for _, s := range sealed {
		if got, err := reader.Open(ctx, "customers", "contact_phone", row, s); err != nil || got != "13812341234" {
			t.Errorf("%q, %v", got, err)
		}
	}
}

// The cache ends: an owner whose keysets were destroyed cannot be read any longer.
func TestCacheEnds(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}
	keys := crypto.Tenant(env.Pool, master(t, 1), clock)
	ctx, row := env.CtxA(t), uuid.New()
	sealed, err := keys.Seal(ctx, "customers", "contact_phone", row, "13812341234")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := env.Admin(t).ExecContext(ctx, `DELETE FROM `+env.A.Schema+`.keysets`); err != nil {
		t.Fatal(err)
	}
	clock.At = clock.At.Add(crypto.CacheFor - time.Second)
	if _, err := keys.Open(ctx, "customers", "contact_phone", row, sealed); err != nil {
		t.Errorf("within the cache's time: %v", err)
	}
	clock.At = clock.At.Add(time.Second)
	if _, err := keys.Open(ctx, "customers", "contact_phone", row, sealed); !errors.Is(err, personal.ErrUnreadable) {
		t.Errorf("after it: want ErrUnreadable, got %v", err)
	}
}

func inTx(t *testing.T, env *tenancytest.Env, ctx context.Context, fn func(context.Context) error) {
	t.Helper()
	if err := env.Pool.Tenant().InTx(ctx, fn); err != nil {
		t.Fatal(err)
	}
}
