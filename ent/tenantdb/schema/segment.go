package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"zhuxin/ent/mixin"
)

// Segment is a group of customers that the subsidiary cuts out by conditions over
// several dimensions (003-106). Who is in it is never stored.
type Segment struct{ ent.Schema }

// Mixin of Segment.
func (Segment) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of Segment.
func (Segment) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Unique(),
		field.String("description").Default(""),
		field.JSON("conditions", json.RawMessage{}).Comment("biz/segment.Condition, all of which a customer meets"),
	}
}

// SegmentDimension is what the subsidiary adds to the dimensions that there are: a
// label of its own with its values, or its own bands of a measured one.
type SegmentDimension struct{ ent.Schema }

// Mixin of SegmentDimension.
func (SegmentDimension) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Updated{}} }

// Fields of SegmentDimension.
func (SegmentDimension) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").Unique().Immutable().Comment("of a label, or the measured dimension whose bands these are"),
		field.String("name").Default("").Comment("of a label"),
		field.JSON("choices", json.RawMessage{}).Comment("of a label: code and name of each value"),
		field.JSON("cuts", json.RawMessage{}).Comment("of a measured dimension: where its bands begin, rising"),
	}
}
