#!/bin/sh
# Unpacks a real Tryton server from Debian's packages into the folder given, without
# installing anything: for the long test of its adapter (make test-long). Needs
# apt-get and Debian 12.
set -eu
root=$1
[ -e "$root/.complete" ] && exit 0
mkdir -p "$root/debs/partial"
debs=$(cd "$root/debs" && pwd) # apt takes a relative folder for one of its own cache
apt-get install -y --no-install-recommends --download-only -o Dir::Cache::archives="$debs" \
	tryton-server tryton-modules-sale-credit-limit tryton-modules-account-invoice-stock tryton-proteus >/dev/null
for deb in "$debs"/*.deb; do dpkg -x "$deb" "$root"; done
rm -r "$debs"
touch "$root/.complete"
