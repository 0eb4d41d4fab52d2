package wiring

import (
	"context"

	"github.com/google/uuid"

	scalerepo "zhuxin/data/hqrepo/gradescale"
	capsrepo "zhuxin/data/hqrepo/groupcap"
	historyrepo "zhuxin/data/hqrepo/history"
	negativerepo "zhuxin/data/hqrepo/negativelist"
	reachrepo "zhuxin/data/hqrepo/reach"
	rollupstore "zhuxin/data/hqrepo/rollup"
	"zhuxin/data/query/company"
	checkstore "zhuxin/data/query/creditcheck"
	relatedrepo "zhuxin/data/tenantrepo/related"
	tenantreport "zhuxin/data/tenantrepo/report"
	rollupsource "zhuxin/data/tenantrepo/rollup"
	"zhuxin/shared/access"
	"zhuxin/shared/gradescale"
	"zhuxin/shared/groupcap"
	"zhuxin/shared/history"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/reach"
	"zhuxin/shared/rollup"
)

// Group is what crosses the subsidiaries: negative list, history, rollups.
type Group struct {
	Caps      *groupcap.Service
	Grades    *gradescale.Service
	Negative  *negativelist.Service
	Gate      *negativelist.Gate
	History   *history.Service
	Projector *rollup.Projector
	Reader    *rollup.Reader
	Reach     *reach.Keeper
}

func newGroup(b *Base) *Group {
	tenants, hq := b.Pool.Tenant(), b.Pool.HQ()
	// A suspended subsidiary's use counts too.
	bind := func(ctx context.Context, id uuid.UUID) (context.Context, error) {
		return bindAny(b)(access.With(ctx, access.System(id, "group-cap")), id)
	}
	ways := reach.NewKeeper(tenants, hq, relatedrepo.Books{}, reachrepo.Store{}, b.Outbox.Tenant, b.Clock, func(ctx context.Context, id uuid.UUID) (context.Context, error) {
		return bindAny(b)(access.With(ctx, access.System(id, "related-parties")), id)
	})
	looks := history.NewService(tenants, hq, historyrepo.Store{}, company.Query{}, b.Clock)
	return &Group{
		Reach:     ways,
		Caps:      groupcap.New(groupcap.Deps{Tenants: tenants, HQ: hq, Repo: capsrepo.Repo{}, Books: checkstore.Books{}, Log: b.Audit.HQ, Clock: b.Clock, Bind: bind, Events: b.Outbox.HQ}),
		Negative:  negativelist.NewService(tenants, hq, negativerepo.Repo{}, company.Query{}, company.Query{}, ways, looks, b.Audit.HQ, b.Clock).Telling(b.Outbox.HQ),
		Gate:      negativelist.NewGate(tenants, company.Query{}, company.Query{}, looks, b.Clock),
		Grades:    gradescale.New(gradescale.Config{Tenants: tenants, HQ: hq, Source: tenantreport.Repo{}, Store: scalerepo.Store{}, Audit: b.Audit.HQ, Clock: b.Clock}),
		History:   looks,
		Projector: rollup.NewProjector(tenants, hq, rollupsource.Source{}, rollupstore.Store{}, b.Clock),
		Reader:    rollup.NewReader(hq, rollupstore.Store{}),
	}
}
