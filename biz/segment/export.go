package segment

import (
	"context"
	"fmt"

	"zhuxin/shared/report"
)

// print writes the customers as a table, a column for each dimension.
func (s *Service) print(ctx context.Context, p Preview, l looking, lang report.Lang) (report.File, error) {
	say := lang.Say
	columns := []report.Column{{Title: say("编号", "Number"), Width: 2}, {Title: say("客户", "Customer"), Width: 4},
		{Title: say("应收余额", "Receivable"), Width: 3, Right: true}, {Title: say("其中逾期", "Overdue"), Width: 3, Right: true}}
	for _, d := range l.all {
		columns = append(columns, report.Column{Title: d.title(say), Width: 2, Right: d.Kind == KindNumber})
	}
	file, err := s.Printer.Table(ctx, say("客户分群", "Customer segment"), columns, func(_ context.Context, each func([]report.Cell) error) error {
		for _, f := range p.Customers {
			row := []report.Cell{report.Text(f.Number), report.Text(f.Name), {Value: int64(f.Receivable), Unit: report.UnitFen}, {Value: int64(f.Overdue), Unit: report.UnitFen}}
			for _, d := range l.all {
				row = append(row, d.cell(f, lang))
			}
			if err := each(row); err != nil {
				return err
			}
		}
		return nil
	})
	file.Name = fmt.Sprintf("segment-%s.xlsx", l.today)
	return file, err
}

func (d Dimension) title(say func(zh, en string) string) string {
	switch d.Code {
	case Grade:
		return say("等级", "Grade")
	case Region:
		return say("地区", "Region")
	case Salesperson:
		return say("业务员", "Salesperson")
	case CooperationMonths:
		return say("合作月数", "Months of co-operation")
	case Sales:
		return say("近12个月销售额", "Sales of 12 months")
	case Volume:
		return say("近12个月方量（m³）", "Volume of 12 months (m³)")
	case OverdueDays:
		return say("逾期天数", "Days overdue")
	case Utilization:
		return say("额度使用率", "Utilization")
	case CollectionRatio:
		return say("回款率", "Collection ratio")
	}
	return d.Name
}

func (d Dimension) cell(f Facts, lang report.Lang) report.Cell {
	if d.Kind != KindNumber {
		return report.Text(d.name(f.Choices[d.Code], lang))
	}
	n, ok := f.Numbers[d.Code]
	switch {
	case !ok:
		return report.Cell{Missing: true}
	case d.Code == Sales:
		return report.Cell{Value: n, Unit: report.UnitFen}
	case d.Code == Utilization || d.Code == CollectionRatio:
		return report.Cell{Value: n, Unit: report.UnitBP}
	case d.Code == Volume:
		return report.Text(fmt.Sprintf("%d.%03d", n/1000, n%1000))
	}
	return report.Cell{Value: n, Unit: unitCount}
}

// unitCount writes a number without decimals.
const unitCount report.Unit = "count"

// name gives a value as people call it.
func (d Dimension) name(code string, lang report.Lang) string {
	for _, c := range d.Choices {
		switch {
		case c.Code != code:
		case lang == report.EN && c.NameEN != "":
			return c.NameEN
		case c.Name != "":
			return c.Name
		}
	}
	return code
}
