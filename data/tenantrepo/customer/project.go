package customer

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/biz/contract"
	biz "zhuxin/biz/customer"
	"zhuxin/data/postgres"
	contractrepo "zhuxin/data/tenantrepo/contract"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
	"zhuxin/tenancy/scope"
)

const (
	nextProjectSQL = `SELECT coalesce(max(substr(number, 6)::bigint), 0) + 1 FROM projects WHERE number ~ ('^' || $1 || '[0-9]{4,12}$')`

	insertProjectSQL = `INSERT INTO projects (id, number, name, customer_id, owner_name, address, contracted_volume, status, created_at, created_by, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now(), $9, now())`

	insertContractSQL = `INSERT INTO contracts (id, erp_contract_no, project_id, volume, unit_price, credit_term_days, signed_on, created_at, created_by, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7::date, now(), $8, now())`

	projectsSQL = `SELECT p.id, p.number, p.name, p.owner_name, p.address, p.contracted_volume, p.status,
		t.erp_contract_no, t.volume, t.unit_price, t.credit_term_days, t.signed_on
		FROM projects p LEFT JOIN contracts t ON t.project_id = p.id WHERE p.customer_id = $1 AND ($2::uuid IS NULL OR p.salesperson_id = $2)
		ORDER BY p.created_at DESC, p.id, t.signed_on DESC, t.erp_contract_no`
)

// NextProjectNumber implements biz.Repository.
func (Repo) NextProjectNumber(ctx context.Context, year int) (string, error) {
	return next(ctx, nextProjectSQL, "P", year)
}

// next gives the next number that begins with letter and year.
func next(ctx context.Context, query, letter string, year int) (string, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return "", err
	}
	if _, err := q.ExecContext(ctx, lockNumbersSQL); err != nil {
		return "", postgres.Map(ctx, err, "lock numbers")
	}
	prefix := fmt.Sprintf("%s%04d", letter, year)
	var n int64
	if err := q.QueryRowContext(ctx, query, prefix).Scan(&n); err != nil {
		return "", postgres.Map(ctx, err, "next number")
	}
	return fmt.Sprintf("%s%04d", prefix, n), nil
}

// InsertProject implements biz.Repository.
func (Repo) InsertProject(ctx context.Context, p biz.Project, by *uuid.UUID) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, insertProjectSQL, p.ID, p.Number, p.Name, p.CustomerID, p.OwnerName, p.Address, p.ContractedVolume, p.Status, nullable(by))
	return postgres.Map(ctx, err, "insert project", postgres.On("projects_number_key", biz.ErrProjectExists))
}

// InsertContract implements biz.Repository.
func (Repo) InsertContract(ctx context.Context, project uuid.UUID, c biz.Contract, by *uuid.UUID) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, insertContractSQL, uuid.Must(uuid.NewV7()), c.ERPContractNo, project, c.Volume, c.UnitPrice, c.CreditTermDays, c.SignedOn, nullable(by))
	if err != nil {
		return postgres.Map(ctx, err, "insert contract", postgres.On("contracts_erp_contract_no_key", biz.ErrContractExists))
	}
	contracts := contractrepo.Repo{}
	of, err := contracts.CustomerOfProject(ctx, project, nil)
	if err != nil {
		return err
	}
	others, err := contracts.OthersWith(ctx, c.ERPContractNo, of)
	if err == nil && others {
		err = contract.ErrOtherCustomer
	}
	if err != nil {
		return err
	}
	return contracts.SetProject(ctx, contract.Contract{ERPContractNo: c.ERPContractNo, ProjectID: project, CustomerID: of})
}

// Projects implements biz.Repository, in one statement: a project comes once per
// contract, or once without any.
func (Repo) Projects(ctx context.Context, customerID uuid.UUID, seller *uuid.UUID) ([]biz.Project, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, projectsSQL, customerID, nullable(seller))
	if err != nil {
		return nil, postgres.Map(ctx, err, "list projects")
	}
	defer func() { _ = rows.Close() }()
	var ps []biz.Project
	for rows.Next() {
		var (
			p                   = biz.Project{CustomerID: customerID}
			no                  sql.NullString
			volumeM3, unitPrice sql.NullInt64
			term                sql.NullInt64
			signed              calendar.Date
		)
		if err := rows.Scan(&p.ID, &p.Number, &p.Name, &p.OwnerName, &p.Address, &p.ContractedVolume, &p.Status,
			&no, &volumeM3, &unitPrice, &term, &signed); err != nil {
			return nil, postgres.Map(ctx, err, "list projects")
		}
		if len(ps) == 0 || ps[len(ps)-1].ID != p.ID {
			ps = append(ps, p)
		}
		if no.Valid {
			last := &ps[len(ps)-1]
			last.Contracts = append(last.Contracts, biz.Contract{ERPContractNo: no.String, Volume: volume.M3(volumeM3.Int64),
				UnitPrice: money.Amount(unitPrice.Int64), CreditTermDays: int(term.Int64), SignedOn: signed.String()})
		}
	}
	return ps, postgres.Map(ctx, rows.Err(), "list projects")
}
