package feed

import (
	"cmp"
	"context"

	"github.com/google/uuid"
)

// deliveries writes tickets. What was signed does not change any more: a mistake in
// it is mended by a ticket of the difference.
func (b *batch) deliveries(ctx context.Context) error {
	f, err := b.buyersOf(ctx, func(r Record) Buyer { return r.(Delivery).Buyer })
	if err != nil {
		return err
	}
	stored, err := b.Repo.Deliveries(ctx, b.source, b.ids())
	if err != nil {
		return err
	}
	known := map[string]KnownDelivery{}
	for _, k := range stored {
		known[k.TicketNo] = k
	}
	var rows []DeliveryRow
	var sent Totals
	var accepted []string
	each(b, func(r Delivery, o *Outcome) {
		row, ok := b.ticket(r, f, known, o)
		if !ok {
			return
		}
		if o.Status == "" {
			o.Status = Unchanged
			if k, there := known[r.TicketNo]; !there {
				o.Status, row.ID = Inserted, uuid.Must(uuid.NewV7())
			} else if k.DeliveryRow != row {
				o.Status = Updated
				b.touched[k.CustomerID] = true
			}
		}
		if _, there := known[r.TicketNo]; there || o.Status == Inserted {
			accepted, sent = append(accepted, r.TicketNo), Totals{sent.Rows + 1, sent.Amount + row.Amount, sent.Volume + row.Volume}
		}
		if o.Status != Unchanged {
			rows = append(rows, row)
			b.touched[row.CustomerID] = true
		}
	})
	if len(rows) > 0 {
		if err := b.Repo.PutDeliveries(ctx, b.source, b.currency, rows, b.now); err != nil {
			return err
		}
		if _, err := b.Statements.Sum(ctx, b.now); err != nil {
			return err
		}
	}
	total, err := b.Repo.DeliveryTotals(ctx, b.source, accepted)
	if err != nil {
		return err
	}
	return b.tie(total, sent)
}

// ticket gives what the ticket shall be, or refuses it. A void one that never came
// changes nothing.
func (b *batch) ticket(r Delivery, f buyers, known map[string]KnownDelivery, o *Outcome) (DeliveryRow, bool) {
	customer, ok := f.of(r.Buyer, o)
	if !ok || b.foreign(r.Currency, o) {
		return DeliveryRow{}, false
	}
	k, there := known[r.TicketNo]
	row := DeliveryRow{ID: k.ID, TicketNo: r.TicketNo, CustomerID: customer, ContractNo: r.ContractNo, OrderNo: r.OrderNo, InvoiceNo: r.InvoiceNo,
		DeliveredOn: r.DeliveredOn, Volume: r.Volume, Amount: r.Amount, Dispatch: r.Dispatch}
	if r.Void {
		row.Volume, row.Amount = 0, 0
	}
	if r.Void && !there {
		o.Status = Unchanged
	}
	if k.Signed && (row.CustomerID != k.CustomerID || row.ContractNo != k.ContractNo || row.DeliveredOn != k.DeliveredOn || row.Volume != k.Volume || row.Amount != k.Amount) {
		o.refuse("ticket_no", "DELIVERY_SIGNED", "the customer has signed this ticket in a statement; mend it there by a ticket of the difference, with a number of its own")
		return DeliveryRow{}, false
	}
	return row, true
}

// receipts books money received, and undoes what the source declared void.
func (b *batch) receipts(ctx context.Context) error {
	f, err := b.buyersOf(ctx, func(r Record) Buyer { return r.(Receipt).Buyer })
	if err != nil {
		return err
	}
	stored, err := b.Repo.Receipts(ctx, b.source, b.ids())
	if err != nil {
		return err
	}
	known := map[string]KnownReceipt{}
	for _, k := range stored {
		known[k.DocumentNo] = k
	}
	var rows []ReceiptRow
	var sent Totals
	var documents []string
	each(b, func(r Receipt, o *Outcome) {
		customer, ok := f.of(r.Buyer, o)
		if !ok || b.foreign(r.Currency, o) {
			return
		}
		row := ReceiptRow{DocumentNo: r.DocumentNo, CustomerID: customer, ReceivedOn: r.ReceivedOn, Amount: r.Amount, Method: cmp.Or(r.Method, "transfer"),
			ContractNo: r.ContractNo, Payer: r.Payer, ApplyHere: r.ApplyHere}
		if row, ok = book(row, known[r.DocumentNo], r.Void, o); ok {
			rows, documents = append(rows, row), append(documents, row.DocumentNo)
			sent.Rows, sent.Amount = sent.Rows+1, sent.Amount+row.Amount
			b.touched[customer] = true
		}
	})
	if len(rows) == 0 {
		return nil
	}
	if err := b.Repo.AddReceipts(ctx, b.source, b.currency, rows, b.now); err != nil {
		return err
	}
	total, err := b.Repo.ReceiptTotals(ctx, b.source, documents)
	if err != nil {
		return err
	}
	return b.tie(total, sent)
}

// book decides what to enter for a receipt, if anything.
func book(row ReceiptRow, k KnownReceipt, void bool, o *Outcome) (ReceiptRow, bool) {
	there := k.ID != uuid.Nil
	same := there && k.CustomerID == row.CustomerID && k.ReceivedOn == row.ReceivedOn && k.Amount == row.Amount
	switch {
	case void && (!there || k.Reversed):
		o.Status = Unchanged
	case void && k.Used:
		o.refuse("document_no", "RECEIPT_APPLIED", "this receipt is applied to receivables here; undo that first, in the console, then replay this record")
	case void:
		id := k.ID
		row = k.ReceiptRow
		row.ID, row.DocumentNo, row.Amount, row.Reverses = uuid.Must(uuid.NewV7()), k.DocumentNo+"-void", -k.Amount, &id
		o.Status = Updated
		return row, true
	case there && k.Reversed:
		o.refuse("document_no", "RECEIPT_REVERSED", "this receipt was undone here; enter the money under a new number")
	case there && !same:
		o.refuse("document_no", "RECEIPT_DIFFERS", "a receipt with this number is booked with other figures; declare it void and enter the money under a new number")
	case there:
		o.Status = Unchanged
	default:
		row.ID, o.Status = uuid.Must(uuid.NewV7()), Inserted
		return row, true
	}
	return row, false
}
