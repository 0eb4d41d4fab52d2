package api

import (
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"zhuxin/app/api/route"
	"zhuxin/shared/access"
)

// keyOperations are those of 004-27 and reliability P14: limits, templates,
// agreements, the negative list, releases and write-offs, each where it is asked
// for and where it is decided; and what could undo the asking: its switch, flows,
// authorities, rules of the check, and who has which role.
var keyOperations = map[string]string{
	"agreement.v1.AgreementService/CureAgreement":             "agreement",
	"agreement.v1.AgreementService/ResumeSupplyStop":          "order_release",
	"agreement.v1.AgreementService/SubmitAgreement":           "agreement",
	"approval.v1.ApprovalService/Decide":                      "approval",
	"approval.v1.ApprovalService/DecideMany":                  "approval",
	"approval.v1.ApprovalService/SaveFlow":                    "settings",
	"approval.v1.ApprovalService/SetApprovalPolicy":           "settings",
	"approval.v1.ApprovalService/SetAuthority":                "settings",
	"collection.v1.CollectionService/ReverseWriteOff":         "write_off",
	"collection.v1.CollectionService/SubmitWriteOff":          "write_off",
	"collection.v1.CollectionService/WaiveLateFee":            "write_off",
	"collateral.v1.CollateralService/ApplyCollateral":         "limit_change",
	"collateral.v1.CollateralService/ReleaseCollateral":       "limit_change",
	"collateral.v1.CollateralService/SetCollateralRates":      "settings",
	"creditcheck.v1.CreditCheckService/AskRelease":            "order_release",
	"creditcheck.v1.CreditCheckService/SetPolicy":             "settings",
	"groupcap.v1.GroupCapService/CreateCap":                   "limit_change",
	"groupcap.v1.GroupCapService/DecideMove":                  "limit_change",
	"groupcap.v1.GroupCapService/DeleteCap":                   "limit_change",
	"groupcap.v1.GroupCapService/UpdateCap":                   "limit_change",
	"groupcap.v1.SharedLimitService/SubmitSharedLimit":        "limit_change",
	"historyimport.v1.HistoryImportService/SignHistoryImport": "history_import",
	"hq.v1.HQService/InviteHQMember":                          "settings",
	"hq.v1.HQService/RemoveNegativeEntry":                     "negative_list",
	"hq.v1.HQService/SetGroupPolicy":                          "settings",
	"hq.v1.HQService/UpdateHQMember":                          "settings",
	"limit.v1.LimitService/AdjustLimit":                       "limit_change",
	"limit.v1.LimitService/EndTemporaryLimit":                 "limit_change",
	"limit.v1.LimitService/FreezeCredit":                      "limit_change",
	"limit.v1.LimitService/SubmitProposal":                    "limit_change",
	"limit.v1.LimitService/UnfreezeCredit":                    "limit_change",
	"member.v1.MemberService/CreateAPIKey":                    "settings",
	"member.v1.MemberService/InviteMember":                    "settings",
	"member.v1.MemberService/UpdateMember":                    "settings",
	"project.v1.ProjectService/SetCheckpoints":                "settings",
	"negativelist.v1.NegativeListService/CreateEntry":         "negative_list",
	"negativelist.v1.NegativeReviewService/AnswerClaim":       "negative_list",
	"negativelist.v1.NegativeReviewService/DecideExemption":   "negative_list",
	"negativelist.v1.NegativeReviewService/PublishCase":       "negative_list",
	"negativelist.v1.NegativeReviewService/ReassessCase":      "negative_list",
	"negativelist.v1.NegativeReviewService/RefuseCase":        "negative_list",
	"negativelist.v1.NegativeReviewService/RevokeExemption":   "negative_list",
	"rating.v1.RatingService/ApplyTemporaryLimit":             "limit_change",
	"rating.v1.RatingService/SubmitTemplate":                  "template_approval",
}

func TestEveryRouteIsWhole(t *testing.T) {
	if len(Routes()) == 0 {
		t.Fatal("no routes: app/api/generate.sh has not run")
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Permission string `yaml:"x-permission"`
		}
	}
	if err := yaml.Unmarshal(OpenAPI, &doc); err != nil {
		t.Fatal(err)
	}
	described := 0
	for _, methods := range doc.Paths {
		described += len(methods)
	}
	if described != len(Routes()) {
		t.Errorf("openapi.yaml describes %d routes, the server has %d; run app/api/generate.sh", described, len(Routes()))
	}
	for _, r := range Routes() {
		if !access.Known(r.Permission) || r.Operation == "" || r.Side == "" {
			t.Errorf("%+v lacks a permission, a side or a name", r)
		}
		if got := doc.Paths[jsonPath(r.Path)][strings.ToLower(r.Method)].Permission; got != string(r.Permission) {
			t.Errorf("%s %s: openapi.yaml says permission %q, the server asks for %q", r.Method, r.Path, got, r.Permission)
		}
		if act, ok := keyOperations[strings.TrimPrefix(r.Operation, "/zhuxin.")]; ok != (r.StepUp != "") || act != r.StepUp {
			t.Errorf("%s: its rule names the act %q, this list %q (004-27)", r.Operation, r.StepUp, act)
		}
		if r.Permission == access.HQNegativeManage && r.StepUp == "" || r.Permission == access.CreditFreeze && r.StepUp == "" {
			t.Errorf("%s: every route with permission %s is a key operation; its rule lacks step_up", r.Operation, r.Permission)
		}
		if r.ReadOnly() && (r.Body || r.IdempotentByKey) {
			t.Errorf("%s %s reads and yet takes a body or a key", r.Method, r.Path)
		}
	}
}

var snake = regexp.MustCompile(`_[a-z]`)

// jsonPath writes the variables as OpenAPI has them: customerId for customer_id.
func jsonPath(path string) string {
	return snake.ReplaceAllStringFunc(path, func(s string) string { return strings.ToUpper(s[1:]) })
}

func TestFill(t *testing.T) {
	r := route.Info{Path: "/v1/a/{id}/b/{name}:go", Params: []string{"id", "name"}}
	if got := r.Fill("1", "x"); got != "/v1/a/1/b/x:go" {
		t.Errorf("Fill = %s", got)
	}
	if got := r.Fill("1"); got != "/v1/a/1/b/{name}:go" {
		t.Errorf("Fill = %s", got)
	}
}
