package statementpdf_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/statement"
	"zhuxin/data/statementpdf"
	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
)

func TestTheSameStatementGivesTheSamePaper(t *testing.T) {
	t.Parallel()
	ctx := tenant.With(context.Background(), tenant.Tenant{ID: uuid.New(), Name: "华东混凝土有限公司", Currency: "CNY", Zone: calendar.Shanghai})
	d := statement.Detail{Statement: statement.Statement{Number: "DZ202604-C1-1", CustomerName: "测试建工集团有限公司", CustomerNumber: "C1", From: calendar.NewDate(2026, 4, 1), To: calendar.NewDate(2026, 4, 30),
		Volume: 60_500, Amount: 2_722_500, Deadline: calendar.NewDate(2026, 5, 11)}}
	for range 55 { // two pages
		d.Lines = append(d.Lines, statement.Ticket{Number: "T1", OrderNo: "O1", DeliveredOn: calendar.NewDate(2026, 4, 2), Volume: 1100, Amount: 49_500})
	}
	a, err := statementpdf.Printer{}.Print(ctx, d)
	if err != nil || !bytes.HasPrefix(a, []byte("%PDF")) {
		t.Fatalf("%d bytes, %v", len(a), err)
	}
	b, err := statementpdf.Printer{}.Print(ctx, d)
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("another file of the same statement: %v", err)
	}
	d.Lines[54].Amount++
	if b, err = (statementpdf.Printer{}).Print(ctx, d); err != nil || bytes.Equal(a, b) {
		t.Errorf("an amount does not show: %v", err)
	}
	if _, err := (statementpdf.Printer{}).Print(context.Background(), d); err == nil {
		t.Error("printed without a subsidiary")
	}
}
