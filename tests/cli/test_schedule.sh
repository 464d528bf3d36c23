#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What people are told of the calendar expressions they try.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"

after=2026-03-20T00:00:00Z
run schedule-test 0 schedule test 'Sun 01:00' --zone Europe/London --after $after
run schedule-test-far 0 schedule test 'Sun 01:00' --zone Europe/London --after 2026-04-01T00:00:00Z -n 2
run schedule-test-json 0 schedule test 'Sun 01:00 Europe/London' --after $after --count 2 --json
run schedule-test-twice 0 schedule test '*:0/30' --zone Europe/Berlin --after 2026-10-24T23:45:00Z -n 4
run schedule-test-first 0 schedule test 'Thu *-*-1..7 10:00' --zone America/New_York --after $after
run schedule-test-cron 0 schedule test '30 4 1-7 * 4' --after $after
run schedule-test-never 0 schedule test '*-02-30' --after $after
run schedule-test-wrong 2 schedule test 'Mon 25:00'
run schedule-test-zone 2 schedule test 'daily' --zone Europe/Londn
run schedule-test-count 2 schedule test daily --count 0
run schedule-test-after 2 schedule test daily --after tomorrow

cat >muster.yaml <<'END'
version: 1
platform: {name: shop, timezone: Europe/London}
repository: {path: backups}
history: {state_dir: state}
components: {pg: {engine: postgresql}, api: {engine: service, health: {http: "http://127.0.0.1:1/"}}}
END
cat >own.yaml <<'END'
version: 1
platform: {name: shop, timezone: Europe/London}
repository: {path: backups}
history: {state_dir: state}
components: {pg: {engine: postgresql, connect: {host: 127.0.0.1, port: 1}}}
schedules:
  nightly: {run: verify, when: "02:30", timezone: Europe/Berlin}
  first: {run: restore-test, when: "Thu *-*-1..7 10:00 America/New_York"}
  off: {run: backup, when: hourly, enabled: false}
  never: {run: drill, when: "2024-01-01"}
END
run schedule-next 0 schedule next --after 2027-03-20T00:00:00Z -n 2
run schedule-next-named 0 schedule next nightly off never -c own.yaml --after 2027-03-26T00:00:00Z -n 3
run schedule-next-json 0 schedule next first off -c own.yaml --after 2027-03-20T00:00:00Z -n 1 --json
run schedule-next-unknown 8 schedule next nightli -c own.yaml

"$muster" schedule list >out || fail "list"
[ "$(wc -l <out)" -eq 6 ] || fail "not the five built in: $(cat out)"
grep -qE '^weekly-restore-test +restore-test +Sun 01:00 +Sun [0-9-]{10} 0[12]:00 (GMT|BST) +[0-9dhms]+ +none +-$' out ||
	fail "list: $(cat out)"
"$muster" schedule list -c own.yaml >out || fail "list"
grep -qE '^off +backup +hourly +switched off +- ' out || fail "what is switched off: $(cat out)"
grep -qE '^never +drill +2024-01-01 +never +- ' out || fail "what never comes: $(cat out)"
"$muster" verify -c own.yaml >/dev/null 2>&1 || true # there is nothing to verify
"$muster" schedule list -c own.yaml >out || fail "list"
grep -qE '^nightly +verify +.* CES?T +(fail|error)$' out || fail "the last run: $(cat out)"
"$muster" schedule list -c own.yaml --json | python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d["schema"] == "muster.schedule-list/v1", d
nightly, first, off, never = d["schedules"]
assert nightly["zone"] == "Europe/Berlin" and nightly["last"]["verdict"] in ("fail", "error"), nightly
assert first["zone"] == first["when"].split()[-1] and first["next"]["local"].endswith("T10:00:00"), first
assert not off["enabled"] and off["next"] is None and never["next"] is None and never["enabled"], (off, never)
' || fail "list --json"

