package conf

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Problem is one setting that is not acceptable.
type Problem struct {
	Key string // in the file: postgres.app_password
	Env string // ZHUXIN_PG_APP_PASSWORD
	Why string // what is wrong and what would be right
}

func (p Problem) String() string {
	if p.Env == "" {
		return p.Key + ": " + p.Why
	}
	return p.Key + " (" + p.Env + "): " + p.Why
}

// Problems are all faults of a configuration.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, 0, len(p)+1)
	lines = append(lines, "the configuration is not acceptable:")
	for _, one := range p {
		lines = append(lines, "  "+one.String())
	}
	return strings.Join(lines, "\n")
}

// Load gives defaults, overlaid with the YAML file (none when path is empty) and
// with environ (os.Environ's form). It does not validate: what a command needs
// depends on the command.
func Load(path string, environ []string) (Config, error) {
	c := Default()
	if path != "" {
		if err := c.readFile(path); err != nil {
			return c, err
		}
	}
	return c, c.readEnv(environ)
}

func (c *Config) readFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("configuration file: %w", err)
	}
	defer func() { _ = f.Close() }() // read only
	d := yaml.NewDecoder(f)
	d.KnownFields(true)
	if err := d.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("configuration file %s: %w", path, err)
	}
	return nil
}

func (c *Config) readEnv(environ []string) error {
	values := map[string]string{}
	for _, kv := range environ {
		if k, v, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(k, "ZHUXIN_") {
			values[k] = v
		}
	}
	var problems Problems
	for _, s := range c.settings() {
		v, given := values[s.Env]
		if file, ok := values[s.Env+"_FILE"]; ok {
			if given {
				problems = append(problems, Problem{s.Key, s.Env, "is set, and so is " + s.Env + "_FILE; set one of them"})
				continue
			}
			data, err := os.ReadFile(file)
			if err != nil {
				problems = append(problems, Problem{s.Key, s.Env + "_FILE", "the file cannot be read: " + err.Error()})
				continue
			}
			v, given = strings.TrimRight(string(data), "\r\n"), true
		}
		if !given {
			continue
		}
		if err := assign(s.value, v); err != nil {
			problems = append(problems, Problem{s.Key, s.Env, err.Error()})
		}
	}
	if problems != nil {
		return problems
	}
	return nil
}

var durationType = reflect.TypeFor[time.Duration]()

// assign puts a variable's text into a field. Its errors never repeat the text:
// it may be a secret under the wrong name.
func assign(to reflect.Value, text string) error {
	switch {
	case to.Type() == durationType:
		d, err := time.ParseDuration(text)
		if err != nil {
			return errors.New("is no duration; write it like 30s or 15m")
		}
		to.SetInt(int64(d))
	case to.Kind() == reflect.String:
		to.SetString(text)
	case to.Kind() == reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return errors.New("is no whole number")
		}
		to.SetInt(int64(n))
	case to.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return errors.New("is neither true nor false")
		}
		to.SetBool(b)
	case to.Kind() == reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return errors.New("is no number")
		}
		to.SetFloat(f)
	case to.Kind() == reflect.Slice:
		var items []string
		for _, item := range strings.Split(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
		to.Set(reflect.ValueOf(items))
	}
	return nil
}
