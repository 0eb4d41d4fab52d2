package negativelist_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"zhuxin/app/api/route"
	"zhuxin/app/service/hq"
	service "zhuxin/app/service/negativelist"
	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/proposal"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/history"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/reach"
	"zhuxin/shared/rollup"
	"zhuxin/shared/tenant"
)

var (
	at      = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)
	mine    = uuid.MustParse("00000000-0000-0000-0000-00000000000a")
	waiting = uuid.MustParse("00000000-0000-0000-0000-00000000000c")
	theirs  = uuid.MustParse("00000000-0000-0000-0000-00000000000b")
)

// store answers for HQ's tables and for the tenant's own.
type store struct {
	negativelist.Repo
	history.Store
	rollup.Projections
	entries   []negativelist.Entry
	events    []negativelist.Event
	claims    []negativelist.Claim
	exemption negativelist.Exemption
	asked     negativelist.Query
	logged    []history.Look
}

func (*store) InTx(ctx context.Context, fn func(ctx context.Context) error) error { return fn(ctx) }
func (*store) Ways(context.Context, string, ...reach.Path) error                  { return nil }
func (*store) Record(context.Context, audit.Entry) error                          { return nil }
func (s *store) List(_ context.Context, q negativelist.Query) ([]negativelist.Entry, int64, error) {
	s.asked = q
	return slices.Clone(s.entries), int64(len(s.entries)), nil
}

func (s *store) Insert(_ context.Context, e negativelist.Entry) error {
	s.entries = append(s.entries, e)
	return nil
}

func (s *store) Lock(_ context.Context, id uuid.UUID) (negativelist.Entry, error) {
	for _, e := range s.entries {
		if e.ID == id {
			return e, nil
		}
	}
	return negativelist.Entry{}, negativelist.ErrNotFound
}
func (s *store) Get(ctx context.Context, id uuid.UUID) (negativelist.Entry, error) {
	return s.Lock(ctx, id)
}

func (s *store) Save(_ context.Context, e negativelist.Entry, _ uuid.UUID) error {
	for i := range s.entries {
		if s.entries[i].ID == e.ID {
			s.entries[i] = e
		}
	}
	return nil
}

func (s *store) AddEvent(_ context.Context, e negativelist.Event) error {
	s.events = append(s.events, e)
	return nil
}

func (s *store) Events(context.Context, uuid.UUID) ([]negativelist.Event, error) {
	return s.events, nil
}
func (s *store) AddClaim(_ context.Context, c negativelist.Claim) error {
	s.claims = append(s.claims, c)
	return nil
}
func (s *store) Claims(context.Context, uuid.UUID) ([]negativelist.Claim, error) {
	return s.claims, nil
}
func (s *store) AnswerClaim(_ context.Context, c negativelist.Claim) error {
	s.claims = []negativelist.Claim{c}
	return nil
}

func (*store) Counts(context.Context, calendar.Date) (negativelist.Counts, error) {
	return negativelist.Counts{Proposed: 1, Listed: 2, Objections: 3, Repairs: 4, ReviewDue: 5, Removed: 6, Exemptions: 7}, nil
}

func (s *store) AddExemption(_ context.Context, x negativelist.Exemption) error {
	x.TenantName = "我方CANARY"
	s.exemption = x
	return nil
}

func (s *store) LockExemption(context.Context, uuid.UUID) (negativelist.Exemption, error) {
	return s.exemption, nil
}

func (s *store) SaveExemption(_ context.Context, x negativelist.Exemption) error {
	s.exemption = x
	return nil
}

func (s *store) Exemptions(context.Context, negativelist.ExemptionQuery) ([]negativelist.Exemption, int64, error) {
	return []negativelist.Exemption{s.exemption}, 1, nil
}

func (*store) Related(context.Context, string) ([]negativelist.Related, error) {
	return []negativelist.Related{{CustomerID: mine, CustomerName: "关联建工", Path: reach.Path{Nodes: []reach.Node{{Name: "关联建工"}, {Name: "失信建工"}}, Steps: []reach.Step{{Kind: reach.Parent}}}}}, nil
}

func (*store) Connected(context.Context, uuid.UUID) (bool, error) { return false, nil }

