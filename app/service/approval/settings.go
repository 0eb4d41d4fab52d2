package approval

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	approvalv1 "zhuxin/app/api/approval/v1"
	"zhuxin/biz/approval"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// ListFlows gives every version of every kind's flow.
func (s *Service) ListFlows(ctx context.Context, _ *approvalv1.ListFlowsRequest) (*approvalv1.ListFlowsReply, error) {
	flows, err := s.inbox.AllFlows(ctx)
	if err != nil {
		return nil, err
	}
	out := &approvalv1.ListFlowsReply{Standard: toSteps(approval.Standard())}
	for _, k := range s.inbox.Kinds() {
		out.Kinds = append(out.Kinds, string(k))
	}
	for _, f := range flows {
		out.Flows = append(out.Flows, toFlow(f))
	}
	return out, nil
}

// SaveFlow puts the next version of a flow into force.
func (s *Service) SaveFlow(ctx context.Context, r *approvalv1.SaveFlowRequest) (*approvalv1.Flow, error) {
	f, err := s.inbox.SaveFlow(ctx, approval.SaveFlowInput{Kind: approval.Kind(r.GetKind()), Number: int(r.GetNumber()), Steps: fromSteps(r.GetSteps()), Note: r.GetNote()})
	if err != nil {
		return nil, err
	}
	return toFlow(f), nil
}

