package notify

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/todo"
	"zhuxin/shared/news"
)

// Kind names what the news is about. The console has its text under
// menu.notify.kind.<kind>.
type Kind string

// The kinds of news.
const (
	KindApprovalReminder Kind = "approval.reminder" // what waits for the reader comes near its deadline
	KindApprovalOverdue  Kind = "approval.overdue"
	KindWarning          Kind = "warning.raised"
	KindDunning          Kind = "dunning.written" // a customer of the reader was written to

	KindStatementReminder Kind = "statement.reminder" // the customer's signature is due soon
	KindStatementOverdue  Kind = "statement.overdue"
	KindRatingLapsed      Kind = "rating.lapsed"
	KindLetter            Kind = "letter.issued" // by an agreement; the reader hands it over
	KindERPStopped        Kind = "erp.stopped"   // an ERP does not take our login; nothing is read until that is mended

	KindReceipt Kind = "receipt.confirmed" // to customers alone: their money came in
)

// Kinds lists them in the order of the preferences.
var Kinds = []Kind{
	Kind(news.ApprovalArrived), KindApprovalReminder, KindApprovalOverdue, Kind(news.ApprovalDecided), Kind(news.ApprovalReturned), Kind(news.ApprovalLate),
	Kind(news.FollowUpOpened), Kind(news.FollowUpReminder), Kind(news.FollowUpOverdue), Kind(news.PromiseBroken),
	KindWarning, Kind(news.WarningAssigned), Kind(news.WarningLate), Kind(news.CustomerFrozen), Kind(news.CustomerUnfrozen),
	Kind(news.NegativePublished), Kind(news.NegativeChanged), Kind(news.NegativeRemoved), Kind(news.NegativeRepeated), Kind(news.NegativeRefused),
	Kind(news.NegativeAnswered), Kind(news.ExemptionDecided),
	Kind(news.LimitEnding), Kind(news.QuotaAsked), Kind(news.QuotaAnswered), KindRatingLapsed, Kind(news.OrderHeld), Kind(news.OrderReleased), Kind(news.SupplyStopLate),
	KindStatementReminder, KindStatementOverdue, Kind(news.StatementSubmitted), Kind(news.StatementRefused), Kind(news.StatementReconciled), KindDunning, KindLetter, KindERPStopped, Kind(news.ERPFailing),
}

// titles are the first lines of messages to the outside.
var titles = map[Kind]string{
	KindApprovalReminder: "审批即将到期",
	KindApprovalOverdue:  "审批已超期",
	KindWarning:          "信用预警",
	KindDunning:          "已向客户发出催款",

	KindStatementReminder: "对账单即将到期",
	KindStatementOverdue:  "对账单已超期",
	KindRatingLapsed:      "评级已到期失效",
	KindLetter:            "函件待送达",
	KindERPStopped:        "ERP 连接已停止取数",
}

// Title is the first line of a message of the kind.
func (k Kind) Title() string {
	if f, ok := forms[news.Kind(k)]; ok {
		return f.title
	}
	return titles[k]
}

// Item is one thing that an event tells, with the people whom it concerns.
type Item struct {
	Subject uuid.UUID
	Parts   map[string]string // what the page's text needs
	Line    string            // the same as one line of a message
	Link    todo.Link
	People  []uuid.UUID
}

// News is what one event tells. Key names the event: news with the same key are
// the same, however often they are told. Same, where it is given, names the news
// across events: who was told of a subject under it is not told again.
type News struct {
	Key   string
	Same  string
	Kind  Kind
	Items []Item
}

// page is the key of an item on people's pages.
func (n News) page(i Item) string {
	if n.Same != "" {
		return n.Same + ":" + i.Subject.String()
	}
	return n.Key + ":" + i.Subject.String()
}

// Hearing is a person and a piece of news by its key.
type Hearing struct {
	Key    string
	Person uuid.UUID
}

// unheard leaves out of the items those who were told of them before.
func (n News) unheard(told map[Hearing]bool) []Item {
	var out []Item
	for _, i := range n.Items {
		i.People = slices.DeleteFunc(slices.Clone(i.People), func(p uuid.UUID) bool { return told[Hearing{n.page(i), p}] })
		if len(i.People) > 0 {
			out = append(out, i)
		}
	}
	return out
}

// maxLines bounds the lines of one message; the page has the rest.
const maxLines = 12

// text joins the lines of items.
func text(items []Item) string {
	var lines []string
	for _, i := range items[:min(len(items), maxLines)] {
		lines = append(lines, i.Line)
	}
	if n := len(items) - len(lines); n > 0 {
		lines = append(lines, more(n))
	}
	return strings.Join(lines, "\n")
}

// readers gives each person's items in the order of the news.
func (n News) readers() map[uuid.UUID][]Item {
	out := map[uuid.UUID][]Item{}
	for _, i := range n.Items {
		slices.SortFunc(i.People, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
		for _, p := range slices.Compact(i.People) {
			out[p] = append(out[p], i)
		}
	}
	return out
}

// where is the page of the items: of the only one, or of the list.
func where(items []Item) todo.Link {
	if len(items) == 1 {
		return items[0].Link
	}
	return todo.Link{Route: items[0].Link.Route}
}

// letters are the words of the console's locales.
var letters = map[string]string{"dunning_letter": "催款函", "supply_stop_notice": "停止供货通知书", "lawyer_letter": "律师函委托材料", "lawsuit_brief": "起诉材料清单", "dunning_bill": "催款单"}

// LetterLine is a letter to a customer in one line of a message.
func LetterLine(kind, customer string) string {
	word := letters[kind]
	if word == "" {
		word = kind
	}
	return word + "：" + customer
}

// warnings are the words of the console's locales; those of a finding about an owner
// begin with whom it is about.
var warnings = map[string]string{"frequent_limit_adjustments": "额度频繁调整", "frequent_temporary_limits": "频繁申请临时额度", "unreconciled_too_long": "长时间未对账",
	"overdue_receivables": "应收账款逾期", "high_utilization": "额度使用率过高", "falling_volume": "业务量下降", "broken_promises": "承诺未兑现",
	"chained_temporary_limits": "临时额度连续衔接", "split_rises": "拆分提额", "registry.basics": "工商登记", "registry.dishonest_debtor": "失信被执行人",
	"registry.enforcement": "被执行人", "registry.consumption_restriction": "限制高消费", "registry.serious_violation": "严重违法", "registry.business_abnormality": "经营异常",
	"registry.litigation": "诉讼", "registry.equity_change": "股权变动"}

// WarningLine is a warning in one line of a message. A kind that has no word yet is a
// warning all the same, and its code tells the reader nothing.
func WarningLine(kind, severity, customer string) string {
	word := words[severity]
	if word == "" {
		word = words["notice"]
	}
	what := warnings[kind]
	if finding, ok := strings.CutPrefix(kind, "registry.owner."); ok && warnings["registry."+finding] != "" {
		what = "业主" + warnings["registry."+finding]
	}
	if what == "" {
		what = "风险预警"
	}
	return "[" + word + "] " + customer + "（" + what + "）"
}
