package contract

import (
	"context"
	"database/sql"
	"strings"

	"github.com/google/uuid"

	biz "zhuxin/biz/contract"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
)

var _ biz.ERPRepository = Repo{}

// erpContracts are those that feeds brought; $1 salesperson. A number that a contract of
// another customer has is shown with that, as far as the viewer may see it.
const (
	erpColumns = `SELECT e.id, e.source, e.contract_no, c.id, c.number, c.name, coalesce(c.uscc, ''), e.customer_number, e.uscc, e.project_name, e.signed_on,
  e.volume, e.amount, e.credit_term_days, t.id, coalesce(p.name, ''), coalesce(k.name, ''), $1::uuid IS NULL OR k.salesperson_id IS NOT DISTINCT FROM $1`

	erpFrom = `
FROM erp_contracts e JOIN customers c ON c.id = e.customer_id
LEFT JOIN contracts t ON t.erp_contract_no = e.contract_no LEFT JOIN projects p ON p.id = t.project_id LEFT JOIN customers k ON k.id = p.customer_id
WHERE ($1::uuid IS NULL OR c.salesperson_id = $1)`

	erpList = erpColumns + `, count(*) OVER (), (SELECT count(*) FROM receivables r WHERE r.contract_no = e.contract_no AND r.contract_no <> '' AND r.customer_id = e.customer_id)
    + (SELECT count(*) FROM deliveries d WHERE d.contract_no = e.contract_no AND d.customer_id = e.customer_id),
  coalesce((SELECT sum(r.amount) FROM receivables r WHERE r.contract_no = e.contract_no AND r.contract_no <> '' AND r.customer_id = e.customer_id), 0)::bigint
    + coalesce((SELECT sum(d.amount) FROM deliveries d WHERE d.contract_no = e.contract_no AND d.customer_id = e.customer_id AND NOT d.reconciled AND NOT d.billed), 0)::bigint` +
		erpFrom + ` AND (t.id IS NULL OR k.id <> e.customer_id) AND ($2::uuid IS NULL OR c.id = $2)
  AND ($3::text = '' OR e.contract_no ILIKE $3 OR e.project_name ILIKE $3 OR c.name ILIKE $3)
ORDER BY e.updated_at DESC, e.id LIMIT $4`

	erpOne = erpColumns + erpFrom + ` AND e.id = $2 FOR UPDATE OF e`
)

func scanERP(rows *sql.Rows, more ...any) (e biz.ERPContract, err error) {
	var signed sql.Null[calendar.Date]
	var held uuid.NullUUID
	var project, buyer string
	var shown bool
	err = rows.Scan(append([]any{&e.ID, &e.Source, &e.Number, &e.Customer.ID, &e.Customer.Number, &e.Customer.Name, &e.Customer.USCC, &e.SaidNumber, &e.SaidUSCC, &e.ProjectName,
		&signed, &e.Volume, &e.Amount, &e.CreditTermDays, &held, &project, &buyer, &shown}, more...)...)
	e.SignedOn = signed.V
	if held.Valid {
		e.LinkedTo = &biz.Holder{ContractID: held.UUID}
		if shown {
			e.LinkedTo.ProjectName, e.LinkedTo.CustomerName = project, buyer
		}
	}
	return e, err
}

