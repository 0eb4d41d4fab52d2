package contract

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	contractv1 "zhuxin/app/api/contract/v1"
	"zhuxin/biz/contract"
	"zhuxin/biz/paymentnode"
)

func toContract(c contract.Contract) *contractv1.ContractFigures {
	out := &contractv1.ContractFigures{Id: c.ID.String(), ErpContractNo: c.ERPContractNo, CustomerId: c.CustomerID.String(), CustomerName: c.CustomerName,
		ProjectId: c.ProjectID.String(), ProjectName: c.ProjectName, Volume: int64(c.Volume), UnitPrice: int64(c.UnitPrice),
		CreditTermDays: int32(c.CreditTermDays), SignedOn: c.SignedOn.String(), TermsVersion: int32(c.TermsVersion), Delivered: int64(c.Delivered),
		Settled: int64(c.Settled), Open: int64(c.Open), Overdue: int64(c.Overdue), Received: int64(c.Received)}
	if c.LateFeePPM != nil {
		out.LateFeePpm = new(int32(*c.LateFeePPM))
	}
	return out
}

func toUnlinked(u contract.Unlinked) *contractv1.Unlinked {
	out := &contractv1.Unlinked{ErpContractNo: u.ERPContractNo, CustomerId: u.CustomerID.String(), CustomerName: u.CustomerName,
		Documents: u.Documents, Amount: int64(u.Amount), LastSeenOn: u.LastSeenOn.String()}
	for _, p := range u.Projects {
		out.Projects = append(out.Projects, &contractv1.ProjectChoice{Id: p.ID.String(), Name: p.Name})
	}
	return out
}

func toDetail(d contract.Detail) *contractv1.ContractDetail {
	out := &contractv1.ContractDetail{Contract: toContract(d.Contract), Today: d.Today.String()}
	if d.Terms != nil {
		out.Terms, out.TermsReason, out.TermsAt = toTerms(d.Terms.Terms), d.Terms.Reason, timestamppb.New(d.Terms.CreatedAt)
	}
	for _, n := range d.Nodes {
		node := toNode(n.Node)
		node.Id, node.Remark, node.ReportedAt = n.ID.String(), n.Remark, timestamppb.New(n.ReportedAt)
		out.Nodes = append(out.Nodes, node)
	}
	for _, l := range d.Lines {
		line := &contractv1.DueLine{ItemId: l.Item.ID.String(), ItemNumber: l.Item.Number, Invoiced: l.Item.Invoiced, SettledOn: l.Item.SettledOn.String(),
			ItemAmount: int64(l.Item.Amount), Clause: l.Clause, DueOn: l.DueOn.String(), Amount: int64(l.Amount), Open: int64(l.Open),
			Rule: string(l.Why.Rule), Share: int32(l.Why.Share), Step: l.Why.Step, Days: int32(l.Why.Days),
			Overdue: l.Item.Invoiced && l.Open > 0 && l.DueOn < d.Today}
		if l.Why.Node != nil {
			line.Node = toNode(*l.Why.Node)
		}
		if l.Why.Event != nil {
			line.EventOn = l.Why.Event.String()
		}
		out.Lines = append(out.Lines, line)
	}
	return out
}

func toNode(n paymentnode.Node) *contractv1.SiteNode {
	return &contractv1.SiteNode{Kind: string(n.Kind), Floor: int32(n.Floor), ReachedOn: n.On.String()}
}

func toTerms(t paymentnode.Terms) *contractv1.Terms {
	out := &contractv1.Terms{AfterToppingOut: t.Remainder.AfterToppingOut, DaysAfterToppingOut: int32(t.Remainder.DaysAfterToppingOut),
		DaysAfterLastDelivery: int32(t.Remainder.DaysAfterLastDelivery), FallbackDays: int32(t.FallbackDays)}
	for _, c := range t.Clauses {
		k := &contractv1.Clause{Id: c.ID, Kind: string(c.Kind), Share: int32(c.Share), Day: int32(c.Day), MonthsAfter: int32(c.MonthsAfter), Step: c.Step, Days: int32(c.Days)}
		for _, n := range c.Nodes {
			k.Nodes = append(k.Nodes, &contractv1.NodeRule{Kind: string(n.Kind), Every: int32(n.Every)})
		}
		out.Clauses = append(out.Clauses, k)
	}
	return out
}

func fromTerms(t *contractv1.Terms) paymentnode.Terms {
	out := paymentnode.Terms{FallbackDays: int(t.GetFallbackDays()), Remainder: paymentnode.Remainder{AfterToppingOut: t.GetAfterToppingOut(),
		DaysAfterToppingOut: int(t.GetDaysAfterToppingOut()), DaysAfterLastDelivery: int(t.GetDaysAfterLastDelivery())}}
	for _, c := range t.GetClauses() {
		k := paymentnode.Clause{ID: c.GetId(), Kind: paymentnode.Kind(c.GetKind()), Share: int(c.GetShare()), Day: int(c.GetDay()),
			MonthsAfter: int(c.GetMonthsAfter()), Step: c.GetStep(), Days: int(c.GetDays())}
		for _, n := range c.GetNodes() {
			k.Nodes = append(k.Nodes, paymentnode.NodeRule{Kind: paymentnode.NodeKind(n.GetKind()), Every: int(n.GetEvery())})
		}
		out.Clauses = append(out.Clauses, k)
	}
	return out
}
