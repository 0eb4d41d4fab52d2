package demo

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	customerv1 "zhuxin/app/api/customer/v1"
	negativelistv1 "zhuxin/app/api/negativelist/v1"
	ratingv1 "zhuxin/app/api/rating/v1"
	"zhuxin/shared/calendar"
)

// subsidiary signs one up and lets its people do their work.
func (s *seeder) subsidiary(n int, sub *Subsidiary) error {
	start := time.Now()
	slug, tenantID, err := s.signUp(n, sub)
	if err != nil {
		return err
	}
	admin, err := s.session(s.logins.Of(n, "administrator"))
	if err != nil {
		return err
	}
	for _, p := range s.logins.People {
		if p.Where == subsidiaryKeys[n] && p.Role != "administrator" {
			if err := s.invite(admin.in(slug), "/v1/invitations", p); err != nil {
				return err
			}
		}
	}
	if err := s.template(n, slug, sub); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	ids, err := s.customers(n, slug, sub)
	if err != nil {
		return err
	}
	if err := s.receivables(n, slug, sub); err != nil {
		return fmt.Errorf("receivables: %w", err)
	}
	if err := s.cfg.AddReceipts(s.ctx, tenantID, sub.Receipts); err != nil {
		return fmt.Errorf("receipts: %w", err)
	}
	rated, err := s.ratings(n, slug, sub, ids)
	if err != nil {
		return fmt.Errorf("ratings: %w", err)
	}
	if err := s.deliveries(n, slug, sub); err != nil {
		return fmt.Errorf("deliveries: %w", err)
	}
	if err := s.collateral(n, slug, sub, ids); err != nil {
		return fmt.Errorf("collateral: %w", err)
	}
	if err := s.sharedLimit(n, slug, ids); err != nil {
		return fmt.Errorf("shared limit: %w", err)
	}
	s.say("%s /t/%s: 8 people, %d customers, %d invoices, %d receipts, %d deliveries, %d ratings (%s)", sub.Name, slug,
		len(sub.Customers), len(sub.Invoices), len(sub.Receipts), len(sub.Tickets), rated, time.Since(start).Round(100*time.Millisecond))
	return nil
}

// as gives the session of a subsidiary's person.
func (s *seeder) as(n int, role, slug string) (*client, error) {
	c, err := s.session(s.logins.Of(n, role))
	if err != nil {
		return nil, err
	}
	return c.in(slug), nil
}

func (s *seeder) template(n int, slug string, sub *Subsidiary) error {
	admin, err := s.as(n, "administrator", slug)
	if err != nil {
		return err
	}
	var t ratingv1.Template
	err = admin.call(s.ctx, http.MethodPost, "/v1/rating-templates",
		&ratingv1.CreateTemplateRequest{Name: sub.ShortName + "客户评级模板", From: sub.Sample}, &t)
	if err != nil {
		return err
	}
	err = admin.call(s.ctx, http.MethodPost, "/v1/rating-templates/"+t.GetId()+":submit", &ratingv1.SubmitTemplateRequest{Version: t.GetVersion()}, nil)
	if err != nil {
		return err
	}
	return s.approve(n, slug, t.GetId())
}

func (s *seeder) approve(n int, slug, subject string) error {
	c, err := s.as(n, "approver", slug)
	if err != nil {
		return err
	}
	w := &walk{ctx: s.ctx}
	a, err := w.pendingFor(c, "todo", subject)
	if err != nil {
		return err
	}
	return w.decide(c, a)
}

// salesperson gives the session of one of the two salespeople.
func (s *seeder) salesperson(n, which int, slug string) (*client, error) {
	for _, p := range s.logins.People {
		if p.Where == subsidiaryKeys[n] && p.Role == "salesperson" {
			if which == 0 {
				c, err := s.session(p)
				if err != nil {
					return nil, err
				}
				return c.in(slug), nil
			}
			which--
		}
	}
	return nil, fmt.Errorf("subsidiary %d has no such salesperson", n)
}

func (s *seeder) customers(n int, slug string, sub *Subsidiary) ([]string, error) {
	var ids []string
	for i, c := range sub.Customers {
		mail := fmt.Sprintf("finance@%s.example", strings.ToLower(c.Number))
		if i%6 == 5 {
			mail = "" // some customers have never given one
		}
		by, err := s.salesperson(n, c.Salesperson, slug)
		if err != nil {
			return nil, err
		}
		var out customerv1.Customer
		err = by.call(s.ctx, http.MethodPost, "/v1/customers", &customerv1.CreateCustomerRequest{
			Number: c.Number, Name: c.Name, Uscc: string(c.USCC), TaxNo: string(c.USCC), LegalRepresentative: c.LegalRepresentative,
			LegalRepresentativeId: c.LegalID, ContactName: c.Contact, ContactPhone: c.Phone, ContactEmail: mail, BankAccount: c.Bank,
			Address: c.Address, CreditTermDays: new(int32(c.CreditTermDays)),
		}, &out)
		if err != nil {
			return nil, fmt.Errorf("customer %s: %w", c.Number, err)
		}
		ids = append(ids, out.GetId())
		for _, p := range c.Projects {
			err := by.call(s.ctx, http.MethodPost, "/v1/customers/"+out.GetId()+"/projects", &customerv1.CreateProjectRequest{
				Number: p.Number, Name: p.Name, OwnerName: p.Owner, Address: p.Address, ContractedVolume: int64(p.Contract.Volume),
				Contract: &customerv1.Contract{
					ErpContractNo: p.Contract.Number, Volume: int64(p.Contract.Volume), UnitPrice: int64(p.Contract.UnitPrice),
					CreditTermDays: int32(c.CreditTermDays), SignedOn: p.Contract.SignedOn.String(),
				},
			}, nil)
			if err != nil {
				return nil, fmt.Errorf("project %s: %w", p.Number, err)
			}
		}
	}
	return ids, nil
}

