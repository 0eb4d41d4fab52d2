// Package compose holds no code: its tests keep compose.yaml, .env.example and
// the program's settings from drifting apart.
package compose

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"zhuxin/app/conf"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func matches(pattern, text string) []string {
	var out []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestExampleNamesWhatComposeAsksFor(t *testing.T) {
	asked := matches(`\$\{([A-Z0-9_]+)[:}-]`, read(t, "compose.yaml"))
	named := matches(`(?m)^([A-Z0-9_]+)=`, read(t, ".env.example"))
	if !slices.Equal(asked, named) {
		t.Errorf("compose.yaml asks for\n%v\n.env.example names\n%v", asked, named)
	}
	if secrets := matches(`(?m)^([A-Z0-9_]+(?:PASSWORD|SECRETS?|KEY))=.+`, read(t, ".env.example")); len(secrets) > 0 {
		t.Errorf(".env.example gives values to secrets: %v", secrets)
	}
}

func TestProgramKnowsItsSettings(t *testing.T) {
	var file struct {
		Services map[string]struct {
			Environment map[string]string `yaml:"environment"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	for _, service := range []string{"zhuxin", "migrate"} {
		var environ []string
		for name, value := range file.Services[service].Environment {
			environ = append(environ, name+"="+value)
		}
		if len(environ) == 0 {
			t.Errorf("service %s has no environment", service)
		}
		if unknown := conf.Unknown(environ); len(unknown) > 0 {
			t.Errorf("service %s is given settings that zhuxin does not know: %v", service, unknown)
		}
	}
}
