package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	entschema "entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/ent/mixin"
)

// ApprovalFlow is one version of how a kind of submission is approved; the
// highest number of a kind is in force, and a submission keeps the one it began
// with. Never changed, never deleted.
type ApprovalFlow struct{ ent.Schema }

// Mixin of ApprovalFlow.
func (ApprovalFlow) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}} }

// Fields of ApprovalFlow.
func (ApprovalFlow) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind").Immutable(),
		field.Int("number").Immutable().Comment("version within the kind, from 1"),
		field.JSON("steps", json.RawMessage{}).Immutable().Comment("biz/approval StepDef in order; none: the product's own flow"),
		field.String("note").Default("").Immutable(),
	}
}

// Indexes of ApprovalFlow.
func (ApprovalFlow) Indexes() []ent.Index {
	return []ent.Index{index.Fields("kind", "number").Unique().StorageKey("approval_flow_number")}
}

// ApprovalStep is one step of a submission's course, in the order of position.
type ApprovalStep struct{ ent.Schema }

// Mixin of ApprovalStep.
func (ApprovalStep) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}} }

// Fields of ApprovalStep.
func (ApprovalStep) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("approval_id", uuid.UUID{}).Immutable(),
		field.Int("position").Immutable().Comment("grows by a thousand; an added step stands between"),
		field.String("name").Default("").Immutable(),
		field.Enum("kind").Values("review", "approve").Immutable(),
		field.Enum("mode").Values("any", "all").Immutable(),
		field.Enum("status").Values("waiting", "active", "done", "closed").Comment("closed: the submission ended before"),
		field.JSON("deadline", json.RawMessage{}).Optional().Immutable(),
		field.UUID("added_by", uuid.UUID{}).Optional().Nillable().Immutable().Comment("null: from the flow"),
		field.Int64("opened_version").Default(0).Comment("of the submission when the step began; whoever saw it since may act"),
		field.Time("opened_at").Optional().Nillable(),
		field.Time("remind_at").Optional().Nillable(),
		field.Time("due_at").Optional().Nillable(),
		field.Time("reminded_at").Optional().Nillable(),
		field.Time("overdue_at").Optional().Nillable().Comment("when it was noticed, reported and escalated"),
		field.Time("done_at").Optional().Nillable(),
	}
}

// Indexes of ApprovalStep.
func (ApprovalStep) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("approval_id", "position").Unique().StorageKey("approval_step_position"),
		index.Fields("due_at").Annotations(entsql.IndexWhere("status = 'active'")).StorageKey("approval_step_due"),
	}
}

// ApprovalSlot is one place in a step that somebody fills: a person, or anybody
// with a role. open only while its step is active.
type ApprovalSlot struct{ ent.Schema }

// Mixin of ApprovalSlot.
func (ApprovalSlot) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}} }

// Fields of ApprovalSlot.
func (ApprovalSlot) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("approval_id", uuid.UUID{}).Immutable(),
		field.UUID("step_id", uuid.UUID{}).Immutable(),
		field.String("role").Default(""),
		field.UUID("person_id", uuid.UUID{}).Optional().Nillable(),
		field.String("escalated_role").Default("").Comment("may act in its place since it is overdue"),
		field.UUID("escalated_to", uuid.UUID{}).Optional().Nillable(),
		field.Enum("status").Values("waiting", "open", "done", "void"),
	}
}

// Indexes of ApprovalSlot.
func (ApprovalSlot) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("approval_id"),
		index.Fields("step_id"),
		index.Fields("role", "approval_id").Annotations(entsql.IndexWhere("status = 'open'")).StorageKey("approval_slot_open_role"),
		index.Fields("person_id", "approval_id").Annotations(entsql.IndexWhere("status = 'open'")).StorageKey("approval_slot_open_person"),
	}
}

// Annotations of ApprovalSlot.
func (ApprovalSlot) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Checks: map[string]string{"approval_slot_holder": "(role = '') = (person_id IS NOT NULL)"}}}
}

