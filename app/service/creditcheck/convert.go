package creditcheck

import (
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	creditcheckv1 "zhuxin/app/api/creditcheck/v1"
	relatedv1 "zhuxin/app/api/related/v1"
	"zhuxin/app/service/related"
	"zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// order is what CheckRequest and ReserveRequest have in common.
type order interface {
	GetCustomerId() string
	GetCustomerNumber() string
	GetUscc() string
	GetOrderNo() string
	GetAmount() int64
	GetCurrency() string
	GetProjectId() string
	GetProjectNumber() string
	GetVolume() int64
	GetCheckpoint() string
}

func fromOrder(r order) (creditcheck.CheckInput, error) {
	id, err := customerID(r.GetCustomerId())
	if err != nil {
		return creditcheck.CheckInput{}, err
	}
	var project uuid.UUID
	if r.GetProjectId() != "" {
		if project, err = uuid.Parse(r.GetProjectId()); err != nil || project == uuid.Nil {
			return creditcheck.CheckInput{}, creditcheck.ErrNoProject
		}
	}
	return creditcheck.CheckInput{CustomerID: id, CustomerNumber: r.GetCustomerNumber(), USCC: r.GetUscc(), OrderNo: r.GetOrderNo(),
		Amount: money.Amount(r.GetAmount()), Currency: money.Currency(r.GetCurrency()),
		ProjectID: project, ProjectNumber: r.GetProjectNumber(), Volume: volume.M3(r.GetVolume()), Checkpoint: creditcheck.Checkpoint(r.GetCheckpoint())}, nil
}

// customerID reads an id that may be left out. What is no id is nobody's.
func customerID(s string) (uuid.UUID, error) {
	if s == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(s)
	if err != nil || id == uuid.Nil {
		return uuid.Nil, exposure.ErrNoAccount
	}
	return id, nil
}

func reservationID(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil || id == uuid.Nil {
		return uuid.Nil, creditcheck.ErrNoReservation
	}
	return id, nil
}

func fromList(r *creditcheckv1.ListChecksRequest) (creditcheck.ListInput, error) {
	in := creditcheck.ListInput{Outcome: creditcheck.Outcome(r.GetOutcome()), Page: int(r.GetPage()), PageSize: int(r.GetPageSize())}
	if r.GetCustomerId() == "" {
		return in, nil
	}
	id, err := uuid.Parse(r.GetCustomerId())
	if err != nil {
		var c fault.Checks
		c.Add("customer_id", "INVALID_VALUE", "must be a customer's id")
		return in, c.Err()
	}
	in.CustomerID = id
	return in, nil
}

func fromPolicy(r *creditcheckv1.SetPolicyRequest) creditcheck.Policy {
	return creditcheck.Policy{Version: r.GetVersion(), OverLimit: creditcheck.Outcome(r.GetOverLimit()), OverdueAmount: creditcheck.Outcome(r.GetOverdueAmount()),
		OverdueDays: creditcheck.Outcome(r.GetOverdueDays()), NoLimit: creditcheck.Outcome(r.GetNoLimit()), Unrated: creditcheck.Outcome(r.GetUnrated()),
		ReservationHours: int(r.GetReservationHours()), OverdueTolerance: money.Amount(r.GetOverdueTolerance()), Rules: fromRules(r.GetRules())}
}

func decision(d creditcheck.Decision, err error) (*creditcheckv1.Decision, error) {
	if err != nil {
		return nil, err
	}
	return toDecision(d), nil
}

func toDecision(d creditcheck.Decision) *creditcheckv1.Decision {
	out := &creditcheckv1.Decision{Id: d.ID.String(), Outcome: string(d.Outcome), Facts: toFacts(d.Facts), BindingLimit: string(d.Binding),
		PolicyVersion: d.PolicyVersion, DecidedAt: timestamppb.New(d.DecidedAt), OrderNo: d.OrderNo, CustomerId: d.CustomerID.String(),
		CustomerName: d.CustomerName, Amount: int64(d.Amount), Operation: string(d.Operation), Checkpoint: string(d.Facts.Checkpoint), Reasons: toReasons(d.Reasons)}
	if d.HoldID != uuid.Nil {
		out.HoldId = d.HoldID.String()
	}
	if d.Reservation != nil {
		out.Reservation = toReservation(*d.Reservation)
	}
	return out
}

func toFacts(f creditcheck.Facts) *creditcheckv1.Facts {
	out := &creditcheckv1.Facts{LimitKind: string(f.LimitKind), StandingLimit: int64(f.StandingLimit), TemporaryLimit: int64(f.TemporaryLimit), Cover: int64(f.Cover),
		Receivable: int64(f.Receivable), Reserved: int64(f.Reserved), Exposure: int64(f.Exposure), OverdueAmount: int64(f.OverdueAmount),
		OverdueDays: int32(f.OverdueDays), Grade: f.Grade, NegativeListed: f.NegativeListed, NegativeReasonCode: f.NegativeReasonCode,
		NegativeReasonText: f.NegativeReasonText, Frozen: f.Frozen, Currency: string(f.Currency), AsOf: f.AsOf.String(),
		Covered: int64(f.Covered), Skips: f.Skips, CheckpointBy: string(f.SetBy), Tolerated: int64(f.Tolerated), SettlesAdvance: f.SettlesAdvance}
	if n := f.Related; n != nil {
		out.Related = &relatedv1.ListedRelated{Uscc: n.USCC, CompanyName: n.Name, Severity: n.Severity, ReasonCode: n.ReasonCode, ReasonText: n.ReasonText,
			Action: string(n.Action), Counts: true, ExemptUntil: n.ExemptUntil.String(), Path: related.ToPath(n.Path)}
	}
	if p := f.Project; p != nil {
		out.Project = &creditcheckv1.ProjectFacts{Id: p.ID.String(), Number: p.Number, Name: p.Name, LimitKind: string(p.LimitKind),
			Limit: int64(p.Limit()), Exposure: int64(p.Exposure()), Headroom: int64(p.Limit() - p.Exposure())}
	}
	if f.LimitKind != exposure.LimitUnlimited {
		out.Headroom = int64(f.Headroom)
	}
	if f.MaxOverdueAmount != nil {
		out.MaxOverdueAmount = new(int64(*f.MaxOverdueAmount))
	}
	if f.MaxOverdueDays != nil {
		out.MaxOverdueDays = new(int32(*f.MaxOverdueDays))
	}
	return out
}

func reservation(r creditcheck.Reservation, err error) (*creditcheckv1.Reservation, error) {
	if err != nil {
		return nil, err
	}
	return toReservation(r), nil
}

func toReservation(r creditcheck.Reservation) *creditcheckv1.Reservation {
	return &creditcheckv1.Reservation{Id: r.ID.String(), CustomerId: r.CustomerID.String(), OrderNo: r.OrderNo, Amount: int64(r.Amount),
		HeldAmount: int64(r.HeldAmount), Status: string(r.Status), ExpiresAt: timestamppb.New(r.ExpiresAt),
		CreatedAt: timestamppb.New(r.CreatedAt), UpdatedAt: timestamppb.New(r.UpdatedAt)}
}

func policy(p creditcheck.Policy, err error) (*creditcheckv1.Policy, error) {
	if err != nil {
		return nil, err
	}
	return &creditcheckv1.Policy{Version: p.Version, OverLimit: string(p.OverLimit), OverdueAmount: string(p.OverdueAmount),
		OverdueDays: string(p.OverdueDays), NoLimit: string(p.NoLimit), Unrated: string(p.Unrated), ReservationHours: int32(p.ReservationHours),
		OverdueTolerance: int64(p.OverdueTolerance), CreatedAt: instant(p.CreatedAt), Rules: toRules(p.Rules)}, nil
}

// instant leaves the preset policy without a time.
func instant(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
