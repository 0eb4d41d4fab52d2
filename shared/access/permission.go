package access

import (
	"maps"
	"slices"
)

// Permission is one thing that a route asks for. Each route names exactly one,
// in its proto (zhuxin.access.v1.rule).
type Permission string

// Permissions inside a subsidiary.
const (
	CustomerRead     Permission = "customer.read"     // own customers for a salesperson
	CustomerReadAll  Permission = "customer.read_all" // data scope, never a route's permission
	CustomerWrite    Permission = "customer.write"
	CustomerStatus   Permission = "customer.status" // end business with a customer, take it up again
	DocumentRead     Permission = "document.read"
	DocumentWrite    Permission = "document.write"
	TemplateRead     Permission = "template.read"
	TemplateWrite    Permission = "template.write"
	RatingRead       Permission = "rating.read"
	RatingWrite      Permission = "rating.write"
	LimitRead        Permission = "limit.read"
	LimitApply       Permission = "limit.apply"
	ApprovalRead     Permission = "approval.read"
	ApprovalAct      Permission = "approval.act"    // in the steps of flows that name him
	ApprovalDecide   Permission = "approval.decide" // where a flow says nothing else
	CreditCheck      Permission = "credit.check"    // ask, changes nothing
	CreditReserve    Permission = "credit.reserve"  // reserve, commit, release
	CreditFreeze     Permission = "credit.freeze"   // freeze and unfreeze a customer's credit
	CreditRelease    Permission = "credit.release"  // agree to the release of a held order, within one's authority
	ReceivableRead   Permission = "receivable.read"
	ReceivableImport Permission = "receivable.import"
	HistoryImport    Permission = "history.import"   // prepare an import of the old books; persons only, so no key has it
	ContractWrite    Permission = "contract.write"   // link contracts, payment terms, report nodes
	PaymentWrite     Permission = "payment.write"    // receipts, applications, drafts, set-off, disputes, waivers
	StatementWrite   Permission = "statement.write"  // make and submit statements of account
	StatementReview  Permission = "statement.review" // finance reviews what another one submitted
	FollowUpWrite    Permission = "follow_up.write"  // answer follow-ups, pause dunning
	PortfolioWrite   Permission = "portfolio.write"  // the rule of the five categories and of provisions; a customer's category by hand
	NegativeRead     Permission = "negative_list.read"
	NegativeWrite    Permission = "negative_list.write"
	HistoryRead      Permission = "history.read" // the same customer elsewhere; each look is logged
	MemberRead       Permission = "member.read"
	MemberManage     Permission = "member.manage"
	APIKeyManage     Permission = "api_key.manage"
	PolicyRead       Permission = "policy.read"
	PolicyWrite      Permission = "policy.write"
	AuditRead        Permission = "audit.read"
	SetupRead        Permission = "setup.read"
	PersonalReveal   Permission = "personal.reveal" // personal fields in plain, with a reason, each look written down
	WorkbenchRead    Permission = "workbench.read"  // what there is for me; every person has it
	OverviewRead     Permission = "overview.read"
	WarningHandle    Permission = "warning.handle" // acknowledge, assign, close
	WarningRead      Permission = "warning.read"
	ERPRead          Permission = "erp.read"
	ERPManage        Permission = "erp.manage" // where an ERP is, and as whom; runs now
)

// Permissions at HQ.
const (
	HQOverviewRead   Permission = "hq.overview.read"
	HQTenantRead     Permission = "hq.tenant.read"
	HQTenantManage   Permission = "hq.tenant.manage" // approve applications, suspend, invitation codes
	HQIndicatorRead  Permission = "hq.indicator.read"
	HQIndicatorWrite Permission = "hq.indicator.write"
	HQNegativeRead   Permission = "hq.negative_list.read"
	HQNegativeManage Permission = "hq.negative_list.manage"
	HQPolicyWrite    Permission = "hq.policy.write"
	HQGroupCapManage Permission = "hq.group_cap.manage"
	HQMemberManage   Permission = "hq.member.manage"
	HQAuditRead      Permission = "hq.audit.read"
)

// Permissions that need no role: any logged-in person, and anybody.
const (
	Self   Permission = "self"   // one's own account: me, applications, invitations
	Public Permission = "public" // no login; rate-limited
)

