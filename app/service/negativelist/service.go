// Package negativelist answers a subsidiary's routes about the group's negative
// list and the shared history of its customers.
package negativelist

import (
	"context"
	"fmt"
	"io"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	negativelistv1 "zhuxin/app/api/negativelist/v1"
	"zhuxin/app/api/route"
	"zhuxin/app/service/gradescale"
	"zhuxin/app/service/page"
	"zhuxin/biz/approval"
	"zhuxin/biz/proposal"
	"zhuxin/shared/fault"
	"zhuxin/shared/history"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/tenant"
)

// Uploader stores an evidence file and gives its document's id and size.
type Uploader func(ctx context.Context, fileName, declaredType string, size int64, body io.Reader) (id uuid.UUID, name string, bytes int64, err error)

// Proof opens an evidence file of the caller's subsidiary that something names which
// he was found to see.
type Proof func(ctx context.Context, documentID uuid.UUID) (*route.File, error)

// Service implements NegativeListServiceHTTPServer.
type Service struct {
	list    *negativelist.Service
	house   *proposal.Service
	gate    *negativelist.Gate
	history *history.Service
	upload  Uploader
	proof   Proof
}

var _ negativelistv1.NegativeListServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(l *negativelist.Service, p *proposal.Service, g *negativelist.Gate, h *history.Service, upload Uploader, proof Proof) *Service {
	return &Service{list: l, house: p, gate: g, history: h, upload: upload, proof: proof}
}

// ListEntries lists entries as the subsidiary may see them.
func (s *Service) ListEntries(ctx context.Context, r *negativelistv1.ListEntriesRequest) (*negativelistv1.ListEntriesReply, error) {
	q := negativelist.Query{Text: r.GetQ()}
	q.Limit, q.Offset = page.Window(r.GetPage(), r.GetPageSize())
	browse := func() ([]negativelist.Entry, int64, error) {
		return s.list.Browse(ctx, negativelist.View(r.GetView()), q)
	}
	if r.GetView() == string(proposal.InApproval) {
		browse = func() ([]negativelist.Entry, int64, error) { return s.house.Pending(ctx, q.Text, q.Limit, q.Offset) }
	}
	entries, total, err := browse()
	if err != nil {
		return nil, err
	}
	out := &negativelistv1.ListEntriesReply{Total: total}
	for _, e := range entries {
		out.Entries = append(out.Entries, toEntry(ctx, e))
	}
	return out, nil
}

// CreateEntry proposes a company; the subsidiary decides on it first.
func (s *Service) CreateEntry(ctx context.Context, r *negativelistv1.CreateEntryRequest) (*negativelistv1.Entry, error) {
	refs := r.GetEvidence()
	if r.GetEvidenceDocumentId() != "" {
		refs = append([]*negativelistv1.EvidenceRef{{DocumentId: r.GetEvidenceDocumentId()}}, refs...)
	}
	files, err := evidence(refs)
	if err != nil {
		return nil, err
	}
	e, err := s.house.Submit(ctx, negativelist.ListInput{
		USCC: r.GetUscc(), CompanyName: r.GetCompanyName(), Reason: negativelist.Reason(r.GetReasonCode()),
		Text: r.GetReasonText(), Amount: money.Amount(r.GetAmount()), EvidenceIDs: files,
	})
	if err != nil {
		return nil, err
	}
	return toEntry(ctx, e), nil
}

// evidence reads the files that a request names. An id that is none would be no
// evidence at all.
func evidence(refs []*negativelistv1.EvidenceRef) (out []uuid.UUID, err error) {
	for _, r := range refs {
		id, err := uuid.Parse(r.GetDocumentId())
		if err != nil || id == uuid.Nil {
			return nil, fault.NotFound("DOCUMENT_NOT_FOUND", "there is no such evidence file; upload it first")
		}
		out = append(out, id)
	}
	return out, nil
}

// WithdrawEntry takes one's own proposal back.
func (s *Service) WithdrawEntry(ctx context.Context, r *negativelistv1.WithdrawEntryRequest) (*negativelistv1.Entry, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, negativelist.ErrNotFound
	}
	e, err := s.list.Withdraw(ctx, id, r.GetReason())
	if err != nil {
		return nil, err
	}
	return toEntry(ctx, e), nil
}

// UploadEvidence stores a file that a listing can name.
func (s *Service) UploadEvidence(ctx context.Context, r *negativelistv1.UploadEvidenceRequest) (*negativelistv1.Evidence, error) {
	u, ok := route.UploadFrom(ctx)
	if !ok {
		return nil, fmt.Errorf("upload evidence: no file in the request")
	}
	id, name, size, err := s.upload(ctx, r.GetFileName(), u.ContentType, u.Size, u.Body)
	if err != nil {
		return nil, err
	}
	return &negativelistv1.Evidence{DocumentId: id.String(), FileName: name, SizeBytes: size}, nil
}

// DownloadProposalEvidence gives a file that a proposal names, from its approval on.
func (s *Service) DownloadProposalEvidence(ctx context.Context, r *negativelistv1.DownloadProposalEvidenceRequest) (*route.File, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, approval.ErrNotFound
	}
	document, err := uuid.Parse(r.GetDocumentId())
	if err != nil {
		return nil, negativelist.ErrFileNotFound
	}
	if err := s.house.Proves(ctx, id, document); err != nil {
		return nil, err
	}
	return s.proof(ctx, document)
}

// GetCustomerHistory gives the ratings of the same company everywhere; the look
// is logged.
func (s *Service) GetCustomerHistory(ctx context.Context, r *negativelistv1.GetCustomerHistoryRequest) (*negativelistv1.CustomerHistory, error) {
	id, err := uuid.Parse(r.GetCustomerId())
	if err != nil {
		return nil, fault.NotFound("CUSTOMER_NOT_FOUND", "there is no such customer")
	}
	h, err := s.history.OfCustomer(ctx, id, r.GetPurpose())
	if err != nil {
		return nil, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	out := &negativelistv1.CustomerHistory{Uscc: h.USCC, Subsidiaries: int32(h.Known), SubsidiariesOverdue: int32(h.Overdue),
		WorstStage: h.WorstStage, ExposureFrom: h.From, ExposureTo: h.To}
	for _, x := range h.Ratings {
		row := &negativelistv1.SharedRating{SubsidiaryName: x.Subsidiary, Grade: x.Grade, EffectiveAt: timestamppb.New(x.EffectiveAt), Own: x.TenantID == t.ID, Common: gradescale.Common(x.Common, x.Template, x.Weights)}
		if x.LapsedAt != nil {
			row.LapsedAt = timestamppb.New(*x.LapsedAt)
		}
		out.Ratings = append(out.Ratings, row)
	}
	return out, nil
}

// ListSharingLog lists who looked at the subsidiary's data.
func (s *Service) ListSharingLog(ctx context.Context, r *negativelistv1.ListSharingLogRequest) (*negativelistv1.ListSharingLogReply, error) {
	limit, offset := page.Window(r.GetPage(), r.GetPageSize())
	looks, total, err := s.history.Looks(ctx, r.GetMade(), limit, offset)
	if err != nil {
		return nil, err
	}
	out := &negativelistv1.ListSharingLogReply{Total: total}
	for _, l := range looks {
		out.Rows = append(out.Rows, &negativelistv1.SharingLogRow{At: timestamppb.New(l.At), ViewerName: l.ViewerName,
			ViewerSubsidiary: l.ViewerTenant, Uscc: l.USCC, Purpose: l.Purpose})
	}
	return out, nil
}
