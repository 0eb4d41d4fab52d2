package member

import (
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	memberv1 "zhuxin/app/api/member/v1"
	"zhuxin/shared/access"
	"zhuxin/shared/directory"
)

// ToRoster, ToMember, ToInvitation, FromInvite and FromUpdate also serve the
// routes of HQ's own members, which have the same messages.
func ToRoster(r directory.Roster, now time.Time) *memberv1.ListMembersReply {
	out := &memberv1.ListMembersReply{}
	for _, m := range r.Members {
		out.Members = append(out.Members, ToMember(m))
	}
	for _, i := range r.Invitations {
		out.Invitations = append(out.Invitations, ToInvitation(i, now))
	}
	return out
}

// ToMember converts a member.
func ToMember(m directory.Member) *memberv1.Member {
	out := &memberv1.Member{Id: m.ID.String(), PersonId: m.PersonID.String(), Name: m.Name, Email: m.Email,
		Roles: texts(m.Roles), Status: string(m.Status), CreatedAt: timestamppb.New(m.CreatedAt), Version: m.Version}
	if m.Superior != nil {
		out.SuperiorId = m.Superior.String()
	}
	return out
}

// ToInvitation converts an invitation with its state at now.
func ToInvitation(i directory.Invitation, now time.Time) *memberv1.Invitation {
	return &memberv1.Invitation{Id: i.ID.String(), Email: i.Email, Name: i.Name, Roles: texts(i.Roles), State: i.State(now),
		CreatedAt: timestamppb.New(i.CreatedAt), ExpiresAt: timestamppb.New(i.ExpiresAt), SentAt: timestamp(i.SentAt)}
}

// FromInvite converts an invitation's input.
func FromInvite(r *memberv1.InviteMemberRequest) directory.InviteInput {
	return directory.InviteInput{Email: r.GetEmail(), Name: r.GetName(), Roles: values[access.Role](r.GetRoles())}
}

// FromUpdate converts a member's change; an id that cannot be is nobody's.
func FromUpdate(r *memberv1.UpdateMemberRequest) (directory.UpdateMemberInput, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return directory.UpdateMemberInput{}, directory.ErrMemberNotFound
	}
	in := directory.UpdateMemberInput{ID: id, Roles: values[access.Role](r.GetRoles()),
		Status: directory.MemberStatus(r.GetStatus()), Version: r.GetVersion()}
	if r.SuperiorId != nil {
		// What is no id is nobody's: the check of the superior says so.
		superior, err := uuid.Parse(r.GetSuperiorId())
		if r.GetSuperiorId() != "" && (err != nil || superior == uuid.Nil) {
			superior = uuid.Max
		}
		in.Superior = &superior
	}
	return in, nil
}

func toKey(k directory.APIKey, now time.Time) *memberv1.APIKey {
	return &memberv1.APIKey{Id: k.ID.String(), Name: k.Name, Hint: k.Hint, Scopes: texts(k.Scopes), State: k.State(now),
		CreatedAt: timestamppb.New(k.CreatedAt), ExpiresAt: timestamppb.New(k.ExpiresAt),
		RevokedAt: timestamp(k.RevokedAt), LastUsedAt: timestamp(k.LastUsedAt)}
}

func timestamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}

func texts[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i, v := range in {
		out[i] = string(v)
	}
	return out
}

func values[T ~string](in []string) []T {
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = T(v)
	}
	return out
}
