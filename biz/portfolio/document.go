package portfolio

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
)

// Kind is one of the reports.
type Kind string

// The reports.
const (
	KindClassification Kind = "classification"
	KindExpectedLoss   Kind = "expected_loss"
	KindCashIn         Kind = "cash_in"
)

// ErrKind means that there is no such report.
var ErrKind = fault.New(fault.KindInvalid, "UNKNOWN_REPORT", "export classification, expected_loss or cash_in")

// ExportInput asks for one of the reports as a file.
type ExportInput struct {
	Kind    Kind
	Step    Step       // of the cash-in forecast
	Segment *uuid.UUID // nil is everybody
	Format  report.Format
	Lang    report.Lang
}

// document makes what is asked for, and says whom it is narrowed to.
func (s *Service) document(ctx context.Context, in ExportInput) (report.Document, customer.Cut, error) {
	w := words(in.Lang)
	switch in.Kind {
	case KindClassification:
		c, err := s.Classification(ctx, in.Segment)
		return c.document(w), c.Cut, err
	case KindExpectedLoss:
		l, err := s.ExpectedLoss(ctx, in.Segment)
		return l.document(w), l.Cut, err
	case KindCashIn:
		c, err := s.CashIn(ctx, in.Step, in.Segment)
		return c.document(w), c.Cut, err
	}
	return report.Document{}, customer.Cut{}, ErrKind
}

// Export writes one of the reports to a file, with all customers that the caller may
// see. It leaves an audit row: figures go out of the house.
func (s *Service) Export(ctx context.Context, in ExportInput) (file report.File, err error) {
	d, cut, err := s.document(ctx, in)
	if err != nil {
		return file, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return file, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return file, err
	}
	d.Subtitle = fmt.Sprintf("%s · %s · %s%s", t.Name, t.Currency, today, in.Lang.Segment(cut.Name))
	d.Lang, d.At = in.Lang, s.Clock.Now()
	if file, err = s.Printer.Print(d, in.Format); err != nil {
		return file, err
	}
	file.Digest = d.Digest
	file.Name = fmt.Sprintf("%s-%s.%s", in.Kind, today, in.Format)
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		return s.Audit.Record(ctx, audit.Entry{Action: "report.exported", ObjectType: "report", ObjectID: string(in.Kind), After: map[string]any{"format": in.Format, "end": today, "segment": cut.Name}})
	})
	return file, err
}

// words chooses between a Chinese and an English text.
type words report.Lang

func (w words) of(zh, en string) string {
	return report.Lang(w).Say(zh, en)
}

func (w words) category(c Category) string {
	zh := map[Category]string{Normal: "正常", SpecialMention: "关注", Substandard: "次级", Doubtful: "可疑", Loss: "损失"}
	en := map[Category]string{Normal: "Normal", SpecialMention: "Special mention", Substandard: "Substandard", Doubtful: "Doubtful", Loss: "Loss"}
	return w.of(zh[c], en[c])
}

func (w words) bucket(label string) string {
	if label == Buckets[0] {
		return w.of("未到期", "Not due")
	}
	return label + w.of(" 天", " days")
}

func fen(v int64) report.Cell { return report.Cell{Value: v, Unit: report.UnitFen} }
func bp(v int) report.Cell    { return report.Cell{Value: int64(v), Unit: report.UnitBP} }
func count(v int64) report.Cell {
	return report.Text(fmt.Sprint(v))
}

func text(title string, width float64) report.Column {
	return report.Column{Title: title, Width: width}
}
func number(title string, width float64) report.Column {
	return report.Column{Title: title, Width: width, Right: true}
}

