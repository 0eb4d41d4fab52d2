package registry

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
)

// claimFor bounds how long one kind of one company is being asked for: longer
// than an adapter takes at worst, so that a killed worker's claim ends by itself.
const claimFor = 3 * time.Minute

// fresh bounds how soon a look on demand asks again.
const fresh = 10 * time.Minute

// Looked is what a look at a company did.
type Looked struct {
	Asked    int              // kinds that a provider answered
	Cached   int              // kinds that were fresh on the shelf
	News     int              // findings that came, ended or came back
	Troubles map[Kind]Trouble // kinds that were not answered
	Text     string           // of the last trouble
	oldest   time.Time        // of the answers that were fresh on the shelf
}

func (l *Looked) cached(at time.Time) {
	l.Cached++
	if l.oldest.IsZero() || at.Before(l.oldest) {
		l.oldest = at
	}
}

// outcome is the look in one word.
func (l Looked) outcome() string {
	if len(l.Troubles) == 0 {
		return "answered"
	}
	for _, k := range Kinds {
		// What ends the day's looks is worth more than which kinds came through.
		if t := l.Troubles[k]; t == BudgetExhausted || t == QuotaExhausted || t == BalanceExhausted || t == AccountRefused {
			return string(t)
		}
	}
	if l.Asked+l.Cached > 0 {
		return "partly"
	}
	for _, k := range Kinds {
		if t := l.Troubles[k]; t != "" {
			return string(t)
		}
	}
	return "answered"
}

// LookNow looks at a customer on somebody's demand.
func (s *Service) LookNow(ctx context.Context, customerID uuid.UUID) (Looked, error) {
	actor, err := access.Require(ctx, access.CustomerWrite)
	if err != nil {
		return Looked{}, err
	}
	sub, err := s.subject(ctx, customerID, only(actor))
	if err != nil {
		return Looked{}, err
	}
	if sub.USCC == "" {
		return Looked{}, ErrNoUSCC
	}
	return s.look(ctx, sub, s.Clock.Now().Add(-fresh))
}

// LookOwnerNow looks at a project owner on somebody's demand. One who is watched as a
// customer is looked at as such, so that his next look is the customer's.
func (s *Service) LookOwnerNow(ctx context.Context, ownerID uuid.UUID) (Looked, error) {
	if _, err := access.Require(ctx, access.CustomerWrite); err != nil {
		return Looked{}, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return Looked{}, err
	}
	var sub Subject
	err = s.Tenants.InTx(ctx, func(ctx context.Context) error {
		if sub, err = s.Watches.Owner(ctx, ownerID); err != nil || sub.USCC == "" {
			return err
		}
		ws, _, err := s.Watches.List(ctx, WatchQuery{USCC: sub.USCC, Today: today, Limit: 1})
		if len(ws) == 1 {
			sub = ws[0].Subject
		}
		return err
	})
	if err != nil {
		return Looked{}, err
	}
	if sub.USCC == "" {
		return Looked{}, ErrNoUSCC
	}
	return s.look(ctx, sub, s.Clock.Now().Add(-fresh))
}

// only is the salesperson to whom the actor is confined, nil for nobody.
func only(a access.Actor) *uuid.UUID {
	if a.OwnCustomersOnly() {
		return &a.ID
	}
	return nil
}

func (s *Service) subject(ctx context.Context, customerID uuid.UUID, of *uuid.UUID) (sub Subject, err error) {
	err = s.Tenants.InTx(ctx, func(ctx context.Context) error {
		sub, err = s.Watches.Subject(ctx, customerID, of)
		return err
	})
	return sub, err
}

// DueLooks looks at what is due in the tenant, at most so many companies, and
// stops when nobody can be asked any more today.
func (s *Service) DueLooks(ctx context.Context, most int) (int, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return 0, err
	}
	today := calendar.Of(s.Clock.Now(), t.Zone)
	var settings Settings
	var due []Subject
	err = s.Tenants.InTx(ctx, func(ctx context.Context) (err error) {
		if settings, err = s.Watches.Settings(ctx); err != nil || !settings.Enabled {
			return err
		}
		if err := s.Watches.Sync(ctx, today); err != nil {
			return err
		}
		due, err = s.Watches.Due(ctx, today, most)
		return err
	})
	if err != nil {
		return 0, err
	}
	accounts, err := s.usable(ctx)
	if err != nil {
		return 0, err
	}
	done := 0
	for _, sub := range due {
		if len(accounts) == 0 {
			break
		}
		looked, err := s.look(ctx, sub, dayBegins(today.AddDays(1-settings.Interval(sub)), t.Zone))
		if err != nil {
			return done, err
		}
		done++
		if looked.outcome() == string(BudgetExhausted) {
			break
		}
	}
	// What another subsidiary paid for is news here too.
	err = s.Tenants.InTx(ctx, func(ctx context.Context) error {
		_, err := s.Router.RouteFindings(ctx, "")
		return err
	})
	return done, err
}

