#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck over every shell script of the tree, by its first line.
set -eu
cd "$(dirname "$0")/.."
git grep -lE '^#!/bin/(ba)?sh' | xargs shellcheck
