#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# mandoc -T lint over every generated manual page; warnings fail.
# usage: check-man.sh BUILD
set -eu
find "$1" -name '*.[1-8]' -not -path '*/meson-*' | sort >"$1/man-pages.txt"
[ -s "$1/man-pages.txt" ] || { echo "no manual pages in $1" >&2; exit 1; }
xargs mandoc -T lint -W warning <"$1/man-pages.txt"
