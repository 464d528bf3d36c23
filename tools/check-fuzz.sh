#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each fuzz target for a short while over its corpus, with the address and undefined-behaviour
# sanitizers; a finding fails. FUZZ_SECONDS (10) is for each target; FUZZ_SEED (1) lets a gate
# that passed pass again: give 0 for a new one each time.
set -eu
cd "$(dirname "$0")/.."
build="build-fuzz"
[ -f $build/build.ninja ] || CC=clang meson setup $build -Dfuzzers=true -Db_sanitize=address,undefined -Db_lundef=false
ninja -C $build
for target in "$build"/fuzz/fuzz_*; do
	if [ ! -x "$target" ] || [ -d "$target" ]; then continue; fi
	name=$(basename "$target")
	name=${name#fuzz_}
	found=$(mktemp -d)
	set --
	[ ! -f "fuzz/$name.dict" ] || set -- "-dict=fuzz/$name.dict"
	"$target" -seed="${FUZZ_SEED:-1}" -max_total_time="${FUZZ_SECONDS:-10}" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
		"$@" -artifact_prefix="$found/" "$found" "fuzz/corpus/$name" || {
		echo "fuzz_$name found something: $(ls "$found"/crash-* "$found"/timeout-* 2>/dev/null)" >&2
		exit 1
	}
	rm -rf "$found"
done
