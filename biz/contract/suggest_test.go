package contract

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
)

func TestLikeness(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want func(int) bool
	}{
		{"东城一期", "东城一期", same},
		{"东城一期项目", "东城（一期）", same},
		{"Ｅａｓｔ Ｃｉｔｙ", "east-city", same},
		{"滨江花园住宅小区", "滨江花园小区", similar},
		{"东城一期项目", "东城二期项目", different},
		{"翡翠湾3#楼", "翡翠湾5#楼", different},
		{"地铁十号线", "滨江花园", different},
		{"", "滨江花园", different},
		{"滨江花园", "", different},
		{"", "", different},
		{"东", "西", different},
		{"项目", "工程", different},
	} {
		for _, got := range []int{likeness(c.a, c.b), likeness(c.b, c.a)} {
			if !c.want(got) {
				t.Errorf("%q and %q: %d", c.a, c.b, got)
			}
		}
	}
}

func same(n int) bool      { return n == 100 }
func similar(n int) bool   { return n >= similarFrom && n < 100 }
func different(n int) bool { return n < similarFrom }

func id(n byte) uuid.UUID { return uuid.UUID{15: n} }

func TestSuggest(t *testing.T) {
	t.Parallel()
	buyer := Buyer{ID: id(1), Number: "K1", Name: "甲公司", USCC: "91310000MA1FL4L35A"}
	east := Candidate{CustomerID: id(1), ProjectID: id(11), ProjectName: "东城一期", Active: true}
	west := Candidate{CustomerID: id(1), ProjectID: id(12), ProjectName: "西城花园", Active: true, Contracts: 1}
	written := Candidate{CustomerID: id(1), ProjectID: id(12), ProjectName: "西城花园", ContractID: id(21), ContractNo: "ht 2026－01", Volume: 10_000_000, UnitPrice: 40_000,
		SignedOn: calendar.NewDate(2026, 3, 1)}
	stranger := Candidate{CustomerID: id(2), ProjectID: id(13), ProjectName: "东城一期", Active: true}
	base := ERPContract{Number: "HT2026-01", Customer: buyer, SaidNumber: "K1"}
	with := func(change func(*ERPContract)) ERPContract { e := base; change(&e); return e }
	for name, c := range map[string]struct {
		erp  ERPContract
		have []Candidate
		want string
	}{
		"nothing is there": {base, nil, "new_project 15 [same_customer_number nothing_fits]"},
		"somebody else's project of the same name is none": {with(func(e *ERPContract) { e.ProjectName = "东城一期" }), []Candidate{stranger},
			"new_project 15 [same_customer_number nothing_fits]"},
		"the code speaks for the customer": {with(func(e *ERPContract) { e.SaidUSCC = buyer.USCC }), nil, "new_project 40 [same_uscc same_customer_number nothing_fits]"},
		"the same project name": {with(func(e *ERPContract) { e.ProjectName, e.SaidUSCC = "东城一期项目", buyer.USCC }), []Candidate{west, east},
			"project 80 [same_uscc same_customer_number same_project_name no_contract_yet] 东城一期"},
		"a similar project name": {with(func(e *ERPContract) { e.ProjectName = "西城花园洋房" }), []Candidate{west, east},
			"project 31 [same_customer_number similar_project_name] 西城花园"},
		"another phase is another project":    {with(func(e *ERPContract) { e.ProjectName = "东城二期" }), []Candidate{east, west}, "new_project 15 [same_customer_number nothing_fits]"},
		"the only project, and none is named": {base, []Candidate{east}, "project 25 [same_customer_number only_project no_contract_yet] 东城一期"},
		"one of two, and none is named":       {base, []Candidate{east, west}, "new_project 15 [same_customer_number nothing_fits]"},
		"the only project is named otherwise": {with(func(e *ERPContract) { e.ProjectName = "地铁十号线" }), []Candidate{east}, "new_project 15 [same_customer_number nothing_fits]"},
		"the number, written otherwise":       {base, []Candidate{east, west, written}, "contract 55 [same_customer_number same_contract_no] 西城花园"},
		"all of it, and the sum is cut": {with(func(e *ERPContract) {
			e.ProjectName, e.SaidUSCC, e.Volume, e.Amount, e.SignedOn = "西城花园", buyer.USCC, 10_000_000, 400_000_000, written.SignedOn
		}), []Candidate{east, west, written}, "contract 100 [same_uscc same_customer_number same_project_name same_contract_no same_amount same_volume same_signing_day] 西城花园"},
		"volume and amount without a number": {with(func(e *ERPContract) { e.Number, e.Volume, e.Amount = "X9", 10_050_000, 402_000_000 }), []Candidate{east, west, written},
			"contract 40 [same_customer_number same_amount same_volume] 西城花园"},
		"the volume alone is chance": {with(func(e *ERPContract) { e.Number, e.Volume, e.Amount = "X9", 10_000_000, 1 }), []Candidate{east, west, written},
			"new_project 15 [same_customer_number nothing_fits]"},
	} {
		got := Suggest(c.erp, c.have)
		if s := show(got[0]); s != c.want {
			t.Errorf("%s: %s\nwant %s", name, s, c.want)
		}
		if !slices.IsSortedFunc(got, func(a, b Suggestion) int { return b.Score - a.Score }) || len(got) > most {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func show(s Suggestion) string {
	out := fmt.Sprintf("%s %d %v", s.Target, s.Score, s.Reasons)
	if s.ProjectName != "" && s.Target != ToNewProject {
		out += " " + s.ProjectName
	}
	return out
}

func TestUnitPrice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		e    ERPContract
		want int64
	}{
		{ERPContract{Volume: 1000, Amount: 40_000}, 40_000},
		{ERPContract{Volume: 3000, Amount: 100_00}, 3333},
		{ERPContract{Volume: 3000, Amount: 200_00}, 6667},
		{ERPContract{Amount: 100}, 0},
		{ERPContract{Volume: 1, Amount: 10_000_000_000_000}, 0},
		{ERPContract{Volume: 1_000_000_000_000, Amount: 10_000_000_000_000}, 10_000},
	} {
		if got := c.e.UnitPrice(); int64(got) != c.want {
			t.Errorf("%+v: %d", c.e, got)
		}
	}
	if got := (Candidate{Volume: 1_000_000_000_000, UnitPrice: maxPrice}).amount(); got != 0 {
		t.Errorf("more than fen can say: %d", got)
	}
}
