package wiring

import (
	historyrepo "zhuxin/data/hqrepo/history"
	negativerepo "zhuxin/data/hqrepo/negativelist"
	rollupstore "zhuxin/data/hqrepo/rollup"
	"zhuxin/data/query/company"
	rollupsource "zhuxin/data/tenantrepo/rollup"
	"zhuxin/shared/history"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/rollup"
)

// Group is what crosses the subsidiaries: negative list, history, rollups.
type Group struct {
	Negative  *negativelist.Service
	History   *history.Service
	Projector *rollup.Projector
	Reader    *rollup.Reader
}

func newGroup(b *Base) *Group {
	tenants, hq := b.Pool.Tenant(), b.Pool.HQ()
	return &Group{
		Negative:  negativelist.NewService(tenants, hq, negativerepo.Repo{}, company.Query{}, company.Query{}, b.Audit.HQ, b.Clock),
		History:   history.NewService(tenants, hq, historyrepo.Store{}, company.Query{}, b.Clock),
		Projector: rollup.NewProjector(tenants, hq, rollupsource.Source{}, rollupstore.Store{}, b.Clock),
		Reader:    rollup.NewReader(hq, rollupstore.Store{}),
	}
}
