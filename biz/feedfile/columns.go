package feedfile

import (
	"fmt"
	"slices"
	"strings"

	"zhuxin/biz/feed"
	"zhuxin/biz/receivable"
)

// Column is one column of our own templates. Names are the heads it is recognised by,
// the Chinese one first.
type Column struct {
	Field    string
	Names    []string
	Required bool
	Form     receivable.CellForm
	Zh, En   string // what it means
	Example  string // in the template's row
}

var (
	numberColumn = Column{Field: "customer_number", Names: []string{"客户编号", "客户编码", "customer no"}, Form: receivable.CellText,
		Zh: "与统一社会信用代码至少填一项", En: "this or the code is needed", Example: "C001"}
	codeColumn = Column{Field: "uscc", Names: []string{"统一社会信用代码", "信用代码", "税号", "credit code"}, Form: receivable.CellText,
		Zh: "18位，含校验位", En: "18 characters with their check character"}
	contractColumn = Column{Field: "contract_no", Names: []string{"合同编号", "合同号", "contract number"}, Form: receivable.CellText,
		Zh: "应在合同文件或系统中存在", En: "of a contract in the contracts' file or here already", Example: "HT-2026-001"}
	currencyColumn = Column{Field: "currency", Names: []string{"币种", "币别"}, Form: receivable.CellText, Zh: "空则为本企业币种", En: "empty: the subsidiary's", Example: "CNY"}
	termColumn     = Column{Field: "credit_term_days", Names: []string{"账期天数", "账期", "credit term"}, Form: receivable.CellNumber, Zh: "0 到 3650 的整数", En: "a whole number, 0 to 3650", Example: "30"}
	applyColumn    = Column{Field: "apply_here", Names: []string{"待核销"}, Form: receivable.CellText, Zh: "是：尚未核销，上线后在本系统核销；空为否", En: "yes: not applied yet, to be applied here; empty: no"}
	voidColumn     = Column{Field: "void", Names: []string{"作废", "是否作废"}, Form: receivable.CellText, Zh: "是：不再计算；空为否", En: "yes: does not count any more; empty: no"}
)

