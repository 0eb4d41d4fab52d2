package wiring

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/collection"
	"zhuxin/biz/contract"
	"zhuxin/biz/receivable"
	"zhuxin/data/export"
	"zhuxin/data/jobs"
	"zhuxin/data/receiptpdf"
	"zhuxin/data/sheet"
	collectionrepo "zhuxin/data/tenantrepo/collection"
	contractrepo "zhuxin/data/tenantrepo/contract"
	customerrepo "zhuxin/data/tenantrepo/customer"
	receivablerepo "zhuxin/data/tenantrepo/receivable"
	"zhuxin/shared/access"
)

// Receivables is what customers owe, and how it comes in.
type Receivables struct {
	Ledger     *receivable.Ledger
	Exports    *receivable.Exports
	Imports    *receivable.Imports
	Receipts   *receivable.Receipts
	Contracts  *contract.Service
	Matching   *contract.Matching
	Collection *collection.Service
	base       *Base
}

func newReceivables(b *Base, c *Credit, d *Documents, n *Notify) *Receivables {
	tx, repo, tables := b.Pool.Tenant(), receivablerepo.New(), export.New("")
	ledger := receivable.NewLedger(tx, repo, customerrepo.New(), c.Accounts, b.Clock)
	contracts := contract.New(tx, contractrepo.Repo{}, c.Accounts, b.Audit.Tenant, b.Clock)
	payments := collection.New(collection.Config{Tx: tx, Repo: collectionrepo.Repo{}, Dues: contracts, Customers: customerrepo.New(), Accounts: c.Accounts,
		Approvals: c.Approvals, Mail: confirmations{n}, Printer: receiptpdf.Printer{}, Tables: tables, Audit: b.Audit.Tenant, Clock: b.Clock})
	c.Approvals.Register(approval.KindWriteOff, payments)
	return &Receivables{
		Ledger:  ledger,
		Exports: receivable.NewExports(ledger, tables, b.Audit.Tenant),
		Imports: receivable.NewImports(receivable.ImportsConfig{
			Tx: tx, Long: receivablerepo.Long(b.Pool), Runs: receivablerepo.Runs{}, Staging: repo,
			Files: receivable.NewDocuments(d.Service), Sheets: sheet.New("", b.Clock), Accounts: c.Accounts, Biller: c.Accounts, Terms: contracts,
			Events: b.Outbox.Tenant, Audit: b.Audit.Tenant, Clock: b.Clock,
		}),
		Receipts:  receivable.NewReceipts(tx, receivablerepo.NewReceipts(b.Clock), b.Audit.Tenant),
		Contracts: contracts, Matching: contract.NewMatching(contracts, contractrepo.Repo{}, c.Customers), Collection: payments,
		base: b,
	}
}

func (r *Receivables) register(m *jobs.Mux) {
	m.Handle(receivable.TopicImportRequested, "receivable.import", r.Imports.Handle)
}

// AddReceipts books money received in a subsidiary, on behalf of the system.
func (r *Receivables) AddReceipts(ctx context.Context, tenantID uuid.UUID, rows []receivable.Receipt) error {
	ctx, err := r.base.Registry.Bind(access.With(ctx, access.System(tenantID, "receipts")), tenantID)
	if err != nil {
		return err
	}
	_, err = r.Receipts.Add(ctx, rows)
	return err
}
