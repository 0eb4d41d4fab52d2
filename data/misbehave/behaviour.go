// Package misbehave makes stand-ins of other systems behave badly on request: the
// forty misbehaviours that every connector is held against (reliability T15). What is
// of the transport it does itself, before any stand-in; what lies in a protocol (pages,
// numbers, codes) the stand-in of that protocol does, which asks Of.
//
// It is for tests and the demo; nothing else uses it.
package misbehave

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Behaviour is how a request is answered.
type Behaviour string

// Well is the right one.
const Well Behaviour = ""

// The forty of T15.
const (
	Refuse            Behaviour = "the connection is refused"
	HangBeforeHeaders Behaviour = "hang before headers"
	HangAfterHeaders  Behaviour = "hang after headers"
	Drip              Behaviour = "one byte at a time"
	Reset             Behaviour = "connection reset in the body"
	HangUp            Behaviour = "the connection is closed without an answer"
	EmptyBody         Behaviour = "nothing at all"
	HTML              Behaviour = "a page of HTML with 200"
	GBK               Behaviour = "another charset"
	Truncated         Behaviour = "JSON cut off"
	Twice             Behaviour = "two documents in one answer"
	Huge              Behaviour = "50 MB"
	Deep              Behaviour = "nested 20,000 deep"
	Bomb              Behaviour = "a gzip bomb"
	NaN               Behaviour = "NaN"
	Overflow          Behaviour = "1e400"
	Negative          Behaviour = "an amount below zero"
	Quoted            Behaviour = "numbers in quotes, or text without them"
	MissingField      Behaviour = "a field is missing"
	RenamedField      Behaviour = "a field has another name"
	RepeatedRows      Behaviour = "rows that come twice"
	OutOfOrder        Behaviour = "pages out of order"
	LoopingPages      Behaviour = "pages that repeat for ever"
	Unauthorized      Behaviour = "401 after each login"
	TooMany           Behaviour = "429"
	TooManyWait       Behaviour = "429 with Retry-After"
	Burst             Behaviour = "503 twice, then well"
	Away              Behaviour = "503"
	NoDataCode        Behaviour = "no data"
	RateCode          Behaviour = "too fast"
	QuotaCode         Behaviour = "calls used up"
	BalanceCode       Behaviour = "balance used up"
	AddressCode       Behaviour = "address not allowed"
	AccountExpired    Behaviour = "account expired"
	Redirect          Behaviour = "a redirect to a metadata address"
	Expired           Behaviour = "a certificate that expired"
	WrongHost         Behaviour = "a certificate of another host"
	SelfSigned        Behaviour = "a certificate that nobody vouches for"
	ClockSkew         Behaviour = "a clock an hour ahead"
	Late              Behaviour = "done, and answered after our timeout"
)

// All lists the forty.
var All = [...]Behaviour{Refuse, HangBeforeHeaders, HangAfterHeaders, Drip, Reset, HangUp, EmptyBody, HTML, GBK, Truncated, Twice, Huge, Deep, Bomb, NaN, Overflow, Negative,
	Quoted, MissingField, RenamedField, RepeatedRows, OutOfOrder, LoopingPages, Unauthorized, TooMany, TooManyWait, Burst, Away, NoDataCode, RateCode, QuotaCode, BalanceCode,
	AddressCode, AccountExpired, Redirect, Expired, WrongHost, SelfSigned, ClockSkew, Late}

// Hangs says that an answer to it is only ended by a timeout.
func (b Behaviour) Hangs() bool {
	return b == HangBeforeHeaders || b == HangAfterHeaders || b == Drip || b == Late
}

// Server puts behaviours before a stand-in.
type Server struct {
	Inner http.Handler
	Spare func(r *http.Request) bool // requests that are always answered well, such as logins; nil: none
	Wait  string                     // Retry-After of TooManyWait; empty is 7 seconds

	mu    sync.Mutex
	how   Behaviour
	since int // requests since it behaves so
}

// Behave makes it behave so from now on.
func (s *Server) Behave(b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.how, s.since = b, 0
}

