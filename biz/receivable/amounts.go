package receivable

import (
	"fmt"
	"strings"
)

// renminbi are ways to write CNY, Kingdee's code among them.
var renminbi = map[string]bool{"人民币": true, "人民币元": true, "元": true, "RMB": true, "CNH": true, "PRE001": true, "¥": true, "￥": true}

func (r *rowReader) readCurrency(l Line, row *Row) {
	s := cell(l, r.currencyAt)
	if s == "" || s == string(r.currency) {
		return
	}
	c, valid := Currency(s)
	switch {
	case !valid:
		row.refuse(r.column(r.currencyAt, FieldCurrency), ReasonBadCurrency, "a currency has three letters, such as CNY", s)
	case c != r.currency:
		row.Currency = c
		row.refuse(r.column(r.currencyAt, FieldCurrency), ReasonForeignCurrency,
			fmt.Sprintf("receivables are kept in %s here; a row in %s cannot be added to them", r.currency, c), s)
	}
}

func (r *rowReader) readAmounts(l Line, row *Row) {
	if row.Void { // what it was for does not matter any more
		r.readCurrency(l, row)
		return
	}
	amount, open := cell(l, r.amount), cell(l, r.open)
	faults := len(row.Faults)
	if amount == "" {
		row.refuse(r.column(r.amount, FieldAmount), ReasonRequired, "the amount is missing", "")
	} else if v, err := r.amounts.parse(amount); err != nil {
		row.refuse(r.column(r.amount, FieldAmount), ReasonBadAmount, err.Error(), amount)
	} else if row.Amount = v; v == 0 {
		row.refuse(r.column(r.amount, FieldAmount), ReasonZeroAmount, "an item of zero is no receivable", amount)
	}
	row.OpenAmount = row.Amount
	if open != "" {
		v, err := r.amounts.parse(open)
		switch row.OpenAmount = v; {
		case err != nil:
			row.refuse(r.column(r.open, FieldOpenAmount), ReasonBadAmount, err.Error(), open)
		case len(row.Faults) > faults:
		case v != 0 && (v > 0) != (row.Amount > 0):
			row.refuse(r.column(r.open, FieldOpenAmount), ReasonOpenSign, "what is open has the other sign than the amount "+row.Amount.String(), open)
		case v > row.Amount && v > 0 || v < row.Amount && v < 0:
			row.refuse(r.column(r.open, FieldOpenAmount), ReasonOpenExceeds, "more is open than the amount "+row.Amount.String(), open)
		}
	}
	r.readCurrency(l, row)
}

func (r *rowReader) readVoid(l Line, row *Row) {
	var ok bool
	if row.Void, ok = Yes(cell(l, r.void)); !ok {
		row.refuse(r.column(r.void, FieldVoid), ReasonBadVoid, "write yes when the document is void, and nothing or no when it stands", cell(l, r.void))
	}
}

// Yes reads the word of a cell that says whether something is so; ok is false for none that is known.
func Yes(s string) (yes, ok bool) {
	yes, ok = yesOrNo[strings.ToLower(s)]
	return yes, ok
}

var yesOrNo = map[string]bool{"": false, "否": false, "no": false, "n": false, "0": false, "false": false, "是": true, "yes": true, "y": true, "1": true, "true": true,
	"作废": true, "已作废": true, "正常": false}
