package console

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// contentSecurityPolicy needs no unsafe-eval, because the messages of vue-i18n are
// compiled at build time; Element Plus places popups by style attributes.
const contentSecurityPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"object-src 'none'; base-uri 'self'; frame-ancestors 'none'"

// reserved are the paths of other handlers: a miss below them is 404 and never the
// console's page, so that a wrong API path does not answer 200 with HTML.
var reserved = []string{"/v1", "/self-service", "/sessions", "/assets", "/.well-known"}

// encodings in the order of preference; Vite writes the files beside the plain one.
var encodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// variant is one stored form of a file.
type variant struct {
	body []byte
	etag string
}

// file is one served path with its stored forms.
type file struct {
	plain       variant
	encoded     map[string]variant
	contentType string
}

type server struct {
	files map[string]file
}

// New serves a built console from root. An empty root (nothing was built) answers
// 503 with the command that builds it.
func New(root fs.FS) http.Handler {
	s := &server{files: map[string]file{}}
	// A file that cannot be read is left out: its path is then a plain 404, and
	// without index.html every path says that the console is not built.
	_ = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || hidden(name) || isEncoded(name) {
			return nil
		}
		if f, ok := load(root, name); ok {
			s.files["/"+name] = f
		}
		return nil
	})
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Content-Security-Policy", contentSecurityPolicy)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "the console answers GET and HEAD only", http.StatusMethodNotAllowed)
		return
	}
	if _, built := s.files["/index.html"]; !built {
		notBuilt(w)
		return
	}
	clean := path.Clean("/" + r.URL.Path)
	f, found := s.files[clean]
	if !found || clean == "/index.html" {
		if isReserved(clean) || path.Ext(clean) != "" && clean != "/index.html" {
			header.Set("Cache-Control", "no-store")
			http.NotFound(w, r)
			return
		}
		clean, f = "/index.html", s.files["/index.html"]
	}
	header.Set("Cache-Control", cacheControl(clean))
	header.Set("Content-Type", f.contentType)
	header.Add("Vary", "Accept-Encoding")
	write(w, r, f)
}

func write(w http.ResponseWriter, r *http.Request, f file) {
	chosen := f.plain
	for _, encoding := range encodings {
		if v, ok := f.encoded[encoding.name]; ok && accepts(r.Header.Get("Accept-Encoding"), encoding.name) {
			chosen = v
			w.Header().Set("Content-Encoding", encoding.name)
			break
		}
	}
	w.Header().Set("ETag", chosen.etag)
	if match := r.Header.Get("If-None-Match"); match != "" && slices.Contains(splitList(match), chosen.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(chosen.body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(chosen.body) // the client has gone; nobody is left to tell
}

func load(root fs.FS, name string) (file, bool) {
	body, err := fs.ReadFile(root, name)
	if err != nil {
		return file{}, false
	}
	f := file{plain: newVariant(body), encoded: map[string]variant{}, contentType: contentType(name)}
	for _, encoding := range encodings {
		if packed, err := fs.ReadFile(root, name+encoding.suffix); err == nil {
			f.encoded[encoding.name] = newVariant(packed)
		}
	}
	return f, true
}

func newVariant(body []byte) variant {
	sum := sha256.Sum256(body)
	return variant{body: body, etag: `"` + hex.EncodeToString(sum[:12]) + `"`}
}

// contentType does not rely on the machine's mime table for what the page needs to run.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json":
		return "application/json"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// cacheControl: files in /assets carry a hash in their name and never change; all
// others keep their name over releases and are asked for again each time.
func cacheControl(clean string) string {
	if strings.HasPrefix(clean, "/assets/") {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

// accepts reads one Accept-Encoding header; "br;q=0" is a refusal.
func accepts(header, encoding string) bool {
	for _, part := range splitList(header) {
		name, parameters, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), encoding) {
			continue
		}
		weight, isWeight := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
		if !isWeight {
			return true
		}
		q, err := strconv.ParseFloat(weight, 64)
		return err == nil && q > 0
	}
	return false
}

func splitList(header string) []string {
	parts := strings.Split(header, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func isReserved(clean string) bool {
	return slices.ContainsFunc(reserved, func(prefix string) bool {
		return clean == prefix || strings.HasPrefix(clean, prefix+"/")
	})
}

// hidden keeps the build's own notes (.vite/manifest.json, .gitkeep) off the web.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.Contains(name, "/.")
}

func isEncoded(name string) bool {
	return strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz")
}

const notBuiltPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>console not built</title>
<h1>console not built</h1><p>This binary was built before the web console. Run <code>make console</code>, then build zhuxin again.</p></html>
`

func notBuilt(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte(notBuiltPage)) // the client has gone; nobody is left to tell
}
