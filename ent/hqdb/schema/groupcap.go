package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	zmixin "zhuxin/ent/mixin"
)

// GroupCap is what the subsidiaries together may have at risk with one company,
// or with companies that belong together (ruling 4, beyond.md 2).
type GroupCap struct{ ent.Schema }

// Mixin of GroupCap.
func (GroupCap) Mixin() []ent.Mixin {
	return []ent.Mixin{shared{}, zmixin.ID{}, zmixin.Created{}, zmixin.Updated{}}
}

// Fields of GroupCap.
func (GroupCap) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		field.String("currency").MaxLen(3).Immutable().Comment("it binds subsidiaries that keep their books in it"),
		field.Int64("amount").Comment("fen; the quotas never add up to more"),
		field.Int64("free_move").Default(0).Comment("fen; moves up to it need the lender only"),
		field.String("note").Default(""),
	}
}

// GroupCapMember is a company under a cap; a company is under one at most.
type GroupCapMember struct{ ent.Schema }

// Mixin of GroupCapMember.
func (GroupCapMember) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, zmixin.ID{}} }

// Fields of GroupCapMember.
func (GroupCapMember) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("cap_id", uuid.UUID{}).Immutable(),
		field.String("uscc").Unique().Immutable(),
		field.String("company_name"),
	}
}

// Indexes of GroupCapMember.
func (GroupCapMember) Indexes() []ent.Index { return []ent.Index{index.Fields("cap_id")} }

// GroupQuota is a subsidiary's part of a cap; without a row it has none of it.
type GroupQuota struct{ ent.Schema }

// Mixin of GroupQuota.
func (GroupQuota) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, zmixin.ID{}} }

// Fields of GroupQuota.
func (GroupQuota) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("cap_id", uuid.UUID{}).Immutable(),
		field.UUID("tenant_id", uuid.UUID{}).Immutable(),
		field.Int64("amount").Comment("fen; what its order checks go by"),
		field.Int64("committed").Default(0).Comment("fen that count against the cap: the quota, or what was in use above it when it was last lowered"),
	}
}

// Indexes of GroupQuota.
func (GroupQuota) Indexes() []ent.Index {
	return []ent.Index{index.Fields("cap_id", "tenant_id").Unique()}
}

// QuotaMove is a subsidiary's request for quota of another one, or of what HQ has
// not given out yet.
type QuotaMove struct{ ent.Schema }

// Mixin of QuotaMove.
func (QuotaMove) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, zmixin.ID{}} }

// Fields of QuotaMove.
func (QuotaMove) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("cap_id", uuid.UUID{}).Immutable(),
		field.UUID("from_tenant_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the lender; null: what HQ has not given out"),
		field.UUID("to_tenant_id", uuid.UUID{}).Immutable(),
		field.Int64("amount").Immutable().Comment("fen"),
		field.String("reason").Immutable(),
		field.Enum("status").Values("asked", "lent", "moved", "refused", "withdrawn").Default("asked"),
		field.UUID("asked_by", uuid.UUID{}).Immutable(),
		field.Time("asked_at").Default(zmixin.Now).Immutable(),
		field.UUID("lent_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("lent_at").Optional().Nillable().Comment("since then the amount is with neither of the two"),
		field.UUID("decided_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("decided_at").Optional().Nillable(),
		field.String("decision_reason").Default(""),
		field.Int64("version").Default(1),
	}
}

// Indexes of QuotaMove.
func (QuotaMove) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("cap_id", "asked_at"),
		index.Fields("cap_id", "to_tenant_id").Unique().Annotations(entsql.IndexWhere("status = 'asked' OR status = 'lent'")).StorageKey("quota_one_open_move"),
	}
}
