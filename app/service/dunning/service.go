// Package dunning answers a subsidiary's routes about reminders to customers.
package dunning

import (
	"bytes"
	"context"
	"io"

	"github.com/google/uuid"

	dunningv1 "zhuxin/app/api/dunning/v1"
	"zhuxin/app/api/route"
	"zhuxin/biz/customer"
	"zhuxin/biz/dunning"
)

// Service implements DunningServiceHTTPServer.
type Service struct{ biz *dunning.Service }

var _ dunningv1.DunningServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *dunning.Service) *Service { return &Service{s} }

// GetRule gives the rule in force.
func (s *Service) GetRule(ctx context.Context, _ *dunningv1.GetRuleRequest) (*dunningv1.Rule, error) {
	r, err := s.biz.Rule(ctx)
	if err != nil {
		return nil, err
	}
	return toRule(r), nil
}

// SaveRule puts a new version in force.
func (s *Service) SaveRule(ctx context.Context, r *dunningv1.Rule) (*dunningv1.Rule, error) {
	if err := s.biz.SaveRule(ctx, fromRule(r)); err != nil {
		return nil, err
	}
	return s.GetRule(ctx, nil)
}

// Simulate shows what today would bring.
func (s *Service) Simulate(ctx context.Context, r *dunningv1.SimulateDunningRequest) (*dunningv1.SimulateDunningReply, error) {
	var rule *dunning.Rule
	if r.GetRule() != nil {
		rule = new(fromRule(r.GetRule()))
	}
	out, err := s.biz.Simulate(ctx, rule, 0)
	if err != nil {
		return nil, err
	}
	return toSimulation(out), nil
}

// ListLetters gives a page of letters.
func (s *Service) ListLetters(ctx context.Context, r *dunningv1.ListDunningLettersRequest) (*dunningv1.ListDunningLettersReply, error) {
	in := dunning.LetterInput{State: dunning.State(r.GetState()), Text: r.GetQ(), Page: r.GetPage(), Size: r.GetPageSize()}
	if text := r.GetCustomerId(); text != "" {
		id, err := uuid.Parse(text)
		if err != nil || id == uuid.Nil {
			return nil, customer.ErrNotFound
		}
		in.Customer = id
	}
	list, total, err := s.biz.Letters(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &dunningv1.ListDunningLettersReply{Total: total}
	for _, l := range list {
		out.Letters = append(out.Letters, toLetter(l))
	}
	return out, nil
}

// GetLetter gives one with its items.
func (s *Service) GetLetter(ctx context.Context, r *dunningv1.GetLetterRequest) (*dunningv1.DunningLetter, error) {
	id, err := letterID(r.GetId())
	if err != nil {
		return nil, err
	}
	return toFull(s.biz.Letter(ctx, id))
}

// PrintLetter gives its bill as PDF.
func (s *Service) PrintLetter(ctx context.Context, r *dunningv1.PrintLetterRequest) (*route.File, error) {
	id, err := letterID(r.GetId())
	if err != nil {
		return nil, err
	}
	pdf, name, err := s.biz.Print(ctx, id)
	if err != nil {
		return nil, err
	}
	return &route.File{Name: name, ContentType: "application/pdf", Size: int64(len(pdf)), Body: io.NopCloser(bytes.NewReader(pdf))}, nil
}

// SendLetter sends it where it was not sent yet.
func (s *Service) SendLetter(ctx context.Context, r *dunningv1.SendLetterRequest) (*dunningv1.DunningLetter, error) {
	id, err := letterID(r.GetId())
	if err != nil {
		return nil, err
	}
	return toFull(s.biz.Send(ctx, id))
}

func letterID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return id, dunning.ErrNotFound
	}
	return id, nil
}

// IssueBill writes a customer's dunning bill.
func (s *Service) IssueBill(ctx context.Context, r *dunningv1.IssueBillRequest) (*dunningv1.DunningBill, error) {
	id, err := uuid.Parse(r.GetCustomerId())
	if err != nil {
		return nil, customer.ErrNotFound
	}
	b, err := s.biz.Bill(ctx, id, r.GetSend())
	if err != nil {
		return nil, err
	}
	return &dunningv1.DunningBill{LetterId: b.ID.String(), Number: b.Number(), Amount: int64(b.Amount), LateFee: int64(b.LateFee()), BusinessDate: b.On.String(), Queued: b.Queued > 0}, nil
}
