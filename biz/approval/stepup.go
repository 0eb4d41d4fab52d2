package approval

import "zhuxin/shared/stepup"

// stepUp says which act deciding on a submission is, for the second verification
// (004-27). A rating sets the standing limit. What changes no credit never asks.
var stepUp = map[Kind]stepup.Act{
	KindAgreementCure:   stepup.Agreement,
	KindCollateral:      stepup.LimitChange,
	KindCreditAgreement: stepup.Agreement,
	KindRatingTemplate:  stepup.TemplateApproval,
	KindRating:          stepup.LimitChange,
	KindCustomerChange:  "",
	KindTemporaryLimit:  stepup.LimitChange,
	KindLimitAdjustment: stepup.LimitChange,
	KindLimitBatch:      stepup.LimitChange,
	KindNegativeListing: stepup.NegativeList,
	KindOrderRelease:    stepup.OrderRelease,
	KindSharedLimit:     stepup.LimitChange,
	KindSupplyResume:    stepup.OrderRelease,
	KindWriteOff:        stepup.WriteOff,
	KindFollowUp:        "",
}

// StepUpAct gives the act that deciding on a submission of the kind is; "" for
// one that never asks.
func StepUpAct(k Kind) stepup.Act { return stepUp[k] }

// StepUpActs lists the acts that can ask for a second verification.
func (s *Service) StepUpActs() []string {
	out := make([]string, len(stepup.Acts))
	for i, a := range stepup.Acts {
		out[i] = string(a)
	}
	return out
}
