package quality

import (
	"fmt"
	"time"

	"zhuxin/shared/report"
)

type words report.Lang

func (w words) of(zh, en string) string {
	return report.Lang(w).Say(zh, en)
}

func (w words) category(i int) string {
	return w.of([]string{"正常", "关注", "次级", "可疑", "损失"}[i], []string{"Normal", "Special mention", "Substandard", "Doubtful", "Loss"}[i])
}

func (w words) bucket(i int) string {
	if i == 0 {
		return w.of("未到期", "Not due")
	}
	return Buckets[i] + w.of(" 天", " days")
}

func fen(v int64) report.Cell   { return report.Cell{Value: v, Unit: report.UnitFen} }
func bp(v int64) report.Cell    { return report.Cell{Value: v, Unit: report.UnitBP} }
func count(v int64) report.Cell { return report.Text(fmt.Sprint(v)) }

func text(title string, width float64) report.Column {
	return report.Column{Title: title, Width: width}
}

func number(title string) report.Column { return report.Column{Title: title, Width: 2.4, Right: true} }

// lines puts the sum below the parts, so that the columns add up before one's eyes.
func (v View) lines(w words, row func(f Figures) []report.Cell) (out [][]report.Cell) {
	for _, p := range v.Parts {
		out = append(out, append([]report.Cell{report.Text(p.Name), report.Text(p.AsOf.String())}, row(p.Figures)...))
	}
	return append(out, append([]report.Cell{report.Text(w.of("合计", "Sum")), report.Text(v.Sum.AsOf.String())}, row(v.Sum)...))
}

// Document writes a view down: each figure by subsidiary, with its formula.
func (v View) Document(lang report.Lang, at time.Time) report.Document {
	w := words(lang)
	name := v.Name
	if name == "" {
		name = w.of("集团", "Group")
	}
	d := report.Document{Title: name + w.of(" · 应收质量", " · quality of receivables"), Lang: lang, At: at,
		Subtitle: fmt.Sprintf(w.of("截至 %s，币种 %s，单位元", "As of %s, in %s"), v.Sum.AsOf, v.Currency), Digest: report.Digest{Empty: v.Sum.Customers() == 0}}
	provision, base := v.Sum.Provision()
	d.Say(w.of("应收余额", "Open"), fen(v.Sum.Open()))
	d.Say(w.of("后三类余额", "Substandard and worse"), fen(v.Sum.Bad()))
	d.Say(w.of("后三类占比", "Their share"), bp(Share(v.Sum.Bad(), v.Sum.Open())))
	d.Say(w.of("预期信用损失", "Expected credit loss"), fen(provision))
	d.Say(w.of("计提率", "Rate"), bp(Share(provision, base)))
	d.Say(w.of("13 周内预计回款", "Expected within 13 weeks"), fen(v.Sum.Weeks.Within()))
	d.Sections = []report.Section{v.categories(w), v.losses(w), v.matrix(w), v.cash(w, w.of("预计回款（按周）", "Expected cash-in by week"), v.Sum.Weeks), v.cash(w, w.of("预计回款（按月）", "Expected cash-in by month"), v.Sum.Months), v.cashBy(w)}
	return d
}

func (v View) head(w words) []report.Column {
	return []report.Column{text(w.of("子企业", "Subsidiary"), 3.6), text(w.of("截至", "As of"), 2)}
}

func (v View) categories(w words) report.Section {
	s := report.Section{Title: w.of("五级分类", "Five categories"), Columns: append(v.head(w), number(w.of("客户数", "Customers"))),
		Note: w.of("各子企业按自己的规则分类；合计为各子企业之和。后三类占比 =（次级 + 可疑 + 损失）÷ 应收余额。", "Each subsidiary classifies by its own rule; the sum is theirs. Share of the worse = (substandard + doubtful + loss) ÷ open.")}
	for i := range Categories {
		s.Columns = append(s.Columns, number(w.category(i)))
	}
	s.Columns = append(s.Columns, number(w.of("应收余额", "Open")), number(w.of("后三类占比", "Worse share")))
	s.Rows = v.lines(w, func(f Figures) []report.Cell {
		row := []report.Cell{count(f.Customers())}
		for _, c := range f.Categories {
			row = append(row, fen(c.Open))
		}
		return append(row, fen(f.Open()), bp(Share(f.Bad(), f.Open())))
	})
	return s
}

