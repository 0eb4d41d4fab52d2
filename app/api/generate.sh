#!/bin/sh
# Makes from all protos: messages (*.pb.go), HTTP routes (*_http.pb.go), the table
# of all routes (routes.gen.go) and openapi.yaml. The output is deterministic, so
# that a second run changes nothing (make generate-check).
#
# Needs protoc (Debian: protobuf-compiler) and Go. The plugins are pinned in
# third_party/tools and built into .local/bin when that pin changes.
set -eu
cd "$(dirname "$0")/../.."
root=$(pwd)
bin=$root/.local/bin
mkdir -p "$bin"

if ! command -v protoc >/dev/null; then
	echo "generate.sh: protoc is missing; install it: apt-get install -y protobuf-compiler" >&2
	exit 1
fi

pin=$(cat third_party/tools/go.mod third_party/tools/go.sum | sha256sum)
if [ ! -x "$bin/protoc-gen-go" ] || [ ! -x "$bin/protoc-gen-openapi" ] ||
	[ "$pin" != "$(cat "$bin/.tools.sum" 2>/dev/null || true)" ]; then
	(cd third_party/tools && GOBIN="$bin" go install tool)
	printf '%s\n' "$pin" >"$bin/.tools.sum"
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
run() { protoc -I third_party -I . "$@"; }

protos=$(find app/api -name '*.proto' | LC_ALL=C sort)
tests=$(find app/server/internal -name '*.proto' | LC_ALL=C sort)

# Messages first: our plugin reads the access rules through generated code.
# shellcheck disable=SC2086
run --plugin="$bin/protoc-gen-go" --go_out=. --go_opt=module=zhuxin $protos $tests
go build -o "$bin/protoc-gen-zhuxin-http" ./cmd/protoc-gen-zhuxin-http
go build -o "$bin/openapifix" ./app/api/internal/openapifix

# shellcheck disable=SC2086
run --plugin="$bin/protoc-gen-zhuxin-http" --zhuxin-http_out=. \
	--zhuxin-http_opt=module=zhuxin,routes=zhuxin/app/api $protos
# shellcheck disable=SC2086
[ -z "$tests" ] || run --plugin="$bin/protoc-gen-zhuxin-http" --zhuxin-http_out=. \
	--zhuxin-http_opt=module=zhuxin $tests

# shellcheck disable=SC2086
run --include_imports --descriptor_set_out="$tmp/all.pb" \
	--plugin="$bin/protoc-gen-openapi" --openapi_out="$tmp" \
	--openapi_opt=enum_type=string,naming=json,default_response=false,fq_schema_naming=true,title=Zhuxin,version=v1 $protos
"$bin/openapifix" -in "$tmp/openapi.yaml" -descriptors "$tmp/all.pb" -out app/api/openapi.yaml

# What belongs to a proto or a service that is gone goes too.
find app/api -name '*.pb.go' | while read -r file; do
	proto=${file%.pb.go}
	proto=${proto%_http}.proto
	if [ ! -f "$proto" ] || { [ "${file%_http.pb.go}" != "$file" ] && ! grep -q '^service ' "$proto"; }; then
		rm -f "$file"
		echo "generate.sh: removed $file, its proto is gone"
	fi
done