// dayBegins is the instant at which a business date begins. Intervals count in dates: a
// look at noon is due again with the date, not half a day after the round has passed.
func dayBegins(d calendar.Date, zone *time.Location) time.Time {
	y, m, day := d.Time().Date()
	return time.Date(y, m, day, 0, 0, 0, 0, zone)
}

// look asks for every kind of a company that was not answered since then.
func (s *Service) look(ctx context.Context, sub Subject, since time.Time) (Looked, error) {
	out := Looked{Troubles: map[Kind]Trouble{}}
	accounts, err := s.usable(ctx)
	if err != nil {
		return out, err
	}
	spend, err := s.purse(ctx)
	if err != nil {
		return out, err
	}
	looks, err := s.looks(ctx, sub)
	if err != nil {
		return out, err
	}
	names := namesOf(sub, looks[KindBasics].Company)
	for _, kind := range Kinds {
		l := looks[kind]
		if l.LookedAt != nil && !l.LookedAt.Before(since) {
			out.cached(*l.LookedAt)
			continue
		}
		answer, news, trouble, err := s.ask(ctx, accounts, Ask{USCC: sub.USCC, Names: names, Spend: spend}, kind, l, since)
		switch {
		case errors.Is(err, errFresh):
			out.cached(s.Clock.Now())
		case err != nil:
			return out, err
		case trouble != nil:
			out.Troubles[kind], out.Text = trouble.Trouble, trouble.Text
		default:
			out.Asked++
			out.News += news
			if answer.Company != nil {
				names = namesOf(sub, answer.Company)
			}
		}
	}
	return out, s.finish(ctx, sub, out)
}

func (s *Service) looks(ctx context.Context, sub Subject) (looks map[Kind]Look, err error) {
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		looks, err = s.Shelf.Looks(ctx, sub.USCC)
		return err
	})
	return looks, err
}

func namesOf(sub Subject, c *Company) []string {
	if c == nil {
		return []string{sub.Name}
	}
	return append([]string{c.Name, sub.Name}, c.FormerNames...)
}

// keep puts an answer on the shelf and says how much of it is news.
func (s *Service) keep(ctx context.Context, a Ask, p ProviderName, kind Kind, before Look, answer Answer) (news int, err error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return 0, err
	}
	sum := sha256.Sum256(answer.Raw)
	snap := Snapshot{ID: s.newID(), USCC: a.USCC, Kind: kind, Provider: p, TakenAt: s.Clock.Now(), TenantID: t.ID, Digest: sum[:], Answer: answer}
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		all, err := s.Shelf.Findings(ctx, a.USCC)
		if err != nil {
			return err
		}
		var kept []Kept
		for _, k := range all {
			if k.Kind == kind {
				kept = append(kept, k)
			}
		}
		if kind == KindBasics {
			answer.Findings = basicsFindings(before.Company, answer.Company)
		}
		changed := string(before.Digest) != string(snap.Digest)
		if !changed {
			snap.ID = before.SnapshotID
		}
		var add, change []Kept
		add, change, news = compare(kept, answer, before.Provider != p && kind != KindBasics || before.Provider == "", snap.ID, snap.TakenAt, s.newID)
		if err := s.Shelf.Answered(ctx, snap, changed); err != nil {
			return err
		}
		return s.Shelf.Store(ctx, a.USCC, add, change)
	})
	return news, err
}

// finish notes the look at the subject and when the next one is.
func (s *Service) finish(ctx context.Context, sub Subject, l Looked) error {
	t, err := tenant.From(ctx)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	last := now // answered; what came off the shelf only is as old as it was there
	if l.Asked == 0 && l.Cached > 0 {
		last = l.oldest
	}
	return s.Tenants.InTx(ctx, func(ctx context.Context) error {
		settings, err := s.Watches.Settings(ctx)
		if err != nil {
			return err
		}
		w := Watch{Subject: sub, Outcome: l.outcome(), TroubleText: l.Text, LookedAt: &last,
			NextOn: next(calendar.Of(now, t.Zone), calendar.Of(last, t.Zone), l, settings.Interval(sub))}
		if l.Asked+l.Cached == 0 {
			w.LookedAt, w.Failures = nil, 1
		}
		if err := s.Watches.SetWatch(ctx, w); err != nil {
			return err
		}
		_, err = s.Router.RouteFindings(ctx, sub.USCC)
		return err
	})
}

// next is tomorrow when something was not answered: today's budget or the
// provider is done for, or it was tried several times already.
func next(today, last calendar.Date, l Looked, interval int) calendar.Date {
	for _, t := range l.Troubles {
		if t != NotOffered && t != NoRight {
			return today.AddDays(1)
		}
	}
	return max(last.AddDays(interval), today.AddDays(1))
}
