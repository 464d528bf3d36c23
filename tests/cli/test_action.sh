#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Action items from their addition to their end, and what is refused.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"

cat >muster.yaml <<'END'
version: 1
platform: {name: shop, timezone: Europe/London}
repository: {path: backups}
history: {state_dir: state}
components: {pg: {engine: postgresql}}
END
run action-none 0 action list
[ ! -e state ] || fail "reading made a history"
run action-add 0 action add 'Rotate the credentials' --owner ops --due 2199-03-01 --as scribe
run action-add-odd 0 action add "$(printf 'a\033[31m "b"')" --owner 'Zoë' --due 2199-02-28 --as scribe
run action-list 0 action list
run action-defer 0 action defer 1 --due 2199-04-01 --reason 'the patch is late' --as ops
run action-list-deferred 0 action list
run action-done 0 action 'done' 2 --note 'by a timer now' --as ops
run action-list-done 0 action list --all
"$muster" action list --all --json | python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d["schema"] == "muster.action-list/v1", d
first, second = d["actions"]
assert (first["number"], first["due"], first["deferrals"], first["reason"]) == (1, "2199-04-01", 1, "the patch is late"), d
assert first["done"] is None and first["note"] is None and not first["overdue"], d
assert second["done"].endswith("Z") and second["done_by"] == "ops" and second["note"] == "by a timer now", d
assert second["title"] == "a\x1b[31m \"b\"" and second["owner"] == "Zo\u00eb" and second["author"] == "scribe", d
' || fail "list --json"
"$muster" action add third --owner ops --due 2199-01-01 --json | python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d["schema"] == "muster.action/v1" and d["number"] == 3 and d["author"], d
' || fail "add --json"
python3 -c '
import sqlite3
with sqlite3.connect("state/history.db") as db:
    db.execute("INSERT INTO action_entry (action, at, entry, author, title, owner, due)"
               " VALUES (4, 1, ?, ?, ?, ?, ?)", ("added", "ops", "long ago", "ops", "2020-01-01"))
'
"$muster" action list >out || fail "list"
sed -n 2p out | grep -qE '^ +4 +2020-01-01 +OVERDUE +ops +- +long ago$' || fail "what is overdue comes first: $(cat out)"
"$muster" verify >/dev/null 2>&1 || true # there is nothing to verify
"$muster" action add fifth --owner ops --due 2199-01-01 --run latest --json >out || fail "of a run"
grep -q "\"run\": \"$("$muster" run list --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["runs"][0]["id"])')\"" out ||
	fail "the run: $(cat out)"

run action-twice 2 action 'done' 2
run action-defer-done 2 action defer 2 --due 2199-04-01 --reason late
run action-unknown 8 action 'done' 77
run action-no-number 2 action 'done' two
run action-no-due 2 action add x --owner ops
run action-no-owner 2 action add x --due 2199-03-01
run action-no-title 2 action add ' ' --owner ops --due 2199-03-01
run action-no-reason 2 action defer 1 --due 2199-04-01
run action-no-run 8 action add x --owner ops --due 2199-03-01 --run nothing
run action-add-help 0 action add --help
for due in 2199-02-29 21990301 2199-3-1 tomorrow 2020-01-01 ''; do
	code=0
	"$muster" action add x --owner ops --due "$due" >out 2>err || code=$?
	{ [ "$code" -eq 2 ] && grep -q -- "--due" err; } || fail "due $due: code $code, $(cat err)"
done
"$muster" action add "$(printf '%0501d' 0)" --owner ops --due 2199-03-01 2>/dev/null && fail "a title of 501 bytes"
[ "$("$muster" action list --all --json | grep -c '"number"')" -eq 5 ] || fail "what was refused was added"

# several people at once
i=0
while [ $i -lt 12 ]; do
	"$muster" action add "at once $i" --owner ops --due 2199-03-01 >/dev/null &
	i=$((i + 1))
done
wait
"$muster" action list --json | python3 -c '
import json, sys
numbers = sorted(a["number"] for a in json.load(sys.stdin)["actions"])
assert numbers == [1, 3, 4] + list(range(5, 18)), numbers
' || fail "numbers of those who add at once"
finish
