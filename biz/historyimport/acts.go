package historyimport

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
)

// Check asks a worker to check the package. Every file needs its control figure.
// Faults: HISTORY_NO_FILES, INVALID_INPUT.
func (s *Service) Check(ctx context.Context, id uuid.UUID, version int64) (Import, error) {
	return s.do(ctx, id, version, ActCheck, func(i *Import, who party.Person) (before, after any, topic event.Topic, err error) {
		if len(i.Files) == 0 {
			return nil, nil, "", ErrNoFiles
		}
		var c fault.Checks
		var total int64
		for _, f := range i.Files {
			x, ok := i.control(f.Kind)
			c.Require(ok, "controls."+string(f.Kind), "REQUIRED", "enter what the old books say of this file: rows, and the sum where there is one")
			total += x.Rows
		}
		if err := c.Err(); err != nil {
			return nil, nil, "", err
		}
		i.edited()
		i.author(who)
		i.Status, i.Progress = StatusChecking, Progress{Total: total}
		return nil, map[string]any{"files": hashes(*i)}, TopicCheck, nil
	})
}

func hashes(i Import) map[Kind]string {
	out := map[Kind]string{}
	for _, f := range i.Files {
		out[f.Kind] = f.SHA256
	}
	return out
}

// Explain says why a finding of the check stands; the signer reads it. Faults:
// HISTORY_FINDING_GONE, INVALID_INPUT.
func (s *Service) Explain(ctx context.Context, id uuid.UUID, version int64, key, reason string) (Import, error) {
	reason, err := reasonOf(reason)
	if err != nil {
		return Import{}, err
	}
	return s.do(ctx, id, version, ActExplain, func(i *Import, who party.Person) (before, after any, _ event.Topic, err error) {
		n := slices.IndexFunc(i.Result.Findings, func(f Finding) bool { return f.String() == key })
		if n < 0 {
			return nil, nil, "", ErrNoFinding
		}
		f := i.Result.Findings[n]
		if old, ok := i.Answer(f); ok {
			before = old.Reason
		}
		i.Answers = slices.DeleteFunc(i.Answers, func(a Answer) bool { return a.Key == f.Key })
		i.Answers = append(i.Answers, Answer{Key: f.Key, Reason: reason, Stamp: f.stamp(), By: who, At: s.now()})
		i.author(who)
		return before, map[string]any{"finding": f.String(), "reason": reason}, "", nil
	})
}

func reasonOf(s string) (string, error) {
	s = strings.TrimSpace(s)
	var c fault.Checks
	c.Require(utf8.RuneCountInString(s) >= 2, "reason", "REQUIRED", "say why, in a few words")
	c.Require(plain(s), "reason", "TOO_LONG", fmt.Sprintf("at most %d characters, no control characters", maxText))
	return s, c.Err()
}

// Submit hands the package to whoever signs it. Faults: HISTORY_FINDINGS_OPEN.
func (s *Service) Submit(ctx context.Context, id uuid.UUID, version int64) (Import, error) {
	return s.do(ctx, id, version, ActSubmit, func(i *Import, who party.Person) (before, after any, _ event.Topic, err error) {
		if left := i.Unanswered(); len(left) > 0 {
			names := make([]string, len(left))
			for n, f := range left {
				names[n] = f.String()
			}
			return nil, nil, "", ErrUnanswered.With("findings", strings.Join(names, ", "))
		}
		m := s.mark(who)
		i.Status, i.Submitted, i.Decided, i.Decision = StatusSubmitted, &m, nil, ""
		i.author(who)
		return nil, map[string]any{"seal": i.Seal()}, "", nil
	})
}

// Withdraw takes a submission back.
func (s *Service) Withdraw(ctx context.Context, id uuid.UUID, version int64) (Import, error) {
	return s.do(ctx, id, version, ActWithdraw, func(i *Import, who party.Person) (before, after any, _ event.Topic, err error) {
		i.Status, i.Submitted = StatusChecked, nil
		i.author(who)
		return nil, nil, "", nil
	})
}

// Sign lets a second person put the package into the books. seal is that of what he
// saw. Faults: HISTORY_OWN_WORK, HISTORY_SEAL_DIFFERS.
func (s *Service) Sign(ctx context.Context, id uuid.UUID, version int64, seal string) (Import, error) {
	return s.do(ctx, id, version, ActSign, func(i *Import, who party.Person) (before, after any, topic event.Topic, err error) {
		if seal == "" || seal != i.Seal() {
			return nil, nil, "", ErrSeal
		}
		m := s.mark(who)
		i.Status, i.Decided, i.Failure = StatusApplying, &m, ""
		i.Progress = Progress{Total: i.Progress.Total}
		return nil, map[string]any{"seal": seal, "files": hashes(*i), "receivable": i.Result.Aging.Receivable}, TopicApply, nil
	})
}

// Return sends the package back to who prepared it, with a reason.
func (s *Service) Return(ctx context.Context, id uuid.UUID, version int64, reason string) (Import, error) {
	reason, err := reasonOf(reason)
	if err != nil {
		return Import{}, err
	}
	return s.do(ctx, id, version, ActReturn, func(i *Import, who party.Person) (before, after any, _ event.Topic, err error) {
		m := s.mark(who)
		i.Status, i.Decided, i.Decision = StatusReturned, &m, reason
		return nil, map[string]any{"reason": reason}, "", nil
	})
}

// Discard gives the package up.
func (s *Service) Discard(ctx context.Context, id uuid.UUID, version int64, reason string) (Import, error) {
	reason, err := reasonOf(reason)
	if err != nil {
		return Import{}, err
	}
	return s.do(ctx, id, version, ActDiscard, func(i *Import, who party.Person) (before, after any, _ event.Topic, err error) {
		i.Status, i.Decision = StatusDiscarded, reason
		i.author(who)
		return nil, map[string]any{"reason": reason}, "", nil
	})
}
