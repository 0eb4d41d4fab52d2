package contract_test

import (
	biz "zhuxin/biz/contract"
	"zhuxin/data/tenantrepo/contract"
	"zhuxin/shared/fault"
)

func (b *bench) repo() biz.Repository { return contract.Repo{} }

func reason(err error) string {
	if e, ok := fault.As(err); ok {
		return e.Reason
	}
	return ""
}
