#!/bin/sh
# Builds one of the pinned servers: build-server.sh MODULE-FOLDER PACKAGE OUTPUT [LDFLAGS]
# Prints how far it is: a first build of Kratos compiles about a thousand packages.
set -eu

folder=$1 package=$2 output=$3 ldflags=${4:-}
name=$(basename "$output")
log=$(mktemp)
trap 'rm -f "$log"' EXIT
mkdir -p "$(dirname "$output")"
output=$(cd "$(dirname "$output")" && pwd)/$name
cd "$folder"

# -mod=readonly: what go.sum names, or nothing. No cgo: no C compiler needed,
# and the same binary runs in the container image.
export CGO_ENABLED=0 GOFLAGS="-mod=readonly -trimpath" GOWORK=off

echo "==> $name: building (a first build takes minutes, later ones nothing)"

terminal=0
[ -t 1 ] && terminal=1
{ go build -v -ldflags "-s -w $ldflags" -o "$output.new" "$package" 2>&1 || echo "BUILD-FAILED"; } |
	awk -v log_file="$log" -v terminal="$terminal" -v name="$name" '
		function show(end) { printf "%s    %s: %d modules fetched, %d packages compiled%s", terminal ? "\r" : "", name, fetched, compiled, end }
		{ print > log_file }
		/^go: downloading / { fetched++ }
		/^[a-z0-9.\/_-]+$/ { compiled++ }
		terminal { show(""); fflush() }
		!terminal && NR % 200 == 0 { show("\n"); fflush() }
		END { if (terminal && NR) print "" }'

if grep -q '^BUILD-FAILED$' "$log"; then
	echo "==> $name: the build failed; the end of its output:" >&2
	grep -v '^BUILD-FAILED$' "$log" | tail -n 20 >&2
	exit 1
fi
mv "$output.new" "$output"
echo "==> $name: built"
