package feed

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// DraftState is where a draft stands.
type DraftState string

// The states.
const (
	DraftHeld        DraftState = "held"
	DraftHonoured    DraftState = "honoured"
	DraftDishonoured DraftState = "dishonoured"
)

// Draft is an acceptance draft taken in payment (承兑汇票). It pays when it is taken,
// and stays the customer's risk until it is honoured. It is its own receipt: a source
// that has one for it as well does not feed that.
type Draft struct {
	DraftNo string `json:"draft_no"`
	Buyer
	Make       string         `json:"draft_kind"` // bank, commercial
	Acceptor   string         `json:"acceptor"`
	Amount     money.Amount   `json:"amount"`
	Currency   money.Currency `json:"currency,omitempty"`
	IssuedOn   calendar.Date  `json:"issued_on"`
	DueOn      calendar.Date  `json:"due_on"`
	ReceivedOn calendar.Date  `json:"received_on,omitempty"` // zero: when it was issued
	ContractNo string         `json:"contract_no,omitempty"`
	ApplyHere  bool           `json:"apply_here,omitempty"` // the source has not applied it to its receivables
	State      DraftState     `json:"state"`
	SettledOn  calendar.Date  `json:"settled_on,omitempty"` // honoured or dishonoured
}

// Kind implements Record.
func (Draft) Kind() Kind { return Drafts }

// RecordID implements Record.
func (r Draft) RecordID() string { return r.DraftNo }

// Sums implements Record: its face amount.
func (r Draft) Sums() (money.Currency, money.Amount, volume.M3) { return r.Currency, r.Amount, 0 }

func (r Draft) check(c *fault.Checks) {
	text(c, "draft_no", r.DraftNo, true, maxNumber)
	r.Buyer.check(c)
	c.Require(r.Make == "bank" || r.Make == "commercial", "draft_kind", "UNKNOWN", "bank or commercial")
	text(c, "acceptor", r.Acceptor, true, 120)
	c.Require(r.Amount > 0 && r.Amount <= maxAmount, "amount", "OUT_OF_RANGE", "above zero, in fen")
	currency(c, r.Currency)
	date(c, "issued_on", r.IssuedOn)
	date(c, "due_on", r.DueOn)
	c.Require(r.DueOn >= r.IssuedOn, "due_on", "OUT_OF_RANGE", "not before it was issued")
	text(c, "contract_no", r.ContractNo, false, maxNumber)
	if !r.ReceivedOn.IsZero() {
		date(c, "received_on", r.ReceivedOn)
	}
	switch r.State {
	case DraftHeld:
		c.Require(r.SettledOn.IsZero(), "settled_on", "OUT_OF_RANGE", "only of one that was honoured or dishonoured")
	case DraftHonoured, DraftDishonoured:
		date(c, "settled_on", r.SettledOn)
	default:
		c.Add("state", "UNKNOWN", "held, honoured or dishonoured")
	}
}

// DraftRow is a draft to write; its receipt has the same number.
type DraftRow struct {
	ID         uuid.UUID     `json:"id"`
	DraftNo    string        `json:"draft_no"`
	Make       string        `json:"kind"`
	CustomerID uuid.UUID     `json:"customer_id"`
	ReceiptID  uuid.UUID     `json:"receipt_id"`
	Acceptor   string        `json:"acceptor"`
	Amount     money.Amount  `json:"amount"`
	IssuedOn   calendar.Date `json:"issued_on"`
	DueOn      calendar.Date `json:"due_on"`
	State      DraftState    `json:"status"`
	SettledOn  calendar.Date `json:"settled_on"`
}

// KnownDraft is a stored draft with its receipt.
type KnownDraft struct {
	DraftRow
	Source  string // of its receipt
	Receipt KnownReceipt
}

