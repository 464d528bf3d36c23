#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes tests/fixtures/rdb/*.rdb with the redis-server of this machine, started privately.
set -eu
out=$(cd "$(dirname "$0")/.." && pwd)/tests/fixtures/rdb
dir=$(mktemp -d)
server=
stop() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	[ -z "$server" ] || wait "$server" 2>/dev/null || true
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM
mkdir -p "$out"

redis-server --port 0 --unixsocket "$dir/s" --dir "$dir" --dbfilename dump.rdb --save '' \
	--appendonly no --daemonize no --logfile "$dir/log" --active-expire-effort 1 >/dev/null &
server=$!
cli() { redis-cli -s "$dir/s" "$@" >/dev/null; }
until redis-cli -s "$dir/s" ping >/dev/null 2>&1; do
	kill -0 "$server"
done
save() {
	cli save
	cp "$dir/dump.rdb" "$out/$1.rdb"
	cli flushall
}
# text N: N bytes that compress
text() { i=0; while [ "$i" -lt "$1" ]; do printf 'line %06d\n' "$i"; i=$((i + 12)); done; }
# noise N: 2N hex digits that hardly repeat, the same every time
noise() { i=0; while [ "$i" -lt "$1" ]; do printf '%s' "$i" | md5sum | cut -c1-32; i=$((i + 16)); done | tr -d '\n'; }

# the same data, packed as Redis does by default, and in its general encodings
fill() {
	cli rpush l:mixed a b 12 -1 127 128 4095 -4096 -4097 32768 8388608 2147483648 -9223372036854775808 '' \
		"$(noise 40)" "$(text 300)"
	cli sadd s:ints 5 -3 70000
	cli sadd s:words one two three 4
	cli zadd z:scores 1 a 2.5 b -0.125 c +inf d -inf e 0 f 17 17 1e300 g 0.1 h
	cli hset h:fields name alice age 42 empty '' note "$(noise 40)"
	cli set k:expires soon pxat 4102444800000
	cli set k:int 12345
	cli set k:text "$(text 600)"
	cli pexpireat l:mixed 4102444800123
}
cli config set rdbcompression yes
fill
save packed
for key in list-max-listpack-size hash-max-listpack-entries zset-max-listpack-entries set-max-intset-entries; do
	cli config set "$key" 1
done
cli config set rdbcompression no
fill
save general
for pair in list-max-listpack-size:-2 hash-max-listpack-entries:128 zset-max-listpack-entries:128 \
	set-max-intset-entries:512; do
	cli config set "${pair%:*}" "${pair#*:}"
done
cli config set rdbcompression yes

# several databases, every type, streams with groups, functions, evictions' marks
cli config set maxmemory-policy allkeys-lfu
fill
cli xadd t:log 1-1 field a other b
cli xadd t:log 2-1 field c other d
cli xadd t:log 2-2 different e
cli xadd t:log 9-0 field f other g
cli xdel t:log 2-1
cli xgroup create t:log g1 0
cli xgroup create t:log g2 '$'
cli xreadgroup group g1 alice count 2 streams t:log '>'
cli xreadgroup group g1 bob count 1 streams t:log '>'
cli xgroup createconsumer t:log g2 idle
cli xgroup create t:none g '$' mkstream
redis-cli -s "$dir/s" -x function load >/dev/null <<'LUA'
#!lua name=fixture
redis.register_function('answer', function() return 42 end)
LUA
cli -n 3 set a 1
cli -n 3 set b 2 px 4102444800000
cli -n 15 hset h f v
cli -n 15 pexpireat h 4102444800000
cli config set maxmemory-policy noeviction
cli save
cp "$dir/dump.rdb" "$out/all.rdb"
cli flushall
cli function flush
save empty
cli set a 1
cli config set rdbcompression yes
save one
kill "$server"
wait "$server" || true
server=
redis-server --port 0 --unixsocket "$dir/s" --dir "$dir" --dbfilename dump.rdb --save '' \
	--appendonly no --rdbchecksum no --logfile "$dir/log" >/dev/null &
server=$!
until redis-cli -s "$dir/s" ping >/dev/null 2>&1; do
	kill -0 "$server"
done
cli flushall
cli set a 1
save no-checksum
