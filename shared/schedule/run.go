package schedule

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
)

const (
	batch         = 10
	lease         = 10 * time.Minute // longer than a report and its mails take
	maxAttachment = 7 << 20          // bytes; a mail of 10 MB once encoded
)

// backoff is the wait after the n-th failed attempt; after the last there is none.
var backoff = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

var (
	errOwner = fault.Forbidden("SCHEDULE_OWNER_LOST", "its owner is no active member any more, or may not read the report; somebody else sets it up anew")
	errLarge = fault.New(fault.KindTooLarge, "ATTACHMENT_TOO_LARGE", "the file is larger than 7 MB, more than mail servers take; narrow the report")
)

// Run has what is due sent, and says how many sendings came to an end. It is called
// every so often; calling it twice does no harm.
func (s *Service) Run(ctx context.Context) (done int, err error) {
	if s.Mail == nil {
		return 0, nil
	}
	place, err := s.Place(ctx)
	if err != nil {
		return 0, err
	}
	var claimed []Send
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.plan(ctx, place); err != nil {
			return err
		}
		now := s.Clock.Now()
		claimed, err = s.Repo.Claim(ctx, now, now.Add(lease), batch)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, n := range claimed {
		end, err := s.send(ctx, place, n)
		if err != nil {
			return done, err
		}
		if end.State != Waiting {
			done++
		}
	}
	return done, nil
}

// plan adds the row of each schedule that is due. Of several missed dates only the
// latest gets one, and it says how many there were.
func (s *Service) plan(ctx context.Context, place Place) error {
	all, err := s.Repo.List(ctx, nil)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	for _, x := range all {
		on, due := x.Timing.latest(now, x.Since, place.Zone)
		if x.Paused || !due || on <= x.LastOn {
			continue
		}
		if err := s.Repo.Supersede(ctx, x.ID, on, now); err != nil {
			return err
		}
		n := Send{ID: uuid.Must(uuid.NewV7()), ScheduleID: x.ID, On: on, State: Waiting, Missed: x.Timing.missed(x.LastOn, on, x.Since, place.Zone), NextAt: now, CreatedAt: now}
		if _, err := s.Repo.Enqueue(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// send makes the report and mails it, outside of any transaction, and writes down what
// became of it after each mail: what went out must not go out again.
func (s *Service) send(ctx context.Context, place Place, n Send) (Send, error) {
	now := s.Clock.Now()
	err := s.attempt(ctx, place, &n)
	if ctx.Err() != nil {
		return n, ctx.Err() // the process stops; the claim runs out and another one goes on
	}
	if err != nil {
		f, ok := fault.As(err)
		if !ok || f.Kind == fault.KindInternal {
			n.Reason, n.Message = "INTERNAL", "it broke off; the operator finds the cause in the log"
		} else {
			n.Reason, n.Message = f.Reason, f.Message
		}
		again := !ok || f.Kind == fault.KindInternal || f.Kind == fault.KindUnavailable || f.Kind == fault.KindConflict
		if n.State = Failed; again && n.Attempts <= len(backoff) {
			n.State, n.NextAt = Waiting, now.Add(backoff[n.Attempts-1])
		} else if slices.ContainsFunc(n.Outcomes, sent) {
			n.State = Partly
		}
	}
	if n.State != Waiting {
		n.FinishedAt = &now
		for i, o := range n.Outcomes {
			if o.State == Waiting {
				n.Outcomes[i].State = Failed
			}
		}
	}
	_, kept := s.keep(ctx, n, nil)
	return n, kept
}

func sent(o Outcome) bool { return o.State == Sent }

func (s *Service) keep(ctx context.Context, n Send, until *time.Time) (held bool, err error) {
	err = s.Tx.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		held, err = s.Repo.Save(ctx, n, until)
		return err
	})
	return held, err
}

func (s *Service) attempt(ctx context.Context, place Place, n *Send) error {
	var x Schedule
	var members []Member
	err := s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		if x, err = s.Repo.Get(ctx, n.ScheduleID); err != nil {
			return err
		}
		members, err = s.Repo.Members(ctx)
		return err
	})
	if errors.Is(err, ErrNotFound) || err == nil && x.Paused && n.Number == 0 {
		n.State = Superseded
		return nil
	}
	if err != nil {
		return err
	}
	kind, err := s.kind(x.Spec.Report)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(members, func(m Member) bool { return m.ID == x.OwnerID && m.Active })
	if at < 0 || !members[at].actor(uuid.Nil, "").Can(kind.Permission) {
		return errOwner
	}
	if n.Outcomes = s.outcomes(x, kind, members, n.Outcomes); !slices.ContainsFunc(n.Outcomes, func(o Outcome) bool { return o.State == Waiting || o.State == Sent }) {
		n.State = Nobody
		return nil
	}
	ctx = access.With(ctx, members[at].actor(place.TenantID, "report-schedule "+n.ID.String()))
	file, err := s.Reports.Make(ctx, x.Spec, x.Format, x.Lang)
	if err != nil {
		return err
	}
	body, err := read(file)
	if err != nil {
		return err
	}
	n.File, n.Size = file.Name, int64(len(body))
	if file.Digest.Empty && !x.SendEmpty {
		n.State = Empty
		return nil
	}
	return s.mail(ctx, n, members, Mail{Subject: subject(x, n), Text: text(x, n, kind, place, file), Link: place.Page, File: file.Name, ContentType: file.ContentType, Body: body})
}

