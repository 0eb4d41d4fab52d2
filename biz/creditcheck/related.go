package creditcheck

import (
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/reach"
)

// RelatedFacts are the listing that counts among those of companies which the
// customer is connected with, within the steps of HQ's policy: of those that HQ has
// not exempted the most severe, and of such the nearest.
type RelatedFacts struct {
	USCC        string        `json:"uscc"`
	Name        string        `json:"name"`
	ReasonCode  string        `json:"reason_code"`
	ReasonText  string        `json:"reason_text"`
	Severity    string        `json:"severity"`
	Action      Outcome       `json:"action"`                 // HQ's policy for related companies
	Limits      LimitEffect   `json:"limits,omitempty"`       // and what it makes of his limits
	ExemptUntil calendar.Date `json:"exempt_until,omitempty"` // last day on which HQ lets the tenant supply in spite of it; zero for none
	Path        reach.Path    `json:"path"`                   // from the customer to it
}

func (r RelatedFacts) exempt(on calendar.Date) bool {
	return !r.ExemptUntil.IsZero() && on <= r.ExemptUntil
}

// relatedListed is about a company that the customer is connected with.
func relatedListed(f Facts, _ Policy, _ money.Amount) (Reason, Limit, bool) {
	if f.Related == nil {
		return Reason{}, LimitNone, false
	}
	action := f.Related.Action
	if f.Related.exempt(f.AsOf) && action.StricterThan(Warn) {
		action = Warn
	}
	return Reason{Code: RelatedListed, Action: action}, LimitRelated, true
}