// drafts books drafts taken in payment, and what became of them.
func (b *batch) drafts(ctx context.Context) error {
	f, err := b.buyersOf(ctx, func(r Record) Buyer { return r.(Draft).Buyer })
	if err != nil {
		return err
	}
	stored, err := b.Repo.Drafts(ctx, b.ids())
	if err != nil {
		return err
	}
	booked, err := b.Repo.Receipts(ctx, b.source, b.ids())
	if err != nil {
		return err
	}
	paid := map[string]bool{}
	for _, p := range booked {
		paid[p.DocumentNo] = true
	}
	known := map[string]KnownDraft{}
	for _, k := range stored {
		known[k.DraftNo] = k
	}
	var receipts []ReceiptRow
	var rows []DraftRow
	var sent Totals
	var accepted []string
	each(b, func(r Draft, o *Outcome) {
		customer, ok := f.of(r.Buyer, o)
		if !ok || b.foreign(r.Currency, o) {
			return
		}
		row := DraftRow{ID: uuid.Must(uuid.NewV7()), DraftNo: r.DraftNo, Make: r.Make, CustomerID: customer, ReceiptID: uuid.Must(uuid.NewV7()), Acceptor: r.Acceptor, Amount: r.Amount,
			IssuedOn: r.IssuedOn, DueOn: r.DueOn, State: r.State, SettledOn: r.SettledOn}
		k, there := known[r.DraftNo]
		if !there && paid[r.DraftNo] {
			o.refuse("draft_no", "RECEIPT_EXISTS", "this source fed a receipt with this number; a draft is its own receipt, so declare that one void and send the draft under another number")
			return
		}
		if !there {
			o.Status = Unchanged // a dishonoured one that was never here paid nothing
			if r.State == DraftDishonoured {
				return
			}
			o.Status = Inserted
			receipts = append(receipts, r.receipt(row))
		} else if row, ok = b.became(row, k, o); !ok {
			return
		} else if o.Status == Updated && r.State == DraftDishonoured {
			receipts = append(receipts, undone(k.Receipt, r.SettledOn))
		}
		accepted, sent = append(accepted, r.DraftNo), Totals{sent.Rows + 1, sent.Amount + row.Amount, 0}
		if o.Status != Unchanged {
			rows = append(rows, row)
			b.touched[customer] = true
		}
	})
	if len(receipts) > 0 {
		if err := b.Repo.AddReceipts(ctx, b.source, b.currency, receipts, b.now); err != nil {
			return err
		}
	}
	if len(rows) > 0 {
		if err := b.Repo.PutDrafts(ctx, rows, b.now); err != nil {
			return err
		}
	}
	total, err := b.Repo.DraftTotals(ctx, b.source, accepted)
	if err != nil {
		return err
	}
	return b.tie(total, sent)
}

// became says what becomes of a draft that is here already, or refuses the record.
func (b *batch) became(row DraftRow, k KnownDraft, o *Outcome) (DraftRow, bool) {
	state, on := row.State, row.SettledOn
	row.ID, row.ReceiptID = k.ID, k.ReceiptID
	same := k.DraftRow
	same.State, same.SettledOn = state, on
	switch {
	case k.Source != b.source:
		o.refuse("draft_no", "DRAFT_EXISTS", "a draft with this number was entered here or by another source; settle it there")
	case same != row:
		o.refuse("draft_no", "DRAFT_DIFFERS", "this draft is booked with other figures; undo it in the console, then replay this record")
	case k.State == state:
		o.Status = Unchanged
		return k.DraftRow, true
	case k.State != DraftHeld:
		o.refuse("state", "DRAFT_SETTLED", "this draft is "+string(k.State)+" here; what was settled is not opened again")
	case state == DraftDishonoured && k.Receipt.Used:
		o.refuse("draft_no", "DRAFT_APPLIED", "this draft is applied to receivables here; declare it dishonoured in the console, which opens them again, then replay this record")
	default:
		o.Status = Updated
		return row, true
	}
	return row, false
}

// receipt is what a draft pays.
func (r Draft) receipt(row DraftRow) ReceiptRow {
	on := r.ReceivedOn
	if on.IsZero() {
		on = r.IssuedOn
	}
	return ReceiptRow{ID: row.ReceiptID, DocumentNo: r.DraftNo, CustomerID: row.CustomerID, ReceivedOn: on, Amount: r.Amount, Method: "draft", ContractNo: r.ContractNo,
		ApplyHere: r.ApplyHere}
}

// undone is the counter-entry of a receipt.
func undone(k KnownReceipt, on calendar.Date) ReceiptRow {
	id := k.ID
	row := k.ReceiptRow
	row.ID, row.DocumentNo, row.Amount, row.Reverses, row.ReceivedOn = uuid.Must(uuid.NewV7()), k.DocumentNo+"-void", -k.Amount, &id, on
	return row
}
