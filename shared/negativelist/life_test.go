package negativelist_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/negativelist"
)

var (
	today  = calendar.NewDate(2026, 11, 20)
	lister = uuid.MustParse("00000000-0000-0000-0000-00000000000a") // the subsidiary that proposed
	hand   = uuid.MustParse("00000000-0000-0000-0000-0000000000ab") // its person who did
	asker  = uuid.MustParse("00000000-0000-0000-0000-0000000000ac") // its person who objected, or asked
	knows  = uuid.New()                                             // a subsidiary that has the company as a customer
	other  = uuid.New()                                             // one that has not
	claim  = uuid.New()
)

func judgement() negativelist.Judgement {
	return negativelist.Judgement{Version: 3, Severity: negativelist.Serious, ReviewOn: today.AddDays(90), Note: "核实"}
}

// steps are all that anybody can do.
var steps = map[string]func(ctx context.Context, s *negativelist.Service) error{
	"propose": func(ctx context.Context, s *negativelist.Service) error { _, err := s.Check(ctx, input()); return err },
	"withdraw": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.Withdraw(ctx, claim, "弄错了")
		return err
	},
	"object": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.Object(ctx, negativelist.ClaimInput{Text: "并没有拖欠"})
		return err
	},
	"repair": repair,
	"ask": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.AskExemption(ctx, exemption())
		return err
	},
	"take back": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.WithdrawExemption(ctx, claim)
		return err
	},
	"look": func(ctx context.Context, s *negativelist.Service) error { _, err := s.OwnCase(ctx, claim); return err },
	"browse": func(ctx context.Context, s *negativelist.Service) error {
		_, _, err := s.Browse(ctx, "", negativelist.Query{})
		return err
	},
	"exemptions": func(ctx context.Context, s *negativelist.Service) error {
		_, _, err := s.Exemptions(ctx, negativelist.ExemptionQuery{})
		return err
	},
	"publish": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.Publish(ctx, claim, judgement())
		return err
	},
	"refuse": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.Refuse(ctx, claim, 3, "证据不足")
		return err
	},
	"reassess": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.Reassess(ctx, claim, judgement())
		return err
	},
	"remove": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.Remove(ctx, claim, "已付清")
		return err
	},
	"answer":      func(ctx context.Context, s *negativelist.Service) error { return answer(ctx, s, false) },
	"answer, off": func(ctx context.Context, s *negativelist.Service) error { return answer(ctx, s, true) },
	"grant": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.DecideExemption(ctx, negativelist.ExemptionDecision{ID: claim, Version: 2, Grant: true})
		return err
	},
	"deny": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.DecideExemption(ctx, negativelist.ExemptionDecision{ID: claim, Version: 2, Reason: "不必"})
		return err
	},
	"revoke": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.RevokeExemption(ctx, claim, "不再需要")
		return err
	},
	"group": func(ctx context.Context, s *negativelist.Service) error {
		_, _, err := s.BrowseGroup(ctx, "", negativelist.Query{})
		return err
	},
	"case": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.GroupCase(ctx, claim)
		return err
	},
	"evidence": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.EvidenceOf(ctx, claim, paper)
		return err
	},
	"counts": func(ctx context.Context, s *negativelist.Service) error { _, err := s.Counts(ctx); return err },
	"all requests": func(ctx context.Context, s *negativelist.Service) error {
		_, _, err := s.GroupExemptions(ctx, negativelist.ExemptionQuery{})
		return err
	},
	"policy": func(ctx context.Context, s *negativelist.Service) error { _, err := s.Policy(ctx); return err },
	"set policy": func(ctx context.Context, s *negativelist.Service) error {
		_, err := s.SetPolicy(ctx, negativelist.PolicyInput{Seen: 1, Action: negativelist.Warn})
		return err
	},
}

func repair(ctx context.Context, s *negativelist.Service) error {
	_, err := s.ReportRepair(ctx, negativelist.ClaimInput{Text: "已付清货款", Amount: 5, PaidOn: today, EvidenceIDs: []uuid.UUID{paper}})
	return err
}