func (s *seeder) receivables(n int, slug string, sub *Subsidiary) error {
	c, err := s.as(n, "finance", slug)
	if err != nil {
		return err
	}
	w := &walk{ctx: s.ctx}
	f, err := w.upload(c, "receivables.csv", receivablesFile(sub))
	if err != nil {
		return err
	}
	i, err := w.runImport(c, f, f.GetProposed(), false)
	if err == nil && i.GetRowsRefused() > 0 {
		err = fmt.Errorf("%d rows refused, first %v", i.GetRowsRefused(), i.GetErrors())
	}
	return err
}

// ratings rates everybody but newcomers; the last few wait for their approval,
// so that the inbox is not empty.
func (s *seeder) ratings(n int, slug string, sub *Subsidiary, ids []string) (int, error) {
	rated := 0
	for i, c := range sub.Customers {
		if c.Habit == Newcomer {
			continue
		}
		by, err := s.salesperson(n, c.Salesperson, slug)
		if err != nil {
			return 0, err
		}
		var f ratingv1.RatingForm
		if err := by.call(s.ctx, http.MethodGet, "/v1/customers/"+ids[i]+"/rating-form", nil, &f); err != nil {
			return 0, err
		}
		var r ratingv1.Rating
		in := &ratingv1.SaveRatingRequest{Values: habitValues(f.GetTemplate(), c.Habit, i), Submit: true, Remark: "年度评级"}
		if err := by.call(s.ctx, http.MethodPost, "/v1/customers/"+ids[i]+"/ratings", in, &r); err != nil {
			return 0, err
		}
		if i >= len(sub.Customers)-4 {
			continue
		}
		if err := s.approve(n, slug, r.GetId()); err != nil {
			return 0, err
		}
		rated++
	}
	return rated, s.temporaryLimit(n, slug, sub, ids)
}

// temporaryLimit asks for one that waits in the inbox.
func (s *seeder) temporaryLimit(n int, slug string, sub *Subsidiary, ids []string) error {
	by, err := s.salesperson(n, sub.Customers[3].Salesperson, slug)
	if err != nil {
		return err
	}
	return by.call(s.ctx, http.MethodPost, "/v1/customers/"+ids[3]+"/temporary-limits", &ratingv1.ApplyTemporaryLimitRequest{
		Amount: 500_000_00, StartsOn: s.cfg.AsOf.String(), EndsOn: s.cfg.AsOf.AddDays(30).String(), Reason: "主体封顶集中浇筑，申请临时额度",
	}, nil)
}

// habitValues answers the manual indicators as the customer's habit suggests.
func habitValues(t *ratingv1.Template, h Habit, salt int) []*ratingv1.ValueInput {
	rank := map[Habit]int{Prompt: 0, Late: 1, Partial: 1, Stopped: 3, Newcomer: 1}[h]
	var out []*ratingv1.ValueInput
	for k, item := range t.GetDefinition().GetItems() {
		in := &ratingv1.ValueInput{IndicatorCode: item.GetIndicatorCode()}
		at := min(rank+(salt+k)%2, 3)
		switch options, ranges := item.GetScoring().GetOptions(), item.GetScoring().GetRanges(); item.GetKind() {
		case "choice":
			in.Choice = options[min(at, len(options)-1)].GetCode()
		case "number":
			r := ranges[max(len(ranges)-1-at, 0)]
			v := r.GetFrom()
			if r.From == nil {
				v = r.GetTo() - 1000
			}
			in.Number = &v
		default:
			continue
		}
		out = append(out, in)
	}
	return out
}

// negativeEntry lists the first shared company, which has stopped paying, and
// leaves a proposal on another one to HQ.
func (s *seeder) negativeEntry(sub *Subsidiary) error {
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
	bad, worse := sub.Customers[0], sub.Customers[1]
	var e, second negativelistv1.Entry
	err = c.in(slug).call(s.ctx, http.MethodPost, "/v1/negative-list", &negativelistv1.CreateEntryRequest{
		Uscc: string(bad.USCC), CompanyName: bad.Name, ReasonCode: "malicious_arrears", Amount: 800_000_00,
		ReasonText: "货款逾期超过两年，多次催收无果，拒绝签署对账单",
	}, &e)
	if err != nil {
		return err
	}
	err = c.in(slug).call(s.ctx, http.MethodPost, "/v1/negative-list", &negativelistv1.CreateEntryRequest{
		Uscc: string(worse.USCC), CompanyName: worse.Name, ReasonCode: "litigation_lost", Amount: 360_000_00,
		ReasonText: "法院判决已生效半年，仍未履行付款义务",
	}, &second)
	if err != nil {
		return err
	}
	approver, err := s.as(0, "approver", slug)
	if err != nil {
		return err
	}
	w := &walk{ctx: s.ctx}
	for _, id := range []string{e.GetApprovalId(), second.GetApprovalId()} {
		if err := w.agreeToListing(approver, id); err != nil {
			return err
		}
	}
	hq, err := s.session(s.logins.HQAdmin())
	if err != nil {
		return err
	}
	return hq.call(s.ctx, http.MethodPost, "/v1/hq/negative-list/"+e.GetId()+":publish", &negativelistv1.PublishCaseRequest{
		Severity: "critical", ReviewOn: Today().AddDays(180).String(), Note: "证据充分，同意列入",
	}, nil)
}

// Today is the demo's business date.
func Today() calendar.Date { return calendar.Of(time.Now(), calendar.Shanghai) }
