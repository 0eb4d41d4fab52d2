// Package audit serves the audit logs of subsidiaries and of HQ: proto to
// shared/audit and back, no decisions.
package audit

import (
	"context"

	auditv1 "zhuxin/app/api/audit/v1"
	"zhuxin/shared/audit"
)

// Service implements auditv1.AuditServiceHTTPServer.
type Service struct{ tenant, hq *audit.Book }

var _ auditv1.AuditServiceHTTPServer = (*Service)(nil)

// New makes the service on the books of both sides.
func New(tenant, hq *audit.Book) *Service { return &Service{tenant: tenant, hq: hq} }

// ListAudit gives a page of the subsidiary's log.
func (s *Service) ListAudit(ctx context.Context, r *auditv1.ListAuditRequest) (*auditv1.ListAuditReply, error) {
	return list(ctx, s.tenant, r)
}

// ListHQAudit gives a page of HQ's log.
func (s *Service) ListHQAudit(ctx context.Context, r *auditv1.ListAuditRequest) (*auditv1.ListAuditReply, error) {
	return list(ctx, s.hq, r)
}

// VerifyAudit recomputes the subsidiary's chain.
func (s *Service) VerifyAudit(ctx context.Context, _ *auditv1.VerifyAuditRequest) (*auditv1.VerifyAuditReply, error) {
	v, err := s.tenant.Verify(ctx)
	if err != nil {
		return nil, err
	}
	return &auditv1.VerifyAuditReply{Intact: v.Intact(), Rows: v.Rows, Sealed: v.Sealed, Findings: v.Findings}, nil
}

func list(ctx context.Context, book *audit.Book, r *auditv1.ListAuditRequest) (*auditv1.ListAuditReply, error) {
	rows, err := book.List(ctx, query(r))
	if err != nil {
		return nil, err
	}
	out := &auditv1.ListAuditReply{Rows: make([]*auditv1.AuditRow, len(rows))}
	for i, row := range rows {
		if out.Rows[i], err = toAPI(row); err != nil {
			return nil, err
		}
	}
	return out, nil
}