func (v View) losses(w words) report.Section {
	s := report.Section{Title: w.of("预期信用损失", "Expected credit loss"), Columns: v.head(w),
		Note: w.of("预期损失 = Σ 各账龄计提基数 × 该子企业的计提率；计提率 = 损失率（迁徙率）× 前瞻系数。", "Expected loss = Σ base of each age × the subsidiary's rate; rate = loss rate (roll rates) × forward-looking factor.")}
	for i := range Buckets {
		s.Columns = append(s.Columns, number(w.bucket(i)))
	}
	s.Columns = append(s.Columns, number(w.of("预期损失", "Expected loss")), number(w.of("占计提基数", "Of base")))
	s.Rows = v.lines(w, func(f Figures) (row []report.Cell) {
		for _, b := range f.Buckets {
			row = append(row, fen(b.Provision))
		}
		sum, base := f.Provision()
		return append(row, fen(sum), bp(Share(sum, base)))
	})
	return s
}

func (v View) matrix(w words) report.Section {
	s := report.Section{Title: w.of("准备金矩阵（合计）", "Provision matrix (sum)"), Columns: []report.Column{text(w.of("账龄", "Age"), 2.4), number(w.of("余额", "Open")), number(w.of("计提基数", "Base")), number(w.of("计提率", "Rate")), number(w.of("预期损失", "Expected loss"))}}
	for i, b := range v.Sum.Buckets {
		s.Rows = append(s.Rows, []report.Cell{report.Text(w.bucket(i)), fen(b.Open), fen(b.Base), bp(b.Rate), fen(b.Provision)})
	}
	return s
}

func (v View) cash(w words, title string, c Cash) report.Section {
	s := report.Section{Title: title, Columns: []report.Column{text(w.of("期间", "Period"), 4), number(w.of("承诺", "Promised")), number(w.of("按付款习惯", "By habit")), number(w.of("合计", "Sum"))},
		Note: w.of("按付款习惯 = 到期日加客户近 12 个月平均迟付天数；各期、以后、日期不明与贷方余额之和等于应收余额。", "By habit: the due date plus the customer's average days late over 12 months. Periods, later, no day and credits add up to what is open.")}
	line := func(name string, promised, habit int64) {
		s.Rows = append(s.Rows, []report.Cell{report.Text(name), fen(promised), fen(habit), fen(promised + habit)})
	}
	for _, x := range c.Spans {
		line(x.First.String()+" – "+x.Last.String(), x.Promised, x.Habit)
	}
	line(w.of("以后", "Later"), c.LaterPromised, c.LaterHabit)
	line(w.of("逾期超过习惯，日期不明", "Overdue beyond habit, no day"), 0, c.Behind)
	line(w.of("客户贷方余额", "Credit balances"), 0, c.Credit)
	s.Rows = append(s.Rows, []report.Cell{report.Text(w.of("应收余额", "Open")), report.Text(""), report.Text(""), fen(c.Open)})
	return s
}

func (v View) cashBy(w words) report.Section {
	s := report.Section{Title: w.of("各子企业预计回款", "Expected cash-in by subsidiary"), Columns: append(v.head(w), number(w.of("13 周内", "13 weeks")), number(w.of("12 个月内", "12 months")), number(w.of("日期不明", "No day")), number(w.of("应收余额", "Open")))}
	s.Rows = v.lines(w, func(f Figures) []report.Cell {
		return []report.Cell{fen(f.Weeks.Within()), fen(f.Months.Within()), fen(f.Weeks.Behind), fen(f.Weeks.Open)}
	})
	return s
}
