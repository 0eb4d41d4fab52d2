package wiring

import (
	"context"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/collection"
	"zhuxin/biz/dailyrun"
	"zhuxin/biz/dunning"
	"zhuxin/biz/erp"
	"zhuxin/biz/letter"
	"zhuxin/biz/notify"
	"zhuxin/biz/rating"
	"zhuxin/biz/statement"
	"zhuxin/biz/todo"
	"zhuxin/biz/warning"
	"zhuxin/data/channel/aliyunsms"
	"zhuxin/data/channel/dingtalk"
	"zhuxin/data/channel/feishu"
	mailchannel "zhuxin/data/channel/mail"
	"zhuxin/data/channel/tencentsms"
	"zhuxin/data/channel/wecom"
	"zhuxin/data/dunningpdf"
	"zhuxin/data/jobs"
	"zhuxin/data/outbound"
	customerrepo "zhuxin/data/tenantrepo/customer"
	dunningrepo "zhuxin/data/tenantrepo/dunning"
	notifyrepo "zhuxin/data/tenantrepo/notify"
	"zhuxin/shared/news"
	"zhuxin/shared/tenant"
)

// sending bounds one request to a provider of messages.
const sending = 10 * time.Second

// Notify is what tells people, on the page and outside, and writes to customers.
type Notify struct {
	Service *notify.Service
	Group   *notify.Group
	Dunning *dunning.Service
	base    *Base
	confirm func(ctx context.Context) (int, error) // receipts that came in
}

func newNotify(b *Base) (*Notify, error) {
	private, err := outbound.Networks(b.Conf.Outbound.Private)
	if err != nil {
		return nil, err
	}
	client := outbound.Client(outbound.Config{Private: private, Timeout: sending})
	makers := map[notify.ChannelKind]notify.Maker{
		notify.AliyunSMS:  aliyunsms.Maker(client, b.Clock, aliyunsms.Endpoint),
		notify.TencentSMS: tencentsms.Maker(client, b.Clock, tencentsms.Endpoint),
		notify.WeCom:      wecom.Maker(client),
		notify.DingTalk:   dingtalk.Maker(client, b.Clock),
		notify.Feishu:     feishu.Maker(client, b.Clock),
	}
	mailer, err := mailerOf(b)
	if err != nil {
		return nil, err
	}
	if m, ok := mailer.(mailchannel.Sender); ok {
		makers[notify.Mail] = mailchannel.Maker(m)
	}
	n := &Notify{base: b}
	n.Service = notify.New(notify.Config{Tx: b.Pool.Tenant(), Repo: notifyrepo.New(b.Keys.Tenant), Audit: b.Audit.Tenant, Clock: b.Clock, Makers: makers, Page: n.page,
		Events: b.Outbox.Tenant, Touched: dailyrun.Touched})
	n.Dunning = dunning.New(dunning.Config{Tx: b.Pool.Tenant(), Repo: dunningrepo.Repo{}, Mail: n.Service, Printer: dunningpdf.Printer{}, Customers: customerrepo.New(), Audit: b.Audit.Tenant, Clock: b.Clock})
	return n, nil
}

// paths are the console's, where a route's name is not its path.
var paths = map[string]string{"customer": "customers", "erp": "admin/erp", "follow-up": "followups", "group-quotas": "limits/quotas",
	"negative-case": "risk/negative-list", "order-holds": "orders/holds", "owner": "owners", "receivables": "ar", "statement": "statements", "warnings": "risk/warnings"}

// page gives the console's address of the routes that news lead to.
func (n *Notify) page(ctx context.Context, l todo.Link) string {
	t, err := tenant.From(ctx)
	if err != nil {
		return ""
	}
	path := l.Route
	if p, ok := paths[l.Route]; ok {
		path = p
	}
	if id := l.Params["id"]; id != "" {
		path += "/" + url.PathEscape(id)
	}
	q := url.Values{}
	for k, v := range l.Query {
		q.Set(k, v)
	}
	out := strings.TrimRight(n.base.Conf.PublicURL, "/") + "/t/" + url.PathEscape(t.Slug) + "/" + path
	if len(q) > 0 {
		out += "?" + q.Encode()
	}
	return out
}

func (n *Notify) register(m *jobs.Mux) {
	tx := n.base.Pool.Tenant()
	m.HandleOnce(approval.TopicReminder, "notify", tx, n.Service.Handle)
	m.HandleOnce(approval.TopicOverdue, "notify", tx, n.Service.Handle)
	m.HandleOnce(warning.TopicRaised, "notify", tx, n.Service.Handle)
	m.HandleOnce(statement.TopicReminder, "notify", tx, n.Service.Handle)
	m.HandleOnce(statement.TopicOverdue, "notify", tx, n.Service.Handle)
	m.HandleOnce(rating.TopicLapsed, "notify", tx, n.Service.Handle)
	m.HandleOnce(letter.TopicIssued, "notify", tx, n.Service.Handle)
	m.HandleOnce(erp.TopicStopped, "notify", tx, n.Service.Handle)
	m.HandleOnce(news.Topic, "notify", tx, n.Service.Handle)
	m.PeriodicPerTenant("receipts.confirm", time.Minute, func(ctx context.Context) error {
		_, err := n.confirm(ctx)
		return err
	})
	m.PeriodicPerTenant("notify.send", 20*time.Second, func(ctx context.Context) error {
		_, err := n.Service.Flush(ctx)
		return err
	})
}

// confirmations writes to customers that their money came in.
type confirmations struct{ *Notify }

// Confirm implements collection.Mailman.
func (c confirmations) Confirm(ctx context.Context, x collection.Confirmation) (bool, error) {
	n, err := c.Service.Write(ctx, notify.Letter{Key: x.Key, Kind: notify.KindReceipt, Customer: x.Customer, Title: x.Title, Text: x.Text}, []notify.ChannelKind{notify.Mail})
	return n > 0, err
}

// paper gives the PDF of a letter for a mail; nil while it is not made yet.
func (a *App) paper(ctx context.Context, letterID uuid.UUID) (*notify.File, error) {
	var l letter.Letter
	err := a.Pool.Tenant().InTx(ctx, func(ctx context.Context) (err error) {
		l, err = a.Agreements.Letters.Repo.Get(ctx, letterID)
		return err
	})
	if err != nil || l.DocumentID == nil {
		return nil, err
	}
	doc, body, err := a.Documents.Service.Open(ctx, *l.DocumentID)
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	file, err := io.ReadAll(body)
	return &notify.File{Name: doc.FileName, Type: "application/pdf", Body: file}, err
}
