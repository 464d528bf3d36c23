#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over src/ and examples/ with the checks of .clang-tidy; any warning fails.
# usage: check-tidy.sh BUILD (with a compile_commands.json of clang)
set -eu
build=$1
cd "$(dirname "$0")/.."
find src examples -name '*.c' -print0 | xargs -0 -n 4 -P 2 clang-tidy -p "$build" --quiet --warnings-as-errors='*'
