package report

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/uow"
)

// GroupExports writes HQ's reports to files.
type GroupExports struct {
	group   *Group
	hq      uow.HQ
	printer Printer
	audit   audit.Recorder
	clock   calendar.Clock
}

// NewGroupExports makes the service.
func NewGroupExports(g *Group, hq uow.HQ, p Printer, recorder audit.Recorder, clock calendar.Clock) *GroupExports {
	return &GroupExports{group: g, hq: hq, printer: p, audit: recorder, clock: clock}
}

// Named says whether the subsidiary, the salesperson and the customer of a request are
// there.
func (x *GroupExports) Named(ctx context.Context, r Request) error {
	if r.TenantID == uuid.Nil {
		return nil
	}
	return x.hq.InTx(ctx, func(ctx context.Context) error {
		all, err := x.group.store.Subsidiaries(ctx, r.TenantID)
		if err == nil && len(all) == 0 {
			err = ErrNoTenant
		}
		if err == nil {
			_, err = Names(ctx, x.group.store, r)
		}
		return err
	})
}

// Report writes the report down that HQ sees on its page.
func (x *GroupExports) Report(ctx context.Context, r Request, f Format, lang Lang) (File, error) {
	r.Size = LargestPage
	v, err := x.group.Report(ctx, r)
	if err != nil {
		return File{}, err
	}
	d := v.Document(lang, x.clock.Now())
	file, err := x.printer.Print(d, f)
	if err != nil {
		return file, err
	}
	file.Digest = d.Digest
	file.Name = v.FileName() + "." + string(f)
	err = x.hq.InTx(ctx, func(ctx context.Context) error {
		return x.audit.Record(ctx, audit.Entry{Action: "report.exported", ObjectType: "report", ObjectID: string(v.Level),
			After: map[string]any{"format": f, "end": v.Period.End, "period": v.Period.Kind, "tenant_id": r.TenantID}})
	})
	return file, err
}
