package negativelist

import (
	"slices"

	"zhuxin/shared/fault"
)

// Scope is what an exemption lets pass: orders, a rating, new and higher limits.
type Scope string

// The scopes.
const (
	ForOrders Scope = "orders"
	ForRating Scope = "rating"
	ForLimits Scope = "limits"
)

// Scopes lists them.
var Scopes = []Scope{ForOrders, ForRating, ForLimits}

// inOrder gives the scopes once each, as Scopes has them.
func inOrder(asked []Scope) []Scope {
	return slices.DeleteFunc(slices.Clone(Scopes), func(s Scope) bool { return !slices.Contains(asked, s) })
}

func knownScopes(c *fault.Checks, asked []Scope) {
	for _, s := range asked {
		c.Require(slices.Contains(Scopes, s), "scopes", "UNKNOWN_SCOPE", "choose among orders, rating and limits")
	}
}

// Covers says whether the exemption has the scope.
func (x Exemption) Covers(s Scope) bool { return slices.Contains(x.Scopes, s) }
