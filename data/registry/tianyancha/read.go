package tianyancha

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"zhuxin/biz/registry"
	"zhuxin/data/registry/web"
	"zhuxin/shared/calendar"
)

// reader takes a finding from an item of a list; nil for an item that says nothing
// about the company. Natural persons' names stay behind.
type reader func(item json.RawMessage, names []string) (*registry.Finding, error)

var lists = map[registry.Kind]struct {
	path string
	read reader
}{
	registry.KindDishonest:   {"/services/open/jr/dishonest/2.0", dishonest},
	registry.KindEnforcement: {"/services/open/jr/zhixinginfo/2.0", enforcement},
	registry.KindConsumption: {"/services/open/jr/consumptionRestriction/2.0", consumption},
	registry.KindViolation:   {"/services/open/mr/illegalinfo/2.0", violation},
	registry.KindAbnormality: {"/services/open/mr/abnormal/2.0", abnormality},
	registry.KindLitigation:  {"/services/open/jr/lawSuit/2.0", litigation},
}

func (c *Client) basics(ctx context.Context, a registry.Ask) (registry.Answer, error) {
	result, raw, err := c.get(ctx, a, pathBasics, url.Values{"keyword": {string(a.USCC)}})
	if err != nil {
		return registry.Answer{}, err
	}
	out := registry.Answer{Outcome: registry.NoData, Complete: true, Raw: append(raw, '\n'), Requests: 1}
	if result == nil {
		return out, nil
	}
	var b struct {
		Name        web.Text   `json:"name"`
		FormerNames []web.Text `json:"historyNameList"`
		Code        web.Text   `json:"creditCode"`
		Status      web.Text   `json:"regStatus"`
		Capital     web.Text   `json:"regCapital"`
		Type        web.Text   `json:"companyOrgType"`
		Industry    web.Text   `json:"industry"`
		Established web.Text   `json:"estiblishTime"` // sic
		Address     web.Text   `json:"regLocation"`
	}
	if err := web.Decode(result, &b); err != nil {
		return registry.Answer{}, err
	}
	founded, err := b.Established.Day()
	switch {
	case err != nil:
		return registry.Answer{}, web.Unreadable("estiblishTime", err)
	case b.Name.Plain() == "":
		return registry.Answer{}, web.Unreadable("a company without a name", nil)
	case b.Code != "" && !strings.EqualFold(string(b.Code), string(a.USCC)):
		return registry.Answer{}, web.Unreadable("it is about another company", nil)
	}
	out.Outcome = registry.Found
	out.Company = &registry.Company{Name: b.Name.Plain(), USCC: string(a.USCC), Status: b.Status.Plain(), Capital: b.Capital.Plain(),
		Type: b.Type.Plain(), Industry: b.Industry.Plain(), Established: founded, Address: b.Address.Plain()}
	for _, n := range b.FormerNames {
		if n.Plain() != "" {
			out.Company.FormerNames = append(out.Company.FormerNames, n.Plain())
		}
	}
	return out, nil
}

// finding checks what every kind needs: something to tell it by, and dates.
func finding(key, title string, severity registry.Severity, on web.Text, facts map[string]web.Text) (*registry.Finding, error) {
	if key == "" {
		return nil, web.Unreadable("an entry without what identifies it", nil)
	}
	day, err := on.Day()
	if err != nil {
		return nil, web.Unreadable("a date", err)
	}
	f := &registry.Finding{Key: key, Title: title, Severity: severity, OccurredOn: day, Facts: map[string]string{}}
	for k, v := range facts {
		if s := v.Plain(); s != "" {
			f.Facts[k] = s
		}
	}
	return f, nil
}

func dishonest(item json.RawMessage, _ []string) (*registry.Finding, error) {
	var i struct {
		Case        web.Text `json:"casecode"`
		Ground      web.Text `json:"gistid"`
		Court       web.Text `json:"courtname"`
		Performance web.Text `json:"performance"`
		Conduct     web.Text `json:"disrupttypename"`
		Published   web.Text `json:"publishdate"`
	}
	if err := web.Decode(item, &i); err != nil {
		return nil, err
	}
	return finding(i.Case.Case(), i.Conduct.Plain(), registry.Critical, i.Published,
		map[string]web.Text{"case_no": i.Case, "ground": i.Ground, "court": i.Court, "performance": i.Performance})
}

func enforcement(item json.RawMessage, _ []string) (*registry.Finding, error) {
	var i struct {
		Case   web.Text `json:"caseCode"`
		Court  web.Text `json:"execCourtName"`
		Filed  web.Text `json:"caseCreateTime"`
		Amount web.Text `json:"execMoney"`
	}
	if err := web.Decode(item, &i); err != nil {
		return nil, err
	}
	f, err := finding(i.Case.Case(), i.Case.Plain(), registry.Serious, i.Filed, map[string]web.Text{"case_no": i.Case, "court": i.Court})
	if err != nil {
		return nil, err
	}
	if f.Amount, err = i.Amount.Yuan(); err != nil {
		return nil, web.Unreadable("execMoney", err)
	}
	return f, nil
}

