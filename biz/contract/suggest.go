package contract

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// ERPContract is a contract as its source has it.
type ERPContract struct {
	ID             uuid.UUID
	Source, Number string
	Customer       Buyer
	// By what the source named the customer; empty where it did not say.
	SaidNumber, SaidUSCC string
	ProjectName          string
	SignedOn             calendar.Date // zero: the source does not say
	Volume               volume.M3
	Amount               money.Amount
	CreditTermDays       int
	Documents            int64        // that carry the number and belong to the customer
	DocumentsAmount      money.Amount // fen of their receivables and deliveries not billed
	// LinkedTo is the contract that has the number already, of another customer.
	LinkedTo *Holder
}

// UnitPrice is fen per m³, rounded; 0 where the source does not say enough, or says
// more than a price can be.
func (e ERPContract) UnitPrice() money.Amount {
	if e.Volume <= 0 {
		return 0
	}
	price := money.Amount((int64(e.Amount)*2000 + int64(e.Volume)) / (2 * int64(e.Volume)))
	if price > maxPrice {
		return 0
	}
	return price
}

// Buyer is a customer as he is known here.
type Buyer struct {
	ID                 uuid.UUID
	Number, Name, USCC string
}

// Holder says which contract has a number. Names are empty where the viewer may not
// see them.
type Holder struct {
	ContractID   uuid.UUID
	ProjectName  string
	CustomerName string
}

// Candidate is a project of a customer that an ERP contract may belong to, or one of
// its contracts whose own number no document and no ERP knows: one that was written
// down with another number.
type Candidate struct {
	CustomerID  uuid.UUID
	ProjectID   uuid.UUID
	ProjectName string
	Contracted  volume.M3 // of the project
	Contracts   int       // of the project
	Active      bool      // the project is planned or supplied

	ContractID uuid.UUID // nil: the project itself
	ContractNo string
	Volume     volume.M3
	UnitPrice  money.Amount
	SignedOn   calendar.Date
}

// amount is fen for the whole volume; 0 for what no contract comes to.
func (c Candidate) amount() int64 {
	high, low := bits.Mul64(uint64(max(c.Volume, 0)), uint64(max(c.UnitPrice, 0)))
	if high > 0 || low/1000 > math.MaxInt64 {
		return 0
	}
	return int64(low / 1000) //nolint:gosec // just held to it
}

// Target is what an ERP contract is linked to.
type Target string

// The targets.
const (
	ToContract   Target = "contract"    // a contract here that takes the ERP's number
	ToProject    Target = "project"     // a new contract in a project
	ToNewProject Target = "new_project" // a new contract in a new project
)

// Reason is why something is suggested.
type Reason string

// The reasons.
const (
	SameUSCC       Reason = "same_uscc"
	SameNumber     Reason = "same_customer_number"
	SameContractNo Reason = "same_contract_no" // but for blanks, dashes, width and case
	SameName       Reason = "same_project_name"
	SimilarName    Reason = "similar_project_name"
	SameAmount     Reason = "same_amount" // to one percent
	SameVolume     Reason = "same_volume" // to one percent
	SameDay        Reason = "same_signing_day"
	OnlyProject    Reason = "only_project"
	NoContractYet  Reason = "no_contract_yet"
	NothingFits    Reason = "nothing_fits"
)

// What each reason is worth; a similar name is worth from a third of that up to all
// of it. The sum of all that can come together is above 100 and is cut off there.
var worth = map[Reason]int{SameUSCC: 25, SameNumber: 15, SameContractNo: 40, SameName: 35, SimilarName: 25, SameAmount: 15, SameVolume: 10, SameDay: 10,
	OnlyProject: 5, NoContractYet: 5}

// Suggestion is one way to link an ERP contract, with what speaks for it.
type Suggestion struct {
	Target Target
	Candidate
	Score   int // 0 to 100
	Reasons []Reason
}

func (s *Suggestion) add(r Reason, points int) {
	s.Reasons, s.Score = append(s.Reasons, r), min(100, s.Score+points)
}

func (s *Suggestion) when(ok bool, r Reason) bool {
	if ok {
		s.add(r, worth[r])
	}
	return ok
}

// most is how many suggestions a contract gets.
const most = 3

// Suggest gives the ways to link an ERP contract, the best first: to candidates of its
// customer for which more speaks than the customer himself, else to a new project.
func Suggest(e ERPContract, candidates []Candidate) []Suggestion {
	base := Suggestion{Target: ToNewProject}
	base.when(e.Customer.USCC != "" && e.SaidUSCC == e.Customer.USCC, SameUSCC)
	base.when(e.Customer.Number != "" && e.SaidNumber == e.Customer.Number, SameNumber)
	var own []Candidate
	projects := map[uuid.UUID]bool{}
	for _, c := range candidates {
		if c.CustomerID == e.Customer.ID {
			own, projects[c.ProjectID] = append(own, c), true
		}
	}
	var out []Suggestion
	for _, c := range own {
		if s, fits := weigh(base, e, c, len(projects) == 1); fits {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		base.Candidate = Candidate{CustomerID: e.Customer.ID, ProjectName: e.ProjectName}
		base.Reasons = append(base.Reasons, NothingFits)
		return []Suggestion{base}
	}
	slices.SortStableFunc(out, func(a, b Suggestion) int {
		return cmp.Or(-cmp.Compare(a.Score, b.Score), cmp.Compare(a.Target, b.Target), cmp.Compare(a.ProjectName, b.ProjectName), cmp.Compare(a.ContractNo, b.ContractNo))
	})
	return out[:min(most, len(out))]
}

// weigh weighs a candidate. It fits when something of the contract itself is found there:
// its number, its project's name, its volume with its amount; or when the source names
// no project and the customer has one alone that waits for a contract.
func weigh(base Suggestion, e ERPContract, c Candidate, alone bool) (s Suggestion, fits bool) {
	s = Suggestion{Target: ToProject, Candidate: c, Score: base.Score, Reasons: slices.Clone(base.Reasons)}
	same := likeness(e.ProjectName, c.ProjectName)
	if s.when(same == 100, SameName) {
		fits = true
	} else if same >= similarFrom {
		s.add(SimilarName, worth[SimilarName]*(same-similarFrom/2)/(100-similarFrom/2))
		fits = true
	}
	if c.ContractID != uuid.Nil {
		s.Target = ToContract
		fits = s.when(plain(e.Number) == plain(c.ContractNo), SameContractNo) || fits
		amount := s.when(near(int64(e.Amount), c.amount()), SameAmount)
		fits = s.when(near(int64(e.Volume), int64(c.Volume)), SameVolume) && amount || fits
		s.when(!e.SignedOn.IsZero() && e.SignedOn == c.SignedOn, SameDay)
		s.when(alone, OnlyProject)
		return s, fits
	}
	s.when(near(int64(e.Volume), int64(c.Contracted)), SameVolume)
	only, free := s.when(alone, OnlyProject), s.when(c.Contracts == 0 && c.Active, NoContractYet)
	return s, fits || e.ProjectName == "" && only && free
}

// near says that two figures are known and differ by one percent at most.
func near(a, b int64) bool {
	return a > 0 && b > 0 && max(a, b)-min(a, b) <= max(a, b)/100
}
