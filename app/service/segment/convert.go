package segment

import (
	segmentv1 "zhuxin/app/api/segment/v1"
	biz "zhuxin/biz/segment"
)

func toDimension(d biz.Dimension) *segmentv1.SegmentDimension {
	return &segmentv1.SegmentDimension{Code: string(d.Code), Kind: string(d.Kind), Name: d.Name, Choices: toChoices(d.Choices), Cuts: d.Cuts, Version: d.Version}
}

func toChoices(in []biz.Choice) (out []*segmentv1.SegmentChoice) {
	for _, c := range in {
		out = append(out, &segmentv1.SegmentChoice{Code: c.Code, Name: c.Name, NameEn: c.NameEN})
	}
	return out
}

func fromChoices(in []*segmentv1.SegmentChoice) (out []biz.Choice) {
	for _, c := range in {
		out = append(out, biz.Choice{Code: c.GetCode(), Name: c.GetName()})
	}
	return out
}

func toRange(r biz.Range) *segmentv1.SegmentRange {
	return &segmentv1.SegmentRange{From: r.From, To: r.To}
}

func toSegment(x biz.Segment) *segmentv1.Segment {
	out := &segmentv1.Segment{Id: x.ID.String(), Name: x.Name, Description: x.Description, Version: x.Version,
		Customers: x.Customers, Receivable: int64(x.Receivable), Overdue: int64(x.Overdue)}
	for _, c := range x.Conditions {
		to := &segmentv1.SegmentCondition{Dimension: string(c.Dimension), Values: c.Values}
		for _, r := range c.Ranges {
			to.Ranges = append(to.Ranges, toRange(r))
		}
		out.Conditions = append(out.Conditions, to)
	}
	return out
}

func fromConditions(in []*segmentv1.SegmentCondition) (out biz.Conditions) {
	for _, c := range in {
		from := biz.Condition{Dimension: biz.Code(c.GetDimension()), Values: c.GetValues()}
		for _, r := range c.GetRanges() {
			from.Ranges = append(from.Ranges, biz.Range{From: r.From, To: r.To})
		}
		out = append(out, from)
	}
	return out
}

func toCustomer(f biz.Facts) *segmentv1.SegmentCustomer {
	out := &segmentv1.SegmentCustomer{Id: f.CustomerID.String(), Number: f.Number, Name: f.Name, Receivable: int64(f.Receivable), Overdue: int64(f.Overdue),
		Choices: map[string]string{}, Numbers: map[string]int64{}}
	for code, v := range f.Choices {
		out.Choices[string(code)] = v
	}
	for code, n := range f.Numbers {
		out.Numbers[string(code)] = n
	}
	return out
}

func toBands(in []biz.Band) (out []*segmentv1.SegmentBand) {
	for _, b := range in {
		to := &segmentv1.SegmentBand{Value: b.Value, Name: b.Name, NameEn: b.NameEN}
		if b.Range != nil {
			to.Range = toRange(*b.Range)
		}
		out = append(out, to)
	}
	return out
}

func toCell(c biz.Cell) *segmentv1.SegmentCell {
	return &segmentv1.SegmentCell{Row: int32(c.Row), Column: int32(c.Column), Customers: c.Customers, Receivable: int64(c.Receivable), Overdue: int64(c.Overdue), OverdueRatio: c.Share()}
}

func toLabels(in []biz.Label, err error) (*segmentv1.CustomerLabels, error) {
	if err != nil {
		return nil, err
	}
	out := &segmentv1.CustomerLabels{}
	for _, l := range in {
		out.Labels = append(out.Labels, &segmentv1.CustomerLabel{Code: string(l.Code), Name: l.Name, Choices: toChoices(l.Choices), Value: l.Value})
	}
	return out, nil
}
