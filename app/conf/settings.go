package conf

import (
	"fmt"
	"log/slog"
	"reflect"
	"strings"
)

// Setting describes one field, for the documentation and for messages.
type Setting struct {
	Key     string // postgres.host
	Env     string // ZHUXIN_PG_HOST
	Default string
	Secret  bool
	Doc     string
	value   reflect.Value
}

// Settings lists every setting with its default, in the order of the file.
func Settings() []Setting {
	c := Default()
	return c.settings()
}

func (c *Config) settings() []Setting { return collect(reflect.ValueOf(c).Elem(), "") }

func collect(v reflect.Value, prefix string) []Setting {
	var out []Setting
	for i := range v.NumField() {
		f := v.Type().Field(i)
		key := prefix + f.Tag.Get("yaml")
		if f.Type.Kind() == reflect.Struct {
			out = append(out, collect(v.Field(i), key+".")...)
			continue
		}
		out = append(out, Setting{
			Key: key, Env: f.Tag.Get("env"), Default: show(v.Field(i)), Secret: f.Tag.Get("secret") == "true",
			Doc: f.Tag.Get("doc"), value: v.Field(i),
		})
	}
	return out
}

func show(v reflect.Value) string {
	if v.Kind() == reflect.Slice {
		return strings.Join(v.Interface().([]string), ",")
	}
	return fmt.Sprint(v.Interface())
}

// Unknown lists variables of environ that look like settings and are none, so
// that a typing error is seen. Variables of the demo and the tests are known.
func Unknown(environ []string) []string {
	known := map[string]bool{}
	for _, s := range Settings() {
		known[s.Env], known[s.Env+"_FILE"] = true, true
	}
	var out []string
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		tool := false
		for _, p := range []string{"ZHUXIN_DEMO_", "ZHUXIN_TEST_", "ZHUXIN_STACK_", "ZHUXIN_MAIL_", "ZHUXIN_SERVERS_", "ZHUXIN_PG_BIN", "ZHUXIN_BIN"} {
			tool = tool || strings.HasPrefix(name, p)
		}
		if strings.HasPrefix(name, "ZHUXIN_") && !known[name] && !tool {
			out = append(out, name)
		}
	}
	return out
}

// LogValue shows the configuration without its secrets.
func (c Config) LogValue() slog.Value {
	var attrs []slog.Attr
	for _, s := range c.settings() {
		v := s.Default
		if s.Secret && v != "" {
			v = "(set)"
		}
		attrs = append(attrs, slog.String(s.Key, v))
	}
	return slog.GroupValue(attrs...)
}

// String is LogValue for fmt: a configuration that is printed shows no secret.
func (c Config) String() string { return c.LogValue().String() }
