#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fail when an object exports a symbol that begins with neither its file's name, nor
# the first word of it, nor its room's, so that a name tells where it lives.
# usage: check-symbols.sh BUILD
set -eu
status=0
for object in "$1"/libmuster.a.p/src_*.c.o; do
	path=$(basename "$object" .c.o)
	path=${path#src_}
	room=${path%%_*}
	module=${path#*_}
	first=${module%%_*}
	for symbol in $(nm -g --defined-only "$object" | awk '$2 ~ /^[TDBR]$/ { print $3 }'); do
		case $symbol in
		"$module" | "$module"_* | "${module}s_"* | "$first"_* | "${first}s_"* | "${first%s}"_* | "$room"_* | *_command | *_reader | *_engine | *_plan) continue ;;
		esac
		# shellcheck disable=SC2013 # prefixes are words
		for word in $(grep -E "^$path:" tools/symbols.txt | cut -d: -f2); do
			case $symbol in "$word"*) continue 2 ;; esac
		done
		echo "src/$path.c exports $symbol" >&2
		status=1
	done
done
exit $status
