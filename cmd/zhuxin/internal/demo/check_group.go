package demo

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	accountv1 "zhuxin/app/api/account/v1"
	approvalv1 "zhuxin/app/api/approval/v1"
	auditv1 "zhuxin/app/api/audit/v1"
	hqv1 "zhuxin/app/api/hq/v1"
	negativelistv1 "zhuxin/app/api/negativelist/v1"
	receivablev1 "zhuxin/app/api/receivable/v1"
)

func (w *walk) uploadReader(c *client, name string, body io.Reader) (*receivablev1.UploadedFile, error) {
	var f receivablev1.UploadedFile
	b, err := c.send(w.ctx, http.MethodPost, "/v1/receivable-imports:upload?file_name="+url.QueryEscape(name), "application/octet-stream", body)
	if err != nil {
		return nil, err
	}
	return &f, unmarshal(b, &f)
}

// loginOther logs in somebody of the first demo subsidiary.
func (w *walk) loginOther(role string) (*client, error) {
	p := w.cfg.Logins.Of(0, role)
	c := newClient(w.cfg.BaseURL)
	if err := c.login(w.ctx, p.Email, w.cfg.Logins.Password); err != nil {
		return nil, err
	}
	b, err := c.send(w.ctx, http.MethodGet, "/v1/me", "", nil)
	if err != nil {
		return nil, err
	}
	slug, err := firstSlug(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Email, err)
	}
	return c.in(slug), nil
}

// firstSlug reads the first subsidiary out of an answer of /v1/me.
func firstSlug(me []byte) (string, error) {
	var m accountv1.Me
	if err := unmarshal(me, &m); err != nil {
		return "", err
	}
	if len(m.GetMemberships()) == 0 {
		return "", errors.New("belongs to no subsidiary; is this the demo's data?")
	}
	return m.GetMemberships()[0].GetTenantSlug(), nil
}

func (w *walk) listNegative() (string, error) {
	var err error
	if w.other, err = w.loginOther("administrator"); err != nil {
		return "", err
	}
	var ev negativelistv1.Evidence
	b, err := w.other.send(w.ctx, http.MethodPost, "/v1/negative-list:evidence?file_name=judgment.pdf", "application/pdf", newPDF())
	if err != nil {
		return "", err
	}
	if err := unmarshal(b, &ev); err != nil {
		return "", err
	}
	var e negativelistv1.Entry
	err = w.other.call(w.ctx, http.MethodPost, "/v1/negative-list", &negativelistv1.CreateEntryRequest{
		Uscc: string(w.customerUSCC), CompanyName: "检查建设工程有限公司" + w.run, ReasonCode: "malicious_arrears",
		ReasonText: "拖欠货款超过一年，多次催收无果", Amount: 50_000_00, EvidenceDocumentId: ev.GetDocumentId(),
	}, &e)
	if err != nil {
		return "", err
	}
	approver, err := w.loginOther("approver")
	if err != nil {
		return "", err
	}
	if err := w.agreeToListing(approver, e.GetApprovalId()); err != nil {
		return "", err
	}
	if d, err := w.check("SO-P-"+w.run, 1_00); err != nil || d.GetOutcome() == "block" {
		return "", errors.Join(err, fmt.Errorf("a proposal that HQ has not seen: %s", d.GetOutcome()))
	}
	err = w.hq.call(w.ctx, http.MethodPost, "/v1/hq/negative-list/"+e.GetId()+":publish", &negativelistv1.PublishCaseRequest{
		Severity: "critical", ReviewOn: Today().AddDays(180).String(), Note: "证据充分",
	}, nil)
	return "with reason and evidence file " + e.GetEvidenceName() + "; its own approver has agreed, HQ has published it", err
}

// agreeToListing has a subsidiary approve what it proposes, and waits until it has
// come to HQ.
func (w *walk) agreeToListing(approver *client, id string) error {
	var a approvalv1.Approval
	if err := approver.call(w.ctx, http.MethodGet, "/v1/approvals/"+id, nil, &a); err != nil {
		return err
	}
	if err := w.decide(approver, &a); err != nil {
		return err
	}
	return until(w.ctx, 30*time.Second, func() (bool, error) {
		_, err := approver.send(w.ctx, http.MethodGet, "/v1/negative-list/"+id, "", nil)
		if refused(err, http.StatusNotFound) {
			return false, nil
		}
		return err == nil, err
	})
}