// like is a pattern that finds a text anywhere; empty for no text.
func like(text string) string {
	if text == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

// ERPContracts implements biz.ERPRepository.
func (Repo) ERPContracts(ctx context.Context, in biz.ERPQuery) (list []biz.ERPContract, total int64, err error) {
	list, err = postgres.Query(ctx, "list contracts of ERPs", erpList, func(rows *sql.Rows) (biz.ERPContract, error) {
		var documents, amount int64
		e, err := scanERP(rows, &total, &documents, &amount)
		e.Documents, e.DocumentsAmount = documents, money.Amount(amount)
		return e, err
	}, optional(in.OnlyOf), optional(&in.CustomerID), like(in.Text), in.Limit)
	return list, total, err
}

// ERPContract implements biz.ERPRepository.
func (Repo) ERPContract(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.ERPContract, error) {
	found, err := postgres.Query(ctx, "read a contract of an ERP", erpOne, func(rows *sql.Rows) (biz.ERPContract, error) { return scanERP(rows) }, optional(onlyOf), id)
	if err != nil {
		return biz.ERPContract{}, err
	}
	if len(found) == 0 {
		return biz.ERPContract{}, biz.ErrERPNotFound
	}
	return found[0], nil
}

// unknown says that nothing but a contract t of ours has its number.
const unknown = `NOT EXISTS (SELECT FROM erp_contracts e WHERE e.contract_no = t.erp_contract_no)
  AND NOT EXISTS (SELECT FROM receivables r WHERE r.contract_no = t.erp_contract_no AND r.contract_no <> '')
  AND NOT EXISTS (SELECT FROM deliveries d WHERE d.contract_no = t.erp_contract_no)
  AND NOT EXISTS (SELECT FROM erp_orders o WHERE o.contract_no = t.erp_contract_no AND o.customer_id = (SELECT customer_id FROM projects WHERE id = t.project_id))
  AND NOT EXISTS (SELECT FROM receipts g WHERE g.contract_no = t.erp_contract_no AND g.customer_id = (SELECT customer_id FROM projects WHERE id = t.project_id))
  AND NOT EXISTS (SELECT FROM statements s WHERE s.contract_no = t.erp_contract_no AND s.customer_id = (SELECT customer_id FROM projects WHERE id = t.project_id))`

// candidates: $1 customers.
const candidates = `
SELECT p.customer_id, p.id, p.name, p.contracted_volume, (SELECT count(*) FROM contracts t WHERE t.project_id = p.id), p.status IN ('planned', 'supplying'),
  NULL::uuid, '', 0::bigint, 0::bigint, NULL::date
FROM projects p WHERE p.customer_id = ANY($1::uuid[])
UNION ALL
SELECT p.customer_id, p.id, p.name, p.contracted_volume, 1, p.status IN ('planned', 'supplying'), t.id, t.erp_contract_no, t.volume, t.unit_price, t.signed_on
FROM contracts t JOIN projects p ON p.id = t.project_id WHERE p.customer_id = ANY($1::uuid[]) AND ` + unknown + `
ORDER BY 2, 8`

// Candidates implements biz.ERPRepository.
func (Repo) Candidates(ctx context.Context, customers []uuid.UUID) ([]biz.Candidate, error) {
	return postgres.Query(ctx, "list what contracts of ERPs may belong to", candidates, func(rows *sql.Rows) (c biz.Candidate, err error) {
		var id uuid.NullUUID
		var signed sql.Null[calendar.Date]
		err = rows.Scan(&c.CustomerID, &c.ProjectID, &c.ProjectName, &c.Contracted, &c.Contracts, &c.Active, &id, &c.ContractNo, &c.Volume, &c.UnitPrice, &signed)
		c.ContractID, c.SignedOn = id.UUID, signed.V
		return c, err
	}, array(customers))
}

// Renumber implements biz.ERPRepository.
func (Repo) Renumber(ctx context.Context, c biz.Contract) error {
	n, err := count(ctx, "give a contract the ERP's number", []postgres.Rule{postgres.On("contracts_erp_contract_no_key", biz.ErrExists)},
		`UPDATE contracts t SET erp_contract_no = $2, volume = CASE WHEN volume = 0 THEN $3 ELSE volume END, unit_price = CASE WHEN unit_price = 0 THEN $4 ELSE unit_price END,
		  credit_term_days = CASE WHEN credit_term_days = 0 THEN $5 ELSE credit_term_days END, updated_at = now()
		WHERE id = $1 AND `+unknown, c.ID, c.ERPContractNo, c.Volume, c.UnitPrice, c.CreditTermDays)
	if err == nil && n == 0 {
		return biz.ErrNumberInUse
	}
	return err
}

// Tickets implements biz.Repository.
func (Repo) Tickets(ctx context.Context, c biz.Contract, w paging.Window) (list []biz.Ticket, total int64, err error) {
	list, err = postgres.Query(ctx, "list tickets of a contract", `SELECT id, ticket_no, source, delivered_on, volume, amount, order_no, plant_code, plant_name, dispatcher, count(*) OVER ()
		FROM deliveries WHERE contract_no = $1 AND customer_id = $2 ORDER BY delivered_on DESC, ticket_no DESC, id LIMIT $3 OFFSET $4`, func(rows *sql.Rows) (t biz.Ticket, err error) {
		return t, rows.Scan(&t.ID, &t.TicketNo, &t.Source, &t.DeliveredOn, &t.Volume, &t.Amount, &t.OrderNo, &t.PlantCode, &t.PlantName, &t.Dispatcher, &total)
	}, c.ERPContractNo, c.CustomerID, w.Limit, w.Offset)
	return list, total, err
}