func (c Classification) document(w words) report.Document {
	groups := report.Section{Title: w.of("五级分类汇总", "By category"), Columns: []report.Column{text(w.of("分类", "Category"), 2), number(w.of("客户数", "Customers"), 2),
		number(w.of("应收余额", "Open"), 3), number(w.of("其中逾期", "Overdue"), 3), number(w.of("人工调整", "By hand"), 2)}}
	for _, g := range c.Groups {
		groups.Rows = append(groups.Rows, []report.Cell{report.Text(w.category(g.Category)), count(g.Customers), fen(int64(g.Open)), fen(int64(g.Overdue)), count(g.Overridden)})
	}
	r := c.Rule
	groups.Note = fmt.Sprintf(w.of("规则：逾期满 %d 天关注，%d 天次级，%d 天可疑，%d 天损失；负面清单至少%s，诉讼至少%s，争议至少%s。", "Rule: special mention from %d days past due, substandard %d, doubtful %d, loss %d; listed at least %s, lawsuit %s, disputed %s."),
		r.Days[0], r.Days[1], r.Days[2], r.Days[3], w.category(r.Listed), w.category(r.Lawsuit), w.category(r.Disputed))
	rows := report.Section{Title: w.of("客户明细", "Customers"), Columns: []report.Column{text(w.of("编号", "Number"), 2), text(w.of("客户", "Customer"), 4), text(w.of("分类", "Category"), 2),
		text(w.of("按规则", "By rule"), 2), number(w.of("逾期天数", "Days"), 1.6), number(w.of("应收余额", "Open"), 3), number(w.of("其中逾期", "Overdue"), 3)}}
	for _, x := range c.Customers {
		rows.Rows = append(rows.Rows, []report.Cell{report.Text(x.Number), report.Text(x.Name), report.Text(w.category(x.Category)), report.Text(w.category(x.ByRule)),
			count(int64(x.Days)), fen(int64(x.Open)), fen(int64(x.Overdue))})
	}
	d := report.Document{Title: w.of("应收五级分类", "Five-category classification"), Lang: report.Lang(w), Sections: []report.Section{groups, rows}, Digest: report.Digest{Empty: len(c.Customers) == 0}}
	for _, g := range c.Groups {
		d.Say(w.category(g.Category), fen(int64(g.Open)))
	}
	return d
}

func (l LossReport) document(w words) report.Document {
	basis := map[Basis]string{FromHistory: w.of("迁徙率", "roll rates"), FromGiven: w.of("给定", "given"), FromRule: w.of("末段", "last bucket")}
	matrix := report.Section{Title: w.of("准备金矩阵", "Provision matrix"), Columns: []report.Column{text(w.of("账龄", "Age"), 2), number(w.of("余额", "Open"), 3), number(w.of("计提基数", "Base"), 3),
		text(w.of("依据", "From"), 1.6), number(w.of("损失率", "Loss rate"), 1.8), number(w.of("计提率", "Rate"), 1.8), number(w.of("预期损失", "Expected loss"), 3)},
		Note: w.of("计提率 = 损失率 × 前瞻系数，不超过 100%；预期损失 = 计提基数 × 计提率。", "Rate = loss rate × forward-looking factor, at most 100%; expected loss = base × rate.")}
	rolls := report.Section{Title: w.of("迁徙率来源", "What the rates are made from"), Columns: []report.Column{text(w.of("账龄", "Age"), 2), number(w.of("月数", "Months"), 1.2), number(w.of("笔数", "Items"), 1.6),
		number(w.of("月末余额合计", "Month ends"), 3), number(w.of("一月后同段", "Stayed"), 3), number(w.of("一月后更久", "Older"), 3), number(w.of("已核销", "Written off"), 3), number(w.of("已收回", "Collected"), 3)},
		Note: fmt.Sprintf(w.of("%s 至 %s 的月末，逐笔跟踪一个月。", "Item by item over a month, from the month ends %s to %s."), l.First, l.Last)}
	for k, b := range l.Buckets {
		name := report.Text(w.bucket(Buckets[k]))
		matrix.Rows = append(matrix.Rows, []report.Cell{name, fen(b.Open), fen(b.Base), report.Text(basis[b.Basis]), bp(b.Loss), bp(b.Final), fen(b.Provision)})
		rolls.Rows = append(rolls.Rows, []report.Cell{name, count(int64(b.Months)), count(b.Roll.Items), fen(b.Before), fen(b.Stayed(k)), fen(b.Older(k)), fen(b.Roll.Lost), fen(b.Collected(k))})
	}
	matrix.Rows = append(matrix.Rows, []report.Cell{report.Text(w.of("合计", "Sum")), fen(l.Open), fen(l.Base), report.Text(""), report.Text(""), report.Text(""), fen(l.Provision)})
	rows := report.Section{Title: w.of("客户明细", "Customers"), Columns: []report.Column{text(w.of("编号", "Number"), 2), text(w.of("客户", "Customer"), 5), number(w.of("余额", "Open"), 3), number(w.of("其中争议", "Disputed"), 3), number(w.of("预期损失", "Expected loss"), 3)}}
	for _, c := range l.Customers {
		rows.Rows = append(rows.Rows, []report.Cell{report.Text(c.Number), report.Text(c.Name), fen(c.Total()), fen(c.Disputed), fen(c.Provision)})
	}
	d := report.Document{Title: w.of("预期信用损失", "Expected credit loss"), Lang: report.Lang(w), Sections: []report.Section{matrix, rolls, rows}, Digest: report.Digest{Empty: len(l.Customers) == 0}}
	d.Say(w.of("余额", "Open"), fen(l.Open))
	d.Say(w.of("其中争议", "Disputed"), fen(l.Disputed))
	d.Say(w.of("预期损失", "Expected loss"), fen(l.Provision))
	return d
}

