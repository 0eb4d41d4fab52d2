package demo

import (
	"fmt"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// months of history before the demo's date.
const months = 24

// books writes two years of invoices and receipts of one customer.
func (g *generator) books(s *Subsidiary, c Customer, asOf calendar.Date) {
	first := months
	if c.Habit == Newcomer {
		first = 2
	}
	size := g.between(6, 60) // ten thousands a month
	serial := 0
	add := func(on calendar.Date, amount money.Amount) {
		serial++
		inv := Invoice{
			DocumentNo:     fmt.Sprintf("FP%s%04d", c.Number, serial),
			CustomerNumber: c.Number, ContractNumber: c.Projects[serial%len(c.Projects)].Contract.Number, Date: on, Due: on.AddDays(c.CreditTermDays), Amount: amount, Open: amount,
		}
		g.settle(s, c, &inv, asOf, serial)
		s.Invoices = append(s.Invoices, inv)
	}
	if c.Habit == Stopped { // an old debt from before these books
		add(asOf.AddMonths(-30), money.Amount(g.between(20, 90))*1_000_000+money.Amount(g.between(0, 99)))
	}
	for m := first; m >= 0; m-- {
		if g.rng.IntN(10) == 0 && m > 0 { // no delivery in some months
			continue
		}
		if c.Habit == Stopped && m < 4 { // nobody delivers to him any more
			continue
		}
		for range g.between(1, 2) {
			on := asOf.AddMonths(-m).AddDays(-g.between(0, 20))
			fen := money.Amount(size)*1_000_000*money.Amount(g.between(60, 140))/100 + money.Amount(g.between(0, 9999))
			add(on, fen)
		}
	}
}

// settle lets the customer pay by his habit.
func (g *generator) settle(s *Subsidiary, c Customer, inv *Invoice, asOf calendar.Date, serial int) {
	pay := func(on calendar.Date, amount money.Amount) {
		if on > asOf || amount <= 0 {
			return
		}
		inv.Open -= amount
		s.Receipts = append(s.Receipts, Receipt{
			DocumentNo:     fmt.Sprintf("SK%s%04d%d", c.Number, serial, len(s.Receipts)),
			CustomerNumber: c.Number, Date: on, Amount: amount,
		})
	}
	switch c.Habit {
	case Prompt, Newcomer:
		pay(inv.Due.AddDays(-g.between(0, 12)), inv.Amount)
	case Late:
		pay(inv.Due.AddDays(g.between(5, 60)), inv.Amount)
	case Partial:
		pay(inv.Due.AddDays(g.between(0, 30)), inv.Amount/2)
		if g.rng.IntN(10) < 7 {
			pay(inv.Due.AddDays(g.between(60, 150)), inv.Amount-inv.Amount/2)
		}
	case Stopped:
		if inv.Date > asOf.AddMonths(-28) && inv.Due < asOf.AddMonths(-11) && g.rng.IntN(10) < 8 {
			pay(inv.Due.AddDays(g.between(10, 90)), inv.Amount)
		}
	}
}

// tickets are what was delivered since the end of the month before the last, and is
// not invoiced yet: one statement is due, and the next one fills.
func (g *generator) tickets(s *Subsidiary, c Customer, asOf calendar.Date) {
	if c.Habit == Stopped {
		return
	}
	for n := range g.between(5, 12) {
		p := c.Projects[n%len(c.Projects)]
		v := volume.M3(g.between(7, 12)) * 1000
		s.Tickets = append(s.Tickets, Ticket{
			Number: fmt.Sprintf("SH%s%04d", c.Number, n+1), CustomerNumber: c.Number, ContractNumber: p.Contract.Number,
			Date: asOf.AddDays(-g.between(0, 40)), Volume: v, Amount: p.Contract.UnitPrice * money.Amount(v) / 1000,
		})
	}
}