func answer(ctx context.Context, s *negativelist.Service, remove bool) error {
	_, err := s.Answer(ctx, negativelist.AnswerInput{ClaimID: claim, Accept: true, Remove: remove, Answer: "属实"})
	return err
}

func exemption() negativelist.ExemptionInput {
	return negativelist.ExemptionInput{CustomerID: knows, Reason: "工程已浇筑一半", EndsOn: today.AddDays(5)}
}

// store is a listing in a state, with a claim that waits and a request in a state.
func store(status negativelist.Status, asked negativelist.ExemptionStatus) *repo {
	return &repo{
		entry:     negativelist.Entry{ID: claim, USCC: "U", TenantID: lister, ListedBy: hand, Status: status, Version: 3, Evidence: []negativelist.File{{DocumentID: paper}}},
		claims:    []negativelist.Claim{{ID: claim, TenantID: lister, Kind: negativelist.Objection, RaisedBy: asker, Status: negativelist.ClaimOpen}},
		exemption: negativelist.Exemption{ID: claim, TenantID: lister, AskedBy: asker, Status: asked, Version: 2, AskedUntil: today.AddDays(5), EndsOn: today.AddDays(5)},
	}
}

func TestWhoMay(t *testing.T) {
	t.Parallel()
	writers := []access.Role{access.RoleAdministrator, access.RoleCreditReviewer, access.RoleApprover}
	reviewers := []access.Role{access.RoleHQAdministrator, access.RoleHQCreditController}
	for name, step := range steps {
		allowed := reviewers
		status, asked := negativelist.Listed, negativelist.ExemptionAsked
		switch name {
		case "propose", "object", "repair", "ask", "take back":
			allowed = writers
		case "withdraw":
			allowed, status = writers, negativelist.Proposed
		case "look", "browse", "exemptions":
			allowed = access.TenantRoles
		case "group", "case", "evidence", "counts", "all requests", "policy":
			allowed = access.HQRoles
		case "publish", "refuse":
			status = negativelist.Proposed
		case "revoke":
			asked = negativelist.ExemptionGranted
		}
		for _, role := range append(slices.Clone(access.TenantRoles), access.HQRoles...) {
			err := step(as(t, lister, role), service(store(status, asked), noAudit{}))
			if slices.Contains(allowed, role) != (err == nil) {
				t.Errorf("%s as %s: %v", name, role, err)
			}
		}
		if err := step(t.Context(), service(store(status, asked), noAudit{})); !errors.Is(err, access.ErrUnauthenticated) {
			t.Errorf("%s as nobody: %v", name, err)
		}
	}
}

