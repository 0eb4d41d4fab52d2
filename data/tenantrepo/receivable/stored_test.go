package receivable_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhuxin/biz/document"
	biz "zhuxin/biz/receivable"
	"zhuxin/data/auditlog"
	"zhuxin/data/crypto"
	"zhuxin/data/objectstore"
	"zhuxin/data/query/company"
	documentrepo "zhuxin/data/tenantrepo/document"
	"zhuxin/shared/access"
	"zhuxin/tenancy/tenancytest"
)

// With files in the object store, as documents, the way the product has them.
func TestImportsFromTheObjectStore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if os.Getenv("ZHUXIN_S3_ENDPOINT") == "" {
		t.Fatal("ZHUXIN_S3_ENDPOINT is not set: this test needs a real S3 store; " + tenancytest.HowToRun)
	}
	master, err := crypto.ParseMaster(base64.StdEncoding.EncodeToString([]byte("a-test-key-of-32-different-bytes")))
	must(t, err)
	store, err := objectstore.New(objectstore.Config{Endpoint: os.Getenv("ZHUXIN_S3_ENDPOINT"), Region: os.Getenv("ZHUXIN_S3_REGION"), Bucket: os.Getenv("ZHUXIN_S3_BUCKET"),
		AccessKey: os.Getenv("ZHUXIN_S3_ACCESS_KEY"), SecretKey: os.Getenv("ZHUXIN_S3_SECRET_KEY")}, crypto.Tenant(b.Pool, master, b.clock))
	must(t, err)
	must(t, store.EnsureBucket(t.Context()))
	service := document.NewService(b.Pool.Tenant(), documentrepo.New(b.Pool), store, company.Query{}, auditlog.Tenant(b.Pool), b.clock)
	c := b.Config
	c.Files = biz.NewDocuments(service)
	b.Imports = biz.NewImports(c)

	gbk, err := simplifiedchinese.GB18030.NewEncoder().String("客户编号,客户名称,统一社会信用代码,单据编号,开票日期,到期日,金额,未结金额,币种\n" +
		"K1,甲建工,,发票1,2026/5/1,2026/5/31,100.00,,人民币\nK5,不存在,,发票2,2026/5/1,2026/5/31,100.00,,人民币\n")
	must(t, err)
	book := excelize.NewFile()
	defer book.Close()
	for i, row := range [][]any{{"客户编号", "客户名称", "统一社会信用代码", "单据编号", "开票日期", "到期日", "金额", "未结金额", "币种"},
		{"K1", "", "", "X1", "2026-05-01", b.clock.At, 0.1 + 0.2, 0.3, "CNY"}, {"K1", "", "", "X2", "2026-05-01", "x", 1, 1, "CNY"}, {"K2", "", "", 20260501, "2026-05-01", "", 1e5, "", ""}} {
		must(t, book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
	}
	xlsx, err := book.WriteToBuffer()
	must(t, err)
	for _, f := range []struct {
		name string
		body []byte
		want biz.Counts
		open int64
	}{
		{"应收.csv", []byte(gbk), biz.Counts{Read: 2, Inserted: 1, Refused: 1}, 100_00},
		{"应收.xlsx", xlsx.Bytes(), biz.Counts{Read: 3, Inserted: 2, Refused: 1}, 100_00 + 100_000_00 + 30},
	} {
		u, err := b.Imports.Upload(b.ctx, f.name, bytes.NewReader(f.body), int64(len(f.body)))
		must(t, err)
		if u.Preset != biz.PresetZhuxin || u.Size != int64(len(f.body)) {
			t.Fatalf("%s: %+v", f.name, u)
		}
		i, err := b.Imports.Start(b.ctx, biz.StartInput{FileID: u.File.ID, Mapping: u.Proposed})
		must(t, err)
		must(t, b.Imports.Handle(b.ctx, delivered(t, b, i.ID, 1)))
		i, err = b.Imports.Get(b.ctx, i.ID)
		must(t, err)
		if i.Status != biz.StatusDone || i.Counts != f.want || int64(i.Totals[0].LedgerOpenNow) != f.open {
			t.Fatalf("%s: %+v", f.name, i)
		}
		if lines := b.errorLines(t, i); len(lines) != 2 {
			t.Errorf("%s: %q", f.name, lines)
		}
		if _, _, err := b.Imports.ErrorFile(b.CtxB(t), i.ID); !errors.Is(err, biz.ErrImportNotFound) {
			t.Error("another tenant opens the error file:", err)
		}
		if _, _, err := b.Imports.ErrorFile(b.CtxA(t, access.RoleSalesperson), i.ID); !errors.Is(err, access.ErrForbidden) {
			t.Error("a salesperson opens the error file:", err)
		}
		if _, err := b.Imports.Start(b.CtxB(t), biz.StartInput{FileID: u.File.ID, Mapping: u.Proposed}); !errors.Is(err, biz.ErrFileNotFound) {
			t.Error("another tenant imports the file:", err)
		}
	}
	if _, err := b.Imports.Upload(b.ctx, "a.exe", strings.NewReader(heads+"K1,,,D,2026-05-01,,1,,\n"), -1); err == nil {
		t.Error("an .exe is taken")
	}
}
