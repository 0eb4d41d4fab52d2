// Package demo fills a fresh installation with lifelike data and walks the main
// job through it as a client would. Everything goes in through the product's own
// doors: signup, templates, ratings, file import.
package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
	"zhuxin/shared/volume"
)

// Seed is the one seed of all generated data: the same seed and date give the
// same data.
const Seed = 20261121

// Data is what one demo installation holds.
type Data struct {
	Subsidiaries []Subsidiary
}

// Subsidiary is one tenant-to-be with its books.
type Subsidiary struct {
	Name, ShortName string
	USCC            party.USCC
	Sample          string // rating template sample it starts from
	Customers       []Customer
	Invoices        []Invoice
	Receipts        []Receipt
	Tickets         []Ticket
}

// Customer is a buyer with his habits.
type Customer struct {
	Number, Name         string
	USCC                 party.USCC
	LegalRepresentative  string
	LegalID              string
	Contact, Phone, Bank string
	Address              string
	CreditTermDays       int
	Salesperson          int // which of the subsidiary's salespeople
	Habit                Habit
	Projects             []Project
}

// Habit is how a customer pays.
type Habit int

// The habits, from prompt to gone.
const (
	Prompt   Habit = iota // within terms
	Late                  // up to two months after
	Partial               // pays in parts, some stays open
	Stopped               // paid once, then no more
	Newcomer              // bought for the first time this quarter
)

// Project is a construction site.
type Project struct {
	Number, Name, Owner, Address string
	Contract                     Contract
}

// Contract is the supply contract of a project.
type Contract struct {
	Number    string
	Volume    volume.M3
	UnitPrice money.Amount // fen per m³
	SignedOn  calendar.Date
}

// Invoice is one receivable as the books of the day show it.
type Invoice struct {
	DocumentNo, CustomerNumber string
	ContractNumber             string // which of the customer's projects it is for
	Date, Due                  calendar.Date
	Amount, Open               money.Amount
}

// Ticket is a delivery that no invoice covers yet.
type Ticket struct {
	Number, CustomerNumber, ContractNumber string
	Date                                   calendar.Date
	Volume                                 volume.M3
	Amount                                 money.Amount
}

// Receipt is money that came in.
type Receipt struct {
	DocumentNo, CustomerNumber string
	Date                       calendar.Date
	Amount                     money.Amount
}

// CustomersEach is how many customers a subsidiary has.
const CustomersEach = 48

// Generate makes the data as of a business date.
func Generate(asOf calendar.Date) Data {
	g := &generator{rng: rand.New(rand.NewPCG(Seed, 1)), names: map[string]bool{}}
	shared := make([]Customer, 10) // companies that buy at more than one subsidiary
	for i := range shared {
		shared[i] = g.company(i)
	}
	shared[0].Habit, shared[1].Habit = Stopped, Partial
	var d Data
	for n, s := range []Subsidiary{
		{Name: "华东混凝土有限公司", ShortName: "华东砼业", Sample: "concrete"},
		{Name: "江南水泥股份有限公司", ShortName: "江南水泥", Sample: "cement"},
		{Name: "北岸商砼有限公司", ShortName: "北岸商砼", Sample: "concrete"},
	} {
		s.USCC = g.uscc("91330000")
		g.fill(&s, n, shared, asOf)
		d.Subsidiaries = append(d.Subsidiaries, s)
	}
	return d
}

type generator struct {
	rng   *rand.Rand
	names map[string]bool
}

func (g *generator) pick(words []string) string { return words[g.rng.IntN(len(words))] }

// between gives a number in [lo, hi].
func (g *generator) between(lo, hi int) int { return lo + g.rng.IntN(hi-lo+1) }

func (g *generator) digits(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(byte('0' + g.rng.IntN(10)))
	}
	return b.String()
}

// uscc makes a code with a right check character behind a registrar and region.
func (g *generator) uscc(prefix string) party.USCC {
	first := prefix + g.digits(17-len(prefix))
	c, err := party.CheckCharacter(first)
	if err != nil {
		panic(err) // digits only: cannot happen
	}
	return party.USCC(first + string(c))
}

// company makes a buyer; habits are spread so that every page has something to show.
func (g *generator) company(i int) Customer {
	name := ""
	for name == "" || g.names[name] {
		name = g.pick(cities) + g.pick(words) + g.pick(suffixes)
	}
	g.names[name] = true
	habits := []Habit{Prompt, Prompt, Prompt, Prompt, Late, Late, Late, Partial, Partial, Stopped, Newcomer, Prompt}
	return Customer{
		Name: name, USCC: g.uscc("9133" + g.digits(4)),
		LegalRepresentative: g.pick(surnames) + g.pick(givenNames),
		LegalID:             g.personID(),
		Contact:             g.pick(surnames) + g.pick(givenNames),
		Phone:               "13" + g.digits(9), Bank: "6222" + g.digits(15),
		Address:        g.pick(cities) + "市" + g.pick(districts) + "路" + fmt.Sprint(g.between(1, 999)) + "号",
		CreditTermDays: []int{30, 45, 60, 90}[g.rng.IntN(4)],
		Habit:          habits[i%len(habits)],
	}
}

// personID makes an ID number of the form of GB 11643 with its check character.
func (g *generator) personID() string {
	id := fmt.Sprintf("3301%02d%04d%02d%02d%03d", g.between(2, 27), g.between(1962, 1994), g.between(1, 12), g.between(1, 28), g.between(1, 999))
	weights, sum := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}, 0
	for i, w := range weights {
		sum += int(id[i]-'0') * w
	}
	return id + string("10X98765432"[sum%11])
}

func (g *generator) fill(s *Subsidiary, n int, shared []Customer, asOf calendar.Date) {
	for i := range CustomersEach {
		var c Customer
		if i < len(shared) && (i+n)%3 != 2 {
			c = shared[i]
		} else {
			c = g.company(i)
		}
		c.Number = fmt.Sprintf("K%d%04d", n+1, i+1)
		c.Salesperson = i % 2
		c.Projects = nil
		for p := range g.between(1, 3) {
			c.Projects = append(c.Projects, g.project(fmt.Sprintf("P%d%04d%d", n+1, i+1, p+1), s.Sample, asOf))
		}
		s.Customers = append(s.Customers, c)
		g.books(s, c, asOf)
		g.tickets(s, c, asOf)
	}
	slices.SortFunc(s.Invoices, func(a, b Invoice) int { return strings.Compare(a.DocumentNo, b.DocumentNo) })
}

func (g *generator) project(number, sample string, asOf calendar.Date) Project {
	price := money.Amount(g.between(380, 520)) * 100
	if sample == "cement" {
		price = money.Amount(g.between(330, 460)) * 100
	}
	return Project{
		Number: number, Name: g.pick(cities) + g.pick(words) + g.pick(sites),
		Owner: g.pick(cities) + g.pick(words) + g.pick(owners), Address: g.pick(districts) + "片区",
		Contract: Contract{
			Number: "HT-" + number, Volume: volume.M3(g.between(20, 600)) * 100_000,
			UnitPrice: price, SignedOn: asOf.AddDays(-g.between(200, 900)),
		},
	}
}
