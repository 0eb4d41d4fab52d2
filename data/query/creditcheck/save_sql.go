package creditcheck

import (
	"strconv"
	"strings"

	accounts "zhuxin/data/tenantrepo/exposure"
)

// insert writes rows into a table: the columns of the rows, and constants beside them.
func insert(table, alias string, columns []column, first int, several bool, constants ...string) string {
	names, values := []string{}, []string{}
	for _, c := range columns {
		names, values = append(names, c.name), append(values, alias+"."+c.name)
	}
	for i := 0; i < len(constants); i += 2 {
		names, values = append(names, constants[i]), append(values, constants[i+1])
	}
	return "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") SELECT " + strings.Join(values, ", ") +
		" FROM " + source(alias, columns, first, several)
}

// moveReserved moves the accounts' reserved sums, and is the guard: nobody has
// changed a row since it was loaded, and what is owed and held fits the limit,
// unless the policy let an order pass over it.
//
// The ids stand in a condition of their own, so that a plan made while there are
// few accounts does not read all of them later.
func moveReserved(first int, several bool) string {
	these := ""
	if several {
		these = " AND a.id = ANY($" + strconv.Itoa(first) + "::uuid[])"
	}
	return `
UPDATE credit_accounts a SET reserved_amount = a.reserved_amount + m.held, version = a.version + 1
FROM ` + source("m", moveColumns, first, several) + `
WHERE a.id = m.id` + these + ` AND a.version = m.version
  AND (m.overrun OR a.limit_kind = 'unlimited' OR ` + accounts.Used("a") + ` + m.held <= ` + accounts.Bound("a") + `)
RETURNING a.id`
}

// moveProjects moves the projects' reserved sums under the same guard. Their rows
// are locked, and changed only under the lock of their customer's account.
func moveProjects(first int) string {
	return `
UPDATE project_accounts a SET reserved_amount = a.reserved_amount + m.held, version = a.version + 1
FROM ` + source("m", projectMoveColumns, first, true) + `
WHERE a.id = m.id AND a.id = ANY($` + strconv.Itoa(first) + `::uuid[])
  AND (m.overrun OR a.limit_kind = 'unlimited' OR a.receivable_amount + a.reserved_amount + m.held <= a.standing_amount + a.temporary_amount)
RETURNING a.id`
}

// shape tells which statement a part of a batch needs.
type shape struct{ holds, several, keys, projects bool }

// saveStatement is decisions alone, or decisions with reservations, accounts,
// outbox and audit. $1 is now. It gives how many accounts the guard let through.
func saveStatement(s shape) string {
	now, next := "$1::timestamptz", 2
	var parts []string
	part := func(name, table, alias string, columns []column, constants ...string) {
		parts = append(parts, name+" AS ("+insert(table, alias, columns, next, s.several, constants...)+")")
		next += len(columns)
	}
	if s.holds {
		next = 5
	}
	part("decided", "credit_checks", "d", checkColumns, "created_at", now)
	if s.keys {
		part("remembered", "idempotency_keys", "k", keyColumns, "created_at", now)
	}
	if !s.holds {
		return "WITH " + strings.Join(parts, ",\n") + "\nSELECT 0"
	}
	part("held", "reservations", "r", reservationColumns,
		"status", "'open'", "source", "''", "document_no", "''", "created_at", now, "updated_at", now)
	part("logged", "audit_log", "l", auditColumns)
	parts = append(parts, "moved AS ("+moveReserved(next, s.several)+")", "announced AS ("+writeOutbox+")")
	count := "\nSELECT count(*) FROM moved"
	if s.projects {
		parts = append(parts, "moved_projects AS ("+moveProjects(next+len(moveColumns))+")")
		count = "\nSELECT (SELECT count(*) FROM moved) + (SELECT count(*) FROM moved_projects)"
	}
	return "WITH " + strings.Join(parts, ",\n") + count
}