// columns are those of each kind, in the order of its template.
var columns = map[feed.Kind][]Column{
	feed.Customers: {
		{Field: "customer_number", Names: numberColumn.Names, Required: true, Form: receivable.CellText, Zh: "必填；唯一", En: "needed; unique", Example: "示例-001"},
		{Field: "customer_name", Names: []string{"客户名称", "单位名称", "customer"}, Required: true, Form: receivable.CellText, Zh: "必填；与营业执照一致", En: "needed; as on the business licence", Example: "示例建筑有限公司"},
		codeColumn,
		{Field: "address", Names: []string{"地址", "注册地址"}, Form: receivable.CellText, Zh: "可空", En: "may be empty", Example: "示例路1号"},
		termColumn,
	},
	feed.Contracts: {
		{Field: "contract_no", Names: contractColumn.Names, Required: true, Form: receivable.CellText, Zh: "必填；唯一", En: "needed; unique", Example: "示例-001"},
		numberColumn, codeColumn,
		{Field: "project_name", Names: []string{"项目名称", "工程名称", "project"}, Form: receivable.CellText, Zh: "可空", En: "may be empty", Example: "东城一期"},
		{Field: "signed_on", Names: []string{"签订日期", "签约日期", "signed"}, Form: receivable.CellDate, Zh: "2026-05-31", En: "2026-05-31", Example: "2026-05-31"},
		{Field: "volume", Names: []string{"合同方量", "方量"}, Form: receivable.CellNumber, Zh: "m³，最多三位小数", En: "m³, at most three decimals", Example: "1000"},
		{Field: "amount", Names: []string{"合同金额", "金额"}, Form: receivable.CellNumber, Zh: "两位小数", En: "two decimals", Example: "400000.00"},
		termColumn,
	},
	feed.Orders: {
		{Field: "order_no", Names: []string{"订单编号", "订单号", "order no"}, Required: true, Form: receivable.CellText, Zh: "必填；唯一", En: "needed; unique", Example: "示例-001"},
		numberColumn, codeColumn, contractColumn,
		{Field: "ordered_on", Names: []string{"下单日期", "订单日期", "order date"}, Required: true, Form: receivable.CellDate, Zh: "必填；2026-05-31", En: "needed", Example: "2026-05-31"},
		{Field: "volume", Names: []string{"订单方量", "方量"}, Form: receivable.CellNumber, Zh: "m³，最多三位小数", En: "m³, at most three decimals", Example: "100"},
		{Field: "amount", Names: []string{"订单金额", "金额"}, Required: true, Form: receivable.CellNumber, Zh: "必填；两位小数", En: "needed; two decimals", Example: "40000.00"},
		{Field: "open_amount", Names: []string{"未供金额", "未送金额"}, Form: receivable.CellNumber, Zh: "空则等于订单金额；已供完填0", En: "empty: the whole amount; 0 when delivered", Example: "40000.00"},
		currencyColumn, voidColumn,
	},
	feed.Deliveries: {
		{Field: "ticket_no", Names: []string{"送货单号", "发货票号", "小票号", "ticket no"}, Required: true, Form: receivable.CellText, Zh: "必填；唯一", En: "needed; unique", Example: "示例-001"},
		numberColumn, codeColumn, contractColumn,
		{Field: "order_no", Names: []string{"订单编号", "订单号", "order no"}, Form: receivable.CellText, Zh: "可空", En: "may be empty"},
		{Field: "invoice_no", Names: []string{"应收单号", "发票号", "invoice no"}, Form: receivable.CellText, Zh: "开票后填；空为未开票", En: "the receivable that bills it; empty until then"},
		{Field: "delivered_on", Names: []string{"送货日期", "发货日期", "delivery date"}, Required: true, Form: receivable.CellDate, Zh: "必填；2026-05-31", En: "needed", Example: "2026-05-31"},
		{Field: "volume", Names: []string{"送货方量", "方量"}, Required: true, Form: receivable.CellNumber, Zh: "必填；m³，最多三位小数；退货为负数", En: "needed; m³, at most three decimals; below zero for a return", Example: "8.5"},
		{Field: "amount", Names: []string{"送货金额", "金额"}, Required: true, Form: receivable.CellNumber, Zh: "必填；两位小数；退货为负数", En: "needed; two decimals; below zero for a return", Example: "3400.00"},
		currencyColumn,
		{Field: "plant_code", Names: []string{"站点编号", "搅拌站编号", "工厂编号", "plant code"}, Form: receivable.CellText, Zh: "可空", En: "may be empty", Example: "P01"},
		{Field: "plant_name", Names: []string{"搅拌站", "站点", "工厂", "plant"}, Form: receivable.CellText, Zh: "可空", En: "may be empty", Example: "东郊搅拌站"},
		{Field: "dispatcher", Names: []string{"调度员", "调度"}, Form: receivable.CellText, Zh: "可空", En: "may be empty", Example: "张三"},
		voidColumn,
	},
	feed.Receivables: receivableColumns(),
	feed.Receipts: {
		{Field: "document_no", Names: []string{"单据编号", "收款单号", "receipt no"}, Required: true, Form: receivable.CellText, Zh: "必填；唯一", En: "needed; unique", Example: "示例-001"},
		numberColumn, codeColumn,
		{Field: "received_on", Names: []string{"收款日期", "到账日期", "receipt date"}, Required: true, Form: receivable.CellDate, Zh: "必填；2026-05-31", En: "needed", Example: "2026-05-31"},
		{Field: "amount", Names: []string{"收款金额", "金额"}, Required: true, Form: receivable.CellNumber, Zh: "必填；退款为负数", En: "needed; below zero for money paid back", Example: "10000.00"},
		currencyColumn,
		{Field: "method", Names: []string{"收款方式", "结算方式"}, Form: receivable.CellText, Zh: "现金、转账、抵账；空为转账", En: "cash, transfer or set_off; empty: transfer", Example: "转账"},
		contractColumn,
		{Field: "payer", Names: []string{"付款方", "付款单位"}, Form: receivable.CellText, Zh: "可空", En: "may be empty"},
		applyColumn,
		voidColumn,
	},
	feed.Drafts: {
		{Field: "draft_no", Names: []string{"票据号码", "票号", "draft no"}, Required: true, Form: receivable.CellText, Zh: "必填；唯一", En: "needed; unique", Example: "示例-001"},
		numberColumn, codeColumn,
		{Field: "draft_kind", Names: []string{"票据种类", "票据类型"}, Required: true, Form: receivable.CellText, Zh: "必填；银行、商业", En: "needed; bank or commercial", Example: "银行"},
		{Field: "acceptor", Names: []string{"承兑人", "承兑行"}, Required: true, Form: receivable.CellText, Zh: "必填", En: "needed", Example: "示例银行"},
		{Field: "amount", Names: []string{"票面金额", "金额"}, Required: true, Form: receivable.CellNumber, Zh: "必填；两位小数", En: "needed; two decimals", Example: "100000.00"},
		currencyColumn,
		{Field: "issued_on", Names: []string{"出票日期"}, Required: true, Form: receivable.CellDate, Zh: "必填；2026-05-31", En: "needed", Example: "2026-05-31"},
		{Field: "due_on", Names: []string{"到期日", "到期日期"}, Required: true, Form: receivable.CellDate, Zh: "必填；2026-11-30", En: "needed", Example: "2026-11-30"},
		{Field: "received_on", Names: []string{"收票日期"}, Form: receivable.CellDate, Zh: "空则为出票日期", En: "empty: when it was issued"},
		contractColumn, applyColumn,
		{Field: "state", Names: []string{"票据状态", "状态"}, Form: receivable.CellText, Zh: "持有、已兑付、拒付；空为持有", En: "held, honoured or dishonoured; empty: held", Example: "持有"},
		{Field: "settled_on", Names: []string{"兑付日期", "拒付日期"}, Form: receivable.CellDate, Zh: "已兑付或拒付时必填", En: "needed once honoured or dishonoured"},
	},
}

