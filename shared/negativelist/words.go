package negativelist

// words are reasons and severities as people read them, in Chinese and in English.
var words = map[string][2]string{
	string(MaliciousArrears):  {"恶意拖欠", "malicious arrears"},
	string(SeriousDishonesty): {"严重失信", "serious dishonesty"},
	string(Fraud):             {"欺诈", "fraud"},
	string(Absconded):         {"失联或逃匿", "absconded"},
	string(LitigationLost):    {"诉讼败诉", "litigation lost"},
	string(Other):             {"其他", "other"},
	string(Notice):            {"关注", "notice"},
	string(Serious):           {"严重", "serious"},
	string(Critical):          {"特别严重", "critical"},
}

func word(of string, language int) string {
	if w, ok := words[of]; ok {
		return w[language]
	}
	return of
}

// says names the listing in one sentence, with the way to it.
func (h Hit) says(language int) string {
	form := [2][2]string{{"客户在集团负面清单上（", "）"}, {"the customer is on the group's negative list (", ")"}}[language]
	if h.Related() {
		form = [2][2]string{{"关联企业 " + h.Company + " 在集团负面清单上（", "）：" + h.Path.Chinese()},
			{"the related company " + h.Company + " is on the group's negative list (", "): " + h.Path.English()}}[language]
	}
	comma := [2]string{"，", ", "}[language]
	return form[0] + word(string(h.Severity), language) + comma + word(string(h.Reason), language) + form[1]
}
