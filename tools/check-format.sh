#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fail when a C file is not laid out as .clang-format says.
set -eu
cd "$(dirname "$0")/.."
find src tests fuzz bench examples -name '*.[ch]' -print0 | xargs -0 -n 40 -P "$(nproc)" clang-format --dry-run -Werror
