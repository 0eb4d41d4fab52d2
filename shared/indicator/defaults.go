package indicator

// Units of the shipped entries. The console has a word for each in both
// languages; any other unit that HQ types is shown as it stands.
const (
	UnitBasisPoint = "basis_point"
	UnitPercent    = "percent"
	UnitDay        = "day"
	UnitMonth      = "month"
	UnitYear       = "year"
	UnitM3         = "m3"
	UnitFen        = "fen"
	UnitMillion    = "million"
	UnitCase       = "case"
	UnitEntry      = "entry"
)

// Defaults is the library as shipped: each category of 000-45 and customer
// qualification, with proposals for the scoring as a seller of concrete and
// cement would begin. HQ changes them freely.
func Defaults() []Indicator {
	all := make([]Indicator, 0, 24)
	for _, part := range [][]Indicator{settlementDefaults(), priceDefaults(), quantityDefaults(),
		performanceDefaults(), standingDefaults(), litigationDefaults(), qualificationDefaults()} {
		all = append(all, part...)
	}
	return all
}

func settlementDefaults() []Indicator {
	return []Indicator{
		{
			Code: "settlement_method", NameZH: "结算方式", NameEN: "Settlement method", Category: CategorySettlement, Kind: KindChoice,
			Description: "合同约定的付款方式;越早收款得分越高。 How the contract is paid; the earlier, the better.",
			Scoring: Scoring{Options: []Option{
				{"prepaid", "预付款", "Paid in advance", 10000},
				{"on_delivery", "货到付款", "Paid on delivery", 9000},
				{"monthly_full", "月结全款", "Monthly, in full", 8000},
				{"monthly_share", "月结70%以上,余款按节点", "Monthly 70 % and more, rest by milestone", 6500},
				{"milestone", "按形象进度节点付款", "By milestones of physical progress", 4500},
				{"topping_out", "主体封顶后付款", "After topping-out", 2000},
				{"completion", "竣工结算后付款", "After final settlement", 500},
			}},
		},
		{
			Code: "credit_term", NameZH: "合同账期", NameEN: "Credit term", Category: CategorySettlement, Kind: KindNumber, Unit: UnitDay,
			Description: "对账后至付款的天数。 Days from reconciliation to payment.",
			Scoring:     steps(10000, step{31, 8000}, step{61, 6000}, step{91, 3500}, step{181, 1000}),
		},
		{
			Code: "payment_instrument", NameZH: "付款工具", NameEN: "Means of payment", Category: CategorySettlement, Kind: KindChoice,
			Description: "主要的付款工具;商业承兑汇票在兑付前仍是风险。 A commercial draft stays a risk until honoured.",
			Scoring: Scoring{Options: []Option{
				{"transfer", "现汇", "Bank transfer", 10000},
				{"bank_draft", "银行承兑汇票", "Bank acceptance draft", 8000},
				{"supply_chain_note", "供应链金融凭证", "Supply-chain finance note", 6000},
				{"commercial_draft", "商业承兑汇票", "Commercial acceptance draft", 3000},
				{"set_off", "抵房抵账", "Set-off, also by property", 500},
			}},
		},
	}
}

func priceDefaults() []Indicator {
	return []Indicator{
		{
			Code: "price_level", NameZH: "合同价格水平", NameEN: "Contract price level", Category: CategoryPrice, Kind: KindNumber, Unit: UnitPercent,
			Description: "合同价占当地信息价的百分比。 Contract price as a percentage of the local guide price.",
			Scoring:     steps(1000, step{85, 4000}, step{90, 6500}, step{95, 8500}, step{100, 10000}),
		},
		{
			Code: "price_adjustment", NameZH: "调价条款", NameEN: "Price adjustment clause", Category: CategoryPrice, Kind: KindChoice,
			Description: "原材料涨价由谁承担。 Who bears a rise of raw material prices.",
			Scoring: Scoring{Options: []Option{
				{"monthly_guide", "按月随信息价调整", "Monthly, with the guide price", 10000},
				{"over_5_percent", "涨跌超5%调整", "Beyond 5 % up or down", 7500},
				{"over_10_percent", "涨跌超10%调整", "Beyond 10 % up or down", 5000},
				{"fixed", "固定价不调整", "Fixed price", 1500},
			}},
		},
	}
}

