package demo

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"zhuxin/shared/party"
)

// CheckConfig says against what the main job is walked.
type CheckConfig struct {
	BaseURL     string // the gateway
	Logins      Logins
	MailDir     string // of the mail sink, to read invitations and codes from
	Receivables string // a real export to import as well; empty for none
	Invoices    string // a folder of real invoices and known defaults; empty for none
	Out         io.Writer
}

// Check walks the main job over HTTP and prints each step with its result. It
// ends with the first step that fails.
func Check(ctx context.Context, cfg CheckConfig) error {
	w := &walk{cfg: cfg, ctx: ctx, run: fmt.Sprintf("%x", time.Now().UnixNano()&0xffffffffff)}
	fmt.Fprintf(cfg.Out, "%-4s %-46s %8s  %s\n%s\n", "", "step", "ms", "result", strings.Repeat("-", 118))
	for _, s := range w.steps() {
		if err := w.do(s); err != nil {
			return err
		}
	}
	if cfg.Receivables != "" {
		if err := w.realExport(cfg.Receivables); err != nil {
			return err
		}
	}
	if cfg.Invoices != "" {
		if err := w.realInvoices(cfg.Invoices); err != nil {
			return err
		}
	}
	fmt.Fprintf(cfg.Out, "\nall %d steps passed\n", w.passed)
	return nil
}

type step struct {
	name string
	run  func() (result string, err error)
}

// walk carries what one step learns and a later one needs.
type walk struct {
	cfg    CheckConfig
	ctx    context.Context
	run    string // makes this run's names its own
	passed int

	admin, sales, approver, hq, other, erp *client

	adminMail, salesMail, approverMail string
	uscc, customerUSCC                 party.USCC
	applicationID, slug                string
	templateID, customerID, ratingID   string
	reservationID                      string
	openSum                            int64
}

func (w *walk) do(s step) error {
	start := time.Now()
	result, err := s.run()
	ms := time.Since(start).Milliseconds()
	mark := "ok"
	if err != nil {
		mark, result = "FAIL", err.Error()
	}
	fmt.Fprintf(w.cfg.Out, "%-4s %-46s %8d  %s\n", mark, s.name, ms, result)
	if err != nil {
		return fmt.Errorf("step %q: %w", s.name, err)
	}
	w.passed++
	return nil
}

func (w *walk) steps() []step {
	return []step{
		{"servers are ready", w.ready},
		{"a person signs up", w.signUp},
		{"he applies for his subsidiary", w.apply},
		{"HQ approves, provisioning runs", w.approveApplication},
		{"first-steps checklist is there", w.checklist},
		{"colleagues are invited and join", w.inviteColleagues},
		{"template: designed and submitted", w.designTemplate},
		{"template: submitter may not approve", w.selfApproval},
		{"template: second person approves", w.approveTemplate},
		{"customer with business licence", w.createCustomer},
		{"rating: scored and submitted", w.rate},
		{"rating: approved, standing limit set", w.approveRating},
		{"receivables: dry run", w.importDry},
		{"receivables: imported, bad rows apart", w.importReal},
		{"receivables: second run changes nothing", w.importAgain},
		{"order check within the limit: allow", w.checkAllow},
		{"order reserved, replayed by its key", w.reserve},
		{"same key with another payload: 422", w.reuseKey},
		{"reservation committed, rest released", w.commit},
		{"order above the limit: block, with numbers", w.checkBlock},
		{"another subsidiary lists the company", w.listNegative},
		{"now even a small order is blocked", w.checkNegative},
		{"HQ sees who listed, and removes it", w.removeNegative},
		{"shared history shows grades, look is logged", w.sharedHistory},
		{"HQ overview shows the imported receivables", w.overview},
		{"another subsidiary sees nothing of it", w.isolation},
		{"audit chain is intact", w.auditChain},
	}
}

// newUSCC makes a code of its own for this run.
func newUSCC() party.USCC {
	first := "91330100"
	for len(first) < 17 {
		first += fmt.Sprint(rand.IntN(10))
	}
	c, _ := party.CheckCharacter(first)
	return party.USCC(first + string(c))
}
