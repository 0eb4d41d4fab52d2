package receivable_test

import (
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	receivablev1 "zhuxin/app/api/receivable/v1"
	"zhuxin/app/api/route"
	"zhuxin/app/service/receivable"
	"zhuxin/biz/customer"
	biz "zhuxin/biz/receivable"
	"zhuxin/data/tenantrepo/receivable/receivabletest"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/tenancy/tenancytest"
)

// The whole way of a file over the contract: upload, mapping, import, errors,
// list and overview.
func TestFileOverTheContract(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	w := receivabletest.New(env.Pool, &calendar.Frozen{At: time.Date(2026, 6, 1, 4, 0, 0, 0, time.UTC)}, t.TempDir())
	s := receivable.New(w.Ledger, nil, w.Imports)
	ctx := env.CtxA(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	read := func(f *route.File, err error) string {
		t.Helper()
		must(err)
		defer f.Body.Close()
		b, err := io.ReadAll(f.Body)
		must(err)
		if int64(len(b)) != f.Size || f.Name == "" || f.ContentType == "" {
			t.Errorf("%d bytes of %d, %q %q", len(b), f.Size, f.Name, f.ContentType)
		}
		return string(b)
	}
	head := strings.TrimSpace(read(s.DownloadTemplate(ctx, &receivablev1.DownloadTemplateRequest{Format: "csv"})))
	file := head + "\nN1,新客户,,D1,2026-05-01,2026-05-11,100.00,60.00,\nN1,,,D2,2026-05-01,2026-06-11,40,0,CNY\nN1,,,D1,2026-05-01,2026-06-11,40,0,CNY\n"
	body := httptest.NewRequest("POST", "/", strings.NewReader(file))
	up, err := s.UploadFile(route.WithUpload(ctx, body), &receivablev1.UploadFileRequest{FileName: "a.csv"})
	must(err)
	if up.GetProposedPreset() != biz.PresetZhuxin || len(up.GetColumns()) != 10 || len(up.GetSample()) != 3 || up.GetSizeBytes() != int64(len(file)) {
		t.Fatalf("%v", up)
	}
	m := up.GetProposed()
	m.CreateCustomers = true
	saved, err := s.SaveMapping(ctx, &receivablev1.SaveMappingRequest{Name: "erp", Mapping: m})
	must(err)
	if !proto.Equal(saved.GetMapping(), m) {
		t.Errorf("saved %v, sent %v", saved.GetMapping(), m)
	}
	started, err := s.StartImport(ctx, &receivablev1.StartImportRequest{FileId: up.GetFileId(), Mapping: m})
	must(err)
	list, err := s.ListImports(ctx, &receivablev1.ListImportsRequest{})
	must(err)
	if list.GetTotal() != 1 || list.GetImports()[0].GetStatus() != "queued" || !proto.Equal(list.GetImports()[0].GetMapping(), m) {
		t.Fatalf("%v", list)
	}
	_, err = w.Imports.Run(ctx, uuid.MustParse(started.GetId()), nil)
	must(err)
	i, err := s.GetImport(ctx, &receivablev1.GetImportRequest{Id: started.GetId()})
	must(err)
	if i.GetStatus() != "done" || i.GetRowsTotal() != 3 || i.GetRowsInserted() != 2 || i.GetRowsRefused() != 1 || !i.GetHasErrorFile() ||
		i.GetErrors()[0].GetReason() != "DUPLICATE_IN_FILE" || i.GetTotals()[0].GetLedgerOpenSumAfter() != 60_00 || i.GetFinishedAt() == nil {
		t.Fatalf("%v", i)
	}
	if e := read(s.DownloadErrors(ctx, &receivablev1.DownloadErrorsRequest{Id: i.GetId()})); !strings.Contains(e, "DUPLICATE_IN_FILE") {
		t.Error(e)
	}
	l, err := s.ListReceivables(ctx, &receivablev1.ListReceivablesRequest{View: "overdue"})
	must(err)
	if l.GetTotal() != 1 || l.GetReceivables()[0].GetOverdueDays() != 21 || l.GetReceivables()[0].GetCustomerName() != "新客户" {
		t.Errorf("%v", l)
	}
	o, err := s.GetOverview(ctx, &receivablev1.GetOverviewRequest{CustomerId: l.GetReceivables()[0].GetCustomerId()})
	must(err)
	if o.GetAging().GetOverdue() != 60_00 || o.GetAging().GetDays_1_30() != 60_00 || len(o.GetMonths()) != 24 || o.GetMonths()[22].GetMonth() != "2026-05" || o.GetMonths()[22].GetInvoiced() != 140_00 {
		t.Errorf("%v", o)
	}
	for name, c := range map[string]struct {
		call func(context.Context) error
		want *fault.Error
	}{
		"no import": {func(ctx context.Context) error {
			_, err := s.GetImport(ctx, &receivablev1.GetImportRequest{Id: "x"})
			return err
		}, biz.ErrImportNotFound},
		"another tenant's import": {func(context.Context) error {
			_, err := s.GetImport(env.CtxB(t), &receivablev1.GetImportRequest{Id: i.GetId()})
			return err
		}, biz.ErrImportNotFound},
		"no customer": {func(ctx context.Context) error {
			_, err := s.GetOverview(ctx, &receivablev1.GetOverviewRequest{CustomerId: "x"})
			return err
		}, customer.ErrNotFound},
		"no file": {func(ctx context.Context) error {
			_, err := s.StartImport(ctx, &receivablev1.StartImportRequest{FileId: "x"})
			return err
		}, biz.ErrFileNotFound},
	} {
		if f, ok := fault.As(c.call(ctx)); !ok || !f.Is(c.want) {
			t.Errorf("%s: %v", name, f)
		}
	}
}
