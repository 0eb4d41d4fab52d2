package wiring

import (
	"zhuxin/biz/agreement"
	"zhuxin/biz/approval"
	"zhuxin/biz/exposure"
	"zhuxin/biz/letter"
	"zhuxin/biz/supplystop"
	"zhuxin/data/jobs"
	"zhuxin/data/letterpdf"
	agreementrepo "zhuxin/data/tenantrepo/agreement"
	customerrepo "zhuxin/data/tenantrepo/customer"
	letterrepo "zhuxin/data/tenantrepo/letter"
	stoprepo "zhuxin/data/tenantrepo/supplystop"
)

// Agreements is what happens to customers who do not pay: agreements and their
// stages, letters, supply stops.
type Agreements struct {
	Agreements *agreement.Service
	Letters    *letter.Service
	Stops      *supplystop.Service
}

func newAgreements(b *Base, c *Credit, d *Documents) *Agreements {
	tx, customers, stops := b.Pool.Tenant(), customerrepo.New(), stoprepo.Repo{}
	a := &Agreements{
		Letters: letter.New(letter.Config{Tx: tx, Repo: letterrepo.Repo{}, Customers: customers, Printer: letterpdf.Printer{}, Documents: d.Service,
			Events: b.Outbox.Tenant, Audit: b.Audit.Tenant, Clock: b.Clock}),
		Stops: supplystop.New(supplystop.Config{Tx: tx, Repo: stops, Events: b.Outbox.Tenant, Customers: customers, Accounts: c.Accounts, Approvals: c.Approvals,
			Audit: b.Audit.Tenant, Clock: b.Clock, Deadlines: inForce{c.Checks}.Deadlines}),
	}
	a.Agreements = agreement.New(agreement.Config{Tx: tx, Repo: agreementrepo.Repo{}, Customers: customers, Letters: a.Letters, Stops: a.Stops, Approvals: c.Approvals,
		Events: b.Outbox.Tenant, Audit: b.Audit.Tenant, Clock: b.Clock})
	c.Approvals.Register(approval.KindCreditAgreement, a.Agreements)
	c.Approvals.Register(approval.KindAgreementCure, agreement.Cures{Service: a.Agreements})
	c.Approvals.Register(approval.KindSupplyResume, a.Stops)
	return a
}

func (a *Agreements) register(m *jobs.Mux) {
	m.Handle(letter.TopicIssued, "letter.print", a.Letters.Handle)
	m.Handle(exposure.TopicAccountChanged, "agreement.advance", a.Agreements.AccountChanged)
}
