#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# muster demo: the show finds every damage for the right reason, and whatever ends
# it leaves neither process nor directory. usage: test_demo.sh MUSTER
set -eu
muster=$(readlink -f "$1")
TMPDIR=$(mktemp -d /tmp/muster-test.XXXXXX)
export TMPDIR
# other accounts pass through it, and one of them makes its platform in it
chmod 1777 "$TMPDIR"
cd "$TMPDIR"
trap 'rm -rf "$TMPDIR"' EXIT

fail() {
	echo "FAILED: $*" >&2
	cat "$TMPDIR"/out "$TMPDIR"/err >&2 || true
	exit 1
}

# Processes that name the directory in command line or environment, but for this script's own.
processes() {
	for p in /proc/[0-9]*; do
		if [ "${p#/proc/}" != "$$" ] && tr '\0' '\n' 2> "$TMPDIR/null" < "$p/cmdline" |
			grep -qF "$TMPDIR/muster-demo."; then
			echo "${p#/proc/}"
		fi
	done
}

# Wait until the command holds; ten minutes are far more than any of them needs.
await() {
	tries=6000
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || fail "waited in vain for: $*"
		sleep 0.1
	done
}

no_directory() { ! ls -d "$TMPDIR"/muster-demo.?????? > "$TMPDIR/null" 2>&1; }
no_process() { [ -z "$(processes)" ]; }
nothing_left() {
	no_directory || fail "a directory is left: $(ls -d "$TMPDIR"/muster-demo.??????)"
	no_process || fail "processes are left: $(processes)"
}
exists() { ls "$TMPDIR"/muster-demo.??????/"$1" > "$TMPDIR/null" 2>&1; }

# code NAME EXPECTED COMMAND…: run it and compare its exit code. One that hangs is ended (124),
# and what it wrote until then is shown.
code() {
	name=$1 expected=$2
	shift 2
	got=0
	timeout -k 60 800 "$@" > "$TMPDIR/out" 2> "$TMPDIR/err" || got=$?
	[ "$got" = "$expected" ] || fail "$name: exit code $got, not $expected"
	echo "ok: $name"
}

# unchanged DIRECTORY: the live databases hold what the first backup found in them
unchanged() {
	databases=$(psql -XAt -h "$1/postgres" -U postgres -c "SELECT datname FROM pg_database ORDER BY 1" postgres)
	[ "$(echo "$databases" | tr '\n' ' ')" = "agent_orchestrator postgres template0 template1 " ] ||
		fail "these databases are left: $databases"
	[ ! -e "$1/scratch" ] || fail "the backup of the altered copy is left"
	facts "$1" > "$TMPDIR/before"
	[ "$(grep -c '"rows"' "$TMPDIR/before")" -gt 10 ] || fail "no rows in the manifest"
	sleep 1 # sets are told apart by the second
	code "the show altered nothing that is live" 0 "$muster" backup -c "$1/muster.yaml"
	facts "$1" > "$TMPDIR/after"
	diff "$TMPDIR/before" "$TMPDIR/after" >&2 || fail "the live database is not as it was"
}
# facts DIRECTORY: of the newest set's dump, as the source held it
facts() {
	python3 -c 'import json, sys
for file in json.load(open(sys.argv[1]))["files"]:
    if file["path"].endswith(".dump.gz"):
        print(json.dumps(file["facts"], indent=1))' "$(find "$1/backups/postgres" -name 'backup_*.json' | sort | tail -n 1)"
}

# exists_or_over FILE: the file is there, or the show has ended
exists_or_over() { exists "$1" || grep -q '^State:.Z' "/proc/$show/status"; }

# interrupted NAME SIGNAL EXPECTED FILE: end the show by SIGNAL as soon as FILE is in its directory
interrupted() {
	got=0
	for _ in 1 2 3 4 5; do
		"$muster" demo --size 2MB > "$TMPDIR/out" 2> "$TMPDIR/err" &
		show=$!
		await exists_or_over "$4"
		kill "-$2" $show
		wait $show || got=$?
		[ "$got" = 0 ] || break # else the file was gone before anybody looked
	done
	[ "$got" = "$3" ] || fail "$1: exit code $got, not $3"
	nothing_left
	echo "ok: $1"
}

