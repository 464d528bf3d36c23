#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# muster env: servers in a sandbox that stays up, answers people who go in, reaches nothing
# outside, and however it ends leaves nothing.
# usage: test_env.sh MUSTER
set -Eeuo pipefail
muster=$(readlink -f "$1")
place=$(mktemp -d /tmp/mev.XXXXXX)
chmod 755 "$place"
export LC_ALL=C.UTF-8
cd "$place"

# End what a failed test left, by the processes that keep it. Why it failed is said last.
stop() {
	local code=$? why
	why=$(cat "$place/why" 2>/dev/null || true)
	for user in "${users[@]}"; do
		become "$user"
		muster env down --all >/dev/null 2>&1 || true
	done
	rm -rf "$place"
	[ "$code" = 0 ] || echo "FAILED: ${why:-exit code $code after $SECONDS s}" >&2
}
users=(self)
[ "$(id -u)" = 0 ] && users+=(nobody)
trap stop EXIT

# because LINES WHY: kept until the end, also out of a subshell
because() {
	echo "after $SECONDS s in ${TMPDIR-}, line $1: $2" >>"$place/why"
}
# What nobody expected to fail says where it stands.
trap 'because "$LINENO ${BASH_LINENO[*]}" "exit code $? of $BASH_COMMAND"' ERR

fail() {
	cat out err >&2 || true
	because "${BASH_LINENO[*]}" "$*"
	exit 1
}

become() {
	as=()
	[ "$1" = nobody ] && as=(setpriv --reuid nobody --regid nogroup --clear-groups)
	export TMPDIR=$place/$1
}
muster() { "${as[@]}" "$muster" "$@"; }

# run CODE WORDS ARGUMENT…: the exit code is CODE, and WORDS stand in what it wrote
run() {
	local code=0 expected=$1 words=$2
	shift 2
	muster "$@" >out 2>err </dev/null || code=$?
	[ "$code" = "$expected" ] || fail "$*: exit code $code, not $expected"
	[ -z "$words" ] || grep -qF -- "$words" out err || fail "$*: no \"$words\""
}

# No directory, no process of the sandbox's, no mount, no record.
nothing_left() {
	local tries=1200
	until [ -z "$(ls -A "$TMPDIR")" ] && ! pgrep -f "$TMPDIR" >/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || fail "left: $(ls -R "$TMPDIR"; pgrep -fa "$TMPDIR" || true)"
		sleep 0.1
	done
	! grep -F "$TMPDIR" /proc/self/mountinfo || fail "a mount is left"
}

