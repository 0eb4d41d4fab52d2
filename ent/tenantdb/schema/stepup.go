package schema

import (
	"entgo.io/ent"

	"zhuxin/ent/mixin"
)

// StepUpChallenge asks for a second verification of a change in this tenant.
type StepUpChallenge struct{ ent.Schema }

// Mixin of StepUpChallenge.
func (StepUpChallenge) Mixin() []ent.Mixin { return []ent.Mixin{mixin.StepUpChallenge{}} }
