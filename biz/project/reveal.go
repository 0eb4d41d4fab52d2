package project

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
)

// RevealContact gives the phone of a person at the site in plain to who may see it and
// says why; the look is written down before it is given. Empty when none is stored.
// Faults: INVALID_INPUT, PROJECT_NOT_FOUND, CONTACT_NOT_FOUND.
func (s *Service) RevealContact(ctx context.Context, project, contact uuid.UUID, reason string) (string, error) {
	return s.reveal(ctx, reason, func(ctx context.Context, actor access.Actor) (plain string, e audit.Entry, err error) {
		if _, err := s.repo.Get(ctx, project, customer.OnlyOf(actor)); err != nil {
			return "", e, err
		}
		sealed, err := s.repo.SealedPhone(ctx, project, contact)
		if err != nil {
			return "", e, err
		}
		plain, err = s.cipher.Open(ctx, "project_contacts", "phone_enc", contact, sealed)
		return plain, audit.Entry{Action: "project.contact_revealed", ObjectType: "project", ObjectID: project.String(), After: map[string]any{"contact_id": contact}}, err
	})
}

// RevealOwner does the same for the contact of a project owner. Faults: INVALID_INPUT,
// OWNER_NOT_FOUND.
func (s *Service) RevealOwner(ctx context.Context, id uuid.UUID, reason string) (string, error) {
	return s.reveal(ctx, reason, func(ctx context.Context, _ access.Actor) (plain string, e audit.Entry, err error) {
		sealed, err := s.repo.SealedOwnerPhone(ctx, id)
		if err != nil {
			return "", e, err
		}
		plain, err = s.cipher.Open(ctx, "owners", "contact_phone_enc", id, sealed)
		return plain, audit.Entry{Action: "owner.revealed", ObjectType: "owner", ObjectID: id.String(), After: map[string]any{"field": "contact_phone"}}, err
	})
}

func (s *Service) reveal(ctx context.Context, reason string, open func(context.Context, access.Actor) (string, audit.Entry, error)) (plain string, err error) {
	actor, err := access.Require(ctx, access.PersonalReveal)
	if err != nil {
		return "", err
	}
	reason = strings.TrimSpace(reason)
	var c fault.Checks
	n := utf8.RuneCountInString(reason)
	c.Require(n >= 2 && n <= 200 && utf8.ValidString(reason), "reason", "LENGTH", "say why, in 2 to 200 characters")
	if err := c.Err(); err != nil {
		return "", err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		shown, entry, err := open(ctx, actor)
		if err != nil {
			return err
		}
		entry.After.(map[string]any)["reason"] = reason
		plain = shown
		return s.audit.Record(ctx, entry)
	})
	if err != nil {
		return "", err
	}
	return plain, nil
}
