package portfolio

import (
	"context"

	"zhuxin/shared/access"
	"zhuxin/shared/quality"
)

var _ quality.Source = (*Service)(nil)

// Quality implements quality.Source: the three reports in figures, for HQ. Who calls it
// acts for the subsidiary as a whole.
func (s *Service) Quality(ctx context.Context) (f quality.Figures, err error) {
	c, err := s.Classification(ctx, nil)
	if err != nil {
		return f, err
	}
	l, err := s.ExpectedLoss(ctx, nil)
	if err != nil {
		return f, err
	}
	a, err := s.about(ctx, access.OverviewRead)
	if err != nil {
		return f, err
	}
	cash, err := s.forecast(ctx, a, nil, Weeks, Months)
	if err != nil {
		return f, err
	}
	weeks, months := cash[0], cash[1]
	f.AsOf, f.LateDays, f.Payments = c.Today, int64(weeks.All.Days), int64(weeks.All.Payments)
	for i, g := range c.Groups {
		f.Categories[i] = quality.Category{Customers: g.Customers, Open: int64(g.Open), Overdue: int64(g.Overdue), Overridden: g.Overridden}
	}
	for i, b := range l.Buckets {
		f.Buckets[i] = quality.Bucket{Items: b.Items, Open: b.Open, Base: b.Base, Provision: b.Provision, Rate: int64(b.Final), Basis: string(b.Basis)}
	}
	f.Weeks, f.Months = weeks.shared(), months.shared()
	return f, nil
}

func (c CashReport) shared() quality.Cash {
	e := c.Total
	out := quality.Cash{LaterPromised: e.Later.Promised, LaterHabit: e.Later.Habit, Behind: e.Behind, Credit: e.Credit, Open: e.Open}
	for i, s := range c.Spans {
		out.Spans = append(out.Spans, quality.Span{First: s.First, Last: s.Last, Promised: e.Spans[i].Promised, Habit: e.Spans[i].Habit})
	}
	return out
}
