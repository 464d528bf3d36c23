#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# muster inspect for people: in pipes and on terminals of several widths, and what it says of itself.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"
fixtures=$2/tests/fixtures
escape=$(printf '\033')

# said FILE WORDS…: each of the words stands in it.
said() {
	file=$1
	shift
	for words in "$@"; do grep -qF -- "$words" "$file" || fail "not said: $words"; done
}

"$muster" inspect "$fixtures/pg-archive/stored.dump" >out || fail "a sound archive does not pass"
said out "pass  $fixtures/pg-archive/stored.dump" "what        pg_dump custom archive" \
	"made by     PostgreSQL 15" "sha256      " "read        to its end" "table  " "rows  "
"$muster" inspect --tables --facts "$fixtures/pg-archive/stored.dump" >all
[ "$(wc -l <all)" -gt "$(wc -l <out)" ] || fail "--facts says no more"
"$muster" inspect --toc "$fixtures/pg-archive/stored.dump" >out
said out "TABLE DATA" "offset"
"$muster" inspect --json --toc "$fixtures/pg-archive/stored.dump" >out
said out '"contents"' '"facts"' '"verdict": "pass"'

"$muster" inspect "$fixtures/rdb/all.rdb" >out || fail "a sound snapshot does not pass"
said out "made by     Redis 7" "database  type" "expiring"

name=$(printf 'a\033[31mb')
head -c 100 "$fixtures/rdb/all.rdb" >"$name"
code=0
"$muster" inspect "$name" /nonexistent >out || code=$?
[ "$code" -eq 1 ] || fail "exit code $code of a file that was cut, not 1"
said out 'a\x1b[31mb' "truncated at byte 100 of the rdb" "what to do" "1 fail, 1 error" \
	"open /nonexistent"
! grep -q "$escape" out || fail "a file's name reaches the terminal as it is"

export TERM=xterm
for columns in 40 80 120; do
	script -qec "stty cols $columns; NO_COLOR=1 $muster inspect $fixtures/pg-archive/stored.dump" \
		/dev/null </dev/null >out 2>&1 || :
	! grep -q "$escape" out || fail "colour in spite of NO_COLOR at $columns columns"
	said out "pg_dump custom archive"
done
script -qec "$muster inspect $fixtures/pg-archive/stored.dump" /dev/null </dev/null >out 2>&1 || :
grep -q "$escape" out || fail "no colour on a terminal"

code=0
"$muster" inspect - - <"$fixtures/rdb/all.rdb" >out 2>err || code=$?
[ "$code" -eq 2 ] || fail "exit code $code of standard input named twice, not 2"
said err 'standard input ("-") is named twice'

"$muster" inspect --coverage >out
said out "rdb, Redis snapshot" "not seen" "With a manifest nothing is unseen"
"$muster" inspect --coverage --json rdb >out
said out '"schema": "muster.coverage/v1"' '"uncovered"'
code=0
"$muster" inspect --coverage nonsense 2>err || code=$?
[ "$code" -eq 2 ] || fail "exit code $code of an unknown format, not 2"
said err 'no format is called "nonsense"'

# an address sanitizer's shadow is more memory than any limit, so such a build has none
if ! ldd "$muster" | grep -q libasan; then
	code=0
	"$muster" inspect --memory-limit 64KiB "$fixtures/rdb/all.rdb" >out || code=$?
	[ "$code" -eq 4 ] || fail "exit code $code past the memory limit, not 4"
	said out "needs more memory than its limit of 64.0 KiB" "--memory-limit"
fi
finish
