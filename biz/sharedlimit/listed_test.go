package sharedlimit

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
)

// book lists customers with a serious listing of their own.
type book map[uuid.UUID]calendar.Date // the last day of an exemption; zero for none

var today = calendar.NewDate(2026, 11, 20)

func (b book) Verdicts(_ context.Context, ids ...uuid.UUID) (map[uuid.UUID]negativelist.Verdict, error) {
	out := map[uuid.UUID]negativelist.Verdict{}
	for _, id := range ids {
		if exempt, is := b[id]; is {
			out[id] = negativelist.Decide([]negativelist.Hit{{Company: "甲", Severity: negativelist.Serious, LimitsExempt: exempt}}, negativelist.PresetEffects(), today)
		}
	}
	return out, nil
}

// A listed member never comes out of a version with more than he had.
func TestListedMembersGetNoMore(t *testing.T) {
	t.Parallel()
	a, b, c := uuid.New(), uuid.New(), uuid.New()
	of := func(amount money.Amount, members ...uuid.UUID) *SharedLimit {
		v := SharedLimit{Amount: amount}
		for _, id := range members {
			v.Members = append(v.Members, Member{CustomerID: id, Used: map[uuid.UUID]money.Amount{a: 100, b: 300, c: -50}[id]})
		}
		return &v
	}
	listed, exempt, over := book{a: 0}, book{a: today}, book{a: today - 1}
	for name, x := range map[string]struct {
		listings      book
		before, after *SharedLimit
		refused       bool
	}{
		"a bound that he did not have":       {listed, nil, of(1000, a, b), false},
		"he comes under one":                 {listed, of(1000, b, c), of(2000, a, b, c), false},
		"raised by a fen":                    {listed, of(1000, a, b), of(1001, a, b), true},
		"the same":                           {listed, of(1000, a, b), of(1000, a, b), false},
		"lowered":                            {listed, of(1000, a, b), of(999, a, b), false},
		"he is let go":                       {listed, of(1000, a, b, c), of(1000, b, c), true},
		"it ends":                            {listed, of(1000, a, b), of(0), true},
		"another goes, his use stays":        {listed, of(1000, a, b, c), of(1000, a, c), true},
		"another goes and takes his use":     {listed, of(1000, a, b, c), of(700, a, c), false},
		"another goes and leaves a fen":      {listed, of(1000, a, b, c), of(701, a, c), true},
		"one goes who uses nothing":          {listed, of(1000, a, b, c), of(1000, a, b), false},
		"raised with an exemption":           {exempt, of(1000, a, b), of(2000, a, b), false},
		"raised the day after an exemption":  {over, of(1000, a, b), of(2000, a, b), true},
		"raised while nobody is listed":      {book{}, of(1000, a, b), of(2000, a, b), false},
		"raised while an outsider is listed": {book{c: 0}, of(1000, a, b), of(2000, a, b), false},
	} {
		s := &Service{listings: x.listings}
		_, err := s.allowed(t.Context(), *x.after, x.before)
		if errors.Is(err, negativelist.ErrLimitRefused) != x.refused || (err != nil) != x.refused {
			t.Errorf("%s: %v, want refused %v", name, err, x.refused)
		}
	}
}
