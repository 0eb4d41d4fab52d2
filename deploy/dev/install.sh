#!/bin/sh
# Installs from Debian what is missing, and nothing else:
#   install.sh run    what the demo needs: PostgreSQL 15 and Redis 7
#   install.sh test   the same, and Chromium, a Chinese font and protoc
# Uses sudo when the caller is not root. Leaves servers that already run alone,
# and starts none: the demo and the tests start their own.
set -eu

say() { echo "==> install: $*"; }
fail() { echo "install: $*" >&2; exit 1; }

have_package() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# missing PACKAGE: is what we need from this package not there? A program from
# elsewhere is as good as Debian's.
missing() {
	case $1 in
	postgresql-15) [ ! -x "${ZHUXIN_PG_BIN:-/usr/lib/postgresql/15/bin}/initdb" ] ;;
	redis-server) ! command -v redis-server >/dev/null ;;
	chromium) ! command -v chromium >/dev/null ;;
	protobuf-compiler) ! command -v protoc >/dev/null ;;
	*) ! have_package "$1" ;;
	esac
}

case ${1:-} in
run) wanted="postgresql-15 redis-server" ;;
test) wanted="postgresql-15 redis-server chromium fonts-noto-cjk protobuf-compiler" ;;
*) fail "usage: install.sh run|test" ;;
esac

todo=
for p in $wanted; do
	if missing "$p"; then todo="$todo $p"; fi
done
if [ -z "$todo" ]; then
	say "nothing to do, all there: $wanted"
	exit 0
fi
say "missing:$todo"

command -v apt-get >/dev/null || fail "there is no apt-get here; install by hand:$todo (see README.md), then run this again"
as_root=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || fail "not root, and there is no sudo; as root run: apt-get install$todo"
	as_root="sudo"
	say "uses sudo to install"
fi

apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@"; }

# Whether the package lists know everything; a fresh container has none.
if ! apt --simulate -qq install --no-install-recommends $todo >/dev/null 2>&1; then
	say "fetching the package lists (apt-get update)"
	apt -q update
fi

install() {
	say "installing: $*"
	apt -q -y install --no-install-recommends "$@" && return
	say "that failed; once more with fresh package lists"
	apt -q update
	apt -q -y install --no-install-recommends "$@"
}

# Debian starts a server as soon as it is installed. A policy-rc.d that says no
# (101) is its own way to prevent that; one that is already there stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
	$as_root chmod 755 $policy
	trap '$as_root rm -f $policy' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
fi

# Installing PostgreSQL also makes a system cluster, unless postgresql-common is
# told not to. Where postgresql-common is already set up, its settings stand.
case $todo in *postgresql-15*)
	if ! have_package postgresql-common; then
		install postgresql-common
		say "telling postgresql-common to make no system cluster"
		$as_root sed -i 's/^#\?create_main_cluster *=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
	fi
	;;
esac

install $todo

# The service of a Redis that only we wanted must not come up at the next boot.
case $todo in *redis-server*)
	if command -v systemctl >/dev/null && [ -d /run/systemd/system ]; then
		say "switching the system's redis-server service off (the demo starts its own)"
		$as_root systemctl disable --quiet redis-server
	fi
	;;
esac

for p in $wanted; do
	if missing "$p"; then fail "$p was installed and what we need from it is still not there"; fi
done
say "done"
