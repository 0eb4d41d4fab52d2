package related_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/related"
	"zhuxin/shared/calendar"
)

// Paths are as short as a search by distance says, connected, and without circles,
// also where the graph is full of cycles.
func TestPathsAreShortestAndSimple(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 3))
		n := 2 + r.IntN(12)
		g := related.Graph{}
		for i := range n {
			g.Parties = append(g.Parties, related.Party{ID: uuid.UUID{byte(i + 1)}, Kind: related.Company, Name: fmt.Sprint(i)})
		}
		g.Start = g.Parties[0].ID
		distance := make([][]int, n)
		for i := range distance {
			distance[i] = make([]int, n)
			for j := range distance[i] {
				if distance[i][j] = 99; i == j {
					distance[i][j] = 0
				}
			}
		}
		for range r.IntN(3 * n) {
			a, b := r.IntN(n), r.IntN(n)
			if a == b {
				continue
			}
			g.Relations = append(g.Relations, related.Relation{ID: uuid.UUID{0, byte(r.Uint32()), byte(r.Uint32())}, From: g.Parties[a].ID, To: g.Parties[b].ID})
			distance[a][b], distance[b][a] = 1, 1
		}
		for k := range n {
			for i := range n {
				for j := range n {
					distance[i][j] = min(distance[i][j], distance[i][k]+distance[k][j])
				}
			}
		}
		reached := 0
		for _, p := range g.Paths(func(related.Party) bool { return true }) {
			reached++
			to := int(p.End().ID[0]) - 1
			if len(p.Relations) != distance[0][to] || len(p.Parties) != len(p.Relations)+1 || p.Parties[0].ID != g.Start {
				t.Fatalf("seed %d: to %d by %d steps, want %d", seed, to, len(p.Relations), distance[0][to])
			}
			seen := map[uuid.UUID]bool{}
			for i, party := range p.Parties {
				if seen[party.ID] {
					t.Fatalf("seed %d: the path goes in a circle", seed)
				}
				seen[party.ID] = true
				if i > 0 {
					e := p.Relations[i-1]
					before := p.Parties[i-1].ID
					if (e.From != party.ID || e.To != before) && (e.To != party.ID || e.From != before) {
						t.Fatalf("seed %d: the path has a gap", seed)
					}
				}
			}
		}
		want := 0
		for j := 1; j < n; j++ {
			if distance[0][j] < 99 {
				want++
			}
		}
		if reached != want {
			t.Fatalf("seed %d: reached %d of %d", seed, reached, want)
		}
	}
	if (related.Graph{}).Paths(func(related.Party) bool { return true }) != nil {
		t.Error("a company that is no party has no paths")
	}
}

func TestValidity(t *testing.T) {
	t.Parallel()
	day := calendar.NewDate(2026, 11, 20)
	for want, rs := range map[bool][]related.Relation{
		true:  {{}, {ValidFrom: day}, {ValidThrough: day}, {ValidFrom: day - 1, ValidThrough: day + 1}},
		false: {{ValidFrom: day + 1}, {ValidThrough: day - 1}},
	} {
		for _, r := range rs {
			if r.On(day) != want {
				t.Errorf("%+v on %s: %v", r, day, !want)
			}
		}
	}
}

func TestAddInput(t *testing.T) {
	t.Parallel()
	code := "91110000600037341L"
	for name, c := range map[string]struct {
		in   related.AddInput
		want bool
	}{
		"parent company":        {related.AddInput{Kind: related.Parent, Other: related.PartyInput{Kind: related.Company, Name: "母公司", USCC: code}}, true},
		"shareholder":           {related.AddInput{Kind: related.Shareholder, Share: 5100, Other: related.PartyInput{Kind: related.Person, Name: "张三"}}, true},
		"more than everything":  {related.AddInput{Kind: related.Shareholder, Share: 10_001, Other: related.PartyInput{Kind: related.Person, Name: "张三"}}, false},
		"share of a parent":     {related.AddInput{Kind: related.Parent, Share: 1, Other: related.PartyInput{Kind: related.Company, Name: "母公司", USCC: code}}, false},
		"company represents":    {related.AddInput{Kind: related.LegalRepresentative, Other: related.PartyInput{Kind: related.Company, Name: "母公司", USCC: code}}, false},
		"person is a parent":    {related.AddInput{Kind: related.Parent, Other: related.PartyInput{Kind: related.Person, Name: "张三"}}, false},
		"customer owns person":  {related.AddInput{Of: true, Kind: related.Shareholder, Other: related.PartyInput{Kind: related.Person, Name: "张三"}}, false},
		"bad code":              {related.AddInput{Kind: related.Parent, Other: related.PartyInput{Kind: related.Company, Name: "母公司", USCC: code[:17] + "X"}}, false},
		"ends before it begins": {related.AddInput{Kind: related.Controller, ValidFrom: "2026-02-01", ValidThrough: "2026-01-01", Other: related.PartyInput{Kind: related.Person, Name: "张三"}}, false},
		"no such day":           {related.AddInput{Kind: related.Controller, ValidFrom: "2026-02-30", Other: related.PartyInput{Kind: related.Person, Name: "张三"}}, false},
	} {
		if err := c.in.Validate(); (err == nil) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