func (w *walk) checkNegative() (string, error) {
	d, err := w.check("SO-N-"+w.run, 1_00)
	if err != nil {
		return "", err
	}
	for _, r := range d.GetReasons() {
		if r.GetCode() == "NEGATIVE_LIST" && d.GetOutcome() == "block" {
			return d.GetOutcome() + ": " + r.GetMessageZh(), nil
		}
	}
	return "", fmt.Errorf("outcome %s, reasons %v", d.GetOutcome(), d.GetReasons())
}

func (w *walk) removeNegative() (string, error) {
	var l hqv1.ListNegativeEntriesReply
	if err := w.hq.call(w.ctx, http.MethodGet, "/v1/hq/negative-list?q="+string(w.customerUSCC), nil, &l); err != nil {
		return "", err
	}
	if len(l.GetEntries()) != 1 || l.GetEntries()[0].GetSubsidiaryName() == "" {
		return "", fmt.Errorf("HQ sees %v", l.GetEntries())
	}
	e := l.GetEntries()[0]
	err := w.hq.call(w.ctx, http.MethodPost, "/v1/hq/negative-list/"+e.GetId()+":remove", &hqv1.RemoveNegativeEntryRequest{Reason: "已还清"}, nil)
	if err != nil {
		return "", err
	}
	d, err := w.check("SO-O-"+w.run, 1_00)
	if err == nil && d.GetOutcome() != "allow" {
		err = fmt.Errorf("after the removal: %s %v", d.GetOutcome(), d.GetReasons())
	}
	return "listed by " + e.GetSubsidiaryName() + "; after the removal the order passes", err
}

func (w *walk) sharedHistory() (string, error) {
	var h negativelistv1.CustomerHistory
	err := until(w.ctx, 20*time.Second, func() (bool, error) {
		err := w.sales.call(w.ctx, http.MethodGet, "/v1/customers/"+w.customerID+"/shared-history?purpose=rating", nil, &h)
		return len(h.GetRatings()) > 0, err
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d rating, grade %s", len(h.GetRatings()), h.GetRatings()[0].GetGrade()), nil
}

func (w *walk) overview() (string, error) {
	var o hqv1.GroupOverview
	var mine *hqv1.SubsidiaryFigures
	err := until(w.ctx, 30*time.Second, func() (bool, error) {
		if err := w.hq.call(w.ctx, http.MethodGet, "/v1/hq/overview", nil, &o); err != nil {
			return false, err
		}
		for _, s := range o.GetSubsidiaries() {
			if s.GetSlug() == w.slug && s.GetAging().GetReceivable() == w.openSum {
				mine = s
			}
		}
		return mine != nil, nil
	})
	if err != nil {
		return "", fmt.Errorf("HQ does not show %s for %s: %w", hundredths(w.openSum), w.slug, err)
	}
	var group, parts int64
	for _, t := range o.GetTotals() {
		group += t.GetAging().GetReceivable()
	}
	for _, s := range o.GetSubsidiaries() {
		parts += s.GetAging().GetReceivable()
	}
	if group != parts {
		return "", fmt.Errorf("group total %d, sum of the subsidiaries %d", group, parts)
	}
	return fmt.Sprintf("%d subsidiaries, group %s = sum of its parts", len(o.GetSubsidiaries()), hundredths(group)), nil
}

func (w *walk) isolation() (string, error) {
	for _, path := range []string{
		"/v1/customers/" + w.customerID, "/v1/ratings/" + w.ratingID, "/v1/rating-templates/" + w.templateID,
		"/v1/customers/" + w.customerID + "/documents", "/v1/customers/" + w.customerID + "/limits",
	} {
		if _, err := w.other.send(w.ctx, http.MethodGet, path, "", nil); !refused(err, http.StatusNotFound) {
			return "", fmt.Errorf("%s as another subsidiary: %v", path, err)
		}
	}
	stranger := *w.other
	stranger.tenant = w.slug
	if _, err := stranger.send(w.ctx, http.MethodGet, "/v1/customers", "", nil); err == nil {
		return "", fmt.Errorf("a stranger listed the customers of %s", w.slug)
	}
	return "404 for five kinds of record, and no way in by its address", nil
}

func (w *walk) auditChain() (string, error) {
	var v auditv1.VerifyAuditReply
	err := until(w.ctx, 30*time.Second, func() (bool, error) {
		err := w.admin.call(w.ctx, http.MethodGet, "/v1/audit:verify", nil, &v)
		return v.GetSealed() == v.GetRows() || !v.GetIntact(), err
	})
	if err == nil && (!v.GetIntact() || v.GetRows() < 8) {
		err = fmt.Errorf("%d rows, findings %v", v.GetRows(), v.GetFindings())
	}
	return fmt.Sprintf("%d rows, all sealed", v.GetRows()), err
}
