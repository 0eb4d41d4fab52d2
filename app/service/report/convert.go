package report

import (
	"github.com/google/uuid"

	reportv1 "zhuxin/app/api/report/v1"
	biz "zhuxin/biz/report"
	"zhuxin/shared/report"
)

func toReport(v report.View) *reportv1.Report {
	out := &reportv1.Report{Level: string(v.Level), Currency: v.Currency, Currencies: v.Currencies, Today: v.Today.String(),
		First: v.Period.First.String(), End: v.Period.End.String(), Closed: v.Period.Closed, Sums: toSums(v.Sums), Figures: toFigures(v.Figures),
		Months: toPoints(v.Months), Quarters: toPoints(v.Quarters), By: string(v.By), Total: v.Total}
	for _, c := range v.Path {
		id := idOf(c.ID)
		if c.Level == report.LevelSalesperson && c.ID == uuid.Nil {
			id = nobody
		}
		out.Path = append(out.Path, &reportv1.Crumb{Level: string(c.Level), Id: id, Name: c.Name})
	}
	for _, l := range v.Late {
		out.Late = append(out.Late, &reportv1.Late{Id: l.ID.String(), Name: l.Name, AsOf: l.AsOf.String()})
	}
	for _, p := range v.Parts {
		id := idOf(p.ID)
		if v.By == report.BySalesperson && p.ID == uuid.Nil {
			id = nobody
		}
		out.Parts = append(out.Parts, &reportv1.Part{Id: id, Name: p.Name, Detail: p.Detail, AsOf: p.AsOf.String(), Sums: toSums(p.Sums), Figures: toFigures(p.Figures)})
	}
	return out
}

func idOf(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

func toSums(s report.Sums) *reportv1.Sums {
	return &reportv1.Sums{Sales: s.Sales, Collections: s.Collections, FallenDue: s.FallenDue, CollectedDue: s.CollectedDue,
		Receivable: s.Receivable, Overdue: s.Overdue(), NotDue: s.NotDue, Months_0_6: s.Months0, Months_6_12: s.Months6, Months_12_24: s.Months12,
		Months_24: s.Months24, Days_1_30: s.Days1, Days_31_60: s.Days31, Days_61_90: s.Days61, Days_91: s.Days91,
		Customers: s.Customers, Unknown: s.Unknown, Basis: s.Basis.String(), OldestDueOn: s.OldestDue.String(), Disputed: s.Disputed, DisputedOverdue: s.DisputedOverdue}
}

func toFigures(figures []report.Figure) (out []*reportv1.Figure) {
	for _, f := range figures {
		x := &reportv1.Figure{Key: f.Key, Unit: string(f.Unit), Now: toValue(f.Now), Yoy: toValue(f.YoY.Number), Pop: toValue(f.PoP.Number),
			YoyBase: f.YoY.Base, PopBase: f.PoP.Base}
		for _, i := range f.Inputs {
			x.Inputs = append(x.Inputs, &reportv1.Input{Key: i.Key, Value: i.Value, Unit: string(i.Unit)})
		}
		out = append(out, x)
	}
	return out
}

func toValue(n report.Number) *reportv1.Value { return &reportv1.Value{Value: n.Value, Why: n.Why} }

func toPoints(points []report.Point) (out []*reportv1.Point) {
	for _, p := range points {
		out = append(out, &reportv1.Point{Label: p.Label, First: p.First.String(), End: p.End.String(), Closed: p.Closed, Sums: toSums(p.Sums), Figures: toFigures(p.Figures)})
	}
	return out
}

func toAgingRow(r biz.AgingRow) *reportv1.AgingRow {
	return &reportv1.AgingRow{Id: idOf(r.ID), Name: r.Name, Detail: r.Detail, Buckets: r.Buckets, Receivable: r.Receivable(), Unknown: r.Unknown, Basis: r.Basis.String(), Disputed: r.Disputed}
}

func toDebts(rows []report.Ranked, total int64, currency string) *reportv1.ListDebtsReply {
	out := &reportv1.ListDebtsReply{Total: total, Currency: currency}
	for _, r := range rows {
		out.Debts = append(out.Debts, &reportv1.Debt{Id: r.ID, Name: r.Name, Detail: r.Detail, Where: r.Where, Subsidiaries: r.Subsidiaries,
			Receivable: r.Receivable, Overdue: r.Overdue, OverdueDays: int32(r.OverdueDays()), AsOf: r.AsOf.String(), Disputed: r.Disputed})
	}
	return out
}
