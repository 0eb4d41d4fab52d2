package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	htmltemplate "html/template"
	"net/mail"
	"net/url"
	"strings"
	texttemplate "text/template"
	"time"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/directory"
)

//go:embed invitation.txt.tmpl
var invitationText string

//go:embed invitation.html.tmpl
var invitationHTML string

var (
	textTemplate = texttemplate.Must(texttemplate.New("text").Option("missingkey=error").Parse(invitationText))
	htmlTemplate = htmltemplate.Must(htmltemplate.New("html").Option("missingkey=error").Parse(invitationHTML))
)

var _ directory.InvitationMailer = (*Mailer)(nil)

// roleNames are the words of the console's locales.
var roleNames = map[access.Role]struct{ zh, en string }{
	access.RoleAdministrator:      {"管理员", "administrator"},
	access.RoleSalesperson:        {"业务员", "salesperson"},
	access.RoleCreditReviewer:     {"信用复核", "credit reviewer"},
	access.RoleApprover:           {"审批人", "approver"},
	access.RoleFinance:            {"财务", "finance"},
	access.RoleDispatcher:         {"调度", "dispatcher"},
	access.RoleViewer:             {"查看", "viewer"},
	access.RoleHQAdministrator:    {"总公司管理员", "HQ administrator"},
	access.RoleHQCreditController: {"总公司信控", "HQ credit controller"},
	access.RoleHQViewer:           {"总公司查看", "HQ viewer"},
}

// SendInvitation sends the mail of an invitation, in Chinese and English: which
// of the two the receiver reads is not known yet.
func (m *Mailer) SendInvitation(ctx context.Context, in directory.InvitationMail) error {
	zh, en := roleWords(in.Roles)
	data := struct {
		directory.InvitationMail
		CompanyZH, CompanyEN, RolesZH, RolesEN, Link, Until string
	}{in, in.TenantName, in.TenantName, zh, en, m.link("invite", in.Token), until(in.ExpiresAt)}
	if in.TenantName == "" {
		data.CompanyZH, data.CompanyEN = "总公司", "headquarters"
	}
	var text, html bytes.Buffer
	if err := textTemplate.Execute(&text, data); err != nil {
		return err
	}
	if err := htmlTemplate.Execute(&html, data); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(in.Token))
	return m.send(ctx, message{
		to:      mail.Address{Name: in.Name, Address: in.Email},
		subject: "邀请您加入" + oneLine(data.CompanyZH) + " · Invitation to " + oneLine(data.CompanyEN),
		text:    text.String(), html: html.String(),
		key: "invitation." + hex.EncodeToString(sum[:12]),
	})
}

func roleWords(roles []access.Role) (zh, en string) {
	var z, e []string
	for _, r := range roles {
		z, e = append(z, roleNames[r].zh), append(e, roleNames[r].en)
	}
	return strings.Join(z, "、"), strings.Join(e, ", ")
}

func (m *Mailer) link(path ...string) string {
	var b strings.Builder
	b.WriteString(strings.TrimRight(m.config.PublicURL, "/"))
	for _, p := range path {
		b.WriteString("/" + url.PathEscape(p))
	}
	return b.String()
}

// until gives the end of an invitation in the group's time zone (ruling 19).
func until(t time.Time) string { return t.In(calendar.Shanghai).Format("2006-01-02 15:04 -07:00") }

// oneLine keeps a name from breaking out of its header.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
