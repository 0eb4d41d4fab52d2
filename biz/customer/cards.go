package customer

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
	"zhuxin/shared/volume"
)

// Card is a customer on the workbench: the basics (000-23, 36), and how many warnings
// about him are not closed.
type Card struct {
	ID       uuid.UUID
	Number   string
	Name     string
	Grade    string // empty without an effective rating
	TaxNo    string
	Warnings int64
	Worst    string // severity of the worst of them (biz/warning); empty without any
}

// Warning is the worst of what stands against deliveries to a project.
type Warning string

// The warnings, worst first: the customer's account is frozen; supply to him or to
// the project is stopped; he is on the group's negative list; receivables of the
// project are past due; the customer is over his limit; nothing.
const (
	WarningFrozen    Warning = "frozen"
	WarningStopped   Warning = "stopped"
	WarningListed    Warning = "listed"
	WarningOverdue   Warning = "overdue"
	WarningOverLimit Warning = "over_limit"
	WarningNone      Warning = "none"
)

// ProjectCard is a project on the workbench (000-24).
type ProjectCard struct {
	ID               uuid.UUID
	Number           string
	Name             string
	Warning          Warning
	ContractNo       string // the newest contract's; empty without one
	CustomerID       uuid.UUID
	CustomerName     string
	ContractedVolume volume.M3
	Salesperson      *party.Person
}

// CardQuery selects a part of the cards, the last changed first.
type CardQuery struct {
	OnlyOf *uuid.UUID // the data scope
	Today  calendar.Date
	After  *paging.Key // nil from the beginning
	Limit  int
}

// MyCustomers gives a part of the customers in the caller's scope, and the
// cursor of the next part, empty at the end.
func (s *Service) MyCustomers(ctx context.Context, cursor string, size int32) (cards []Card, next string, err error) {
	err = s.cards(ctx, cursor, size, func(ctx context.Context, q CardQuery) (key *paging.Key, err error) {
		cards, key, err = s.repo.CustomerCards(ctx, q)
		return key, err
	}, &next)
	return cards, next, err
}

// MyProjects gives a part of the projects of the customers in the caller's scope.
func (s *Service) MyProjects(ctx context.Context, cursor string, size int32) (cards []ProjectCard, next string, err error) {
	err = s.cards(ctx, cursor, size, func(ctx context.Context, q CardQuery) (key *paging.Key, err error) {
		cards, key, err = s.repo.ProjectCards(ctx, q)
		return key, err
	}, &next)
	return cards, next, err
}

func (s *Service) cards(ctx context.Context, cursor string, size int32, read func(context.Context, CardQuery) (*paging.Key, error), next *string) error {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return err
	}
	var c fault.Checks
	q := CardQuery{OnlyOf: OnlyOf(actor), After: paging.ParseKey(&c, "cursor", cursor), Limit: paging.Size(&c, size)}
	if err := c.Err(); err != nil {
		return err
	}
	if q.Today, err = tenant.Today(ctx, s.clock); err != nil {
		return err
	}
	return s.tx.InTx(ctx, func(ctx context.Context) error {
		key, err := read(ctx, q)
		*next = key.String()
		return err
	})
}
