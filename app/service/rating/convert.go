package rating

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "zhuxin/app/api/common/v1"
	ratingv1 "zhuxin/app/api/rating/v1"
	"zhuxin/app/service/asked"
	"zhuxin/biz/limit"
	"zhuxin/biz/rating"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// ToIndicator and FromIndicator also serve HQ's routes.
func ToIndicator(i indicator.Indicator) *ratingv1.Indicator {
	return &ratingv1.Indicator{Code: i.Code, NameZh: i.NameZH, NameEn: i.NameEN, Category: string(i.Category), Kind: string(i.Kind), Unit: i.Unit,
		DataSource: string(i.DataSource), Description: i.Description, Scoring: toScoring(i.Scoring), Active: i.Active, Version: i.Version}
}

// FromIndicator converts an entry of the library.
func FromIndicator(i *ratingv1.Indicator) indicator.Indicator {
	return indicator.Indicator{Code: i.GetCode(), NameZH: i.GetNameZh(), NameEN: i.GetNameEn(), Category: indicator.Category(i.GetCategory()),
		Kind: indicator.Kind(i.GetKind()), Unit: i.GetUnit(), DataSource: indicator.DataSource(i.GetDataSource()), Description: i.GetDescription(),
		Scoring: fromScoring(i.GetScoring()), Active: i.GetActive(), Version: i.GetVersion()}
}

func toScoring(s indicator.Scoring) *ratingv1.Scoring {
	out := &ratingv1.Scoring{}
	for _, r := range s.Ranges {
		out.Ranges = append(out.Ranges, &ratingv1.ScoreRange{From: r.From, To: r.To, Score: r.Score})
	}
	for _, o := range s.Options {
		out.Options = append(out.Options, &ratingv1.ScoreOption{Code: o.Code, NameZh: o.NameZH, NameEn: o.NameEN, Score: o.Score})
	}
	return out
}

func fromScoring(s *ratingv1.Scoring) indicator.Scoring {
	var out indicator.Scoring
	for _, r := range s.GetRanges() {
		out.Ranges = append(out.Ranges, indicator.Range{From: r.From, To: r.To, Score: r.GetScore()})
	}
	for _, o := range s.GetOptions() {
		out.Options = append(out.Options, indicator.Option{Code: o.GetCode(), NameZH: o.GetNameZh(), NameEN: o.GetNameEn(), Score: o.GetScore()})
	}
	return out
}

func toDefinition(d rating.Definition) *ratingv1.Definition {
	out := &ratingv1.Definition{}
	for _, it := range d.Items {
		out.Items = append(out.Items, &ratingv1.TemplateItem{IndicatorCode: it.IndicatorCode, NameZh: it.NameZH, NameEn: it.NameEN,
			Category: string(it.Category), Kind: string(it.Kind), Unit: it.Unit, DataSource: string(it.DataSource), Weight: it.Weight, Scoring: toScoring(it.Scoring),
			Formula: it.Formula, Missing: string(it.Missing), MissingScore: it.MissingScore, PeriodMonths: int32(it.PeriodMonths)})
	}
	for _, b := range d.Bands {
		out.Bands = append(out.Bands, &ratingv1.Band{Grade: string(b.Grade), MinScore: b.MinScore, MaxCreditAmount: int64(b.CreditAmount),
			MaxOverdueAmount: int64(b.OverdueAmount), MaxOverdueDays: int32(b.OverdueDays), ValidMonths: int32(b.ValidMonths)})
	}
	return out
}

func fromDefinition(d *ratingv1.Definition) rating.Definition {
	out := rating.Definition{Items: []rating.Item{}, Bands: []rating.Band{}}
	for _, it := range d.GetItems() {
		out.Items = append(out.Items, rating.Item{IndicatorCode: it.GetIndicatorCode(), NameZH: it.GetNameZh(), NameEN: it.GetNameEn(),
			Category: indicator.Category(it.GetCategory()), Kind: indicator.Kind(it.GetKind()), Unit: it.GetUnit(),
			DataSource: indicator.DataSource(it.GetDataSource()), Weight: it.GetWeight(), Scoring: fromScoring(it.GetScoring()),
			Formula: it.GetFormula(), Missing: rating.MissingRule(it.GetMissing()), MissingScore: it.GetMissingScore(), PeriodMonths: int(it.GetPeriodMonths())})
	}
	for _, b := range d.GetBands() {
		out.Bands = append(out.Bands, rating.Band{Grade: rating.Grade(b.GetGrade()), MinScore: b.GetMinScore(), ValidMonths: int(b.GetValidMonths()), Maxima: indicator.Maxima{
			CreditAmount: money.Amount(b.GetMaxCreditAmount()), OverdueAmount: money.Amount(b.GetMaxOverdueAmount()), OverdueDays: int(b.GetMaxOverdueDays())}})
	}
	return out
}

