package feed_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/contract"
	"zhuxin/biz/customer"
	"zhuxin/biz/feed"
	"zhuxin/biz/project"
	"zhuxin/data/auditlog"
	contractrepo "zhuxin/data/tenantrepo/contract"
	customerrepo "zhuxin/data/tenantrepo/customer"
	projectrepo "zhuxin/data/tenantrepo/project"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/tenancy/tenancytest"
)

// site is a customer of a source whose papers carry contract numbers.
type site struct {
	*world
	ctx       context.Context
	source    string
	number    string
	customer  uuid.UUID
	customers *customer.Service
	matching  *contract.Matching
	papers    int
}

func newSite(t *testing.T, w *world) *site {
	s := &site{world: w, ctx: w.CtxA(t, access.RoleAdministrator), source: "s-" + uuid.NewString()[:8], number: "C-" + uuid.NewString()[:8]}
	put(t, w, s.ctx, s.source, feed.Customer{Number: s.number, Name: s.number})
	s.customer = w.customer(t, s.ctx, s.number)
	s.customers = customer.New(w.Pool.Tenant(), customerrepo.New(), w.Accounts, nil, nil, auditlog.Tenant(w.Pool), w.clock)
	s.matching = contract.NewMatching(w.Terms, contractrepo.Repo{}, s.customers)
	return s
}

func (s *site) buyer() feed.Buyer { return feed.Buyer{CustomerNumber: s.number} }

// send feeds a ticket, an invoice and a receipt that carry the number.
func (s *site) send(t *testing.T, number string, amount money.Amount) {
	t.Helper()
	s.papers++
	no := fmt.Sprintf("%s-%d", number, s.papers)
	expect(t, "ticket", put(t, s.world, s.ctx, s.source, feed.Delivery{TicketNo: no, Buyer: s.buyer(), DeliveredOn: day, Volume: 1000, Amount: amount, ContractNo: number,
		Dispatch: feed.Dispatch{PlantCode: "P1", PlantName: "东郊搅拌站", Dispatcher: "张三"}}), "inserted")
	expect(t, "invoice", put(t, s.world, s.ctx, s.source, feed.Receivable{DocumentNo: no, Buyer: s.buyer(), InvoiceDate: day, DueDate: day, Amount: amount, Open: amount, ContractNo: number}), "inserted")
	expect(t, "receipt", put(t, s.world, s.ctx, s.source, feed.Receipt{DocumentNo: no, Buyer: s.buyer(), ReceivedOn: day, Amount: amount / 2, ContractNo: number}), "inserted")
}

