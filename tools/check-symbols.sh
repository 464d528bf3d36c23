#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fail when a file exports a name that does not tell where it lives: it begins with the
# name of the file, with the first word of it, or with the name of a directory above it, or
# it ends in the name of the file (facts_to_json in json.c). tools/symbols.txt has the exceptions.
# usage: check-symbols.sh BUILD
set -eu
build=$1
cd "$(dirname "$0")/.."

# prefixes FILE: the words that an exported name of src/FILE may begin with
prefixes() {
	stem=$(basename "$1" .c)
	echo "$stem" "${stem}s" "${stem%s}" "${stem%%_*}" "${stem%%_*}s"
	dirname "$1" | tr / ' '
	while IFS=: read -r pattern words; do
		# shellcheck disable=SC2254 # a pattern, not a word
		case $1 in $pattern) echo "$words" ;; esac
	done <tools/symbols.txt
}

named_well() { # named_well SYMBOL STEM PREFIX...
	symbol=$1 stem=$2
	shift 2
	case $symbol in *_"$stem") return 0 ;; esac
	for prefix in "$@"; do
		case $symbol in "$prefix" | "$prefix"_*) return 0 ;; esac
	done
	return 1
}

status=0
objects=0
for file in $(cd src && find . -name '*.c' | sed 's#^\./##' | sort); do
	object=$build/libmuster.a.p/src_$(echo "$file" | tr / _).o
	[ -f "$object" ] || continue
	objects=$((objects + 1))
	allowed=$(prefixes "$file")
	for symbol in $(nm -g --defined-only "$object" | awk '$2 ~ /^[TDBR]$/ { print $3 }'); do
		# shellcheck disable=SC2086 # prefixes are words
		named_well "$symbol" "$(basename "$file" .c)" $allowed || {
			echo "src/$file exports $symbol" >&2
			status=1
		}
	done
done
[ "$objects" -gt 0 ] || { echo "no objects of the library in $build" >&2; exit 1; }
exit $status
