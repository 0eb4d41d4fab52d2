package ratingpdf

import (
	"strconv"
	"strings"

	"zhuxin/biz/rating"
	"zhuxin/data/pdf"
	"zhuxin/shared/indicator"
	"zhuxin/shared/money"
)

type vocabulary struct {
	lang                                                                            pdf.Lang
	title, customer, name, number, uscc, template                                   string
	decision, result, approved, rejected, grade, total                              string
	creditAmount, overdueAmount, overdueDays, dueOn, previous, none                 string
	values, valuesNote, indicator, value, source, weight, score, contribution, asOf string
	overrides, measured, set, reason, by, remark                                    string
	course, step, who, at, comment, submitted, onBehalf, hash                       string
	sources                                                                         map[rating.ValueSource]string
	missing                                                                         map[rating.MissingRule]string
	acts                                                                            map[string]string
	units                                                                           map[string]string
}

func (w vocabulary) pick(zh, en string) string {
	if w.lang == pdf.EN && en != "" {
		return en
	}
	return zh
}

var words = map[pdf.Lang]vocabulary{
	pdf.ZH: {lang: pdf.ZH, title: "信用评级决策书", customer: "客户", name: "客户名称", number: "客户编号", uscc: "统一社会信用代码", template: "评级模板",
		decision: "决策", result: "结论", approved: "通过", rejected: "驳回", grade: "信用等级", total: "合计得分",
		creditAmount: "最大赊销额度", overdueAmount: "最大逾期额度", overdueDays: "最大逾期天数", dueOn: "有效期至", previous: "上次评级", none: "无",
		values: "指标", valuesNote: "各项贡献单独四舍五入，与合计可能有 0.01 分之差。", indicator: "指标", value: "取值", source: "来源", weight: "权重 %", score: "得分", contribution: "贡献", asOf: "截至",
		overrides: "人工修正", measured: "取数结果", set: "修正为", reason: "理由", by: "修正人", remark: "说明",
		course: "审批", step: "环节", who: "人员", at: "时间", comment: "意见", submitted: "提交", onBehalf: "代", hash: "内容 SHA-256：",
		sources: map[rating.ValueSource]string{rating.ValueManual: "人工填写", rating.ValueData: "系统取数", rating.ValueFormula: "公式计算", rating.ValueOverride: "人工修正", rating.ValueMissing: "缺失"},
		missing: map[rating.MissingRule]string{rating.MissingWorst: "缺失，按最低分", rating.MissingFixed: "缺失，按固定分", rating.MissingLeaveOut: "缺失，权重分给其他指标"},
		acts:    map[string]string{"approved": "通过", "endorsed": "同意", "rejected": "驳回", "returned": "退回", "transferred": "转交", "added": "加签", "escalated": "逾期升级"},
		units:   map[string]string{"percent": "%", "day": "天", "month": "个月", "year": "年", "m3": "m³", "million": "百万元", "case": "件", "entry": "条"}},
	pdf.EN: {lang: pdf.EN, title: "Credit rating decision", customer: "Customer", name: "Name", number: "Number", uscc: "Social credit code", template: "Template",
		decision: "Decision", result: "Outcome", approved: "Approved", rejected: "Rejected", grade: "Grade", total: "Total score",
		creditAmount: "Credit limit", overdueAmount: "Max. overdue", overdueDays: "Max. overdue days", dueOn: "Valid through", previous: "Previous rating", none: "none",
		values: "Indicators", valuesNote: "Each contribution is rounded by itself and may differ from the total by 0.01.", indicator: "Indicator", value: "Value", source: "Source", weight: "Weight %", score: "Score", contribution: "Adds", asOf: "as of",
		overrides: "Overrides", measured: "Measured", set: "Set to", reason: "Reason", by: "By", remark: "Remark",
		course: "Approvals", step: "Step", who: "Person", at: "Time", comment: "Comment", submitted: "Submitted", onBehalf: "for", hash: "SHA-256 of the content:",
		sources: map[rating.ValueSource]string{rating.ValueManual: "entered", rating.ValueData: "from data", rating.ValueFormula: "computed", rating.ValueOverride: "overridden", rating.ValueMissing: "missing"},
		missing: map[rating.MissingRule]string{rating.MissingWorst: "missing: lowest score", rating.MissingFixed: "missing: fixed score", rating.MissingLeaveOut: "missing: weight given to the others"},
		acts:    map[string]string{"approved": "approved", "endorsed": "endorsed", "rejected": "rejected", "returned": "returned", "transferred": "transferred", "added": "added an approver", "escalated": "escalated"},
		units:   map[string]string{"percent": "%", "day": "days", "month": "months", "year": "years", "m3": "m³", "million": "million", "case": "cases", "entry": "entries"}},
}

// quantity writes a number of thousandths of its unit: basis points as percent, fen as
// an amount of money.
func (p page) quantity(n indicator.Number, unit string) string {
	switch unit {
	case "fen":
		return p.amount(money.Amount(n / 1000))
	case "basis_point":
		return decimal(n, 5) + "%"
	}
	name, known := p.w.units[unit]
	if !known {
		name = unit
	}
	if name == "%" {
		return decimal(n, 3) + name
	}
	return strings.TrimSpace(decimal(n, 3) + " " + name)
}

// decimal writes n with so many decimals, without trailing zeros.
func decimal(n int64, decimals int) string {
	sign, digits := "", strconv.FormatInt(n, 10)
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for len(digits) <= decimals {
		digits = "0" + digits
	}
	whole, part := digits[:len(digits)-decimals], strings.TrimRight(digits[len(digits)-decimals:], "0")
	if part == "" {
		return sign + whole
	}
	return sign + whole + "." + part
}
