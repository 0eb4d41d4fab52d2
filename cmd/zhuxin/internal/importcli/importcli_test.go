package importcli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhuxin/biz/receivable"
	"zhuxin/data/tenantrepo/receivable/receivabletest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func TestCommand(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	w := receivabletest.New(env.Pool, &calendar.Frozen{At: time.Date(2026, 6, 1, 4, 0, 0, 0, time.UTC)}, t.TempDir())
	us := env.A
	us.Currency = "USD"
	ctx := access.With(scope.WithTenant(t.Context(), us), access.System(us.ID, "zhuxin import"))
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	export := write("open.csv", ",business_code,cust_number,name_customer,clear_date,buisness_year,doc_id,posting_date,due_in_date,baseline_create_date,cust_payment_terms,converted_usd\n"+
		"1,U001,C1,SYSC llc,,2020,D1,30-03-2020,10-04-2020,31-03-2020,X,2309.79\n2,U001,C1,SYSC corp,,2020,D2,30-03-2020,10-04-2020,31-03-2020,X,1.5\n"+
		"3,CA02,C2,AM ,,2020,D3,30-03-2020,10-04-2020,31-03-2020,X,7\n4,U001,C3,B,,2020,D4,30-03-2020,99-04-2020,31-03-2020,X,7\n")
	maps := write("mapping.json", `{"columns":{"customer_number":"cust_number","customer_name":"name_customer","document_no":"doc_id","invoice_date":"posting_date","amount":"converted_usd"},
		"date_format":"dd-MM-yyyy","source":"erp","create_customers":true}`)
	broken := write("broken.json", `{"colums":{}}`)

	for _, c := range []struct {
		o     Options
		fails string
		says  []string
	}{
		{Options{File: filepath.Join(dir, "none.csv")}, "--file", nil},
		{Options{File: export, Preset: "highradius"}, "FILTER_VALUE_REQUIRED", nil},
		{Options{File: export, Preset: "sap"}, "zhuxin, highradius", nil},
		{Options{File: export, Preset: "zhuxin", Mapping: "x"}, "not both", nil},
		{Options{File: export, Mapping: "x"}, "no mapping", nil},
		{Options{File: export, Mapping: broken}, "colums", nil},
		{Options{File: export, Where: "business_code"}, "column=value", nil},
		{Options{File: export, Preset: "highradius", Where: "code=U001"}, "no column \"code\"", nil},
		{Options{File: export, Preset: "highradius", Where: "business_code=X"}, ErrFailed.Error(), []string{`no row has "X"`}},
		{Options{File: export, Preset: "highradius", Where: "business_code=U001", CreateCustomers: true, DryRun: true}, "", []string{"dry run", "3 rows", "2 inserted", "1 refused", "row 5 due_in_date", "2311.29"}},
		{Options{File: export, Preset: "highradius", Where: "business_code=U001", CreateCustomers: true}, "", []string{"2 inserted", "all of them"}},
		{Options{File: export, Mapping: maps, Where: "business_code=U001", Errors: filepath.Join(dir, "mine.csv")}, "", []string{"3 inserted", "ledger after"}},
		{Options{File: export, Mapping: maps, Where: "business_code=CA02", Divisor: "0.7", Source: "ca"}, "", []string{"1 inserted", "10.00"}},
	} {
		var out bytes.Buffer
		err := Receivables(ctx, w.Imports, c.o, &out)
		switch {
		case c.fails == "" && err != nil:
			t.Errorf("%+v: %v", c.o, err)
		case c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails) && !strings.Contains(err.Error(), reasons(c.fails))):
			t.Errorf("%+v: %v, want %s", c.o, err, c.fails)
		}
		for _, s := range c.says {
			if !strings.Contains(out.String(), s) {
				t.Errorf("%+v does not say %q:\n%s", c.o, s, out.String())
			}
		}
	}
	b, err := os.ReadFile(export + ".errors.csv")
	if err != nil || !strings.Contains(string(b), receivable.ReasonBadDate) {
		t.Errorf("%s %v", b, err)
	}
}

// reasons is how a field's reason shows in the error of a mapping.
func reasons(reason string) string {
	if reason == "FILTER_VALUE_REQUIRED" {
		return "mapping.filter_value"
	}
	return reason
}
