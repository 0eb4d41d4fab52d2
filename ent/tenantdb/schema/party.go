package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	entschema "entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/ent/mixin"
)

// Owner is the real client behind the contractor, linked at projects (000-43, 44;
// ruling 9).
type Owner struct{ ent.Schema }

// Mixin of Owner.
func (Owner) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}} }

// Fields of Owner.
func (Owner) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		field.String("uscc").Optional().Nillable().Unique(),
		field.Enum("kind").Values("company", "government", "other").Default("company"),
		field.String("legal_representative").Default(""),
		field.String("contact_name").Default(""),
		field.Bytes("contact_phone_enc").Optional(),
		field.String("contact_phone_mask").Default(""),
		field.String("address").Default(""),
		field.String("remark").Default(""),
	}
}

// Indexes of Owner: a name is unique among those whose code is unknown.
func (Owner) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("name").Unique().Annotations(entsql.IndexWhere("uscc IS NULL")).StorageKey("owner_name_uncoded"),
		index.Fields("updated_at"),
	}
}

// ProjectContact is a person at a construction site (000-33).
type ProjectContact struct{ ent.Schema }

// Mixin of ProjectContact.
func (ProjectContact) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}} }

// Fields of ProjectContact.
func (ProjectContact) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("project_id", uuid.UUID{}).Immutable(),
		field.String("name"),
		field.String("role").Default("").Comment("what he does there: site manager, buyer, surveyor"),
		field.Bytes("phone_enc").Optional(),
		field.String("phone_mask").Default(""),
	}
}

// Indexes of ProjectContact.
func (ProjectContact) Indexes() []ent.Index { return []ent.Index{index.Fields("project_id")} }

// FormDraft is what a person has typed into a form and not sent yet; encrypted,
// because it holds personal fields in plain.
type FormDraft struct{ ent.Schema }

// Fields of FormDraft.
func (FormDraft) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("person_id", uuid.UUID{}).Immutable(),
		field.String("form").Immutable().Comment("which form, and the object it changes: customer.new"),
		field.Bytes("content_enc"),
		field.Time("updated_at").Default(mixin.Now).UpdateDefault(mixin.Now),
	}
}

// Indexes of FormDraft.
func (FormDraft) Indexes() []ent.Index {
	return []ent.Index{index.Fields("person_id", "form").Unique()}
}

// CustomerChange is a change of what a customer legally is, or of a group of
// customers and its shared limit, that waits for or has got its approval.
type CustomerChange struct{ ent.Schema }

// Mixin of CustomerChange.
func (CustomerChange) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of CustomerChange.
func (CustomerChange) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("subject").Values("customer", "group").Immutable(),
		field.UUID("subject_id", uuid.UUID{}).Immutable().Comment("the customer, or the group"),
		field.JSON("before", json.RawMessage{}).Immutable().Comment("personal fields as masks"),
		field.JSON("after", json.RawMessage{}).Immutable(),
		field.Bytes("sealed").Optional().Immutable().Comment("new ID number of the legal representative, sealed for the customer's column"),
		field.String("reason").Immutable(),
		field.Enum("status").Values("submitted", "applied", "rejected", "returned", "withdrawn").Default("submitted"),
	}
}

// Indexes of CustomerChange: one open change of a subject at a time.
func (CustomerChange) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("subject_id").Unique().Annotations(entsql.IndexWhere("status = 'submitted'")).StorageKey("customer_change_one_open"),
		index.Fields("subject_id", "created_at"),
	}
}

// CustomerGroup is customers that share one limit: a parent with its children, or
// companies of one controller.
type CustomerGroup struct{ ent.Schema }

// Mixin of CustomerGroup.
func (CustomerGroup) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of CustomerGroup.
func (CustomerGroup) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Unique(),
		field.UUID("parent_id", uuid.UUID{}).Optional().Nillable().Comment("the parent among the members"),
		field.Enum("limit_kind").Values("none", "amount", "unlimited").Default("unlimited").Comment("ruling 14; unlimited: each member's own limit alone binds"),
		field.Int64("limit_amount").Default(0).Comment("fen that all members may use together"),
		field.Enum("status").Values("active", "dissolved").Default("active"),
	}
}

