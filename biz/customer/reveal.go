package customer

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
)

// RevealInput asks for a personal field in plain.
type RevealInput struct {
	ID     uuid.UUID
	Field  string // contact_phone, contact_email, legal_representative_id, bank_account
	Reason string
}

// revealed are the sealed columns behind the fields.
var revealed = map[string]string{"contact_phone": "contact_phone_enc", "contact_email": "contact_email_enc", "legal_representative_id": "legal_representative_id_enc", "bank_account": "bank_account_enc"}

// Reveal gives a personal field in plain to who may see it and says why; the look
// is written down before it is given. Empty when nothing is stored.
func (s *Service) Reveal(ctx context.Context, in RevealInput) (plain string, err error) {
	actor, err := access.Require(ctx, access.PersonalReveal)
	if err != nil {
		return "", err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	column, known := revealed[in.Field]
	var c fault.Checks
	c.Require(known, "field", "UNKNOWN", "contact_phone, contact_email, legal_representative_id or bank_account")
	text(&c, "reason", &in.Reason, 2, 200)
	if err := c.Err(); err != nil {
		return "", err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.repo.Brief(ctx, in.ID, OnlyOf(actor)); err != nil {
			return err
		}
		sealed, err := s.repo.SealedField(ctx, in.ID, column)
		if err != nil {
			return err
		}
		if plain, err = s.cipher.Open(ctx, "customers", column, in.ID, sealed); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "customer.revealed", ObjectType: "customer", ObjectID: in.ID.String(),
			After: map[string]any{"field": in.Field, "reason": in.Reason}})
	})
	if err != nil {
		return "", err
	}
	return plain, nil
}
