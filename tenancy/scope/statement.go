package scope

import (
	"container/list"
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
)

// hotMark heads the text of a statement that is worth keeping prepared.
const hotMark = "/*hot*/ "

// Hot marks a statement of a hot path: each connection keeps it prepared per
// tenant, and it is not cancelled in the middle (statement_timeout bounds it).
// Use it for a handful of short statements that run with every request:
//
//	var lockAccount = scope.Hot(`SELECT … FROM credit_accounts WHERE id = $1 FOR UPDATE`)
func Hot(query string) string { return hotMark + query }

// mode is how a statement is sent.
type mode int

const (
	asIs  mode = iota // in one message, planned for this call
	kept              // prepared, for the next calls on this connection
	alone             // prepared because only that makes sure that it is one statement
)

// modeOf chooses. lib/pq sends what has no parameters by the simple protocol,
// which takes several statements in one; without a semicolon there cannot be a
// second, and with one the server is asked to prepare, which it refuses for two.
func modeOf(query string, args []driver.NamedValue) mode {
	switch {
	case strings.HasPrefix(query, hotMark):
		return kept
	case len(args) == 0 && strings.Contains(query, ";"):
		return alone
	}
	return asIs
}

// refused are the first words of statements that change the session, end the
// transaction or carry code. SET LOCAL has its door in WithTxOptions.
var refused = map[string]string{
	"SET": "ask for timeouts and isolation by scope.WithTxOptions", "RESET": "", "DISCARD": "",
	"BEGIN": "the unit of work opens the transaction", "START": "the unit of work opens the transaction",
	"COMMIT": "return nil from InTx", "END": "return nil from InTx", "ABORT": "return an error from InTx",
	"PREPARE": "use scope.Hot", "EXECUTE": "use scope.Hot", "DEALLOCATE": "", "COPY": "use scope.CopyIn",
	"LISTEN": "", "UNLISTEN": "", "LOAD": "", "DO": "", "CALL": "",
}

func checkStatement(query string) error {
	word := firstWord(query)
	hint, bad := refused[word]
	if word == "ROLLBACK" && !strings.Contains(strings.ToUpper(query), " TO ") {
		hint, bad = "return an error from InTx", true
	}
	if !bad {
		return nil
	}
	if hint != "" {
		hint = ": " + hint
	}
	return fmt.Errorf("%w: %s%s", ErrStatement, word, hint)
}

// firstWord gives the first word of the statement in upper case, behind blanks
// and comments.
func firstWord(q string) string {
	for {
		q = strings.TrimLeft(q, " \t\r\n;(")
		switch {
		case strings.HasPrefix(q, "--"):
			_, q, _ = strings.Cut(q, "\n")
		case strings.HasPrefix(q, "/*"):
			q = afterComment(q)
		default:
			end := strings.IndexFunc(q, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
			if end < 0 {
				end = len(q)
			}
			return strings.ToUpper(q[:end])
		}
	}
}

// afterComment skips one block comment; PostgreSQL's may contain others.
func afterComment(q string) string {
	for depth, i := 0, 0; i+1 < len(q); i++ {
		switch q[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			if depth--; depth == 0 {
				return q[i+2:]
			}
			i++
		}
	}
	return ""
}

type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// statements keeps a connection's prepared statements. The schema is part of the
// key: a prepared statement resolves its names once, and would be planned again
// with each change of the search path. When it is full, a new one gets a place
// only from one that was long not used: with more tenants than places, preparing
// and closing in turns would cost three messages instead of one.
type statements struct {
	limit int
	calls int // of marked statements on this connection
	byKey map[statementKey]*list.Element
	order *list.List // most recently used in front
}

type statementKey struct{ schema, query string }

type place struct {
	key  statementKey
	stmt statement
	used int // calls when it was last used
}

func newStatements(limit int) *statements {
	return &statements{limit: limit, byKey: map[statementKey]*list.Element{}, order: list.New()}
}

// find gives the kept statement, or says whether a new one may take a place.
func (s *statements) find(key statementKey) (stmt statement, room bool) {
	s.calls++
	if el, ok := s.byKey[key]; ok {
		s.order.MoveToFront(el)
		e := el.Value.(*place)
		e.used = s.calls
		return e.stmt, false
	}
	return nil, len(s.byKey) < s.limit || s.calls-s.order.Back().Value.(*place).used > 8*s.limit
}

// put keeps the statement and gives the one that lost its place.
func (s *statements) put(key statementKey, stmt statement) (out statement) {
	if len(s.byKey) >= s.limit {
		oldest := s.order.Remove(s.order.Back()).(*place)
		delete(s.byKey, oldest.key)
		out = oldest.stmt
	}
	s.byKey[key] = s.order.PushFront(&place{key, stmt, s.calls})
	return out
}

// statement gives the prepared statement to run query with, or nil when it is to
// be sent as it is; done is called after it ran.
func (c *conn) statement(ctx context.Context, query string, m mode) (st statement, done func(), err error) {
	if m == asIs {
		return nil, nil, nil
	}
	key := statementKey{c.in.schema, query}
	if m == kept {
		st, room := c.hot.find(key)
		if st != nil || !room {
			return st, func() {}, nil
		}
	}
	ps, err := c.raw.PrepareContext(ctx, query)
	if err != nil {
		return nil, nil, err
	}
	st, ok := ps.(statement)
	if !ok {
		c.doubt = true
		return nil, nil, fmt.Errorf("%w: %s cannot be prepared", ErrStatement, firstWord(query))
	}
	if m == alone {
		return st, func() { c.forget(st) }, nil
	}
	if out := c.hot.put(key, st); out != nil {
		c.forget(out)
	}
	return st, func() {}, nil
}

// forget closes a prepared statement on the server.
func (c *conn) forget(st statement) {
	if err := st.Close(); err != nil {
		c.doubt = true
	}
}

// checkPlan gives up a connection whose prepared statements a migration made
// stale; the unit of work is tried once more, on another one.
func (c *conn) checkPlan(err error) error {
	if err != nil && state(err) == stalePlan {
		c.doubt = true
	}
	return err
}
