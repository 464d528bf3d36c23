#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What README.md tells people to type works: every indented line is known here, its
# sample configuration is valid, its table names commands. usage: test_readme.sh MUSTER
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

# shellcheck disable=SC2016 # backquotes of Markdown
sed -n '/^```yaml$/,/^```$/p' README.md | sed '/^```/d' >"$work/muster.yaml"
MUSTER_RABBITMQ_PASSWORD=secret does "$muster" check-config -c "$work/muster.yaml"
# shellcheck disable=SC2016
grep -o '`muster [a-z -]*[a-z]' README.md | tr -d '`' | sort -u >"$work/commands"
[ -s "$work/commands" ] || fail "README.md names no command of muster"
while read -r _ command; do
	case $command in
	'help '*) does "$muster" help "${command#help }" ;;
	*) # shellcheck disable=SC2086 # words
		does "$muster" $command --help ;;
	esac
done <"$work/commands"
