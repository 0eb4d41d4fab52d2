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

// keepPrepared says which statements go through the prepared ones: the marked,
// and those without parameters, because lib/pq would send them by the simple
// protocol, which lets several statements hide in one.
func keepPrepared(query string, args []driver.NamedValue) bool {
	return len(args) == 0 || strings.HasPrefix(query, hotMark)
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

// statements keeps a connection's prepared statements, least recently used out
// first. The schema is part of the key: a prepared statement resolves its names
// once, and would be planned again with each change of the search path.
type statements struct {
	limit int
	byKey map[statementKey]*list.Element
	order *list.List // most recently used in front
}

type statementKey struct{ schema, query string }

type kept struct {
	key  statementKey
	stmt statement
}

func newStatements(limit int) *statements {
	return &statements{limit: limit, byKey: map[statementKey]*list.Element{}, order: list.New()}
}

// prepared gives the statement and the context to run it with.
func (c *conn) prepared(ctx context.Context, query string) (statement, context.Context, error) {
	if strings.HasPrefix(query, hotMark) {
		ctx = context.WithoutCancel(ctx)
	}
	s, key := c.hot, statementKey{c.in.schema, query}
	if el, ok := s.byKey[key]; ok {
		s.order.MoveToFront(el)
		return el.Value.(kept).stmt, ctx, nil
	}
	for len(s.byKey) >= s.limit {
		oldest := s.order.Remove(s.order.Back()).(kept)
		delete(s.byKey, oldest.key)
		if err := oldest.stmt.Close(); err != nil {
			c.doubt = true
			return nil, ctx, err
		}
	}
	st, err := c.raw.PrepareContext(ctx, query)
	if err != nil {
		return nil, ctx, err
	}
	stmt, ok := st.(statement)
	if !ok {
		c.doubt = true
		return nil, ctx, fmt.Errorf("%w: %s cannot be prepared", ErrStatement, firstWord(query))
	}
	s.byKey[key] = s.order.PushFront(kept{key, stmt})
	return stmt, ctx, nil
}

// checkPlan gives up a connection whose prepared statements a migration made
// stale; the unit of work is tried once more, on another one.
func (c *conn) checkPlan(err error) error {
	if err != nil && state(err) == stalePlan {
		c.doubt = true
	}
	return err
}
