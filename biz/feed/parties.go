package feed

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/shared/party"
)

// buyers finds the customers of a batch.
type buyers struct{ byNumber, byCode, byName map[string]KnownCustomer } // byName those with a code

func (b *batch) find(ctx context.Context, numbers, codes, names []string) (f buyers, err error) {
	f = buyers{map[string]KnownCustomer{}, map[string]KnownCustomer{}, map[string]KnownCustomer{}}
	known, err := b.Repo.Customers(ctx, numbers, codes, names)
	for _, k := range known {
		f.byNumber[k.Number] = k
		if k.USCC != "" {
			f.byCode[k.USCC], f.byName[k.Name] = k, k
		}
	}
	return f, err
}

func (b *batch) buyersOf(ctx context.Context, of func(Record) Buyer) (buyers, error) {
	var numbers, codes []string
	for i, r := range b.records {
		if b.Outcomes[i].Status != Refused {
			x := of(r)
			numbers, codes = append(numbers, x.CustomerNumber), append(codes, x.USCC)
		}
	}
	return b.find(ctx, numbers, codes, nil)
}

// of gives the customer that a record names, or refuses it.
func (f buyers) of(b Buyer, o *Outcome) (uuid.UUID, bool) {
	k, ok := f.byNumber[b.CustomerNumber]
	if b.CustomerNumber == "" || !ok {
		k, ok = f.byCode[b.USCC]
	}
	switch {
	case !ok:
		o.refuse("customer_number", "CUSTOMER_UNKNOWN", fmt.Sprintf("no customer has the number %q or the code %q; send the customer first, then replay this record", b.CustomerNumber, b.USCC))
	case b.USCC != "" && k.USCC != "" && k.USCC != b.USCC:
		o.refuse("uscc", "CUSTOMER_MISMATCH", fmt.Sprintf("the customer %s has the code %s; number and code belong to different customers", k.Number, k.USCC))
		ok = false
	}
	return k.ID, ok
}

// customers makes those that are not there and brings the others' terms up to date.
func (b *batch) customers(ctx context.Context) error {
	var numbers, codes, names []string
	each(b, func(r Customer, _ *Outcome) {
		numbers, codes, names = append(numbers, r.Number), append(codes, r.USCC), append(names, r.Name)
	})
	f, err := b.find(ctx, numbers, codes, names)
	if err != nil {
		return err
	}
	var rows []CustomerRow
	each(b, func(r Customer, o *Outcome) {
		code, _ := party.ParseUSCC(r.USCC)
		k, known := f.byNumber[r.Number]
		if other, taken := f.byCode[string(code)]; taken && other.Number != r.Number {
			o.refuse("uscc", "CUSTOMER_EXISTS", fmt.Sprintf("the customer %s has this code; one company is one customer", other.Number))
			return
		}
		row := CustomerRow{KnownCustomer: k, New: !known}
		if !known {
			row.ID, row.Number = uuid.Must(uuid.NewV7()), r.Number
		}
		if known && k.USCC != "" && (k.Name != r.Name || code != "" && string(code) != k.USCC) {
			o.refuse("name", "CUSTOMER_DIFFERS", fmt.Sprintf("the customer is %s with the code %s here; what a company legally is changes by approval, in the console", k.Name, k.USCC))
			return
		}
		row.Name = r.Name
		if code != "" {
			// A name belongs to one company with a code; those without may share it.
			if other, taken := f.byName[r.Name]; taken && other.Number != r.Number {
				o.refuse("name", "CUSTOMER_EXISTS", fmt.Sprintf("the customer %s with the code %s has this name; correct the name or the code, then replay this record", other.Number, other.USCC))
				return
			}
			row.USCC = string(code)
			f.byCode[row.USCC], f.byName[row.Name] = row.KnownCustomer, row.KnownCustomer
		}
		if r.Address != "" {
			row.Address = r.Address
		}
		if r.CreditTermDays != nil {
			row.CreditTermDays = *r.CreditTermDays
		}
		switch {
		case !known:
			o.Status = Inserted
		case row.KnownCustomer == k:
			o.Status = Unchanged
			return
		default:
			o.Status = Updated
		}
		rows = append(rows, row)
		b.touched[row.ID] = true
	})
	if len(rows) == 0 {
		return nil
	}
	if err := b.Repo.PutCustomers(ctx, rows, b.now); err != nil {
		return err
	}
	var named []uuid.UUID // what a company reaches goes by its code and its name
	for _, r := range rows {
		if r.USCC != "" {
			named = append(named, r.ID)
		}
	}
	if len(named) == 0 {
		return nil
	}
	return b.Relations.Follow(ctx, named...)
}

// contracts keeps what the source says of its contracts.
func (b *batch) contracts(ctx context.Context) error {
	f, err := b.buyersOf(ctx, func(r Record) Buyer { return r.(Contract).Buyer })
	if err != nil {
		return err
	}
	stored, err := b.Repo.Contracts(ctx, b.source, b.ids())
	if err != nil {
		return err
	}
	known := map[string]ContractRow{}
	for _, k := range stored {
		known[k.Number] = k
	}
	var rows []ContractRow
	each(b, func(r Contract, o *Outcome) {
		customer, ok := f.of(r.Buyer, o)
		if !ok {
			return
		}
		k, there := known[r.Number]
		row := ContractRow{ID: k.ID, Number: r.Number, CustomerID: customer, CustomerNumber: r.CustomerNumber, USCC: r.USCC, ProjectName: r.ProjectName, SignedOn: r.SignedOn, Volume: r.Volume,
			Amount: r.Amount, CreditTermDays: r.CreditTermDays}
		switch {
		case there && row == k:
			o.Status = Unchanged
			return
		case there:
			o.Status = Updated
		default:
			o.Status, row.ID = Inserted, uuid.Must(uuid.NewV7())
		}
		rows = append(rows, row)
	})
	if len(rows) == 0 {
		return nil
	}
	return b.Repo.PutContracts(ctx, b.source, rows, b.now)
}
