package agreement_test

import (
	"slices"
	"testing"
	"testing/quick"

	"zhuxin/biz/agreement"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

func TestTriggerMet(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		t      agreement.Trigger
		days   int
		amount money.Amount
		want   bool
	}{
		"a day before":                     {agreement.Trigger{Days: 15}, 14, 100, false},
		"on the day":                       {agreement.Trigger{Days: 15}, 15, 100, true},
		"a fen below":                      {agreement.Trigger{Amount: 100}, 1, 99, false},
		"the amount":                       {agreement.Trigger{Amount: 100}, 1, 100, true},
		"or: days alone":                   {agreement.Trigger{Days: 15, Amount: 100, Join: agreement.JoinOr}, 15, 1, true},
		"or: amount alone":                 {agreement.Trigger{Days: 15, Amount: 100, Join: agreement.JoinOr}, 1, 100, true},
		"or: neither":                      {agreement.Trigger{Days: 15, Amount: 100, Join: agreement.JoinOr}, 14, 99, false},
		"and: days alone":                  {agreement.Trigger{Days: 15, Amount: 100, Join: agreement.JoinAnd}, 15, 99, false},
		"and: amount alone":                {agreement.Trigger{Days: 15, Amount: 100, Join: agreement.JoinAnd}, 14, 100, false},
		"and: both":                        {agreement.Trigger{Days: 15, Amount: 100, Join: agreement.JoinAnd}, 15, 100, true},
		"and with one condition given":     {agreement.Trigger{Days: 15, Join: agreement.JoinAnd}, 15, 1, true},
		"nothing overdue":                  {agreement.Trigger{Days: 1}, 20, 0, false},
		"credit notes exceed what is owed": {agreement.Trigger{Days: 1}, 20, -5, false},
		"a trigger without any condition":  {agreement.Trigger{}, 500, 500, false},
	} {
		c.t.Stage = agreement.StageDunningLetter
		if got := c.t.Met(agreement.Figures{Days: c.days, Amount: c.amount}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Whatever the figures do, a stage never goes back, and it is where the furthest
// figures so far have brought it.
func TestStagesMoveForwardOnly(t *testing.T) {
	t.Parallel()
	ts := agreement.Preset()
	property := func(days []uint8, owed []int16) bool {
		now, furthest := agreement.StageNone, -1
		for i, d := range days {
			f := agreement.Figures{Days: int(d)}
			if i < len(owed) {
				f.Amount = money.Amount(owed[i])
			}
			before := slices.Index(agreement.Stages, now)
			if to, forward := agreement.Next(now, ts, f); forward {
				now = to
			}
			furthest = max(furthest, slices.Index(agreement.Stages, agreement.Reached(ts, f)))
			if at := slices.Index(agreement.Stages, now); at < before || at != furthest {
				return false
			}
		}
		return true
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

func TestFaultsOfTriggers(t *testing.T) {
	t.Parallel()
	type tr = agreement.Trigger
	or := agreement.JoinOr
	for name, c := range map[string]struct {
		in   []tr
		want []string
	}{
		"the preset":            {agreement.Preset(), nil},
		"none":                  {nil, []string{"triggers"}},
		"no condition":          {[]tr{{Stage: agreement.StageLawsuit, Join: or}}, []string{"triggers[0].days"}},
		"unknown":               {[]tr{{Stage: "shout", Days: 1, Join: or}}, []string{"triggers[0].stage"}},
		"wrong order":           {[]tr{{Stage: agreement.StageLawsuit, Days: 1, Join: or}, {Stage: agreement.StageDunningLetter, Days: 2, Join: or}}, []string{"triggers[1].stage"}},
		"twice":                 {[]tr{{Stage: agreement.StageLawsuit, Days: 1, Join: or}, {Stage: agreement.StageLawsuit, Days: 2, Join: or}}, []string{"triggers[1].stage"}},
		"easier later":          {[]tr{{Stage: agreement.StageDunningLetter, Days: 30, Join: or}, {Stage: agreement.StageLawsuit, Days: 29, Join: or}}, []string{"triggers[1].days"}},
		"smaller later":         {[]tr{{Stage: agreement.StageDunningLetter, Amount: 30, Join: or}, {Stage: agreement.StageLawsuit, Amount: 29, Join: or}}, []string{"triggers[1].amount"}},
		"skipping is fine":      {[]tr{{Stage: agreement.StageDunningLetter, Days: 30, Join: or}, {Stage: agreement.StageLawsuit, Amount: 29, Join: or}}, nil},
		"negative":              {[]tr{{Stage: agreement.StageLawsuit, Days: -1, Amount: -1, Join: or}}, []string{"triggers[0].days", "triggers[0].amount", "triggers[0].days"}},
		"absurd and ill joined": {[]tr{{Stage: agreement.StageLawsuit, Days: 99999, Amount: 1 << 60, Join: "xor"}}, []string{"triggers[0].days", "triggers[0].amount", "triggers[0].join"}},
	} {
		var checks fault.Checks
		agreement.CheckTriggers(&checks, "triggers", c.in)
		var got []string
		if f, ok := fault.As(checks.Err()); ok {
			for _, x := range f.Fields {
				got = append(got, x.Name)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