// Annotations of CustomerGroup.
func (CustomerGroup) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Checks: map[string]string{"customer_group_limit": "limit_amount >= 0"}}}
}

// Edges of CustomerGroup.
func (CustomerGroup) Edges() []ent.Edge {
	return []ent.Edge{edge.To("members", CustomerGroupMember.Type)}
}

// CustomerGroupMember puts a customer into a group; he is in one at most.
type CustomerGroupMember struct{ ent.Schema }

// Fields of CustomerGroupMember.
func (CustomerGroupMember) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable().Comment("the customer's id"),
		field.UUID("group_id", uuid.UUID{}),
		field.Time("created_at").Default(mixin.Now).Immutable(),
	}
}

// Edges of CustomerGroupMember.
func (CustomerGroupMember) Edges() []ent.Edge {
	return []ent.Edge{edge.From("group", CustomerGroup.Type).Ref("members").Field("group_id").Unique().Required()}
}

// Indexes of CustomerGroupMember.
func (CustomerGroupMember) Indexes() []ent.Index { return []ent.Index{index.Fields("group_id")} }

// Party is a node of the graph of related parties: a company by its code, or a
// natural person, who is never more than a name, a mask and a keyed fingerprint of
// his ID number (ruling 12).
type Party struct{ ent.Schema }

// Mixin of Party.
func (Party) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}} }

// Fields of Party.
func (Party) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").Values("company", "person").Immutable(),
		field.String("name"),
		field.String("uscc").Optional().Nillable().Unique().Immutable().Comment("of a company"),
		field.Bytes("fingerprint").Optional().Unique().Immutable().Comment("of a person: HMAC of the ID number under the tenant's key"),
		field.Bytes("group_print").Optional().Unique().Comment("of a person: HMAC of the ID number under the group's key, by which subsidiaries know the same person"),
		field.String("id_mask").Default(""),
	}
}

// Annotations of Party.
func (Party) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Table: "parties", Checks: map[string]string{
		"party_code": "(kind = 'company') = (uscc IS NOT NULL)",
	}}}
}

// PartyRelation says what one party is of another: from_id is the legal
// representative, a shareholder, the controller, an owner in common or the parent
// of to_id.
type PartyRelation struct{ ent.Schema }

// Mixin of PartyRelation.
func (PartyRelation) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of PartyRelation.
func (PartyRelation) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("from_id", uuid.UUID{}).Immutable(),
		field.UUID("to_id", uuid.UUID{}).Immutable(),
		field.Enum("kind").Values("legal_representative", "shareholder", "controller", "same_owner", "parent").Immutable(),
		field.Int("share").Default(0).Comment("basis points, of a shareholder"),
		field.Enum("source").Values("manual", "customer", "registry").Immutable(),
		field.String("source_note").Default("").Comment("what it is taken from: a document's number, a registry's record"),
		mixin.OptionalDate("valid_from"),
		mixin.OptionalDate("valid_through"),
	}
}

// Indexes of PartyRelation.
func (PartyRelation) Indexes() []ent.Index {
	return []ent.Index{index.Fields("from_id"), index.Fields("to_id")}
}

// Annotations of PartyRelation.
func (PartyRelation) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Checks: map[string]string{
		"party_relation_share": "share >= 0 AND share <= 10000",
		"party_relation_other": "from_id <> to_id",
	}}}
}

// RelatedReach is a company that a customer is connected with, and the nearest way
// to it: made out of the relations, so that an order check need not walk them.
type RelatedReach struct{ ent.Schema }

// Mixin of RelatedReach.
func (RelatedReach) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}} }

// Fields of RelatedReach.
func (RelatedReach) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.String("uscc").Immutable(),
		field.String("company_name"),
		field.Int("depth").Comment("steps, 1 to 4"),
		field.JSON("path", json.RawMessage{}).Comment("parties and relations from the customer on; persons masked"),
	}
}

// Indexes of RelatedReach.
func (RelatedReach) Indexes() []ent.Index {
	return []ent.Index{index.Fields("customer_id", "uscc").Unique(), index.Fields("uscc")}
}

// Annotations of RelatedReach.
func (RelatedReach) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Table: "related_reach", Checks: map[string]string{
		"related_reach_depth": "depth >= 1 AND depth <= 4",
	}}}
}
