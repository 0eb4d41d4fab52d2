package negativelist

import (
	"context"

	"github.com/google/uuid"

	negativelistv1 "zhuxin/app/api/negativelist/v1"
	"zhuxin/app/service/related"
	"zhuxin/shared/fault"
)

// GetStanding says what the list does to a customer's rating and limits today.
func (s *Service) GetStanding(ctx context.Context, r *negativelistv1.GetStandingRequest) (*negativelistv1.NegativeStanding, error) {
	id, err := uuid.Parse(r.GetCustomerId())
	if err != nil {
		return nil, fault.NotFound("CUSTOMER_NOT_FOUND", "there is no such customer")
	}
	v, err := s.gate.Of(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &negativelistv1.NegativeStanding{Rating: string(v.Rating), Limits: string(v.Limits)}
	for _, h := range v.Hits {
		row := &negativelistv1.ListingHit{Uscc: h.USCC, CompanyName: h.Company, Severity: string(h.Severity), ReasonCode: string(h.Reason),
			ReasonText: h.Text, Rating: string(h.Rating), Limits: string(h.Limits), RatingExemptUntil: h.RatingExempt.String(), LimitsExemptUntil: h.LimitsExempt.String()}
		if h.Related() {
			row.Path = related.ToPath(h.Path)
		}
		out.Hits = append(out.Hits, row)
	}
	return out, nil
}
