package schedule

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

// Candidate is a member with what keeps him from getting a report; empty: nothing.
type Candidate struct {
	Member
	Why string
}

// Candidates gives all members, for the form of a schedule that the caller owns.
func (s *Service) Candidates(ctx context.Context, spec Spec) (out []Candidate, err error) {
	actor, err := access.Require(ctx, s.Read)
	if err != nil {
		return nil, err
	}
	kind, err := s.kind(spec.Report)
	if err != nil {
		return nil, err
	}
	if err := s.Reports.Check(ctx, spec); err != nil {
		return nil, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		all, err := s.Repo.Members(ctx)
		out = nil
		for _, m := range all {
			if m.Active {
				out = append(out, Candidate{m, s.why(m, kind, spec, actor.ID)})
			}
		}
		return err
	})
	return out, err
}

func (s *Service) kind(name string) (Kind, error) {
	kinds := s.Reports.Kinds()
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		var c fault.Checks
		c.Add("report", "UNKNOWN", "choose one of the reports that can be sent")
		return Kind{}, c.Err()
	}
	return kinds[i], nil
}

// why says what keeps a member from a report. Whoever sees his own customers only gets
// what he asked for himself, or what is cut down to his own.
func (s *Service) why(m Member, k Kind, spec Spec, owner uuid.UUID) string {
	a := m.actor(uuid.Nil, "")
	switch {
	case !m.Active:
		return WhyGone
	case !a.Can(k.Permission):
		return WhyPermission
	case s.Scoped && a.OwnCustomersOnly() && m.ID != owner && spec.SalespersonID != m.ID:
		return WhyScope
	}
	return ""
}

// admit wants every recipient to be one who may have the report now.
func (s *Service) admit(ctx context.Context, x Schedule) error {
	kind, err := s.kind(x.Spec.Report)
	if err != nil {
		return err
	}
	all, err := s.Repo.Members(ctx)
	if err != nil {
		return err
	}
	var c fault.Checks
	for _, id := range x.Recipients {
		i := slices.IndexFunc(all, func(m Member) bool { return m.ID == id && m.Active })
		if i < 0 {
			c.Add("recipients", "UNKNOWN_PERSON", "recipients are active members; somebody here is not")
			continue
		}
		switch s.why(all[i], kind, x.Spec, x.OwnerID) {
		case WhyPermission:
			c.Add("recipients", "NO_PERMISSION", all[i].Name+" may not read this report")
		case WhyScope:
			c.Add("recipients", "OTHER_CUSTOMERS", all[i].Name+" sees his own customers only; cut the report down to them")
		}
	}
	return c.Err()
}
