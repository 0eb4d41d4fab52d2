package notify

import (
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/todo"
	reasons "zhuxin/shared/coded"
	"zhuxin/shared/news"
)

// form is how news of a kind are told that others publish as shared/news.
type form struct {
	title   string
	line    string // with the names of parts in braces
	route   string // of the console
	query   string // name of the id in the query; empty: in the path, if route takes one
	subject string // which id the link names: "", its own; "page", what the repository says; "none"
	outside Outside
}

// forms holds them all. What follows up on a day's work goes into the digest; what
// stops somebody's work goes out at once.
var forms = map[news.Kind]form{
	news.FollowUpOpened:    {"跟进任务已开立", "{customer}：{trigger} {amount} 元，请于 {date} 前说明原因和下一步", "follow-up", "", "", Digest},
	news.FollowUpReminder:  {"跟进任务即将到期", "{customer}：{trigger} {amount} 元，跟进期限 {date}", "follow-up", "", "", Now},
	news.FollowUpOverdue:   {"跟进任务已超期", "{customer}：{trigger} {amount} 元，应于 {date} 前跟进，{salesperson} 尚未答复", "follow-up", "", "", Now},
	news.PromiseBroken:     {"回款承诺未兑现", "{customer}：承诺 {date} 前回款 {amount} 元，未到账", "follow-up", "", "", Now},
	news.ApprovalArrived:   {"审批待您处理", "{title}（{submitter} 提交）", "approvals", "", "", Now},
	news.ApprovalDecided:   {"审批已有结果", "{title}：{status}", "approvals", "", "", Now},
	news.ApprovalReturned:  {"审批被退回", "{title}：{comment}", "approvals", "", "", Now},
	news.ApprovalLate:      {"审批超期已升级", "{title}：审批人未在时限内处理，已升级", "approvals", "", "", Digest},
	news.CustomerFrozen:    {"客户已冻结", "{customer}：{reason}", "customer", "", "", Now},
	news.CustomerUnfrozen:  {"客户已解冻", "{customer}：可以重新赊销", "customer", "", "", Now},
	news.LimitEnding:       {"额度即将到期", "{customer}：{class} {amount} 元于 {date} 到期", "customer", "", "page", Digest},
	news.OrderHeld:         {"订单被信用检查拦下", "{customer}：订单 {order} {amount} 元待处理", "order-holds", "", "none", Now},
	news.OrderReleased:     {"被拦订单已放行", "{customer}：订单 {order} {amount} 元可以继续", "order-holds", "", "none", Now},
	news.SupplyStopLate:    {"停供步骤超期", "{customer}：{state}，应于 {date} 前完成下一步", "supply-stops", "show", "", Now},
	news.ERPFailing:        {"ERP 连接持续失败", "{name}：连续 {failures} 次取数失败", "erp", "", "none", Now},
	news.NegativeRepeated:  {"负面清单提议未提交", "{title}：总公司已有本公司同一事由的提议或记录", "approvals", "", "", Now},
	news.NegativePublished: {"客户被列入负面清单", "{customer}：{reason}", "negative-case", "", "page", Now},
	news.NegativeRemoved:   {"客户已移出负面清单", "{customer}", "customer", "", "", Now},
	news.QuotaAsked:        {"其他子公司申请调剂额度", "{cap}：{tenant} 申请 {amount} 元", "group-quotas", "", "none", Now},
	news.QuotaAnswered:     {"额度调剂已有答复", "{cap}：申请 {amount} 元，{status}", "group-quotas", "", "none", Now},

	news.StatementSubmitted:  {"对账单待审核", "{customer}（{number}）已提交签回件，请审核", "statement", "", "", Digest},
	news.StatementRefused:    {"对账单被退回", "{customer}（{number}）：{comment}", "statement", "", "", Now},
	news.StatementReconciled: {"对账单已确认", "{customer}（{number}）对账完成", "statement", "", "", Digest},
	news.WarningAssigned:     {"预警已分给您", "{customer}（{severity}），处理期限 {date}", "warnings", "id", "", Now},
	news.WarningLate:         {"预警未按期处理", "{customer}（{severity}），应于 {date} 前处理，{assignee} 尚未办结", "warnings", "id", "", Now},
	news.NegativeRefused:     {"负面清单提议未获采纳", "{company}：{comment}", "negative-case", "", "page", Now},
	news.NegativeChanged:     {"负面清单严重程度调整", "{customer}：调整为{severity}", "negative-case", "", "page", Now},
	news.NegativeAnswered:    {"负面清单申诉已有答复", "{company}：{claim}{status}，{comment}", "negative-case", "", "page", Now},
	news.ExemptionDecided:    {"负面清单豁免已有答复", "{company}：{status}，{comment}", "negative-exemptions", "", "none", Now},
}

// words are those of parts that are codes; the console has its own.
var words = map[string]string{
	"overdue": "逾期", "over_limit": "超额度", "standing": "固定额度", "temporary": "临时额度",
	"approved": "已通过", "rejected": "已驳回", "withdrawn": "已撤回", "moved": "已调剂", "lent": "出借方已同意，待总部确认", "refused": "已拒绝",
	"prepared": "已准备停供", "notified": "已通知客户", "stopped": "已正式停供，站点未确认",
	"accepted": "已采纳", "granted": "已批准", "revoked": "已撤销", "objection": "异议", "repair": "信用修复",
	"info": "提示", "notice": "关注", "serious": "严重", "critical": "紧急",
	"malicious_arrears": "恶意拖欠", "serious_dishonesty": "严重失信", "fraud": "欺诈", "absconded": "失联跑路", "litigation_lost": "败诉未履行", "other": "其他",
}

// coded are the parts whose values are codes.
var coded = map[string]bool{"trigger": true, "class": true, "status": true, "reason": true, "state": true, "claim": true, "severity": true}

// Subject is what one piece of news is about. Page is the id that its link names
// where that is another one's.
type Subject struct {
	ID     uuid.UUID
	Page   uuid.UUID
	Parts  map[string]string
	People []uuid.UUID
}

// Compose makes the items of a kind: their lines and where they lead.
func Compose(k news.Kind, list []Subject) []Item { return forms[k].compose(list) }

func (f form) compose(list []Subject) (out []Item) {
	for _, s := range list {
		i := Item{Subject: s.ID, Parts: s.Parts, Line: f.fill(s.Parts), Link: todo.Link{Route: f.route}, People: s.People}
		id := s.ID
		if f.subject == "page" {
			id = s.Page
		}
		switch {
		case f.subject == "none":
		case f.query != "":
			i.Link.Query = map[string]string{f.query: id.String()}
		default:
			i.Link.Params = map[string]string{"id": id.String()}
		}
		out = append(out, i)
	}
	return out
}

func (f form) fill(parts map[string]string) string {
	var pairs []string
	for name, v := range parts {
		if w, ok := words[v]; ok && coded[name] {
			v = w
		}
		v, _ = reasons.Show(v)
		pairs = append(pairs, "{"+name+"}", v)
	}
	return strings.TrimRight(strings.NewReplacer(pairs...).Replace(f.line), "：，")
}
