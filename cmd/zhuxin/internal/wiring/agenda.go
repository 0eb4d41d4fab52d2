package wiring

import (
	"zhuxin/biz/agenda"
	"zhuxin/data/export"
	agendaquery "zhuxin/data/query/agenda"
)

// newAgenda joins the days of all domains.
func newAgenda(b *Base) *agenda.Service {
	return &agenda.Service{Tx: b.Pool.Tenant(), Sources: agendaquery.Sources(), Tables: export.New(""), Audit: b.Audit.Tenant, Clock: b.Clock}
}
