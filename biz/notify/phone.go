package notify

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
)

// staffTemplate is the SMS wording for the tenant's own people. Its values are, in
// their order, title, text and count.
const staffTemplate = "staff.notice"

// brief is news as the values of the wording: what an SMS has room for.
func brief(title string, items []Item) []Param {
	return []Param{{"title", title}, {"text", items[0].Line}, {"count", strconv.Itoa(len(items))}}
}

// textChannel gives the channel over which the tenant's people get SMS: the first that
// is on and has the wording registered. Empty without one.
func (s *Service) textChannel(ctx context.Context, accounts []AccountState) (ChannelKind, error) {
	for _, a := range accounts {
		if !a.Enabled || !a.Kind.SMS() || s.Makers[a.Kind] == nil {
			continue
		}
		credential, err := s.Repo.Credential(ctx, a.Kind)
		if err != nil {
			return "", err
		}
		if strings.TrimSpace(credential["template."+staffTemplate]) != "" {
			return a.Kind, nil
		}
	}
	return "", nil
}

// texting gives the channel for SMS to people and who of them has a phone; nobody where
// none of them wants SMS of the kind.
func (s *Service) texting(ctx context.Context, k Kind, people []uuid.UUID, wants map[uuid.UUID][]Preference, accounts []AccountState) (ChannelKind, map[uuid.UUID]string, error) {
	if !slices.ContainsFunc(people, func(p uuid.UUID) bool { return s.wanted(wants[p], k).SMS }) {
		return "", nil, nil
	}
	channel, err := s.textChannel(ctx, accounts)
	if err != nil || channel == "" {
		return "", nil, err
	}
	phones, err := s.Repo.Phones(ctx, people)
	return channel, phones, err
}

// Phone is where a person gets SMS, masked, and whether the tenant can send any.
type Phone struct {
	Masked string // empty: none is known
	Ready  bool   // a channel is on and has the wording for people
}

// Phone gives the caller's.
func (s *Service) Phone(ctx context.Context) (out Phone, err error) {
	a, err := access.Require(ctx, access.WorkbenchRead)
	if err != nil {
		return out, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		phones, err := s.Repo.Phones(ctx, []uuid.UUID{a.ID})
		if err != nil {
			return err
		}
		accounts, err := s.Repo.Accounts(ctx)
		if err != nil {
			return err
		}
		channel, err := s.textChannel(ctx, accounts)
		out = Phone{Masked: phones[a.ID], Ready: channel != ""}
		return err
	})
	return out, err
}

// SetPhone keeps the caller's own number for SMS; an empty one forgets it.
func (s *Service) SetPhone(ctx context.Context, phone string) (Phone, error) {
	a, err := access.Require(ctx, access.WorkbenchRead)
	if err != nil {
		return Phone{}, err
	}
	phone = strings.NewReplacer(" ", "", "-", "").Replace(phone)
	var c fault.Checks
	c.Require(phone == "" || phoneForm.MatchString(phone), "phone", "BAD_FORM", "a mobile number of 11 digits, or with + and its country code")
	c.Require(a.Kind == access.KindPerson, "phone", "PERSON_ONLY", "only a person has a phone")
	if err := c.Err(); err != nil {
		return Phone{}, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.Repo.SavePhone(ctx, a.ID, phone, s.Clock.Now()); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "notify_phone.saved", ObjectType: "notify_phone", ObjectID: a.ID.String(), After: map[string]any{"set": phone != ""}})
	})
	if err != nil {
		return Phone{}, err
	}
	return s.Phone(ctx)
}
