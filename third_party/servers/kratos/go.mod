module zhuxin/third_party/servers/kratos

go 1.26

require github.com/ory/kratos v1.3.1

// The same replacements Ory's own go.mod carries (a replace of a dependency is
// ignored by Go, so they must be repeated here), plus the published client in
// place of the in-tree one.
replace (
	github.com/go-swagger/go-swagger => github.com/aeneasr/go-swagger v0.19.1-0.20241013070044-bccef3a12e26
	github.com/gobuffalo/pop/v6 => github.com/ory/pop/v6 v6.2.0
	github.com/gorilla/sessions => github.com/ory/sessions v1.2.2-0.20220110165800-b09c17334dc2
	github.com/mattn/go-sqlite3 => github.com/mattn/go-sqlite3 v1.14.22
	github.com/ory/client-go => github.com/ory/kratos-client-go v1.3.8
)
