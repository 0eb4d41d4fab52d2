// Package coded keeps reasons that the system gives and people read: a code with
// parameters, so that each reads them in his own language.
//
// A coded reason stands in the same column as one that a person wrote, as a JSON object
// with "code"; everything else is a text and shown as it is, also what older versions
// wrote.
package coded

import (
	"encoding/json"
	"maps"
	"strings"
)

// Code names what happened.
type Code string

// The codes, with their parameters. The console has their texts under customers.coded.
const (
	Overdue       Code = "overdue"        // days: how long the oldest item was past due
	RatingGranted Code = "rating_granted" // grade
	RatingLapsed  Code = "rating_lapsed"  // grade; on: the last day on which it held
)

// words are the texts in Chinese and English.
var words = map[Code][2]string{
	Overdue:       {"逾期 {days} 天", "{days} days overdue"},
	RatingGranted: {"评级 {grade} 生效", "rating {grade} in force"},
	RatingLapsed:  {"评级 {grade} 已于 {on} 到期，未重新评级", "rating {grade} lapsed on {on} and was not renewed"},
}

// Reason gives a reason as it is stored. Parameters come in pairs: name, value.
func Reason(c Code, params ...string) string {
	m := map[string]string{"code": string(c)}
	for i := 0; i+1 < len(params); i += 2 {
		m[params[i]] = params[i+1]
	}
	b, err := json.Marshal(m)
	if err != nil { // texts always are JSON
		return string(c)
	}
	return string(b)
}

// Parse reads a stored reason that the system gave; ok is false for every other text.
func Parse(stored string) (c Code, params map[string]string, ok bool) {
	if !strings.HasPrefix(stored, `{"code":`) || json.Unmarshal([]byte(stored), &params) != nil {
		return "", nil, false
	}
	c = Code(params["code"])
	delete(params, "code")
	_, ok = words[c]
	return c, params, ok
}

// Show gives a stored reason in Chinese and in English: the same text twice for one that
// a person wrote.
func Show(stored string) (zh, en string) {
	c, m, ok := Parse(stored)
	if !ok {
		return stored, stored
	}
	zh, en = words[c][0], words[c][1]
	if m["days"] == "1" {
		en = strings.ReplaceAll(en, "days ", "day ")
	}
	for name := range maps.Keys(m) {
		zh, en = strings.ReplaceAll(zh, "{"+name+"}", m[name]), strings.ReplaceAll(en, "{"+name+"}", m[name])
	}
	return zh, en
}