// outcomes judges every recipient anew; who has the mail already keeps it.
func (s *Service) outcomes(x Schedule, k Kind, members []Member, before []Outcome) []Outcome {
	var out []Outcome
	for _, id := range x.Recipients {
		o := Outcome{PersonID: id, State: Waiting}
		if i := slices.IndexFunc(before, func(b Outcome) bool { return b.PersonID == id }); i >= 0 {
			o.Name = before[i].Name
			if before[i].State == Sent || before[i].State == Failed {
				out = append(out, before[i])
				continue
			}
		}
		o.Why = WhyGone
		if i := slices.IndexFunc(members, func(m Member) bool { return m.ID == id }); i >= 0 {
			o.Name, o.Why = members[i].Name, s.why(members[i], k, x.Spec, x.OwnerID)
		}
		if o.Why != "" {
			o.State = Nobody
		}
		out = append(out, o)
	}
	return out
}

func (s *Service) mail(ctx context.Context, n *Send, members []Member, m Mail) error {
	var failure error
	for i := range n.Outcomes {
		o := &n.Outcomes[i]
		if o.State != Waiting {
			continue
		}
		m.To = members[slices.IndexFunc(members, func(x Member) bool { return x.ID == o.PersonID })]
		m.Key = "report." + n.ID.String() + "." + o.PersonID.String()
		switch err := s.Mail.SendReport(ctx, m); {
		case err == nil:
			o.State = Sent
		case errors.Is(err, ErrRefused):
			o.State, o.Why = Failed, WhyRefused
		default:
			failure = err
			continue
		}
		until := s.Clock.Now().Add(lease)
		if held, err := s.keep(ctx, *n, &until); err != nil || !held {
			return errors.Join(err, ErrTwice)
		}
	}
	if failure != nil {
		return failure
	}
	n.Reason, n.Message = "", ""
	switch all := slices.ContainsFunc(n.Outcomes, func(o Outcome) bool { return o.State == Failed }); {
	case !slices.ContainsFunc(n.Outcomes, sent):
		n.State = Failed
	case all:
		n.State = Partly
	default:
		n.State = Sent
	}
	return nil
}

func read(f report.File) ([]byte, error) {
	var b bytes.Buffer
	_, err := io.Copy(&b, io.LimitReader(f.Body, maxAttachment+1))
	if err = errors.Join(err, f.Body.Close()); err == nil && b.Len() > maxAttachment {
		err = errLarge
	}
	return b.Bytes(), err
}
