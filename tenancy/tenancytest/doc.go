// Package tenancytest gives a test its own database with two tenants, A and B, on
// a real server, bound as the product binds them. A repository test writes as A
// and shows by OtherSeesNothing that B sees nothing of it.
//
// The server is named by ZHUXIN_PG_ADMIN_DSN (a superuser's, as a URL). Without it
// a test fails: it never skips.
//
//	func TestCustomers(t *testing.T) {
//		env := tenancytest.New(t)
//		repo := customerrepo.New(env.Pool)
//		ctx := env.CtxA(t, access.RoleAdministrator)
//		err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error { return repo.Create(ctx, c) })
//		…
//		tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
//			all, err := repo.List(ctx)
//			return len(all), err
//		})
//	}
package tenancytest
