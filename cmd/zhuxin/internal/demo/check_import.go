package demo

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	receivablev1 "zhuxin/app/api/receivable/v1"
	"zhuxin/shared/calendar"
)

// checkFile is a file in our own template with four good rows and two bad ones.
func (w *walk) checkFile() string {
	today := calendar.Of(time.Now(), calendar.Shanghai)
	row := func(no string, due calendar.Date, amount, open string) string {
		return strings.Join([]string{"CK-" + w.run, "", "", no, due.AddDays(-30).String(), due.String(), amount, open, ""}, ",")
	}
	return strings.Join([]string{
		"customer_number,customer_name,uscc,document_no,invoice_date,due_date,amount,open_amount,currency",
		row("A1-"+w.run, today.AddDays(20), "12000.00", "12000.00"),
		row("A2-"+w.run, today.AddDays(10), "8000.50", "8000.50"),
		row("A3-"+w.run, today.AddDays(5), "5000.00", "2500.25"),
		row("A4-"+w.run, today.AddDays(1), "100.00", "0.00"),
		row("B1-"+w.run, today, "12.345", "12.34"),
		strings.Replace(row("B2-"+w.run, today, "10.00", "10.00"), "CK-"+w.run, "NOBODY", 1),
	}, "\n") + "\n"
}

const checkOpenSum = 12000_00 + 8000_50 + 2500_25

func (w *walk) upload(c *client, name, content string) (*receivablev1.UploadedFile, error) {
	return w.uploadReader(c, name, strings.NewReader(content))
}

func (w *walk) runImport(c *client, f *receivablev1.UploadedFile, m *receivablev1.Mapping, dry bool) (*receivablev1.Import, error) {
	var i receivablev1.Import
	err := c.call(w.ctx, http.MethodPost, "/v1/receivable-imports", &receivablev1.StartImportRequest{FileId: f.GetFileId(), Mapping: m, DryRun: dry}, &i)
	if err != nil {
		return nil, err
	}
	err = until(w.ctx, 120*time.Second, func() (bool, error) {
		if err := c.call(w.ctx, http.MethodGet, "/v1/receivable-imports/"+url.PathEscape(i.GetId()), nil, &i); err != nil {
			return false, err
		}
		return i.GetStatus() == "done" || i.GetStatus() == "failed", nil
	})
	if err == nil && i.GetStatus() == "failed" {
		err = fmt.Errorf("import failed: %s", i.GetFailure())
	}
	return &i, err
}

func (w *walk) importCheckFile(dry bool) (*receivablev1.Import, error) {
	f, err := w.upload(w.admin, "receivables.csv", w.checkFile())
	if err != nil {
		return nil, err
	}
	if f.GetProposedPreset() == "" {
		return nil, fmt.Errorf("our own template was not recognised")
	}
	m := f.GetProposed()
	m.CreateCustomers = false
	return w.runImport(w.admin, f, m, dry)
}

func (w *walk) importDry() (string, error) {
	i, err := w.importCheckFile(true)
	if err != nil {
		return "", err
	}
	s, err := w.standing(w.ctx)
	if err == nil && s.GetReceivable() != 0 {
		err = fmt.Errorf("the dry run left %d fen of receivables", s.GetReceivable())
	}
	return fmt.Sprintf("%d rows read, %d would be refused, nothing stored", i.GetRowsRead(), i.GetRowsRefused()), err
}

func (w *walk) importReal() (string, error) {
	i, err := w.importCheckFile(false)
	if err != nil {
		return "", err
	}
	if i.GetRowsInserted() != 4 || i.GetRowsRefused() != 2 || len(i.GetTotals()) == 0 {
		return "", fmt.Errorf("inserted %d, refused %d, totals %v", i.GetRowsInserted(), i.GetRowsRefused(), i.GetTotals())
	}
	errorsFile, err := w.admin.send(w.ctx, http.MethodGet, "/v1/receivable-imports/"+i.GetId()+"/errors", "", nil)
	if err != nil {
		return "", err
	}
	if n := strings.Count(strings.TrimSpace(string(errorsFile)), "\n"); n != 2 {
		return "", fmt.Errorf("error file has %d rows:\n%s", n, errorsFile)
	}
	t := i.GetTotals()[0]
	s, err := w.standing(w.ctx)
	if err == nil && (s.GetReceivable() != checkOpenSum || t.GetLedgerOpenSumAfter() != checkOpenSum) {
		err = fmt.Errorf("ledger %d, account %d, file %d", t.GetLedgerOpenSumAfter(), s.GetReceivable(), checkOpenSum)
	}
	w.openSum = s.GetReceivable()
	return fmt.Sprintf("4 in, 2 refused with row and column; %s %s in the ledger", hundredths(t.GetLedgerOpenSumAfter()), t.GetCurrency()), err
}

func (w *walk) importAgain() (string, error) {
	i, err := w.importCheckFile(false)
	if err == nil && (i.GetRowsUnchanged() != 4 || i.GetRowsInserted()+i.GetRowsUpdated() != 0) {
		err = fmt.Errorf("inserted %d, updated %d, unchanged %d", i.GetRowsInserted(), i.GetRowsUpdated(), i.GetRowsUnchanged())
	}
	return "4 unchanged", err
}
