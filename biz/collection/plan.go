package collection

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// Rule says how a payment finds its items (004-30).
type Rule string

// The rules. Chosen pays the named items in their order; manual pays what is
// typed for each; the others take the oldest due first among what they select.
const (
	RuleChosen   Rule = "chosen"
	RuleOldest   Rule = "oldest_first"
	RuleContract Rule = "by_contract"
	RuleProject  Rule = "by_project"
	RuleManual   Rule = "manual"
	ruleWriteOff Rule = "write_off"
	ruleReversal Rule = "reversal"
)

// Item is a receivable as far as a payment cares.
type Item struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	DocumentNo string
	ContractNo string
	ProjectID  uuid.UUID
	Project    string // its name
	DueDate    calendar.Date
	Amount     money.Amount
	Open       money.Amount
	Disputed   bool
}

// Allocation is a part of a payment for an item.
type Allocation struct {
	Item   Item
	Amount money.Amount
}

// Selection is what a rule needs besides itself.
type Selection struct {
	Rule       Rule
	Items      []uuid.UUID                // chosen
	Amounts    map[uuid.UUID]money.Amount // manual
	ContractNo string
	ProjectID  uuid.UUID
}

// validate says what is wrong with it. What the rule does not use has to be left
// out: who names a project and chooses items by hand means two different things.
func (s Selection) validate(c *fault.Checks) {
	used := map[Rule]string{RuleOldest: "", RuleChosen: "receivable_ids", RuleManual: "amounts", RuleContract: "contract_no", RuleProject: "project_id"}
	mine, ok := used[s.Rule]
	c.Require(ok, "rule", "UNKNOWN", "one of chosen, oldest_first, by_contract, by_project, manual")
	for field, given := range map[string]bool{"receivable_ids": len(s.Items) > 0, "amounts": len(s.Amounts) > 0, "contract_no": s.ContractNo != "", "project_id": s.ProjectID != uuid.Nil} {
		switch {
		case !ok || field == mine && given || field != mine && !given:
		case given:
			c.Add(field, "UNUSED", fmt.Sprintf("the rule %s does not use it; leave it out or choose another rule", s.Rule))
		default:
			c.Add(field, "REQUIRED", fmt.Sprintf("the rule %s needs it", s.Rule))
		}
	}
	for _, amount := range s.Amounts {
		c.Require(amount >= 0 && amount <= maxAmount, "amounts", "OUT_OF_RANGE", "not below zero")
	}
}

// Plan divides an amount among open items. Items in dispute are paid only where
// they are named. It never gives an item more than is open of it, nor more than
// the amount altogether; ErrTooMuch where somebody typed that.
func Plan(s Selection, items []Item, amount money.Amount) ([]Allocation, error) {
	wanted, err := s.pick(items)
	if err != nil {
		return nil, err
	}
	var out []Allocation
	for _, i := range wanted {
		give := min(i.Open, amount)
		if s.Rule == RuleManual {
			if give = s.Amounts[i.ID]; give > i.Open || give > amount {
				return nil, ErrTooMuch.With("document_no", i.DocumentNo)
			}
		}
		if give <= 0 {
			continue
		}
		out, amount = append(out, Allocation{i, give}), amount-give
	}
	if len(out) == 0 {
		return nil, ErrNothingOpen
	}
	return out, nil
}

func (s Selection) pick(items []Item) ([]Item, error) {
	byID := map[uuid.UUID]Item{}
	for _, i := range items {
		byID[i.ID] = i
	}
	var out []Item
	if s.Rule == RuleChosen {
		seen := map[uuid.UUID]bool{}
		for _, id := range s.Items {
			i, ok := byID[id]
			if !ok {
				return nil, ErrItemNotFound
			}
			if !seen[id] {
				out = append(out, i)
			}
			seen[id] = true
		}
		return out, nil
	}
	for id := range s.Amounts {
		if _, ok := byID[id]; !ok && s.Rule == RuleManual {
			return nil, ErrItemNotFound
		}
	}
	for _, i := range items {
		switch s.Rule {
		case RuleManual:
			if s.Amounts[i.ID] == 0 {
				continue
			}
		case RuleContract:
			if i.Disputed || i.ContractNo != s.ContractNo {
				continue
			}
		case RuleProject:
			if i.Disputed || i.ProjectID != s.ProjectID {
				continue
			}
		default:
			if i.Disputed {
				continue
			}
		}
		out = append(out, i)
	}
	slices.SortFunc(out, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.DueDate, b.DueDate), cmp.Compare(a.DocumentNo, b.DocumentNo), slices.Compare(a.ID[:], b.ID[:]))
	})
	return out, nil
}