func quantityDefaults() []Indicator {
	return []Indicator{
		{
			Code: "contracted_volume", NameZH: "签约方量", NameEN: "Contracted volume", Category: CategoryQuantity, Kind: KindNumber, Unit: UnitM3,
			Description: "本客户在供项目的签约方量合计。 Contracted volume of the projects being supplied.",
			Scoring:     steps(3000, step{5000, 5000}, step{20000, 7000}, step{50000, 8500}, step{100000, 10000}),
		},
		{
			Code: "sales_12_months", NameZH: "近12个月销售额", NameEN: "Sales of the last 12 months", Category: CategoryQuantity, Kind: KindData,
			Unit: UnitFen, DataSource: SourceSales12Months,
			Description: "近12个月开票金额,取自应收数据。 Invoiced in the last 12 months, from the receivables.",
			Scoring:     steps(2000, step{100_000_000, 4500}, step{500_000_000, 6500}, step{2_000_000_000, 8500}, step{5_000_000_000, 10000}),
		},
		{
			Code: "project_volume", NameZH: "在供项目签约方量", NameEN: "Contracted volume of projects supplied", Category: CategoryQuantity, Kind: KindData,
			Unit: UnitM3, DataSource: SourceContractedVolume,
			Description: "在供项目签约方量合计，取自项目资料；没有在供项目为缺数。 Sum of the contracted volume of the projects being supplied; missing without one.",
			Scoring:     steps(3000, step{5000, 5000}, step{20000, 7000}, step{50000, 8500}, step{100000, 10000}),
		},
		{
			Code: "volume_delivered", NameZH: "期内供货方量", NameEN: "Volume delivered", Category: CategoryQuantity, Kind: KindData,
			Unit: UnitM3, DataSource: SourceVolumeDelivered,
			Description: "期内发货方量合计，取自发货单；从未发货为缺数。期间由模板定，预设12个月。 Sum of the deliveries of the period, 12 months unless the template says otherwise; missing where nothing was ever delivered.",
			Scoring:     steps(2000, step{1000, 4500}, step{5000, 6500}, step{20000, 8500}, step{50000, 10000}),
		},
	}
}

func performanceDefaults() []Indicator {
	return []Indicator{
		{
			Code: "overdue_ratio", NameZH: "逾期比例", NameEN: "Overdue ratio", Category: CategoryPerformance, Kind: KindData,
			Unit: UnitBasisPoint, DataSource: SourceOverdueRatio,
			Description: "逾期 ÷ 应收,取自应收数据。 Overdue ÷ receivables, from the receivables.",
			Scoring:     steps(10000, step{1, 9000}, step{500, 7500}, step{1500, 5000}, step{3000, 2500}, step{5000, 0}),
		},
		{
			Code: "max_overdue_days", NameZH: "最长逾期天数", NameEN: "Longest days overdue", Category: CategoryPerformance, Kind: KindData,
			Unit: UnitDay, DataSource: SourceMaxOverdueDays,
			Description: "未清应收中最早到期一笔的逾期天数。 Days past due of the oldest open item.",
			Scoring:     steps(10000, step{1, 8500}, step{31, 6500}, step{61, 4000}, step{91, 1500}, step{181, 0}),
		},
		{
			Code: "collection_rate", NameZH: "回款率", NameEN: "Collection rate", Category: CategoryPerformance, Kind: KindData,
			Unit: UnitBasisPoint, DataSource: SourceCollectionRate,
			Description: "近12个月回款 ÷ 开票;没有开票按0计。 Collected ÷ invoiced over 12 months; 0 where nothing was invoiced.",
			Scoring:     steps(500, step{5000, 3000}, step{6500, 5000}, step{8000, 7500}, step{9000, 9000}, step{10000, 10000}),
		},
		{
			Code: "cooperation_months", NameZH: "合作月数", NameEN: "Months of co-operation", Category: CategoryPerformance, Kind: KindData,
			Unit: UnitMonth, DataSource: SourceCooperationMonths,
			Description: "自首张发票起的整月数。 Whole months since the first invoice.",
			Scoring:     steps(3000, step{6, 5000}, step{12, 7000}, step{24, 8500}, step{60, 10000}),
		},
		{
			Code: "paid_on_time", NameZH: "按期付款率", NameEN: "Paid on time", Category: CategoryPerformance, Kind: KindData,
			Unit: UnitBasisPoint, DataSource: SourcePaidOnTime,
			Description: "期内结清的应收中按期付清的笔数占比；只计有收款佐证的，没有为缺数。 Share of the items settled in the period that were paid when due; only what receipts back, missing without any.",
			Scoring:     steps(0, step{3000, 2500}, step{5000, 5000}, step{7000, 7000}, step{9000, 9000}, step{9800, 10000}),
		},
		{
			Code: "mean_days_late", NameZH: "平均逾期付款天数", NameEN: "Mean days late", Category: CategoryPerformance, Kind: KindData,
			Unit: UnitDay, DataSource: SourceMeanDaysLate,
			Description: "期内结清的应收平均晚付的天数，按期付清计0；只计有收款佐证的，没有为缺数。 Mean days by which the items settled in the period were late, 0 for those in time; only what receipts back, missing without any.",
			Scoring:     steps(10000, step{1, 9000}, step{8, 7500}, step{16, 5500}, step{31, 3000}, step{61, 0}),
		},
	}
}

// step gives Score from the value From (in whole units) on.
type step struct {
	From  int64
	Score Points
}

// steps makes ranges that cover every number: below everything the first score,
// then each step's.
func steps(first Points, more ...step) Scoring {
	rs := make([]Range, 0, len(more)+1)
	var from *Number
	score := first
	for _, s := range more {
		at := s.From * 1000
		rs = append(rs, Range{From: from, To: &at, Score: score})
		from, score = &at, s.Score
	}
	return Scoring{Ranges: append(rs, Range{From: from, Score: score})}
}
