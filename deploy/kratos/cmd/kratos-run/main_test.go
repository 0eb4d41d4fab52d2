package main

import (
	"strings"
	"testing"
)

func TestEveryMissingSettingIsNamed(t *testing.T) {
	set := map[string]string{"ZHUXIN_SMTP_URL": "smtp://mail:25/"}
	err := run([]string{"serve"}, func(name string) string { return set[name] })
	if err == nil {
		t.Fatal("started without settings")
	}
	for _, name := range []string{"ZHUXIN_PUBLIC_URL", "ZHUXIN_KRATOS_DSN", "ZHUXIN_MAIL_FROM", "ZHUXIN_KRATOS_COOKIE_SECRETS", "ZHUXIN_KRATOS_CIPHER_SECRETS"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
	if strings.Contains(err.Error(), "ZHUXIN_SMTP_URL") {
		t.Errorf("%q names a setting that is there", err)
	}
}