is_gone() {
	local tries=1200
	while [ -e "$1" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || fail "$1 is still there"
		sleep 0.1
	done
}

# field KEY [I]: of the I-th environment
field() {
	muster env list --json | python3 -c '
import json, sys
print(json.load(sys.stdin)["environments"][int(sys.argv[2])][sys.argv[1]])' "$1" "${2:-0}"
}

all_servers() {
	run 0 "env is up until" env up --for 30m
	run 0 "postgresql redis rabbitmq" env list
	run 0 "PostgreSQL" env shell env -- psql -Atc 'select version()'
	# shellcheck disable=SC2016 # the inner shell's variables
	run 0 "PONG" env shell -- sh -c 'redis-cli -s "$REDIS_SOCKET" ping'
	# shellcheck disable=SC2016 # the inner shell's variables
	run 0 "administrator" env shell -- sh -c \
		'curl -sf -u "$RABBITMQ_USER:$RABBITMQ_PASSWORD" "${RABBITMQ_MANAGEMENT_URL}api/whoami"'
	# as services are configured: by URLs, in the sandbox's own network
	# shellcheck disable=SC2016 # the inner shell's variables
	run 0 "42 PONG" env shell -- sh -c \
		'echo $(psql -Atc "select 6 * 7" "$POSTGRES_URL/postgres") $(redis-cli -u "$REDIS_URL/1" ping)'
	# shellcheck disable=SC2016 # the inner shell's variables
	run 0 "amqp://" env shell -- bash -c \
		'at=${AMQP_URL#*@}; exec 3<>"/dev/tcp/${at%:*}/${at#*:}" && echo "$AMQP_URL"'
	run 0 "" env down env
	grep -qx "env is down, and nothing is left of it" out || fail "down does not say so"
	nothing_left
}

# The commands that are printed are those that work.
printed_commands() {
	muster env up --json --engine postgresql --engine redis --name printed >json 2>err
	python3 -c '
import json
d = json.load(open("json"))
assert d["schema"] == "muster.env-up/v1" and d["name"] == "printed" and d["pid"] > 1
assert [s["engine"] for s in d["servers"]] == ["postgresql", "redis"]
print(d["servers"][0]["ways"][0], "-Atc \"select 6 * 7\"")
print(d["servers"][1]["ways"][0], "echo heard")' >ways
	run 0 "42" env shell printed -- sh -c "$(head -n 1 ways)"
	run 0 "heard" env shell printed -- sh -c "$(tail -n 1 ways)"
	run 0 "" env down printed
	nothing_left
}

visits() {
	run 0 "" env up --engine redis -q
	run 42 "" env shell env -- sh -c 'exit 42'
	run 143 "" env shell env -- sh -c 'kill -TERM $$'
	run 127 "no-such-program: No such file" env shell env -- no-such-program
	run 2 "a command stands after --" env shell env ls
	run 8 "there is: env" env shell other -- ls
	echo "a line" | muster env shell env -- cat >out 2>err
	grep -qx "a line" out || fail "standard input does not come through"
	# from one visit to the next, and only there
	run 0 "" env shell env -- sh -c 'echo kept >file'
	run 0 "kept" env shell env -- cat /work/file
	# out of it leads nothing: no file, no port, no socket, no variable, no process
	python3 -c '
import socket, sys, time
s = socket.create_server(("127.0.0.1", 0)); u = socket.socket(socket.AF_UNIX)
u.bind(sys.argv[1]); u.listen(); print(s.getsockname()[1], flush=True); time.sleep(300)' "$place/host.sock" >port &
	local listener=$!
	until [ -s port ]; do sleep 0.05; done
	export MUSTER_TEST_SECRET=secret
	run 0 "sealed" env shell env -- bash -c "
		(exec 3<>/dev/tcp/127.0.0.1/$(cat port)) 2>/dev/null && echo reached a port
		[ -e $place ] && echo reached a file
		[ -e $TMPDIR ] && echo reached the records
		[ -e /etc/shadow ] && echo reached /etc
		touch /usr/escaped 2>/dev/null && echo reached /usr
		env | grep SECRET && echo reached a variable
		kill -0 $listener 2>/dev/null && echo reached a process
		[ \"\$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' \n')\" = lo ] || echo reached a network
		grep -q 'CapEff:[[:space:]]*0000000000000000' /proc/self/status || echo has privileges
		grep -q 'NoNewPrivs:[[:space:]]*1' /proc/self/status || echo may gain privileges
		echo sealed"
	kill "$listener"
	! grep -q "reached\|privileges" out || fail "a visitor gets out"
	rm -f host.sock port
	run 0 "" env down env
	nothing_left
}

names() {
	muster env up --engine redis -q >first 2>&1 &
	local first=$!
	run 0 "" env up --engine redis -q
	wait "$first" || fail "two at once: $(cat first)"
	[ "$(muster env list --json | grep -c '"name"')" = 2 ] || fail "two at once are not two"
	run 2 "2 environments are up" env shell -- true
	run 6 "there is an environment called" env up --engine redis --name env
	run 2 "cannot be the name" env up --engine redis --name ../env
	run 2 "postgresql, redis, rabbitmq" env up --engine mysql
	run 2 "either a NAME or --all" env down
	run 8 "there are: env, env-2" env down nobody
	run 0 "env-2 is down" env down --all
	nothing_left
	run 0 "no environment is up" env list
	run 8 "none is up" env down env
}

end_when_visited() {
	local tries=1200
	until muster env shell env -- test -e visited </dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return
		sleep 0.1
	done
	muster env down env >/dev/null
}

ends() {
	local directory
	run 0 "" env up --engine redis --json --for 2s --name short
	directory=$(python3 -c 'import json; print(json.load(open("out"))["directory"])')
	is_gone "$directory"
	nothing_left
	# visitors of one that ends are told
	run 0 "" env up --engine redis -q
	end_when_visited &
	run 4 "the sandbox ended" env shell env -- sh -c 'touch visited; exec sleep 1000'
	wait $!
	# killed
	run 0 "" env up --engine redis -q
	directory=$(field directory)
	kill -9 "$(field pid)"
	is_gone "$directory"
	run 0 "no environment is up" env list
	nothing_left
	# told by a signal
	run 0 "" env up --engine redis -q
	kill -TERM "$(field pid)"
	nothing_left
	# an interrupted start, and one that cannot be told, leave nothing
	local code=0
	timeout --signal=INT --foreground 0.7 "${as[@]}" "$muster" env up -q >out 2>err || code=$?
	[ "$code" = 124 ] || fail "interrupted: exit code $code"
	nothing_left
	code=0
	muster env up --engine redis -q >/dev/full 2>err || code=$?
	[ "$code" = 4 ] || fail "to a full disk: exit code $code"
	nothing_left
}

# A dump of a private PostgreSQL, and one with two rows of one key.
make_dumps() {
	local bin
	bin=$(pg_config --bindir)
	become "${users[-1]}"
	"${as[@]}" mkdir -m 755 "$TMPDIR/source"
	(
		cd "$TMPDIR/source"
		"${as[@]}" "$bin/initdb" -D data -U owner -A trust -N -E UTF8 --locale=C.UTF-8 >initdb.log
		"${as[@]}" "$bin/pg_ctl" -D data -w -l data/log start \
			-o "-c listen_addresses='' -c unix_socket_directories=$PWD -c fsync=off" >start.log
		export PGHOST=$PWD PGUSER=owner
		createdb shop
		psql -qX -d shop -c "CREATE TABLE orders (id int PRIMARY KEY, note text)" \
			-c "INSERT INTO orders SELECT i, 'note ' || i FROM generate_series(1, 2000) i"
		pg_dump -Fc -Z0 -d shop -f "$place/shop.dump"
		"${as[@]}" "$bin/pg_ctl" -D data -m immediate -w stop >stop.log
	)
	rm -rf "$TMPDIR/source"
	python3 -c '
data = open("shop.dump", "rb").read()
assert data.count(b"1999\tnote 1999\n") == 1
open("twice.dump", "wb").write(data.replace(b"1999\tnote 1999\n", b"1998\tnote 1999\n"))'
	head -c 5000 shop.dump >short.dump
	chmod 644 ./*.dump
}

kept() {
	run 0 "muster env shell shop.dump" restore-test --keep shop.dump
	run 0 "restore test 2" env list
	[ "$(field component)" = shop.dump ] || fail "the list does not tell of what it is left"
	run 0 "2000" env shell -- psql -d shop -Atc "SELECT count(*) FROM orders"
	run 0 "PGDMP" env shell -- head -c 5 /given/part-0
	run 0 "shop.dump is down" env down shop.dump
	nothing_left
	# also when the test failed, then more than ever
	run 1 "could not create unique index" restore-test --keep-for 1h twice.dump
	run 0 "2" env shell twice.dump -- psql -d shop -Atc "SELECT count(*) FROM orders WHERE id = 1998"
	run 1 "kept until" restore-test --keep short.dump
	run 0 "0" env shell short.dump -- psql -Atc "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
	run 0 "" env down --all
	nothing_left
	run 0 "kept until" restore-test --keep-for 2s shop.dump
	nothing_left
	# what did not get to its end is not kept
	run 124 "time limit passed" restore-test --keep --timeout 200ms shop.dump
	nothing_left
	local code=0
	timeout --signal=INT --foreground 0.3 "${as[@]}" "$muster" restore-test -q --keep shop.dump >out 2>err || code=$?
	[ "$code" = 124 ] || fail "interrupted: exit code $code"
	nothing_left
	run 0 "nothing is left of the sandbox" restore-test shop.dump
	run 2 "leaves nothing to keep" restore-test --keep --dry-run shop.dump
	nothing_left
}

for user in "${users[@]}"; do
	mkdir -p "$place/$user"
	[ "$user" = self ] || chown nobody: "$place/nobody"
done
make_dumps
for user in "${users[@]}"; do
	become "$user"
	all_servers
	printed_commands
	visits
	names
	ends
	kept
	# a directory that others may write to is not taken for ours
	"${as[@]}" mkdir -m 777 "$TMPDIR/muster-environments-$("${as[@]}" id -u)"
	run 5 "is not this user's alone" env list
	rmdir "$TMPDIR"/muster-environments-*
done

# Without a package it says which, and the other servers do not stay.
if [ "$(id -u)" = 0 ]; then
	become self
	code=0
	unshare --mount sh -c "mount -t tmpfs tmpfs /usr/lib/rabbitmq && exec '$muster' env up -q" >out 2>err ||
		code=$?
	[ "$code" != 0 ] || fail "it is up without RabbitMQ"
	grep -qF "install the Debian package rabbitmq-server" err || fail "without a server: no hint"
	nothing_left
fi
echo "passed"
