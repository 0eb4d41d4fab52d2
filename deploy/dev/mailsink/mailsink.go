// Package mailsink is the mail server of the demo and the tests: it takes every
// mail over SMTP, sends none on, keeps each as a file, and shows them newest
// first through Go and over HTTP.
//
// It is for one machine: no authentication, no TLS, loopback only. A real
// installation names a real SMTP server instead.
package mailsink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"
)

// Limits of the sink. Older mails than the newest keepMails are removed.
const (
	maxMailBytes  = 10 << 20
	maxRecipients = 50
	keepMails     = 1000
	fileSuffix    = ".eml"
)

// ErrNoMail is returned by Get for an id that names no kept mail.
var ErrNoMail = errors.New("mailsink: no mail with this id")

// idPattern is what ids look like: a time-ordered UUID (v7). Anything else
// never reaches the file system.
var idPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// Sink keeps mails in one folder. All methods may be called at the same time.
type Sink struct {
	dir string

	mu     sync.Mutex // guards server, and keeps prune from racing with itself
	server *smtp.Server
}

// Open returns the sink over dir, which is made when missing. It does not
// listen yet: reading the mails another process keeps needs no server.
func Open(dir string) (*Sink, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mailsink: %w", err)
	}
	return &Sink{dir: dir}, nil
}

// Serve takes mails from ln until Close. It returns nil after Close.
func (s *Sink) Serve(ln net.Listener) error {
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{sink: s}, nil
	}))
	srv.Domain = "localhost"
	srv.MaxMessageBytes = maxMailBytes
	srv.MaxRecipients = maxRecipients
	srv.ReadTimeout = 30 * time.Second
	srv.WriteTimeout = 30 * time.Second
	srv.EnableSMTPUTF8 = true

	s.mu.Lock()
	s.server = srv
	s.mu.Unlock()
	if err := srv.Serve(ln); err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("mailsink: %w", err)
	}
	return nil
}

// Close stops Serve. Mails already acknowledged are on disk.
func (s *Sink) Close() error {
	s.mu.Lock()
	srv := s.server
	s.server = nil
	s.mu.Unlock()
	if srv == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return srv.Close()
	}
	return nil
}

// List returns the kept mails, newest first. With a recipient it returns only
// mails to that address (letter case ignored); with limit > 0 at most so many.
func (s *Sink) List(recipient string, limit int) ([]Mail, error) {
	ids, err := s.ids()
	if err != nil {
		return nil, err
	}
	mails := []Mail{}
	for _, id := range ids {
		m, err := s.Get(id)
		if errors.Is(err, ErrNoMail) {
			continue // pruned since the folder was read
		}
		if err != nil {
			return nil, err
		}
		if recipient != "" && !m.sentTo(recipient) {
			continue
		}
		mails = append(mails, m)
		if limit > 0 && len(mails) == limit {
			break
		}
	}
	return mails, nil
}

// Get returns one mail; ErrNoMail when there is none with this id.
func (s *Sink) Get(id string) (Mail, error) {
	if !idPattern.MatchString(id) {
		return Mail{}, ErrNoMail
	}
	f, err := os.Open(filepath.Join(s.dir, id+fileSuffix))
	if errors.Is(err, os.ErrNotExist) {
		return Mail{}, ErrNoMail
	}
	if err != nil {
		return Mail{}, fmt.Errorf("mailsink: %w", err)
	}
	defer f.Close()
	return parse(id, f)
}

// ids returns the ids of all kept mails, newest first: UUIDs of version 7 sort
// by the time they were made.
func (s *Sink) ids() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("mailsink: %w", err)
	}
	ids := make([]string, 0, len(entries))
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), fileSuffix); ok && idPattern.MatchString(id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	return ids, nil
}

// keep stores one mail: written aside and renamed, so that a reader never sees
// half of it.
func (s *Sink) keep(from string, to []string, r io.Reader) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(s.dir, "incoming-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	if _, err := fmt.Fprintf(tmp, "X-Envelope-From: %s\r\nX-Envelope-To: %s\r\n", from, strings.Join(to, ", ")); err != nil {
		return err
	}
	if _, err := io.Copy(tmp, r); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), filepath.Join(s.dir, id.String()+fileSuffix)); err != nil {
		return err
	}
	return s.prune()
}

func (s *Sink) prune() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids, err := s.ids()
	if err != nil {
		return err
	}
	for len(ids) > keepMails {
		oldest := ids[len(ids)-1]
		if err := os.Remove(filepath.Join(s.dir, oldest+fileSuffix)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		ids = ids[:len(ids)-1]
	}
	return nil
}

// session is one SMTP conversation.
type session struct {
	sink *Sink
	from string
	to   []string
}

func (c *session) Reset()        { c.from, c.to = "", nil }
func (c *session) Logout() error { return nil }

func (c *session) Mail(from string, _ *smtp.MailOptions) error {
	c.from = from
	return nil
}

func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.to = append(c.to, to)
	return nil
}

func (c *session) Data(r io.Reader) error { return c.sink.keep(c.from, c.to, r) }
