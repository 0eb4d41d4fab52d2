// Package agreement answers a subsidiary's routes about credit agreements, letters
// and supply stops.
package agreement

import (
	"context"

	agreementv1 "zhuxin/app/api/agreement/v1"
	"zhuxin/biz/agreement"
	"zhuxin/biz/customer"
	"zhuxin/biz/document"
	"zhuxin/biz/letter"
	"zhuxin/biz/supplystop"
)

// Service implements AgreementServiceHTTPServer.
type Service struct {
	agreements *agreement.Service
	letters    *letter.Service
	stops      *supplystop.Service
	documents  *document.Service
}

var _ agreementv1.AgreementServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(a *agreement.Service, l *letter.Service, s *supplystop.Service, d *document.Service) *Service {
	return &Service{agreements: a, letters: l, stops: s, documents: d}
}

// ListAgreements gives a page of agreements.
func (s *Service) ListAgreements(ctx context.Context, r *agreementv1.ListAgreementsRequest) (*agreementv1.ListAgreementsReply, error) {
	customerID, err := optional(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	list, total, err := s.agreements.List(ctx, agreement.ListInput{CustomerID: customerID, Status: agreement.Status(r.GetStatus()), Stage: agreement.Stage(r.GetStage()),
		Q: r.GetQ(), Page: r.GetPage(), Size: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	out := &agreementv1.ListAgreementsReply{Total: total}
	for _, a := range list {
		out.Agreements = append(out.Agreements, toAgreement(a))
	}
	return out, nil
}

// GetAgreement gives one agreement with its course.
func (s *Service) GetAgreement(ctx context.Context, r *agreementv1.GetAgreementRequest) (*agreementv1.AgreementCourse, error) {
	id, err := parse(r.GetId(), agreement.ErrNotFound)
	if err != nil {
		return nil, err
	}
	c, err := s.agreements.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return toCourse(c), nil
}

func target(customerID, projectID string, ts []*agreementv1.Trigger, reason string) (in agreement.SubmitInput, err error) {
	if in.CustomerID, err = parse(customerID, customer.ErrNotFound); err != nil {
		return in, err
	}
	in.ProjectID, err = optional(projectID, agreement.ErrProject)
	in.Triggers, in.Reason = fromTriggers(ts), reason
	return in, err
}

// SubmitAgreement puts a version into approval.
func (s *Service) SubmitAgreement(ctx context.Context, r *agreementv1.SubmitAgreementRequest) (*agreementv1.Agreement, error) {
	in, err := target(r.GetCustomerId(), r.GetProjectId(), r.GetTriggers(), r.GetReason())
	if err != nil {
		return nil, err
	}
	a, err := s.agreements.Submit(ctx, in)
	if err != nil {
		return nil, err
	}
	return toAgreement(a), nil
}

// SimulateAgreement says which stage today's figures would reach.
func (s *Service) SimulateAgreement(ctx context.Context, r *agreementv1.SimulateAgreementRequest) (*agreementv1.SimulateAgreementReply, error) {
	in, err := target(r.GetCustomerId(), r.GetProjectId(), r.GetTriggers(), "")
	if err != nil {
		return nil, err
	}
	x, err := s.agreements.Simulate(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &agreementv1.SimulateAgreementReply{OverdueDays: int32(x.Figures.Days), OverdueAmount: int64(x.Figures.Amount), AsOf: x.Figures.On.String(), Reached: string(x.Reached)}
	if x.Current != nil {
		out.Current = toAgreement(*x.Current)
	}
	return out, nil
}

// CureAgreement asks for a step back.
func (s *Service) CureAgreement(ctx context.Context, r *agreementv1.CureAgreementRequest) (*agreementv1.AgreementCourse, error) {
	id, err := parse(r.GetId(), agreement.ErrNotFound)
	if err != nil {
		return nil, err
	}
	if err := s.agreements.Cure(ctx, agreement.CureInput{AgreementID: id, To: agreement.Stage(r.GetToStage()), Reason: r.GetReason(), Version: r.GetVersion()}); err != nil {
		return nil, err
	}
	return s.GetAgreement(ctx, &agreementv1.GetAgreementRequest{Id: r.GetId()})
}

// HandleAgreementEvent closes the to-do of a stage.
func (s *Service) HandleAgreementEvent(ctx context.Context, r *agreementv1.HandleAgreementEventRequest) (*agreementv1.AgreementEvent, error) {
	id, err := parse(r.GetId(), agreement.ErrEvent)
	if err != nil {
		return nil, err
	}
	e, err := s.agreements.Handle(ctx, id, r.GetNote())
	if err != nil {
		return nil, err
	}
	return toEvent(e), nil
}

// GetAgreementPresets gives the stages a new agreement starts with.
func (s *Service) GetAgreementPresets(ctx context.Context, _ *agreementv1.GetAgreementPresetsRequest) (*agreementv1.AgreementPresets, error) {
	return presets(s.agreements.Presets(ctx))
}

// SetAgreementPresets stores the tenant's own stages.
func (s *Service) SetAgreementPresets(ctx context.Context, r *agreementv1.AgreementPresets) (*agreementv1.AgreementPresets, error) {
	return presets(s.agreements.SetPresets(ctx, agreement.Settings{Triggers: fromTriggers(r.GetTriggers()), Version: r.GetVersion()}))
}

func presets(p agreement.Settings, err error) (*agreementv1.AgreementPresets, error) {
	if err != nil {
		return nil, err
	}
	return &agreementv1.AgreementPresets{Triggers: toTriggers(p.Triggers), Version: p.Version}, nil
}

// ListLetters gives a customer's letters.
func (s *Service) ListLetters(ctx context.Context, r *agreementv1.ListLettersRequest) (*agreementv1.ListLettersReply, error) {
	id, err := parse(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	ls, err := s.letters.List(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &agreementv1.ListLettersReply{}
	for _, l := range ls {
		out.Letters = append(out.Letters, toLetter(l))
	}
	return out, nil
}

// ListLetterTemplates gives the texts of all kinds of letter.
func (s *Service) ListLetterTemplates(ctx context.Context, _ *agreementv1.ListLetterTemplatesRequest) (*agreementv1.ListLetterTemplatesReply, error) {
	ts, err := s.letters.Templates(ctx)
	if err != nil {
		return nil, err
	}
	out := &agreementv1.ListLetterTemplatesReply{Fields: letter.Fields}
	for _, t := range ts {
		out.Templates = append(out.Templates, toTemplate(t))
	}
	return out, nil
}

// SetLetterTemplate stores the tenant's own text.
func (s *Service) SetLetterTemplate(ctx context.Context, r *agreementv1.LetterTemplate) (*agreementv1.LetterTemplate, error) {
	t, err := s.letters.SetTemplate(ctx, letter.Template{Kind: letter.Kind(r.GetKind()), Subject: r.GetSubject(), Body: r.GetBody(), Version: r.GetVersion()})
	if err != nil {
		return nil, err
	}
	return toTemplate(t), nil
}

func toTemplate(t letter.Template) *agreementv1.LetterTemplate {
	return &agreementv1.LetterTemplate{Kind: string(t.Kind), Subject: t.Subject, Body: t.Body, Version: t.Version}
}
