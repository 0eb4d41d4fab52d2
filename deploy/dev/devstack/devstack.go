// Package devstack runs the real servers behind Zhuxin on one machine, for the
// demo and the tests: PostgreSQL, Redis, an S3 server (versitygw), Ory Kratos,
// and a mail sink inside this process. They are supervised children on loopback
// with all their data under one folder: started by health checks, started again
// when they die, ended with this process even when it is killed.
//
// It makes the databases zhuxin and kratos and hands out addresses and secrets
// as ZHUXIN_* variables. It knows nothing of tenants, roles and migrations (see
// tenancy), and is not for production (see deploy/compose).
//
// Linux only: the children's end is tied to ours by the kernel (Pdeathsig).
package devstack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"zhuxin/deploy/dev/mailsink"
)

// Stack is a running set of servers.
type Stack struct {
	config  Config
	secrets secrets
	lock    *dirLock
	pgBin   string

	mu       sync.Mutex
	children []*child // in the order in which they came up

	sink     *mailsink.Sink
	mailPage *http.Server

	stopOnce sync.Once
	stopErr  error
}

// Start starts the servers and returns when all of them answer. ctx ends the
// start, not the servers: those run until Stop, or until this process ends.
//
// On an error everything already started is stopped again. A taken port is a
// *PortTakenError; a folder that another stack runs in is an error that names
// its process.
func Start(ctx context.Context, c Config) (*Stack, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	// 0711: the user that runs PostgreSQL passes through, and lists nothing.
	for _, d := range []struct {
		path string
		mode os.FileMode
	}{{c.Dir, 0o711}, {filepath.Join(c.Dir, "log"), 0o700}, {filepath.Join(c.Dir, "run"), 0o755}} {
		if err := errors.Join(os.MkdirAll(d.path, d.mode), os.Chmod(d.path, d.mode)); err != nil {
			return nil, fmt.Errorf("devstack: %w", err)
		}
	}
	lock, err := lockDir(c.Dir)
	if err != nil {
		return nil, err
	}
	s := &Stack{config: c, lock: lock}
	if err := s.startAll(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Stack) startAll(ctx context.Context) error {
	if err := endLeftovers(s.config); err != nil {
		return err
	}
	if err := checkPorts(s.config); err != nil {
		return err
	}
	var err error
	if s.secrets, err = loadSecrets(s.config.Dir); err != nil {
		return err
	}
	if s.config.wants(PostgreSQL) {
		if s.pgBin, err = findPGBin(s.config.PGBin); err != nil {
			return err
		}
	}
	if s.config.wants(Mail) {
		if err := s.startMail(); err != nil {
			return err
		}
	}
	// Kratos needs PostgreSQL; the others need nobody.
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := s.startChild(ctx, PostgreSQL, startPostgres, s.config.Ports.PostgreSQL); err != nil {
			return err
		}
		return s.startChild(ctx, Kratos, startKratos, s.config.Ports.Kratos)
	})
	g.Go(func() error { return s.startChild(ctx, Redis, startRedis, s.config.Ports.Redis) })
	g.Go(func() error { return s.startChild(ctx, S3, startS3, s.config.Ports.S3) })
	return g.Wait()
}

type starter func(context.Context, Config, secrets) (*child, error)

func (s *Stack) startChild(ctx context.Context, name Server, start starter, port int) error {
	if !s.config.wants(name) {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.config.StartTimeout,
		fmt.Errorf("no answer within %v", s.config.StartTimeout))
	defer cancel()
	began := time.Now()
	ch, err := start(ctx, s.config, s.secrets)
	if ch != nil {
		s.mu.Lock()
		s.children = append(s.children, ch)
		s.mu.Unlock()
	}
	if err != nil {
		return err
	}
	s.config.Progress(name, fmt.Sprintf("answers on %s (%.1f s)", loopback(port), time.Since(began).Seconds()))
	return nil
}

func (s *Stack) startMail() error {
	sink, err := mailsink.Open(s.mailDir())
	if err != nil {
		return err
	}
	smtpListener, err := net.Listen("tcp", loopback(s.config.Ports.SMTP))
	if err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	pageListener, err := net.Listen("tcp", loopback(s.config.Ports.Mail))
	if err != nil {
		smtpListener.Close()
		return fmt.Errorf("devstack: %w", err)
	}
	s.sink = sink
	s.mailPage = &http.Server{Handler: sink.Handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := sink.Serve(smtpListener); err != nil {
			s.config.Progress(Mail, err.Error())
		}
	}()
	go func() {
		if err := s.mailPage.Serve(pageListener); !errors.Is(err, http.ErrServerClosed) {
			s.config.Progress(Mail, err.Error())
		}
	}()
	s.config.Progress(Mail, fmt.Sprintf("takes mail on %s, shows it on http://%s", loopback(s.config.Ports.SMTP), loopback(s.config.Ports.Mail)))
	return nil
}

// grace is how long a server may take to end in order before it is killed. The
// checkpoint of a busy PostgreSQL takes the longest.
const grace = 15 * time.Second

// Stop ends every server in the reverse order of their start: asks first, kills
// what does not end in time, and says so. It may be called more than once.
func (s *Stack) Stop() error {
	s.stopOnce.Do(func() {
		s.mu.Lock()
		children := s.children
		s.mu.Unlock()
		for i := len(children) - 1; i >= 0; i-- {
			s.stopErr = errors.Join(s.stopErr, children[i].stop(grace))
			s.config.Progress(children[i].name, "stopped")
		}
		if s.sink != nil {
			s.stopErr = errors.Join(s.stopErr, s.sink.Close(), s.mailPage.Close())
		}
		s.lock.release()
	})
	return s.stopErr
}

// Mail returns the mail sink, nil when the stack has none.
func (s *Stack) Mail() *mailsink.Sink { return s.sink }

// Ports returns where the servers listen.
func (s *Stack) Ports() Ports { return s.config.Ports }

// PID returns the process of a server at this moment, 0 when none runs. Tests
// that kill a server use it.
func (s *Stack) PID(name Server) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.children {
		if c.name == name {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.pid
		}
	}
	return 0
}

func (s *Stack) mailDir() string { return filepath.Join(s.config.Dir, "mail") }
