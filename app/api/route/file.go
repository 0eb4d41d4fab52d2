package route

import (
	"context"
	"io"
	"net/http"
)

// Upload is the file that a request carries: a stream, so that an import of a
// million rows never lies in memory.
type Upload struct {
	ContentType string // what the client claims; look at the bytes before you trust it
	Size        int64  // bytes by Content-Length, -1 when the client does not say
	Body        io.Reader
}

type uploadKey struct{}

// WithUpload is called by generated handlers of routes with raw_request.
func WithUpload(ctx context.Context, r *http.Request) context.Context {
	return context.WithValue(ctx, uploadKey{}, Upload{ContentType: r.Header.Get("Content-Type"), Size: r.ContentLength, Body: r.Body})
}

// UploadFrom gives the file of the request; ok is false on any other route.
// Reading more than the route takes ends in an error that becomes a 413.
func UploadFrom(ctx context.Context) (Upload, bool) {
	u, ok := ctx.Value(uploadKey{}).(Upload)
	return u, ok
}

// File is the answer of a route with raw_reply. The server streams Body and
// closes it, also when the client has gone.
type File struct {
	Name        string // offered to the browser for saving; may hold any character
	ContentType string // application/octet-stream when empty
	Size        int64  // sent as Content-Length when greater than zero
	Body        io.ReadCloser
}