// ApprovalAct is one thing that somebody did with a submission. Append-only.
type ApprovalAct struct{ ent.Schema }

// Mixin of ApprovalAct.
func (ApprovalAct) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}} }

// Fields of ApprovalAct.
func (ApprovalAct) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("approval_id", uuid.UUID{}).Immutable(),
		field.UUID("step_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.UUID("slot_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.Enum("kind").Values("approved", "endorsed", "rejected", "returned", "withdrawn", "transferred", "added", "escalated").Immutable().
			Comment("endorsed: agreed, but beyond his authority"),
		field.UUID("person_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("null: the system"),
		field.UUID("on_behalf_of", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the absent one whose delegate acted"),
		field.UUID("target_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("to whom it was transferred or who was added"),
		field.String("comment").Default("").Immutable(),
		field.Time("at").Default(mixin.Now).Immutable(),
		field.Int64("version").Immutable().Comment("of the submission after it"),
	}
}

// Indexes of ApprovalAct.
func (ApprovalAct) Indexes() []ent.Index { return []ent.Index{index.Fields("approval_id", "version")} }

// ApprovalHand is a person who has had a hand in a submission: its submitter, who
// decided on a step, and for whom he did. One row each, so that nobody acts
// twice; written by triggers only.
type ApprovalHand struct{ ent.Schema }

// Mixin of ApprovalHand.
func (ApprovalHand) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}} }

// Fields of ApprovalHand.
func (ApprovalHand) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("approval_id", uuid.UUID{}).Immutable(),
		field.UUID("person_id", uuid.UUID{}).Immutable(),
	}
}

// Indexes of ApprovalHand.
func (ApprovalHand) Indexes() []ent.Index {
	return []ent.Index{index.Fields("approval_id", "person_id").Unique().StorageKey("approval_hand_once")}
}

// ApprovalDelegation lets somebody act for another one who is absent.
type ApprovalDelegation struct{ ent.Schema }

// Mixin of ApprovalDelegation.
func (ApprovalDelegation) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}} }

// Fields of ApprovalDelegation.
func (ApprovalDelegation) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("person_id", uuid.UUID{}).Immutable().Comment("who is absent"),
		field.UUID("delegate_id", uuid.UUID{}).Immutable(),
		mixin.Date("starts_on"),
		mixin.Date("ends_on"),
		field.JSON("kinds", []string{}).Immutable().Comment("of submission; none: all"),
		field.String("note").Default("").Immutable(),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Indexes of ApprovalDelegation.
func (ApprovalDelegation) Indexes() []ent.Index {
	return []ent.Index{index.Fields("delegate_id", "ends_on"), index.Fields("person_id", "ends_on")}
}

// Annotations of ApprovalDelegation.
func (ApprovalDelegation) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Checks: map[string]string{
		"approval_delegation_other":  "delegate_id <> person_id",
		"approval_delegation_period": "starts_on <= ends_on",
	}}}
}

// ApprovalAuthority is up to which amount a person completes an approving step.
type ApprovalAuthority struct{ ent.Schema }

// Mixin of ApprovalAuthority.
func (ApprovalAuthority) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Updated{}} }

// Fields of ApprovalAuthority.
func (ApprovalAuthority) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable().Comment("the person's id"),
		field.Int64("amount").Optional().Nillable().Comment("fen; null: without bound"),
		field.Bool("preset").Default(false).Comment("taken back: the preset of the settings is his again"),
	}
}

// Annotations of ApprovalAuthority.
func (ApprovalAuthority) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Table: "approval_authorities", Checks: map[string]string{"approval_authority_amount": "amount >= 0"}}}
}

// ApprovalPolicy is one version of the tenant's settings for approvals; the
// highest is in force.
type ApprovalPolicy struct{ ent.Schema }

// Fields of ApprovalPolicy.
func (ApprovalPolicy) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable().Comment("policy version"),
		field.JSON("settings", json.RawMessage{}).Immutable().Comment("biz/approval Settings"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// Annotations of ApprovalPolicy.
func (ApprovalPolicy) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Table: "approval_policies"}}
}
