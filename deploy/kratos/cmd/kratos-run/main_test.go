package main

import (
	"strings"
	"testing"
)

func TestEveryMissingSettingIsNamed(t *testing.T) {
	set := map[string]string{"ZHUXIN_SMTP_ADDR": "mail:25"}
	err := run([]string{"serve"}, func(name string) string { return set[name] })
	if err == nil {
		t.Fatal("started without settings")
	}
	for _, name := range []string{"ZHUXIN_PUBLIC_URL", "ZHUXIN_KRATOS_DSN", "ZHUXIN_SMTP_FROM", "ZHUXIN_KRATOS_COOKIE_SECRETS", "ZHUXIN_KRATOS_CIPHER_SECRETS"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
	if strings.Contains(err.Error(), "ZHUXIN_SMTP_ADDR") {
		t.Errorf("%q names a setting that is there", err)
	}
}

func TestSMTPURL(t *testing.T) {
	for want, set := range map[string]map[string]string{
		"smtp://mail:25/?disable_starttls=true": {},
		"smtp://mail:25/":                       {"ZHUXIN_SMTP_TLS": "true"},
		"smtp://a%40b:p%2Fw@mail:25/":           {"ZHUXIN_SMTP_TLS": "true", "ZHUXIN_SMTP_USERNAME": "a@b", "ZHUXIN_SMTP_PASSWORD": "p/w"},
	} {
		if got := smtpURL("mail:25", func(name string) string { return set[name] }); got != want {
			t.Errorf("%v gives %q, want %q", set, got, want)
		}
	}
}
