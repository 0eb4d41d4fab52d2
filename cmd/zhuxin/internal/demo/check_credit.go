package demo

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"

	approvalv1 "zhuxin/app/api/approval/v1"
	customerv1 "zhuxin/app/api/customer/v1"
	ratingv1 "zhuxin/app/api/rating/v1"
)

func (w *walk) designTemplate() (string, error) {
	var lib ratingv1.ListIndicatorsReply
	if err := w.admin.call(w.ctx, http.MethodGet, "/v1/indicators", nil, &lib); err != nil {
		return "", err
	}
	var t ratingv1.Template
	err := w.admin.call(w.ctx, http.MethodPost, "/v1/rating-templates", &ratingv1.CreateTemplateRequest{Name: "检查模板", From: "concrete"}, &t)
	if err != nil {
		return "", err
	}
	// A draft whose weights do not sum to 100 is kept and says what is open.
	def := t.GetDefinition()
	def.Items[0].Weight += 100
	err = w.admin.call(w.ctx, http.MethodPut, "/v1/rating-templates/"+t.GetId(),
		&ratingv1.UpdateTemplateRequest{Name: t.GetName(), Definition: def, Version: t.GetVersion()}, &t)
	if err != nil {
		return "", err
	}
	if len(t.GetOpenPoints()) == 0 {
		return "", fmt.Errorf("weights of 101 %% raised no open point")
	}
	err = w.admin.call(w.ctx, http.MethodPost, "/v1/rating-templates/"+t.GetId()+":submit", &ratingv1.SubmitTemplateRequest{Version: t.GetVersion()}, nil)
	if !refused(err, http.StatusBadRequest) {
		return "", fmt.Errorf("a template with weights of 101 %% was not refused: %v", err)
	}
	def.Items[0].Weight -= 100
	err = w.admin.call(w.ctx, http.MethodPut, "/v1/rating-templates/"+t.GetId(),
		&ratingv1.UpdateTemplateRequest{Name: t.GetName(), Definition: def, Version: t.GetVersion()}, &t)
	if err != nil {
		return "", err
	}
	err = w.admin.call(w.ctx, http.MethodPost, "/v1/rating-templates/"+t.GetId()+":submit", &ratingv1.SubmitTemplateRequest{Version: t.GetVersion()}, &t)
	w.templateID = t.GetId()
	return fmt.Sprintf("%d indicators in the library, %d picked, weights 101 refused", len(lib.GetIndicators()), len(def.GetItems())), err
}

// pendingFor finds the waiting approval of a subject in somebody's list.
func (w *walk) pendingFor(c *client, box, subject string) (*approvalv1.Approval, error) {
	var l approvalv1.ListApprovalsReply
	if err := c.call(w.ctx, http.MethodGet, "/v1/approvals?box="+box+"&page_size=100", nil, &l); err != nil {
		return nil, err
	}
	for _, a := range l.GetApprovals() {
		if a.GetSubjectId() == subject && a.GetStatus() == "pending" {
			return a, nil
		}
	}
	return nil, fmt.Errorf("no waiting approval of %s in box %s", subject, box)
}

func (w *walk) selfApproval() (string, error) {
	a, err := w.pendingFor(w.admin, "mine", w.templateID)
	if err != nil {
		return "", err
	}
	err = w.decide(w.admin, a)
	if !refused(err, http.StatusForbidden) {
		return "", fmt.Errorf("the submitter's own approval was not refused: %v", err)
	}
	return "403", nil
}

func (w *walk) decide(c *client, a *approvalv1.Approval) error {
	return c.call(w.ctx, http.MethodPost, "/v1/approvals/"+a.GetId()+":decide",
		&approvalv1.DecideRequest{Approve: true, Version: a.GetVersion()}, nil)
}

func (w *walk) approveTemplate() (string, error) {
	a, err := w.pendingFor(w.approver, "todo", w.templateID)
	if err != nil {
		return "", err
	}
	if err := w.decide(w.approver, a); err != nil {
		return "", err
	}
	var t ratingv1.Template
	err = w.admin.call(w.ctx, http.MethodGet, "/v1/rating-templates/"+w.templateID, nil, &t)
	if err == nil && t.GetStatus() != "effective" {
		err = fmt.Errorf("template is %s", t.GetStatus())
	}
	return "effective", err
}

// licence is a small PDF, so that the upload's content check has something real.
var licence = []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")

