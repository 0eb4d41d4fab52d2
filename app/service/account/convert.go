package account

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	accountv1 "zhuxin/app/api/account/v1"
	"zhuxin/shared/access"
	"zhuxin/shared/directory"
)

func toMe(m directory.Me) *accountv1.Me {
	out := &accountv1.Me{Person: &accountv1.Person{
		Id: m.Person.ID.String(), Email: m.Person.Email, Name: m.Person.Name, EmailVerified: m.Person.EmailVerified,
	}}
	for _, p := range m.Places {
		out.Memberships = append(out.Memberships, toMembership(p))
	}
	if len(m.HQRoles) > 0 {
		out.Hq = &accountv1.HQMembership{Roles: texts(m.HQRoles), Permissions: texts(access.Of(m.HQRoles))}
	}
	if m.Application != nil {
		out.Application = ToApplication(*m.Application)
	}
	return out
}

func toMembership(p directory.Place) *accountv1.Membership {
	out := &accountv1.Membership{
		TenantId: p.Tenant.ID.String(), TenantSlug: p.Tenant.Slug, TenantName: p.Tenant.Name, TenantShortName: p.Tenant.ShortName,
		Currency: string(p.Tenant.Currency), Roles: texts(p.Roles), Permissions: texts(access.Of(p.Roles)), Status: string(p.Tenant.Status),
	}
	switch {
	case p.Status == directory.MemberDisabled:
		out.Status, out.Permissions = string(p.Status), nil
	case p.Tenant.Status == directory.TenantSuspended:
		out.StatusReason = p.Tenant.SuspendedReason
	}
	return out
}

// ToApplication is also what HQ answers.
func ToApplication(a directory.Application) *accountv1.Application {
	out := &accountv1.Application{
		Id: a.ID.String(), Name: a.Name, ShortName: a.ShortName, Uscc: string(a.USCC), ContactName: a.ContactName,
		ContactPhoneMask: a.ContactPhoneMask, Status: string(a.Status), StatusReason: a.StatusReason, TenantSlug: a.TenantSlug,
		CreatedAt: timestamppb.New(a.CreatedAt), DecidedAt: timestamp(a.DecidedAt),
	}
	for _, s := range a.Steps {
		out.Steps = append(out.Steps, &accountv1.Step{Name: string(s.Name), State: string(s.State), At: timestamp(s.At)})
	}
	return out
}

func toOffer(o directory.Offer, now time.Time) *accountv1.InvitationOffer {
	return &accountv1.InvitationOffer{
		TenantName: o.TenantName, Email: o.Email, Roles: texts(o.Roles), InvitedBy: o.InvitedBy,
		ExpiresAt: timestamppb.New(o.ExpiresAt), State: o.State(now),
	}
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
