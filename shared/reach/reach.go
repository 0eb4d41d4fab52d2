// Package reach finds by which way companies are connected with each other: over a
// legal representative, a shareholder, a controller, an owner in common, a parent
// (beyond.md 1 and 5). What stands at the end of the way is what a check needs: a
// company on the group's negative list.
//
// It owns the search (Find, a pure function over edges) and keeping what was found
// for each customer up to date (Keeper), over what a subsidiary knows itself and
// what the others know. What crosses from one to another is an edge and its kind,
// and nothing of who knows it.
//
// It does not own the relations (biz/related), nor what follows from a way.
package reach

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// MaxDepth bounds a way; beyond four steps everybody knows everybody.
const MaxDepth = 4

// maxCompanies bounds what is kept for one customer, the nearest first.
const maxCompanies = 200

// ControllingShare is the share in basis points from which a shareholder counts: a
// quarter makes a beneficial owner. A share that is not known counts.
const ControllingShare = 2500

// Key names a party for the whole group: a company by its code, a natural person by
// a keyed fingerprint of his ID number. Who is known by name only is nobody else.
type Key string

// Company is the key of a company.
func Company(uscc string) Key { return Key("c:" + uscc) }

// Person is the key of a person with a fingerprint of the group.
func Person(print []byte) Key { return Key("p:" + hex.EncodeToString(print)) }

// Nameless is the key of a person of whom no ID number is known.
func Nameless(id uuid.UUID) Key { return Key("x:" + id.String()) }

// USCC is the code of a company, empty for a person.
func (k Key) USCC() string {
	code, _ := strings.CutPrefix(string(k), "c:")
	if len(code) == len(k) {
		return ""
	}
	return code
}

// Print is the fingerprint of a person, nil where there is none.
func (k Key) Print() []byte {
	text, ok := strings.CutPrefix(string(k), "p:")
	if !ok {
		return nil
	}
	print, err := hex.DecodeString(text)
	if err != nil {
		return nil
	}
	return print
}

// Party is who stands at an end of an edge. The name of a person is masked.
type Party struct {
	Key  Key
	Name string
}

// Kind says what one party is of another.
type Kind string

// The kinds: from is the … of to.
const (
	LegalRepresentative Kind = "legal_representative"
	Shareholder         Kind = "shareholder"
	Controller          Kind = "controller"
	SameOwner           Kind = "same_owner"
	Parent              Kind = "parent"
)

// Kinds lists them, the tightest first.
var Kinds = []Kind{LegalRepresentative, Controller, Parent, SameOwner, Shareholder}

// Edge says that From is the Kind of To. Own says that the subsidiary knows it
// itself, and not from another one.
type Edge struct {
	From, To Party
	Kind     Kind
	Own      bool
}

// Node is a party on a way.
type Node struct {
	Name   string `json:"name"`
	USCC   string `json:"uscc,omitempty"`
	Person bool   `json:"person,omitempty"` // the name is masked
}

// Step leads from a node to the next. Next is the Kind of the one before, or with
// Back the one before is the Kind of next.
type Step struct {
	Kind      Kind `json:"kind"`
	Back      bool `json:"back,omitempty"`
	Elsewhere bool `json:"elsewhere,omitempty"` // another subsidiary knows it, and the own one does not
}

// Path is a way; it has one node more than steps.
type Path struct {
	Nodes []Node `json:"nodes"`
	Steps []Step `json:"steps"`
}

// Names lists who stands on the way.
func (p Path) Names() (out []string) {
	for _, n := range p.Nodes {
		out = append(out, n.Name)
	}
	return out
}

// Reversed is the same way from its other end.
func (p Path) Reversed() Path {
	out := Path{Nodes: slices.Clone(p.Nodes), Steps: slices.Clone(p.Steps)}
	slices.Reverse(out.Nodes)
	slices.Reverse(out.Steps)
	for i := range out.Steps {
		out.Steps[i].Back = !out.Steps[i].Back
	}
	return out
}

// Reached is a company at the end of a way.
type Reached struct {
	USCC string
	Name string
	Path Path
}

// Depth is the number of steps to it.
func (r Reached) Depth() int { return len(r.Path.Steps) }

type arc struct {
	step Step
	to   Party
}

// graph is edges by the party they leave, in the order in which they are tried.
type graph map[Key][]arc

func graphOf(edges []Edge) graph {
	g := graph{}
	for _, e := range edges {
		if e.From.Key == e.To.Key {
			continue
		}
		g[e.To.Key] = append(g[e.To.Key], arc{Step{Kind: e.Kind, Elsewhere: !e.Own}, e.From})
		g[e.From.Key] = append(g[e.From.Key], arc{Step{Kind: e.Kind, Back: true, Elsewhere: !e.Own}, e.To})
	}
	for _, arcs := range g {
		slices.SortStableFunc(arcs, func(a, b arc) int {
			return cmp.Or(rank(a.step.Elsewhere)-rank(b.step.Elsewhere), slices.Index(Kinds, a.step.Kind)-slices.Index(Kinds, b.step.Kind),
				cmp.Compare(a.to.Key, b.to.Key), rank(a.step.Back)-rank(b.step.Back))
		})
	}
	return g
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Find gives the shortest way from a company to each other one within depth steps,
// the nearest first. A step that the subsidiary knows itself goes before one that
// another knows, then the tighter relation. Edges count in both directions: a
// company is as near to its shareholder's other company as the other way round.
func Find(start Party, edges []Edge, depth int) []Reached { return graphOf(edges).find(start, depth) }

func (g graph) find(start Party, depth int) (out []Reached) {
	type place struct {
		key  Key
		path Path
	}
	met := map[Key]bool{start.Key: true}
	queue := []place{{start.Key, Path{Nodes: []Node{node(start)}}}}
	for len(queue) > 0 && len(out) < maxCompanies {
		at := queue[0]
		queue = queue[1:]
		if len(at.path.Steps) == depth {
			break
		}
		for _, a := range g[at.key] {
			if met[a.to.Key] {
				continue
			}
			met[a.to.Key] = true
			next := Path{Nodes: append(slices.Clip(at.path.Nodes), node(a.to)), Steps: append(slices.Clip(at.path.Steps), a.step)}
			queue = append(queue, place{a.to.Key, next})
			if code := a.to.Key.USCC(); code != "" && len(out) < maxCompanies {
				out = append(out, Reached{USCC: code, Name: a.to.Name, Path: next})
			}
		}
	}
	return out
}

func node(p Party) Node {
	code := p.Key.USCC()
	return Node{Name: p.Name, USCC: code, Person: code == ""}
}
