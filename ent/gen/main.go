// Command gen writes both ent graphs. Run it by `go generate ./ent`.
package main

import (
	"log"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
)

func main() {
	base := []gen.Feature{gen.FeatureVersionedMigration, gen.FeatureExecQuery, gen.FeatureLock, gen.FeatureUpsert}
	write("./tenantdb/schema", "./tenantdb", "zhuxin/ent/tenantdb", base)
	write("./hqdb/schema", "./hqdb", "zhuxin/ent/hqdb", append(base[:len(base):len(base)], gen.FeatureSchemaConfig))
}

func write(schema, target, pkg string, features []gen.Feature) {
	err := entc.Generate(schema, &gen.Config{Target: target, Schema: schema, Package: pkg, Features: features})
	if err != nil {
		log.Fatalf("ent/gen: %s: %v", pkg, err)
	}
}
