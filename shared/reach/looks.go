package reach

import "context"

// Looks writes down who was shown ways that other subsidiaries know (000-90); the
// implementation is shared/history.
type Looks interface {
	// Ways is called for ways from the company, before they are shown.
	Ways(ctx context.Context, uscc string, paths ...Path) error
}

// Told is an edge as it stands on a way: who is known by a name only has no code.
type Told struct {
	Kind     Kind   `json:"kind"`
	FromUSCC string `json:"from_uscc"`
	FromName string `json:"from_name"`
	ToUSCC   string `json:"to_uscc"`
	ToName   string `json:"to_name"`
}

// Elsewhere gives the steps of the way that only other subsidiaries know.
func (p Path) Elsewhere() (out []Told) {
	for i, s := range p.Steps {
		if !s.Elsewhere {
			continue
		}
		from, to := p.Nodes[i+1], p.Nodes[i]
		if s.Back {
			from, to = to, from
		}
		out = append(out, Told{s.Kind, from.USCC, from.Name, to.USCC, to.Name})
		if s.Kind == SameOwner { // says the same from either end
			out = append(out, Told{s.Kind, to.USCC, to.Name, from.USCC, from.Name})
		}
	}
	return out
}
