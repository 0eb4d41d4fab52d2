package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func built() fstest.MapFS {
	return fstest.MapFS{
		".gitkeep":                          {},
		".vite/manifest.json":               {Data: []byte(`{}`)},
		"index.html":                        {Data: []byte("<html>console</html>")},
		"boot.js":                           {Data: []byte("boot")},
		"assets/_plugin-vue_export-1a2b.js": {Data: []byte("plain")},
		"assets/main-1a2b.js":               {Data: []byte("plain")},
		"assets/main-1a2b.js.br":            {Data: []byte("packed-br")},
		"assets/main-1a2b.js.gz":            {Data: []byte("packed-gz")},
	}
}

func get(t *testing.T, h http.Handler, target string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestServesPrecompressedByAcceptEncoding(t *testing.T) {
	t.Parallel()
	h := New(built())
	for _, c := range []struct{ accept, encoding, body string }{
		{"gzip, deflate, br", "br", "packed-br"},
		{"gzip", "gzip", "packed-gz"},
		{"br;q=0, gzip;q=0.5", "gzip", "packed-gz"},
		{"br;q=0", "", "plain"},
		{"", "", "plain"},
	} {
		w := get(t, h, "/assets/main-1a2b.js", "Accept-Encoding", c.accept)
		if w.Code != http.StatusOK || w.Body.String() != c.body || w.Header().Get("Content-Encoding") != c.encoding {
			t.Errorf("Accept-Encoding %q: got %d %q encoded %q, want %q encoded %q",
				c.accept, w.Code, w.Body, w.Header().Get("Content-Encoding"), c.body, c.encoding)
		}
		if got := w.Header().Get("Vary"); got != "Accept-Encoding" {
			t.Errorf("Vary: got %q", got)
		}
		if got := w.Header().Get("Content-Type"); got != "text/javascript; charset=utf-8" {
			t.Errorf("Content-Type: got %q", got)
		}
	}
}

func TestCachesAssetsForeverAndIndexNever(t *testing.T) {
	t.Parallel()
	h := New(built())
	if got := get(t, h, "/assets/main-1a2b.js").Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("asset: got %q", got)
	}
	for _, target := range []string{"/", "/index.html", "/t/huadong/customers", "/boot.js"} {
		if got := get(t, h, target).Header().Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: got %q", target, got)
		}
	}
}

func TestFallsBackToTheConsoleOnlyForItsOwnRoutes(t *testing.T) {
	t.Parallel()
	h := New(built())
	for target, want := range map[string]int{
		"/": 200, "/hq": 200, "/t/huadong/customers?tab=all": 200, "/auth/login": 200, "/index.html": 200,
		"/v1/nothing": 404, "/v1": 404, "/self-service/login/browser": 404, "/sessions/whoami": 404,
		"/assets/gone.js": 404, "/assets/": 404, "/robots.txt": 404, "/.vite/manifest.json": 404, "/.gitkeep": 404,
		"/assets/main-1a2b.js.br": 404, "/../handler.go": 404, "/v1beta": 200,
	} {
		if w := get(t, h, target); w.Code != want {
			t.Errorf("%s: got %d, want %d", target, w.Code, want)
		}
	}
}

func TestEmbedsFilesThatBeginWithAnUnderscore(t *testing.T) {
	t.Parallel()
	if w := get(t, New(built()), "/assets/_plugin-vue_export-1a2b.js"); w.Code != http.StatusOK {
		t.Errorf("got %d", w.Code)
	}
}

func TestSetsTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	header := get(t, New(built()), "/").Header()
	for name, want := range map[string]string{
		"Content-Security-Policy": contentSecurityPolicy,
		"X-Content-Type-Options":  "nosniff",
		"Referrer-Policy":         "same-origin",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestAnswersNotModifiedToAKnownETag(t *testing.T) {
	t.Parallel()
	h := New(built())
	etag := get(t, h, "/").Header().Get("ETag")
	if w := get(t, h, "/", "If-None-Match", `"other", `+etag); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("got %d with %d bytes", w.Code, w.Body.Len())
	}
	packed := get(t, h, "/assets/main-1a2b.js", "Accept-Encoding", "br").Header().Get("ETag")
	if plain := get(t, h, "/assets/main-1a2b.js").Header().Get("ETag"); plain == packed {
		t.Error("two encodings share one ETag: a cache would mix them up")
	}
}

func TestRefusesOtherMethods(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hq", nil)
	w := httptest.NewRecorder()
	New(built()).ServeHTTP(w, r)
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("got %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

func TestSaysHowToBuildWhenNothingIsBuilt(t *testing.T) {
	t.Parallel()
	w := get(t, New(fstest.MapFS{".gitkeep": {}}), "/hq")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "console not built") ||
		!strings.Contains(w.Body.String(), "make console") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestHandlerServesTheEmbeddedFolder(t *testing.T) {
	t.Parallel()
	// Built or not, the answer is one of the two pages and never empty.
	if w := get(t, Handler(), "/"); w.Body.Len() == 0 || w.Code != 200 && w.Code != 503 {
		t.Errorf("got %d with %d bytes", w.Code, w.Body.Len())
	}
}
