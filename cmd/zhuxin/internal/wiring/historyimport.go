package wiring

import (
	"zhuxin/biz/historyimport"
	"zhuxin/data/historypdf"
	"zhuxin/data/jobs"
	historyimportrepo "zhuxin/data/tenantrepo/historyimport"
)

// HistoryImports takes the old books over at roll-out.
type HistoryImports struct{ *historyimport.Service }

func newHistoryImports(b *Base, d *Documents, r *Receivables, e *ERP) *HistoryImports {
	return &HistoryImports{historyimport.New(historyimport.Config{Tx: b.Pool.Tenant(), Repo: historyimportrepo.Repo{}, Feed: e.Feeds.Config, Imports: r.Imports.ImportsConfig,
		Printer: historypdf.Printer{}, Papers: d.Service, Events: b.Outbox.Tenant, Audit: b.Audit.Tenant, Clock: b.Clock})}
}

func (h *HistoryImports) register(m *jobs.Mux) {
	m.Handle(historyimport.TopicCheck, "history_import.check", h.HandleCheck)
	m.Handle(historyimport.TopicApply, "history_import.apply", h.HandleApply)
	m.Handle(historyimport.TopicApplied, "history_import.protocol", h.HandleApplied)
}
