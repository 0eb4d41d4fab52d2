package demo

import (
	"fmt"
	"net/http"
	"slices"

	collateralv1 "zhuxin/app/api/collateral/v1"
	customerv1 "zhuxin/app/api/customer/v1"
	feedv1 "zhuxin/app/api/feed/v1"
	groupcapv1 "zhuxin/app/api/groupcap/v1"
	hqv1 "zhuxin/app/api/hq/v1"
	relatedv1 "zhuxin/app/api/related/v1"
	statementv1 "zhuxin/app/api/statement/v1"
)

// plants that tickets leave from, by code, name and dispatcher; some tickets do not say.
var plants = [][3]string{{"P01", "东郊搅拌站", "周海"}, {"P02", "西港搅拌站", "何敏"}, {"P01", "东郊搅拌站", "吴强"}, {"P02", "西港搅拌站", "何敏"}, {}}

// deliveries come in as an ERP would push them; finance makes the statements of
// the last whole month.
func (s *seeder) deliveries(n int, slug string, sub *Subsidiary) error {
	finance, err := s.as(n, "finance", slug)
	if err != nil {
		return err
	}
	for tickets := range slices.Chunk(sub.Tickets, 500) {
		in := &feedv1.PushDeliveriesRequest{Source: "erp"}
		for i, t := range tickets {
			plant := plants[i%len(plants)]
			in.Records = append(in.Records, &feedv1.FeedDelivery{PlantCode: plant[0], PlantName: plant[1], Dispatcher: plant[2],
				TicketNo: t.Number, CustomerNumber: t.CustomerNumber, ContractNo: t.ContractNumber,
				DeliveredOn: t.Date.String(), Volume: int64(t.Volume), Amount: int64(t.Amount)})
		}
		var out feedv1.PushReply
		if err := finance.call(s.ctx, http.MethodPost, "/v1/feed/deliveries", in, &out); err != nil {
			return err
		}
		if out.GetRefused() > 0 {
			return fmt.Errorf("%d refused, first %v", out.GetRefused(), out.GetOutcomes()[0])
		}
	}
	last := s.cfg.AsOf.AddMonths(-1)
	first := last.AddDays(1 - last.Time().Day())
	return finance.call(s.ctx, http.MethodPost, "/v1/statements:make", &statementv1.MakeAllStatementsRequest{
		PeriodFrom: first.String(), PeriodTo: first.AddMonths(1).AddDays(-1).String(),
	}, nil)
}

// sharedLimit holds two customers of one owner together.
func (s *seeder) sharedLimit(n int, slug string, ids []string) error {
	admin, err := s.as(n, "administrator", slug)
	if err != nil {
		return err
	}
	var out groupcapv1.SharedLimit
	err = admin.call(s.ctx, http.MethodPost, "/v1/shared-limits", &groupcapv1.SubmitSharedLimitRequest{
		Name: "同一实际控制人客户组", Amount: 6_000_000_00, CustomerIds: ids[2:4], Reason: "两家公司由同一人实际控制，合并控制占用",
	}, &out)
	if err != nil {
		return err
	}
	return s.approve(n, slug, out.GetId())
}

