// Package notify keeps channels and deliveries of a tenant, and reads whom news
// concern: the port of biz/notify in SQL. It owns the tables notify_*, but for the
// preferences, which are data/mailbox's with the news on people's pages. Credentials
// are sealed under the tenant's own keys.
package notify

import (
	biz "zhuxin/biz/notify"
	"zhuxin/data/mailbox"
	"zhuxin/shared/personal"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct {
	mailbox.Box
	cipher personal.Cipher
}

var _ biz.Repository = Repo{}

// New makes the repository.
func New(c personal.Cipher) Repo { return Repo{cipher: c} }