func toTemplate(t rating.Template) *ratingv1.Template {
	out := &ratingv1.Template{Id: t.ID.String(), Number: int32(t.Number), Name: t.Name, Status: string(t.Status), Definition: toDefinition(t.Definition),
		CreatedAt: timestamppb.New(t.CreatedAt), EffectiveAt: timestamp(t.EffectiveAt), RetiredAt: timestamp(t.RetiredAt), CreatedBy: person(t.CreatedBy),
		Version: t.Version, DecisionComment: t.DecisionComment}
	for _, p := range t.OpenPoints() {
		out.OpenPoints = append(out.OpenPoints, &ratingv1.OpenPoint{Field: p.Name, Reason: p.Reason, Message: p.Message, Warning: p.Warning})
	}
	return out
}

func fromValues(vs []*ratingv1.ValueInput) []rating.Input {
	out := make([]rating.Input, 0, len(vs))
	for _, v := range vs {
		out = append(out, rating.Input{IndicatorCode: v.GetIndicatorCode(), Number: v.Number, Choice: v.GetChoice()})
	}
	return out
}

func toResult(r rating.Result, d rating.Definition) *ratingv1.ScoreResult {
	return &ratingv1.ScoreResult{TotalScore: r.Total, Grade: string(r.Grade), MaxCreditAmount: int64(r.Maxima.CreditAmount),
		MaxOverdueAmount: int64(r.Maxima.OverdueAmount), MaxOverdueDays: int32(r.Maxima.OverdueDays), Values: toValues(r.Values, d), Missing: r.Missing}
}

func toValues(vs []rating.Value, d rating.Definition) []*ratingv1.ScoredValue {
	out := make([]*ratingv1.ScoredValue, 0, len(vs))
	for _, v := range vs {
		out = append(out, toValue(v, d))
	}
	return out
}

func toValue(v rating.Value, d rating.Definition) *ratingv1.ScoredValue {
	it, _ := d.Item(v.IndicatorCode)
	choice, _ := it.Scoring.Option(v.Choice)
	out := &ratingv1.ScoredValue{IndicatorCode: v.IndicatorCode, NameZh: it.NameZH, NameEn: it.NameEN, Unit: it.Unit, Number: v.Number,
		Choice: v.Choice, ChoiceNameZh: choice.NameZH, ChoiceNameEn: choice.NameEN, Source: string(v.Source), SourceDetail: v.SourceDetail,
		Weight: v.Weight, Score: v.Score, Contribution: v.Contribution(), Missing: string(v.Missing), DataSource: string(it.Measures()), AsOf: v.AsOf.String()}
	if o := v.Override; o != nil {
		out.Override = &ratingv1.ValueOverride{Measured: o.Measured, Reason: o.Reason, By: person(o.By), At: timestamppb.New(o.At)}
	}
	return out
}

func toComparison(c rating.Comparison) *ratingv1.RatingComparison {
	out := &ratingv1.RatingComparison{}
	if c.Previous == nil {
		return out
	}
	out.Previous = toRating(*c.Previous)
	for _, x := range c.Changes {
		change := &ratingv1.ValueChange{IndicatorCode: x.IndicatorCode, Change: string(x.Change)}
		if x.Now != nil {
			change.Now = toValue(*x.Now, c.Rating.Definition)
		}
		if x.Before != nil {
			change.Before = toValue(*x.Before, c.Previous.Definition)
		}
		out.Changes = append(out.Changes, change)
	}
	return out
}

