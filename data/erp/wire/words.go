package wire

import (
	"fmt"
	"strings"

	"zhuxin/biz/erp"
	"zhuxin/shared/fault"
)

// account says which words of a refusal inside a good status concern the account and
// not the request: never those that a document could be called. The platforms give no
// list of their codes, so the words count.
var account = []struct {
	word string
	is   *fault.Error
}{
	{"频率", erp.ErrBusy}, {"频繁", erp.ErrBusy}, {"剩余次数", erp.ErrQuota}, {"调用次数", erp.ErrQuota}, {"余额不足", erp.ErrQuota}, {"账号已过期", erp.ErrLogin}, {"账号过期", erp.ErrLogin},
	{"账号失效", erp.ErrLogin}, {"IP无权", erp.ErrLogin}, {"IP地址", erp.ErrLogin}, {"token", erp.ErrLogin}, {"Token", erp.ErrLogin},
}

// Account gives the fault of a refusal that concerns the account: calls used up, too
// many at once, not let in. Nil for one that concerns the request.
func Account(text string) error {
	for _, a := range account {
		if strings.Contains(text, a.word) {
			return a.is.With("error", fmt.Sprintf("%.200s", text))
		}
	}
	return nil
}
