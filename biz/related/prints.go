package related

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"

	"github.com/google/uuid"

	"zhuxin/shared/personal"
	"zhuxin/shared/tenant"
)

// Prints are fingerprints of an ID number: under the subsidiary's key, by which it
// knows the person among its own parties, and under the group's, by which the
// subsidiaries mean the same person.
type Prints struct{ Own, Group []byte }

// Fingerprinter makes keyed fingerprints of an ID number: the same number gives the
// same bytes, and nobody without the keys can try numbers.
type Fingerprinter interface {
	Fingerprint(ctx context.Context, plain string) (Prints, error)
}

// HashPrints makes fingerprints with two secrets of the program: one with the
// tenant's id, so that equal numbers of two tenants differ, and one without.
type HashPrints struct{ Secret, Group []byte }

// Fingerprint implements Fingerprinter.
func (h HashPrints) Fingerprint(ctx context.Context, plain string) (Prints, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return Prints{}, err
	}
	own, group := hmac.New(sha256.New, h.Secret), hmac.New(sha256.New, h.Group)
	own.Write(t.ID[:])
	own.Write([]byte(plain))
	group.Write([]byte(plain))
	return Prints{Own: own.Sum(nil), Group: group.Sum(nil)}, nil
}

func (s *Service) person(ctx context.Context, name, idNumber string, by *uuid.UUID) (Party, error) {
	var prints Prints
	if idNumber != "" {
		var err error
		if prints, err = s.prints.Fingerprint(ctx, idNumber); err != nil {
			return Party{}, err
		}
	}
	return s.repo.Person(ctx, name, prints, personal.MaskID(idNumber), by)
}
