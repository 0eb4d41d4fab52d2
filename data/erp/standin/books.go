// Package standin is a small ERP that speaks as Tryton, Kingdee K3Cloud or Yonyou U8
// from outside, with a handful of receivables of one customer and his limit. It spoils
// its answers as package misbehave asks for. For tests.
package standin

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"zhuxin/biz/erp"
	"zhuxin/data/misbehave"
)

// Customer is the number of the customer who owes everything.
const Customer = "C-7"

const (
	name     = "示例甲"
	code     = "91330100MAX0A001X8"
	password = "right"
)

// Item is a receivable; amounts are yuan.
type Item struct {
	ID           int
	No           string
	Amount, Open string
}

// Items are what the books begin with; 10,601.00 of it is open.
func Items() []Item {
	return []Item{{1, "F1", "210.00", "110.00"}, {2, "F2", "300.50", "300.50"}, {3, "F3", "190.50", "190.50"}, {4, "F4", "10000.00", "10000.00"}}
}

// Books are what the ERP knows.
type Books struct {
	Items []Item

	mu    sync.Mutex
	limit string
	sets  int
}

// Limit is the customer's there, and how often it was written.
func (b *Books) Limit() (string, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.limit, b.sets
}

func (b *Books) set(limit string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit, b.sets = limit, b.sets+1
}

// Server is the books behind the protocol of a kind, and what may be put before it;
// logins are always answered well.
func (b *Books) Server(k erp.Kind) *misbehave.Server {
	switch k {
	case erp.KindKingdee:
		return &misbehave.Server{Inner: http.HandlerFunc(b.kingdee), Spare: func(r *http.Request) bool { return strings.Contains(r.URL.Path, "AuthService") }}
	case erp.KindU8:
		return &misbehave.Server{Inner: http.HandlerFunc(b.u8), Spare: func(r *http.Request) bool { return r.URL.Path == "/system/token" }}
	}
	return &misbehave.Server{Inner: http.HandlerFunc(b.tryton), Spare: func(r *http.Request) bool {
		raw, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(raw))
		return err == nil && bytes.Contains(raw, []byte(`"common.db.log`))
	}}
}

// Endpoint is how a connection reaches it.
func Endpoint(url string) erp.Endpoint {
	return erp.Endpoint{BaseURL: url, Database: "credit", Company: "1", Username: "demo", Secret: password}
}

// shown are the items that the behaviour leaves, of the page that begins at a row.
func (b *Books) shown(how misbehave.Behaviour) []Item {
	items := append([]Item{}, b.Items...)
	switch how {
	case misbehave.NoDataCode:
		return nil
	case misbehave.RepeatedRows:
		return append(items, items...)
	case misbehave.Negative:
		items[0].Amount, items[0].Open = "-"+items[0].Amount, "-"+items[0].Open
	case misbehave.Overflow:
		items[0].Open = "1e400"
	}
	return items
}

// refusals are the words of what is refused inside a good status.
var refusals = map[misbehave.Behaviour]string{misbehave.RateCode: "访问频率过快", misbehave.QuotaCode: "剩余次数不足", misbehave.BalanceCode: "账户余额不足",
	misbehave.AddressCode: "该IP无权限访问", misbehave.AccountExpired: "账号已过期"}

type m = map[string]any

func write(w http.ResponseWriter, how misbehave.Behaviour, v any) {
	if how == misbehave.ClockSkew {
		w.Header().Set("Date", "Fri, 01 Jan 2100 00:00:00 GMT")
	}
	_ = json.NewEncoder(w).Encode(v)
}