# installed PROGRAM…: all of them
installed() {
	for program; do
		command -v "$program" > "$TMPDIR/null" || return 1
	done
}
# without PROGRAM…: all programs but these are in ./bin
without() {
	rm -rf bin
	mkdir bin
	for directory in /bin /usr/bin /sbin /usr/sbin; do ln -sf "$directory"/* bin/; done
	for program; do rm -f "bin/$program"; done
}

# verified and restored from S3, too, where a server for it is installed
ceph=no swift=no copies=0
if installed ceph ceph-authtool ceph-mon ceph-osd monmaptool radosgw radosgw-admin; then ceph=yes; fi
if installed swift-account-server swift-container-server swift-object-server swift-proxy-server swift-ring-builder; then
	swift=yes
fi
if [ $ceph$swift != nono ]; then copies=2; fi

code "the show sees all damages, and what a restore test alone can tell" 0 "$muster" demo --size 2MB
nothing_left
[ "$(grep -c '  fail     [a-z]' "$TMPDIR/out")" = 6 ] || fail "not five damages and an altered set failed"
for words in 'tool_calls: 3 rows missing' 'messages: the content differs' \
	'violates the foreign key "schedules_workflow_id_fkey"' 'the row of muster canary is'; do
	tr -s '\n ' ' ' < "$TMPDIR/out" | grep -qF "$words" || fail "not told: $words"
done
[ "$(awk 'length > 80' "$TMPDIR/out" | grep -cvF "$TMPDIR")" = 0 ] || fail "lines of more than 80 columns"
if grep -q "NOT AS EXPECTED" "$TMPDIR/out"; then fail "a reason is not the right one"; fi
report=$(sed -n 's/^Everything that was checked is in //p' "$TMPDIR/out")
[ "$(grep -c '^== ' "$report")" = $((8 + copies)) ] || fail "the report does not hold $((8 + copies)) runs"
[ "$(grep -c '^nothing; its copy in S3 *pass ' "$TMPDIR/out")" = $copies ] || fail "the copy in S3 did not pass"
[ "$(grep -c '^nothing; its copy in S3 *not run ' "$TMPDIR/out")" = $((2 - copies)) ] || fail "what is left out is not told"

for words in '    Subject: ALERT: Daily Backup Verification FAILED: postgres-main facts' '    What did not hold:'; do
	grep -qF "$words" "$TMPDIR/out" || fail "the mail is not shown: $words"
done
python3 - "$(sed -n 's/^The mail, text and HTML, is in //p' "$TMPDIR/out")" << 'PY' || fail "the mail is not as it should be"
import email.policy, sys
mail = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
assert mail["Subject"] == "ALERT: Daily Backup Verification FAILED: postgres-main facts (agent-orchestrator)", mail["Subject"]
assert mail["To"] == "on-call@example.org"
text, page = mail.iter_parts()
assert [part.get_content_type() for part in (text, page)] == ["text/plain", "text/html"]
for part in (text.get_content(), page.get_content()):
    assert part.index("the content differs") < part.index("restore from another set") < part.index("Component"), part
    assert "postgres-main" in part and "muster run show " in part, part
PY
echo "ok: the mail that a failure sends is shown and kept"

interrupted "Ctrl-C while servers start" INT 130 postgres
interrupted "SIGTERM while the backup runs" TERM 143 backups/postgres
interrupted "Ctrl-C while copies are verified" INT 130 damaged
interrupted "SIGTERM while the altered copy is backed up" TERM 143 scratch
interrupted "Ctrl-C while an altered set is restored" INT 130 damaged/altered/state/history.db

"$muster" demo --size 2MB > "$TMPDIR/out" 2> "$TMPDIR/err" &
show=$!
await exists muster.yaml
kill -KILL $show
wait $show || true
await no_process
await no_directory
echo "ok: kill -9 of the show leaves nothing"

if [ $swift = yes ]; then
	without radosgw
	code "without radosgw the copy is kept by Swift" 0 env PATH="$TMPDIR/bin" "$muster" demo --size 2MB
	nothing_left
	[ "$(grep -c '^nothing; its copy in S3 *pass ' out)" = 2 ] || fail "the copy in S3 did not pass"
	grep -qF 'The copy of the set in S3 (s3://muster-demo/backups, Swift), read from there:' out || fail "not told: Swift"
	[ "$(awk 'length > 80' out | grep -cvF "$TMPDIR")" = 0 ] || fail "lines of more than 80 columns"

	PATH="$TMPDIR/bin" "$muster" demo --size 2MB > out 2> err &
	show=$!
	await exists muster.yaml
	served=$(processes | while read -r pid; do tr '\0' ' ' < "/proc/$pid/cmdline"; done | grep -o '/swift-[a-z]*-server ' | wc -l)
	[ "$served" = 4 ] || fail "Swift has $served servers, not 4"
	kill -KILL $show
	wait $show || true
	await no_process
	await no_directory
	echo "ok: kill -9 of the show leaves nothing of Swift"

	if [ "$(id -u)" = 0 ]; then
		mkdir ram
		# a ramfs tells of no room on it either, for which the show faults it
		# shellcheck disable=SC2016 # that shell expands it
		code "Swift is left out where files have no extended attributes" 1 unshare -m --propagation private sh -c '
			mount -t ramfs -o mode=1777 ramfs "$TMPDIR/ram"
			exec env TMPDIR="$TMPDIR/ram" PATH="$TMPDIR/bin" "$@"' sh "$muster" demo --size 2MB
		tr -s '\n ' ' ' < out | grep -q 'Swift could not be started: the file system of [^ ]* keeps no extended attributes' ||
			fail "it does not say why there is no copy"
		await no_process
		rmdir ram
	fi
else
	echo "skipped: Swift, which is not installed"
fi

without radosgw swift-proxy-server mktemp
code "--keep leaves it up; with neither radosgw nor Swift no copy, without mktemp no mail" 0 \
	env PATH="$TMPDIR/bin" "$muster" demo --size 2MB --keep --json
rm -r bin
[ "$(grep -c '"why": "radosgw is not installed, nor is swift-proxy-server; to see it: apt-get install ' "$TMPDIR/out")" = 2 ] || fail "it does not say what is left out"
grep -q '"why": "/bin/sh exited with code 78: .*mktemp: not found' "$TMPDIR/out" || fail "it does not say that there is no mail"
[ "$(grep -c '"as_expected": true' "$TMPDIR/out")" = 8 ] || fail "not eight cases as expected"
[ "$(grep -c '"named": {' "$TMPDIR/out")" = 3 ] || fail "not all three alterations are named"
config=$(sed -n 's/^  "config": "\(.*\)",*$/\1/p' "$TMPDIR/out")
unchanged "$(dirname "$config")"
code "its muster.yaml is ready to use" 0 "$muster" verify -c "$config"
code "down ends it" 0 "$muster" demo down
nothing_left
code "down with nothing up" 8 "$muster" demo down

code "up" 0 "$muster" demo up --size 1MB
code "a second one up" 0 "$muster" demo up --size 1MB
code "down does not choose among two" 2 "$muster" demo down
for directory in "$TMPDIR"/muster-demo.??????; do
	code "down ends the one named" 0 "$muster" demo down "$directory"
done
nothing_left
mkdir precious
code "down removes no other directory" 8 "$muster" demo down "$TMPDIR/precious"
[ -d precious ] || fail "precious is gone"

code "up" 0 "$muster" demo up --size 1MB
keeper=$(processes | head -n 1)
while :; do # the keeper is the ancestor of all that name the directory
	parent=$(awk '{ print $4 }' "/proc/$keeper/stat")
	[ "$(readlink "/proc/$parent/exe")" = "$muster" ] || break
	keeper=$parent
done
[ "$(readlink "/proc/$keeper/exe")" = "$muster" ] || fail "found no keeper"
kill -KILL "$keeper"
await no_process
code "up after a keeper was killed" 0 "$muster" demo up --size 1MB
code "down finds one only: the dead one's directory was removed" 0 "$muster" demo down
nothing_left

if [ "$(id -u)" = 0 ]; then
	cp "$muster" muster # others may be unable to reach a build directory of root's
	code "as an unprivileged user" 0 \
		setpriv --reuid=nobody --regid=nogroup --clear-groups "$TMPDIR/muster" demo --size 2MB
	nothing_left

	# A directory with the system in it, and no mount itself: nothing can be sealed in such a chroot.
	cat > chroot.sh <<'SH'
set -eu
for directory in dev etc proc sys tmp usr var; do
	mkdir -p "$1/$directory"
	mount --rbind "/$directory" "$1/$directory"
done
for link in bin lib lib64 sbin; do
	if [ -L "/$link" ]; then ln -s "$(readlink "/$link")" "$1/$link"; fi
done
exec chroot "$@"
SH
	mkdir root
	code "where no sandbox can be sealed" 5 unshare -m --propagation private \
		sh chroot.sh "$TMPDIR/root" "$TMPDIR/muster" demo --size 2MB
	nothing_left
	[ "$(grep -c '  not run  sandbox' out)" = $((2 + copies / 2)) ] || fail "the table does not say: not run"
	[ "$(grep -c '/ is no mount point' out)" = 2 ] || fail "it does not say why"
	if grep -q "NOT AS EXPECTED" out; then fail "the verified sets are not as expected"; fi
fi