func (w *walk) createCustomer() (string, error) {
	w.customerUSCC = newUSCC()
	in := &customerv1.CreateCustomerRequest{
		Number: "CK-" + w.run, Name: "检查建设工程有限公司" + w.run, Uscc: string(w.customerUSCC)[:17] + "I",
		LegalRepresentative: "检查法人", LegalRepresentativeId: "11010519491231002X", ContactPhone: "13900005678", CreditTermDays: new(int32(30)),
	}
	var c customerv1.Customer
	if err := w.sales.call(w.ctx, http.MethodPost, "/v1/customers", in, &c); !refused(err, http.StatusBadRequest) {
		return "", fmt.Errorf("an ill-formed code was not refused: %v", err)
	}
	in.Uscc = string(w.customerUSCC)
	if err := w.sales.call(w.ctx, http.MethodPost, "/v1/customers", in, &c); err != nil {
		return "", err
	}
	w.customerID = c.GetId()
	path := "/v1/customers/" + c.GetId() + "/documents?kind=business_licence&file_name=" + url.QueryEscape("营业执照.pdf")
	if _, err := w.sales.send(w.ctx, http.MethodPost, path, "application/pdf", bytes.NewReader(licence)); err != nil {
		return "", err
	}
	var docs customerv1.ListDocumentsReply
	if err := w.sales.call(w.ctx, http.MethodGet, "/v1/customers/"+c.GetId()+"/documents", nil, &docs); err != nil {
		return "", err
	}
	if len(docs.GetDocuments()) != 1 {
		return "", fmt.Errorf("%d documents instead of 1", len(docs.GetDocuments()))
	}
	back, err := w.sales.send(w.ctx, http.MethodGet, "/v1/documents/"+docs.GetDocuments()[0].GetId()+"/content", "", nil)
	if err == nil && !bytes.Equal(back, licence) {
		err = fmt.Errorf("the licence came back changed")
	}
	return fmt.Sprintf("%s; ID shown as %s; licence stored and read back", in.GetUscc(), c.GetLegalRepresentativeIdMask()), err
}

// bestValues answers every manual indicator of a form with its best score.
func bestValues(t *ratingv1.Template) []*ratingv1.ValueInput {
	var out []*ratingv1.ValueInput
	for _, item := range t.GetDefinition().GetItems() {
		in := &ratingv1.ValueInput{IndicatorCode: item.GetIndicatorCode()}
		best := int64(-1)
		switch item.GetKind() {
		case "choice":
			for _, o := range item.GetScoring().GetOptions() {
				if o.GetScore() > best {
					best, in.Choice = o.GetScore(), o.GetCode()
				}
			}
		case "number":
			for _, r := range item.GetScoring().GetRanges() {
				if r.GetScore() > best {
					v := r.GetFrom()
					if r.From == nil {
						v = r.GetTo() - 1
					}
					best, in.Number = r.GetScore(), &v
				}
			}
		default:
			continue
		}
		out = append(out, in)
	}
	return out
}

func (w *walk) rate() (string, error) {
	var f ratingv1.RatingForm
	if err := w.sales.call(w.ctx, http.MethodGet, "/v1/customers/"+w.customerID+"/rating-form", nil, &f); err != nil {
		return "", err
	}
	var r ratingv1.Rating
	err := w.sales.call(w.ctx, http.MethodPost, "/v1/customers/"+w.customerID+"/ratings",
		&ratingv1.SaveRatingRequest{Values: bestValues(f.GetTemplate()), Remark: "检查", Submit: true}, &r)
	if err != nil {
		return "", err
	}
	w.ratingID = r.GetId()
	return fmt.Sprintf("score %s, grade %s, limit %s; %d values from data",
		hundredths(r.GetResult().GetTotalScore()), r.GetResult().GetGrade(), hundredths(r.GetResult().GetMaxCreditAmount()), len(f.GetDataValues())), nil
}

func (w *walk) approveRating() (string, error) {
	a, err := w.pendingFor(w.approver, "todo", w.ratingID)
	if err != nil {
		return "", err
	}
	if err := w.decide(w.approver, a); err != nil {
		return "", err
	}
	s, err := w.standing(w.ctx)
	if err == nil && (s.GetStandingLimit() == 0 || s.GetStandingLimit() != a.GetAmount()) {
		err = fmt.Errorf("standing limit %d, approved %d", s.GetStandingLimit(), a.GetAmount())
	}
	return fmt.Sprintf("grade %s, standing limit %s", s.GetGrade(), hundredths(s.GetStandingLimit())), err
}

func (w *walk) standing(ctx context.Context) (*customerv1.Standing, error) {
	var c customerv1.Customer
	err := w.sales.call(ctx, http.MethodGet, "/v1/customers/"+w.customerID, nil, &c)
	return c.GetStanding(), err
}

func hundredths(v int64) string {
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	return fmt.Sprintf("%s%d.%02d", sign, v/100, v%100)
}
