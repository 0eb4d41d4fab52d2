package approval

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
)

// Paper is a paper of a customer that is past its day: the newest of its kind.
type Paper struct {
	Kind      string        `json:"kind"`
	ExpiresOn calendar.Date `json:"expires_on"`
}

// leansOnPapers are the kinds whose approver relies on a licence or a power of attorney
// that is in force.
var leansOnPapers = []Kind{KindRating, KindLimitAdjustment, KindTemporaryLimit, KindCreditAgreement}

// withPapers adds to the facts of a submission what of the customer's papers is expired
// today (000-39). Facts are frozen with it: a paper filed later changes them not.
func (s *Service) withPapers(ctx context.Context, kind Kind, customerID *uuid.UUID, facts json.RawMessage) (json.RawMessage, error) {
	if customerID == nil || !slices.Contains(leansOnPapers, kind) {
		return facts, nil
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return nil, err
	}
	papers, err := s.repo.ExpiredPapers(ctx, *customerID, today)
	if err != nil || len(papers) == 0 {
		return facts, err
	}
	return addPapers(facts, papers)
}

func addPapers(facts json.RawMessage, papers []Paper) (json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(facts, &fields); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(papers)
	if err != nil {
		return nil, err
	}
	fields["expired_papers"] = raw
	return json.Marshal(fields)
}