// Who may do what in which state: every actor, every step, every state. What is
// not named is refused, and writes nothing.
func TestEveryActorInEveryState(t *testing.T) {
	t.Parallel()
	actors := map[string]struct {
		ctx   context.Context
		books customers
	}{
		"lister": {as(t, lister, access.RoleAdministrator), customers{}},
		"knows":  {as(t, knows, access.RoleAdministrator), customers{id: uuid.New()}},
		"other":  {as(t, other, access.RoleAdministrator), customers{}},
		"hq":     {as(t, uuid.Nil, access.RoleHQCreditController), customers{}},
		"hand":   {person(t, hand), customers{}},
		"asker":  {person(t, asker), customers{}},
	}
	// By step: the actors who may, each with the states in which.
	may := map[string]map[string]string{
		"withdraw":    {"lister": "proposed"},
		"object":      {"lister": "listed", "knows": "listed"},
		"repair":      {"lister": "listed"},
		"look":        {"lister": "proposed refused withdrawn listed removed", "knows": "listed removed", "other": "listed removed"},
		"publish":     {"hq": "proposed", "asker": "proposed"},
		"refuse":      {"hq": "proposed", "asker": "proposed"},
		"reassess":    {"hq": "listed", "asker": "listed"},
		"remove":      {"hq": "listed", "asker": "listed"},
		"answer":      {"hq": "proposed refused withdrawn listed removed", "hand": "proposed refused withdrawn listed removed"},
		"answer, off": {"hq": "listed"},
	}
	for name, allowed := range may {
		for actor, a := range actors {
			for _, status := range negativelist.Statuses {
				r := store(status, negativelist.ExemptionAsked)
				err := steps[name](a.ctx, serviceWith(r, a.books, noAudit{}))
				if want := slices.Contains(strings.Fields(allowed[actor]), string(status)); want != (err == nil) {
					t.Errorf("%s by %s of a %s listing: %v", name, actor, status, err)
				}
				if err != nil && (r.writes > 0 || len(r.events) > 0) {
					t.Errorf("%s by %s of a %s listing was refused and wrote", name, actor, status)
				}
			}
		}
	}
	requests := map[string]map[string]string{
		"ask":       {"lister": "asked granted refused withdrawn revoked", "knows": "asked granted refused withdrawn revoked", "other": "asked granted refused withdrawn revoked"},
		"take back": {"lister": "asked"},
		"grant":     {"hq": "asked", "hand": "asked"},
		"deny":      {"hq": "asked", "hand": "asked"},
		"revoke":    {"hq": "granted", "hand": "granted"},
	}
	for name, allowed := range requests {
		for actor, a := range actors {
			for _, status := range negativelist.ExemptionStatuses {
				r := store(negativelist.Listed, status)
				err := steps[name](a.ctx, serviceWith(r, a.books, noAudit{}))
				if want := slices.Contains(strings.Fields(allowed[actor]), string(status)); want != (err == nil) {
					t.Errorf("%s by %s of a request that is %s: %v", name, actor, status, err)
				}
				if err != nil && r.writes > 0 {
					t.Errorf("%s by %s of a request that is %s was refused and wrote", name, actor, status)
				}
			}
		}
	}
}

// person is somebody of HQ with an id of his own.
func person(t *testing.T, id uuid.UUID) context.Context {
	return access.With(t.Context(), access.Actor{Kind: access.KindPerson, ID: id, Roles: []access.Role{access.RoleHQCreditController}})
}

func TestInputOfTheReview(t *testing.T) {
	t.Parallel()
	hq := as(t, uuid.Nil, access.RoleHQCreditController)
	for name, change := range map[string]func(j *negativelist.Judgement){
		"no severity":       func(j *negativelist.Judgement) { j.Severity = "" },
		"review today":      func(j *negativelist.Judgement) { j.ReviewOn = today },
		"review too far":    func(j *negativelist.Judgement) { j.ReviewOn = today.AddDays(negativelist.MaxReviewDays + 1) },
		"another's version": func(j *negativelist.Judgement) { j.Version = 2 },
	} {
		j := judgement()
		change(&j)
		if _, err := service(store(negativelist.Proposed, ""), noAudit{}).Publish(hq, claim, j); err == nil {
			t.Errorf("published with %s", name)
		}
		if _, err := service(store(negativelist.Listed, ""), noAudit{}).Reassess(hq, claim, j); err == nil {
			t.Errorf("reassessed with %s", name)
		}
	}
	for name, in := range map[string]negativelist.ClaimInput{
		"nothing paid":    {Text: "已付清货款", PaidOn: today, EvidenceIDs: []uuid.UUID{paper}},
		"paid tomorrow":   {Text: "已付清货款", Amount: 1, PaidOn: today.AddDays(1), EvidenceIDs: []uuid.UUID{paper}},
		"no day":          {Text: "已付清货款", Amount: 1, EvidenceIDs: []uuid.UUID{paper}},
		"no proof":        {Text: "已付清货款", Amount: 1, PaidOn: today},
		"a foreign proof": {Text: "已付清货款", Amount: 1, PaidOn: today, EvidenceIDs: []uuid.UUID{claim}},
		"no text":         {Amount: 1, PaidOn: today, EvidenceIDs: []uuid.UUID{paper}},
		"too many papers": {Text: "已付清货款", Amount: 1, PaidOn: today, EvidenceIDs: slices.Repeat([]uuid.UUID{paper}, negativelist.MaxFiles+1)},
	} {
		if _, err := service(store(negativelist.Listed, ""), noAudit{}).ReportRepair(as(t, lister, access.RoleAdministrator), in); err == nil {
			t.Errorf("a repair with %s is taken", name)
		}
	}
	for name, in := range map[string]negativelist.ExemptionInput{
		"yesterday": {Reason: "工程已浇筑一半", EndsOn: today.AddDays(-1)},
		"too long":  {Reason: "工程已浇筑一半", EndsOn: today.AddDays(negativelist.MaxExemptionDays + 1)},
		"no reason": {EndsOn: today},
	} {
		if _, err := service(store(negativelist.Listed, ""), noAudit{}).AskExemption(as(t, knows, access.RoleAdministrator), in); err == nil {
			t.Errorf("an exemption that is %s is taken", name)
		}
	}
	if _, err := service(store(negativelist.Removed, ""), noAudit{}).AskExemption(as(t, knows, access.RoleAdministrator), exemption()); !errors.Is(err, negativelist.ErrNotListed) {
		t.Errorf("an exemption of a company that is not listed: %v", err)
	}
	late := negativelist.ExemptionDecision{ID: claim, Version: 2, Grant: true, EndsOn: today.AddDays(6)}
	if _, err := service(store(negativelist.Listed, negativelist.ExemptionAsked), noAudit{}).DecideExemption(hq, late); err == nil {
		t.Error("granted for longer than asked")
	}
}

