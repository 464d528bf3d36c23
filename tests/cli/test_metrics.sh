#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What monitoring is told, before anything ran and after; and the file for node_exporter.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"

cat >muster.yaml <<'END'
version: 1
platform: {name: shop, timezone: Europe/London, objectives: {rto: 2h, rpo: 24h}}
repository: {path: backups}
history: {state_dir: state}
components:
  pg: {engine: postgresql, connect: {host: 127.0.0.1, port: 1}, backups: {max_age: 25h}}
  cache: {engine: redis, connect: {host: 127.0.0.1, port: 1}, objectives: {rto: 10m}}
  api: {engine: service, health: {http: "http://127.0.0.1:1/"}}
schedules:
  daily: {run: verify, when: "06:00", stale_after: 30h}
  weekly: {run: restore-test, when: "Sun 01:00", components: [pg]}
  drill: {run: drill, when: "monthly"}
  off: {run: backup, when: hourly, enabled: false}
notify: {receivers: {ops: {type: mail, to: [ops@example.org], sendmail: [/bin/sh, -c, "cat >/dev/null"]}}}
END

# has FILE SAMPLE…: with its value
has() {
	file=$1
	shift
	for sample in "$@"; do grep -qxF "muster_$sample" "$file" || fail "no muster_$sample in $file"; done
}
lacks() { ! grep -qE "^muster_$2" "$1" || fail "muster_$2 in $1: $(grep -E "^muster_$2" "$1")"; }

# before anything ran: nothing is made, every series is there
"$muster" metrics >out 2>err || fail "metrics without a history: $(cat err)"
[ ! -e state ] || fail "a state directory was made"
pg='{platform="shop",component="pg",engine="postgresql"}'
daily='{platform="shop",kind="verify",schedule="daily"}'
off='{platform="shop",kind="backup",schedule="off"}'
ops='{platform="shop",receiver="ops",type="mail"}'
has out "backup_last_success_timestamp_seconds$pg 0" "backup_max_age_seconds$pg 90000" "backup_copies$pg 0" \
	'check_status{platform="shop",component="pg",kind="verify",check="exists"} 0' \
	'check_status{platform="shop",component="cache",kind="restore-test",check="proven"} 0' \
	'check_status{platform="shop",component="api",kind="verify",check="reachable"} 0' \
	'run_attempts_total{platform="shop",kind="restore-test"} 0' \
	'run_failures_total{platform="shop",kind="verify",outcome="error"} 0' \
	"run_last_success_timestamp_seconds$daily 0" "schedule_stale$daily 1" \
	"schedule_stale_after_seconds$daily 108000" "schedule_max_interval_seconds$daily 90000" \
	"schedule_run_within_seconds$daily 21600" "schedule_missed_runs_total$daily 0" "schedule_paused$daily 0" \
	"schedule_missed_runs_total$off 0" "schedule_next_run_timestamp_seconds$off 0" \
	'schedule_stale_after_seconds{platform="shop",kind="restore-test",schedule="weekly"} 1216800' \
	'recovery_time_seconds{platform="shop",component="platform",kind="restore-test"} 0' \
	'recovery_time_objective_seconds{platform="shop",component="platform"} 7200' \
	'recovery_time_objective_seconds{platform="shop",component="cache"} 600' \
	'recovery_point_objective_seconds{platform="shop",component="pg"} 86400' \
	'run_attempts_total{platform="shop",kind="drill"} 0' 'run_last_status{platform="shop",kind="drill"} 0' \
	'recovery_time_seconds{platform="shop",component="platform",kind="drill"} 0' \
	'recovery_point_seconds{platform="shop",component="platform",kind="drill"} 0' \
	'drill_last_timestamp_seconds{platform="shop"} 0' 'drill_last_status{platform="shop"} 0' \
	'drill_duration_seconds{platform="shop"} 0' \
	'actions_open{platform="shop",overdue="false"} 0' 'actions_open{platform="shop",overdue="true"} 0' \
	"notifications_sent_total$ops 0" "notifications_failed_total$ops 0" "notifications_waiting$ops 0"
lacks out 'schedule_stale.*(drill|off)'
lacks out '.*component="api",engine'
lacks out 'recovery_point_seconds.*cache'
lacks out 'step_duration'

# after a backup that no one made by us, and a verification that could not like it
mkdir -p backups/redis
echo x >"backups/redis/snapshot_$(date -u +%Y%m%d_%H%M%S).rdb.gz"
"$muster" verify >/dev/null 2>&1 && fail "verify passed"
# what it leaves to deliver ends before its state goes
while grep -qsa "$work/[m]uster.yaml" /proc/[0-9]*/cmdline; do sleep 0.1; done
"$muster" metrics >out 2>err || fail "metrics: $(cat err)"
cache='{platform="shop",component="cache",engine="redis"}'
has out "backup_copies$cache 1" 'backup_size_bytes{platform="shop",component="cache",engine="redis",location="repository"} 2' \
	'check_status{platform="shop",component="pg",kind="verify",check="exists"} 3' \
	'check_status{platform="shop",component="cache",kind="verify",check="exists"} 1' \
	'run_attempts_total{platform="shop",kind="verify"} 1' \
	'run_failures_total{platform="shop",kind="verify",outcome="fail"} 1' \
	'run_last_status{platform="shop",kind="verify"} 3' \
	'step_duration_seconds_bucket{platform="shop",kind="verify",step="catalogue",le="60"} 1' \
	'step_duration_seconds_count{platform="shop",kind="verify",step="catalogue"} 1'
age=$(($(date +%s) - $(sed -n "s/^muster_backup_last_success_timestamp_seconds$cache //p" out)))
{ [ "$age" -ge 0 ] && [ "$age" -lt 86400 ]; } || fail "the backup is $age s old"

# a file that others may read, whole or not at all
(umask 077 && "$muster" metrics --textfile muster.prom >out 2>err) || fail "metrics --textfile: $(cat err)"
[ ! -s out ] || fail "standard output: $(cat out)"
[ "$(stat -c %a muster.prom)" = 644 ] || fail "mode $(stat -c %a muster.prom)"
has muster.prom "backup_copies$cache 1"
[ "$(echo ./*.prom*)" = ./muster.prom ] || fail "left behind: $(ls)"
cp muster.prom before
code=0
"$muster" metrics --textfile nowhere/muster.prom >out 2>err || code=$?
[ "$code" -eq 8 ] || fail "no such directory: exit code $code"
grep -q '^muster: write the metrics: create nowhere/muster.prom' err || fail "no such directory: $(cat err)"
echo 'not a database, but as long as one has to be for somebody to look into it: 100 bytes, or so, will do' >state/history.db
code=0
"$muster" metrics --textfile muster.prom >out 2>err || code=$?
[ "$code" -eq 4 ] || fail "a damaged history: exit code $code"
cmp before muster.prom || fail "the metrics of before did not stay"
code=0
"$muster" metrics everything >out 2>err || code=$?
[ "$code" -eq 2 ] || fail "a word too many: exit code $code"

# names that no label was made for
rm -rf state
sed -i 's/name: shop/name: "a\\"b\\\\c"/' muster.yaml
"$muster" metrics >out 2>err || fail "metrics: $(cat err)"
grep -qF 'muster_run_attempts_total{platform="a\"b\\c",kind="verify"} 0' out || fail "not escaped: $(cat out)"
finish
