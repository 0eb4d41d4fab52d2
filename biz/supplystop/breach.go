package supplystop

import (
	"context"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/volume"
)

// Breach is a delivery ticket of a day after its customer's or project's formal stop
// and before supply went on (beyond.md 5). The day of the stop itself is none: a
// ticket tells no hour, and a pour that has begun is finished. The tickets of such a pour,
// which the order check let go on, are listed as covered and counted apart.
type Breach struct {
	StopID       uuid.UUID
	StoppedOn    calendar.Date
	Covered      bool // of a pour that had begun before the stop and was finished
	Acknowledged bool // the plant had given its word when the stop was looked at
	DeliveryID   uuid.UUID
	TicketNo     string
	Source       string
	DeliveredOn  calendar.Date
	OrderNo      string
	ContractNo   string
	Volume       volume.M3
	Amount       money.Amount

	// Where it left and who sent it; empty where the source does not say.
	PlantCode, PlantName, Dispatcher string

	CustomerID                                uuid.UUID
	CustomerNumber, CustomerName, ProjectName string
}

// Days is how many days after the stop the ticket is.
func (b Breach) Days() int { return int(b.DeliveredOn - b.StoppedOn) }

// Breaches is a page of them, and what all of them come to.
type Breaches struct {
	Rows  []Breach
	Total int64
	// Volume and Amount are of the breaches alone; Covered is how many of Total are none.
	Volume  volume.M3
	Amount  money.Amount
	Covered int64
	// Per plant, whichever plant was asked for, and per person likewise; the most
	// tickets first.
	ByPlant, ByPerson []BreachGroup
}

// BreachGroup is what left one plant, or what one person sent, in spite of stops.
type BreachGroup struct {
	Key     string // empty: the source does not say
	Name    string
	Tickets int64
	Volume  volume.M3
	Amount  money.Amount
}

// Which selects by a plant or a person.
type Which struct {
	Key      string // empty: whichever
	NotGiven bool   // those of which the source does not say
}

func (w Which) check(c *fault.Checks, field string) {
	c.Require(w.Key == "" || !w.NotGiven, field, "INVALID", "either one by name, or those not given")
	c.Require(utf8.RuneCountInString(w.Key) <= 200, field, "TOO_LONG", "at most 200 characters")
}

// BreachQuery selects breaches.
type BreachQuery struct {
	OnlyOf     *uuid.UUID
	StopID     *uuid.UUID
	CustomerID *uuid.UUID
	// A plant goes by its code, or by its name where it has none.
	Plant, Person Which
	paging.Window
}

// BreachInput asks for a page of breaches, of one stop or customer or of all.
type BreachInput struct {
	StopID, CustomerID *uuid.UUID
	Plant, Person      Which
	Page, Size         int32
}

// Breaches lists what left in spite of a stop. It is read from the tickets
// themselves: one that comes late, is put right or is void counts from then on.
func (s *Service) Breaches(ctx context.Context, in BreachInput) (out Breaches, err error) {
	actor, err := access.Require(ctx, access.LimitRead)
	if err != nil {
		return out, err
	}
	var c fault.Checks
	w := paging.Of(&c, in.Page, in.Size)
	in.Plant.check(&c, "plant")
	in.Person.check(&c, "dispatcher")
	if err := c.Err(); err != nil {
		return out, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		out, err = s.Repo.Breaches(ctx, BreachQuery{OnlyOf: customer.OnlyOf(actor), StopID: in.StopID, CustomerID: in.CustomerID, Plant: in.Plant, Person: in.Person, Window: w})
		return err
	})
	return out, err
}
