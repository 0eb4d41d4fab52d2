// Package groupcap owns what the subsidiaries together may have at risk with one
// company, or with companies that belong together: HQ's caps, each subsidiary's
// quota of them, and the moving of quota between subsidiaries (ruling 4, beyond.md 2).
//
// It does not own the order check, which holds each order against the quota of its
// own subsidiary (biz/creditcheck): quotas never add up to more than the cap, so
// nobody has to lock anything of another subsidiary, and two plants cannot spend
// the same headroom.
//
// What counts against the cap is a quota's Committed, not its Amount. A quota that
// is lowered binds at once, while what was used above it stays committed until the
// subsidiary has been asked how much that is; only what is left is given away. The
// sum of Committed and of what is under way between two subsidiaries passes the cap
// only by what was in use before there was a cap.
//
// Lock order: a cap at HQ alone. A subsidiary's use is read in a transaction of its
// own, never inside one of HQ's.
package groupcap

import (
	"cmp"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// MaxAmount is the largest cap, as for limits.
const MaxAmount money.Amount = 1e13

// Cap is one cap with its companies and quotas. Amounts are fen of Currency.
type Cap struct {
	ID        uuid.UUID
	Name      string
	Currency  money.Currency
	Amount    money.Amount
	FreeMove  money.Amount // moves up to it need the lender only
	Note      string
	Members   []Member
	Quotas    []Quota
	Lent      money.Amount // on its way between two subsidiaries
	UpdatedAt time.Time
	Version   int64
}

// Member is a company under a cap.
type Member struct {
	USCC party.USCC
	Name string
}

// Quota is a subsidiary's part of a cap. Used, Limits and AsOf are as projected.
type Quota struct {
	TenantID  uuid.UUID
	Tenant    string
	Slug      string // by which one subsidiary names another
	Amount    money.Amount
	Committed money.Amount
	Used      money.Amount
	Limits    money.Amount // granted to these companies by the subsidiary itself
	AsOf      calendar.Date
}

// Unused is what the subsidiary could lend, as projected.
func (q Quota) Unused() money.Amount { return max(q.Amount-q.Used, 0) }

// Given is what counts against the cap.
func (c Cap) Given() (sum money.Amount) {
	for _, q := range c.Quotas {
		sum += q.Committed
	}
	return sum + c.Lent
}

// Free is what HQ has not given out; negative when more was in use than it capped.
func (c Cap) Free() money.Amount { return c.Amount - c.Given() }

// Used is what all subsidiaries use together, as projected.
func (c Cap) Used() (sum money.Amount) {
	for _, q := range c.Quotas {
		sum += q.Used
	}
	return sum
}

// Of gives the quota of a subsidiary, zero when it has none.
func (c Cap) Of(tenantID uuid.UUID) Quota {
	for _, q := range c.Quotas {
		if q.TenantID == tenantID {
			return q
		}
	}
	return Quota{TenantID: tenantID}
}

// Input is what HQ sets of a cap.
type Input struct {
	Name     string
	Currency money.Currency // of a new one
	Amount   money.Amount
	FreeMove money.Amount
	Note     string
	Members  []Member
	Quotas   []QuotaInput
}

// QuotaInput is a subsidiary's quota; who is not named has none.
type QuotaInput struct {
	TenantID uuid.UUID
	Amount   money.Amount
}

// normal gives the input as it is kept: codes in their normal form, companies by code.
func (in Input) normal() Input {
	in.Members = slices.Clone(in.Members)
	for i, m := range in.Members {
		if code, _ := party.ParseUSCC(string(m.USCC)); code != "" {
			in.Members[i].USCC = code
		}
	}
	slices.SortFunc(in.Members, func(a, b Member) int { return cmp.Compare(a.USCC, b.USCC) })
	return in
}

// Validate names every field that cannot be, of a new cap.
func (in Input) Validate() error {
	var c fault.Checks
	c.Require(in.Currency.Valid(), "currency", "INVALID_VALUE", "must be an ISO 4217 code like CNY")
	in.terms(&c)
	return c.Err()
}

// validateChange is Validate for a cap there is, which keeps its currency.
func (in Input) validateChange() error {
	var c fault.Checks
	in.terms(&c)
	return c.Err()
}

func (in Input) terms(c *fault.Checks) {
	text(c, "name", in.Name, 2, 60)
	text(c, "note", in.Note, 0, 1000)
	c.Require(in.Amount >= 0 && in.Amount <= MaxAmount, "amount", "OUT_OF_RANGE", "must be from 0 to 10000000000000 fen")
	c.Require(in.FreeMove >= 0 && in.FreeMove <= MaxAmount, "free_move", "OUT_OF_RANGE", "must be from 0 to 10000000000000 fen")
	c.Require(len(in.Members) >= 1 && len(in.Members) <= 200, "members", "OUT_OF_RANGE", "name 1 to 200 companies")
	seen := map[party.USCC]bool{}
	for _, m := range in.Members {
		_, err := party.ParseUSCC(string(m.USCC))
		c.Require(!errors.Is(err, party.ErrForm), "members", "INVALID_USCC", "each company needs its 18-character unified social credit code")
		c.Require(!seen[m.USCC], "members", "DUPLICATE", "name each company once")
		seen[m.USCC] = true
		text(c, "members", m.Name, 1, 200)
	}
	c.Require(len(in.Quotas) <= 2000, "quotas", "TOO_MANY", "at most 2000")
	sum, given := money.Amount(0), map[uuid.UUID]bool{}
	for _, q := range in.Quotas {
		c.Require(q.Amount >= 0 && q.Amount <= MaxAmount, "quotas", "OUT_OF_RANGE", "must be from 0 to 10000000000000 fen")
		c.Require(!given[q.TenantID], "quotas", "DUPLICATE", "name each subsidiary once")
		given[q.TenantID] = true
		sum += min(max(q.Amount, 0), MaxAmount)
	}
	c.Require(sum <= in.Amount, "quotas", "OVER_CAP", "the quotas together are above the cap; lower them or raise the cap")
}

func text(c *fault.Checks, field, s string, least, most int) {
	n := utf8.RuneCountInString(s)
	c.Require(n >= least && n <= most && utf8.ValidString(s), field, "LENGTH", "too short or too long")
}

// MoveStatus is where a move stands.
type MoveStatus string

// The states of a move.
const (
	MoveAsked     MoveStatus = "asked" // waits for the lender, or for HQ where there is none
	MoveLent      MoveStatus = "lent"  // the lender has given it; waits for HQ
	MoveMoved     MoveStatus = "moved"
	MoveRefused   MoveStatus = "refused"
	MoveWithdrawn MoveStatus = "withdrawn"
)

// Move is one subsidiary's request for quota. From is nil for what HQ has not
// given out.
type Move struct {
	ID             uuid.UUID
	CapID          uuid.UUID
	CapName        string
	Currency       money.Currency
	From           *uuid.UUID
	FromName       string
	FromSlug       string
	To             uuid.UUID
	ToName         string
	ToSlug         string
	Amount         money.Amount
	Reason         string
	Status         MoveStatus
	AskedBy        uuid.UUID
	AskedByName    string
	AskedAt        time.Time
	LentBy         uuid.UUID
	LentAt         *time.Time
	DecidedBy      uuid.UUID
	DecidedAt      *time.Time
	DecisionReason string
	Version        int64
}

func (m Move) open() bool { return m.Status == MoveAsked || m.Status == MoveLent }

// Faults of caps and quotas.
var (
	ErrNotFound     = fault.NotFound("GROUP_CAP_NOT_FOUND", "there is no such group cap")
	ErrMember       = fault.Conflict("GROUP_CAP_MEMBER_TAKEN", "a company is under another cap already; take it out there first")
	ErrChanged      = fault.Conflict("VERSION_CONFLICT", "the cap was changed meanwhile; load it again")
	ErrOverCap      = fault.Conflict("GROUP_CAP_REACHED", "the cap has not that much left; lower another quota or raise the cap")
	ErrCurrency     = fault.New(fault.KindInvalid, "GROUP_CAP_CURRENCY", "a subsidiary keeps its books in another currency; its quota cannot be under this cap")
	ErrNoLender     = fault.New(fault.KindInvalid, "QUOTA_LENDER_UNKNOWN", "there is no other subsidiary of this name with a quota of the cap")
	ErrMoveNotFound = fault.NotFound("QUOTA_MOVE_NOT_FOUND", "there is no such request")
	ErrMoveOpen     = fault.Conflict("QUOTA_MOVE_OPEN", "a request of this subsidiary is open already; have it answered or withdraw it first")
	ErrMoveState    = fault.Conflict("QUOTA_MOVE_STATE", "the request is not in the state for this; look at it again")
	ErrInUse        = fault.Conflict("QUOTA_IN_USE", "the lender uses too much of its quota itself; ask for less")
	ErrOwn          = fault.Forbidden("QUOTA_OWN_DECISION", "nobody decides on what he asked for himself; another person has to")
)