func toSourceRow(r rating.SourceRow) *ratingv1.SourceRow {
	out := &ratingv1.SourceRow{Kind: string(r.Kind), Reference: r.Reference, Date: r.Date.String(), DueDate: r.DueDate.String(), Amount: int64(r.Amount),
		OpenAmount: int64(r.Open), OverdueDays: int32(r.OverdueDays), Detail: r.Detail}
	if r.ID != nil {
		out.Id = r.ID.String()
	}
	return out
}

func toRating(r rating.Rating) *ratingv1.Rating {
	return &ratingv1.Rating{Id: r.ID.String(), CustomerId: r.CustomerID.String(), CustomerName: r.CustomerName, TemplateId: r.TemplateID.String(),
		TemplateNumber: int32(r.TemplateNumber), TemplateName: r.TemplateName, Status: string(r.Status), Result: toResult(r.Result, r.Definition), Remark: r.Remark,
		CreatedAt: timestamppb.New(r.CreatedAt), CreatedBy: person(r.CreatedBy), EffectiveAt: timestamp(r.EffectiveAt), LapsedAt: timestamp(r.LapsedAt),
		DecisionComment: r.DecisionComment, Version: r.Version, DueOn: r.DueOn.String(), LapseReason: string(r.LapseReason)}
}

func toForm(f rating.Form) *ratingv1.RatingForm {
	out := &ratingv1.RatingForm{CustomerId: f.CustomerID.String(), CustomerName: f.CustomerName, Template: toTemplate(f.Template),
		DataValues: toValues(f.Data.Values, f.Template.Definition)}
	if f.Previous != nil {
		out.Previous = toRating(*f.Previous)
	}
	if f.Draft != nil {
		out.Draft = toRating(*f.Draft)
	}
	return out
}

// ToLimit is also what the limit service answers with.
func ToLimit(ctx context.Context, l limit.Limit) *ratingv1.Limit {
	reason, code := asked.Reason(ctx, l.Reason)
	out := &ratingv1.Limit{Id: l.ID.String(), Class: string(l.Class), Kind: string(l.Kind), Mode: string(l.Mode), Amount: int64(l.Amount),
		StartsOn: l.StartsOn.String(), EndsOn: l.EndsOn.String(), Reason: reason, ReasonCode: code, Status: string(l.Status), CreatedAt: timestamppb.New(l.CreatedAt),
		CreatedBy: person(l.CreatedBy), EffectiveAt: timestamp(l.EffectiveAt), LapsedAt: timestamp(l.LapsedAt),
		SupersededOn: l.SupersededOn.String(), Ahead: l.Upcoming}
	if l.Project != nil {
		out.ProjectId, out.ProjectNumber, out.ProjectName = l.Project.ID.String(), l.Project.Number, l.Project.Name
	}
	if l.RatingID != nil {
		out.RatingId = l.RatingID.String()
	}
	return out
}

func fromApply(r *ratingv1.ApplyTemporaryLimitRequest) (limit.ApplyInput, error) {
	id, err := customerID(r.GetCustomerId())
	if err != nil {
		return limit.ApplyInput{}, err
	}
	var c fault.Checks
	in := limit.ApplyInput{CustomerID: id, Amount: money.Amount(r.GetAmount()), Mode: limit.Mode(r.GetMode()), Reason: r.GetReason(),
		StartsOn: date(&c, "starts_on", r.GetStartsOn()), EndsOn: date(&c, "ends_on", r.GetEndsOn())}
	if r.GetProjectId() != "" {
		if in.ProjectID, err = parse(r.GetProjectId(), limit.ErrNoProject); err != nil || in.ProjectID == uuid.Nil {
			return in, limit.ErrNoProject
		}
	}
	return in, c.Err()
}

// date reads a business date; an empty one is none, for biz to judge.
func date(c *fault.Checks, field, s string) calendar.Date {
	if s == "" {
		return 0
	}
	d, err := calendar.Parse(s)
	if err != nil {
		c.Add(field, "BAD_FORM", err.Error())
	}
	return d
}

func person(p *party.Person) *commonv1.PersonRef {
	if p == nil || p.ID == uuid.Nil {
		return nil
	}
	return &commonv1.PersonRef{Id: p.ID.String(), Name: p.Name}
}

func timestamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}
