// Package warning answers the routes of early warnings and their rules.
package warning

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	warningv1 "zhuxin/app/api/warning/v1"
	"zhuxin/app/service/page"
	"zhuxin/biz/warning"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// Service implements WarningServiceHTTPServer.
type Service struct{ warnings *warning.Service }

var _ warningv1.WarningServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(w *warning.Service) *Service { return &Service{warnings: w} }

// ListWarnings lists warnings.
func (s *Service) ListWarnings(ctx context.Context, r *warningv1.ListWarningsRequest) (*warningv1.ListWarningsReply, error) {
	q := warning.Query{Status: r.GetStatus(), Severity: warning.Severity(r.GetSeverity()), Kind: warning.Kind(r.GetKind()), Source: r.GetSource(), Text: r.GetQ()}
	q.Limit, q.Offset = page.Window(r.GetPage(), r.GetPageSize())
	if r.GetCustomerId() != "" {
		id, err := uuid.Parse(r.GetCustomerId())
		if err != nil || id == uuid.Nil {
			return &warningv1.ListWarningsReply{}, nil
		}
		q.CustomerID = id
	}
	if actor, ok := access.From(ctx); ok && r.GetMine() {
		q.Mine = &actor.ID
	}
	ws, total, err := s.warnings.List(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &warningv1.ListWarningsReply{Total: total}
	for _, w := range ws {
		x, err := toWarning(w, nil)
		if err != nil {
			return nil, err
		}
		out.Warnings = append(out.Warnings, x)
	}
	return out, nil
}

func parse(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return id, warning.ErrNotFound
	}
	return id, nil
}

// GetWarning gives one.
func (s *Service) GetWarning(ctx context.Context, r *warningv1.GetWarningRequest) (*warningv1.Warning, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	return toWarning(s.warnings.Get(ctx, id))
}

// AcknowledgeWarnings takes open ones.
func (s *Service) AcknowledgeWarnings(ctx context.Context, r *warningv1.AcknowledgeWarningsRequest) (*warningv1.AcknowledgeWarningsReply, error) {
	var ids []uuid.UUID
	for _, x := range r.GetIds() {
		id, err := parse(x)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	n, err := s.warnings.Acknowledge(ctx, ids)
	if err != nil {
		return nil, err
	}
	return &warningv1.AcknowledgeWarningsReply{Acknowledged: int32(n)}, nil
}

// AssignWarning gives one to a colleague.
func (s *Service) AssignWarning(ctx context.Context, r *warningv1.AssignWarningRequest) (*warningv1.Warning, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	to, err := uuid.Parse(r.GetPersonId())
	if err != nil {
		return nil, warning.ErrNobody
	}
	var due calendar.Date
	if r.GetDueOn() != "" {
		if due, err = calendar.Parse(r.GetDueOn()); err != nil {
			var c fault.Checks
			c.Add("due_on", "INVALID_DATE", err.Error())
			return nil, c.Err()
		}
	}
	return toWarning(s.warnings.Assign(ctx, id, to, due, r.GetVersion()))
}

// CloseWarning ends one.
func (s *Service) CloseWarning(ctx context.Context, r *warningv1.CloseWarningRequest) (*warningv1.Warning, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	quiet := -1
	if r.QuietDays != nil {
		quiet = max(int(r.GetQuietDays()), 0)
	}
	return toWarning(s.warnings.Close(ctx, id, r.GetOutcome(), r.GetNote(), quiet, r.GetVersion()))
}

// ListRules gives all rules.
func (s *Service) ListRules(ctx context.Context, _ *warningv1.ListRulesRequest) (*warningv1.ListRulesReply, error) {
	return toRules(s.warnings.Rules(ctx))
}

// SetRule changes a rule.
func (s *Service) SetRule(ctx context.Context, r *warningv1.SetRuleRequest) (*warningv1.ListRulesReply, error) {
	return toRules(s.warnings.SaveRule(ctx, warning.RuleInput{Kind: warning.Kind(r.GetKind()), Enabled: r.GetEnabled(), Severity: warning.Severity(r.GetSeverity()),
		QuietDays: int(r.GetQuietDays()), Values: r.GetThresholds(), Version: r.GetVersion()}))
}

// TryRule tries a rule on the past.
func (s *Service) TryRule(ctx context.Context, r *warningv1.TryRuleRequest) (*warningv1.TryRuleReply, error) {
	t, err := s.warnings.Try(ctx, warning.RuleInput{Kind: warning.Kind(r.GetKind()), Severity: warning.Notice, Values: r.GetThresholds()}, int(r.GetMonths()))
	if err != nil {
		return nil, err
	}
	out := &warningv1.TryRuleReply{Dates: int32(t.Dates), Customers: int32(t.Customers), Exact: t.Exact}
	for _, h := range t.Hits {
		facts, err := toFacts(h.Facts)
		if err != nil {
			return nil, err
		}
		out.Hits = append(out.Hits, &warningv1.Hit{CustomerId: h.CustomerID.String(), CustomerNumber: h.CustomerNumber, CustomerName: h.CustomerName, On: h.On.String(), Facts: facts})
	}
	for _, m := range t.ByMonth {
		out.ByMonth = append(out.ByMonth, &warningv1.MonthCount{Month: m.Month, Count: int32(m.Count)})
	}
	return out, nil
}

func stamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}

func toFacts(raw json.RawMessage) (*structpb.Struct, error) {
	out := &structpb.Struct{}
	return out, out.UnmarshalJSON(raw)
}

func toWarning(w warning.Warning, err error) (*warningv1.Warning, error) {
	if err != nil {
		return nil, err
	}
	facts, err := toFacts(w.Facts)
	if err != nil {
		return nil, err
	}
	out := &warningv1.Warning{Id: w.ID.String(), Kind: string(w.Kind), CustomerId: w.CustomerID.String(), CustomerNumber: w.CustomerNumber, CustomerName: w.CustomerName,
		SalespersonName: w.Salesperson, Severity: string(w.Severity), Facts: facts, Status: string(w.Status), FirstSeenAt: timestamppb.New(w.FirstSeenAt),
		LastSeenAt: timestamppb.New(w.LastSeenAt), RaisedOn: w.RaisedOn.String(), Times: int32(w.Times), AcknowledgedBy: w.AcknowledgedBy, AcknowledgedAt: stamp(w.AcknowledgedAt),
		AssignedName: w.AssignedName, DueOn: w.DueOn.String(), ClosedBy: w.ClosedBy, ClosedAt: stamp(w.ClosedAt), Outcome: w.Outcome, Note: w.Note,
		QuietUntil: w.QuietUntil.String(), Version: w.Version}
	if w.AssignedTo != nil {
		out.AssignedTo = w.AssignedTo.String()
	}
	return out, nil
}

func toRules(rs []warning.Rule, err error) (*warningv1.ListRulesReply, error) {
	if err != nil {
		return nil, err
	}
	out := &warningv1.ListRulesReply{}
	for _, r := range rs {
		x := &warningv1.Rule{Kind: string(r.Kind), Enabled: r.Enabled, Severity: string(r.Severity), QuietDays: int32(r.QuietDays), Available: r.Available, Exact: r.Exact, Version: r.Version}
		for _, t := range r.Thresholds {
			x.Thresholds = append(x.Thresholds, &warningv1.Threshold{Name: t.Name, Unit: t.Unit, Value: r.Values[t.Name], Preset: t.Preset, Min: t.Min, Max: t.Max})
		}
		out.Rules = append(out.Rules, x)
	}
	return out, nil
}
