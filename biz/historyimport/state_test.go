package historyimport

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/feed"
	"zhuxin/biz/feedfile"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// Every actor in every state: who may do what. Whoever put anything in never signs.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	person := func(roles ...access.Role) access.Actor {
		return access.Actor{Kind: access.KindPerson, ID: uuid.New(), Roles: roles}
	}
	uploader, submitter, second := person(access.RoleFinance), person(access.RoleFinance), person(access.RoleFinance)
	administrator, salesperson, viewer, approver := person(access.RoleAdministrator), person(access.RoleSalesperson), person(access.RoleViewer), person(access.RoleApprover)
	key := access.Actor{Kind: access.KindAPIKey, ID: uuid.New(), Scopes: []access.Permission{access.ReceivableImport}}
	system := access.System(uuid.New(), "")

	prepare := map[Status][]Act{
		StatusDraft: {ActEdit, ActCheck, ActDiscard}, StatusChecking: nil, StatusChecked: {ActEdit, ActCheck, ActExplain, ActSubmit, ActDiscard},
		StatusSubmitted: {ActWithdraw}, StatusReturned: {ActEdit, ActCheck, ActExplain, ActSubmit, ActDiscard}, StatusApplying: nil, StatusApplied: nil,
		StatusFailed: {ActEdit, ActCheck, ActDiscard}, StatusDiscarded: nil,
	}
	both := map[Status][]Act{}
	for s, acts := range prepare {
		both[s] = slices.Clone(acts)
	}
	both[StatusSubmitted] = []Act{ActSign, ActReturn}
	for name, c := range map[string]struct {
		who  access.Actor
		want map[Status][]Act
	}{
		"uploader": {uploader, prepare}, "submitter": {submitter, prepare}, "another of finance": {second, both}, "administrator": {administrator, both},
		"salesperson": {salesperson, nil}, "viewer": {viewer, nil}, "approver": {approver, nil}, "key": {key, nil}, "system": {system, nil},
	} {
		for _, s := range Statuses {
			i := Import{Status: s, Result: &Result{}, Created: Mark{By: party.Person{ID: uuid.New()}}, Authors: []uuid.UUID{uploader.ID}, Submitted: &Mark{By: party.Person{ID: submitter.ID}}}
			if got := i.Allowed(c.who); !slices.Equal(got, c.want[s]) {
				t.Errorf("%s, %s: may %v, want %v", name, s, got, c.want[s])
			}
		}
	}
	i := Import{Status: StatusSubmitted, Result: &Result{}, Created: Mark{By: party.Person{ID: uploader.ID}}}
	if err := i.May(ActSign, uploader); !is(err, ErrOwnWork) {
		t.Errorf("the uploader signs: %v", err)
	}
	if err := i.May(ActSign, key); !is(err, ErrPeopleOnly) {
		t.Errorf("a key signs: %v", err)
	}
}

func is(err error, want *fault.Error) bool {
	f, ok := fault.As(err)
	return ok && f.Is(want)
}

// Totals that do not tie block the submission until each is explained, and an
// explanation is of the figures that it was given to.
func TestFindingsBlock(t *testing.T) {
	t.Parallel()
	r := &Result{Outcomes: []Outcome{
		{Kind: Customers, Rows: 3, Inserted: 3, ControlRows: 3},
		{Kind: Receivables, Rows: 10, Inserted: 8, Updated: 1, Refused: 1, ControlRows: 10, Sums: beside([]Sum{{Currency: "CNY", File: 120, Taken: 100}}, map[money.Currency]money.Amount{"CNY": 121})},
	}}
	r.compare()
	r.sort()
	i := Import{Status: StatusChecked, Result: r}
	var keys []string
	for _, f := range i.Unanswered() {
		keys = append(keys, fmt.Sprint(f.String(), " ", f.Count, " ", f.Amount, " ", f.Error))
	}
	want := []string{"rows_refused:receivables 1 0.00 true", "rows_differ:receivables -1 0.00 true", "total_differs:receivables:CNY 1 -0.21 true", "changes_stored:receivables 1 0.00 false"}
	if !slices.Equal(keys, want) {
		t.Fatalf("found %q, want %q", keys, want)
	}
	if r.Outcomes[1].Ties() || !r.Outcomes[0].Ties() {
		t.Error("what ties")
	}
	for _, f := range r.Findings {
		i.Answers = append(i.Answers, Answer{Key: f.Key, Stamp: f.stamp(), Reason: "旧账有误"})
	}
	if left := i.Unanswered(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	seal := i.Seal()
	r.Findings[2].Amount = -22
	if left := i.Unanswered(); len(left) != 1 || left[0].Code != CodeTotal {
		t.Errorf("an answer to other figures counts: %v", left)
	}
	if i.Seal() == seal || seal == "" {
		t.Error("other figures have the same seal")
	}
}

// Heads are recognised in both languages; what does not fit is listed at once.
func TestHeads(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds {
		var zh, en []string
		for _, c := range templateForm(k).Columns {
			zh, en = append(zh, c.Head), append(en, c.Field)
		}
		for _, heads := range [][]string{zh, en} {
			_, err := feedfile.ReadHeads(feed.Kind(k), heads)
			if err != nil {
				t.Errorf("%s: own template %v: %v", k, heads, err)
			}
		}
	}
	_, err := feedfile.ReadHeads(feed.Receipts, []string{"收款单号", "金额", "备注", "金额"})
	f, ok := fault.As(err)
	if !ok || !f.Is(feedfile.ErrHeads) || f.Meta["missing"] != "收款日期、客户编号" || f.Meta["unknown"] != "备注" || f.Meta["twice"] != "金额" {
		t.Errorf("%v %v", err, f)
	}
}
