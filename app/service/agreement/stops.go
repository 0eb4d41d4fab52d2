package agreement

import (
	"context"

	agreementv1 "zhuxin/app/api/agreement/v1"
	"zhuxin/biz/customer"
	"zhuxin/biz/supplystop"
)

// ListSupplyStops gives a page of supply stops.
func (s *Service) ListSupplyStops(ctx context.Context, r *agreementv1.ListSupplyStopsRequest) (*agreementv1.ListSupplyStopsReply, error) {
	customerID, err := optional(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	list, total, err := s.stops.List(ctx, supplystop.ListInput{CustomerID: customerID, Open: r.GetOpen(), State: supplystop.State(r.GetState()), Page: r.GetPage(), Size: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	out := &agreementv1.ListSupplyStopsReply{Total: total}
	for _, x := range list {
		out.Stops = append(out.Stops, toStop(x))
	}
	return out, nil
}

// GetSupplyStop gives one stop with its steps.
func (s *Service) GetSupplyStop(ctx context.Context, r *agreementv1.GetSupplyStopRequest) (*agreementv1.SupplyStop, error) {
	id, err := parse(r.GetId(), supplystop.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return stop(s.stops.Get(ctx, id))
}

// PrepareSupplyStop prepares a stop by hand.
func (s *Service) PrepareSupplyStop(ctx context.Context, r *agreementv1.PrepareSupplyStopRequest) (*agreementv1.SupplyStop, error) {
	customerID, err := parse(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	projectID, err := optional(r.GetProjectId(), supplystop.ErrProject)
	if err != nil {
		return nil, err
	}
	return stop(s.stops.PrepareByHand(ctx, supplystop.PrepareInput{CustomerID: customerID, ProjectID: projectID, Reason: r.GetReason()}))
}

// StepSupplyStop notifies, stops or cancels.
func (s *Service) StepSupplyStop(ctx context.Context, r *agreementv1.StepSupplyStopRequest) (*agreementv1.SupplyStop, error) {
	in, err := step(r.GetId(), r.GetNote(), r.GetEvidenceDocumentId(), r.GetVersion())
	if err != nil {
		return nil, err
	}
	in.To = supplystop.State(r.GetTo())
	return stop(s.stops.Step(ctx, in))
}

// AcknowledgeSupplyStop is the plant's word.
func (s *Service) AcknowledgeSupplyStop(ctx context.Context, r *agreementv1.AcknowledgeSupplyStopRequest) (*agreementv1.SupplyStop, error) {
	in, err := step(r.GetId(), r.GetNote(), r.GetEvidenceDocumentId(), r.GetVersion())
	if err != nil {
		return nil, err
	}
	return stop(s.stops.Acknowledge(ctx, in))
}

// ResumeSupplyStop asks for supply to go on.
func (s *Service) ResumeSupplyStop(ctx context.Context, r *agreementv1.ResumeSupplyStopRequest) (*agreementv1.SupplyStop, error) {
	id, err := parse(r.GetId(), supplystop.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return stop(s.stops.Resume(ctx, id, r.GetReason(), r.GetVersion()))
}

func step(id, note, evidence string, version int64) (in supplystop.StepInput, err error) {
	if in.ID, err = parse(id, supplystop.ErrNotFound); err != nil {
		return in, err
	}
	in.Evidence, err = optional(evidence, supplystop.ErrEvidence)
	in.Note, in.Version = note, version
	return in, err
}

func stop(x supplystop.Stop, err error) (*agreementv1.SupplyStop, error) {
	if err != nil {
		return nil, err
	}
	return toStop(x), nil
}
