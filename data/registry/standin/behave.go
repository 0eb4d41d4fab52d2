package standin

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// Behaviour is how a request is answered.
type Behaviour string

// The behaviours; Well is the right one.
const (
	Well Behaviour = ""

	HangBeforeHeaders Behaviour = "hang before headers"
	HangAfterHeaders  Behaviour = "hang after headers"
	Drip              Behaviour = "one byte at a time"
	Reset             Behaviour = "connection reset in the body"
	HTML              Behaviour = "a page of HTML with 200"
	WrongType         Behaviour = "JSON called an image"
	GBK               Behaviour = "another charset"
	Truncated         Behaviour = "JSON cut off"
	Twice             Behaviour = "two documents in one answer"
	Huge              Behaviour = "50 MB"
	Deep              Behaviour = "nested 20,000 deep"
	Bomb              Behaviour = "a gzip bomb"
	NaN               Behaviour = "NaN"
	Overflow          Behaviour = "1e400"
	EmptyBody         Behaviour = "nothing at all"
	NullResult        Behaviour = "success without a result"
	NoCode            Behaviour = "no error code"
	Quoted            Behaviour = "numbers in quotes"
	NegativeAmount    Behaviour = "an amount below zero"
	MissingField      Behaviour = "a field is missing"
	RenamedField      Behaviour = "a field has another name"
	ChangedType       Behaviour = "a list where text was"
	BadDate           Behaviour = "a date that is none"
	LoopingPages      Behaviour = "pages that repeat for ever"
	EmptyPages        Behaviour = "entries announced, none there"
	OutOfOrder        Behaviour = "pages out of order"
	Unauthorized      Behaviour = "401"
	Banned            Behaviour = "403"
	NotFound          Behaviour = "404"
	TooMany           Behaviour = "429"
	TooManyWait       Behaviour = "429 with Retry-After"
	Failing           Behaviour = "500"
	BadGateway        Behaviour = "502"
	Away              Behaviour = "503"
	Redirect          Behaviour = "a redirect to a metadata address"
	ClockSkew         Behaviour = "a clock an hour ahead"
	NoDataCode        Behaviour = "no data"
	FailedCode        Behaviour = "request failed"
	AccountInvalid    Behaviour = "account invalid"
	AccountExpired    Behaviour = "account expired"
	RateCode          Behaviour = "too fast"
	NoRightCode       Behaviour = "no right"
	BalanceCode       Behaviour = "balance used up"
	QuotaCode         Behaviour = "calls used up"
	AddressCode       Behaviour = "address not allowed"
	PendingCode       Behaviour = "report being made"
	UnknownCode       Behaviour = "a code nobody knows"
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

var statuses = map[Behaviour]int{Unauthorized: 401, Banned: 403, NotFound: 404, TooMany: 429, TooManyWait: 429, Failing: 500, BadGateway: 502, Away: 503}

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
		if b == TooManyWait {
			w.Header().Set("Retry-After", "7")
		}
		w.WriteHeader(code)
		return true
	}
	text := func(s string) { _, _ = w.Write([]byte(s)) }
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	if b == ClockSkew {
		w.Header().Set("Date", s.clock.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
	}
	switch b {
	case HangBeforeHeaders:
		<-r.Context().Done()
	case HangAfterHeaders:
		text(`{"error_code":`)
		flush(w)
		<-r.Context().Done()
	case Drip:
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for range 10_000 {
			select {
			case <-r.Context().Done():
				return true
			case <-tick.C:
				text(" ")
				flush(w)
			}
		}
	case Reset:
		reset(w)
	case HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		text("<html><body>系统维护中</body></html>")
	case WrongType:
		w.Header().Set("Content-Type", "image/png")
		text(`{"error_code":0,"reason":"ok","result":{"total":0,"items":[]}}`)
	case GBK:
		text("{\"error_code\":0,\"reason\":\"\xce\xde\xca\xfd\xbe\xdd\",\"result\":{\"total\":0,\"items\":[]}}")
	case Truncated:
		text(`{"error_code":0,"reason":"ok","result":{"total":1,"items":[{"casecode":"(2024)`)
	case Twice:
		text(strings.Repeat(`{"error_code":300000,"Status":"201"}`, 2))
	case Huge:
		text(`{"error_code":0,"reason":"`)
		for range 50 << 4 {
			if _, err := w.Write(bytes.Repeat([]byte("x"), 64<<10)); err != nil {
				return true
			}
		}
		text(`"}`)
	case Deep:
		text(strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000))
	case Bomb:
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		for range 1 << 8 {
			if _, err := z.Write(make([]byte, 64<<10)); err != nil {
				return true
			}
		}
		_ = z.Close()
	case NaN:
		text(`{"error_code":0,"reason":"ok","result":{"total":NaN,"items":[]}}`)
	case Overflow:
		text(`{"error_code":0,"Status":"200","reason":"ok","Paging":{"TotalRecords":1e400},"result":{"total":1e400,"items":[]},"Result":{"VerifyResult":1,"Data":[]}}`)
	case EmptyBody:
	case NullResult:
		text(`{"error_code":0,"reason":"ok","result":null,"Status":"200"}`)
	case NoCode:
		text(`{"reason":"ok","result":{"total":0,"items":[]}}`)
	case Redirect:
		w.Header().Set("Location", "http://169.254.169.254/latest/meta-data/")
		w.WriteHeader(http.StatusFound)
	default:
		return false
	}
	return true
}

// reset breaks the connection off in the middle of the body, by a TCP reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"error_code\":0,\"result\":{\"to"))
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func flush(w http.ResponseWriter) {
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
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