var receivableExample = map[string]string{"document_no": "示例-001", "customer_number": "C001", "customer_name": "示例建筑有限公司", "invoice_date": "2026-05-31",
	"due_date": "2026-06-30", "amount": "10000.00", "open_amount": "10000.00", "currency": "CNY"}

// receivableColumns are those of the import of receivables, with the contract.
func receivableColumns() (out []Column) {
	for _, c := range receivable.TemplateForm().Columns {
		required := c.Field == string(receivable.FieldDocumentNo) || c.Field == string(receivable.FieldInvoiceDate) || c.Field == string(receivable.FieldAmount)
		names := append([]string{c.Head}, receivable.Synonyms(receivable.Field(c.Field))...)
		out = append(out, Column{Field: c.Field, Names: names, Required: required, Form: c.Form, Zh: c.Zh, En: c.En, Example: receivableExample[c.Field]})
	}
	return append(out, contractColumn)
}

var sheetNames = map[feed.Kind]string{feed.Customers: "客户", feed.Contracts: "合同", feed.Orders: "订单", feed.Deliveries: "送货单", feed.Receivables: "应收账款",
	feed.Receipts: "收款", feed.Drafts: "承兑汇票"}

// Template gives the template of a kind, with a row as an example.
func Template(k feed.Kind) receivable.Form {
	f := receivable.Form{Sheet: sheetNames[k]}
	for _, c := range columns[k] {
		f.Columns = append(f.Columns, receivable.FormColumn{Field: c.Field, Head: c.Names[0], Form: c.Form, Zh: c.Zh, En: c.En})
		f.Example = append(f.Example, c.Example)
	}
	return f
}

// Layout says where the fields of a kind stand in a file.
type Layout struct {
	kind  feed.Kind
	at    map[string]int
	heads []string
}

// ReadHeads joins the heads of a file with the columns of its kind. ErrHeads lists all
// that is missing, not known or there twice.
func ReadHeads(k feed.Kind, heads []string) (Layout, error) {
	l := Layout{kind: k, at: map[string]int{}, heads: heads}
	var unknown, twice []string
	for n, h := range heads {
		if strings.TrimSpace(h) == "" {
			continue
		}
		field, ok := recognise(k, h)
		switch _, there := l.at[field]; {
		case !ok:
			unknown = append(unknown, h)
		case there:
			twice = append(twice, h)
		default:
			l.at[field] = n
		}
	}
	var missing []string
	for _, c := range columns[k] {
		if _, ok := l.at[c.Field]; c.Required && !ok {
			missing = append(missing, c.Names[0])
		}
	}
	_, number := l.at["customer_number"]
	_, code := l.at["uscc"]
	if !number && !code {
		missing = append(missing, numberColumn.Names[0])
	}
	missing = slices.Compact(missing)
	if len(unknown)+len(twice)+len(missing) == 0 {
		return l, nil
	}
	e := *ErrHeads
	e.Message = "the heads of the file do not fit"
	for _, part := range []struct {
		reason, text string
		heads        []string
	}{{"MISSING", "missing", missing}, {"UNKNOWN", "not known", unknown}, {"TWICE", "there twice", twice}} {
		if len(part.heads) > 0 {
			e.Message += fmt.Sprintf("; %s: %s", part.text, strings.Join(part.heads, ", "))
		}
	}
	return Layout{}, e.With("missing", strings.Join(missing, "、")).With("unknown", strings.Join(unknown, "、")).With("twice", strings.Join(twice, "、"))
}

func recognise(k feed.Kind, head string) (field string, ok bool) {
	h := receivable.NormalHead(head)
	for _, c := range columns[k] {
		if h == receivable.NormalHead(c.Field) || slices.ContainsFunc(c.Names, func(n string) bool { return receivable.NormalHead(n) == h }) {
			return c.Field, true
		}
	}
	return "", false
}

// cell gives the text of a field in a row; empty where the file has no such column.
func (l Layout) cell(line receivable.Line, field string) string {
	n, ok := l.at[field]
	if !ok || n >= len(line.Cells) {
		return ""
	}
	return strings.TrimSpace(line.Cells[n])
}

// head gives the head in the file of a field, else that of the template.
func (l Layout) head(field string) string {
	if n, ok := l.at[field]; ok {
		return l.heads[n]
	}
	for _, c := range columns[l.kind] {
		if c.Field == field {
			return c.Names[0]
		}
	}
	return field
}

// Mapping tells the import of receivables the same.
func (l Layout) Mapping(source string) receivable.Mapping {
	m := receivable.Mapping{Columns: map[receivable.Field]string{}, DateFormat: receivable.DateYMDDashes, Source: source}
	for field, n := range l.at {
		m.Columns[receivable.Field(field)] = l.heads[n]
	}
	return m
}
