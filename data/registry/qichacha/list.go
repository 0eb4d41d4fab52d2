package qichacha

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"zhuxin/biz/registry"
	"zhuxin/data/registry/web"
)

type item struct {
	ID        web.Text `json:"Id"`
	Case      web.Text `json:"Anno"`
	Court     web.Text `json:"Executegov"`
	Status    web.Text `json:"Executestatus"`
	Ground    web.Text `json:"Executeno"`
	Filed     web.Text `json:"Liandate"`
	Published web.Text `json:"Publicdate"`
	Amount    web.Text `json:"Biaodi"`

	Reason  web.Text `json:"AddReason"`
	Added   web.Text `json:"AddDate"`
	By      web.Text `json:"AddOffice"`
	Removed web.Text `json:"RemoveDate"`
}

type list struct {
	path     string
	severity registry.Severity
}

var lists = map[registry.Kind]list{
	registry.KindDishonest:   {"/ShixinCheck/GetList", registry.Critical},
	registry.KindEnforcement: {"/ZhixingCheck/GetList", registry.Serious},
	registry.KindConsumption: {"/SumptuaryCheck/GetList", registry.Serious},
	registry.KindViolation:   {"/SeriousIllegalCheck/GetList", registry.Critical},
}

// list reads all pages.
func (c *Client) list(ctx context.Context, a registry.Ask, kind registry.Kind, l list) (registry.Answer, error) {
	out := registry.Answer{Outcome: registry.NoData, Complete: true}
	seen, got := map[string]bool{}, 0
	for page := 1; ; page++ {
		e, raw, err := c.get(ctx, a, l.path, url.Values{"searchKey": {string(a.USCC)}, "pageIndex": {strconv.Itoa(page)}, "pageSize": {strconv.Itoa(pageSize)}})
		if err != nil {
			return registry.Answer{}, err
		}
		out.Requests++
		out.Raw = append(append(out.Raw, raw...), '\n')
		data, err := open(e)
		if err != nil {
			return registry.Answer{}, err
		}
		if data == nil {
			return out, nil
		}
		var items []json.RawMessage
		if err := web.Decode(data, &items); err != nil {
			return registry.Answer{}, err
		}
		if e.Paging == nil {
			return registry.Answer{}, web.Unreadable("Paging is missing", nil)
		}
		total, err := strconv.Atoi(string(e.Paging.TotalRecords))
		if err != nil || total < 0 {
			return registry.Answer{}, web.Unreadable("TotalRecords is no number", err)
		}
		if got += len(items); len(items) == 0 && got < total {
			return registry.Answer{}, web.Unreadable("entries are announced and not there", nil)
		}
		fresh := 0
		for _, raw := range items {
			if seen[string(raw)] {
				continue
			}
			seen[string(raw)] = true
			fresh++
			f, err := read(raw, kind, l.severity)
			if err != nil {
				return registry.Answer{}, err
			}
			out.Outcome, out.Findings = registry.Found, append(out.Findings, f)
		}
		switch {
		case fresh == 0 && page > 1:
			return registry.Answer{}, web.Unreadable("its pages repeat", nil)
		case got >= total:
			return out, nil
		case page == maxPages:
			out.Complete = false
			return out, nil
		}
	}
}

func read(raw json.RawMessage, kind registry.Kind, severity registry.Severity) (registry.Finding, error) {
	var i item
	if err := web.Decode(raw, &i); err != nil {
		return registry.Finding{}, err
	}
	f := registry.Finding{Kind: kind, Severity: severity, Facts: map[string]string{}}
	on := i.Published
	if on.Plain() == "" {
		on = i.Filed
	}
	if kind == registry.KindViolation {
		on = i.Added
	}
	day, err := on.Day()
	if err != nil {
		return f, web.Unreadable("a date", err)
	}
	f.OccurredOn = day
	f.Key, f.Title = i.Case.Case(), i.Case.Plain()
	if kind == registry.KindViolation {
		if f.Key, f.Title = "", i.Reason.Plain(); !day.IsZero() && f.Title != "" {
			f.Key = day.String() + ":" + i.Reason.Case()
		}
		gone, err := i.Removed.Day()
		if err != nil {
			return f, web.Unreadable("RemoveDate", err)
		}
		f.Ended = !gone.IsZero()
	}
	if f.Key == "" {
		return f, web.Unreadable("an entry without what identifies it", nil)
	}
	if f.Amount, err = i.Amount.Yuan(); err != nil {
		return f, web.Unreadable("Biaodi", err)
	}
	for k, v := range map[string]web.Text{"case_no": i.Case, "court": i.Court, "performance": i.Status, "ground": i.Ground, "authority": i.By} {
		if s := v.Plain(); s != "" {
			f.Facts[k] = s
		}
	}
	return f, nil
}
