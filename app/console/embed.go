// Package console owns the web console: its sources (src, built by Vite) and the
// handler that serves the built files. It does not own the API or the login
// flows; those paths never reach this handler's fallback.
package console

import (
	"embed"
	"io/fs"
	"net/http"
)

// The prefix all: is needed because the bundler emits files beginning with an
// underscore, which a plain go:embed drops silently, leaving a dead page.
//
//go:embed all:dist
var dist embed.FS

// Handler serves the console that was built into the binary.
func Handler() http.Handler {
	built, err := fs.Sub(dist, "dist")
	if err != nil {
		// Only an invalid path fails, and it is the constant above; the folder's parent
		// has no index.html, so the answer would be the page "console not built".
		built = dist
	}
	return New(built)
}
