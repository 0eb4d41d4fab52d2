package historyimport

import (
	"fmt"
	"slices"
	"strings"

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
}

var (
	numberColumn = Column{Field: "customer_number", Names: []string{"客户编号", "客户编码", "customer no"}, Form: receivable.CellText,
		Zh: "与统一社会信用代码至少填一项", En: "this or the code is needed"}
	codeColumn = Column{Field: "uscc", Names: []string{"统一社会信用代码", "信用代码", "税号", "credit code"}, Form: receivable.CellText,
		Zh: "18位，含校验位", En: "18 characters with their check character"}
	contractColumn = Column{Field: "contract_no", Names: []string{"合同编号", "合同号", "contract number"}, Form: receivable.CellText,
		Zh: "应在合同文件或系统中存在", En: "of a contract in the contracts' file or here already"}
	currencyColumn = Column{Field: "currency", Names: []string{"币种", "币别"}, Form: receivable.CellText, Zh: "空则为本企业币种", En: "empty: the subsidiary's"}
	termColumn     = Column{Field: "credit_term_days", Names: []string{"账期天数", "账期", "credit term"}, Form: receivable.CellNumber, Zh: "0 到 3650 的整数", En: "a whole number, 0 to 3650"}
)

// columns are those of each kind, in the order of its template.
var columns = map[Kind][]Column{
	Customers: {
		{Field: "customer_number", Names: numberColumn.Names, Required: true, Form: receivable.CellText, Zh: "必填；唯一", En: "needed; unique"},
		{Field: "customer_name", Names: []string{"客户名称", "单位名称", "customer"}, Required: true, Form: receivable.CellText, Zh: "必填；与营业执照一致", En: "needed; as on the business licence"},
		codeColumn,
		{Field: "address", Names: []string{"地址", "注册地址"}, Form: receivable.CellText, Zh: "可空", En: "may be empty"},
		termColumn,
	},
	Contracts: {
		{Field: "contract_no", Names: contractColumn.Names, Required: true, Form: receivable.CellText, Zh: "必填；唯一", En: "needed; unique"},
		numberColumn, codeColumn,
		{Field: "project_name", Names: []string{"项目名称", "工程名称", "project"}, Form: receivable.CellText, Zh: "可空", En: "may be empty"},
		{Field: "signed_on", Names: []string{"签订日期", "签约日期", "signed"}, Form: receivable.CellDate, Zh: "2026-05-31", En: "2026-05-31"},
		{Field: "volume", Names: []string{"合同方量", "方量"}, Form: receivable.CellNumber, Zh: "m³，最多三位小数", En: "m³, at most three decimals"},
		{Field: "amount", Names: []string{"合同金额", "金额"}, Form: receivable.CellNumber, Zh: "两位小数", En: "two decimals"},
		termColumn,
	},
	Receivables: receivableColumns(),
	Receipts: {
		{Field: "document_no", Names: []string{"单据编号", "收款单号", "receipt no"}, Required: true, Form: receivable.CellText, Zh: "必填；唯一", En: "needed; unique"},
		numberColumn, codeColumn,
		{Field: "received_on", Names: []string{"收款日期", "到账日期", "receipt date"}, Required: true, Form: receivable.CellDate, Zh: "必填；2026-05-31", En: "needed"},
		{Field: "amount", Names: []string{"收款金额", "金额"}, Required: true, Form: receivable.CellNumber, Zh: "必填；退款为负数", En: "needed; below zero for money paid back"},
		currencyColumn,
		{Field: "method", Names: []string{"收款方式", "结算方式"}, Form: receivable.CellText, Zh: "现金、转账、抵账；空为转账", En: "cash, transfer or set_off; empty: transfer"},
		contractColumn,
		{Field: "payer", Names: []string{"付款方", "付款单位"}, Form: receivable.CellText, Zh: "可空", En: "may be empty"},
		{Field: "apply_here", Names: []string{"待核销"}, Form: receivable.CellText, Zh: "是：尚未核销，上线后在本系统核销；空为否", En: "yes: not applied yet, to be applied here; empty: no"},
	},
}

// receivableColumns are those of the import of receivables, with the contract.
func receivableColumns() (out []Column) {
	for _, c := range receivable.TemplateForm().Columns {
		required := c.Field == string(receivable.FieldDocumentNo) || c.Field == string(receivable.FieldInvoiceDate) || c.Field == string(receivable.FieldAmount)
		names := append([]string{c.Head}, receivable.Synonyms(receivable.Field(c.Field))...)
		out = append(out, Column{Field: c.Field, Names: names, Required: required, Form: c.Form, Zh: c.Zh, En: c.En})
	}
	return append(out, contractColumn)
}

var sheetNames = map[Kind]string{Customers: "客户", Contracts: "合同", Receivables: "应收账款", Receipts: "收款"}

// TemplateForm gives the template of a kind.
func TemplateForm(k Kind) receivable.Form {
	f := receivable.Form{Sheet: sheetNames[k]}
	for _, c := range columns[k] {
		f.Columns = append(f.Columns, receivable.FormColumn{Field: c.Field, Head: c.Names[0], Form: c.Form, Zh: c.Zh, En: c.En})
	}
	return f
}

// layout says where the fields of a kind stand in a file.
type layout struct {
	at    map[string]int
	heads []string
}

// read joins the heads of a file with the columns of its kind. ErrHeads lists all that
// is missing, not known or there twice.
func readHeads(k Kind, heads []string) (layout, error) {
	l := layout{at: map[string]int{}, heads: heads}
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
	return layout{}, e.With("missing", strings.Join(missing, "、")).With("unknown", strings.Join(unknown, "、")).With("twice", strings.Join(twice, "、"))
}

func recognise(k Kind, head string) (field string, ok bool) {
	h := receivable.NormalHead(head)
	for _, c := range columns[k] {
		if h == receivable.NormalHead(c.Field) || slices.ContainsFunc(c.Names, func(n string) bool { return receivable.NormalHead(n) == h }) {
			return c.Field, true
		}
	}
	return "", false
}

// cell gives the text of a field in a row; empty where the file has no such column.
func (l layout) cell(line receivable.Line, field string) string {
	n, ok := l.at[field]
	if !ok || n >= len(line.Cells) {
		return ""
	}
	return strings.TrimSpace(line.Cells[n])
}

// head gives the head in the file of a field; the field itself without one.
func (l layout) head(field string) string {
	if n, ok := l.at[field]; ok {
		return l.heads[n]
	}
	return field
}

// mapping tells the import of receivables the same.
func (l layout) mapping() receivable.Mapping {
	m := receivable.Mapping{Columns: map[receivable.Field]string{}, DateFormat: receivable.DateYMDDashes, Source: Source}
	for field, n := range l.at {
		m.Columns[receivable.Field(field)] = l.heads[n]
	}
	return m
}
