package demo

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"time"

	accountv1 "zhuxin/app/api/account/v1"
	hqv1 "zhuxin/app/api/hq/v1"
	memberv1 "zhuxin/app/api/member/v1"
)

const checkPassword = "Check-Steel-Bridge-42"

func (w *walk) ready() (string, error) {
	_, err := newClient(w.cfg.BaseURL).send(w.ctx, http.MethodGet, "/readyz", "", nil)
	return "PostgreSQL, Redis, object store and Kratos answer", err
}

func (w *walk) signUp() (string, error) {
	w.admin = newClient(w.cfg.BaseURL)
	w.adminMail = "admin-" + w.run + "@check.example"
	if err := w.admin.register(w.ctx, w.adminMail, "检查管理员", checkPassword); err != nil {
		return "", err
	}
	var me accountv1.Me
	if err := w.admin.call(w.ctx, http.MethodGet, "/v1/me", nil, &me); err != nil {
		return "", err
	}
	if me.GetPerson().GetEmail() != w.adminMail || len(me.GetMemberships()) != 0 {
		return "", fmt.Errorf("unexpected account %v", &me)
	}
	return w.adminMail + ", no subsidiary yet", nil
}

func (w *walk) apply() (string, error) {
	w.uscc = newUSCC()
	var a accountv1.Application
	if err := w.verifyAddress(w.admin, w.adminMail); err != nil {
		return "", err
	}
	err := w.admin.call(w.ctx, http.MethodPost, "/v1/account/applications", &accountv1.SubmitApplicationRequest{
		Name: "检查混凝土有限公司" + w.run, ShortName: "检查" + w.run, Uscc: string(w.uscc), ContactName: "检查员", ContactPhone: "13800001234",
	}, &a)
	if err == nil && a.GetStatus() != "submitted" {
		err = fmt.Errorf("application is %s", a.GetStatus())
	}
	w.applicationID = a.GetId()
	return "waits for HQ; phone shown as " + a.GetContactPhoneMask(), err
}

func (w *walk) approveApplication() (string, error) {
	w.hq = newClient(w.cfg.BaseURL)
	if err := w.hq.login(w.ctx, w.cfg.Logins.HQAdmin().Email, w.cfg.Logins.Password); err != nil {
		return "", err
	}
	err := w.hq.call(w.ctx, http.MethodPost, "/v1/hq/applications/"+w.applicationID+":decide",
		&hqv1.DecideApplicationRequest{Approve: true}, nil)
	if err != nil {
		return "", err
	}
	var a accountv1.Application
	start := time.Now()
	err = until(w.ctx, 60*time.Second, func() (bool, error) {
		if err := w.admin.call(w.ctx, http.MethodGet, "/v1/account/applications/"+w.applicationID, nil, &a); err != nil {
			return false, err
		}
		if a.GetStatus() == "failed" || a.GetStatus() == "rejected" || a.GetStatus() == "duplicate" {
			return false, fmt.Errorf("application is %s: %s", a.GetStatus(), a.GetStatusReason())
		}
		return a.GetStatus() == "active", nil
	})
	if err != nil {
		return "", err
	}
	w.slug = a.GetTenantSlug()
	w.admin = w.admin.in(w.slug)
	return fmt.Sprintf("%d steps done, subsidiary %q after %d ms", len(a.GetSteps()), w.slug, time.Since(start).Milliseconds()), nil
}

func (w *walk) checklist() (string, error) {
	var s memberv1.Setup
	err := w.admin.call(w.ctx, http.MethodGet, "/v1/setup", nil, &s)
	if err == nil && (s.GetComplete() || len(s.GetSteps()) < 5) {
		err = fmt.Errorf("unexpected checklist %v", &s)
	}
	return fmt.Sprintf("%d steps open", len(s.GetSteps())), err
}

func (w *walk) inviteColleagues() (string, error) {
	w.salesMail, w.approverMail = "sales-"+w.run+"@check.example", "approver-"+w.run+"@check.example"
	var err error
	if w.sales, err = w.join(w.salesMail, "检查销售", "salesperson"); err != nil {
		return "", err
	}
	if w.approver, err = w.join(w.approverMail, "检查审批", "approver"); err != nil {
		return "", err
	}
	return "salesperson and approver joined by the link in their mail", nil
}

// join invites by mail, follows the link and logs the new person in.
func (w *walk) join(email, name, role string) (*client, error) {
	err := w.admin.call(w.ctx, http.MethodPost, "/v1/invitations",
		&memberv1.InviteMemberRequest{Email: email, Name: name, Roles: []string{role}}, nil)
	if err != nil {
		return nil, err
	}
	var token string
	err = until(w.ctx, 30*time.Second, func() (bool, error) {
		token, err = w.mailToken(email)
		return token != "", err
	})
	if err != nil {
		return nil, fmt.Errorf("no mail with an invitation to %s: %w", email, err)
	}
	c := newClient(w.cfg.BaseURL)
	if err := c.register(w.ctx, email, name, checkPassword); err != nil {
		return nil, err
	}
	if err := w.verifyAddress(c, email); err != nil {
		return nil, err
	}
	err = c.call(w.ctx, http.MethodPost, "/v1/account/invitations/"+token+":accept", &accountv1.AcceptInvitationRequest{}, nil)
	return c.in(w.slug), err
}

var (
	inviteLink = regexp.MustCompile(`/invite/([A-Za-z0-9_-]+)`)
	sixDigits  = regexp.MustCompile(`\b(\d{6})\b`)
)

// mails gives the texts of all mails to an address, newest first.
func (w *walk) mails(email string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(w.cfg.MailDir, "*.eml"))
	if err != nil {
		return nil, err
	}
	var out []string
	for i := len(names) - 1; i >= 0; i-- {
		b, err := os.ReadFile(names[i])
		if err != nil {
			return nil, err
		}
		if text, ok := mailTo(b, email); ok {
			out = append(out, text)
		}
	}
	return out, nil
}

func (w *walk) mailToken(email string) (string, error) {
	texts, err := w.mails(email)
	for _, t := range texts {
		if m := inviteLink.FindStringSubmatch(t); m != nil {
			return m[1], nil
		}
	}
	return "", err
}

// verifyAddress proves the address with the code that Kratos mailed at the
// registration, as the page does.
func (w *walk) verifyAddress(c *client, email string) error {
	return until(w.ctx, 30*time.Second, func() (bool, error) {
		texts, err := w.mails(email)
		if err != nil {
			return false, err
		}
		for _, t := range texts {
			if code := sixDigits.FindStringSubmatch(t); code != nil && !inviteLink.MatchString(t) {
				return true, c.verify(w.ctx, c.verification, code[1])
			}
		}
		return false, nil
	})
}
