package historypdf_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/biz/historyimport"
	"zhuxin/data/historypdf"
	"zhuxin/shared/calendar"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
)

func TestTheProtocolShowsWhatWasSigned(t *testing.T) {
	t.Parallel()
	ctx := tenant.With(context.Background(), tenant.Tenant{ID: uuid.New(), Name: "华东混凝土有限公司", Currency: "CNY", Zone: calendar.Shanghai})
	at := time.Date(2026, 4, 10, 2, 0, 0, 0, time.UTC)
	mark := func(name string) *historyimport.Mark {
		return &historyimport.Mark{By: party.Person{ID: uuid.New(), Name: name}, At: at}
	}
	day := calendar.NewDate(2026, 3, 31)
	i := historyimport.Import{ID: uuid.New(), AsOf: day, Status: historyimport.StatusApplied, LimitationYears: 3, Created: *mark("甲"), Submitted: mark("甲"), Decided: mark("乙"), Applied: at,
		Files: []historyimport.File{{Kind: historyimport.Receivables, Name: "应收.csv", SHA256: "00ff"}},
		Result: &historyimport.Result{AsOf: day, Currency: "CNY", Aging: exposure.Aging{AsOf: day, Receivable: 100, NotDue: 100}, Owing: 1,
			Outcomes: []historyimport.Outcome{{Kind: historyimport.Receivables, Rows: 1, Inserted: 1, ControlRows: 2, Sums: []historyimport.Sum{{Currency: "CNY", File: 100, Taken: 100, Control: 101}}}},
			Debtors:  []historyimport.Debtor{{Number: "C1", Name: "测试建工", Open: 100, OldestOn: day}},
			Findings: []historyimport.Finding{{Key: historyimport.Key{Code: historyimport.CodeRows, Kind: historyimport.Receivables}, Error: true, Count: -1}}}}
	a, err := historypdf.Printer{}.Print(ctx, i)
	if err != nil || !bytes.HasPrefix(a, []byte("%PDF")) {
		t.Fatalf("%d bytes, %v", len(a), err)
	}
	if b, err := (historypdf.Printer{}).Print(ctx, i); err != nil || !bytes.Equal(a, b) {
		t.Errorf("another file of the same import: %v", err)
	}
	i.Result.Outcomes[0].Sums[0].Control++
	if b, err := (historypdf.Printer{}).Print(ctx, i); err != nil || bytes.Equal(a, b) {
		t.Errorf("a control figure does not show: %v", err)
	}
	i.Decided = nil
	if _, err := (historypdf.Printer{}).Print(ctx, i); err == nil {
		t.Error("printed without a signature")
	}
}
