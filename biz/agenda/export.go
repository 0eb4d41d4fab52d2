package agenda

import (
	"context"
	"fmt"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
)

// Export writes the months as XLSX, with the filters of the list, and leaves an audit
// row.
func (s *Service) Export(ctx context.Context, in Input, lang report.Lang) (file report.File, err error) {
	if _, err := access.Require(ctx, access.LimitRead); err != nil {
		return file, err
	}
	var c fault.Checks
	p, err := s.read(ctx, in, &c)
	if err != nil {
		return file, err
	}
	w := lang.Say
	columns := []report.Column{{Title: w("日期", "Date"), Width: 2.4}, {Title: w("事项", "What"), Width: 3}, {Title: w("客户编号", "Customer no."), Width: 3}, {Title: w("客户", "Customer"), Width: 5},
		{Title: w("项目", "Project"), Width: 4}, {Title: w("业务员", "Salesperson"), Width: 2.4}, {Title: w("额度或担保", "Limit or cover"), Width: 3, Right: true}, {Title: w("说明", "Detail"), Width: 3}}
	file, err = s.Tables.Table(ctx, w("复审与到期日历", "Review calendar"), columns, func(_ context.Context, each func([]report.Cell) error) error {
		for _, e := range p.Entries {
			amount := report.Text("")
			if e.Amount != nil {
				amount = report.Cell{Value: int64(*e.Amount), Unit: report.UnitFen}
			}
			if err := each([]report.Cell{report.Text(e.On.String()), report.Text(kindWord(e.Kind, w)), report.Text(e.CustomerNumber), report.Text(e.CustomerName),
				report.Text(e.ProjectName), report.Text(e.Salesperson), amount, report.Text(detail(e, w))}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return file, err
	}
	file.Name = fmt.Sprintf("calendar-%s.xlsx", p.From.String()[:7])
	return file, s.Tx.InTx(ctx, func(ctx context.Context) error {
		return s.Audit.Record(ctx, audit.Entry{Action: "calendar.exported", ObjectType: "calendar",
			After: map[string]any{"rows": p.Total, "from": p.From, "to": p.To, "kind": in.Kind, "mine": in.Mine}})
	})
}

func kindWord(k Kind, w func(zh, en string) string) string {
	return map[Kind]string{RatingDue: w("信用评级到期", "Rating to renew"), PaperExpires: w("证照到期", "Paper expires"), LimitEnds: w("额度到期", "Limit ends"),
		LimitBegins: w("额度生效", "Limit begins"), CollateralEnds: w("担保到期", "Collateral ends"), AgreementReview: w("信贷约定复审", "Agreement to review")}[k]
}

func detail(e Entry, w func(zh, en string) string) string {
	switch {
	case e.Parts["grade"] != "":
		return w("等级 ", "grade ") + e.Parts["grade"]
	case e.Parts["paper"] != "":
		return e.Parts["file"]
	case e.Parts["successor"] == "true":
		return w("由新额度接续", "a new limit follows")
	case e.Parts["collateral"] != "":
		return collateralWord(e.Parts["collateral"], w) + " " + e.Parts["provider"]
	case e.Parts["class"] == "temporary":
		return w("临时额度", "temporary")
	case e.Parts["class"] == "standing":
		return w("固定额度", "standing")
	}
	return ""
}

func collateralWord(kind string, w func(zh, en string) string) string {
	return map[string]string{"guarantee": w("保证", "guarantee"), "mortgage": w("抵押", "mortgage"), "pledge": w("质押", "pledge"), "deposit": w("保证金", "deposit"),
		"bank_guarantee": w("保函", "bank guarantee")}[kind]
}
