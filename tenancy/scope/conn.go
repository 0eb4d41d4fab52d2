package scope

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lib/pq"
)

// rawConn is what lib/pq's connection can do and the guard uses.
type rawConn interface {
	driver.Conn
	driver.Tx // lib/pq's connection is its own transaction
	driver.ExecerContext
	driver.QueryerContext
	driver.ConnPrepareContext
	driver.NamedValueChecker
	driver.SessionResetter
	driver.Validator
	driver.Pinger
}

// conn is a connection that runs statements only inside an entered scope.
// database/sql calls it from one goroutine at a time.
type conn struct {
	raw   rawConn
	in    *entry // the running transaction's; nil outside of one
	rows  bool   // a query's rows are being read
	doubt bool   // what the server thinks is not known: never use it again
	hot   *statements
}

var (
	_ driver.ConnBeginTx        = (*conn)(nil)
	_ driver.ExecerContext      = (*conn)(nil)
	_ driver.QueryerContext     = (*conn)(nil)
	_ driver.ConnPrepareContext = (*conn)(nil)
	_ driver.SessionResetter    = (*conn)(nil)
	_ driver.Validator          = (*conn)(nil)
	_ driver.NamedValueChecker  = (*conn)(nil)
	_ driver.Pinger             = (*conn)(nil)
)

// BeginTx enters the scope that InTx put into ctx.
func (c *conn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	e, ok := ctx.Value(entryKey{}).(*entry)
	if !ok {
		return nil, fmt.Errorf("%w: open transactions by Pool.Tenant() or Pool.HQ()", ErrNoScope)
	}
	if c.in != nil || c.doubt {
		return nil, driver.ErrBadConn
	}
	// Not cancellable: it takes a fraction of a millisecond, and a watcher per
	// message costs more than that.
	if _, err := c.raw.ExecContext(context.WithoutCancel(ctx), e.message(), nil); err != nil {
		c.doubt = true // BEGIN may have worked and SET LOCAL not
		return nil, err
	}
	c.in = e
	return (*tx)(c), nil
}

// tx ends the transaction of a conn.
type tx conn

func (t *tx) Commit() error {
	c := (*conn)(t)
	c.in = nil
	if c.rows {
		c.doubt = true
		return errors.Join(ErrRowsOpen, driver.ErrBadConn)
	}
	err := c.raw.Commit()
	var answer *pq.Error
	if err != nil && !errors.As(err, &answer) && !errors.Is(err, pq.ErrInFailedTransaction) {
		c.doubt = true
	}
	return err
}

func (t *tx) Rollback() error {
	c := (*conn)(t)
	c.in = nil
	if c.rows {
		c.doubt = true
		return driver.ErrBadConn
	}
	err := c.raw.Rollback()
	if err != nil {
		c.doubt = true
	}
	return err
}

func (c *conn) ready(query string) error {
	if c.in == nil {
		return fmt.Errorf("%w: run statements inside InTx", ErrNoScope)
	}
	if c.rows {
		return ErrRowsOpen
	}
	return checkStatement(query)
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.ready(query); err != nil {
		return nil, err
	}
	m := modeOf(query, args)
	st, done, err := c.statement(ctx, query, m)
	if err != nil {
		return nil, err
	}
	if m == kept {
		ctx = context.WithoutCancel(ctx)
	}
	if st == nil {
		return c.raw.ExecContext(ctx, query, args)
	}
	defer done()
	res, err := st.ExecContext(ctx, args)
	return res, c.checkPlan(err)
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.ready(query); err != nil {
		return nil, err
	}
	m := modeOf(query, args)
	st, done, err := c.statement(ctx, query, m)
	if err != nil {
		return nil, err
	}
	if m == kept {
		ctx = context.WithoutCancel(ctx)
	}
	var rs driver.Rows
	if st == nil {
		done = nil
		rs, err = c.raw.QueryContext(ctx, query, args)
	} else {
		rs, err = st.QueryContext(ctx, args)
		err = c.checkPlan(err)
	}
	if err != nil {
		if done != nil {
			done()
		}
		return nil, err
	}
	c.rows = true
	return &rows{Rows: rs, c: c, done: done}, nil
}

// PrepareContext serves COPY only; CopyIn uses it.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if c.in == nil {
		return nil, fmt.Errorf("%w: run statements inside InTx", ErrNoScope)
	}
	if c.rows {
		return nil, ErrRowsOpen
	}
	if firstWord(query) != "COPY" {
		return nil, fmt.Errorf("%w: mark a statement that is worth preparing by scope.Hot", ErrStatement)
	}
	return c.raw.PrepareContext(ctx, query)
}

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return nil, fmt.Errorf("%w: %s", ErrNoScope, firstWord(query))
}

func (c *conn) Begin() (driver.Tx, error) { return nil, ErrNoScope }

// ResetSession is called before a pooled connection is lent again.
func (c *conn) ResetSession(ctx context.Context) error {
	if c.in != nil || c.rows || c.doubt {
		return driver.ErrBadConn
	}
	return c.raw.ResetSession(ctx)
}

// IsValid is called before a connection goes back to the pool.
func (c *conn) IsValid() bool { return c.in == nil && !c.rows && !c.doubt && c.raw.IsValid() }

// Ping carries no statement.
func (c *conn) Ping(ctx context.Context) error { return c.raw.Ping(ctx) }

func (c *conn) Close() error { return c.raw.Close() }

// CheckNamedValue sends JSON as text: as binary bytes, which binary_parameters
// makes of them, the server would want jsonb's own version byte in front.
func (c *conn) CheckNamedValue(nv *driver.NamedValue) error {
	switch v := nv.Value.(type) {
	case json.RawMessage:
		if nv.Value = any(nil); v != nil {
			nv.Value = string(v)
		}
		return nil
	case *json.RawMessage:
		if nv.Value = any(nil); v != nil && *v != nil {
			nv.Value = string(*v)
		}
		return nil
	case sql.Out:
		return fmt.Errorf("%w: output parameters", ErrStatement)
	}
	return c.raw.CheckNamedValue(nv)
}

// rows tells the connection when it is free again.
type rows struct {
	driver.Rows
	c    *conn
	done func() // after the last row; nil for nothing
}

func (r *rows) Close() error {
	err := r.Rows.Close()
	r.c.rows = false
	if err != nil {
		var answer *pq.Error
		r.c.doubt = r.c.doubt || !errors.As(err, &answer)
	}
	if r.done != nil {
		r.done()
		r.done = nil
	}
	return err
}

func (r *rows) ColumnTypeDatabaseTypeName(i int) string {
	if n, ok := r.Rows.(driver.RowsColumnTypeDatabaseTypeName); ok {
		return n.ColumnTypeDatabaseTypeName(i)
	}
	return ""
}
