package related_test

import (
	"testing"

	"zhuxin/biz/related"
	"zhuxin/shared/reach"
)

func TestAddInput(t *testing.T) {
	t.Parallel()
	code := "91110000600037341L"
	for name, c := range map[string]struct {
		in   related.AddInput
		want bool
	}{
		"parent company":        {related.AddInput{Kind: reach.Parent, Other: related.PartyInput{Kind: related.Company, Name: "母公司", USCC: code}}, true},
		"shareholder":           {related.AddInput{Kind: reach.Shareholder, Share: 5100, Other: related.PartyInput{Kind: related.Person, Name: "张三"}}, true},
		"more than everything":  {related.AddInput{Kind: reach.Shareholder, Share: 10_001, Other: related.PartyInput{Kind: related.Person, Name: "张三"}}, false},
		"share of a parent":     {related.AddInput{Kind: reach.Parent, Share: 1, Other: related.PartyInput{Kind: related.Company, Name: "母公司", USCC: code}}, false},
		"company represents":    {related.AddInput{Kind: reach.LegalRepresentative, Other: related.PartyInput{Kind: related.Company, Name: "母公司", USCC: code}}, false},
		"person is a parent":    {related.AddInput{Kind: reach.Parent, Other: related.PartyInput{Kind: related.Person, Name: "张三"}}, false},
		"customer owns person":  {related.AddInput{Of: true, Kind: reach.Shareholder, Other: related.PartyInput{Kind: related.Person, Name: "张三"}}, false},
		"bad code":              {related.AddInput{Kind: reach.Parent, Other: related.PartyInput{Kind: related.Company, Name: "母公司", USCC: code[:17] + "X"}}, false},
		"ends before it begins": {related.AddInput{Kind: reach.Controller, ValidFrom: "2026-02-01", ValidThrough: "2026-01-01", Other: related.PartyInput{Kind: related.Person, Name: "张三"}}, false},
		"no such day":           {related.AddInput{Kind: reach.Controller, ValidFrom: "2026-02-30", Other: related.PartyInput{Kind: related.Person, Name: "张三"}}, false},
	} {
		if err := c.in.Validate(); (err == nil) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
