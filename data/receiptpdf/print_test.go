package receiptpdf_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/collection"
	"zhuxin/data/receiptpdf"
	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
)

func TestTheSameReceiptGivesTheSamePaper(t *testing.T) {
	t.Parallel()
	ctx := tenant.With(context.Background(), tenant.Tenant{ID: uuid.New(), Name: "华东混凝土有限公司", Currency: "CNY", Zone: calendar.Shanghai})
	v := collection.Voucher{Currency: "CNY", On: calendar.NewDate(2026, 5, 2), Left: 900}
	v.Receipt = collection.Receipt{Number: "HK1", ReceivedOn: calendar.NewDate(2026, 5, 1), Amount: 140950, Method: collection.ByDraft, Unapplied: 50,
		Draft: &collection.Draft{Number: "D1", Acceptor: "银行", DueOn: calendar.NewDate(2026, 11, 1)}}
	v.To = collection.Recipient{Number: "C1", Name: "测试建工集团有限公司"}
	v.Entries = []collection.Entry{{DocumentNo: "R1", Amount: 140900, AppliedOn: calendar.NewDate(2026, 5, 1)}, {DocumentNo: "R2", Amount: 7, Reversed: true}}
	print := func() []byte {
		t.Helper()
		b, err := receiptpdf.Printer{}.Print(ctx, v)
		if err != nil || !bytes.HasPrefix(b, []byte("%PDF")) {
			t.Fatalf("%d bytes, %v", len(b), err)
		}
		return b
	}
	a := print()
	if !bytes.Equal(a, print()) {
		t.Error("another file of the same receipt")
	}
	v.Left++
	if bytes.Equal(a, print()) {
		t.Error("an amount does not show")
	}
	if len(v.Paid()) != 1 {
		t.Error("a reversed entry stands")
	}
	if _, err := (receiptpdf.Printer{}).Print(context.Background(), v); err == nil {
		t.Error("printed without a subsidiary")
	}
}
