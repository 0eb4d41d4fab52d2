package receivable

import (
	"slices"
	"strings"

	"zhuxin/shared/calendar"
)

// Names of the presets.
const (
	PresetZhuxin     = "zhuxin"     // our own template
	PresetHighRadius = "highradius" // the open items of HighRadius's export
)

// Presets lists them.
func Presets() []NamedMapping {
	return []NamedMapping{
		{PresetZhuxin, true, zhuxinPreset(englishHeads())},
		{PresetHighRadius, true, highRadiusPreset()},
	}
}

func englishHeads() map[Field]string {
	m := map[Field]string{}
	for _, f := range Fields {
		m[f] = string(f)
	}
	return m
}

func zhuxinPreset(columns map[Field]string) Mapping {
	return Mapping{Columns: columns, DateFormat: DateYMDDashes, Source: PresetZhuxin}
}

// highRadiusPreset reads the open items of several companies: the company is
// chosen by its business code. The date that terms run from is the baseline date,
// which is never behind the due date (the posting date is, in 27 of 9,681 rows).
func highRadiusPreset() Mapping {
	return Mapping{
		Columns: map[Field]string{
			FieldCustomerNumber: "cust_number", FieldCustomerName: "name_customer", FieldDocumentNo: "doc_id",
			FieldInvoiceDate: "baseline_create_date", FieldDueDate: "due_in_date", FieldAmount: "converted_usd",
		},
		DateFormat: DateDMYDashes, Currency: "USD", FilterColumn: "business_code", Source: PresetHighRadius,
	}
}

// synonyms are heads that files use, compared without case, blanks and marks.
var synonyms = map[Field][]string{
	FieldCustomerNumber: {"customer number", "customer no", "customer code", "customer id", "cust number", "cust no", "client code", "account",
		"客户编号", "客户编码", "客户代码", "客户号", "往来单位编码", "购方编码"},
	FieldCustomerName: {"customer name", "customer", "name customer", "cust name", "client", "company",
		"客户名称", "客户", "单位名称", "往来单位", "往来单位名称", "购方名称", "公司名称"},
	FieldVoid: {"void", "is void", "voided", "cancelled", "作废", "是否作废", "作废标志"},
	FieldUSCC: {"uscc", "unified social credit code", "credit code", "tax id", "统一社会信用代码", "社会信用代码", "信用代码", "税号", "纳税人识别号"},
	FieldDocumentNo: {"document no", "document number", "doc no", "doc id", "invoice no", "invoice number", "invoice id", "bill no", "reference",
		"单据编号", "单据号", "单号", "发票号码", "发票号", "应收单号", "凭证号"},
	FieldInvoiceDate: {"invoice date", "document date", "doc date", "bill date", "posting date", "date", "开票日期", "单据日期", "业务日期", "发票日期", "日期"},
	FieldDueDate:     {"due date", "due in date", "due on", "due", "maturity date", "到期日", "到期日期", "应收日期", "付款到期日"},
	FieldAmount:      {"amount", "invoice amount", "total amount", "total", "金额", "应收金额", "单据金额", "价税合计", "开票金额", "原币金额"},
	FieldOpenAmount:  {"open amount", "open", "balance", "outstanding", "outstanding amount", "未结金额", "余额", "未收金额", "未核销金额", "欠款金额"},
	FieldCurrency:    {"currency", "curr", "币种", "币别", "货币"},
	FieldContractNo:  {"contract no", "contract number", "contract", "合同编号", "合同号"},
}

// NormalHead is a head without case, blanks and marks, as heads are compared.
func NormalHead(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '_', '-', '.', '/', '(', ')', '（', '）', '　', '*':
			return -1
		}
		return r
	}, strings.ToLower(s))
}

// Propose guesses the mapping of a file from its heads and first rows. preset is
// empty when none fits. What no head suggests is left out.
func Propose(head []string, sample [][]string, epoch calendar.Date) (m Mapping, preset string) {
	has := map[string]bool{}
	for _, h := range head {
		has[h] = true
	}
	if h := highRadiusPreset(); all(h.Columns, has) && has[h.FilterColumn] {
		return h, PresetHighRadius
	}
	if own := there(englishHeads(), has); all(own, has) {
		m, preset = zhuxinPreset(own), PresetZhuxin
	} else if own := there(chineseHeads(), has); all(own, has) {
		m, preset = zhuxinPreset(own), PresetZhuxin
	} else {
		m = Mapping{Columns: bySynonyms(head), DateFormat: DateYMDDashes, Source: "file"}
	}
	if c := bySynonyms(head)[FieldContractNo]; c != "" && preset == PresetZhuxin {
		m.Columns[FieldContractNo] = c
	}
	m.DateFormat = guessDates(m, head, sample, epoch)
	return m, preset
}

// there leaves out what files from before there was the column do not have.
func there(columns map[Field]string, has map[string]bool) map[Field]string {
	if !has[columns[FieldVoid]] {
		delete(columns, FieldVoid)
	}
	return columns
}

func all(columns map[Field]string, has map[string]bool) bool {
	for _, h := range columns {
		if !has[h] {
			return false
		}
	}
	return true
}

// bySynonyms gives each field the first head that one of its names fits, in the
// order of the names; each head is given once.
func bySynonyms(head []string) map[Field]string {
	out, taken := map[Field]string{}, map[string]bool{}
	for _, f := range append(slices.Clone(Fields), FieldContractNo) {
		for _, name := range synonyms[f] {
			if h := find(head, taken, NormalHead(name)); h != "" {
				out[f], taken[h] = h, true
				break
			}
		}
	}
	return out
}

func find(head []string, taken map[string]bool, normal string) string {
	for _, h := range head {
		if !taken[h] && NormalHead(h) == normal {
			return h
		}
	}
	return ""
}

// guessDates takes the first format that reads all dates of the sample.
func guessDates(m Mapping, head []string, sample [][]string, epoch calendar.Date) DateFormat {
	var values []string
	for i, h := range head {
		if h == "" || (h != m.Columns[FieldInvoiceDate] && h != m.Columns[FieldDueDate]) {
			continue
		}
		for _, row := range sample {
			if i < len(row) && strings.TrimSpace(row[i]) != "" {
				values = append(values, row[i])
			}
		}
	}
	for _, f := range DateFormats {
		ok := true
		for _, v := range values {
			if _, err := f.parse(v, epoch); err != nil {
				ok = false
				break
			}
		}
		if ok {
			return f
		}
	}
	return m.DateFormat
}
