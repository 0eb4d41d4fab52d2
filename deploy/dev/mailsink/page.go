package mailsink

import (
	_ "embed"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"strconv"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// maxListed bounds one page and one answer of the JSON list.
const maxListed = 200

// Handler shows the mails:
//
//	GET /                          a page, newest first (?to=ADDRESS)
//	GET /api/mails                 the same as JSON (?to=ADDRESS&limit=N)
//	GET /api/mails/{id}            one mail as JSON, 404 when there is none
//
// Bodies are shown as text only; no HTML of a mail reaches the browser.
func (s *Sink) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.showPage)
	mux.HandleFunc("GET /api/mails", s.listJSON)
	mux.HandleFunc("GET /api/mails/{id}", s.getJSON)
	return mux
}

func (s *Sink) showPage(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	mails, err := s.List(to, maxListed)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
	w.Header().Set("Cache-Control", "no-store")
	_ = page.Execute(w, struct { // a client that went away is not our error
		To    string
		Mails []Mail
	}{to, mails})
}

func (s *Sink) listJSON(w http.ResponseWriter, r *http.Request) {
	limit := maxListed
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxListed {
			http.Error(w, "limit must be a number from 1 to "+strconv.Itoa(maxListed), http.StatusBadRequest)
			return
		}
		limit = n
	}
	mails, err := s.List(r.URL.Query().Get("to"), limit)
	answer(w, mails, err)
}

func (s *Sink) getJSON(w http.ResponseWriter, r *http.Request) {
	m, err := s.Get(r.PathValue("id"))
	answer(w, m, err)
}

func answer(w http.ResponseWriter, v any, err error) {
	switch {
	case errors.Is(err, ErrNoMail):
		http.Error(w, err.Error(), http.StatusNotFound)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(v) // a client that went away is not our error
	}
}
