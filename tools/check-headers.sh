#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone, with gcc.
set -eu
cd "$(dirname "$0")/.."
flags=$(pkg-config --cflags libpq hiredis)
status=0
for header in $(find src examples -name '*.h' | sort); do
	# shellcheck disable=SC2086 # flags are words
	printf '#include "%s"\n' "${header#src/}" |
		gcc -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -Isrc -I. $flags -fsyntax-only -x c - || {
		echo "$header does not compile alone" >&2
		status=1
	}
done
exit $status
