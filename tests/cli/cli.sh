# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For tests of the command line, sourced by them with the program as $1: runs it in
# an empty directory and compares what it wrote with tests/cli/golden/NAME.out and
# .err. UPDATE=1 rewrites those instead.
set -eu
muster=$(readlink -f "$1")
golden=$(cd "$(dirname "$0")" && pwd)/golden
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | sed -n 's/^\(MUSTER_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
export LC_ALL=C.UTF-8 TERM=dumb HOME="$work" XDG_STATE_HOME="$work/state"
unset NO_COLOR
failed=0

fail() {
	echo "FAIL: $*" >&2
	failed=1
}

# run NAME CODE ARGUMENT…: the exit code and both outputs must be as recorded.
run() {
	name=$1 expected=$2 code=0
	shift 2
	"$muster" "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
	[ "$code" -eq "$expected" ] || fail "$name: exit code $code, not $expected"
	for stream in out err; do
		sed -i "s#$work#WORK#g" "$work/$stream"
		if [ -n "${UPDATE:-}" ]; then
			cp "$work/$stream" "$golden/$name.$stream"
		fi
		diff -u "$golden/$name.$stream" "$work/$stream" || fail "$name: standard $stream differs"
	done
}

finish() {
	[ "$failed" -eq 0 ] && echo "passed"
	exit "$failed"
}
