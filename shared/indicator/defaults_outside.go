package indicator

// The entries that come from outside of the tenant's own books: standing,
// litigation, qualification. They are entered by hand until a registry provider
// is linked (000-52).

func standingDefaults() []Indicator {
	return []Indicator{
		{
			Code: "enterprise_nature", NameZH: "企业性质", NameEN: "Nature of the enterprise", Category: CategoryStanding, Kind: KindChoice,
			Description: "客户的控股背景。 Who controls the customer.",
			Scoring: Scoring{Options: []Option{
				{"central_soe", "中央企业", "Central state-owned", 10000},
				{"local_soe", "地方国有企业", "Local state-owned", 9000},
				{"listed", "上市公司", "Listed company", 8500},
				{"private_large", "大型民营企业", "Large private company", 6500},
				{"private_small", "中小民营企业", "Small or medium private company", 4000},
				{"sole_trader", "个体经营", "Sole trader", 1500},
			}},
		},
		{
			Code: "registered_capital", NameZH: "实缴注册资本", NameEN: "Paid-in capital", Category: CategoryStanding, Kind: KindNumber, Unit: UnitMillion,
			Description: "实缴资本,百万元。 Paid-in capital in millions.",
			Scoring:     steps(2000, step{5, 4000}, step{20, 6000}, step{50, 8000}, step{100, 10000}),
		},
		{
			Code: "capital_registered", NameZH: "注册资本", NameEN: "Registered capital", Category: CategoryStanding, Kind: KindData,
			Unit: UnitFen, DataSource: SourceRegisteredCapital,
			Description: "工商登记的注册资本，取自外部征信；未查询过或不以人民币计为缺数。 As registered, from the linked registry; missing where nothing was asked for, or where it is not in yuan.",
			Scoring:     steps(2000, step{500_000_000, 4000}, step{2_000_000_000, 6000}, step{5_000_000_000, 8000}, step{10_000_000_000, 10000}),
		},
		{
			Code: "negative_entries", NameZH: "集团负面清单条数", NameEN: "Entries on the group's negative list", Category: CategoryStanding, Kind: KindData,
			Unit: UnitEntry, DataSource: SourceNegativeEntries,
			Description: "集团负面清单中有效的列入条数。 Effective entries on the group's negative list.",
			Scoring:     steps(10000, step{1, 0}),
		},
		{
			Code: "registry_findings", NameZH: "工商异常条数", NameEN: "Registry findings", Category: CategoryStanding, Kind: KindData,
			Unit: UnitEntry, DataSource: SourceRegistryFindings,
			Description: "外部征信返回的经营异常与严重违法条数；未接入时按模板的缺数规则处理。 Entries of business abnormality and serious violation from the linked registry; the template's rule for missing data applies without one.",
			Scoring:     steps(10000, step{1, 4000}, step{3, 1000}),
		},
		{
			Code: "business_abnormality", NameZH: "经营异常", NameEN: "Business abnormality listing", Category: CategoryStanding, Kind: KindChoice,
			Description: "国家企业信用信息公示系统的列异情况。 As published in the national enterprise credit system.",
			Scoring: Scoring{Options: []Option{
				{"none", "无", "None", 10000},
				{"removed", "曾列入,已移出", "Listed before, removed", 6000},
				{"listed", "列入经营异常名录", "Listed as abnormal", 1500},
				{"serious", "列入严重违法失信名单", "Listed for serious violations", 0},
			}},
		},
	}
}

func litigationDefaults() []Indicator {
	return []Indicator{
		{
			Code: "litigation_findings", NameZH: "司法风险条数", NameEN: "Litigation findings", Category: CategoryLitigation, Kind: KindData,
			Unit: UnitEntry, DataSource: SourceLitigationFindings,
			Description: "外部征信返回的未结诉讼、被执行与失信条数；未接入时按模板的缺数规则处理。 Open lawsuits, enforcement and dishonesty entries from the linked registry; the template's rule for missing data applies without one.",
			Scoring:     steps(10000, step{1, 7000}, step{4, 4000}, step{11, 1000}),
		},
		{
			Code: "pending_lawsuits", NameZH: "未决被诉案件", NameEN: "Pending lawsuits as defendant", Category: CategoryLitigation, Kind: KindNumber, Unit: UnitCase,
			Description: "以客户为被告的未决买卖、工程款纠纷件数。 Pending sales and construction disputes against the customer.",
			Scoring:     steps(10000, step{1, 8000}, step{4, 5500}, step{11, 3000}, step{31, 1000}),
		},
		{
			Code: "enforcement", NameZH: "失信与被执行", NameEN: "Enforcement and dishonesty", Category: CategoryLitigation, Kind: KindChoice,
			Description: "中国执行信息公开网的记录。 As published by the courts' enforcement register.",
			Scoring: Scoring{Options: []Option{
				{"none", "无记录", "No record", 10000},
				{"settled", "曾被执行,已结案", "Enforced before, closed", 6500},
				{"judgment_debtor", "被执行人", "Judgment debtor", 2500},
				{"consumption_restricted", "限制高消费", "Consumption restriction order", 1000},
				{"dishonest_debtor", "失信被执行人", "Dishonest judgment debtor", 0},
			}},
		},
	}
}

func qualificationDefaults() []Indicator {
	return []Indicator{
		{
			Code: "contractor_grade", NameZH: "施工资质等级", NameEN: "Contractor's qualification", Category: CategoryQualification, Kind: KindChoice,
			Description: "施工总承包资质等级。 Grade of the general contractor's qualification.",
			Scoring: Scoring{Options: []Option{
				{"special", "特级", "Special grade", 10000},
				{"first", "一级", "First grade", 8500},
				{"second", "二级", "Second grade", 6500},
				{"third", "三级", "Third grade", 4500},
				{"specialist", "专业承包", "Specialist contractor", 4000},
				{"none", "无资质", "None", 1000},
			}},
		},
		{
			Code: "years_in_business", NameZH: "成立年限", NameEN: "Years in business", Category: CategoryQualification, Kind: KindNumber, Unit: UnitYear,
			Description: "自成立登记起的年数。 Years since registration.",
			Scoring:     steps(2000, step{3, 5000}, step{5, 7000}, step{10, 8500}, step{20, 10000}),
		},
		{
			Code: "company_age", NameZH: "登记成立年限", NameEN: "Years since registration", Category: CategoryQualification, Kind: KindData,
			Unit: UnitYear, DataSource: SourceCompanyYears,
			Description: "自工商登记成立之日起的整年数，取自外部征信；未查询过为缺数。 Whole years since the day of registration, from the linked registry; missing where nothing was asked for.",
			Scoring:     steps(2000, step{3, 5000}, step{5, 7000}, step{10, 8500}, step{20, 10000}),
		},
	}
}
