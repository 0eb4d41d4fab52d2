package notify_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/notify"
	"zhuxin/shared/news"
)

// Every kind has its words: a title, a line without holes, a page to go to, and a
// place in the preferences.
func TestCompose(t *testing.T) {
	t.Parallel()
	id, page := uuid.New(), uuid.New()
	all := map[string]string{"customer": "甲公司", "trigger": "overdue", "amount": "1,000.00", "date": "2026-11-20", "salesperson": "张三", "title": "标题", "submitter": "李四",
		"status": "approved", "state": "stopped", "comment": "资料不全", "reason": "fraud", "class": "temporary", "order": "SO-1", "name": "账套", "failures": "3", "cap": "集团", "tenant": "二厂",
		"number": "DZ-1", "severity": "serious", "assignee": "王五", "company": "乙公司", "claim": "repair", "lender": "三厂"}
	for _, c := range []struct {
		kind        news.Kind
		line, route string
		link        uuid.UUID
	}{
		{news.FollowUpOpened, "甲公司：逾期 1,000.00 元，请于 2026-11-20 前说明原因和下一步", "follow-up", id},
		{news.FollowUpReminder, "甲公司：逾期 1,000.00 元，跟进期限 2026-11-20", "follow-up", id},
		{news.FollowUpOverdue, "甲公司：逾期 1,000.00 元，应于 2026-11-20 前跟进，张三 尚未答复", "follow-up", id},
		{news.PromiseBroken, "甲公司：承诺 2026-11-20 前回款 1,000.00 元，未到账", "follow-up", id},
		{news.ApprovalArrived, "标题（李四 提交）", "approvals", id},
		{news.ApprovalDecided, "标题：已通过", "approvals", id},
		{news.ApprovalReturned, "标题：资料不全", "approvals", id},
		{news.ApprovalLate, "标题：审批人未在时限内处理，已升级", "approvals", id},
		{news.NegativeRepeated, "标题：总公司已有本公司同一事由的提议或记录", "approvals", id},
		{news.CustomerFrozen, "甲公司：欺诈", "customer", id},
		{news.CustomerUnfrozen, "甲公司：可以重新赊销", "customer", id},
		{news.NegativePublished, "甲公司：欺诈", "negative-case", page},
		{news.NegativeRemoved, "甲公司", "customer", id},
		{news.LimitEnding, "甲公司：临时额度 1,000.00 元于 2026-11-20 到期", "customer", page},
		{news.QuotaAsked, "集团：二厂 申请 1,000.00 元", "group-quotas", uuid.Nil},
		{news.QuotaAnswered, "集团：申请 1,000.00 元，已通过", "group-quotas", uuid.Nil},
		{news.OrderHeld, "甲公司：订单 SO-1 1,000.00 元待处理", "order-holds", uuid.Nil},
		{news.OrderReleased, "甲公司：订单 SO-1 1,000.00 元可以继续", "order-holds", uuid.Nil},
		{news.SupplyStopLate, "甲公司：已正式停供，站点未确认，应于 2026-11-20 前完成下一步", "supply-stops", uuid.Nil},
		{news.StatementSubmitted, "甲公司（DZ-1）已提交签回件，请审核", "statement", id},
		{news.StatementRefused, "甲公司（DZ-1）：资料不全", "statement", id},
		{news.StatementReconciled, "甲公司（DZ-1）对账完成", "statement", id},
		{news.WarningAssigned, "甲公司（严重），处理期限 2026-11-20", "warnings", uuid.Nil},
		{news.WarningLate, "甲公司（严重），应于 2026-11-20 前处理，王五 尚未办结", "warnings", uuid.Nil},
		{news.NegativeRefused, "乙公司：资料不全", "negative-case", page},
		{news.NegativeChanged, "甲公司：调整为严重", "negative-case", page},
		{news.NegativeAnswered, "乙公司：信用修复已通过，资料不全", "negative-case", page},
		{news.ExemptionDecided, "乙公司：已通过，资料不全", "negative-exemptions", uuid.Nil},
		{news.ERPFailing, "账套：连续 3 次取数失败", "erp", uuid.Nil},
	} {
		got := notify.Compose(c.kind, []notify.Subject{{ID: id, Page: page, Parts: maps.Clone(all)}})[0]
		if got.Line != c.line || got.Link.Route != c.route || strings.ContainsAny(got.Line, "{}") {
			t.Errorf("%s: %q to %s, want %q to %s", c.kind, got.Line, got.Link.Route, c.line, c.route)
		}
		if c.kind == news.SupplyStopLate && got.Link.Query["show"] != id.String() {
			t.Errorf("%s leads to %+v", c.kind, got.Link)
		}
		if want := got.Link.Params["id"]; c.link == uuid.Nil && want != "" || c.link != uuid.Nil && want != c.link.String() {
			t.Errorf("%s leads to %q", c.kind, want)
		}
		if k := notify.Kind(c.kind); k.Title() == "" || !slices.Contains(notify.Kinds, k) {
			t.Errorf("%s has no title or no preference", c.kind)
		}
	}
}
