#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The make commands of README.md are run as they stand there, in the build directory of
# MUSTER; one that is not known here fails. tests/cli/test_readme.sh looks at the rest.
# usage: test_readme.sh MUSTER
set -eu
muster=$(readlink -f "$1")
build=$(dirname "$muster")
cd "$(dirname "$0")/../.."
work=$(mktemp -d /tmp/muster-test.XXXXXX)
chmod 1777 "$work" # the servers that root starts have another account
trap 'rm -rf "$work"' EXIT
unset MAKEFLAGS MAKELEVEL MFLAGS
export NO_INSTALL=1 TMPDIR="$work" XDG_STATE_HOME="$work/state"

fail() {
	echo "FAILED: $*" >&2
	cat "$work/out" >&2
	exit 1
}
does() {
	"$@" >"$work/out" 2>&1 || fail "$*"
	echo "ok: $*"
}

sed -n 's/^    \(make .*\)/\1/p' README.md | sed 's/  *#.*//' >"$work/commands"
grep -qx 'make demo' "$work/commands" || fail "README.md does not name make demo"
grep -qx 'make check' "$work/commands" || fail "README.md does not name make check"
while read -r command; do
	case $command in
	'make demo' | 'make build') does make "${command#make }" BUILD="$build" ;;
	'make install PREFIX=/usr/local')
		does make install PREFIX=/usr/local BUILD="$build" DESTDIR="$work/root"
		does "$work/root/usr/local/bin/muster" version
		[ -s "$work/root/usr/local/share/man/man1/muster.1" ] || fail "no manual page"
		;;
	'make check' | 'make quick') does make --dry-run "${command#make }" BUILD="$build" ;; # this runs in it
	*) fail "README.md names a command that nothing tests: $command" ;;
	esac
done <"$work/commands"
