package erp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
	"zhuxin/biz/feedfile"
	"zhuxin/biz/receivable"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// files is a connection that takes files of every kind.
type files struct {
	*world
	ctx context.Context
	erp.Connection
}

func newFiles(t *testing.T) *files {
	t.Helper()
	w := setup(t)
	f := &files{world: w, ctx: w.CtxA(t, access.RoleAdministrator)}
	var err error
	f.Connection, err = w.service.Save(f.ctx, erp.SaveInput{Name: "手工文件", Kind: erp.KindFiles, Source: "files-" + uuid.NewString()[:8], Enabled: true, Feeds: feed.Kinds})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *files) send(t *testing.T, k feed.Kind, body []byte) (erp.Uploaded, error) {
	t.Helper()
	return f.service.Upload(f.world.CtxA(t, access.RoleFinance), erp.UploadInput{ID: f.ID, Kind: k, Name: string(k) + ".csv", Body: bytes.NewReader(body), Size: int64(len(body))})
}

// show is what came of a file: its counts, its sums, and the faults of its rows.
func show(u erp.Uploaded) string {
	out := fmt.Sprintf("%d: +%d ~%d =%d !%d", u.Read, u.Inserted, u.Updated, u.Unchanged, u.Refused)
	for c, a := range u.Open {
		out += fmt.Sprintf(" %s %s", c, a)
	}
	if u.Volume != 0 {
		out += fmt.Sprintf(" %s m³", u.Volume)
	}
	for _, f := range u.Faults {
		out += fmt.Sprintf("; row %d %s %s %s", f.Row, f.RecordID, f.Column, f.Reason)
	}
	return out
}

