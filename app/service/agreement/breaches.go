package agreement

import (
	"context"

	agreementv1 "zhuxin/app/api/agreement/v1"
	"zhuxin/biz/customer"
	"zhuxin/biz/supplystop"
)

// ListSupplyStopBreaches gives a page of tickets that left in spite of a stop.
func (s *Service) ListSupplyStopBreaches(ctx context.Context, r *agreementv1.ListSupplyStopBreachesRequest) (*agreementv1.ListSupplyStopBreachesReply, error) {
	stopID, err := optional(r.GetStopId(), supplystop.ErrNotFound)
	if err != nil {
		return nil, err
	}
	customerID, err := optional(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	page, err := s.stops.Breaches(ctx, supplystop.BreachInput{StopID: stopID, CustomerID: customerID,
		Plant:  supplystop.Which{Key: r.GetPlant(), NotGiven: r.GetPlantNotGiven()},
		Person: supplystop.Which{Key: r.GetDispatcher(), NotGiven: r.GetDispatcherNotGiven()}, Page: r.GetPage(), Size: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	out := &agreementv1.ListSupplyStopBreachesReply{Total: page.Total, Covered: page.Covered, Volume: int64(page.Volume), Amount: int64(page.Amount), ByPlant: toGroups(page.ByPlant), ByDispatcher: toGroups(page.ByPerson)}
	for _, b := range page.Rows {
		out.Breaches = append(out.Breaches, &agreementv1.SupplyStopBreach{DeliveryId: b.DeliveryID.String(), TicketNo: b.TicketNo, Source: b.Source,
			DeliveredOn: b.DeliveredOn.String(), Days: int32(b.Days()), OrderNo: b.OrderNo, ContractNo: b.ContractNo, Volume: int64(b.Volume), Amount: int64(b.Amount),
			StopId: b.StopID.String(), StoppedOn: b.StoppedOn.String(), Acknowledged: b.Acknowledged, Covered: b.Covered,
			CustomerId: b.CustomerID.String(), CustomerNumber: b.CustomerNumber, CustomerName: b.CustomerName, ProjectName: b.ProjectName,
			PlantCode: b.PlantCode, PlantName: b.PlantName, Dispatcher: b.Dispatcher})
	}
	return out, nil
}

func toGroups(list []supplystop.BreachGroup) (out []*agreementv1.BreachGroup) {
	for _, g := range list {
		out = append(out, &agreementv1.BreachGroup{Key: g.Key, Name: g.Name, Tickets: g.Tickets, Volume: int64(g.Volume), Amount: int64(g.Amount)})
	}
	return out
}
