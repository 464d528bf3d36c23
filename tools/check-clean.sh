#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The work tree is as git has it: the tests left nothing behind.
set -eu
cd "$(dirname "$0")/.."
left=$(git status --porcelain)
[ -z "$left" ] || { echo "not clean:" >&2; echo "$left" >&2; exit 1; }
