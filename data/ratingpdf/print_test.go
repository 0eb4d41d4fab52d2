package ratingpdf_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/rating"
	"zhuxin/data/ratingpdf"
	"zhuxin/shared/calendar"
	"zhuxin/shared/indicator"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
)

func decision() rating.Decision {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, calendar.Shanghai)
	n, measured := indicator.Number(9_500_000), indicator.Number(8_125_000)
	d := rating.Definition{
		Items: []rating.Item{
			{IndicatorCode: "settlement_method", NameZH: "结算方式", NameEN: "Settlement", Kind: indicator.KindChoice, Weight: 4000,
				Scoring: indicator.Scoring{Options: []indicator.Option{{Code: "prepaid", NameZH: "预付", NameEN: "Prepaid", Score: 10000}}}},
			{IndicatorCode: "collection_rate", NameZH: "回款率", NameEN: "Collection rate", Kind: indicator.KindData, Unit: "basis_point", Weight: 6000},
		},
		Bands: []rating.Band{{Grade: rating.GradeA, MinScore: 0, Maxima: indicator.Maxima{CreditAmount: 1_000_000_000, OverdueAmount: 100_000_000, OverdueDays: 60}}},
	}
	r := rating.Rating{ID: uuid.MustParse("0193a5a0-0000-7000-8000-000000000001"), CustomerName: "测试建工集团有限公司", TemplateName: "混凝土客户评级模板", TemplateNumber: 3, Definition: d,
		Status: rating.StatusEffective, DueOn: calendar.NewDate(2027, 11, 20), Remark: "重点客户，\n随项目付款。", Result: rating.Result{Total: 9700, Grade: rating.GradeA, Maxima: d.Bands[0].Maxima,
			Values: []rating.Value{
				{IndicatorCode: "settlement_method", Choice: "prepaid", Source: rating.ValueManual, Weight: 4000, Score: 10000, Weighted: 40_000_000},
				{IndicatorCode: "collection_rate", Number: &n, Source: rating.ValueOverride, SourceDetail: "812500.00 / 1000000.00 CNY · 2025-11-21 … 2026-11-20", AsOf: calendar.NewDate(2026, 11, 20),
					Weight: 6000, Score: 9500, Weighted: 57_000_000, Override: &rating.Override{Measured: &measured, Reason: "银行回款已到账，系统次日入账", By: &party.Person{Name: "王业务"}, At: at}},
			}}}
	return rating.Decision{Subsidiary: "华东混凝土有限公司", CustomerNumber: "C0001", CustomerName: r.CustomerName, USCC: "91110000600037341L", Rating: r, Hash: "0123456789abcdef",
		Course: rating.Course{SubmittedBy: &party.Person{Name: "王业务"}, SubmittedAt: at, Approved: true, DecidedAt: at.Add(time.Hour),
			Acts: []rating.CourseAct{{Step: "复核", Kind: "endorsed", By: &party.Person{Name: "李复核"}, Comment: "同意", At: at.Add(time.Minute)},
				{Kind: "approved", By: &party.Person{Name: "赵审批"}, OnBehalfOf: &party.Person{Name: "钱总"}, At: at.Add(time.Hour)}}}}
}

func TestTheSameDecisionGivesTheSameFile(t *testing.T) {
	t.Parallel()
	ctx := tenant.With(context.Background(), tenant.Tenant{ID: uuid.New(), Name: "华东混凝土有限公司", Currency: "CNY", Zone: calendar.Shanghai})
	files := map[string][]byte{}
	for _, lang := range []string{"", "zh", "en"} {
		b, err := ratingpdf.Printer{}.Print(ctx, decision(), lang)
		if err != nil || !bytes.HasPrefix(b, []byte("%PDF")) {
			t.Fatalf("%q: %d bytes, %v", lang, len(b), err)
		}
		files[lang] = b
	}
	if !bytes.Equal(files[""], files["zh"]) || bytes.Equal(files["zh"], files["en"]) {
		t.Error("zh is the preset, and the same each time; en is another")
	}
	changed := decision()
	changed.Rating.Result.Values[1].Override.Reason = "另一个理由"
	if b, err := (ratingpdf.Printer{}).Print(ctx, changed, "zh"); err != nil || bytes.Equal(b, files["zh"]) {
		t.Errorf("the reason of an override does not show: %v", err)
	}
	// what becomes of the rating later is not in it
	later := decision()
	later.Rating.Status, later.Rating.LapseReason = rating.StatusLapsed, rating.LapseExpired
	if b, err := (ratingpdf.Printer{}).Print(ctx, later, "zh"); err != nil || !bytes.Equal(b, files["zh"]) {
		t.Errorf("the file changes with the rating's later life: %v", err)
	}
	if _, err := (ratingpdf.Printer{}).Print(context.Background(), decision(), "zh"); err == nil {
		t.Error("printed outside of a subsidiary")
	}
}
