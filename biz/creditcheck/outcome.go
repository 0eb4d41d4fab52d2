package creditcheck

import (
	"fmt"
	"slices"
	"strings"

	"zhuxin/shared/coded"
	"zhuxin/shared/money"
)

// Outcome is what becomes of an order, and what a rule makes of it (ruling 17).
type Outcome string

// The outcomes, from the mildest to the strictest.
const (
	Allow Outcome = "allow"
	Warn  Outcome = "warn"  // goes on, and somebody is told
	Hold  Outcome = "hold"  // waits for a person
	Block Outcome = "block" // does not go on
)

var outcomes = []Outcome{Allow, Warn, Hold, Block}

// Valid says whether o is one of the four.
func (o Outcome) Valid() bool { return slices.Contains(outcomes, o) }

// StricterThan compares two outcomes; what is none of the four is the strictest,
// so that an unreadable policy never lets an order through.
func (o Outcome) StricterThan(p Outcome) bool { return o.rank() > p.rank() }

func (o Outcome) rank() int {
	if i := slices.Index(outcomes, o); i >= 0 {
		return i
	}
	return len(outcomes)
}

// Reserves says whether an order with this outcome is held for.
func (o Outcome) Reserves() bool { return o == Allow || o == Warn }

// Code is the stable name of a reason.
type Code string

// The reasons.
const (
	OverLimit        Code = "OVER_LIMIT"
	NoLimit          Code = "NO_LIMIT"
	OverdueAmount    Code = "OVERDUE_AMOUNT"
	OverdueDays      Code = "OVERDUE_DAYS"
	NegativeList     Code = "NEGATIVE_LIST"
	NegativeCapZero  Code = "NEGATIVE_CAP_ZERO"
	NegativeCashOnly Code = "NEGATIVE_CASH_ONLY"
	Frozen           Code = "FROZEN"
	SupplyStopped    Code = "SUPPLY_STOPPED"
	Unrated          Code = "UNRATED"
	CustomerInactive Code = "CUSTOMER_INACTIVE"
	ProjectLimit     Code = "PROJECT_LIMIT"
	Utilization      Code = "UTILIZATION"
	SharedLimit      Code = "SHARED_LIMIT"
	GroupQuota       Code = "GROUP_QUOTA"
	RelatedListed    Code = "RELATED_NEGATIVE_LIST"
)

// Reason is one rule that applied.
type Reason struct {
	Code      Code    `json:"code"`
	Action    Outcome `json:"action"` // what policy makes of it
	MessageZH string  `json:"message_zh"`
	MessageEN string  `json:"message_en"`
	Actual    int64   `json:"actual"`             // figure, fen or days; 0 where there is none
	Bound     int64   `json:"bound"`              // what it was held against
	Released  bool    `json:"released,omitempty"` // a one-time release lets it pass
	Covered   bool    `json:"covered,omitempty"`  // a pour that has begun is finished in spite of it
}

// sortReasons puts the strictest first and keeps the order of the rules otherwise.
func sortReasons(rs []Reason) {
	slices.SortStableFunc(rs, func(a, b Reason) int { return b.Action.rank() - a.Action.rank() })
}

