package wiring

import (
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
)

// books are the audit logs as people read them, a subsidiary's and HQ's.
func (b *Base) books() (tenant, hq *audit.Book) {
	return audit.NewBook(b.Pool.Tenant(), b.Audit.Tenant, b.Chain.Tenant, access.AuditRead),
		audit.NewBook(b.Pool.HQ(), b.Audit.HQ, b.Chain.HQ, access.HQAuditRead)
}