var readAll = []Permission{
	CustomerRead, CustomerReadAll, DocumentRead, TemplateRead, RatingRead, LimitRead, ApprovalRead,
	ReceivableRead, NegativeRead, HistoryRead, MemberRead, PolicyRead, OverviewRead, SetupRead, WorkbenchRead, WarningRead,
}

var grants = map[Role][]Permission{
	RoleAdministrator: with(readAll, ApprovalAct, CustomerWrite, CustomerStatus, DocumentWrite, TemplateWrite, RatingWrite, LimitApply, CreditCheck,
		ReceivableImport, HistoryImport, NegativeWrite, MemberManage, APIKeyManage, PolicyWrite, AuditRead, ERPRead, ERPManage, CreditFreeze, ContractWrite, FollowUpWrite, PaymentWrite, PortfolioWrite, StatementReview, StatementWrite, WarningHandle, PersonalReveal),
	RoleSalesperson: {CustomerRead, CustomerWrite, DocumentRead, DocumentWrite, TemplateRead, RatingRead, RatingWrite,
		LimitRead, LimitApply, ApprovalRead, ApprovalAct, CreditCheck, ReceivableRead, NegativeRead, HistoryRead, OverviewRead, SetupRead, MemberRead, WorkbenchRead, ContractWrite, FollowUpWrite, StatementWrite, WarningHandle, WarningRead},
	RoleCreditReviewer: with(readAll, ApprovalAct, CustomerWrite, DocumentWrite, TemplateWrite, RatingWrite, LimitApply, CreditCheck, NegativeWrite, AuditRead, CreditFreeze, ContractWrite, FollowUpWrite, PortfolioWrite, StatementWrite, WarningHandle, PersonalReveal),
	RoleApprover:       with(readAll, ApprovalAct, ApprovalDecide, CreditCheck, NegativeWrite, CreditFreeze, CreditRelease, WarningHandle),
	RoleFinance:        with(readAll, ApprovalAct, CustomerStatus, ReceivableImport, HistoryImport, DocumentWrite, CreditCheck, ERPRead, ContractWrite, FollowUpWrite, PaymentWrite, PortfolioWrite, StatementReview, StatementWrite, WarningHandle),
	RoleDispatcher:     with(readAll[:1], CustomerReadAll, CreditCheck, CreditReserve, LimitRead, NegativeRead, SetupRead, WorkbenchRead),
	RoleViewer:         readAll,

	RoleHQAdministrator: {HQOverviewRead, HQTenantRead, HQTenantManage, HQIndicatorRead, HQIndicatorWrite,
		HQNegativeRead, HQNegativeManage, HQPolicyWrite, HQGroupCapManage, HQMemberManage, HQAuditRead},
	RoleHQCreditController: {HQOverviewRead, HQTenantRead, HQIndicatorRead, HQIndicatorWrite,
		HQNegativeRead, HQNegativeManage, HQPolicyWrite, HQGroupCapManage, HQAuditRead},
	RoleHQViewer: {HQOverviewRead, HQTenantRead, HQIndicatorRead, HQNegativeRead},
}

// KeyScopes are the permissions that an API key of a subsidiary can be given.
var KeyScopes = []Permission{CreditCheck, CreditReserve, CustomerRead, CustomerReadAll, ReceivableRead, ReceivableImport, LimitRead}

// TenantRoles and HQRoles list the roles that can be given on each side.
var (
	TenantRoles = []Role{RoleAdministrator, RoleSalesperson, RoleCreditReviewer, RoleApprover, RoleFinance, RoleDispatcher, RoleViewer}
	HQRoles     = []Role{RoleHQAdministrator, RoleHQCreditController, RoleHQViewer}
)

// Of lists the permissions that the roles carry together, sorted.
func Of(roles []Role) []Permission {
	set := map[Permission]bool{}
	for _, r := range roles {
		for _, p := range grants[r] {
			set[p] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// Known says whether p is a permission at all; the route generator's output is tested with it.
func Known(p Permission) bool {
	if p == Self || p == Public {
		return true
	}
	for _, ps := range grants {
		if slices.Contains(ps, p) {
			return true
		}
	}
	return false
}

func with(base []Permission, more ...Permission) []Permission {
	return append(slices.Clone(base), more...)
}