// The policy never stops more for less.
func TestPolicySeverities(t *testing.T) {
	t.Parallel()
	hq := as(t, uuid.Nil, access.RoleHQAdministrator)
	for _, c := range []struct {
		critical, serious, notice negativelist.Action
		want                      string
	}{
		{"block", "", "", "block hold warn"}, {"hold", "", "", "hold hold warn"}, {"warn", "", "", "warn warn warn"},
		{"block", "block", "hold", "block block hold"}, {"block", "warn", "", "block warn warn"},
		{"hold", "block", "warn", ""}, {"block", "warn", "hold", ""}, {"", "warn", "warn", ""}, {"block", "none", "", ""},
	} {
		p, err := service(&repo{}, noAudit{}).SetPolicy(hq, negativelist.PolicyInput{Seen: 1, Action: c.critical, Serious: c.serious, Notice: c.notice})
		got := ""
		if err == nil {
			got = strings.Join([]string{string(p.Action), string(p.Serious), string(p.Notice)}, " ")
		}
		if got != c.want {
			t.Errorf("%v: %q, %v", c, got, err)
		}
	}
}

// Related companies have an action of their own, which may be to allow, and a number
// of steps; what is left out stays, but not stricter than a critical listing.
func TestPolicyOfRelatedCompanies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		critical, related negativelist.Action
		depth             int
		want              string
	}{
		{negativelist.Block, "", 0, "warn 2"},
		{negativelist.Block, negativelist.Allow, 4, "allow 4"},
		{negativelist.Block, negativelist.Block, 1, "block 1"},
		{negativelist.Hold, negativelist.Block, 1, ""},
		{negativelist.Block, "ignore", 1, ""},
		{negativelist.Block, negativelist.Warn, 5, ""},
		{negativelist.Block, negativelist.Warn, -1, ""},
		{negativelist.Allow, "", 0, ""},
	} {
		p, err := service(&repo{}, noAudit{}).SetPolicy(as(t, uuid.Nil, access.RoleHQAdministrator),
			negativelist.PolicyInput{Seen: 1, Action: c.critical, Serious: negativelist.Warn, Notice: negativelist.Warn, Related: c.related, RelatedDepth: c.depth})
		got := ""
		if err == nil {
			got = fmt.Sprint(p.Related, " ", p.RelatedDepth)
		}
		if got != c.want {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
}
