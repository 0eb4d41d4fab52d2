#!/bin/sh
# Makes the certificates with which the containers speak to each other, once:
#   certs.sh FOLDER PUBLIC-URL
# A certificate authority of its own signs one certificate per server and is then
# thrown away, so that nobody can sign another. To renew: remove the volume.
set -eu

dir=$1
public_host=$(printf '%s' "$2" | sed -e 's#^[a-z]*://##' -e 's#[:/].*$##')
days=3650

if [ -e "$dir/ca.pem" ]; then
	echo "certs: already there"
	exit 0
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
umask 077

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days $days \
	-subj "/CN=Zhuxin containers" -addext "keyUsage=critical,keyCertSign" \
	-keyout "$tmp/ca.key" -out "$tmp/ca.pem" 2>/dev/null

# server NAME OWNER: a certificate for the container NAME, readable by the user
# number OWNER that the server runs as.
server() {
	names="DNS:$1,DNS:localhost,IP:127.0.0.1"
	[ "$1" = zhuxin ] && case $public_host in
	*[!0-9.]*) names="$names,DNS:$public_host" ;;
	*) names="$names,IP:$public_host" ;;
	esac
	mkdir -p "$dir/$1"
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
		-keyout "$dir/$1/key.pem" -out "$tmp/$1.csr" 2>/dev/null
	printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$names" >"$tmp/$1.ext"
	openssl x509 -req -in "$tmp/$1.csr" -CA "$tmp/ca.pem" -CAkey "$tmp/ca.key" -CAcreateserial \
		-days $days -extfile "$tmp/$1.ext" -out "$dir/$1/cert.pem" 2>/dev/null
	chown -R "$2" "$dir/$1"
	echo "certs: $1 ($names)"
}

server postgres 999 # the numbers in the official images
server redis 999
server s3 10001 # ours: deploy/docker
server kratos 10001
server zhuxin 10001

chmod 755 "$dir"
chmod 644 "$tmp/ca.pem"
cp -p "$tmp/ca.pem" "$dir/ca.pem" # last: it says that all the others are there
