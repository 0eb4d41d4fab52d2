package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/ent/mixin"
)

// Tenant is one subsidiary with its own schema and role.
type Tenant struct{ ent.Schema }

// Mixin of Tenant.
func (Tenant) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, mixin.ID{}, mixin.Created{}} }

// Fields of Tenant.
func (Tenant) Fields() []ent.Field {
	return []ent.Field{
		field.String("slug").Unique().Immutable().Comment("in addresses; from the short name at signup, never changed"),
		field.String("name"),
		field.String("short_name"),
		field.String("uscc").Unique().Immutable(),
		field.String("schema_name").Unique().Immutable().Comment("opaque: every role can list schema names"),
		field.Enum("status").Values("active", "suspended").Default("active"),
		field.String("suspended_reason").Default(""),
		field.String("currency").MaxLen(3).Default("CNY").Immutable(),
		field.String("time_zone").Default("Asia/Shanghai"),
	}
}

// SchemaState is the migration state of one schema, taken or still in the pool.
type SchemaState struct{ ent.Schema }

// Mixin of SchemaState.
func (SchemaState) Mixin() []ent.Mixin { return []ent.Mixin{shared{}} }

// Fields of SchemaState.
func (SchemaState) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("schema name"),
		field.Bool("pooled").Comment("prepared and not yet a tenant's"),
		field.String("version").Default("").Comment("last applied migration"),
		field.Enum("status").Values("current", "failed").Default("current"),
		field.String("error").Default(""),
		field.Time("updated_at").Default(mixin.Now).UpdateDefault(mixin.Now),
	}
}

// Indexes of SchemaState.
func (SchemaState) Indexes() []ent.Index {
	return []ent.Index{index.Fields("pooled").Annotations(entsql.IndexWhere("pooled")).StorageKey("schema_state_pool")}
}

// Application is a subsidiary's way from signup to its own schema.
type Application struct{ ent.Schema }

// Mixin of Application.
func (Application) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, mixin.ID{}, mixin.Updated{}} }

// Fields of Application.
func (Application) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("person_id", uuid.UUID{}).Immutable(),
		field.String("name"),
		field.String("short_name"),
		field.String("uscc"),
		field.String("uscc_override_reason").Default(""),
		field.String("contact_name"),
		field.String("contact_phone_mask").Default(""),
		field.Bytes("contact_phone_enc").Optional(),
		field.String("currency").MaxLen(3).Default("CNY"),
		field.UUID("invitation_code_id", uuid.UUID{}).Optional().Nillable(),
		field.Enum("status").Values("submitted", "approved", "provisioning", "active", "rejected", "duplicate", "failed").Default("submitted"),
		field.String("status_reason").Default(""),
		field.UUID("decided_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("decided_at").Optional().Nillable(),
		field.UUID("tenant_id", uuid.UUID{}).Optional().Nillable(),
		field.JSON("steps", json.RawMessage{}).Comment("provisioning steps with state and time, for the progress page"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
	}
}

// Indexes of Application.
func (Application) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("person_id").Unique().Annotations(entsql.IndexWhere("status <> 'active' AND status <> 'rejected' AND status <> 'duplicate'")).StorageKey("application_one_open_per_person"),
		index.Fields("status", "created_at"),
	}
}

// InvitationCode lets an application through without waiting for HQ.
type InvitationCode struct{ ent.Schema }

// Mixin of InvitationCode.
func (InvitationCode) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, mixin.ID{}, mixin.Created{}} }

// Fields of InvitationCode.
func (InvitationCode) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("code_hash").Unique().Immutable(),
		field.String("hint").Immutable().Comment("last four characters"),
		field.String("note").Default(""),
		field.Int("max_uses").Default(1),
		field.Int("uses").Default(0),
		field.Time("expires_at"),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Person is a human being who can log in; the id is his Ory Kratos identity.
type Person struct{ ent.Schema }

// Mixin of Person.
func (Person) Mixin() []ent.Mixin { return []ent.Mixin{shared{}} }

// Fields of Person.
func (Person) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable(),
		field.String("email").Unique().Comment("lower case, as Ory Kratos has it"),
		field.Bool("email_verified").Default(false).Comment("as Ory Kratos said at the last session seen"),
		field.String("name"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.Time("updated_at").Default(mixin.Now).UpdateDefault(mixin.Now),
	}
}

// Membership gives a person roles in a tenant, or at HQ (tenant_id null).
type Membership struct{ ent.Schema }

// Mixin of Membership.
func (Membership) Mixin() []ent.Mixin {
	return []ent.Mixin{shared{}, mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of Membership.
func (Membership) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("person_id", uuid.UUID{}).Immutable(),
		field.UUID("tenant_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.JSON("roles", []string{}),
		field.Enum("status").Values("active", "disabled").Default("active"),
		field.UUID("superior_id", uuid.UUID{}).Optional().Nillable().Comment("person who is above him in this tenant, for approvals"),
	}
}

// Indexes of Membership.
func (Membership) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("person_id", "tenant_id").Unique(),
		index.Fields("person_id").Unique().Annotations(entsql.IndexWhere("tenant_id IS NULL")).StorageKey("membership_one_hq"),
		index.Fields("tenant_id"),
	}
}

// Invitation asks a person by e-mail to join a tenant or HQ.
type Invitation struct{ ent.Schema }

// Mixin of Invitation.
func (Invitation) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, mixin.ID{}, mixin.Created{}} }

// Fields of Invitation.
func (Invitation) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("tenant_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.String("email").Immutable(),
		field.String("name").Immutable(),
		field.JSON("roles", []string{}).Immutable(),
		field.Bytes("token_hash").Unique().Optional().Comment("SHA-256 of the link's token; made when the mail is sent, null before"),
		field.Time("sent_at").Optional().Nillable().Comment("when the mail server took the mail"),
		field.Time("expires_at").Immutable(),
		field.Time("accepted_at").Optional().Nillable(),
		field.UUID("accepted_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Indexes of Invitation.
func (Invitation) Indexes() []ent.Index { return []ent.Index{index.Fields("tenant_id", "email")} }

// APIKey lets an ERP in, bound to one tenant.
type APIKey struct{ ent.Schema }

// Mixin of APIKey.
func (APIKey) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, mixin.ID{}, mixin.Created{}} }

// Fields of APIKey.
func (APIKey) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("tenant_id", uuid.UUID{}).Immutable(),
		field.String("name"),
		field.Bytes("key_hash").Unique().Immutable().Comment("SHA-256 of 32 random bytes; the key itself is shown once"),
		field.String("hint").Immutable().Comment("first characters, to recognise it by"),
		field.JSON("scopes", []string{}).Immutable(),
		field.Time("expires_at").Immutable(),
		field.Time("revoked_at").Optional().Nillable(),
		field.Time("last_used_at").Optional().Nillable().Comment("kept to the minute"),
	}
}

// Indexes of APIKey.
func (APIKey) Indexes() []ent.Index { return []ent.Index{index.Fields("tenant_id")} }
