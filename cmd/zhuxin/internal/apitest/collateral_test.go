package apitest_test

import (
	"maps"
	"time"

	"zhuxin/shared/calendar"
)

func init() {
	const of = "collateral.v1.CollateralService/"
	maps.Copy(inTenant, map[string]spec{
		of + "ListCustomerCollateral": {who: "viewer", in: m{"customer_id": "$customer"}},
		of + "ApplyCollateral":        {who: "administrator", in: m{"customer_id": "$customer", "kind": "deposit", "provider_name": "张三", "guaranteed_amount": "500", "starts_on": "$day"}},
		of + "ListCollateral":         {who: "viewer", in: m{"kind": "guarantee", "status": "active", "page_size": 50}},
		of + "GetCollateral":          {who: "viewer", in: m{"id": "$collateral"}},
		of + "WithdrawCollateral":     {who: "administrator", in: m{"id": "$collateral_withdrawn"}},
		of + "ReleaseCollateral":      {who: "credit_reviewer", in: m{"id": "$collateral_released", "reason": "欠款结清", "version": "$collateral_released.version"}},
		of + "GetCollateralRates":     {who: "viewer"},
		of + "SetCollateralRates":     {who: "administrator", in: m{"version": "0", "guarantee": 3000, "mortgage": 5000, "pledge": 7000, "deposit": 10000, "bank_guarantee": 10000}},
	})
	alsoInTenant = append(alsoInTenant, variant{of + "ApplyCollateral", spec{who: "salesperson", in: m{"customer_id": "$customer", "kind": "deposit", "provider_name": "李四",
		"guaranteed_amount": "500", "starts_on": "$day", "document_ids": []any{"$document"}}}})
}

// secured gives a customer collateral: in approval, active, and to be released.
func (h *house) secured() {
	h.t.Helper()
	today := calendar.Of(time.Now(), calendar.Shanghai)
	for _, name := range []string{"collateral", "collateral_withdrawn", "collateral_released"} {
		item := h.keep(name, h.call("administrator", "POST", "/v1/customers/"+h.id("customer")+"/collateral", m{"kind": "guarantee", "provider_name": h.mark + " " + name,
			"guaranteed_amount": "1000", "starts_on": today.String(), "ends_on": today.AddDays(90).String()}))
		if name == "collateral_withdrawn" {
			continue
		}
		h.approve(item["id"].(string))
		h.keep(name, h.call("administrator", "GET", "/v1/collateral/"+item["id"].(string), nil))
	}
}