func (*store) Holders(_ context.Context, near []reach.Reached) ([]negativelist.Related, error) {
	return []negativelist.Related{{CustomerID: mine, CustomerName: near[0].Name, TenantName: "华东", Path: near[0].Path.Reversed()}}, nil
}

func (*store) FromGroup(_ context.Context, of reach.Party, _ int) ([]reach.Reached, error) {
	return []reach.Reached{{USCC: "91110000000000001X", Name: "关联建工", Path: reach.Path{Nodes: []reach.Node{{Name: of.Name}, {Name: "关联建工"}}, Steps: []reach.Step{{Kind: reach.Parent}}}}}, nil
}

func (*store) Identity(context.Context, uuid.UUID) (string, string, error) {
	return "91110000000000001X", "失信建工", nil
}

func (*store) Policy(context.Context) (negativelist.Policy, error) {
	return negativelist.Policy{Version: 7, Effects: negativelist.PresetEffects(), Action: negativelist.Hold, Serious: negativelist.Hold, Notice: negativelist.Warn, CreatedAt: at}, nil
}
func (*store) AddPolicy(context.Context, negativelist.Policy, uuid.UUID) error { return nil }
func (*store) Of(context.Context, []string) (map[string]uuid.UUID, error) {
	return map[string]uuid.UUID{"91110000000000001X": mine}, nil
}
func (*store) Hit(context.Context) ([]string, error)           { return nil, nil }
func (*store) Name(context.Context, uuid.UUID) (string, error) { return "own-evidence.pdf", nil }
func (*store) USCC(context.Context, uuid.UUID) (string, error) { return "91110000000000001X", nil }
func (*store) Owners(context.Context, string) (map[uuid.UUID]history.Owner, error) {
	return map[uuid.UUID]history.Owner{mine: {}, theirs: {Overdue: true, Stage: "stop_supply", Currency: "CNY", Exposure: 60_000_000}}, nil
}

func (*store) Ratings(context.Context, string) ([]history.Rating, error) {
	return []history.Rating{
		{TenantID: theirs, Subsidiary: "华东", Grade: "C", TotalScore: 4242, EffectiveAt: at, LapsedAt: &at},
		{TenantID: mine, Subsidiary: "我方", Grade: "A", TotalScore: 9000, EffectiveAt: at},
	}, nil
}

func (s *store) Log(_ context.Context, looks []history.Look) error {
	s.logged = append(s.logged, looks...)
	return nil
}

func (s *store) Looks(context.Context, uuid.UUID, bool, int, int) ([]history.Look, int64, error) {
	return []history.Look{{At: at, ViewerTenant: "华东", ViewerName: "李四", USCC: "C", Purpose: "order"}}, 1, nil
}

func (*store) Company(context.Context, string) ([]rollup.Row, error) {
	return []rollup.Row{{Customer: rollup.Customer{Name: "失信建工", USCC: "91110000000000001X", TenantID: theirs, Figures: rollup.Figures{Currency: "CNY", Receivable: 1, AsOf: calendar.NewDate(2026, 11, 20)}}, SubsidiaryName: "华东", ProjectedAt: at}}, nil
}

func (*store) Customers(_ context.Context, q rollup.Query) ([]rollup.Row, int64, error) {
	return []rollup.Row{{Customer: rollup.Customer{TenantID: q.TenantID}}}, 1, nil
}

func (*store) Largest(context.Context, []string, int) ([]rollup.Subsidiary, error) {
	return []rollup.Subsidiary{{TenantID: theirs, Name: "华东", Sums: ofCNY()},
		{TenantID: mine, Name: "我方", Sums: rollup.Sums{ProjectedAt: at, Figures: rollup.Figures{Currency: "USD", Receivable: 5}}}}, nil
}

func ofCNY() rollup.Sums {
	return rollup.Sums{ProjectedAt: at.Add(time.Hour), Figures: rollup.Figures{Currency: "CNY", Receivable: 9, NotDue: 2, Months0: 7, Days1: 7, Overdue: 7}}
}

