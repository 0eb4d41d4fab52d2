package receivable

import (
	"errors"
	"io"
	"slices"
)

// templateColumns are the columns of our own template, in the order of Fields.
var templateColumns = []FormColumn{
	{"customer_number", "客户编号", "客户在ERP中的编号；与统一社会信用代码至少填一项", "the customer's number in the ERP; this or the code is needed", CellText},
	{"customer_name", "客户名称", "自动新建客户时必填", "needed where the import creates customers", CellText},
	{"uscc", "统一社会信用代码", "18位；编号查不到客户时按此匹配", "18 characters; finds the customer where the number does not", CellText},
	{"document_no", "单据编号", "必填；同一来源内唯一", "needed; unique within its source", CellText},
	{"invoice_date", "开票日期", "必填；2026-05-31", "needed", CellDate},
	{"due_date", "到期日", "空则按开票日期加客户账期计算", "empty: invoice date plus the customer's credit term", CellDate},
	{"amount", "金额", "必填；两位小数；红字为负数", "needed; two decimals; below zero for a credit note", CellNumber},
	{"open_amount", "未结金额", "空则等于金额；结清填0", "empty: the whole amount; 0 when settled", CellNumber},
	{"currency", "币种", "空则为本企业币种", "empty: the subsidiary's", CellText},
	{"void", "作废", "是：单据已作废，不再计入应收和销售；空为否", "yes: the document is void, neither receivable nor sale; empty: no", CellText},
}

// TemplateForm is our own template.
func TemplateForm() Form { return Form{Sheet: "应收账款", Columns: templateColumns} }

// Synonyms are heads that files use for a field besides those of the template.
func Synonyms(f Field) []string { return synonyms[f] }

func chineseHeads() map[Field]string {
	m := map[Field]string{}
	for _, c := range templateColumns {
		m[Field(c.Field)] = c.Head
	}
	return m
}

// GuessDates gives the format in which a table writes its dates, from its first rows.
func GuessDates(m Mapping, t Table) (DateFormat, error) {
	var sample [][]string
	for len(sample) < SampleRows {
		l, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
		if l.Broken == "" {
			sample = append(sample, slices.Clone(l.Cells))
		}
	}
	return guessDates(m, t.Head(), sample, t.Epoch()), nil
}
