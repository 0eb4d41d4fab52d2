package schedule

import (
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	schedulev1 "zhuxin/app/api/schedule/v1"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
	"zhuxin/shared/schedule"
)

func text(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

func stamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil || t.IsZero() {
		return nil
	}
	return timestamppb.New(*t)
}

func toSchedule(x schedule.Schedule) *schedulev1.ReportSchedule {
	out := &schedulev1.ReportSchedule{Id: x.ID.String(), Version: x.Version, OwnerId: x.OwnerID.String(), OwnerName: x.OwnerName, Format: string(x.Format), Lang: string(x.Lang),
		Spec: &schedulev1.ReportSpec{Report: x.Spec.Report, TenantId: text(x.Spec.TenantID), SalespersonId: text(x.Spec.SalespersonID), CustomerId: text(x.Spec.CustomerID), SegmentId: text(x.Spec.SegmentID), Currency: x.Spec.Currency,
			Period: x.Spec.Period, Which: x.Spec.Which, OrderBy: x.Spec.OrderBy, Step: x.Spec.Step, Scheme: x.Spec.Scheme, Bounds: x.Spec.Bounds},
		Timing:  &schedulev1.ReportTiming{Every: string(x.Timing.Every), Weekday: int32(x.Timing.Weekday), Day: int32(x.Timing.Day), Hour: int32(x.Timing.Hour)},
		Subject: x.Subject, SendEmpty: x.SendEmpty, Paused: x.Paused, CreatedAt: timestamppb.New(x.CreatedAt), NextAt: stamp(&x.NextAt)}
	for _, id := range x.Recipients {
		out.RecipientIds = append(out.RecipientIds, id.String())
	}
	if x.Last != nil {
		out.Last = toSend(*x.Last)
	}
	return out
}

func toSend(n schedule.Send) *schedulev1.ReportSend {
	out := &schedulev1.ReportSend{Id: n.ID.String(), BusinessDate: n.On.String(), ByHand: n.Number > 0, State: string(n.State), Missed: int32(n.Missed), Attempts: int32(n.Attempts), NextAt: stamp(&n.NextAt),
		FileName: n.File, FileSize: n.Size, Reason: n.Reason, Message: n.Message, CreatedAt: stamp(&n.CreatedAt), FinishedAt: stamp(n.FinishedAt)}
	for _, o := range n.Outcomes {
		out.Outcomes = append(out.Outcomes, &schedulev1.ReportOutcome{PersonId: o.PersonID.String(), Name: o.Name, State: string(o.State), Why: o.Why})
	}
	return out
}

func fromSpec(r *schedulev1.ReportSpec) (schedule.Spec, error) {
	var c fault.Checks
	s := schedule.Spec{Report: r.GetReport(), TenantID: ids(&c, "tenant_id", r.GetTenantId()), SalespersonID: ids(&c, "salesperson_id", r.GetSalespersonId()),
		CustomerID: ids(&c, "customer_id", r.GetCustomerId()), SegmentID: ids(&c, "segment_id", r.GetSegmentId()), Currency: r.GetCurrency(), Period: r.GetPeriod(), Which: r.GetWhich(), OrderBy: r.GetOrderBy(), Step: r.GetStep(), Scheme: r.GetScheme(), Bounds: r.GetBounds()}
	return s, c.Err()
}

// said is what both ways of saving a schedule carry.
type said interface {
	GetSpec() *schedulev1.ReportSpec
	GetFormat() string
	GetLang() string
	GetTiming() *schedulev1.ReportTiming
	GetRecipientIds() []string
	GetSubject() string
	GetSendEmpty() bool
}

func input(r said) (in schedule.Input, err error) {
	if in.Spec, err = fromSpec(r.GetSpec()); err != nil {
		return in, err
	}
	t := r.GetTiming()
	in.Timing = schedule.Timing{Every: schedule.Every(t.GetEvery()), Weekday: int(t.GetWeekday()), Day: int(t.GetDay()), Hour: int(t.GetHour())}
	in.Format, in.Lang, in.Subject, in.SendEmpty = report.Format(r.GetFormat()), report.Lang(r.GetLang()), r.GetSubject(), r.GetSendEmpty()
	var c fault.Checks
	for _, s := range r.GetRecipientIds() {
		in.Recipients = append(in.Recipients, ids(&c, "recipients", s))
	}
	return in, c.Err()
}
