package wiring

import (
	"zhuxin/biz/dailyrun"
	"zhuxin/biz/statement"
	"zhuxin/data/statementpdf"
	collectionrepo "zhuxin/data/tenantrepo/collection"
	customerrepo "zhuxin/data/tenantrepo/customer"
	statementrepo "zhuxin/data/tenantrepo/statement"
)

func newStatements(b *Base, c *Credit, r *Receivables) *statement.Service {
	return statement.New(statement.Config{
		Tx: b.Pool.Tenant(), Repo: statementrepo.Repo{}, Settings: collectionrepo.Repo{}, Customers: customerrepo.New(), Terms: r.Contracts, Accounts: c.Accounts, Printer: statementpdf.Printer{},
		Touched: dailyrun.Touched, Audit: b.Audit.Tenant, Events: b.Outbox.Tenant, Clock: b.Clock,
	})
}
