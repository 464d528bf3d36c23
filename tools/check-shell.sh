#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lint every shell script of the tree with shellcheck, found by its first line.
set -eu
cd "$(dirname "$0")/.."
git grep -lE '^#!/bin/(ba)?sh' | xargs shellcheck
