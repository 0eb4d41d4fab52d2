package demo

import (
	"fmt"
	"math/big"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	accountv1 "zhuxin/app/api/account/v1"
	hqv1 "zhuxin/app/api/hq/v1"
	receivablev1 "zhuxin/app/api/receivable/v1"
)

// exportPreset is the name of the mapping preset for the real export.
const exportPreset = "highradius"

// realExport makes a subsidiary of each business code in the file, imports its
// rows there, and compares each subsidiary's aging with one that is computed
// here, independently, straight from the file.
func (w *walk) realExport(path string) error {
	codes, err := businessCodes(path)
	if err != nil {
		return err
	}
	group := newAgings()
	for _, code := range codes {
		err := w.do(step{"real export: subsidiary " + code, func() (string, error) { return w.exportCode(path, code, group) }})
		if err != nil {
			return err
		}
	}
	if err := group.read(path); err != nil {
		return err
	}
	for _, on := range exportDates {
		for _, scheme := range exportSchemes {
			name := fmt.Sprintf("real export: aging at %s by %s", on, scheme)
			if err := w.do(step{name, func() (string, error) { return group.compare(on, scheme) }}); err != nil {
				return err
			}
		}
	}
	return nil
}

// businessCodes lists the codes of the file, most rows first.
func businessCodes(path string) ([]string, error) {
	count := map[string]int{}
	err := eachRow(path, func(row map[string]string) error {
		count[row["business_code"]]++
		return nil
	})
	codes := make([]string, 0, len(count))
	for c := range count {
		codes = append(codes, c)
	}
	slices.SortFunc(codes, func(a, b string) int { return count[b] - count[a] })
	return codes, err
}

func eachRow(path string, fn func(map[string]string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return rows(f, fn)
}

func (w *walk) exportCode(path, code string, group *agings) (string, error) {
	c, slug, err := w.exportTenant(code, exportCurrency(code))
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	up, err := w.uploadReader(c, "open_items.csv", f)
	if err != nil {
		return "", err
	}
	if up.GetProposedPreset() != exportPreset {
		return "", fmt.Errorf("the file was recognised as %q", up.GetProposedPreset())
	}
	m := exportMapping(up.GetProposed(), code)
	i, err := w.runImport(c, up, m, false)
	if err != nil {
		return "", err
	}
	if i.GetRowsRefused() != 0 || len(i.GetTotals()) != 1 {
		return "", fmt.Errorf("%d rows refused, totals %v, first %v", i.GetRowsRefused(), i.GetTotals(), i.GetErrors())
	}
	if err := w.addAgings(c, m, group); err != nil {
		return "", err
	}
	t := i.GetTotals()[0]
	return fmt.Sprintf("%s: %d rows, %s %s", slug, i.GetRowsInserted(), hundredths(t.GetLedgerOpenSumAfter()), t.GetCurrency()), nil
}

// exportMapping narrows the preset to one business code; the Canadian company's
// amounts were converted at 0.7, so its own currency is exact to the cent.
func exportMapping(m *receivablev1.Mapping, code string) *receivablev1.Mapping {
	m.FilterColumn, m.FilterValue, m.CreateCustomers = "business_code", code, true
	m.Currency, m.AmountDivisor = exportCurrency(code), ""
	if m.Currency == "CAD" {
		m.AmountDivisor = "0.7"
	}
	return m
}

// exportCurrency is that of a business code's company.
func exportCurrency(code string) string {
	if strings.HasPrefix(code, "CA") {
		return "CAD"
	}
	return "USD"
}

// exportTenant signs a subsidiary up for real data and has HQ approve it.
func (w *walk) exportTenant(code, currency string) (*client, string, error) {
	c := newClient(w.cfg.BaseURL)
	email := strings.ToLower(code) + "-" + w.run + "@check.example"
	if err := c.register(w.ctx, email, code, checkPassword); err != nil {
		return nil, "", err
	}
	if err := w.verifyAddress(c, email); err != nil {
		return nil, "", err
	}
	var a accountv1.Application
	err := c.call(w.ctx, http.MethodPost, "/v1/account/applications", &accountv1.SubmitApplicationRequest{
		Name: "Real export " + code + " " + w.run, ShortName: code + "-" + w.run, Uscc: string(newUSCC()), ContactName: code,
		ContactPhone: "13800001234", Currency: currency,
	}, &a)
	if err != nil {
		return nil, "", err
	}
	err = w.hq.call(w.ctx, http.MethodPost, "/v1/hq/applications/"+a.GetId()+":decide", &hqv1.DecideApplicationRequest{Approve: true}, nil)
	if err != nil {
		return nil, "", err
	}
	err = until(w.ctx, 60*time.Second, func() (bool, error) {
		err := c.call(w.ctx, http.MethodGet, "/v1/account/applications/"+a.GetId(), nil, &a)
		return a.GetStatus() == "active", err
	})
	return c.in(a.GetTenantSlug()), a.GetTenantSlug(), err
}

// inUSD gives cents of the file's currency as an exact number of US dollars.
func inUSD(cents int64, divisor string) *big.Rat {
	v := big.NewRat(cents, 100)
	if divisor != "" {
		d, _ := new(big.Rat).SetString(divisor)
		v.Mul(v, d)
	}
	return v
}
