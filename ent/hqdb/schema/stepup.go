package schema

import (
	"entgo.io/ent"

	zmixin "zhuxin/ent/mixin"
)

// StepUpChallenge asks for a second verification of a change that is written at
// HQ: the negative list's, also where a subsidiary proposes.
type StepUpChallenge struct{ ent.Schema }

// Mixin of StepUpChallenge.
func (StepUpChallenge) Mixin() []ent.Mixin {
	return []ent.Mixin{zmixin.StepUpChallenge{}, shared{}}
}