// explained fills in the two messages, with their figures.
func (r Reason) explained(f Facts) Reason {
	fen := func(n int64) string { return units(f.Currency, money.Amount(n)) }
	switch r.Code {
	case OverLimit:
		r.MessageZH = fmt.Sprintf("超出信用额度：含本单占用 %s，额度 %s，超出 %s", fen(r.Actual), fen(r.Bound), fen(int64(add(money.Amount(r.Actual), -money.Amount(r.Bound)))))
		r.MessageEN = fmt.Sprintf("over the credit limit: %s used with this order, limit %s, over by %s", fen(r.Actual), fen(r.Bound), fen(int64(add(money.Amount(r.Actual), -money.Amount(r.Bound)))))
	case NoLimit:
		r.MessageZH = fmt.Sprintf("没有信用额度：含本单占用 %s", fen(r.Actual))
		r.MessageEN = fmt.Sprintf("no credit limit: %s used with this order", fen(r.Actual))
	case OverdueAmount:
		r.MessageZH = fmt.Sprintf("逾期金额 %s，超过信用等级 %s 的最大逾期额度 %s", fen(r.Actual), f.Grade, fen(r.Bound))
		r.MessageEN = fmt.Sprintf("%s overdue, above the %s allowed for grade %s", fen(r.Actual), fen(r.Bound), f.Grade)
	case OverdueDays:
		r.MessageZH = fmt.Sprintf("已逾期 %d 天，超过信用等级 %s 的最大逾期天数 %d 天", r.Actual, f.Grade, r.Bound)
		r.MessageEN = fmt.Sprintf("%d days overdue, above the %d days allowed for grade %s", r.Actual, r.Bound, f.Grade)
	case NegativeList:
		r.MessageZH = withDetail("客户在集团负面清单上", "：", "，", f.NegativeReasonCode, f.NegativeReasonText)
		r.MessageEN = withDetail("the customer is on the group's negative list", ": ", ", ", f.NegativeReasonCode, f.NegativeReasonText)
		if f.exempt() {
			r.MessageZH += fmt.Sprintf("；总部豁免至 %s", f.NegativeExempt)
			r.MessageEN += fmt.Sprintf("; headquarters lets it be supplied until %s", f.NegativeExempt)
		}
	case NegativeCapZero:
		r.MessageZH = fmt.Sprintf("因负面清单，额度按零计：含本单占用 %s；请收款，或向总部申请豁免", fen(r.Actual))
		r.MessageEN = fmt.Sprintf("by the negative list the limit counts as zero: %s used with this order; get paid, or ask headquarters for an exemption", fen(r.Actual))
	case NegativeCashOnly:
		r.MessageZH = fmt.Sprintf("因负面清单，仅限预付：含本单未开票 %s，预收 %s；请先收款，或向总部申请豁免", fen(r.Actual), fen(r.Bound))
		r.MessageEN = fmt.Sprintf("by the negative list only what is paid in advance goes on: %s not invoiced with this order, %s received in advance; get paid first, or ask headquarters for an exemption", fen(r.Actual), fen(r.Bound))
	case RelatedListed:
		n := f.Related
		r.MessageZH = withDetail(fmt.Sprintf("关联企业 %s 在集团负面清单上：%s", n.Name, n.Path.Chinese()), "；", "，", n.ReasonCode, n.ReasonText)
		r.MessageEN = withDetail(fmt.Sprintf("the related company %s is on the group's negative list: %s", n.Name, n.Path.English()), "; ", ", ", n.ReasonCode, n.ReasonText)
		if n.exempt(f.AsOf) {
			r.MessageZH += fmt.Sprintf("；总部豁免至 %s", n.ExemptUntil)
			r.MessageEN += fmt.Sprintf("; headquarters lets the customer be supplied until %s", n.ExemptUntil)
		}
	case Frozen:
		zh, en := coded.Show(f.FrozenReason)
		r.MessageZH = withDetail("客户信用已冻结", "：", "，", zh)
		r.MessageEN = withDetail("the customer's credit is frozen", ": ", ", ", en)
	case SupplyStopped:
		r.MessageZH = withDetail("已停止供货", "：", "，", f.SupplyStopReason)
		r.MessageEN = withDetail("deliveries are stopped", ": ", ", ", f.SupplyStopReason)
	case Unrated:
		r.MessageZH, r.MessageEN = "客户没有生效的信用评级", "the customer has no effective credit rating"
	case ProjectLimit:
		r.MessageZH = fmt.Sprintf("超出项目额度：%s 含本单占用 %s，额度 %s，超出 %s", f.Project.Name, fen(r.Actual), fen(r.Bound), fen(int64(add(money.Amount(r.Actual), -money.Amount(r.Bound)))))
		r.MessageEN = fmt.Sprintf("over the project's limit: %s uses %s with this order, limit %s, over by %s", f.Project.Name, fen(r.Actual), fen(r.Bound), fen(int64(add(money.Amount(r.Actual), -money.Amount(r.Bound)))))
	case SharedLimit:
		r.MessageZH = fmt.Sprintf("超出共享额度「%s」：含本单共占用 %s，额度 %s", f.SharedLimit.Name, fen(r.Actual), fen(r.Bound))
		r.MessageEN = fmt.Sprintf("over the shared limit %s: %s used together with this order, limit %s", f.SharedLimit.Name, fen(r.Actual), fen(r.Bound))
	case GroupQuota:
		r.MessageZH = fmt.Sprintf("超出本公司在集团限额「%s」中的配额：含本单占用 %s，配额 %s", f.GroupQuota.Name, fen(r.Actual), fen(r.Bound))
		r.MessageEN = fmt.Sprintf("over this subsidiary's quota of the group cap %s: %s used with this order, quota %s", f.GroupQuota.Name, fen(r.Actual), fen(r.Bound))
	case Utilization:
		r.MessageZH = fmt.Sprintf("额度使用率 %s，达到 %s", share(r.Actual), share(r.Bound))
		r.MessageEN = fmt.Sprintf("%s of the limit in use with this order, at or above %s", share(r.Actual), share(r.Bound))
	case CustomerInactive:
		r.MessageZH, r.MessageEN = "客户已停用", "the customer is inactive"
	}
	if r.Covered {
		r.MessageZH += "；今日浇筑已开始，允许打完（例外）"
		r.MessageEN += "; the pour has begun today and may be finished (covered exception)"
	}
	return r
}

// share writes basis points as a percentage.
func share(bp int64) string {
	if bp >= NoBound {
		return "∞"
	}
	return fmt.Sprintf("%d.%02d%%", bp/100, bp%100)
}

func withDetail(text, colon, comma string, details ...string) string {
	details = slices.DeleteFunc(slices.Clone(details), func(s string) bool { return s == "" })
	if len(details) == 0 {
		return text
	}
	return text + colon + strings.Join(details, comma)
}

// units writes an amount for people: CNY 1,234,567.80.
func units(c money.Currency, a money.Amount) string {
	whole, cents, _ := strings.Cut(a.String(), ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return strings.TrimSpace(string(c) + " " + sign + whole + "." + cents)
}
