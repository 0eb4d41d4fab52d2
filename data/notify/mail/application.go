package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	htmltemplate "html/template"
	"net/mail"
	texttemplate "text/template"

	"zhuxin/shared/directory"
)

//go:embed application.txt.tmpl
var applicationText string

//go:embed application.html.tmpl
var applicationHTML string

var (
	applicationTextTemplate = texttemplate.Must(texttemplate.New("text").Option("missingkey=error").Parse(applicationText))
	applicationHTMLTemplate = htmltemplate.Must(htmltemplate.New("html").Option("missingkey=error").Parse(applicationHTML))
)

var _ directory.ApplicationMailer = (*Mailer)(nil)

// news is what a mail says about an application: subject and sentence in both
// languages, %s the company; and where its button leads.
type news struct {
	subjectZH, subjectEN, zh, en string
	path                         []string
}

func newsOf(in directory.ApplicationMail) (news, error) {
	hq, own := []string{"hq", "applications"}, []string{"onboarding"}
	switch {
	case in.ForHQ && in.Status == directory.StatusSubmitted:
		return news{"待审批的开通申请", "Application to decide", "有人申请为 %s 开通筑信，等待总公司审批。",
			"Somebody applied for %s. It waits for headquarters' decision.", hq}, nil
	case in.ForHQ && in.Status == directory.StatusFailed:
		return news{"子企业开通未完成", "Setting up a subsidiary stopped", "%s 的开通中断，请查看并重试。", "Setting up %s stopped. Look at it and run it again.", hq}, nil
	case in.Status == directory.StatusActive:
		return news{"子企业已开通", "Your subsidiary is ready", "%s 已开通，您是管理员，可以开始首次设置。",
			"%s is ready. You are its administrator and can start with the first steps.", []string{"t", in.TenantSlug, "setup"}}, nil
	case in.Status == directory.StatusRejected:
		return news{"开通申请未通过", "Your application was rejected", "%s 的开通申请未获总公司批准，可以修改后重新提交。",
			"Headquarters did not approve the application for %s. You can change it and apply again.", own}, nil
	case in.Status == directory.StatusDuplicate:
		return news{"该企业已经开通", "This company is on Zhuxin already", "%s 已经在筑信开通，请联系其管理员邀请您加入。",
			"%s is on Zhuxin already. Ask its administrator to invite you.", own}, nil
	case in.Status == directory.StatusFailed:
		return news{"子企业开通未完成", "Setting up your subsidiary stopped", "%s 的开通中断，您可以重试；总公司也已收到通知。",
			"Setting up %s stopped. You can run it again; headquarters knows.", own}, nil
	}
	return news{}, fmt.Errorf("mail: nothing is said about an application that is %s", in.Status)
}

// SendApplication tells how an application stands, in Chinese and English.
func (m *Mailer) SendApplication(ctx context.Context, in directory.ApplicationMail) error {
	n, err := newsOf(in)
	if err != nil {
		return err
	}
	data := struct{ Name, ZH, EN, Reason, Link string }{Name: in.Name, Link: m.link(n.path...),
		ZH: fmt.Sprintf(n.zh, in.Company), EN: fmt.Sprintf(n.en, in.Company)}
	if in.Status == directory.StatusRejected { // other reasons are the program's own words
		data.Reason = in.Reason
	}
	var text, html bytes.Buffer
	if err := applicationTextTemplate.Execute(&text, data); err != nil {
		return err
	}
	if err := applicationHTMLTemplate.Execute(&html, data); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(in.ID.String() + "\x00" + string(in.Status) + "\x00" + in.Email))
	return m.send(ctx, message{
		to:      mail.Address{Name: in.Name, Address: in.Email},
		subject: n.subjectZH + "：" + oneLine(in.Company) + " · " + n.subjectEN,
		text:    text.String(), html: html.String(),
		key: "application." + hex.EncodeToString(sum[:12]),
	})
}
