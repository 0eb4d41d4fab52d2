package standin

import (
	"fmt"
	"strings"
	"time"
)

func millis(day string) int64 {
	t, err := time.ParseInLocation(time.DateOnly, day, time.FixedZone("CST", 8*3600))
	if err != nil {
		return 0 // the stand-in's own constants are dates
	}
	return t.UnixMilli()
}

func basics(c Company) m {
	out := m{"id": 900000001, "name": c.Name, "regStatus": c.Status, "creditCode": c.USCC, "regCapital": "5000万人民币", "companyOrgType": "有限责任公司",
		"industry": "非金属矿物制品业", "estiblishTime": millis("2012-05-08"), "toTime": int64(253402185600000), "regLocation": "示例市示例路1号",
		"legalPersonName": "张某", "historyNameList": nil}
	if c.Former != "" {
		out["historyNames"], out["historyNameList"] = c.Former+";", []string{c.Former}
	}
	return out
}

// tycItems gives the entries of one of Tianyancha's lists; known is false for a
// path it does not have.
func tycItems(path string, c Company) (items []m, known bool) {
	add := func(i m) { items = append(items, i) }
	switch path {
	case "open/jr/dishonest/2.0":
		for _, n := range c.Dishonest {
			add(m{"iname": c.Name, "cardnum": c.USCC, "casecode": n, "gistid": "(2023)民初567号", "courtname": "示例市江岸区人民法院", "performance": "全部未履行",
				"disrupttypename": "有履行能力而拒不履行生效法律文书确定义务", "duty": "支付货款520000元及利息", "regdate": millis("2024-03-01"), "publishdate": millis("2024-04-15"), "staff": []any{}})
		}
	case "open/jr/zhixinginfo/2.0":
		for n, amount := range c.Enforced {
			add(m{"caseCode": n, "pname": c.Name, "partyCardNum": c.USCC, "execCourtName": "示例市江岸区人民法院", "caseCreateTime": millis("2024-03-01"), "execMoney": amount})
		}
	case "open/jr/consumptionRestriction/2.0":
		for i, n := range c.Restricted {
			add(m{"id": 21 + i, "cid": 900000001, "caseCode": n, "qyinfo": c.Name, "xname": "张某", "caseCreateTime": millis("2024-05-06")})
		}
	case "open/mr/abnormal/2.0":
		for i, reason := range c.Abnormal {
			e := m{"putDate": "2025-01-20", "putReason": reason, "putDepartment": "示例区市场监督管理局", "removeDate": nil, "removeReason": ""}
			if len(c.Abnormal) > 1 && i == 0 {
				e["putDate"], e["removeDate"], e["removeReason"] = "2023-07-10", "2023-09-01", "依法补报了年度报告"
			}
			add(e)
		}
	case "open/mr/illegalinfo/2.0":
		for _, reason := range c.Illegal {
			add(m{"putDate": millis("2024-10-08"), "putReason": reason, "putDepartment": "示例市市场监督管理局", "removeDate": nil})
		}
	case "open/jr/lawSuit/2.0":
		for i, n := range append(append([]string{}, c.Sued...), c.Suing...) {
			plaintiff, defendant := "示例材料有限公司", c.Name
			if i >= len(c.Sued) {
				plaintiff, defendant = defendant, plaintiff
			}
			add(m{"id": fmt.Sprint(i + 1), "uuid": fmt.Sprintf("%032d", i+1), "title": plaintiff + "与" + defendant + "买卖合同纠纷一审民事判决书", "casereason": "买卖合同纠纷", "caseno": n,
				"court": "示例市西湖区人民法院", "doctype": "判决书", "submittime": millis("2024-09-10"), "judgetime": "2024-08-20", "plalongiffs": "原告-" + plaintiff, "defendants": "被告-" + defendant})
		}
	case "open/ic/changeinfo/2.0":
		for _, ch := range c.Changes {
			day, what, _ := strings.Cut(ch, " ")
			add(m{"changeItem": what, "contentBefore": "张某", "contentAfter": "<em>李某</em>", "changeTime": day, "createTime": day})
		}
	case "v4/open/judicial":
		for i, n := range c.Frozen {
			add(m{"id": 31 + i, "executedPerson": c.Name, "executeNoticeNum": n, "executiveCourt": "示例市江岸区人民法院", "equityAmount": "800万人民币", "typeState": "股权冻结|冻结"})
		}
	default:
		return nil, false
	}
	return items, true
}

func qccItems(path string, c Company) (items []m) {
	add := func(i m) { items = append(items, i) }
	court := "示例市江岸区人民法院"
	switch path {
	case "/ShixinCheck/GetList":
		for _, n := range c.Dishonest {
			add(m{"Id": n, "Liandate": "2024-03-01", "Anno": n, "Executegov": court, "Executestatus": "全部未履行", "Publicdate": "2024-04-15", "Executeno": "(2023)民初567号"})
		}
	case "/ZhixingCheck/GetList":
		for n, amount := range c.Enforced {
			add(m{"Id": n, "Liandate": "2024-03-01", "Anno": n, "Executegov": court, "Biaodi": amount})
		}
	case "/SumptuaryCheck/GetList":
		for _, n := range c.Restricted {
			add(m{"Id": n, "Liandate": "2024-05-06", "Anno": n})
		}
	case "/SeriousIllegalCheck/GetList":
		for _, reason := range c.Illegal {
			add(m{"AddReason": reason, "AddDate": "2024-10-08", "AddOffice": "示例市市场监督管理局", "RemoveDate": ""})
		}
	}
	return items
}