func (c CashReport) document(w words) report.Document {
	e := c.Total
	spans := report.Section{Title: w.of("预计回款", "Expected cash-in"), Columns: []report.Column{text(w.of("期间", "Period"), 4), number(w.of("承诺", "Promised"), 3), number(w.of("按付款习惯", "By habit"), 3), number(w.of("合计", "Sum"), 3)},
		Note: w.of("按付款习惯 = 到期日加该客户近 12 个月平均迟付天数；逾期已超过习惯的无法预计日期。", "By habit: the due date plus the customer's average days late over 12 months; what is overdue for longer has no day.")}
	line := func(name string, promised, habit int64) {
		spans.Rows = append(spans.Rows, []report.Cell{report.Text(name), fen(promised), fen(habit), fen(promised + habit)})
	}
	for i, s := range c.Spans {
		line(s.First.String()+" – "+s.Last.String(), e.Spans[i].Promised, e.Spans[i].Habit)
	}
	line(w.of("以后", "Later"), e.Later.Promised, e.Later.Habit)
	line(w.of("逾期超过习惯，日期不明", "Overdue beyond habit, no day"), 0, e.Behind)
	line(w.of("客户贷方余额", "Credit balances"), 0, e.Credit)
	spans.Rows = append(spans.Rows, []report.Cell{report.Text(w.of("应收余额", "Open")), report.Text(""), report.Text(""), fen(e.Open)})
	rows := report.Section{Title: w.of("客户明细", "Customers"), Columns: []report.Column{text(w.of("编号", "Number"), 2), text(w.of("客户", "Customer"), 4), number(w.of("平均迟付天数", "Days late"), 2),
		number(w.of("预测期内", "Within"), 3), number(w.of("以后", "Later"), 3), number(w.of("日期不明", "No day"), 3), number(w.of("余额", "Open"), 3), number(w.of("其中争议", "Disputed"), 3)}}
	for _, x := range c.Customers {
		var within int64
		for _, s := range x.Spans {
			within += s.Sum()
		}
		rows.Rows = append(rows.Rows, []report.Cell{report.Text(x.Number), report.Text(x.Name), count(int64(x.Late.Days)), fen(within), fen(x.Later.Sum()), fen(x.Behind + x.Credit), fen(x.Expected.Open), fen(x.Disputed)})
	}
	d := report.Document{Title: w.of("回款预测", "Cash-in forecast"), Lang: report.Lang(w), Sections: []report.Section{spans, rows}, Digest: report.Digest{Empty: len(c.Customers) == 0}}
	var within int64
	for _, s := range e.Spans {
		within += s.Sum()
	}
	d.Say(w.of("预测期内", "Within"), fen(within))
	d.Say(w.of("日期不明", "No day"), fen(e.Behind+e.Credit))
	d.Say(w.of("应收余额", "Open"), fen(e.Open))
	d.Say(w.of("其中争议", "Disputed"), fen(c.Disputed))
	return d
}