# units: all or none
run schedule-export-none 2 schedule export
run schedule-export-both 2 schedule export --cron --ics
run schedule-export-nowhere 8 schedule export --systemd "$work/nowhere"
mkdir units
"$muster" schedule export --systemd units -c own.yaml >out || fail "export"
ls -A units >files
printf 'muster-%s\n' first.service first.timer nightly.service nightly.timer >expected
diff -u expected files || fail "not a pair for each that is switched on and no people's work"
sed 's#^units/##' out | sort | diff -u expected - || fail "what was written is not told"
grep -qxF "ExecStart=\"$muster\" -c \"$work/own.yaml\" schedule run nightly" units/muster-nightly.service ||
	fail "what runs: $(cat units/muster-nightly.service)"
for path in state backups; do
	grep -qxF "ReadWritePaths=\"-$work/$path\"" units/muster-nightly.service || fail "$path cannot be written"
done
cp -r units before
sed -i 's/02:30/02:40/' own.yaml
rm units/muster-nightly.timer units/muster-first.timer
mkdir units/muster-nightly.timer
rm before/muster-nightly.timer before/muster-first.timer
mkdir before/muster-nightly.timer
touch units/muster-nightly.timer/stays before/muster-nightly.timer/stays
code=0
"$muster" schedule export --systemd units -c own.yaml >out 2>err || code=$?
[ "$code" -ne 0 ] || fail "a directory was replaced by a unit"
diff -r before units || fail "some units were written, or something is left"
rm -r units/muster-nightly.timer
cp before/muster-nightly.service units/muster-nightly.timer
"$muster" schedule export --systemd units -c own.yaml first --json >out || fail "export of one"
grep -q '"muster-first.timer"' out || fail "export --json: $(cat out)"
cmp -s before/muster-nightly.service units/muster-nightly.timer || fail "one that was not named was written"


# where somebody is to be told there is something to be delivered
{ cat own.yaml && echo 'notify: {receivers: {ops: {type: mail, to: [ops@example.com]}}}'; } >told.yaml
mkdir told
"$muster" schedule export --systemd told -c told.yaml first >out || fail "export with receivers"
[ "$(echo told/*)" = "told/muster-first.service told/muster-first.timer told/muster-outbox.service told/muster-outbox.timer" ] ||
	fail "no units that deliver: $(echo told/*)"
"$muster" schedule export --cron -c told.yaml >out || fail "export --cron with receivers"
grep -qxF "*/5 * * * * '$muster' -c '$work/told.yaml' notify deliver" out || fail "no line that delivers: $(cat out)"
"$muster" schedule export --cron -c own.yaml | grep notify && fail "a line that delivers nothing"

run schedule-export-people 5 schedule export --cron -c own.yaml never
"$muster" schedule export --ics -c own.yaml >out || fail "export --ics"

# schedule run
run schedule-run-unknown 8 schedule run nightli -c own.yaml
run schedule-run-people 5 schedule run never -c own.yaml
run schedule-run-off 5 schedule run off -c own.yaml
code=0
"$muster" schedule run first -c own.yaml --json >out 2>err || code=$?
[ "$code" -eq 1 ] || [ "$code" -eq 4 ] || fail "schedule run: exit code $code: $(cat out err)"
"$muster" run list --json | grep -q '"restore-test"' || fail "schedule run made no run: $(cat out err)"

"$muster" schedule export --cron -c own.yaml >out || fail "export --cron"
grep -qxF "40 2 * * * '$muster' -c '$work/own.yaml' schedule run nightly" out || fail "export --cron: $(cat out)"
"$muster" schedule export --cron -c own.yaml off | grep -qxF "0 * * * * '$muster' -c '$work/own.yaml' schedule run off" ||
	fail "one that is named is not exported because it is switched off"
"$muster" schedule export --ics -c own.yaml first --json >out || fail "export --ics --json"
grep -q 'BEGIN:VCALENDAR' out || fail "export --ics --json: $(cat out)"