func (*store) Totals(context.Context) ([]rollup.Total, error) {
	return []rollup.Total{
		{Subsidiaries: 1, Sums: ofCNY()},
		{Subsidiaries: 1, Sums: rollup.Sums{ProjectedAt: at, Figures: rollup.Figures{Currency: "USD", Receivable: 5}}},
	}, nil
}
func (s *store) Subsidiaries(ctx context.Context, _ rollup.SubsidiaryQuery) ([]rollup.Subsidiary, int64, error) {
	list, err := s.Largest(ctx, nil, 1)
	return list, 1, err
}
func (s *store) Subsidiary(ctx context.Context, id uuid.UUID) (rollup.Subsidiary, bool, error) {
	list, err := s.Largest(ctx, nil, 1)
	return list[0], id == theirs, err
}
func (*store) Waiting(context.Context) (int64, int64, error) { return 1, 2, nil }

func services(upload service.Uploader) (*store, *service.Service, *hq.Service) {
	s := &store{entries: []negativelist.Entry{{
		ID: uuid.New(), USCC: "91110000000000001X", CompanyName: "失信建工", Reason: negativelist.Fraud, Text: "货款被转移", Amount: 5, TenantID: theirs,
		TenantName: "华东CANARY", ListedBy: uuid.New(), ListedByName: "李四CANARY", ListedAt: at, Evidence: []negativelist.File{{DocumentID: uuid.New(), Name: "CANARY.pdf"}}, Status: negativelist.Listed, AffectedCount: 3,
	}}}
	clock := &calendar.Frozen{At: at}
	list := negativelist.NewService(s, s, s, s, s, s, s, s, clock)
	looks := history.NewService(s, s, s, s, clock)
	return s, service.New(list, house(s, list), nil, looks, upload, proof), hq.New(nil, nil, hq.NewNegative(list), hq.NewOverview(rollup.NewReader(s, s), looks, list))
}

// house is a subsidiary's own approval on the store.
func house(s *store, list *negativelist.Service) *proposal.Service {
	return proposal.New(proposal.Deps{Tenants: s, HQ: s, List: list, Approvals: &inbox{}, Books: s, Customers: finder{}, Accounts: accounts{}, Repo: proposals{}})
}

func (*store) Concerned(context.Context, []uuid.UUID) (map[uuid.UUID][]negativelist.Hit, negativelist.Effects, error) {
	return nil, negativelist.PresetEffects(), nil
}

// finder and accounts know every customer.
type (
	finder   struct{ customer.Finder }
	accounts struct{}
)

func (finder) Brief(_ context.Context, id uuid.UUID, _ *uuid.UUID) (customer.Brief, error) {
	return customer.Brief{ID: id, Number: "K1", Name: "失信建工"}, nil
}

func (accounts) Get(_ context.Context, id uuid.UUID) (exposure.Account, error) {
	return exposure.Account{CustomerID: id, LimitKind: exposure.LimitAmount, Standing: 70, Receivable: 30}, nil
}

func proof(_ context.Context, documentID uuid.UUID) (*route.File, error) {
	return &route.File{Name: documentID.String()}, nil
}

// inbox keeps the last submission, which its readers may see.
type inbox struct{ last approval.Approval }

func (i *inbox) Get(_ context.Context, id uuid.UUID) (approval.Approval, error) {
	if i.last.ID != id {
		return approval.Approval{}, approval.ErrNotFound
	}
	return i.last, nil
}

func (i *inbox) Submit(_ context.Context, in approval.Submission) (approval.Approval, error) {
	facts, err := json.Marshal(in.Facts)
	i.last = approval.Approval{ID: waiting, Kind: in.Kind, SubjectID: in.SubjectID, SubmittedAt: at, Status: approval.StatusPending, Facts: facts}
	if err != nil {
		return i.last, err
	}
	return i.last, nil
}

// proposals is what waits in the house.
type proposals struct{ proposal.Repository }

func (proposals) Pending(_ context.Context, text string, limit, offset int) ([]proposal.Held, int64, error) {
	return []proposal.Held{{ID: waiting, Facts: proposal.Facts{CompanyName: text, Amount: 5}, At: at}}, int64(limit + offset), nil
}

func as(t *testing.T, roles ...access.Role) context.Context {
	ctx := access.With(t.Context(), access.Actor{Kind: access.KindPerson, ID: uuid.New(), TenantID: mine, Roles: roles})
	return tenant.With(ctx, tenant.Tenant{ID: mine, Zone: calendar.Shanghai})
}

func text(t *testing.T, m proto.Message) string {
	t.Helper()
	b, err := protojson.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
