package directory

import (
	"slices"
	"testing"
	"time"
)

// Every pair of states, so that a new arrow is a decision and no accident.
func TestTransitions(t *testing.T) {
	t.Parallel()
	allowed := map[Status][]Status{
		StatusSubmitted:    {StatusApproved, StatusRejected, StatusDuplicate},
		StatusApproved:     {StatusProvisioning, StatusDuplicate},
		StatusProvisioning: {StatusProvisioning, StatusActive, StatusFailed, StatusDuplicate},
		StatusFailed:       {StatusApproved, StatusRejected, StatusDuplicate},
	}
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for _, from := range Statuses {
		for _, to := range Statuses {
			a := Application{Status: from, StatusReason: "before"}
			err := a.moveTo(to, "after", now)
			want := slices.Contains(allowed[from], to)
			switch {
			case want && (err != nil || a.Status != to || a.StatusReason != "after" || !a.UpdatedAt.Equal(now)):
				t.Errorf("%s to %s: refused or not done: %v, %+v", from, to, err, a)
			case !want && (err == nil || a.Status != from || a.StatusReason != "before"):
				t.Errorf("%s to %s: allowed", from, to)
			}
		}
		if ended := from == StatusActive || from == StatusRejected || from == StatusDuplicate; from.Ended() != ended {
			t.Errorf("%s ended: %v", from, from.Ended())
		}
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	a := Application{Steps: waitingSteps()}
	a.setStep(StepMigrations, StepRunning, now)
	states := func() (out []StepState) {
		for _, s := range a.Steps {
			out = append(out, s.State)
		}
		return out
	}
	if got, want := states(), []StepState{StepDone, StepDone, StepRunning, StepWaiting, StepWaiting, StepWaiting}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if name := a.failStep(now); name != StepMigrations || a.Steps[2].State != StepFailed {
		t.Errorf("failed at %q: %v", name, states())
	}
}

func TestApplyInput(t *testing.T) {
	t.Parallel()
	ok := ApplyInput{Name: "东海混凝土有限公司", ShortName: "东海", USCC: "91110000600037341L", ContactName: "王", ContactPhone: "+86 138-0000-1234"}
	if err := ok.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*ApplyInput)
		want   string // field and reason; empty is fine
	}{
		"no name":                   {func(in *ApplyInput) { in.Name = "  " }, "name REQUIRED"},
		"a name of 101":             {func(in *ApplyInput) { in.Name = string(make([]rune, 101)) }, "name REQUIRED"},
		"control characters":        {func(in *ApplyInput) { in.ShortName = "东\x00海" }, "short_name REQUIRED"},
		"invisible characters":      {func(in *ApplyInput) { in.ShortName = "东\u200b海" }, "short_name REQUIRED"},
		"no phone":                  {func(in *ApplyInput) { in.ContactPhone = "call me" }, "contact_phone INVALID_PHONE"},
		"a wrong check character":   {func(in *ApplyInput) { in.USCC = "911100006000373410" }, "uscc CHECK_DIGIT"},
		"accepted with a reason":    {func(in *ApplyInput) { in.USCC, in.USCCOverrideReason = "911100006000373410", "执照如此" }, ""},
		"a wrong form for a reason": {func(in *ApplyInput) { in.USCC, in.USCCOverrideReason = "9111000060003734", "执照如此" }, "uscc INVALID_USCC"},
		"lower case":                {func(in *ApplyInput) { in.USCC = " 91110000600037341l " }, ""},
		"a word as currency":        {func(in *ApplyInput) { in.Currency = "yuan" }, "currency INVALID_CURRENCY"},
	} {
		in := ok
		c.change(&in)
		if got := firstField(in.Validate()); got != c.want {
			t.Errorf("%s: want %q, got %q", name, c.want, got)
		}
	}
}