func (s *site) project(t *testing.T, name string) uuid.UUID {
	t.Helper()
	p, err := s.customers.CreateProject(s.ctx, customer.CreateProjectInput{CustomerID: s.customer, Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// flowed holds the figures of a contract and of its project to what was sent in all.
func (s *site) flowed(t *testing.T, when string, contractID, projectID uuid.UUID, amount money.Amount) {
	t.Helper()
	d, err := s.Terms.Get(s.ctx, contractID)
	if err != nil || d.Settled != amount || d.Received != amount/2 || int(d.Delivered) != 1000*s.papers {
		t.Errorf("%s: contract %+v %v, want %s", when, d.Contract, err, amount)
	}
	var b project.Business
	err = s.Pool.Tenant().InTx(s.ctx, func(ctx context.Context) (err error) {
		b, err = projectrepo.New().Business(ctx, project.Project{ID: projectID}, day)
		return err
	})
	if err != nil || b.Billed != amount || b.Receivable != amount || b.Received != amount/2 || int(b.Delivered) != 1000*s.papers {
		t.Errorf("%s: project %+v %v, want %s", when, b, err, amount)
	}
}

func (s *site) erp(t *testing.T, number string) contract.Match {
	t.Helper()
	list, total, err := s.matching.Unlinked(s.ctx, contract.MatchInput{Text: number})
	if err != nil || total != 1 || len(list) != 1 {
		t.Fatalf("%s: %d %v", number, total, err)
	}
	return list[0]
}

// What an ERP feeds with a contract's number belongs to the project from the link on,
// what came before it as well as what comes later.
func TestFedContractIsLinkedBySuggestion(t *testing.T) {
	t.Parallel()
	w := setup(t)
	s := newSite(t, w)
	no := "HT-" + s.number
	expect(t, "contract", put(t, w, s.ctx, s.source, feed.Contract{Number: no, Buyer: s.buyer(), ProjectName: "东城一期项目", SignedOn: day, Volume: 30_000, Amount: 12_000_00, CreditTermDays: 45}), "inserted")
	s.send(t, no, 4000)
	other, home := s.project(t, "东城二期"), s.project(t, "东城一期")

	m := s.erp(t, no)
	if len(m.Suggestions) != 1 || m.Suggestions[0].ProjectID != home || m.Suggestions[0].Score != 55 || m.Documents != 2 || m.DocumentsAmount != 8000 || m.Customer.ID != s.customer {
		t.Fatalf("suggested %+v", m)
	}
	c, err := s.matching.LinkERP(s.ctx, contract.LinkERPInput{ID: m.ID, ProjectID: home})
	if err != nil || c.Volume != 30_000 || c.UnitPrice != 40_000 || c.CreditTermDays != 45 || c.SignedOn != day || c.ProjectID != home {
		t.Fatalf("linked %+v %v", c, err)
	}
	s.flowed(t, "what came before", c.ID, home, 4000)
	s.send(t, no, 6000)
	s.flowed(t, "what comes later", c.ID, home, 10_000)

	tickets, n, err := s.Terms.Tickets(s.ctx, c.ID, 1, 1)
	if err != nil || n != 2 || len(tickets) != 1 || tickets[0].TicketNo != no+"-2" || fmt.Sprint(tickets[0].PlantCode, tickets[0].PlantName, tickets[0].Dispatcher) != "P1东郊搅拌站张三" {
		t.Errorf("tickets %+v of %d, %v", tickets, n, err)
	}
	if _, _, err := s.Terms.Tickets(w.CtxA(t, access.RoleSalesperson), c.ID, 1, 1); !errors.Is(err, contract.ErrNotFound) {
		t.Errorf("tickets of somebody else's customer: %v", err)
	}
	_, err = s.matching.LinkERP(s.ctx, contract.LinkERPInput{ID: m.ID, ProjectID: other})
	if f, ok := fault.As(err); !ok || !errors.Is(err, contract.ErrExists) || f.Meta["project"] != "东城一期" {
		t.Errorf("linked twice: %v", err)
	}
	if _, total, err := s.matching.Unlinked(s.ctx, contract.MatchInput{CustomerID: s.customer}); err != nil || total != 0 {
		t.Errorf("%d left, %v", total, err)
	}
	// An invoice that the source files under another contract leaves the project.
	expect(t, "moved", put(t, w, s.ctx, s.source, feed.Receivable{DocumentNo: no + "-1", Buyer: s.buyer(), InvoiceDate: day, DueDate: day, Amount: 4000, Open: 4000, ContractNo: "HT-other"}), "updated")
	if d, err := s.Terms.Get(s.ctx, c.ID); err != nil || d.Settled != 6000 {
		t.Errorf("after one invoice moved away: %+v %v", d.Contract, err)
	}
}

func TestFedContractMakesOrMeetsOne(t *testing.T) {
	t.Parallel()
	w := setup(t)
	s := newSite(t, w)
	fresh, written := "N-"+s.number, "HT "+s.number
	put(t, w, s.ctx, s.source, feed.Contract{Number: fresh, Buyer: s.buyer(), ProjectName: "滨江花园"},
		feed.Contract{Number: written, Buyer: s.buyer(), Volume: 30_000, Amount: 12_000_00})
	s.send(t, fresh, 4000)
	m := s.erp(t, fresh)
	if len(m.Suggestions) != 1 || m.Suggestions[0].Target != contract.ToNewProject || m.Suggestions[0].ProjectName != "滨江花园" {
		t.Fatalf("suggested %+v", m.Suggestions)
	}
	if _, err := s.matching.LinkERP(s.ctx, contract.LinkERPInput{ID: m.ID, NewProject: "滨江花园"}); !invalid(err, "signed_on") {
		t.Errorf("nobody says when it was signed: %v", err)
	}
	finance := w.CtxA(t, access.RoleFinance)
	if _, err := s.matching.LinkERP(finance, contract.LinkERPInput{ID: m.ID, NewProject: "滨江花园", SignedOn: "2026-03-01"}); kind(err) != fault.KindForbidden {
		t.Errorf("who may not make projects: %v", err)
	}
	c, err := s.matching.LinkERP(s.ctx, contract.LinkERPInput{ID: m.ID, NewProject: "滨江花园", SignedOn: "2026-03-01"})
	if err != nil || c.ProjectName != "滨江花园" || c.SignedOn != calendar.NewDate(2026, 3, 1) {
		t.Fatalf("linked %+v %v", c, err)
	}
	s.flowed(t, "a new project", c.ID, c.ProjectID, 4000)

	own, err := s.Terms.Link(s.ctx, contract.LinkInput{ERPContractNo: "ht" + s.number, ProjectID: c.ProjectID, SignedOn: "2026-02-01"})
	if err != nil {
		t.Fatal(err)
	}
	m = s.erp(t, written)
	if len(m.Suggestions) == 0 || m.Suggestions[0].ContractID != own.ID || m.Suggestions[0].Target != contract.ToContract {
		t.Fatalf("suggested %+v", m.Suggestions)
	}
	if _, err := s.matching.LinkERP(s.ctx, contract.LinkERPInput{ID: m.ID, ContractID: c.ID}); !errors.Is(err, contract.ErrNumberInUse) {
		t.Errorf("a contract with documents of its own: %v", err)
	}
	got, err := s.matching.LinkERP(s.ctx, contract.LinkERPInput{ID: m.ID, ContractID: own.ID})
	if err != nil || got.ID != own.ID || got.ERPContractNo != written || got.UnitPrice != 40_000 || got.SignedOn != own.SignedOn {
		t.Errorf("renumbered %+v %v", got, err)
	}
}

// Nobody links what is not his, and a number that another customer's contract has is
// shown with that and refused.
func TestFedContractIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	s, stranger := newSite(t, w), newSite(t, w)
	taken := "HT-" + s.number
	put(t, w, s.ctx, s.source, feed.Contract{Number: taken, Buyer: s.buyer(), SignedOn: day})
	home, theirs := s.project(t, "东城一期"), stranger.project(t, "西城花园")
	m := s.erp(t, taken)
	for name, in := range map[string]contract.LinkERPInput{
		"CONTRACT_OTHER_CUSTOMER": {ID: m.ID, ProjectID: theirs},
		"PROJECT_NOT_FOUND":       {ID: m.ID, ProjectID: uuid.New()},
		"CONTRACT_NOT_FOUND":      {ID: m.ID, ContractID: uuid.New()},
		"ERP_CONTRACT_NOT_FOUND":  {ID: uuid.New(), ProjectID: home},
		"INVALID_INPUT":           {ID: m.ID, ProjectID: home, NewProject: "x"},
	} {
		if _, err := s.matching.LinkERP(s.ctx, in); !is(err, name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	seller := w.CtxA(t, access.RoleSalesperson)
	if _, err := s.matching.LinkERP(seller, contract.LinkERPInput{ID: m.ID, ProjectID: home}); !errors.Is(err, contract.ErrERPNotFound) {
		t.Errorf("somebody else's customer: %v", err)
	}
	if list, n, err := s.matching.Unlinked(seller, contract.MatchInput{Text: taken}); err != nil || n != 0 || len(list) != 0 {
		t.Errorf("somebody else's contracts: %v %v", list, err)
	}
	if _, err := s.matching.LinkERP(w.CtxA(t, access.RoleViewer), contract.LinkERPInput{ID: m.ID, ProjectID: home}); kind(err) != fault.KindForbidden {
		t.Errorf("a viewer: %v", err)
	}
	if _, err := s.Terms.Link(s.ctx, contract.LinkInput{ERPContractNo: taken, ProjectID: theirs, SignedOn: "2026-02-01"}); err != nil {
		t.Fatal(err)
	}
	if m = s.erp(t, taken); m.LinkedTo == nil || m.LinkedTo.ProjectName != "西城花园" || len(m.Suggestions) != 0 {
		t.Errorf("clash %+v", m)
	}
	if _, err := s.matching.LinkERP(s.ctx, contract.LinkERPInput{ID: m.ID, ProjectID: home}); !errors.Is(err, contract.ErrExists) {
		t.Errorf("another customer's number: %v", err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		_, n, err := contractrepo.Repo{}.ERPContracts(ctx, contract.ERPQuery{Limit: 10})
		return int(n), err
	})
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		list, err := contractrepo.Repo{}.Candidates(ctx, []uuid.UUID{s.customer})
		return len(list), err
	})
}

// A number that is entered with a project is linked all the same.
func TestNumberEnteredWithAProject(t *testing.T) {
	t.Parallel()
	w := setup(t)
	s := newSite(t, w)
	no := "HT-" + s.number
	s.send(t, no, 4000)
	p, err := s.customers.CreateProject(s.ctx, customer.CreateProjectInput{CustomerID: s.customer, Name: "东城一期",
		Contract: &customer.ContractInput{ERPContractNo: no, SignedOn: "2026-01-01"}})
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := s.Terms.List(s.ctx, contract.ListInput{CustomerID: s.customer})
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	s.flowed(t, "with a project", list[0].ID, p.ID, 4000)
	stranger := newSite(t, w)
	stranger.send(t, "X"+no, 100)
	_, err = s.customers.CreateProject(s.ctx, customer.CreateProjectInput{CustomerID: s.customer, Name: "东城二期",
		Contract: &customer.ContractInput{ERPContractNo: "X" + no, SignedOn: "2026-01-01"}})
	if !errors.Is(err, contract.ErrOtherCustomer) {
		t.Errorf("somebody else's documents carry it: %v", err)
	}
}

func is(err error, reason string) bool { f, ok := fault.As(err); return ok && f.Reason == reason }

func kind(err error) fault.Kind {
	if f, ok := fault.As(err); ok {
		return f.Kind
	}
	return 0
}

func invalid(err error, field string) bool {
	f, ok := fault.As(err)
	return ok && len(f.Fields) == 1 && f.Fields[0].Name == field
}
