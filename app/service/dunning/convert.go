package dunning

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	dunningv1 "zhuxin/app/api/dunning/v1"
	"zhuxin/biz/dunning"
	"zhuxin/biz/notify"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

func toRule(r dunning.Rule) *dunningv1.Rule {
	out := &dunningv1.Rule{Version: r.Version, Enabled: r.Enabled, Minimum: int64(r.Minimum), PaymentText: r.PaymentText, BeforeRestDays: r.BeforeRestDays}
	for _, l := range r.Levels {
		out.Levels = append(out.Levels, &dunningv1.DunningLevel{Days: int32(l.Days), Title: l.Title, Closing: l.Closing, Channels: names(l.Channels), Salesperson: l.Salesperson, Bill: l.Bill})
	}
	return out
}

func fromRule(r *dunningv1.Rule) dunning.Rule {
	out := dunning.Rule{Version: r.GetVersion(), Enabled: r.GetEnabled(), Minimum: money.Amount(r.GetMinimum()), PaymentText: r.GetPaymentText(), BeforeRestDays: r.GetBeforeRestDays()}
	for _, l := range r.GetLevels() {
		level := dunning.Level{Days: int(l.GetDays()), Title: l.GetTitle(), Closing: l.GetClosing(), Salesperson: l.GetSalesperson(), Bill: l.GetBill()}
		for _, c := range l.GetChannels() {
			level.Channels = append(level.Channels, notify.ChannelKind(c))
		}
		out.Levels = append(out.Levels, level)
	}
	return out
}

func names(list []notify.ChannelKind) (out []string) {
	for _, k := range list {
		out = append(out, string(k))
	}
	return out
}

func toSimulation(s dunning.Simulation) *dunningv1.SimulateDunningReply {
	out := &dunningv1.SimulateDunningReply{Date: s.On.String(), Currency: string(s.Currency), More: s.More, Enabled: s.Enabled}
	for _, t := range s.Totals {
		out.Totals = append(out.Totals, &dunningv1.LevelTotal{Days: int32(t.Level.Days), Title: t.Level.Title, Letters: int32(t.Letters), Unreachable: int32(t.Unreachable),
			Overdue: int64(t.Overdue), Upcoming: int64(t.Upcoming), Credits: int64(t.Credits), Net: int64(t.Net)})
	}
	for _, o := range s.Outcomes {
		l, why := o.Letter, string(o.Why)
		if o.Why == dunning.Written {
			why = "written"
		}
		out.Outcomes = append(out.Outcomes, &dunningv1.DunningOutcome{CustomerId: l.Account.Customer.String(), CustomerNumber: l.Account.Number, CustomerName: l.Account.Name,
			Outcome: why, Level: int32(l.Level.Days), Title: l.Level.Title, Overdue: int64(l.Overdue), Upcoming: int64(l.Upcoming), Credits: int64(l.Credits),
			Disputed: int64(l.Disputed), Net: int64(l.Net()), Items: toItems(l.Items, l.On), Channels: names(o.Over), Text: l.Text()})
	}
	return out
}

func toItems(list []dunning.Due, on calendar.Date) (out []*dunningv1.DunningItem) {
	for _, d := range list {
		out = append(out, &dunningv1.DunningItem{ReceivableId: d.Receivable.String(), DocumentNo: d.DocumentNo, DueDate: d.DueDate.String(), OpenAmount: int64(d.Open),
			OverdueDays: int32(on.DaysSince(d.DueDate)), Disputed: d.Disputed})
	}
	return out
}

func toLetter(l dunning.Record) *dunningv1.DunningLetter {
	return &dunningv1.DunningLetter{Id: l.ID.String(), CustomerId: l.Account.Customer.String(), CustomerNumber: l.Account.Number, CustomerName: l.Account.Name,
		Level: int32(l.Level.Days), Title: l.Level.Title, WrittenOn: l.On.String(), Currency: string(l.Currency), Overdue: int64(l.Overdue), Upcoming: int64(l.Upcoming),
		Credits: int64(l.Credits), Disputed: int64(l.Disputed), Net: int64(l.Net()), State: string(l.State)}
}

func toFull(l dunning.Record, err error) (*dunningv1.DunningLetter, error) {
	if err != nil {
		return nil, err
	}
	out := toLetter(l)
	out.Items, out.Text = toItems(l.Items, l.On), l.Text()
	for _, s := range l.Sendings {
		out.Deliveries = append(out.Deliveries, &dunningv1.LetterDelivery{Channel: string(s.Channel), State: string(s.State), Trouble: string(s.Trouble), TroubleText: s.Reason,
			At: timestamppb.New(s.At)})
	}
	return out, nil
}
