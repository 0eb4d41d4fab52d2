// Package standin is a server that looks like Tianyancha and Qichacha from
// outside: paths, envelopes and codes are theirs, companies and cases are made up.
// It behaves badly on request. Tests and the demo ask it; nothing else does.
package standin

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"zhuxin/data/registry/qichacha"
	"zhuxin/shared/calendar"
)

// Token, Key and Secret open the stand-in's accounts.
const (
	Token  = "standin-token-0001"
	Key    = "standin-key-0001"
	Secret = "standin-secret-0001"
)

// Company is one made-up company.
type Company struct {
	Name, Former, USCC, Status string
	Dishonest                  []string // case numbers
	Enforced                   map[string]string
	Restricted                 []string
	Abnormal                   []string // reasons; the first is a removed one when there are several
	Illegal                    []string
	Sued                       []string // case numbers where it is the defendant
	Suing                      []string
	Changes                    []string // "2025-03-01 投资人变更"
	Frozen                     []string
}

// Server is the stand-in.
type Server struct {
	clock calendar.Clock

	mu        sync.Mutex
	companies map[string]Company
	find      func(uscc string) (Company, bool)
	behave    map[string]Behaviour // by part of the path; "" for all
	requests  int
	paths     map[string]int
}

// New makes a stand-in that knows these companies.
func New(clock calendar.Clock, companies ...Company) *Server {
	s := &Server{clock: clock, companies: map[string]Company{}, behave: map[string]Behaviour{}, paths: map[string]int{}}
	for _, c := range companies {
		s.companies[c.USCC] = c
	}
	return s
}

// Put adds or replaces a company.
func (s *Server) Put(c Company) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.companies[c.USCC] = c
}

// Find has companies that were not put made up by fn.
func (s *Server) Find(fn func(uscc string) (Company, bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.find = fn
}

// Behave makes requests whose path contains part behave so; Well ends it.
func (s *Server) Behave(part string, b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b == Well {
		delete(s.behave, part)
		return
	}
	s.behave[part] = b
}

// Requests counts what came in.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *Server) company(uscc string) (Company, bool) {
	s.mu.Lock()
	c, ok := s.companies[uscc]
	find := s.find
	s.mu.Unlock()
	if !ok && find != nil {
		return find(uscc)
	}
	return c, ok
}

func (s *Server) note(path string) Behaviour {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	s.paths[path]++
	for part, b := range s.behave {
		if strings.Contains(path, part) {
			return b
		}
	}
	return Well
}

// ServeHTTP answers both providers: Tianyancha below /services, Qichacha elsewhere.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b := s.note(r.URL.Path)
	tyc := strings.HasPrefix(r.URL.Path, "/services/")
	if s.misbehave(w, r, b, tyc) {
		return
	}
	if tyc {
		s.tianyancha(w, r, b)
		return
	}
	s.qichacha(w, r, b)
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_ = json.NewEncoder(w).Encode(v)
}

type m = map[string]any

func refuse(w http.ResponseWriter, code int, reason string) {
	write(w, m{"result": nil, "reason": reason, "error_code": code})
}

func (s *Server) tianyancha(w http.ResponseWriter, r *http.Request, b Behaviour) {
	q := r.URL.Query()
	if r.Header.Get("Authorization") != Token {
		refuse(w, 300009, "账号信息有误")
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/services/")
	if path == "open/search/2.0" {
		write(w, m{"error_code": 0, "reason": "ok", "result": m{"total": 1, "items": []m{{"id": 900000001, "name": "<em>测试</em>公司"}}}})
		return
	}
	keyword := q.Get("keyword")
	if keyword == "" {
		refuse(w, 300008, "缺少必要参数")
		return
	}
	c, ok := s.company(keyword)
	switch {
	case path == "v4/open/match":
		write(w, m{"error_code": 0, "reason": "ok", "result": m{"result": ok && c.Name == q.Get("name")}})
	case !ok:
		refuse(w, 300000, "无数据")
	case path == "open/ic/baseinfo/normal":
		write(w, m{"error_code": 0, "reason": "ok", "result": spoil(b, basics(c))})
	default:
		items, known := tycItems(path, c)
		if !known {
			refuse(w, 300010, "URL不存在")
			return
		}
		if len(items) == 0 {
			refuse(w, 300000, "无数据")
			return
		}
		shown, total := pageOf(items, q.Get("pageNum"), q.Get("pageSize"), b)
		for i := range shown {
			shown[i] = spoil(b, shown[i])
		}
		write(w, m{"error_code": number(b, 0), "reason": "ok", "result": m{"total": number(b, total), "items": shown}})
	}
}

// pageOf cuts a page, as the behaviour wants it.
func pageOf(items []m, page, size string, b Behaviour) ([]m, int) {
	n, _ := strconv.Atoi(page)
	per, _ := strconv.Atoi(size)
	if n < 1 {
		n = 1
	}
	total := len(items)
	switch b {
	case RepeatedRows:
		return append(append([]m{}, items...), items...), total
	case LoopingPages:
		n, total = 1, total*100
	case EmptyPages:
		return nil, total + 5
	case OutOfOrder:
		n = (total+per-1)/per - n + 1
	}
	from := min((n-1)*per, len(items))
	return append([]m{}, items[from:min(from+per, len(items))]...), total
}

func (s *Server) qichacha(w http.ResponseWriter, r *http.Request, b Behaviour) {
	q := r.URL.Query()
	answer := func(status, message string, paging, result any) {
		write(w, m{"Status": status, "Message": message, "OrderNumber": "STANDIN0001", "Paging": paging, "Result": result})
	}
	span := r.Header.Get("Timespan")
	at, err := strconv.ParseInt(span, 10, 64)
	now := s.clock.Now()
	if b == ClockSkew {
		now = now.Add(time.Hour)
	}
	switch {
	case q.Get("key") != Key:
		answer("101", "【无效请求】当前的KEY无效或者还未生效中", nil, nil)
		return
	case err != nil || now.Sub(time.Unix(at, 0)).Abs() > 5*time.Minute || r.Header.Get("Token") != qichacha.Token(Key, span, Secret):
		answer("107", "【无效请求】被禁止的IP或者签名错误", nil, nil)
		return
	}
	c, ok := s.company(q.Get("searchKey"))
	if !ok {
		answer("201", "【有效请求】查询无结果", nil, nil)
		return
	}
	if r.URL.Path == "/EnterpriseInfo/Verify" {
		answer("200", "【有效请求】查询成功", nil, m{"VerifyResult": 1, "Data": spoil(b, m{"Name": c.Name, "CreditCode": c.USCC, "Status": c.Status,
			"StartDate": "2012-05-08", "RegistCapi": "5000万元人民币", "EconKind": "有限责任公司", "Address": "示例市示例路1号", "OperName": "张某"})})
		return
	}
	items := qccItems(r.URL.Path, c)
	if len(items) == 0 {
		answer("200", "【有效请求】查询成功", nil, m{"VerifyResult": 0, "Data": nil})
		return
	}
	shown, total := pageOf(items, q.Get("pageIndex"), q.Get("pageSize"), b)
	for i := range shown {
		shown[i] = spoil(b, shown[i])
	}
	answer("200", "【有效请求】查询成功", m{"PageSize": 20, "PageIndex": 1, "TotalRecords": number(b, total)}, m{"VerifyResult": 1, "Data": shown})
}
