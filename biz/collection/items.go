package collection

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/receivable"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
)

// Life gives an item with everything that happened to it.
func (s *Service) Life(ctx context.Context, id uuid.UUID) (l Life, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return l, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return l, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		l, err = s.life(ctx, id, customer.OnlyOf(actor), today)
		return err
	})
	return l, err
}

// life reads an item and computes what follows from it on the day.
func (s *Service) life(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, today calendar.Date) (l Life, err error) {
	if l, err = s.Repo.Life(ctx, id, onlyOf); err != nil {
		return l, err
	}
	if l.Settings, err = s.Repo.Settings(ctx); err != nil {
		return l, err
	}
	l.Terms = l.Settings.FeeTerms(l.ContractPPM)
	l.Today, l.State = today, receivable.StateOf(l.Amount, l.Open)
	if l.State == receivable.StatePaid {
		for _, e := range l.Entries {
			l.CollectedOn = max(l.CollectedOn, e.AppliedOn)
		}
	}
	if len(l.Instalments) == 0 {
		l.Instalments = []Instalment{{DueDate: l.DueDate, Amount: l.Amount, Open: l.Open}}
	}
	settled := make([]money.Amount, len(l.Instalments))
	for i, p := range l.Instalments {
		settled[i] = p.Amount - p.Open
	}
	for i, paid := range spread(settled, payments(l.ID, l.Entries)) {
		p := &l.Instalments[i]
		if p.LateFee, p.Late = l.Terms.Of(p.Open, paid, p.DueDate, today); p.Open != 0 {
			p.Days = max(0, today.DaysSince(p.DueDate))
		}
		l.Accrued += p.LateFee
	}
	l.LateFee = l.Accrued
	for _, w := range l.Waivers {
		l.LateFee -= w.Amount
	}
	l.LateFee = max(0, l.LateFee)
	return l, nil
}

// Stages gives what a customer has in each stage, with its age; without a customer,
// what all have together that the caller may see. The late fees are of one customer.
func (s *Service) Stages(ctx context.Context, customerID uuid.UUID) (stages []Stage, fees LateFees, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return nil, fees, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return nil, fees, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if customerID != uuid.Nil {
			if _, err := s.Customers.Brief(ctx, customerID, customer.OnlyOf(actor)); err != nil {
				return err
			}
			if fees, err = s.lateFees(ctx, customerID, today); err != nil {
				return err
			}
		}
		stages, err = s.Repo.Stages(ctx, customerID, customer.OnlyOf(actor))
		return err
	})
	for i := range stages {
		if !stages[i].Since.IsZero() {
			stages[i].Days = max(0, today.DaysSince(stages[i].Since))
		}
	}
	return stages, fees, err
}

// OpenDispute flags an item. Faults: INVALID_INPUT, ALREADY_DISPUTED.
func (s *Service) OpenDispute(ctx context.Context, receivableID uuid.UUID, cause, detail string) error {
	var c fault.Checks
	detail = strings.TrimSpace(detail)
	c.Require(slices.Contains(Causes, cause), "cause", "UNKNOWN", "one of "+strings.Join(Causes, ", "))
	c.Require(detail != "" && utf8.RuneCountInString(detail) <= 1000, "detail", "REQUIRED", "say what the customer objects to, in at most 1,000 characters")
	if err := c.Err(); err != nil {
		return err
	}
	return s.act(ctx, access.FollowUpWrite, s.ofItem(receivableID), func(ctx context.Context, a act) error {
		i, err := s.Repo.Item(ctx, receivableID, a.onlyOf)
		if err != nil {
			return err
		}
		if err := s.Repo.InsertDispute(ctx, i, Dispute{ID: newID(), Cause: cause, Detail: detail, CreatedAt: s.Clock.Now()}, a.by); err != nil {
			return err
		}
		return s.record(ctx, "receivable.disputed", "receivable", i.ID, map[string]any{"cause": cause, "detail": detail})
	})
}

// ResolveDispute ends the dispute of an item with what came of it.
func (s *Service) ResolveDispute(ctx context.Context, receivableID uuid.UUID, outcome string) error {
	if err := needReason(&outcome); err != nil {
		return err
	}
	return s.act(ctx, access.FollowUpWrite, s.ofItem(receivableID), func(ctx context.Context, a act) error {
		if err := s.Repo.ResolveDispute(ctx, receivableID, outcome, s.Clock.Now(), a.by); err != nil {
			return err
		}
		return s.record(ctx, "receivable.dispute_resolved", "receivable", receivableID, map[string]any{"outcome": outcome})
	})
}

// WaiveLateFee gives up a part of what an item's lateness costs.
func (s *Service) WaiveLateFee(ctx context.Context, receivableID uuid.UUID, amount money.Amount, reason string) error {
	if err := needReason(&reason); err != nil {
		return err
	}
	return s.act(ctx, access.PaymentWrite, s.ofItem(receivableID), func(ctx context.Context, a act) error {
		// Behind the lock, so that two waivers at once see each other.
		l, err := s.life(ctx, receivableID, a.onlyOf, a.today)
		if err != nil {
			return err
		}
		if amount <= 0 || amount > l.LateFee {
			return ErrTooMuch.With("late_fee", l.LateFee.String())
		}
		if err := s.Repo.InsertWaiver(ctx, l.Item, Waiver{Amount: amount, Reason: reason, CreatedAt: s.Clock.Now()}, a.by); err != nil {
			return err
		}
		return s.record(ctx, "late_fee.waived", "receivable", receivableID, map[string]any{"amount": amount, "reason": reason})
	})
}

// Settings gives the parameters in force.
func (s *Service) Settings(ctx context.Context) (out Settings, err error) {
	if _, err := access.Require(ctx, access.PolicyRead); err != nil {
		return out, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		out, err = s.Repo.Settings(ctx)
		return err
	})
	return out, err
}

// SetSettings puts others into force. Version is the one that was seen.
func (s *Service) SetSettings(ctx context.Context, in Settings) (Settings, error) {
	actor, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return in, err
	}
	var c fault.Checks
	between := func(field string, v, least, most int) {
		c.Require(v >= least && v <= most, field, "OUT_OF_RANGE", fmt.Sprintf("between %d and %d", least, most))
	}
	between("late_fee_ppm", in.LateFeePPM, 0, 10_000)
	between("late_fee_grace_days", in.LateFeeGraceDays, 0, 365)
	between("statement_days", in.StatementDays, 1, 365)
	between("statement_reminder_days", in.StatementReminderDays, 0, 60)
	between("follow_up_days", in.FollowUpDays, 1, 60)
	between("statement_day", in.StatementDay, 0, 28)
	if in.AgingBounds = strings.ReplaceAll(in.AgingBounds, " ", ""); in.AgingBounds != "" {
		report.Bounds(&c, "aging_bounds", in.AgingBounds)
	}
	in.StandardTerms = strings.ReplaceAll(in.StandardTerms, " ", "")
	customer.CheckTerms(&c, "standard_terms", in.StandardTerms, "standard_term", in.StandardTerm)
	if err := c.Err(); err != nil {
		return in, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Repo.Settings(ctx)
		if err != nil {
			return err
		}
		if before.Version != in.Version {
			return fault.Conflict("VERSION_CONFLICT", "the settings were changed meanwhile; load them again")
		}
		in.Version++
		if err := s.Repo.InsertSettings(ctx, in, s.Clock.Now(), personID(actor)); err != nil {
			return err
		}
		return s.record(ctx, "collection_settings.changed", "collection_settings", uuid.Nil, in)
	})
	return in, err
}
