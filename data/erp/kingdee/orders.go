package kingdee

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"

	"zhuxin/biz/feed"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// order: what is open of a row is its amount less what went out of it at its price.
func order(rows []row) (feed.Record, error) {
	r := rows[0]
	on, err1 := r.day("FDate")
	v, err2 := sum(rows, "FQty", volume.Parse)
	a, err3 := sum(rows, "FAllAmount", amount)
	out := feed.Order{OrderNo: r.text("FBillNo"), Buyer: feed.Buyer{CustomerNumber: r.text("FCustId.FNumber"), USCC: r.text("FCustId.FSOCIALCRECODE")}, ContractNo: r.text("FBillNo"),
		OrderedOn: on, Volume: v, Amount: a, Currency: currency(r.text("FSettleCurrId.FNumber")), Void: r.void() || r.text("FCloseStatus") == "B"}
	if err := errors.Join(err1, err2, err3); err != nil || out.Void {
		return out, err
	}
	delivered, err := sent(rows)
	out.Open = min(max(a-delivered, 0), a)
	return out, err
}

// sent is what went out of an order and did not come back, rounded to fen per row.
func sent(rows []row) (total money.Amount, err error) {
	for _, r := range rows {
		number := func(field string) (*big.Rat, error) {
			n, ok := new(big.Rat).SetString(cmp.Or(r.text(field), "0"))
			if !ok {
				return nil, r.unreadable(field, fmt.Errorf("%.20q is no number", r.text(field)))
			}
			return n, nil
		}
		out, err1 := number("FStockOutQty")
		back, err2 := number("FReturnQty")
		price, err3 := number("FTaxPrice")
		if err := errors.Join(err1, err2, err3); err != nil {
			return 0, err
		}
		a, err := money.Parse(out.Mul(out.Sub(out, back), price).FloatString(2))
		if err != nil {
			return 0, r.unreadable("FTaxPrice", err)
		}
		total += a
	}
	return total, nil
}
