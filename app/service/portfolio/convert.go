package portfolio

import (
	portfoliov1 "zhuxin/app/api/portfolio/v1"
	biz "zhuxin/biz/portfolio"
	"zhuxin/shared/fault"
)

func toClassified(x biz.Classified, byHand bool) *portfoliov1.ClassifiedCustomer {
	out := &portfoliov1.ClassifiedCustomer{CustomerId: x.CustomerID.String(), Number: x.Number, Name: x.Name, SalespersonName: x.Salesperson, Open: int64(x.Open), Overdue: int64(x.Overdue),
		Days: int32(x.Days), Category: string(x.Category), ByRule: string(x.ByRule)}
	for _, c := range x.Causes {
		out.Causes = append(out.Causes, &portfoliov1.CategoryCause{Code: c.Code, Category: string(c.Category), Value: c.Value})
	}
	if byHand && x.Override != nil {
		out.OverrideReason, out.OverrideUntil, out.OverrideBy = x.Override.Reason, x.Override.Until.String(), x.Override.By
	}
	return out
}

func toBucket(k int, b biz.Provided) *portfoliov1.LossBucket {
	out := &portfoliov1.LossBucket{Label: biz.Buckets[k], Items: b.Items, Open: b.Open, Base: b.Base, Loss: int32(b.Loss), Rate: int32(b.Final), Provision: b.Provision, Basis: string(b.Basis),
		Roll: &portfoliov1.RollSums{Months: int32(b.Months), Items: b.Roll.Items, Before: b.Before, Stayed: b.Stayed(k), Older: b.Older(k), Collected: b.Collected(k), WrittenOff: b.Roll.Lost}}
	for _, m := range b.ByMonth {
		out.Months = append(out.Months, &portfoliov1.RollMonth{Month: m.Month.String(), Items: m.Items, Before: m.Before, Stayed: m.Stayed, Older: m.Older, WrittenOff: m.Lost})
	}
	return out
}

func toExpected(e biz.Expected) *portfoliov1.Expected {
	out := &portfoliov1.Expected{LaterPromised: e.Later.Promised, LaterHabit: e.Later.Habit, Behind: e.Behind, Credit: e.Credit, Open: e.Open}
	for _, s := range e.Spans {
		out.Promised = append(out.Promised, s.Promised)
		out.Habit = append(out.Habit, s.Habit)
	}
	return out
}

func toRule(r biz.Rule) *portfoliov1.PortfolioRule {
	out := &portfoliov1.PortfolioRule{Version: r.Version, Listed: string(r.Listed), Lawsuit: string(r.Lawsuit), Disputed: string(r.Disputed), History: r.History, Terminal: int32(r.Terminal), Factor: int32(r.Factor)}
	for _, d := range r.Days {
		out.Days = append(out.Days, int32(d))
	}
	for _, g := range r.Given {
		out.Given = append(out.Given, int32(g))
	}
	return out
}

func fromRule(in *portfoliov1.PortfolioRule) (biz.Rule, error) {
	r := biz.Rule{Version: in.GetVersion(), Listed: biz.Category(in.GetListed()), Lawsuit: biz.Category(in.GetLawsuit()), Disputed: biz.Category(in.GetDisputed()),
		History: in.GetHistory(), Terminal: int(in.GetTerminal()), Factor: int(in.GetFactor())}
	var c fault.Checks
	c.Require(len(in.GetDays()) == len(r.Days), "days", "BAD_FORM", "give four numbers of days")
	c.Require(len(in.GetGiven()) == len(r.Given), "given", "BAD_FORM", "give six loss rates")
	if err := c.Err(); err != nil {
		return r, err
	}
	for i, d := range in.GetDays() {
		r.Days[i] = int(d)
	}
	for i, g := range in.GetGiven() {
		r.Given[i] = int(g)
	}
	return r, nil
}
