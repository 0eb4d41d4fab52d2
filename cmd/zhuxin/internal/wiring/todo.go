package wiring

import (
	"slices"

	"zhuxin/biz/todo"
	todoquery "zhuxin/data/query/todo"
)

// newTodos joins what there is to do. A domain adds its sources here, a line each.
func newTodos(b *Base) *todo.Service {
	return todo.New(b.Pool.Tenant(), b.Clock, slices.Concat(
		todoquery.Agreements(),
		todoquery.Approvals(),
		todoquery.Customers(),
		todoquery.Dues(),
		todoquery.FollowUps(),
		todoquery.Orders(),
		todoquery.Statements(),
		todoquery.Troubles(),
		todoquery.Warnings(),
	)...)
}