// Requests says how many came since it behaves so; spared ones are not counted.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.since
}

type key struct{}

// Of is the behaviour that the stand-in of a protocol is asked for.
func Of(r *http.Request) Behaviour {
	b, _ := r.Context().Value(key{}).(Behaviour)
	return b
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.Spare != nil && s.Spare(r) {
		s.Inner.ServeHTTP(w, r)
		return
	}
	s.mu.Lock()
	b := s.how
	s.since++
	if b == Burst && s.since > 2 {
		b = Well
	}
	s.mu.Unlock()
	if b == Late {
		s.Inner.ServeHTTP(nowhere{http.Header{}}, r)
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		return
	}
	if b == TooManyWait && s.Wait != "" {
		w.Header().Set("Retry-After", s.Wait)
	}
	if Answer(w, r, b) {
		return
	}
	s.Inner.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, b)))
}

// nowhere takes an answer that nobody gets.
type nowhere struct{ h http.Header }

func (n nowhere) Header() http.Header         { return n.h }
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n nowhere) WriteHeader(int)             {}

var statuses = map[Behaviour]int{Unauthorized: 401, TooMany: 429, TooManyWait: 429, Burst: 503, Away: 503}

// Answer answers badly where that is of the transport; false leaves the answer to the
// stand-in of the protocol.
func Answer(w http.ResponseWriter, r *http.Request, b Behaviour) bool {
	if code, ok := statuses[b]; ok {
		if b == TooManyWait && w.Header().Get("Retry-After") == "" {
			w.Header().Set("Retry-After", "7")
		}
		w.WriteHeader(code)
		return true
	}
	text := func(s string) { _, _ = w.Write([]byte(s)) }
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	if b.Hangs() { // a server only hears that its client left once it has read what that said
		_, _ = io.Copy(io.Discard, r.Body)
	}
	switch b {
	case HangBeforeHeaders:
		<-r.Context().Done()
	case HangAfterHeaders:
		text(`{"result":`)
		flush(w)
		<-r.Context().Done()
	case Drip:
		drip(w, r)
	case Reset:
		hangUp(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"result\":{\"to")
	case HangUp:
		hangUp(w, "")
	case EmptyBody:
	case HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		text("<html><body>系统维护中</body></html>")
	case GBK:
		text("{\"error_code\":0,\"errcode\":\"0\",\"reason\":\"\xce\xde\xca\xfd\xbe\xdd\",\"result\":{\"total\":0,\"items\":[]}}")
	case Truncated:
		text(`{"error_code":0,"reason":"ok","result":{"total":1,"items":[{"casecode":"(2024)`)
	case Twice:
		text(strings.Repeat(`{"error_code":300000,"Status":"201","errcode":"0"}`, 2))
	case Huge:
		huge(w)
	case Deep:
		text(strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000))
	case Bomb:
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		for range 1 << 9 {
			if _, err := z.Write(make([]byte, 64<<10)); err != nil {
				return true
			}
		}
		_ = z.Close()
	case NaN:
		text(`{"error_code":0,"errcode":"0","reason":"ok","result":{"total":NaN,"items":[]}}`)
	case Redirect:
		w.Header().Set("Location", "http://169.254.169.254/latest/meta-data/")
		w.WriteHeader(http.StatusFound)
	default:
		return false
	}
	return true
}

func drip(w http.ResponseWriter, r *http.Request) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 10_000 {
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			_, _ = w.Write([]byte(" "))
			flush(w)
		}
	}
}

func huge(w http.ResponseWriter) {
	_, _ = w.Write([]byte(`{"error_code":0,"errcode":"0","reason":"`))
	for range 50 << 4 {
		if _, err := w.Write(bytes.Repeat([]byte("x"), 64<<10)); err != nil {
			return
		}
	}
	_, _ = w.Write([]byte(`"}`))
}

// hangUp says something on the connection and breaks it off by a TCP reset.
func hangUp(w http.ResponseWriter, text string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = conn.Write([]byte(text))
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
