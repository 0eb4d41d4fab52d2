// Command protoc-gen-zhuxin-http is the protoc plugin that turns google.api.http
// annotations into routes of a kratos v2 HTTP server, and each method's access
// rule into a table that the server authorizes by.
//
// It refuses a contract that leaves something open: a method without an HTTP
// annotation or without a zhuxin.access.v1.rule, an unknown permission, a path
// that two methods claim. The upstream generator is not used because it binds
// the query after the body (reliability 33) and knows no permissions.
package main

import (
	"errors"
	"flag"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/types/pluginpb"
)

func main() {
	var flags flag.FlagSet
	routes := flags.String("routes", "", "import path of the package that gets routes.gen.go, the table of all routes")
	protogen.Options{ParamFunc: flags.Set}.Run(func(p *protogen.Plugin) error {
		p.SupportedFeatures = uint64(pluginpb.CodeGeneratorResponse_FEATURE_PROTO3_OPTIONAL)
		return run(p, *routes)
	})
}

// run generates for every file that protoc was asked for, in protoc's order.
func run(p *protogen.Plugin, routesPackage string) error {
	var services []service
	var faults []error
	for _, f := range p.Files {
		if !f.Generate {
			continue
		}
		found, err := readServices(f)
		faults = append(faults, err)
		if len(found) == 0 {
			continue
		}
		services = append(services, found...)
		writeHTTP(p, f, found)
	}
	if err := errors.Join(append(faults, checkOverlap(services))...); err != nil {
		return err
	}
	if routesPackage != "" {
		writeRoutes(p, protogen.GoImportPath(routesPackage), services)
	}
	return nil
}
