package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"zhuxin/biz/rating"
	biz "zhuxin/biz/registry"
	"zhuxin/shared/calendar"
	"zhuxin/shared/indicator"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
)

// rated are the kinds that each data source counts (000-45).
var rated = map[indicator.DataSource][]biz.Kind{
	indicator.SourceRegistryFindings:   {biz.KindViolation, biz.KindAbnormality},
	indicator.SourceLitigationFindings: {biz.KindDishonest, biz.KindEnforcement, biz.KindConsumption, biz.KindLitigation},
}

// Rated gives ratings what the registers say, from the shelf: a rating never
// waits for a provider.
type Rated struct{ shelf biz.Shelf }

var _ rating.Findings = Rated{}

// NewRated makes it.
func NewRated(shelf biz.Shelf) Rated { return Rated{shelf} }

// Findings counts what holds now. It is unknown while one of the source's kinds
// was never answered: not having asked is not the same as nothing found.
func (r Rated) Findings(ctx context.Context, uscc string, source indicator.DataSource) (rating.Measured, bool, error) {
	kinds, code := rated[source], party.USCC(uscc)
	if len(kinds) == 0 || code == "" {
		return rating.Measured{}, false, nil
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return rating.Measured{}, false, err
	}
	looks, err := r.shelf.Looks(ctx, code)
	if err != nil {
		return rating.Measured{}, false, err
	}
	counts, oldest := map[biz.Kind]int{}, calendar.Date(0)
	for _, k := range kinds {
		l, ok := looks[k]
		if !ok || l.LookedAt == nil {
			return rating.Measured{}, false, nil
		}
		if on := calendar.Of(*l.LookedAt, t.Zone); oldest.IsZero() || on < oldest {
			oldest = on
		}
		counts[k] = 0
	}
	found, err := r.shelf.Findings(ctx, code)
	if err != nil {
		return rating.Measured{}, false, err
	}
	total := 0
	for _, f := range found {
		if _, mine := counts[f.Kind]; mine && f.Active {
			counts[f.Kind]++
			total++
		}
	}
	parts := make([]string, 0, len(kinds))
	for _, k := range kinds {
		parts = append(parts, fmt.Sprintf("%s %d", k, counts[k]))
	}
	return rating.Measured{Number: indicator.Number(total) * 1000, Detail: strings.Join(parts, ", ") + " · " + oldest.String(), AsOf: oldest}, true, nil
}

// Rows gives the findings that Findings counts, the newest first.
func (r Rated) Rows(ctx context.Context, uscc string, source indicator.DataSource) ([]rating.SourceRow, error) {
	kinds, code := rated[source], party.USCC(uscc)
	if len(kinds) == 0 || code == "" {
		return nil, nil
	}
	found, err := r.shelf.Findings(ctx, code)
	if err != nil {
		return nil, err
	}
	var out []rating.SourceRow
	for _, f := range found {
		if f.Active && slices.Contains(kinds, f.Kind) {
			out = append(out, rating.SourceRow{Kind: rating.RowFinding, Reference: f.Title, Date: f.OccurredOn, Amount: f.Amount, Detail: string(f.Kind)})
		}
	}
	slices.SortStableFunc(out, func(a, b rating.SourceRow) int { return cmp.Compare(b.Date, a.Date) })
	return out, nil
}