// collateral secures three customers: a bank guarantee that counts, a mortgage that
// ends soon, and a guarantee that waits in the inbox.
func (s *seeder) collateral(n int, slug string, sub *Subsidiary, ids []string) error {
	day := s.cfg.AsOf
	for i, in := range []*collateralv1.ApplyCollateralRequest{
		{Kind: "bank_guarantee", ProviderName: "江州银行股份有限公司", ReferenceNo: "JZ-BH-0417", GuaranteedAmount: 1_000_000_00, StartsOn: day.AddDays(-60).String(), EndsOn: day.AddDays(240).String()},
		{Kind: "mortgage", ProviderName: "恒业置地有限公司", ReferenceNo: "不动产登记 2209 号", Description: "商铺两间", GuaranteedAmount: 2_000_000_00, AppraisedAmount: new(int64(1_600_000_00)),
			AppraisedOn: day.AddDays(-90).String(), StartsOn: day.AddDays(-80).String(), EndsOn: day.AddDays(20).String()},
		{Kind: "guarantee", ProviderName: "江州融资担保有限公司", ReferenceNo: "保证合同 88 号", GuaranteedAmount: 1_500_000_00, StartsOn: day.String(), EndsOn: day.AddDays(365).String()},
	} {
		at := 5 + i
		by, err := s.salesperson(n, sub.Customers[at].Salesperson, slug)
		if err != nil {
			return err
		}
		var out collateralv1.Collateral
		if err := by.call(s.ctx, http.MethodPost, "/v1/customers/"+ids[at]+"/collateral", in, &out); err != nil {
			return err
		}
		if in.GetKind() == "guarantee" {
			continue
		}
		if err := s.approve(n, slug, out.GetId()); err != nil {
			return err
		}
	}
	return nil
}

// groupCap caps two companies that buy at more than one subsidiary.
func (s *seeder) groupCap(subs []Subsidiary) error {
	hq, err := s.session(s.logins.HQAdmin())
	if err != nil {
		return err
	}
	var tenants hqv1.ListTenantsReply
	if err := hq.call(s.ctx, http.MethodGet, "/v1/hq/tenants", nil, &tenants); err != nil {
		return err
	}
	in := &groupcapv1.CreateCapRequest{Name: "省城建系", Currency: "CNY", Amount: 30_000_000_00, FreeMove: 500_000_00, Note: "同一集团的施工企业，集团合计敞口上限"}
	for _, c := range subs[0].Customers[3:5] {
		in.Members = append(in.Members, &groupcapv1.Member{Uscc: string(c.USCC), CompanyName: c.Name})
	}
	for _, t := range tenants.GetTenants() {
		if !slices.ContainsFunc(subs, func(s Subsidiary) bool { return s.Name == t.GetName() }) {
			continue // somebody signed up while this fills in
		}
		in.Quotas = append(in.Quotas, &groupcapv1.QuotaInput{TenantId: t.GetId(), Amount: 8_000_000_00})
	}
	return hq.call(s.ctx, http.MethodPost, "/v1/hq/group-caps", in, nil)
}

// relations lets the first subsidiary know that one person represents the listed
// company and controls another one, which the second subsidiary supplies too.
func (s *seeder) relations(subs []Subsidiary) error {
	c, err := s.session(s.logins.Of(0, "administrator"))
	if err != nil {
		return err
	}
	b, err := c.send(s.ctx, http.MethodGet, "/v1/me", "", nil)
	if err != nil {
		return err
	}
	slug, err := firstSlug(b)
	if err != nil {
		return err
	}
	bad, near := subs[0].Customers[0], subs[0].Customers[0]
	for _, one := range subs[0].Customers {
		if slices.ContainsFunc(subs[1].Customers, func(x Customer) bool { return x.USCC == one.USCC }) {
			near = one
		}
	}
	for _, r := range []struct {
		of   Customer
		kind string
	}{{bad, "legal_representative"}, {near, "controller"}} {
		var found customerv1.ListCustomersReply
		if err := c.in(slug).call(s.ctx, http.MethodGet, "/v1/customers?q="+string(r.of.USCC), nil, &found); err != nil {
			return err
		}
		if len(found.GetCustomers()) != 1 {
			return fmt.Errorf("%s is found %d times", r.of.Name, len(found.GetCustomers()))
		}
		err := c.in(slug).call(s.ctx, http.MethodPost, "/v1/customers/"+found.GetCustomers()[0].GetId()+"/relations", &relatedv1.AddRelationRequest{
			Kind: r.kind, SourceNote: "工商公示", Other: &relatedv1.RelationOther{Kind: "person", Name: "郑国栋", IdNumber: "330106196805120034"},
		}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}
