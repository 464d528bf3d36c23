#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Configure (if need be) and build one directory with one compiler; warnings are errors.
# usage: build-with.sh BUILD CC [meson options]
set -eu
build=$1 cc=$2
shift 2
[ -f "$build/build.ninja" ] || CC=$cc meson setup "$build" "$@"
ninja -C "$build"
