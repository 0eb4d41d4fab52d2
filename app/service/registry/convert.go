package registry

import (
	"encoding/hex"
	"slices"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "zhuxin/app/api/registry/v1"
	"zhuxin/biz/registry"
)

func stamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}

func idOf(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

func toPicture(p registry.Picture, w registry.Watch) *registryv1.CustomerRegistry {
	out := &registryv1.CustomerRegistry{Uscc: string(w.USCC), LookedAt: stamp(w.LookedAt), NextOn: w.NextOn.String()}
	if c := p.Company; c != nil {
		out.Company = &registryv1.Company{Name: c.Name, FormerNames: c.FormerNames, Status: c.Status, Capital: c.Capital, Type: c.Type,
			Industry: c.Industry, Established: c.Established.String(), Address: c.Address, Dead: registry.Dead(c.Status)}
		out.NameDiffers = registry.PlainName(c.Name) != registry.PlainName(w.Name)
	}
	for _, l := range p.Looks {
		out.Looks = append(out.Looks, &registryv1.Look{Kind: string(l.Kind), Provider: string(l.Provider), Outcome: string(l.Outcome), LookedAt: stamp(l.LookedAt),
			Trouble: string(l.Trouble), TroubleText: l.TroubleText, TriedAt: stamp(l.TriedAt), Digest: hex.EncodeToString(l.Digest), SnapshotId: idOf(l.SnapshotID)})
	}
	for _, f := range p.Findings {
		out.Findings = append(out.Findings, &registryv1.Finding{Id: f.ID.String(), Kind: string(f.Kind), Title: f.Title, Severity: string(f.Severity),
			OccurredOn: f.OccurredOn.String(), Amount: int64(f.Amount), Facts: f.Facts, Active: f.Active, Baseline: f.Baseline,
			FirstSeenAt: timestamppb.New(f.FirstSeenAt), EndedAt: stamp(f.EndedAt), SnapshotId: f.SnapshotID.String()})
	}
	return out
}

func toSettings(s registry.State, err error) (*registryv1.Settings, error) {
	if err != nil {
		return nil, err
	}
	out := &registryv1.Settings{Version: s.Version, Enabled: s.Enabled, DailyBudget: int32(s.DailyBudget), SpentToday: int32(s.SpentToday),
		IntervalDays: map[string]int32{}, Connected: s.Connected(), Own: toAccounts(s.Own), Group: toAccounts(s.Group)}
	for g, n := range s.IntervalDays {
		out.IntervalDays[g] = int32(n)
	}
	return out, nil
}

// toAccounts gives a line for every provider, also for those without an account.
func toAccounts(as []registry.Account) (out []*registryv1.Account) {
	for _, p := range registry.Providers {
		a := registry.Account{Provider: p}
		if i := slices.IndexFunc(as, func(a registry.Account) bool { return a.Provider == p }); i >= 0 {
			a = as[i]
		}
		out = append(out, &registryv1.Account{Provider: string(p), Hint: a.Hint, Enabled: a.Enabled, StoppedReason: string(a.StoppedReason),
			StoppedUntil: stamp(a.StoppedUntil), Version: a.Version})
	}
	return out
}

func toGroup(as []registry.Account, err error) (*registryv1.ListGroupAccountsReply, error) {
	if err != nil {
		return nil, err
	}
	return &registryv1.ListGroupAccountsReply{Accounts: toAccounts(as)}, nil
}

func toTest(p registry.Probed, err error) (*registryv1.TestReply, error) {
	if err != nil {
		return nil, err
	}
	return &registryv1.TestReply{Works: p.Trouble == "", Trouble: string(p.Trouble), Text: p.Text}, nil
}
