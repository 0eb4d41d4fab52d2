package reach_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"zhuxin/shared/reach"
)

func company(n int) reach.Party {
	return reach.Party{Key: reach.Company(fmt.Sprintf("%03d", n)), Name: fmt.Sprint(n)}
}

// What is found is every company within the depth and no other one, by ways as short
// as a reckoning of all distances says, connected and without circles, also where
// the graph is full of cycles and of persons.
func TestFindIsShortestSimpleAndComplete(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		n, depth := 2+r.IntN(12), 1+r.IntN(reach.MaxDepth)
		parties := make([]reach.Party, n)
		distance := make([][]int, n)
		for i := range n {
			if parties[i] = company(i); i > 0 && r.IntN(3) == 0 {
				parties[i] = reach.Party{Key: reach.Person([]byte{byte(i)}), Name: "张*"}
			}
			distance[i] = make([]int, n)
			for j := range n {
				if distance[i][j] = 99; i == j {
					distance[i][j] = 0
				}
			}
		}
		type pair struct{ from, to reach.Key }
		known := map[pair]reach.Edge{}
		var edges []reach.Edge
		for range r.IntN(3 * n) {
			a, b := r.IntN(n), r.IntN(n)
			e := reach.Edge{From: parties[a], To: parties[b], Kind: reach.Kinds[r.IntN(len(reach.Kinds))], Own: r.IntN(2) == 0}
			if _, twice := known[pair{e.From.Key, e.To.Key}]; twice {
				continue
			}
			known[pair{e.From.Key, e.To.Key}] = e
			edges = append(edges, e)
			if a != b {
				distance[a][b], distance[b][a] = 1, 1
			}
		}
		for k := range n {
			for i := range n {
				for j := range n {
					distance[i][j] = min(distance[i][j], distance[i][k]+distance[k][j])
				}
			}
		}
		want := map[string]int{}
		for i, p := range parties[1:] {
			if code := p.Key.USCC(); code != "" && distance[0][i+1] <= depth {
				want[code] = distance[0][i+1]
			}
		}
		last := 0
		for _, got := range reach.Find(parties[0], edges, depth) {
			if want[got.USCC] != got.Depth() || got.Depth() < last {
				t.Fatalf("seed %d: %s by %d steps after %d, want %d", seed, got.USCC, got.Depth(), last, want[got.USCC])
			}
			last = got.Depth()
			delete(want, got.USCC)
			walk(t, seed, got, parties[0], told(edges))
		}
		if len(want) > 0 {
			t.Fatalf("seed %d: not found within %d steps: %v", seed, depth, want)
		}
	}
}

func told(edges []reach.Edge) map[string]bool {
	out := map[string]bool{}
	for _, e := range edges {
		out[fmt.Sprint(e.From.Name, e.Kind, e.To.Name, !e.Own)] = true
	}
	return out
}

// walk goes a way step by step.
func walk(t *testing.T, seed uint64, got reach.Reached, start reach.Party, edges map[string]bool) {
	t.Helper()
	p := got.Path
	if len(p.Nodes) != len(p.Steps)+1 || p.Nodes[0].USCC != start.Key.USCC() || p.Nodes[len(p.Steps)].USCC != got.USCC {
		t.Fatalf("seed %d: not a way from the start to the end: %+v", seed, p)
	}
	met := map[string]bool{}
	for i, n := range p.Nodes {
		if n.USCC != "" && met[n.USCC] {
			t.Fatalf("seed %d: the way goes in a circle: %+v", seed, p)
		}
		met[n.USCC] = true
		if i == 0 {
			continue
		}
		s, from, to := p.Steps[i-1], n, p.Nodes[i-1]
		if s.Back {
			from, to = to, from
		}
		if !edges[fmt.Sprint(from.Name, s.Kind, to.Name, s.Elsewhere)] {
			t.Fatalf("seed %d: the way has a gap at %d: %+v", seed, i, p)
		}
	}
}

// What the subsidiary knows itself goes before what another one says.
func TestOwnEdgesGoFirst(t *testing.T) {
	t.Parallel()
	edges := []reach.Edge{{From: company(1), To: company(0), Kind: reach.Parent}, {From: company(1), To: company(0), Kind: reach.Shareholder, Own: true}}
	got := reach.Find(company(0), edges, 2)
	if len(got) != 1 || got[0].Path.Steps[0] != (reach.Step{Kind: reach.Shareholder}) {
		t.Errorf("found %+v", got)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	p := reach.Path{
		Nodes: []reach.Node{{Name: "甲公司", USCC: "1"}, {Name: "张*", Person: true}, {Name: "乙公司", USCC: "2"}, {Name: "丙公司", USCC: "3"}},
		Steps: []reach.Step{{Kind: reach.LegalRepresentative}, {Kind: reach.Shareholder, Back: true, Elsewhere: true}, {Kind: reach.SameOwner}},
	}
	for got, want := range map[string]string{
		p.Chinese():            "甲公司 —法定代表人→ 张* ←股东（其他子企业提供）— 乙公司 —同一所有人— 丙公司",
		p.English():            "甲公司 —legal representative→ 张* ←shareholder (known at another subsidiary)— 乙公司 —same owner— 丙公司",
		p.Reversed().Chinese(): "丙公司 —同一所有人— 乙公司 —股东（其他子企业提供）→ 张* ←法定代表人— 甲公司",
	} {
		if got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	if got := p.Reversed().Reversed().Chinese(); got != p.Chinese() {
		t.Errorf("turned round twice: %s", got)
	}
}
