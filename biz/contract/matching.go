package contract

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/volume"
)

// mostMatched is how many contracts of ERPs are weighed at once, the latest; what is
// behind them comes up as these are linked.
const mostMatched = 2000

// Match is a contract of an ERP with the ways to link it, the best first; none where
// its number is another customer's contract.
type Match struct {
	ERPContract
	Suggestions []Suggestion
}

// Score is that of the best suggestion.
func (m Match) Score() int {
	if len(m.Suggestions) == 0 {
		return -1
	}
	return m.Suggestions[0].Score
}

// ERPQuery selects contracts of ERPs that are not linked.
type ERPQuery struct {
	OnlyOf     *uuid.UUID
	CustomerID uuid.UUID
	Text       string
	Limit      int
}

// ERPRepository reads what ERPs feed; its methods run inside a unit of work.
type ERPRepository interface {
	// ERPContracts gives those that no contract of their customer has the number of,
	// the latest changed first, and how many there are.
	ERPContracts(ctx context.Context, q ERPQuery) ([]ERPContract, int64, error)
	// ERPContract locks one; ErrERPNotFound.
	ERPContract(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (ERPContract, error)
	// Candidates gives what the customers have, whatever their number.
	Candidates(ctx context.Context, customers []uuid.UUID) ([]Candidate, error)
	// Renumber gives a contract the number of an ERP, and what it does not say itself;
	// ErrNumberInUse when something carries its own one.
	Renumber(ctx context.Context, c Contract) error
}

// Projects makes projects of customers (biz/customer).
type Projects interface {
	CreateProject(ctx context.Context, in customer.CreateProjectInput) (customer.Project, error)
}

// Matching links contracts of ERPs by suggestion (000-66).
type Matching struct {
	*Service
	erps     ERPRepository
	projects Projects
}

// NewMatching makes it.
func NewMatching(s *Service, erps ERPRepository, projects Projects) *Matching {
	return &Matching{s, erps, projects}
}

// MatchInput asks for a page of contracts of ERPs that are not linked.
type MatchInput struct {
	CustomerID uuid.UUID
	Text       string
	Page, Size int32
}

// Unlinked gives them, those of which most is known first.
func (m *Matching) Unlinked(ctx context.Context, in MatchInput) (page []Match, total int64, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	w := paging.Of(&c, in.Page, in.Size)
	q := ERPQuery{OnlyOf: customer.OnlyOf(actor), CustomerID: in.CustomerID, Text: strings.TrimSpace(in.Text), Limit: mostMatched}
	c.Require(utf8.RuneCountInString(q.Text) <= 200, "q", "TOO_LONG", "at most 200 characters")
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	var list []Match
	err = m.tx.InTx(ctx, func(ctx context.Context) error {
		list, total, err = m.matches(ctx, q)
		return err
	})
	from := min(w.Offset, len(list))
	return list[from:min(from+w.Limit, len(list))], min(total, mostMatched), err
}

// matches weighs all of them, in three statements.
func (m *Matching) matches(ctx context.Context, q ERPQuery) ([]Match, int64, error) {
	found, total, err := m.erps.ERPContracts(ctx, q)
	if err != nil || len(found) == 0 {
		return nil, total, err
	}
	var buyers []uuid.UUID
	for _, e := range found {
		buyers = append(buyers, e.Customer.ID)
	}
	slices.SortFunc(buyers, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	candidates, err := m.erps.Candidates(ctx, slices.Compact(buyers))
	if err != nil {
		return nil, 0, err
	}
	of := map[uuid.UUID][]Candidate{}
	for _, c := range candidates {
		of[c.CustomerID] = append(of[c.CustomerID], c)
	}
	out := make([]Match, len(found))
	for i, e := range found {
		out[i].ERPContract = e
		if e.LinkedTo == nil {
			out[i].Suggestions = Suggest(e, of[e.Customer.ID])
		}
	}
	slices.SortStableFunc(out, func(a, b Match) int { return cmp.Compare(b.Score(), a.Score()) })
	return out, total, nil
}

// LinkERPInput links a contract of an ERP: to a contract here, to a project, or to a new
// project of that name; one of the three.
type LinkERPInput struct {
	ID             uuid.UUID
	ContractID     uuid.UUID
	ProjectID      uuid.UUID
	NewProject     string
	SignedOn       string // only where the ERP does not say
	CreditTermDays *int   // nil: the ERP's
}

// contract is what becomes of an ERP's contract here.
func (in LinkERPInput) contract(e ERPContract) (Contract, error) {
	targets := 0
	for _, named := range []bool{in.ContractID != uuid.Nil, in.ProjectID != uuid.Nil, in.NewProject != ""} {
		if named {
			targets++
		}
	}
	var c fault.Checks
	c.Require(targets == 1, "project_id", "REQUIRED", "choose one of: a contract, a project, or the name of a new project")
	out := Contract{ID: uuid.Must(uuid.NewV7()), ERPContractNo: e.Number, CustomerID: e.Customer.ID, ProjectID: in.ProjectID, Volume: e.Volume,
		UnitPrice: e.UnitPrice(), CreditTermDays: e.CreditTermDays, SignedOn: e.SignedOn}
	if in.CreditTermDays != nil {
		out.CreditTermDays = *in.CreditTermDays
		c.Require(out.CreditTermDays >= 0 && out.CreditTermDays <= 3650, "credit_term_days", "OUT_OF_RANGE", "between 0 and 3650 days")
	}
	if out.SignedOn.IsZero() && in.ContractID == uuid.Nil {
		var err error
		if out.SignedOn, err = calendar.Parse(in.SignedOn); err != nil {
			c.Add("signed_on", "REQUIRED", "the ERP does not say when it was signed; enter a date like 2026-05-31")
		}
	}
	return out, c.Err()
}

// LinkERP links a contract of an ERP, as Link does, with the figures that the ERP gives.
// Faults: INVALID_INPUT, ERP_CONTRACT_NOT_FOUND, CONTRACT_NOT_FOUND, PROJECT_NOT_FOUND,
// CONTRACT_EXISTS, CONTRACT_OTHER_CUSTOMER, CONTRACT_NUMBER_IN_USE.
func (m *Matching) LinkERP(ctx context.Context, in LinkERPInput) (out Contract, err error) {
	actor, err := access.Require(ctx, access.ContractWrite)
	if err != nil {
		return out, err
	}
	in.NewProject = strings.TrimSpace(in.NewProject)
	if in.NewProject != "" {
		if _, err := access.Require(ctx, access.CustomerWrite); err != nil {
			return out, err
		}
	}
	err = m.change(ctx, func(ctx context.Context, today calendar.Date) error {
		e, err := m.erps.ERPContract(ctx, in.ID, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		c, err := in.contract(e)
		if err != nil {
			return err
		}
		if in.ContractID != uuid.Nil {
			c.ID = in.ContractID
			err = m.renumber(ctx, actor, c, today)
		} else if c.ProjectID, err = m.project(ctx, actor, in, e); err == nil {
			err = m.link(ctx, actor, c)
		}
		if err != nil {
			return err
		}
		out, err = m.repo.Get(ctx, c.ID, nil, today)
		return err
	})
	return out, err
}

// project is the one that the contract shall belong to; of the same customer.
func (m *Matching) project(ctx context.Context, actor access.Actor, in LinkERPInput, e ERPContract) (uuid.UUID, error) {
	if in.NewProject != "" {
		p, err := m.projects.CreateProject(ctx, customer.CreateProjectInput{CustomerID: e.Customer.ID, Name: in.NewProject, ContractedVolume: int64(max(e.Volume, volume.M3(0)))})
		return p.ID, err
	}
	of, err := m.repo.CustomerOfProject(ctx, in.ProjectID, customer.OnlyOf(actor))
	if err == nil && of != e.Customer.ID {
		err = ErrOtherCustomer
	}
	return in.ProjectID, err
}

// renumber gives a contract here the ERP's number: it was written down with another one.
func (m *Matching) renumber(ctx context.Context, actor access.Actor, c Contract, today calendar.Date) error {
	before, err := m.repo.Get(ctx, c.ID, customer.OnlyOf(actor), today)
	if err != nil {
		return err
	}
	if before.CustomerID != c.CustomerID {
		return ErrOtherCustomer
	}
	if err := m.free(ctx, actor, c); err != nil {
		return err
	}
	if err := m.erps.Renumber(ctx, c); err != nil {
		return err
	}
	c.ProjectID = before.ProjectID
	if err := m.file(ctx, c); err != nil {
		return err
	}
	return m.record(ctx, "contract.linked", c.ID, map[string]any{"erp_contract_no": before.ERPContractNo},
		map[string]any{"erp_contract_no": c.ERPContractNo, "project_id": c.ProjectID})
}
