package standin

import (
	"fmt"
	"net/http"
	"time"

	"zhuxin/data/misbehave"
)

// Behaviour is how a request is answered.
type Behaviour = misbehave.Behaviour

// The behaviours; Well is the right one. Those that every connector knows have their
// names from misbehave.
const (
	Well              = misbehave.Well
	NegativeAmount    = misbehave.Negative
	RepeatedRows      = misbehave.RepeatedRows
	HangBeforeHeaders = misbehave.HangBeforeHeaders
	HangAfterHeaders  = misbehave.HangAfterHeaders
	Drip              = misbehave.Drip
	Reset             = misbehave.Reset
	HTML              = misbehave.HTML
	GBK               = misbehave.GBK
	Truncated         = misbehave.Truncated
	Twice             = misbehave.Twice
	Huge              = misbehave.Huge
	Deep              = misbehave.Deep
	Bomb              = misbehave.Bomb
	NaN               = misbehave.NaN
	Overflow          = misbehave.Overflow
	EmptyBody         = misbehave.EmptyBody
	Quoted            = misbehave.Quoted
	MissingField      = misbehave.MissingField
	RenamedField      = misbehave.RenamedField
	LoopingPages      = misbehave.LoopingPages
	OutOfOrder        = misbehave.OutOfOrder
	Unauthorized      = misbehave.Unauthorized
	TooMany           = misbehave.TooMany
	TooManyWait       = misbehave.TooManyWait
	Away              = misbehave.Away
	Redirect          = misbehave.Redirect
	ClockSkew         = misbehave.ClockSkew
	NoDataCode        = misbehave.NoDataCode
	AccountExpired    = misbehave.AccountExpired
	RateCode          = misbehave.RateCode
	BalanceCode       = misbehave.BalanceCode
	QuotaCode         = misbehave.QuotaCode
	AddressCode       = misbehave.AddressCode

	WrongType      Behaviour = "JSON called an image"
	NullResult     Behaviour = "success without a result"
	NoCode         Behaviour = "no error code"
	ChangedType    Behaviour = "a list where text was"
	BadDate        Behaviour = "a date that is none"
	EmptyPages     Behaviour = "entries announced, none there"
	Banned         Behaviour = "403"
	NotFound       Behaviour = "404"
	Failing        Behaviour = "500"
	BadGateway     Behaviour = "502"
	FailedCode     Behaviour = "request failed"
	AccountInvalid Behaviour = "account invalid"
	NoRightCode    Behaviour = "no right"
	PendingCode    Behaviour = "report being made"
	UnknownCode    Behaviour = "a code nobody knows"
)

// codes are the refusals that come with HTTP 200, at Tianyancha and at Qichacha.
var codes = map[Behaviour]struct {
	tyc     int
	qcc     string
	message string
}{
	NoDataCode: {300000, "201", "无数据"}, FailedCode: {300001, "199", "请求失败"}, AccountInvalid: {300002, "101", "账号失效"},
	AccountExpired: {300003, "103", "账号过期"}, RateCode: {300004, "", "访问频率过快"}, NoRightCode: {300005, "214", "无权限访问此api"},
	BalanceCode: {300006, "102", "余额不足"}, QuotaCode: {300007, "112", "剩余次数不足"}, AddressCode: {300011, "107", "此IP无权限访问此api"},
	PendingCode: {300012, "205", "报告生成中"}, UnknownCode: {399999, "299", "未知错误"},
}

var statuses = map[Behaviour]int{Banned: 403, NotFound: 404, Failing: 500, BadGateway: 502}

// misbehave answers in the bad way; false leaves the right answer to be given,
// perhaps with spoilt contents.
func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, b Behaviour, tyc bool) bool {
	if c, ok := codes[b]; ok {
		if tyc {
			refuse(w, c.tyc, c.message)
		} else {
			write(w, m{"Status": c.qcc, "Message": c.message, "Result": nil})
		}
		return true
	}
	if code, ok := statuses[b]; ok {
		w.WriteHeader(code)
		return true
	}
	text := func(s string) { _, _ = w.Write([]byte(s)) }
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	switch b {
	case ClockSkew:
		w.Header().Set("Date", s.clock.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		return false
	case WrongType:
		w.Header().Set("Content-Type", "image/png")
		text(`{"error_code":0,"reason":"ok","result":{"total":0,"items":[]}}`)
	case Overflow:
		text(`{"error_code":0,"Status":"200","reason":"ok","Paging":{"TotalRecords":1e400},"result":{"total":1e400,"items":[]},"Result":{"VerifyResult":1,"Data":[]}}`)
	case NullResult:
		text(`{"error_code":0,"reason":"ok","result":null,"Status":"200"}`)
	case NoCode:
		text(`{"reason":"ok","result":{"total":0,"items":[]}}`)
	default:
		return misbehave.Answer(w, r, b)
	}
	return true
}

// number is a number, in quotes when the behaviour wants it so.
func number(b Behaviour, n int) any {
	if b == Quoted {
		return fmt.Sprint(n)
	}
	return n
}

// identifying are the fields by which entries are told apart.
var identifying = []string{"casecode", "caseCode", "putDate", "caseno", "changeItem", "executeNoticeNum", "Anno", "AddDate", "name", "Name"}

// spoil changes an entry as the behaviour wants.
func spoil(b Behaviour, item m) m {
	out := m{}
	for k, v := range item {
		out[k] = v
	}
	for _, field := range identifying {
		v, ok := item[field]
		if !ok {
			continue
		}
		switch b {
		case MissingField:
			delete(out, field)
		case RenamedField:
			delete(out, field)
			out[field+"_v2"] = v
		case ChangedType:
			out[field] = []any{v}
		}
	}
	for _, field := range []string{"execMoney", "Biaodi"} {
		if _, ok := out[field]; ok && b == NegativeAmount {
			out[field] = "-5.00"
		}
	}
	for _, field := range []string{"publishdate", "caseCreateTime", "putDate", "judgetime", "changeTime", "estiblishTime", "Publicdate", "Liandate", "AddDate", "StartDate"} {
		if _, ok := out[field]; ok && b == BadDate {
			out[field] = "第三个星期五"
		}
	}
	return out
}
