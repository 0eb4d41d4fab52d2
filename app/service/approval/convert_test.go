package approval

import (
	"encoding/json"
	"testing"

	"zhuxin/biz/approval"
	"zhuxin/biz/rating"
)

// Amounts reach the client to the fen, also those that a floating number cannot hold.
func TestFactsKeepAmounts(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(rating.Facts{New: rating.Outcome{TotalScore: 8150, Grade: rating.GradeB, MaxCreditAmount: "9007199254740993"}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := toApproval(approval.Approval{Facts: raw, Actions: []approval.Action{approval.ActionDecide}})
	if err != nil {
		t.Fatal(err)
	}
	fresh := out.GetFacts().AsMap()["new"].(map[string]any)
	if fresh["max_credit_amount"] != "9007199254740993" || fresh["total_score"] != 8150.0 || out.GetFacts().AsMap()["old"] != nil || out.GetActions()[0] != "decide" {
		t.Errorf("%v", out)
	}
}
