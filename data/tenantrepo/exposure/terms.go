package exposure

import "strings"

// The figures of biz/exposure Account as SQL over credit_accounts, for statements
// that filter or sum many of them. alias names the table there; a customer without
// an account, which a LEFT JOIN leaves null, has no limit and uses nothing.

// Used is Account.Exposure, in fen.
func Used(alias string) string {
	return of(alias, `coalesce({a}.receivable_amount + {a}.reserved_amount + {a}.delivered_amount + {a}.reconciled_amount + {a}.draft_amount - {a}.advance_amount, 0)`)
}

// Bound is Account.Bound, in fen; it means nothing for kind unlimited.
func Bound(alias string) string {
	return of(alias, `CASE {a}.limit_kind WHEN 'amount' THEN {a}.standing_amount + {a}.temporary_amount + {a}.cover_amount ELSE 0 END`)
}

// Over is Account.OverLimit, as a condition.
func Over(alias string) string {
	return of(alias, `(coalesce({a}.limit_kind, 'none') <> 'unlimited' AND `) + Used(alias) + ` > ` + Bound(alias) + `)`
}

func of(alias, sql string) string { return strings.ReplaceAll(sql, "{a}", alias) }
