#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Run every test of a build directory and end with one line: N passed, N failed[, N skipped].
# usage: check.sh BUILD [meson test options]
set -eu
build=$1
shift
log=$build/meson-logs/check.txt
status=0
export PYTHONDONTWRITEBYTECODE=1 # nothing may be left among the sources
echo "Running the tests, on servers of their own; it takes some minutes"
meson test -C "$build" --no-rebuild --print-errorlogs --num-processes 2 "$@" >"$log" 2>&1 || status=$?
grep -vE '^(ninja:| *[0-9]+/[0-9]+ .* OK |Full log|[A-Z][A-Za-z ]*: +[0-9]+ *$)' "$log" | cat -s
count() { sed -n "s/^$1: *\([0-9]*\).*/\1/p" "$log" | tail -n 1 | grep . || echo 0; }
passed=$(count Ok)
skipped=$(count Skipped)
failed=$(($(count Fail) + $(count Timeout) + $(count 'Unexpected Pass')))
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
