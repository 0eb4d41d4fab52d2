package main

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
)

var variable = regexp.MustCompile(`\{([^}]*)\}`)

// A segment is a literal or one variable, either with a custom verb behind it.
var segment = regexp.MustCompile(`^(\{[a-z][a-z0-9_]*\}|[a-zA-Z0-9._-]+)(:[a-zA-Z][a-zA-Z0-9_-]*)?$`)

func readPath(b *binding) error {
	if !strings.HasPrefix(b.path, "/") {
		return fmt.Errorf("google.api.http: path %q must start with /", b.path)
	}
	for _, s := range strings.Split(b.path[1:], "/") {
		if !segment.MatchString(s) {
			return fmt.Errorf("google.api.http: path %q: segment %q is not a word or {field}", b.path, s)
		}
	}
	for _, m := range variable.FindAllStringSubmatch(b.path, -1) {
		name := m[1]
		if slices.Contains(b.params, name) {
			return fmt.Errorf("google.api.http: path %q names {%s} twice", b.path, name)
		}
		if err := checkParam(b.method.Input, name); err != nil {
			return fmt.Errorf("google.api.http: path %q: %w", b.path, err)
		}
		b.params = append(b.params, name)
	}
	return nil
}

// checkParam wants a plain scalar: an optional or oneof field that the body has
// set already could not be overridden by the path.
func checkParam(in *protogen.Message, name string) error {
	for _, f := range in.Fields {
		if string(f.Desc.Name()) != name {
			continue
		}
		if f.Message != nil || f.Desc.IsList() || f.Desc.IsMap() || f.Oneof != nil {
			return fmt.Errorf("field {%s} of %s must be a scalar, not optional and not in a oneof", name, in.Desc.Name())
		}
		return nil
	}
	return fmt.Errorf("{%s} is no field of %s", name, in.Desc.Name())
}

// muxPath is the template as gorilla/mux wants it: a variable stops at a colon,
// so that {id} does not swallow the custom verb of a neighbour (…/{id}:retire).
func muxPath(path string) string { return variable.ReplaceAllString(path, `{$1:[^/:]+}`) }

// shape is the path with every variable the same; equal shapes are one route.
func shape(path string) string { return variable.ReplaceAllString(path, "{}") }

// sortBindings puts literals before variables: mux takes the first that fits.
func sortBindings(bs []binding) {
	slices.SortStableFunc(bs, func(a, b binding) int {
		return cmp.Compare(strings.ReplaceAll(shape(a.path), "{", "\x7f"), strings.ReplaceAll(shape(b.path), "{", "\x7f"))
	})
}

// checkOverlap refuses two routes that fit the same request: the same shape
// anywhere, or a literal that another service's variable would swallow.
func checkOverlap(services []service) error {
	type owner struct {
		b       binding
		service int
	}
	var all []owner
	for n, s := range services {
		for _, b := range s.bindings {
			all = append(all, owner{b, n})
		}
	}
	var faults []error
	for i, x := range all {
		for _, y := range all[i+1:] {
			if x.b.verb != y.b.verb {
				continue
			}
			same := shape(x.b.path) == shape(y.b.path)
			if same || x.service != y.service && fits(x.b.path, y.b.path) {
				faults = append(faults, fmt.Errorf("%s %s of %s and %s of %s answer the same request; rename one or put both into one service",
					x.b.verb, x.b.path, x.b.method.Desc.FullName(), y.b.path, y.b.method.Desc.FullName()))
			}
		}
	}
	return errors.Join(faults...)
}

// fits says whether some path matches both templates.
func fits(a, b string) bool {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	if len(as) != len(bs) {
		return false
	}
	for i := range as {
		x, xVerb, _ := strings.Cut(as[i], ":")
		y, yVerb, _ := strings.Cut(bs[i], ":")
		if xVerb != yVerb || x != y && !strings.HasPrefix(x, "{") && !strings.HasPrefix(y, "{") {
			return false
		}
	}
	return true
}
