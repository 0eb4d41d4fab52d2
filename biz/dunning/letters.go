package dunning

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/notify"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
)

// State says what became of a letter.
type State string

// The states: one of its messages went out; some wait; all were given up; there was
// nowhere to send it.
const (
	StateSent      State = "sent"
	StateWaiting   State = "waiting"
	StateFailed    State = "failed"
	StateNoAddress State = "no_address"
)

// Sending is one message of a letter.
type Sending struct {
	Channel notify.ChannelKind
	State   notify.State
	Trouble notify.Trouble
	Reason  string
	At      time.Time
}

// Record is a letter that was written, with what became of it.
type Record struct {
	Letter
	State    State
	Sendings []Sending
}

// LetterInput asks for a page of letters.
type LetterInput struct {
	Customer   uuid.UUID // zero: all
	State      State     // empty: all
	Text       string    // in name or number of the customer
	Page, Size int32
}

// LetterQuery selects letters.
type LetterQuery struct {
	Customer uuid.UUID
	OnlyOf   *uuid.UUID
	State    State
	Text     string
	paging.Window
}

// Printer puts a letter on paper, as PDF: the dunning bill (004-09).
type Printer interface {
	Print(ctx context.Context, l Letter) ([]byte, error)
}

// resendDays is how long a letter can be sent again: what it says is of its date.
const resendDays = 3

// Faults.
var (
	ErrNotFound  = fault.NotFound("DUNNING_LETTER_NOT_FOUND", "there is no such letter, or it is not to one of your customers")
	ErrNoAddress = fault.Conflict("DUNNING_NO_ADDRESS", "there is no way to reach the customer: give him an e-mail address or a phone, or set up a channel of the level")
	ErrStale     = fault.Conflict("DUNNING_LETTER_STALE", "the letter is more than three days old; what it says may not hold any more, and the next level writes a new one")
	ErrPaused    = fault.Conflict("DUNNING_PAUSED", "dunning of the customer is paused; end the pause first")
)

const maxSearch = 100

// Letters gives a page of what was written, the newest first.
func (s *Service) Letters(ctx context.Context, in LetterInput) (out []Record, total int64, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	q := LetterQuery{Customer: in.Customer, OnlyOf: customer.OnlyOf(actor), State: in.State, Text: in.Text, Window: paging.Of(&c, in.Page, in.Size)}
	c.Require(slices.Contains([]State{"", StateSent, StateWaiting, StateFailed, StateNoAddress}, in.State), "state", "UNKNOWN", "sent, waiting, failed or no_address")
	c.Require(utf8.RuneCountInString(in.Text) <= maxSearch, "q", "TOO_LONG", fmt.Sprintf("at most %d characters", maxSearch))
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		out, total, err = s.Repo.Letters(ctx, q)
		return err
	})
	return out, total, err
}

// Letter gives one with its items. Fault: DUNNING_LETTER_NOT_FOUND.
func (s *Service) Letter(ctx context.Context, id uuid.UUID) (out Record, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return out, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return out, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		out, err = s.Repo.Letter(ctx, id, customer.OnlyOf(actor), today)
		return err
	})
	return out, err
}

// Print gives the bill of a letter as PDF.
func (s *Service) Print(ctx context.Context, id uuid.UUID) (pdf []byte, name string, err error) {
	l, err := s.Letter(ctx, id)
	if err != nil {
		return nil, "", err
	}
	pdf, err = s.Printer.Print(ctx, l.Letter)
	return pdf, "dunning-bill-" + l.Account.Number + "-" + l.On.String() + ".pdf", err
}

// Send queues a letter over the channels that did not have it yet: an address was
// added, or a channel set up. Faults: DUNNING_LETTER_NOT_FOUND, DUNNING_LETTER_STALE,
// DUNNING_PAUSED, DUNNING_NO_ADDRESS.
func (s *Service) Send(ctx context.Context, id uuid.UUID) (out Record, err error) {
	actor, err := access.Require(ctx, access.FollowUpWrite)
	if err != nil {
		return out, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return out, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		l, err := s.Repo.Letter(ctx, id, customer.OnlyOf(actor), today)
		if err != nil {
			return err
		}
		switch {
		case today.DaysSince(l.On) > resendDays:
			return ErrStale
		case l.Account.Paused:
			return ErrPaused
		}
		n, err := s.Mail.Write(ctx, l.message(), l.Reach())
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNoAddress
		}
		if err := s.Audit.Record(ctx, audit.Entry{Action: "dunning_letter.sent", ObjectType: "dunning_letter", ObjectID: id.String(),
			After: map[string]any{"customer_id": l.Account.Customer}}); err != nil {
			return err
		}
		out, err = s.Repo.Letter(ctx, id, customer.OnlyOf(actor), today)
		return err
	})
	return out, err
}
