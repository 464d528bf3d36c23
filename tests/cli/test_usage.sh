#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What muster says when it is not understood, and where.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"

code=0
"$muster" >out 2>err || code=$?
[ "$code" -eq 2 ] || fail "muster alone: exit code $code"
[ ! -s out ] || fail "muster alone wrote to standard output"
grep -q '^Usage: muster COMMAND' err || fail "muster alone shows no usage"

run unknown-command 2 versoin
run unknown-command-far 2 frobnicate
run unknown-subcommand 2 config shwo
run unknown-option 2 version --jsn
run unknown-letter 2 version -Z
run missing-value 2 version -c
run flag-with-value 2 version --json=yes
run unexpected-argument 2 version now
run bad-duration 2 version --progress-interval 30
run hostile-word 2 "$(printf 'a\033[31mb\nc')"
run error-as-json 2 --json version now
run missing-argument 2 drill tick
run missing-shell 2 completion
run unknown-shell 2 completion powershell
run version 0 version
run version-json 0 version --json
run options-anywhere 0 --json version -q --
run exit-codes 0 help exit-codes
run help-command 0 help config show
run help-option 0 config show --help
run no-help 2 help confg
finish