# pauses
run schedule-pause-endless 2 schedule pause nightly -c own.yaml --reason "new disks"
run schedule-pause-both 2 schedule pause -c own.yaml --reason "new disks" --for 1h --until 2099-01-01T00:00:00Z
run schedule-pause-over 2 schedule pause -c own.yaml --reason "new disks" --until 2020-01-01T00:00:00Z
run schedule-pause-long 2 schedule pause -c own.yaml --reason "new disks" --for 2y
run schedule-pause-long 2 schedule pause -c own.yaml --reason "new disks" --for 290y
run schedule-pause-why 2 schedule pause -c own.yaml --for 1h
run schedule-pause-unknown 8 schedule pause nightli -c own.yaml --for 1h --reason "new disks"
run schedule-resume-none 8 schedule resume nightly -c own.yaml
"$muster" schedule pause first -c own.yaml --for 1h --reason "new disks" --as ops >out || fail "pause"
grep -qE '^first: paused until [0-9TZ:-]{20}, by ops$' out || fail "pause: $(cat out)"
code=0
"$muster" schedule run first -c own.yaml >out 2>err || code=$?
[ "$code" -eq 5 ] || fail "what is paused runs: exit code $code"
grep -qE 'schedule first is paused until [0-9TZ:-]{20} by ops: new disks$' err || fail "the refusal: $(cat err)"
grep -q 'resume first' err || fail "the refusal's hint: $(cat err)"
before=$("$muster" run list -c own.yaml --json --limit 0 | grep -c '"id"')
"$muster" schedule run first -c own.yaml --even-if-paused >out 2>err || true
[ "$("$muster" run list -c own.yaml --json --limit 0 | grep -c '"id"')" -eq $((before + 1)) ] ||
	fail "--even-if-paused made no run: $(cat out err)"
