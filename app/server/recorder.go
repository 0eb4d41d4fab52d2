package server

import "net/http"

// recorder remembers what was answered, and is the admission guard: an answer of
// success from a handler that nobody authorized is not let through.
type recorder struct {
	http.ResponseWriter
	call   *call
	refuse func(w http.ResponseWriter) // writes the error answer in its place
	status int
	bytes  int64
	drop   bool // the refused handler's bytes
}

func (w *recorder) WriteHeader(status int) {
	switch {
	case w.status != 0: // kratos repeats it with every write
	case status < 200:
		w.ResponseWriter.WriteHeader(status)
	case status < 300 && !w.call.admitted:
		w.status, w.drop = http.StatusInternalServerError, true
		w.refuse(w.ResponseWriter)
	default:
		w.status = status
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.drop {
		return len(b), nil
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach deadlines and flushing.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
