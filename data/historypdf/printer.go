// Package historypdf puts the protocol of an applied import of history on paper: the
// printer of biz/historyimport. It owns the layout; all figures are the import's own.
package historypdf

import (
	"context"
	"fmt"
	"strconv"

	"zhuxin/biz/exposure"
	"zhuxin/biz/historyimport"
	"zhuxin/data/pdf"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Printer implements historyimport.Printer.
type Printer struct{}

var _ historyimport.Printer = Printer{}

var kinds = map[historyimport.Kind]string{historyimport.Customers: "客户", historyimport.Contracts: "合同", historyimport.Receivables: "应收账款", historyimport.Receipts: "收款"}

var codes = map[historyimport.Code]string{
	historyimport.CodeRefused: "有行被拒收", historyimport.CodeRows: "行数与旧账不符", historyimport.CodeTotal: "金额与旧账不符", historyimport.CodeChanges: "改动了已有记录",
	historyimport.CodeContract: "合同号不存在", historyimport.CodeExceeds: "收款超过累计开票", historyimport.CodeLimitation: "超过诉讼时效", historyimport.CodeLate: "晚于截止日",
	historyimport.CodeElsewhere: "其他来源已有同号单据", historyimport.CodeNoUSCC: "客户无统一社会信用代码", historyimport.CodeAdvance: "待核销收款",
}

// Print gives the protocol: who did what and when, the files with their hashes, the
// totals beside the old books, what was explained, ageing and the largest debtors.
func (Printer) Print(ctx context.Context, i historyimport.Import) ([]byte, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	if i.Result == nil || i.Submitted == nil || i.Decided == nil {
		return nil, fmt.Errorf("historypdf: import %s was not signed", i.ID)
	}
	at := func(m historyimport.Mark) string {
		return m.By.Name + "  " + m.At.In(t.Zone).Format("2006-01-02 15:04")
	}
	doc := pdf.New(pdf.Head{Title: "历史导入记录", Subtitle: t.Name + "  截止日 " + i.AsOf.String(), Footer: t.Name + "  " + i.ID.String(), Lang: pdf.ZH, At: i.Applied})
	doc.Pairs(pdf.Pair{Name: "截止日", Value: i.AsOf.String()}, pdf.Pair{Name: "完成时间", Value: i.Applied.In(t.Zone).Format("2006-01-02 15:04")},
		pdf.Pair{Name: "创建", Value: at(i.Created)}, pdf.Pair{Name: "提交", Value: at(*i.Submitted)}, pdf.Pair{Name: "签署", Value: at(*i.Decided)},
		pdf.Pair{Name: "诉讼时效", Value: strconv.Itoa(i.LimitationYears) + " 年"}, pdf.Pair{Name: "说明", Value: orNone(i.Note)}, pdf.Pair{Name: "签署摘要", Value: i.Seal()})
	totals(doc, i)
	files(doc, i, at)
	answers(doc, i, at)
	aging(doc, i.Result.Aging, i.Result.Currency)
	largest(doc, *i.Result)
	return doc.Bytes()
}

func right(title string, width float64) pdf.Column {
	return pdf.Column{Title: title, Width: width, Right: true}
}

func totals(doc *pdf.Document, i historyimport.Import) {
	rows := pdf.Table{Columns: []pdf.Column{{Title: "类别", Width: 2}, right("文件行数", 2), right("旧账行数", 2), right("新增", 1.5), right("更新", 1.5), right("未变", 1.5), right("拒收", 1.5)}}
	sums := pdf.Table{Columns: []pdf.Column{{Title: "类别", Width: 2}, {Title: "币种", Width: 1}, right("文件金额", 3), right("入账金额", 3), right("旧账金额", 3), right("差额", 3)}}
	for _, o := range i.Result.Outcomes {
		rows.Rows = append(rows.Rows, []string{kinds[o.Kind], n(o.Rows), n(o.ControlRows), n(o.Inserted), n(o.Updated), n(o.Unchanged), n(o.Refused)})
		for _, s := range o.Sums {
			sums.Rows = append(sums.Rows, []string{kinds[o.Kind], string(s.Currency), s.File.Grouped(), s.Taken.Grouped(), s.Control.Grouped(), s.Difference().Grouped()})
		}
	}
	doc.Heading("行数核对").Table(rows)
	if len(sums.Rows) > 0 {
		doc.Heading("金额核对").Table(sums)
	}
}

func files(doc *pdf.Document, i historyimport.Import, at func(historyimport.Mark) string) {
	t := pdf.Table{Columns: []pdf.Column{{Title: "类别", Width: 1.6}, {Title: "文件", Width: 3}, {Title: "SHA-256", Width: 6}, {Title: "上传", Width: 3.4}}}
	for _, f := range i.Files {
		t.Rows = append(t.Rows, []string{kinds[f.Kind], f.Name, f.SHA256, at(historyimport.Mark{By: f.UploadedBy, At: f.UploadedAt})})
	}
	doc.Heading("文件").Table(t)
}

func answers(doc *pdf.Document, i historyimport.Import, at func(historyimport.Mark) string) {
	if len(i.Result.Findings) == 0 {
		doc.Heading("核查结果").Paragraph("核查未发现问题。")
		return
	}
	t := pdf.Table{Columns: []pdf.Column{{Title: "类别", Width: 1.8}, {Title: "发现", Width: 3}, right("数量", 1.4), right("金额", 2.6), {Title: "说明", Width: 4}, {Title: "说明人", Width: 2.6}}}
	for _, f := range i.Result.Findings {
		a, _ := i.Answer(f)
		t.Rows = append(t.Rows, []string{kinds[f.Kind], codes[f.Code], n(f.Count), f.Amount.In(f.Currency), a.Reason, at(historyimport.Mark{By: a.By, At: a.At})})
	}
	doc.Heading("核查结果与说明").Table(t)
}

func aging(doc *pdf.Document, a exposure.Aging, c money.Currency) {
	t := pdf.Table{Columns: []pdf.Column{{Title: "按月", Width: 2}, right("金额（"+string(c)+"）", 3), {Title: "按天", Width: 2}, right("金额（"+string(c)+"）", 3)}}
	for _, l := range []struct {
		months string
		m      money.Amount
		days   string
		d      money.Amount
	}{{"未到期", a.NotDue, "未到期", a.NotDue}, {"0–6 个月", a.Months0To6, "1–30 天", a.Days1To30}, {"6–12 个月", a.Months6To12, "31–60 天", a.Days31To60},
		{"12–24 个月", a.Months12To24, "61–90 天", a.Days61To90}, {"24 个月以上", a.Months24, "91 天以上", a.Days91}} {
		t.Rows = append(t.Rows, []string{l.months, l.m.Grouped(), l.days, l.d.Grouped()})
	}
	t.Total = []string{"合计", a.Receivable.Grouped(), "合计", a.Receivable.Grouped()}
	doc.Heading("截止日账龄").Table(t)
}

func largest(doc *pdf.Document, r historyimport.Result) {
	if len(r.Debtors) == 0 {
		return
	}
	t := pdf.Table{Columns: []pdf.Column{{Title: "客户编号", Width: 2}, {Title: "客户", Width: 4}, right("未结", 2.6), right("逾期", 2.6), {Title: "最早到期", Width: 2}}}
	for _, d := range r.Debtors {
		t.Rows = append(t.Rows, []string{d.Number, d.Name, d.Open.Grouped(), d.Overdue.Grouped(), d.OldestOn.String()})
	}
	doc.Heading(fmt.Sprintf("欠款最多的客户（共 %d 家有欠款，%d 家逾期）", r.Owing, r.OwingLate)).Table(t)
}

func n(v int64) string { return strconv.FormatInt(v, 10) }

func orNone(s string) string {
	if s == "" {
		return "—"
	}
	return s
}