# the report of what was made in a pause tells of it, in each format
paused='schedule first until [0-9TZ:-]{20}, by ops: new disks'
report=$(grep -lE "^Paused: $paused$" state/reports/*.txt) || fail "no report names the pause"
[ "$(echo "$report" | wc -l)" -eq 1 ] || fail "reports of other runs name the pause, too: $report"
grep -qE "^\| Paused \| $paused \|$" "${report%.txt}.md" || fail "no pause in $(cat "${report%.txt}.md")"
grep -qE "<dt>Paused</dt><dd>$paused</dd>" "${report%.txt}.html" || fail "no pause on the page"
if cat "${report%.txt}.md" "${report%.txt}.html" "$report" | grep -qE '^(## Notes|Notes on)|<h2>Notes'; then fail "the pause is told twice"; fi
grep -A2 '"name": "paused"' "${report%.txt}.json" | grep -qE "\"text\": \"$paused\"" || fail "no pause in JSON"

"$muster" schedule list -c own.yaml >out || fail "list"
grep -qE '^ +paused +until [0-9TZ:-]{20}, by ops: new disks$' out || fail "list tells of no pause: $(cat out)"
"$muster" schedule next first -c own.yaml >out || fail "next"
grep -qE '^  paused until [0-9TZ:-]{20}, by ops: new disks$' out || fail "next tells of no pause: $(cat out)"
"$muster" status -c own.yaml >out || true
grep -qF 'schedule first (restore-test): paused' out || fail "status tells of no pause: $(cat out)"
"$muster" status -c own.yaml --nagios >out || true
grep -qF ' missed=0;0;;0 stale=0;0;;0 paused=1;;;0' out || fail "status --nagios tells of no pause: $(cat out)"
"$muster" status -c own.yaml --json >out || true
grep -qF '"reason": "new disks"' out || fail "status --json tells of no pause: $(cat out)"
"$muster" metrics -c own.yaml >out || fail "metrics"
grep -qE '^muster_schedule_paused\{.*schedule="first".*\} 1$' out || fail "metrics tell of no pause: $(grep paused out)"
grep -qE '^muster_schedule_paused\{.*schedule="nightly".*\} 0$' out || fail "metrics: $(grep paused out)"
"$muster" schedule pause -c own.yaml --for 2h --reason "a move" --json | grep -q '"schedules": \[\]' || fail "pause all"
"$muster" schedule resume first -c own.yaml >out || fail "resume"
grep -qxF '1 pause ended' out || fail "resume: $(cat out)"
run schedule-resume-all 8 schedule resume first -c own.yaml
"$muster" schedule run nightly -c own.yaml >out 2>err && fail "all are paused, and one runs"
grep -qF 'a move' err || fail "the refusal: $(cat err)"
"$muster" schedule resume -c own.yaml --json | grep -q '"ended": 1' || fail "resume all"
"$muster" schedule list -c own.yaml | grep -q paused && fail "what was resumed is paused"

# missed: nothing yet, and what the history holds
run schedule-missed-none 0 schedule missed -c own.yaml
run schedule-missed-since 2 schedule missed -c own.yaml --since yesterday
python3 - state/history.db <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
rows = [("nightly", 1795000000, "muster was not running: no verify began within 6h", 1),
        ("gone", 1795086400, "the lock was held by backup r1", 17)]
db.executemany("INSERT INTO missed (schedule, at, kind, reason, noticed, times) VALUES (?, ?, 'verify', ?, 1, ?)",
               [(s, at * 10**9, reason, times) for s, at, reason, times in rows])
db.commit()
END
run schedule-missed 0 schedule missed -c own.yaml
run schedule-missed-one 0 schedule missed gone -c own.yaml --json
run schedule-missed-later 0 schedule missed -c own.yaml --since 2026-11-19T00:00:00Z

# a host on which nothing has run for two days: told by what only reads, recorded by what writes
mkdir backups
cat >ticks.yaml <<'END'
version: 1
platform: {name: shop}
repository: {path: backups}
history: {state_dir: ticks}
components: {api: {engine: service, health: {command: ["true"]}}}
schedules: {ticks: {run: verify, when: hourly, run_within: 5m}}
END
"$muster" verify -c ticks.yaml >/dev/null 2>&1 || fail "verify"
"$muster" status -c ticks.yaml >out || fail "status: $(cat out)"
grep -q 'ticks' out && fail "something is said of what is well: $(cat out)"
python3 - ticks/history.db <<'END'
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1])
then = (int(time.time()) - 48 * 3600) * 10**9
db.execute("UPDATE expected SET since = ?, judged = ?", (then, then))
# a row of the journal is never changed: only whoever owns the file can do this
db.execute("DROP TRIGGER event_no_update")
db.execute("UPDATE event SET at = ?", (then,))
db.commit()
END
code=0
"$muster" status -c ticks.yaml >out || code=$?
grep -qE '^. warn +schedule ticks \(verify\): missed 4[78] times, stale$' out || fail "status of what was missed: $(cat out)"
grep -qE '^ +last missed +[0-9TZ:-]{20}: muster was not running: no verify began within 5m$' out || fail "status: $(cat out)"
grep -qE '^ +success +2d ago \([0-9A-Za-z-]+\), may be 2h$' out || fail "status: $(cat out)"
"$muster" schedule list -c ticks.yaml | grep -q 'missed 4[78] times, stale$' || fail "list of what was missed"
[ "$("$muster" schedule missed -c ticks.yaml --json | grep -c '"noticed": null')" -ge 47 ] || fail "what is not recorded yet"
"$muster" verify -c ticks.yaml >/dev/null 2>&1 || fail "verify"
"$muster" schedule missed -c ticks.yaml --json >out || fail "missed"
[ "$(grep -c '"reason": "muster was not running' out)" -ge 47 ] || fail "what was missed is not recorded: $(cat out)"
grep -q '"noticed": null' out && fail "what was missed is not recorded: $(cat out)"
"$muster" status -c ticks.yaml >out || fail "status: $(cat out)"
grep -q 'ticks' out && fail "a run made good what was missed, and status does not know: $(cat out)"
finish
