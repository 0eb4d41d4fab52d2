package related

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/reach"
	"zhuxin/shared/tenant"
)

// Follow brings the relations in line with customers' master data, inside the
// transaction that wrote them: who represents each, where his ID number is known, and
// by the code that the customer has now, what he reaches. It asks nobody for permission.
func (s *Service) Follow(ctx context.Context, customerIDs ...uuid.UUID) error {
	masters, err := s.repo.Masters(ctx, customerIDs)
	if err != nil {
		return err
	}
	for _, m := range masters {
		if err := s.follow(ctx, m); err != nil {
			return err
		}
	}
	_, err = s.keeper.Rebuild(ctx, customerIDs...)
	return err
}

// Left ends what was known from a customer's master data of the company that he
// turned out not to be.
func (s *Service) Left(ctx context.Context, uscc string) error {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return err
	}
	old, ok, err := s.repo.FromMaster(ctx, uscc)
	if err != nil || !ok {
		return err
	}
	return s.end(ctx, old, today.AddDays(-1))
}

func (s *Service) follow(ctx context.Context, m Master) error {
	if m.USCC == "" {
		return nil
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return err
	}
	old, known, err := s.repo.FromMaster(ctx, m.USCC)
	if err != nil {
		return err
	}
	number := ""
	if len(m.SealedID) > 0 {
		if number, err = s.cipher.Open(ctx, "customers", "legal_representative_id_enc", m.CustomerID, m.SealedID); err != nil {
			return err
		}
	}
	if number == "" || m.Representative == "" {
		if known {
			return s.end(ctx, old, today.AddDays(-1))
		}
		return nil // a name alone is many people's
	}
	company, err := s.repo.Company(ctx, m.USCC, m.Name, nil)
	if err != nil {
		return err
	}
	person, err := s.person(ctx, m.Representative, number, nil)
	if err != nil || known && old.From == person.ID {
		return err
	}
	r := Relation{ID: uuid.Must(uuid.NewV7()), From: person.ID, To: company.ID, Kind: reach.LegalRepresentative, Source: SourceCustomer, CreatedAt: s.clock.Now(), Version: 1}
	if known {
		if err := s.end(ctx, old, today.AddDays(-1)); err != nil {
			return err
		}
		r.ValidFrom = today
	}
	if err := s.repo.Insert(ctx, r, nil); err != nil {
		return err
	}
	err = s.audit.Record(ctx, audit.Entry{Action: "relation.added", ObjectType: "relation", ObjectID: r.ID.String(), After: map[string]any{
		"customer_id": m.CustomerID, "kind": r.Kind, "other": person.Name, "other_id": person.IDMask, "source": r.Source, "valid_from": r.ValidFrom.String()}})
	if err != nil {
		return err
	}
	return s.keeper.Touched(ctx, []reach.Key{company.Key, person.Key}, company.ID, person.ID)
}

// end lets a relation hold through a day; what was reached over it is found anew.
func (s *Service) end(ctx context.Context, r Relation, through calendar.Date) error {
	ends, err := s.repo.Parties(ctx, r.From, r.To)
	if err != nil {
		return err
	}
	if err := s.repo.End(ctx, r.ID, through, s.clock.Now(), r.Version+1); err != nil {
		return err
	}
	err = s.audit.Record(ctx, audit.Entry{Action: "relation.ended", ObjectType: "relation", ObjectID: r.ID.String(), After: map[string]any{"valid_through": through.String()}})
	if err != nil {
		return err
	}
	var keys []reach.Key
	for _, p := range ends {
		keys = append(keys, p.Key)
	}
	return s.keeper.Touched(ctx, keys, r.From, r.To)
}

// followAtOnce bounds how many customers one transaction follows.
const followAtOnce = 200

// Daily follows what no change of a customer has: relations that begin or end with
// the day, and customers whose representative was known before relations were.
func (s *Service) Daily(ctx context.Context, _ calendar.Date) (n int64, err error) {
	for {
		var behind []uuid.UUID
		err := s.tx.InTx(ctx, func(ctx context.Context) (err error) {
			if behind, err = s.repo.Unfollowed(ctx, followAtOnce); err != nil || len(behind) == 0 {
				return err
			}
			return s.Follow(ctx, behind...)
		})
		if err != nil {
			return n, err
		}
		if n += int64(len(behind)); len(behind) < followAtOnce {
			break
		}
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		changed, err := s.keeper.Rebuild(ctx)
		n += changed
		return err
	})
	return n, err
}
