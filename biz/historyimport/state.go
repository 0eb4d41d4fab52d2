package historyimport

import (
	"slices"

	"zhuxin/shared/access"
)

// Status is where an import stands.
type Status string

// The statuses.
const (
	StatusDraft     Status = "draft"
	StatusChecking  Status = "checking"
	StatusChecked   Status = "checked"
	StatusSubmitted Status = "submitted"
	StatusReturned  Status = "returned"
	StatusApplying  Status = "applying"
	StatusApplied   Status = "applied"
	StatusFailed    Status = "failed"
	StatusDiscarded Status = "discarded"
)

// Statuses lists them.
var Statuses = []Status{StatusDraft, StatusChecking, StatusChecked, StatusSubmitted, StatusReturned, StatusApplying, StatusApplied, StatusFailed, StatusDiscarded}

// Act is what a person does with an import.
type Act string

// The acts.
const (
	ActEdit     Act = "edit" // figures, files
	ActCheck    Act = "check"
	ActExplain  Act = "explain"
	ActSubmit   Act = "submit"
	ActWithdraw Act = "withdraw"
	ActSign     Act = "sign"
	ActReturn   Act = "return"
	ActDiscard  Act = "discard"
)

// Acts lists them.
var Acts = []Act{ActEdit, ActCheck, ActExplain, ActSubmit, ActWithdraw, ActSign, ActReturn, ActDiscard}

// when says in which states an act can be done.
var when = map[Act][]Status{
	ActEdit:     {StatusDraft, StatusChecked, StatusReturned, StatusFailed},
	ActCheck:    {StatusDraft, StatusChecked, StatusReturned, StatusFailed},
	ActExplain:  {StatusChecked, StatusReturned},
	ActSubmit:   {StatusChecked, StatusReturned},
	ActWithdraw: {StatusSubmitted},
	ActSign:     {StatusSubmitted},
	ActReturn:   {StatusSubmitted},
	ActDiscard:  {StatusDraft, StatusChecked, StatusReturned, StatusFailed},
}

// Needs is the permission of an act: to prepare is an importer's, to sign a
// reviewer's of finance.
func (a Act) Needs() access.Permission {
	if a == ActSign || a == ActReturn {
		return access.StatementReview
	}
	return access.HistoryImport
}

// May is nil when the actor may do the act now, and else says why not. Whoever put
// anything in may not judge it, and only he takes it back.
func (i Import) May(act Act, a access.Actor) error {
	switch {
	case a.Kind != access.KindPerson:
		return ErrPeopleOnly
	case !a.Can(act.Needs()):
		return access.ErrForbidden.With("permission", string(act.Needs()))
	case !slices.Contains(when[act], i.Status):
		return ErrState.With("status", string(i.Status))
	case act.Needs() == access.StatementReview && i.Wrote(a):
		return ErrOwnWork
	case act == ActWithdraw && !i.Wrote(a):
		return ErrNotOwn
	case (act == ActExplain || act == ActSubmit) && i.Result == nil:
		return ErrState.With("status", string(i.Status))
	}
	return nil
}

// Wrote says whether the actor put anything in.
func (i Import) Wrote(a access.Actor) bool {
	return i.Created.By.ID == a.ID || slices.Contains(i.Authors, a.ID) || i.Submitted != nil && i.Submitted.By.ID == a.ID
}

// Allowed lists the acts that the actor may do now.
func (i Import) Allowed(a access.Actor) (out []Act) {
	for _, act := range Acts {
		if i.May(act, a) == nil {
			out = append(out, act)
		}
	}
	return out
}