func consumption(item json.RawMessage, _ []string) (*registry.Finding, error) {
	var i struct {
		Case  web.Text `json:"caseCode"`
		Filed web.Text `json:"caseCreateTime"`
	}
	if err := web.Decode(item, &i); err != nil {
		return nil, err
	}
	return finding(i.Case.Case(), i.Case.Plain(), registry.Serious, i.Filed, map[string]web.Text{"case_no": i.Case})
}

type listed struct {
	Put     web.Text `json:"putDate"`
	Reason  web.Text `json:"putReason"`
	By      web.Text `json:"putDepartment"`
	Removed web.Text `json:"removeDate"`
	Why     web.Text `json:"removeReason"`
}

func listing(item json.RawMessage, severity registry.Severity) (*registry.Finding, error) {
	var i listed
	if err := web.Decode(item, &i); err != nil {
		return nil, err
	}
	on, err := i.Put.Day()
	if err != nil {
		return nil, web.Unreadable("putDate", err)
	}
	key := ""
	if !on.IsZero() && i.Reason.Plain() != "" {
		key = on.String() + ":" + i.Reason.Case()
	}
	f, err := finding(key, i.Reason.Plain(), severity, i.Put, map[string]web.Text{"authority": i.By, "removed_reason": i.Why})
	if err != nil {
		return nil, err
	}
	gone, err := i.Removed.Day()
	if err != nil {
		return nil, web.Unreadable("removeDate", err)
	}
	if f.Ended = !gone.IsZero(); f.Ended {
		f.Facts["removed_on"] = gone.String()
	}
	return f, nil
}

func violation(item json.RawMessage, _ []string) (*registry.Finding, error) {
	return listing(item, registry.Critical)
}

func abnormality(item json.RawMessage, _ []string) (*registry.Finding, error) {
	return listing(item, registry.Serious)
}

// litigation counts against the company only where it is the defendant.
func litigation(item json.RawMessage, names []string) (*registry.Finding, error) {
	var i struct {
		UUID       web.Text `json:"uuid"`
		Case       web.Text `json:"caseno"`
		Cause      web.Text `json:"casereason"`
		Court      web.Text `json:"court"`
		Document   web.Text `json:"doctype"`
		Judged     web.Text `json:"judgetime"`
		Submitted  web.Text `json:"submittime"`
		Plaintiffs web.Text `json:"plalongiffs"` // sic
		Defendants web.Text `json:"defendants"`
	}
	if err := web.Decode(item, &i); err != nil {
		return nil, err
	}
	on := i.Judged
	if on.Plain() == "" {
		on = i.Submitted
	}
	key := i.Case.Case()
	if i.Document.Plain() != "" && key != "" {
		key += ":" + i.Document.Case() // a ruling and a judgment of one case
	}
	role, severity := web.Text("party"), registry.Info
	switch {
	case party(i.Defendants, names):
		role, severity = "defendant", registry.Notice
	case party(i.Plaintiffs, names):
		role = "plaintiff"
	}
	return finding(key, strings.TrimSpace(i.Cause.Plain()+" "+i.Document.Plain()), severity, on,
		map[string]web.Text{"case_no": i.Case, "court": i.Court, "cause": i.Cause, "document": i.Document, "role": role})
}

// party says whether one of the names is in a list like "被告-某公司,某某".
func party(t web.Text, names []string) bool {
	in := registry.PlainName(string(t))
	return slices.ContainsFunc(names, func(n string) bool {
		n = registry.PlainName(n)
		return n != "" && strings.Contains(in, n)
	})
}

// changed reads a registration change that is about the owners.
func changed(item json.RawMessage, _ []string) (*registry.Finding, error) {
	var i struct {
		Item web.Text `json:"changeItem"`
		At   web.Text `json:"changeTime"`
	}
	if err := web.Decode(item, &i); err != nil {
		return nil, err
	}
	if i.Item.Plain() == "" {
		return nil, web.Unreadable("a change of nothing", nil)
	}
	if !slices.ContainsFunc([]string{"股", "投资人", "出资", "控制人", "法定代表人"}, func(w string) bool { return strings.Contains(i.Item.Plain(), w) }) {
		return nil, nil //nolint:nilnil // an address that changed is no change of owners
	}
	on, err := i.At.Day()
	if err != nil || on == calendar.Date(0) {
		return nil, web.Unreadable("changeTime", err)
	}
	return finding("change:"+on.String()+":"+i.Item.Case(), i.Item.Plain(), registry.Notice, i.At, nil)
}

// frozen reads a freeze of equity.
func frozen(item json.RawMessage, _ []string) (*registry.Finding, error) {
	var i struct {
		ID     web.Text `json:"id"`
		Notice web.Text `json:"executeNoticeNum"`
		Court  web.Text `json:"executiveCourt"`
		Equity web.Text `json:"equityAmount"`
		State  web.Text `json:"typeState"`
	}
	if err := web.Decode(item, &i); err != nil {
		return nil, err
	}
	key := i.Notice.Case()
	if key != "" {
		key = "freeze:" + key
	}
	f, err := finding(key, i.State.Plain(), registry.Serious, "", map[string]web.Text{"notice_no": i.Notice, "court": i.Court, "equity": i.Equity, "state": i.State})
	if err == nil {
		f.Ended = strings.Contains(i.State.Plain(), "解除")
	}
	return f, err
}
