package quality

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
	"zhuxin/shared/uow"
)

// Subsidiary is one with its figures.
type Subsidiary struct {
	ID        uuid.UUID
	Name      string
	Currency  string
	Projected bool // false before its first figures
	Figures
}

// View is the group of one currency, or one subsidiary.
type View struct {
	Name       string // of the subsidiary; empty for the group
	Currency   string
	Currencies []string // to choose from
	Sum        Figures
	Parts      []Subsidiary // the largest provision first
	Late       []report.Late
}

// Query asks for a view.
type Query struct {
	TenantID uuid.UUID // Nil for the group
	Currency string    // empty: the one that most subsidiaries have
}

// Group answers HQ's questions.
type Group struct {
	hq      uow.HQ
	store   Store
	printer report.Printer
	audit   audit.Recorder
	clock   calendar.Clock
}

// NewGroup makes the service.
func NewGroup(hq uow.HQ, store Store, p report.Printer, recorder audit.Recorder, clock calendar.Clock) *Group {
	return &Group{hq: hq, store: store, printer: p, audit: recorder, clock: clock}
}

// View gives the group or a subsidiary of it. Fault: TENANT_NOT_FOUND.
func (g *Group) View(ctx context.Context, q Query) (v View, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return v, err
	}
	err = g.hq.InTx(ctx, func(ctx context.Context) error {
		all, err := g.store.All(ctx, q.TenantID)
		if err != nil {
			return err
		}
		if q.TenantID != uuid.Nil && len(all) == 0 {
			return report.ErrNoTenant
		}
		v = view(all, q)
		return nil
	})
	return v, err
}

func view(all []Subsidiary, q Query) (v View) {
	v.Currencies, v.Currency = currencies(all, q.Currency)
	var figures []Figures
	for _, s := range all {
		if s.Currency != v.Currency {
			continue
		}
		if q.TenantID != uuid.Nil {
			v.Name = s.Name
		}
		if s.Projected {
			v.Parts = append(v.Parts, s)
			figures = append(figures, s.Figures)
		} else {
			v.Late = append(v.Late, report.Late{ID: s.ID, Name: s.Name})
		}
	}
	v.Sum = Sum(figures)
	for _, s := range v.Parts {
		if s.AsOf < v.Sum.AsOf {
			v.Late = append(v.Late, report.Late{ID: s.ID, Name: s.Name, AsOf: s.AsOf})
		}
	}
	slices.SortStableFunc(v.Parts, func(a, b Subsidiary) int {
		x, _ := a.Provision()
		y, _ := b.Provision()
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return v
}

// currencies lists those of the subsidiaries, the most frequent first, and picks one.
func currencies(all []Subsidiary, wanted string) (list []string, chosen string) {
	count := map[string]int{}
	for _, s := range all {
		if count[s.Currency]++; count[s.Currency] == 1 {
			list = append(list, s.Currency)
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	switch {
	case slices.Contains(list, wanted):
		return list, wanted
	case len(list) > 0:
		return list, list[0]
	}
	return list, wanted
}

// Export writes a view to a file; it leaves an audit row.
func (g *Group) Export(ctx context.Context, q Query, f report.Format, lang report.Lang) (file report.File, err error) {
	v, err := g.View(ctx, q)
	if err != nil {
		return file, err
	}
	d := v.Document(lang, g.clock.Now())
	if file, err = g.printer.Print(d, f); err != nil {
		return file, err
	}
	file.Name, file.Digest = fmt.Sprintf("quality-%s-%s.%s", v.Currency, v.Sum.AsOf, f), d.Digest
	err = g.hq.InTx(ctx, func(ctx context.Context) error {
		return g.audit.Record(ctx, audit.Entry{Action: "report.exported", ObjectType: "report", ObjectID: "quality",
			After: map[string]any{"format": f, "end": v.Sum.AsOf, "tenant_id": q.TenantID, "currency": v.Currency}})
	})
	return file, err
}
