package creditcheck

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "zhuxin/app/api/common/v1"
	creditcheckv1 "zhuxin/app/api/creditcheck/v1"
	"zhuxin/biz/creditcheck"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
	"zhuxin/shared/volume"
)

// TryOrder says what would become of an order, and stores nothing.
func (s *Service) TryOrder(ctx context.Context, r *creditcheckv1.CheckRequest) (*creditcheckv1.OrderTrial, error) {
	in, err := fromOrder(r)
	if err != nil {
		return nil, err
	}
	t, err := s.checks.Try(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &creditcheckv1.OrderTrial{Order: toDecision(t.Order), Dispatch: toDecision(t.Dispatch)}
	for _, m := range t.Remedies {
		out.Remedies = append(out.Remedies, &creditcheckv1.Remedy{Code: string(m.Code), Kind: string(m.Kind), Amount: int64(m.Amount), Roles: roles(m.Roles)})
	}
	if t.SalespersonID != uuid.Nil {
		out.Salesperson = &commonv1.PersonRef{Id: t.SalespersonID.String()}
	}
	return out, nil
}

func roles(rs []access.Role) (out []string) {
	for _, r := range rs {
		out = append(out, string(r))
	}
	return out
}

// ListHolds gives held orders.
func (s *Service) ListHolds(ctx context.Context, r *creditcheckv1.ListHoldsRequest) (*creditcheckv1.ListHoldsReply, error) {
	in := creditcheck.ListHoldsInput{Status: r.GetStatus(), Search: r.GetQ(), Page: r.GetPage(), Size: r.GetPageSize()}
	if r.GetCustomerId() != "" {
		id, err := uuid.Parse(r.GetCustomerId())
		if err != nil {
			var c fault.Checks
			c.Add("customer_id", "INVALID_VALUE", "must be a customer's id")
			return nil, c.Err()
		}
		in.CustomerID = id
	}
	hs, total, err := s.queue.List(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &creditcheckv1.ListHoldsReply{Total: total}
	for _, h := range hs {
		out.Holds = append(out.Holds, toHold(h))
	}
	return out, nil
}

// AskRelease asks for a one-time release.
func (s *Service) AskRelease(ctx context.Context, r *creditcheckv1.AskReleaseRequest) (*creditcheckv1.OrderRelease, error) {
	id, err := holdID(r.GetHoldId())
	if err != nil {
		return nil, err
	}
	var c fault.Checks
	in := creditcheck.AskInput{HoldID: id, Amount: money.Amount(r.GetAmount()), Volume: volume.M3(r.GetVolume()), Reason: r.GetReason()}
	if r.GetEndsOn() != "" {
		if in.EndsOn, err = calendar.Parse(r.GetEndsOn()); err != nil {
			c.Add("ends_on", "BAD_FORM", err.Error())
		}
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	release, err := s.queue.Ask(ctx, in)
	if err != nil {
		return nil, err
	}
	return toRelease(&release), nil
}

// CancelHold takes an order out of the queue.
func (s *Service) CancelHold(ctx context.Context, r *creditcheckv1.CancelHoldRequest) (*creditcheckv1.OrderHold, error) {
	id, err := holdID(r.GetId())
	if err != nil {
		return nil, err
	}
	h, err := s.queue.Cancel(ctx, id, r.GetNote())
	if err != nil {
		return nil, err
	}
	return toHold(h), nil
}

// ListHeadroom says what projects can still be supplied.
func (s *Service) ListHeadroom(ctx context.Context, r *creditcheckv1.ListHeadroomRequest) (*creditcheckv1.ListHeadroomReply, error) {
	rows, total, err := s.checks.Headroom(ctx, s.headroom, r.GetQ(), r.GetPage(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &creditcheckv1.ListHeadroomReply{Total: total}
	for _, h := range rows {
		out.Projects = append(out.Projects, &creditcheckv1.Headroom{ProjectId: h.ID.String(), ProjectNumber: h.Number, ProjectName: h.Name,
			CustomerId: h.Loaded.Account.CustomerID.String(), CustomerName: h.Loaded.Name, UnitPrice: int64(h.UnitPrice), Unlimited: h.Unlimited,
			Headroom: int64(h.Amount), Volume: int64(h.Volume), Trucks: int32(h.Trucks), BoundBy: string(h.BoundBy), Zone: string(h.Zone),
			StoppedBy: string(h.StoppedBy), SettlesAdvance: h.Loaded.SettlesAdvance})
	}
	return out, nil
}

func holdID(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil, creditcheck.ErrNoHold
	}
	return id, nil
}

func toReasons(rs []creditcheck.Reason) (out []*creditcheckv1.Reason) {
	for _, r := range rs {
		out = append(out, &creditcheckv1.Reason{Code: string(r.Code), Action: string(r.Action), MessageZh: r.MessageZH,
			MessageEn: r.MessageEN, Actual: r.Actual, Bound: r.Bound, Released: r.Released, Covered: r.Covered})
	}
	return out
}

func toHold(h creditcheck.OrderHold) *creditcheckv1.OrderHold {
	out := &creditcheckv1.OrderHold{Id: h.ID.String(), CustomerId: h.CustomerID.String(), CustomerNumber: h.CustomerNumber, CustomerName: h.CustomerName,
		Salesperson: person(h.Salesperson), ProjectName: h.ProjectName, OrderNo: h.OrderNo, Amount: int64(h.Amount), Volume: int64(h.Volume),
		Checkpoint: string(h.Checkpoint), Reasons: toReasons(h.Reasons), Status: string(h.Status), HeldAt: timestamppb.New(h.HeldAt),
		ClosedAt: optional(h.ClosedAt), ClosingNote: h.ClosingNote, Release: toRelease(h.Release), Releasable: codes(h.Releasable())}
	if h.ProjectID != uuid.Nil {
		out.ProjectId = h.ProjectID.String()
	}
	return out
}

func toRelease(r *creditcheck.OrderRelease) *creditcheckv1.OrderRelease {
	if r == nil {
		return nil
	}
	return &creditcheckv1.OrderRelease{Id: r.ID.String(), HoldId: r.HoldID.String(), OrderNo: r.OrderNo, Codes: codes(r.Codes), Amount: int64(r.Amount),
		Volume: int64(r.Volume), EndsOn: r.EndsOn.String(), Reason: r.Reason, Status: string(r.Status), AskedBy: person(&r.AskedBy),
		AskedAt: timestamppb.New(r.AskedAt), AgreedBy: person(r.AgreedBy), AgreedAt: optional(r.AgreedAt), UsedAmount: int64(r.UsedAmount)}
}

func codes(cs []creditcheck.Code) (out []string) {
	for _, c := range cs {
		out = append(out, string(c))
	}
	return out
}

func person(p *party.Person) *commonv1.PersonRef {
	if p == nil {
		return nil
	}
	return &commonv1.PersonRef{Id: p.ID.String(), Name: p.Name}
}

func optional(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}

func fromRules(r *creditcheckv1.Rules) (out creditcheck.Rules) {
	if r == nil {
		return out
	}
	out = creditcheck.Rules{AtOrder: r.GetAtOrder(), AtDispatch: r.GetAtDispatch(), Freeze: r.GetFreeze(), FreezeDays: int(r.GetFreezeDays()), DispatchTolerance: int(r.GetDispatchTolerance()),
		TruckVolume: volume.M3(r.GetTruckVolume()), ReleaseDays: int(r.GetReleaseDays())}
	out.AboveMaximum, out.StopPours = creditcheck.AboveMaximum(r.GetAboveMaximum()), r.GetStopPours()
	if d := r.GetStopDays(); d != nil {
		out.StopDays = creditcheck.StopDays{Prepared: int(d.GetPrepared()), Notified: int(d.GetNotified()), Stopped: int(d.GetStopped())}
	}
	if l := r.GetLapsed(); l != nil {
		out.Lapsed = creditcheck.Lapsed{Kind: l.GetKind(), Amount: money.Amount(l.GetAmount()), Grade: l.GetGrade()}
	}
	for _, b := range r.GetBands() {
		out.Bands = append(out.Bands, creditcheck.Band{Grade: b.GetGrade(), Watch: int(b.GetWatch()), Hold: int(b.GetHold()), Stop: int(b.GetStop())})
	}
	for _, a := range r.GetAuthorities() {
		out.Authorities = append(out.Authorities, creditcheck.Authority{Role: access.Role(a.GetRole()), Code: creditcheck.Code(a.GetCode()), Amount: money.Amount(a.GetAmount())})
	}
	return out
}

func toRules(r creditcheck.Rules) *creditcheckv1.Rules {
	out := &creditcheckv1.Rules{AtOrder: r.AtOrder, AtDispatch: r.AtDispatch, Freeze: r.Freeze, FreezeDays: int32(r.FreezeDays), DispatchTolerance: int32(r.DispatchTolerance),
		TruckVolume: int64(r.TruckVolume), ReleaseDays: int32(r.ReleaseDays), AboveMaximum: string(r.AboveMaximum), StopPours: r.StopPours,
		StopDays: &creditcheckv1.StopDays{Prepared: int32(r.StopDays.Prepared), Notified: int32(r.StopDays.Notified), Stopped: int32(r.StopDays.Stopped)},
		Lapsed:   &creditcheckv1.LapsedDefault{Kind: r.Lapsed.Kind, Amount: int64(r.Lapsed.Amount), Grade: r.Lapsed.Grade}}
	for _, b := range r.Bands {
		out.Bands = append(out.Bands, &creditcheckv1.UtilizationBand{Grade: b.Grade, Watch: int32(b.Watch), Hold: int32(b.Hold), Stop: int32(b.Stop)})
	}
	for _, a := range r.Authorities {
		out.Authorities = append(out.Authorities, &creditcheckv1.Authority{Role: string(a.Role), Code: string(a.Code), Amount: int64(a.Amount)})
	}
	return out
}
