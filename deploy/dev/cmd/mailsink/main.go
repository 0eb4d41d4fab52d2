// Command mailsink runs the mail sink of zhuxin/deploy/dev/mailsink by itself: it
// keeps every mail, sends none on, and shows them on a page. For trying the
// containers out without a mail server.
package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"zhuxin/deploy/dev/mailsink"
)

func main() {
	dir := flag.String("dir", ".local/mail", "folder that keeps the mails")
	smtpAddr := flag.String("smtp", "127.0.0.1:11025", "address that takes mails")
	pageAddr := flag.String("page", "127.0.0.1:11080", "address of the page")
	flag.Parse()
	if err := run(*dir, *smtpAddr, *pageAddr); err != nil {
		fmt.Fprintln(os.Stderr, "mailsink:", err)
		os.Exit(1)
	}
}

// run serves until one of the two servers fails or a signal ends it.
func run(dir, smtpAddr, pageAddr string) error {
	sink, err := mailsink.Open(dir)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", smtpAddr)
	if err != nil {
		return err
	}
	page := &http.Server{Addr: pageAddr, Handler: sink.Handler(), ReadHeaderTimeout: 5 * time.Second}
	ended := make(chan error, 2)
	go func() { ended <- sink.Serve(ln) }()
	go func() { ended <- page.ListenAndServe() }()
	fmt.Printf("takes mail on %s, shows it on http://%s\n", ln.Addr(), pageAddr)

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	select {
	case err = <-ended:
	case <-signals:
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, sink.Close(), page.Close())
}
