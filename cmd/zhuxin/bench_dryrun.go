package main

import (
	"context"
	"encoding/json"

	"zhuxin/biz/rating"
	"zhuxin/cmd/zhuxin/internal/bench"
	ratingrepo "zhuxin/data/tenantrepo/rating"
	"zhuxin/shared/calendar"
	"zhuxin/shared/indicator"
)

// dryRunBench is B9 in a subsidiary of its own.
func dryRunBench(ctx context.Context, b *benchRun) ([]bench.Result, error) {
	t, bound, err := b.tenant(ctx)
	if err != nil {
		return nil, err
	}
	credit := b.env.App.Credit
	draft, err := credit.Templates.Create(bound, "B9", string(rating.SampleConcrete))
	if err != nil {
		return nil, err
	}
	result, err := draft.Definition.Score(firstOptions(draft.Definition), measuredZero(draft.Definition))
	if err != nil {
		return nil, err
	}
	definition, err := json.Marshal(draft.Definition)
	if err != nil {
		return nil, err
	}
	values, err := json.Marshal(result.Values)
	if err != nil {
		return nil, err
	}
	today := calendar.Of(b.env.App.Clock.Now(), t.Zone)
	from := today.AddMonths(-12)
	r, err := bench.B9(ctx, bench.DryRunEnv{
		Database: b.database(t.Schema), Customers: 5000, Rounds: b.rounds, Definition: definition, Values: values, Log: logLine,
		Statement: ratingrepo.StandingsSQL, Args: []any{from, today, t.Currency, from.AddDays(1).Time(), false},
		Run: func(context.Context) error {
			_, err := credit.DryRuns.Run(bound, draft.ID, rating.DryRunParameters{})
			return err
		},
	})
	return []bench.Result{r}, err
}

// firstOptions answers what people answer: the first option, and 1000.
func firstOptions(d rating.Definition) (in []rating.Input) {
	number := indicator.Number(1_000_000)
	for _, it := range d.Items {
		switch it.Kind {
		case indicator.KindChoice:
			in = append(in, rating.Input{IndicatorCode: it.IndicatorCode, Choice: it.Scoring.Options[0].Code})
		case indicator.KindNumber:
			in = append(in, rating.Input{IndicatorCode: it.IndicatorCode, Number: &number})
		}
	}
	return in
}

func measuredZero(d rating.Definition) rating.Measurements {
	m := rating.Measurements{}
	for _, s := range d.Sources() {
		m[s] = rating.Measured{}
	}
	return m
}