// Each kind once, with what its rows are refused for; and a second time, when nothing
// changes.
func TestFilesOfEveryKind(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	for _, c := range []struct {
		kind        feed.Kind
		text        string
		want, again string
	}{
		{feed.Customers, "客户编号,客户名称,统一社会信用代码,账期天数\nC1,示例甲,91330100MAX0A001X8,30\nC2,示例乙,,\nC3,示例丙,123,\n",
			"3: +2 ~0 =0 !1; row 4 C3 统一社会信用代码 BAD_FORM", "3: +0 ~0 =2 !1; row 4 C3 统一社会信用代码 BAD_FORM"},
		{feed.Contracts, "合同编号,客户编号,项目名称,签订日期,合同方量,合同金额\nHT1,C1,东城一期,2026-03-01,1000,400000.00\n",
			"1: +1 ~0 =0 !0 CNY 400000.00 1000.000 m³", "1: +0 ~0 =1 !0 CNY 400000.00 1000.000 m³"},
		{feed.Orders, "订单编号,客户编号,合同编号,下单日期,订单方量,订单金额,未供金额\nD1,C1,HT1,2026-04-01,10,4000.00,\nD2,C9,HT1,2026-04-01,10,4000.00,4000.00\n",
			"2: +1 ~0 =0 !1 CNY 8000.00 20.000 m³; row 3 D2 客户编号 CUSTOMER_UNKNOWN", "2: +0 ~0 =1 !1 CNY 8000.00 20.000 m³; row 3 D2 客户编号 CUSTOMER_UNKNOWN"},
		{feed.Deliveries, "送货单号,客户编号,合同编号,送货日期,送货方量,送货金额,站点编号,搅拌站,调度员\nT1,C1,HT1,2026-04-02,8.5,3400.00,P1,东郊搅拌站,张三\nT1,C1,HT1,2026-04-02,8.5,3400.00,,,\nT2,C1,HT1,2026-13-02,8.5,3400.00,,,\n",
			"3: +1 ~0 =0 !2 CNY 10200.00 25.500 m³; row 3 T1 送货单号 DUPLICATE_IN_FILE; row 4 T2 送货日期 BAD_DATE", "3: +0 ~0 =1 !2 CNY 10200.00 25.500 m³; row 3 T1 送货单号 DUPLICATE_IN_FILE; row 4 T2 送货日期 BAD_DATE"},
		{feed.Receivables, "单据编号,客户编号,开票日期,到期日,金额,未结金额,合同编号\nR1,C1,2026-04-03,2026-05-03,3400.00,,HT1\nR2,C9,2026-04-03,,1.00,,\n",
			"2: +1 ~0 =0 !1 CNY 3401.00; row 3 R2 客户名称 REQUIRED", "2: +0 ~0 =1 !1 CNY 3401.00; row 3 R2 客户名称 REQUIRED"},
		{feed.Receipts, "单据编号,客户编号,收款日期,收款金额,收款方式\nS1,C1,2026-04-04,1000.00,电汇\nS2,C1,2026-04-04,1000.00,比特币\n",
			"2: +1 ~0 =0 !1 CNY 2000.00; row 3 S2 收款方式 UNKNOWN", "2: +0 ~0 =1 !1 CNY 2000.00; row 3 S2 收款方式 UNKNOWN"},
		{feed.Drafts, "票据号码,客户编号,票据种类,承兑人,票面金额,出票日期,到期日,票据状态\nB1,C1,银行,示例银行,500.00,2026-04-01,2026-10-01,持有\n",
			"1: +1 ~0 =0 !0 CNY 500.00", "1: +0 ~0 =1 !0 CNY 500.00"},
	} {
		before := f.stored(t)
		u, err := f.send(t, c.kind, []byte(c.text))
		if err != nil || show(u) != c.want || u.Status != erp.RunDone {
			t.Errorf("%s: %s %v\nwant %s", c.kind, show(u), err, c.want)
		}
		after := f.stored(t)
		if after == before {
			t.Errorf("%s: nothing is stored", c.kind)
		}
		gb, err := simplifiedchinese.GB18030.NewEncoder().String(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if u, err = f.send(t, c.kind, []byte(gb)); err != nil || show(u) != c.again {
			t.Errorf("%s again: %s %v\nwant %s", c.kind, show(u), err, c.again)
		}
		if got := f.stored(t); got != after {
			t.Errorf("%s: the second time changed something: %s, before %s", c.kind, got, after)
		}
	}
	rejects, total, err := f.feeds.Rejects(f.ctx, f.Source, "", 1, 20)
	if err != nil || total != 5 || !strings.Contains(fmt.Sprint(rejects), "row 4: ") {
		t.Errorf("%d rejects %+v, %v", total, rejects, err)
	}
	runs, err := f.service.Runs(f.ctx, f.ID)
	if err != nil || len(runs) != 2*len(feed.Kinds) {
		t.Errorf("%d runs, %v", len(runs), err)
	}
	tenancytest.OtherSeesNothing(t, f.Env, func(ctx context.Context) (int, error) {
		_, total, err := f.feeds.Rejects(ctx, f.Source, "", 1, 20)
		if reason(err) == "FORBIDDEN" || err == nil {
			return int(total), err
		}
		return 0, err
	})
	other := f.CtxB(t, access.RoleAdministrator)
	if _, err := f.service.Upload(other, erp.UploadInput{ID: f.ID, Kind: feed.Customers, Name: "a.csv", Body: strings.NewReader("客户编号,客户名称\nX,Y\n"), Size: -1}); !errors.Is(err, erp.ErrNotFound) {
		t.Errorf("the other subsidiary's upload: %v", err)
	}
}

// stored counts and sums what the source has in the books.
func (f *files) stored(t *testing.T) (out string) {
	t.Helper()
	err := f.Pool.Tenant().InTx(f.ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, `SELECT concat_ws(' ', (SELECT concat(count(*), max(updated_at)) FROM customers), (SELECT concat(count(*), max(updated_at)) FROM erp_contracts),
			(SELECT concat(count(*), max(updated_at)) FROM erp_orders), (SELECT concat(count(*), max(updated_at), sum(amount), min(dispatcher)) FROM deliveries),
			(SELECT concat(count(*), sum(open_amount), max(updated_at)) FROM receivables), (SELECT concat(count(*), sum(amount)) FROM receipts),
			(SELECT concat(count(*), sum(amount)) FROM acceptance_drafts))`).Scan(&out)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A file that is no file of its kind is refused whole, and says why.
func TestFilesRefusedWhole(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	before := f.stored(t)
	many := "客户编号,客户名称\n" + strings.Repeat("x,y\n", erp.MaxFileRows+1)
	for want, body := range map[string][]byte{
		"FILE_HEADS":         []byte("客户编号,客户名称,不认识\nC1,示例甲,1\n"),
		"FILE_EMPTY":         []byte("客户编号,客户名称\n"),
		"FILE_TOO_MANY_ROWS": []byte(many),
		"FILE_TYPE":          append([]byte("%PDF-1.4\n"), 0, 1, 2),
		"FILE_BROKEN":        append([]byte("PK\x03\x04"), bytes.Repeat([]byte{7}, 300)...),
	} {
		if u, err := f.send(t, feed.Customers, body); !strings.HasPrefix(reason(err), want) || u.Read != 0 {
			t.Errorf("%s: %v %s", want, err, show(u))
		}
	}
	_, err := f.send(t, feed.Customers, []byte("客户名称,备注\n示例甲,1\n"))
	if e, ok := fault.As(err); !ok || e.Meta["missing"] != "客户编号" || e.Meta["unknown"] != "备注" {
		t.Errorf("heads: %v", err)
	}
	if _, err := f.send(t, "statements", []byte("客户编号\n1\n")); reason(err) != "INVALID_INPUT" {
		t.Errorf("no such kind: %v", err)
	}
	if got := f.stored(t); got != before {
		t.Errorf("something was kept: %s", got)
	}
	viewer := f.world.CtxA(t, access.RoleViewer)
	if _, err := f.service.Upload(viewer, erp.UploadInput{ID: f.ID, Kind: feed.Customers, Body: strings.NewReader("x")}); kind(err) != fault.KindForbidden {
		t.Errorf("a viewer: %v", err)
	}
	for name, err := range map[string]error{"ask": f.service.RunNow(f.ctx, f.ID, "", false), "test": second(f.service.Test(f.ctx, f.ID))} {
		if !errors.Is(err, erp.ErrFilesOnly) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := f.service.PullDue(f.ctx); err != nil {
		t.Errorf("files are never due: %v", err)
	}
	tryton, err := f.service.Save(f.ctx, input("erp-"+uuid.NewString()[:8]))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.service.Upload(f.ctx, erp.UploadInput{ID: tryton.ID, Kind: feed.Receivables, Body: strings.NewReader("x")}); !errors.Is(err, erp.ErrNoFiles) {
		t.Errorf("an ERP that is asked: %v", err)
	}
}

// The template of each kind has an example, which is passed over; a row written under
// its heads comes in.
func TestFileTemplates(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	for _, k := range feed.Kinds {
		b, _, err := f.service.FileTemplate(f.ctx, k, "xlsx")
		if err != nil {
			t.Fatal(k, err)
		}
		if _, err := f.send(t, k, b); !errors.Is(err, receivable.ErrFileEmpty) {
			t.Errorf("%s: the example was not passed over: %v", k, err)
		}
		form := feedfile.Template(k)
		if !slices.ContainsFunc(form.Example, func(s string) bool { return strings.HasPrefix(s, "示例-") }) {
			t.Errorf("%s: no example", k)
		}
	}
	b, _, err := f.service.FileTemplate(f.ctx, feed.Customers, "xlsx")
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if err := book.SetSheetRow("客户", "A3", &[]any{"0007", "示例丁", "", "某路", 45}); err != nil {
		t.Fatal(err)
	}
	out, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	if u, err := f.send(t, feed.Customers, out.Bytes()); err != nil || show(u) != "1: +1 ~0 =0 !0" {
		t.Errorf("%s %v", show(u), err)
	}
}

func second[A any](_ A, err error) error { return err }

func reason(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Reason
	}
	return ""
}

func kind(err error) fault.Kind {
	if f, ok := fault.As(err); ok {
		return f.Kind
	}
	return 0
}