// Simulate answers who would have to approve something.
func (s *Service) Simulate(ctx context.Context, r *approvalv1.SimulateRequest) (*approvalv1.SimulateReply, error) {
	in := approval.SimulateInput{Kind: approval.Kind(r.GetKind()), Amount: *amount(&r.Amount), Grade: r.GetGrade(), Previous: amount(r.PreviousAmount),
		Draft: r.GetDraft(), Steps: fromSteps(r.GetSteps())}
	if r.GetSubmitterId() != "" {
		in.SubmitterID = personID(r.GetSubmitterId())
	}
	sim, err := s.inbox.Simulate(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &approvalv1.SimulateReply{FlowNumber: int32(sim.FlowNumber)}
	for _, st := range sim.Steps {
		row := &approvalv1.SimulateReply_Row{Step: toStep(st.Step)}
		for _, p := range st.People {
			row.People = append(row.People, &approvalv1.SimulateReply_Candidate{Person: ref(&p.Person), Within: p.Within})
		}
		out.Steps = append(out.Steps, row)
	}
	if p := sim.Problem; p != nil {
		out.ProblemReason, out.ProblemMessage, out.ProblemStep = p.Reason, p.Message, p.Meta["step"]
	}
	return out, nil
}

// GetApprovalPolicy gives the settings of approvals.
func (s *Service) GetApprovalPolicy(ctx context.Context, _ *approvalv1.GetApprovalPolicyRequest) (*approvalv1.ApprovalPolicy, error) {
	set, who, err := s.inbox.Policy(ctx)
	if err != nil {
		return nil, err
	}
	return s.toPolicy(set, who), nil
}

// SetApprovalPolicy saves the next version of the settings.
func (s *Service) SetApprovalPolicy(ctx context.Context, r *approvalv1.SetApprovalPolicyRequest) (*approvalv1.ApprovalPolicy, error) {
	var c fault.Checks
	in := approval.Settings{Version: r.GetVersion(), PresetAuthority: amount(r.PresetAuthority), WorkStart: int(r.GetWorkStart()), WorkEnd: int(r.GetWorkEnd()),
		Off: dates(&c, "days_off", r.GetDaysOff()), On: dates(&c, "days_worked", r.GetDaysWorked()), StepUp: r.GetStepUp()}
	for _, x := range r.GetComments() {
		in.Comments = append(in.Comments, approval.CommentTemplate{Use: approval.CommentFor(x.GetUse()), Text: x.GetText()})
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if _, err := s.inbox.SetPolicy(ctx, in); err != nil {
		return nil, err
	}
	return s.GetApprovalPolicy(ctx, nil)
}

// SetAuthority says up to which amount a person completes an approving step.
func (s *Service) SetAuthority(ctx context.Context, r *approvalv1.SetAuthorityRequest) (*approvalv1.ApprovalPolicy, error) {
	if err := s.inbox.SetAuthority(ctx, approval.AuthorityInput{PersonID: personID(r.GetPersonId()), Amount: amount(r.Amount), Preset: r.GetPreset()}); err != nil {
		return nil, err
	}
	return s.GetApprovalPolicy(ctx, nil)
}

func (s *Service) toPolicy(set approval.Settings, who []approval.Authority) *approvalv1.ApprovalPolicy {
	out := &approvalv1.ApprovalPolicy{Version: set.Version, PresetAuthority: fen(set.PresetAuthority), WorkStart: int32(set.WorkStart), WorkEnd: int32(set.WorkEnd),
		StepUp: set.StepUp, StepUpChoices: s.inbox.StepUpActs(), KindActs: map[string]string{}}
	for _, k := range s.inbox.Kinds() {
		if act := approval.StepUpAct(k); act != "" {
			out.KindActs[string(k)] = string(act)
		}
	}
	for _, d := range set.Off {
		out.DaysOff = append(out.DaysOff, d.String())
	}
	for _, d := range set.On {
		out.DaysWorked = append(out.DaysWorked, d.String())
	}
	for _, x := range set.Comments {
		out.Comments = append(out.Comments, &approvalv1.PreparedComment{Use: string(x.Use), Text: x.Text})
	}
	for _, a := range who {
		out.Authorities = append(out.Authorities, &approvalv1.Authority{Person: ref(&a.Person), Amount: fen(a.Amount)})
	}
	return out
}

// ListDelegations gives those the caller gave and got.
func (s *Service) ListDelegations(ctx context.Context, _ *approvalv1.ListDelegationsRequest) (*approvalv1.ListDelegationsReply, error) {
	all, today, err := s.inbox.Delegations(ctx)
	if err != nil {
		return nil, err
	}
	out := &approvalv1.ListDelegationsReply{}
	for _, d := range all {
		out.Delegations = append(out.Delegations, toDelegation(d, today))
	}
	return out, nil
}

// CreateDelegation lets somebody act for the caller.
func (s *Service) CreateDelegation(ctx context.Context, r *approvalv1.CreateDelegationRequest) (*approvalv1.Delegation, error) {
	var c fault.Checks
	in := approval.DelegateInput{DelegateID: personID(r.GetDelegateId()), StartsOn: date(&c, "starts_on", r.GetStartsOn()), EndsOn: date(&c, "ends_on", r.GetEndsOn()), Note: r.GetNote()}
	for _, k := range r.GetKinds() {
		in.Kinds = append(in.Kinds, approval.Kind(k))
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	d, err := s.inbox.Delegate(ctx, in)
	if err != nil {
		return nil, err
	}
	return s.delegation(ctx, d)
}

// RevokeDelegation ends a delegation.
func (s *Service) RevokeDelegation(ctx context.Context, r *approvalv1.RevokeDelegationRequest) (*approvalv1.Delegation, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, approval.ErrDelegationNotFound
	}
	d, err := s.inbox.Revoke(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.delegation(ctx, d)
}

func (s *Service) delegation(ctx context.Context, d approval.Delegation) (*approvalv1.Delegation, error) {
	today, err := s.inbox.Today(ctx)
	if err != nil {
		return nil, err
	}
	return toDelegation(d, today), nil
}

func toDelegation(d approval.Delegation, today calendar.Date) *approvalv1.Delegation {
	out := &approvalv1.Delegation{Id: d.ID.String(), Person: ref(&d.Person), Delegate: ref(&d.Delegate), StartsOn: d.StartsOn.String(), EndsOn: d.EndsOn.String(),
		Note: d.Note, State: d.State(today), CreatedAt: timestamppb.New(d.CreatedAt)}
	for _, k := range d.Kinds {
		out.Kinds = append(out.Kinds, string(k))
	}
	return out
}

func toFlow(f approval.Flow) *approvalv1.Flow {
	return &approvalv1.Flow{Id: f.ID.String(), Kind: string(f.Kind), Number: int32(f.Number), Steps: toSteps(f.Steps), Note: f.Note,
		CreatedAt: timestamppb.New(f.CreatedAt), CreatedBy: ref(&f.CreatedBy)}
}

func toSteps(in []approval.StepDef) []*approvalv1.FlowStep {
	var out []*approvalv1.FlowStep
	for _, d := range in {
		x := &approvalv1.FlowStep{Name: d.Name, Kind: string(d.Kind), Mode: string(d.Mode), MinAmount: fen(d.When.MinAmount), MaxAmount: fen(d.When.MaxAmount),
			Grades: d.When.Grades, MinRise: d.When.MinRise}
		for _, a := range d.Actors {
			y := &approvalv1.FlowActor{Kind: string(a.Kind), Role: string(a.Role), Level: int32(a.Level)}
			if a.PersonID != nil {
				y.PersonId = a.PersonID.String()
			}
			x.Actors = append(x.Actors, y)
		}
		if t := d.Deadline; t != nil {
			x.Deadline = &approvalv1.FlowDeadline{Length: int32(t.Length), Unit: string(t.Unit), RemindHours: int32(t.RemindHrs), EscalateTo: string(t.EscalateTo), Role: string(t.Role)}
		}
		out = append(out, x)
	}
	return out
}

func fromSteps(in []*approvalv1.FlowStep) []approval.StepDef {
	var out []approval.StepDef
	for _, x := range in {
		d := approval.StepDef{Name: x.GetName(), Kind: approval.StepKind(x.GetKind()), Mode: approval.Mode(x.GetMode()),
			When: approval.Condition{MinAmount: amount(x.MinAmount), MaxAmount: amount(x.MaxAmount), Grades: x.GetGrades(), MinRise: x.MinRise}}
		for _, y := range x.GetActors() {
			a := approval.StepActor{Kind: approval.ActorKind(y.GetKind()), Role: access.Role(y.GetRole()), Level: int(y.GetLevel())}
			if y.GetPersonId() != "" {
				id := personID(y.GetPersonId())
				a.PersonID = &id
			}
			d.Actors = append(d.Actors, a)
		}
		if t := x.GetDeadline(); t != nil {
			d.Deadline = &approval.Deadline{Length: int(t.GetLength()), Unit: approval.DeadlineUnit(t.GetUnit()), RemindHrs: int(t.GetRemindHours()),
				EscalateTo: approval.ActorKind(t.GetEscalateTo()), Role: access.Role(t.GetRole())}
		}
		out = append(out, d)
	}
	return out
}

// personID gives nobody's id for what is none: the rule about persons then says so.
func personID(s string) uuid.UUID {
	id, err := uuid.Parse(s)
	if err != nil || id == uuid.Nil {
		return uuid.Max
	}
	return id
}

func dates(c *fault.Checks, field string, in []string) []calendar.Date {
	var out []calendar.Date
	for i, s := range in {
		out = append(out, date(c, fmt.Sprintf("%s[%d]", field, i), s))
	}
	return out
}

func date(c *fault.Checks, field, s string) calendar.Date {
	if s == "" {
		return 0
	}
	d, err := calendar.Parse(s)
	c.Require(err == nil, field, "INVALID_DATE", "a date like 2026-01-31")
	return d
}
