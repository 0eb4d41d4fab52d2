package hq

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	hqv1 "zhuxin/app/api/hq/v1"
	"zhuxin/app/service/account"
	"zhuxin/shared/directory"
)

func toApplicationRow(a directory.ApplicationRow) *hqv1.ApplicationRow {
	return &hqv1.ApplicationRow{
		Application: account.ToApplication(a.Application), ApplicantName: a.ApplicantName, ApplicantEmail: a.ApplicantEmail,
		UsccOverrideReason: a.USCCOverrideReason, ByInvitationCode: a.InvitationCodeID != nil,
	}
}

func toCode(c directory.InvitationCode, now time.Time) *hqv1.InvitationCode {
	return &hqv1.InvitationCode{Id: c.ID.String(), Hint: c.Hint, Note: c.Note, MaxUses: int32(c.MaxUses), Uses: int32(c.Uses),
		ExpiresAt: timestamppb.New(c.ExpiresAt), State: c.State(now)}
}

func toTenant(t directory.Tenant) *hqv1.Tenant {
	status := t.SchemaStatus
	if t.Outdated && status == "current" {
		status = "outdated"
	}
	return &hqv1.Tenant{Id: t.ID.String(), Slug: t.Slug, Name: t.Name, ShortName: t.ShortName, Uscc: string(t.USCC),
		Status: string(t.Status), SuspendedReason: t.SuspendedReason, Currency: string(t.Currency),
		SchemaVersion: t.SchemaVersion, SchemaStatus: status, CreatedAt: timestamppb.New(t.CreatedAt)}
}
