#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# muster restore-test: dumps of a private PostgreSQL come back row by row, what does not is
# named, a hostile one harms nothing, and however it ends nothing is left.
# usage: test_restore.sh MUSTER
set -euo pipefail
muster=$(readlink -f "$1")
fixtures=$(dirname "$(readlink -f "$0")")/../fixtures/pg-archive
place=$(mktemp -d /tmp/mrt.XXXXXX)
chmod 755 "$place"
mkdir -m 1777 "$place/scratch"
export TMPDIR=$place/scratch LC_ALL=C.UTF-8
bin=$(pg_config --bindir)
as=()
if [ "$(id -u)" = 0 ]; then
	chown nobody: "$place"
	as=(setpriv --reuid nobody --regid nogroup --clear-groups)
fi
stop() {
	"${as[@]}" "$bin/pg_ctl" -D "$place/data" -m immediate -w stop >"$place/stop.log" 2>&1 || true
	rm -rf "$place"
}
trap stop EXIT
cd "$place"

fail() {
	echo "FAILED: $*" >&2
	cat out err >&2 || true
	exit 1
}

# restore CODE WORDS FILE [OPTION…]: the exit code is CODE, and WORDS stand in what it wrote
restore() {
	local code=0 expected=$1 words=$2
	shift 2
	"$muster" restore-test --no-color "$@" >out 2>err </dev/null || code=$?
	[ "$code" = "$expected" ] || fail "restore-test $*: exit code $code, not $expected"
	grep -qF -- "$words" out err || fail "restore-test $*: no \"$words\""
	nothing_left
}

# Sandboxes end a moment after who made them, when that was killed.
nothing_left() {
	local tries=1200
	until [ -z "$(ls -A "$TMPDIR")" ] && ! pgrep -f "$TMPDIR" >/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || fail "left: $(ls "$TMPDIR"; pgrep -fa "$TMPDIR" || true)"
		sleep 0.1
	done
}

"${as[@]}" "$bin/initdb" -D data -U owner -A trust -N -E UTF8 --locale=C.UTF-8 >initdb.log
"${as[@]}" "$bin/pg_ctl" -D data -w -l "$place/data/log" start \
	-o "-c listen_addresses='' -c unix_socket_directories=$place -c fsync=off" >start.log
export PGHOST=$place PGUSER=owner PGDATABASE=shop
createdb shop
psql -qX -v ON_ERROR_STOP=1 <<'SQL'
CREATE ROLE "odd ""owner""";
CREATE SCHEMA "odd schema" AUTHORIZATION "odd ""owner""";
CREATE TABLE "odd schema"."ta'ble" (id serial PRIMARY KEY, what text, at timestamptz, raw bytea);
INSERT INTO "odd schema"."ta'ble" (what, at, raw)
	SELECT E'row\t\\ ' || i, '2026-01-01'::timestamptz + i * interval '1 hour', decode('00ff', 'hex')
	FROM generate_series(1, 3000) i;
CREATE TABLE orders (id int PRIMARY KEY, total numeric CHECK (total >= 0), note text);
INSERT INTO orders SELECT i, i * 1.5, 'note ' || i FROM generate_series(1, 2000) i;
CREATE TABLE items (order_id int REFERENCES orders, n int);
INSERT INTO items SELECT 1 + i % 2000, i FROM generate_series(1, 5000) i;
CREATE TABLE parted (k int, v text) PARTITION BY LIST (k);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
INSERT INTO parted SELECT 1, 'v' FROM generate_series(1, 70);
CREATE TABLE empty_one (); CREATE VIEW seen AS SELECT * FROM orders;
SELECT lo_from_bytea(4711, 'large') \gset
GRANT SELECT ON orders TO "odd ""owner""";
SQL

for format in c t; do
	PGTZ=UTC pg_dump -F$format -f shop.$format
	restore 0 "5 tables equal in rows, bytes, content with the backup: 10,070 rows" shop.$format
done
PGTZ=UTC pg_dump -Fc -Z0 | gzip >shop.gz
restore 0 "backup: 10,070 rows" shop.gz --jobs 3
"$muster" restore-test --json shop.gz >json
python3 - <<'PY' || fail "the document is not as it should be"
import json
d = json.load(open("json"))
assert d["schema"] == "muster.run/v1" and d["kind"] == "restore-test" and d["verdict"] == "pass"
assert {"read shop.gz", "restore shop.gz", "prove shop.gz", "remove shop.gz"} < {s["id"] for s in d["steps"]}
PY
restore 0 "<title>Weekly Restore Test PASSED: " shop.gz --format=html
restore 2 "contradict each other" shop.gz --json --format=html

# Without an input and a place for messages.
code=0
"$muster" restore-test -q shop.gz <&- >out 2>&- || code=$?
[ "$code" = 0 ] || fail "without standard input: exit code $code"
nothing_left

# What the dump leaves out on purpose is not missing.
pg_dump -Fc --schema-only -f bare
restore 0 "holds no rows of 5 tables" bare
PGTZ=UTC pg_dump -Fc --exclude-table-data items -f partly
restore 0 "holds no rows of 1 tables" partly
grep -qF "4 tables equal in rows" out || fail "nothing proven"
PGTZ=UTC pg_dump -Fc -t orders -f one
restore 0 "with the backup: 2,000 rows" one

# Its text depends on a time zone that the archive does not tell: counted, and said so.
PGTZ=Asia/Tokyo pg_dump -Fc -f tokyo
restore 0 "of 1 tables only the rows could be counted" tokyo

# Before version 12 floats were written with all their digits, and come back with fewer.
createdb floats
psql -qX -d floats -c "CREATE TABLE f AS SELECT 0.1::float8 AS v, 1 AS i"
pg_dump -Fp -d floats | sed 's/^0\.1\t/0.10000000000000001\t/' >digits.sql
grep -q '^0.10000000000000001' digits.sql || fail "no long float in digits.sql"
restore 1 "table public.f: 16 bytes missing" digits.sql
sed 's/^-- Dumped from database version .*/-- Dumped from database version 11.22/' digits.sql >old.sql
restore 0 "of 1 tables only the rows could be counted" old.sql

# An encoding of its own.
createdb -E LATIN1 --locale=C -T template0 latin
PGDATABASE=latin psql -qX -c "SET client_encoding = 'UTF8'" -c "CREATE TABLE t AS SELECT 'Grüße'::text AS v"
PGDATABASE=latin pg_dump -Fc -f latin
restore 0 "with the backup: 1 rows" latin

# What was made by a newer PostgreSQL than is here is no bad backup.
if [ "$("$bin/postgres" --version | grep -o '[0-9]*' | head -1)" -lt 18 ]; then
	restore 4 "the backup is of PostgreSQL 18" "$fixtures/fixture-18.dump"
fi

# Nor is what needs an extension that is not installed here.
createdb extended
psql -qX -d extended -c "CREATE EXTENSION citext" -c "DROP EXTENSION plpgsql" \
	-c "CREATE EXTENSION plpgsql" -c "CREATE TABLE t AS SELECT 'v'::citext AS v"
pg_dump -Fc -Z0 -d extended -f extended
restore 0 "2 extensions equal" extended # plpgsql, as dumps of 9.6 and older name it
python3 - <<'PY'
data = open("extended", "rb").read()
open("nowhere-installed", "wb").write(data.replace(b"citext", b"cixxxt"))
PY
restore 4 "the extension cixxxt, which is not installed" nowhere-installed

# Two rows of one key: every byte is read, every row is there, and the index cannot be.
pg_dump -Fc -Z0 -t orders -f twice
python3 - <<'PY'
data = open("twice", "rb").read()
assert data.count(b"1999\t2998.5\tnote 1999\n") == 1
open("twice", "wb").write(data.replace(b"1999\t2998.5\tnote 1999\n", b"1998\t2998.5\tnote 1999\n"))
PY
restore 1 "could not create unique index" twice

head -c 20000 shop.gz >short.gz
restore 1 "not tried: the backup is not sound" short.gz
echo hello >hello
restore 4 "" hello
restore 8 "No such file" ./nowhere
"$muster" inspect -q shop.c >out
pg_dump -Fp -f shop.sql
restore 0 "backup: 10,070 rows" shop.sql
grep -qE "restored.*: psql" out || fail "plain SQL is not psql's"
pg_dump -Fd -f directory
tar -cf directory.tar directory
restore 0 "backup: 10,070 rows" directory.tar

# Rows without tables are not restored, which is no fault of theirs.
pg_dump -Fc --data-only -f rows shop 2>warnings
restore 4 "not compared: it was not restored" rows
grep -q "in the backup but not in the restored" out && fail "untried, and compared"

# Plain SQL may make the very database that it would else be restored into.
createdb restored
psql -qX -d restored -c "CREATE TABLE t AS SELECT 1 AS i"
pg_dump --create -d restored -f create.sql
restore 0 "backup: 1 rows" create.sql

pg_dumpall --globals-only -f globals.sql
restore 0 "" globals.sql

restore 2 "cannot be mixed" shop.sql postgres-main
restore 124 "time limit passed" shop.gz --timeout 300ms

# A server that could not be made says so, though the file comes later than its end.
mkfifo late
(sleep 3; cat shop.gz >late) &
(ulimit -f 4096; restore 4 "create a PostgreSQL cluster" late)
wait

# What only a superuser may own comes back with its owner.
createdb fed
psql -qX -v ON_ERROR_STOP=1 -d fed 2>psql.log <<'SQL'
CREATE TABLE t AS SELECT 1 AS i;
CREATE PUBLICATION told FOR ALL TABLES;
CREATE SUBSCRIPTION heard CONNECTION 'host=/nowhere' PUBLICATION p WITH (connect = false);
CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION f();
SQL
pg_dump -Fc -d fed -f fed
restore 0 "without a complaint" fed

# An error that speaks like one that does no harm is one all the same.
createdb words
psql -qX -v ON_ERROR_STOP=1 -d words <<'SQL'
CREATE FUNCTION "while PROCESSING TOC:"(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
	IF current_setting('autovacuum') = 'off' THEN
		RAISE EXCEPTION 'schema "public" already exists';
	END IF;
	RETURN $1;
END $$;
CREATE TABLE t (i int);
INSERT INTO t VALUES (1);
CREATE INDEX ON t ("while PROCESSING TOC:"(i));
SQL
pg_dump -Fc -d words -f words
restore 1 "pg_restore complained" words

# What runs on restore: as a superuser of that server, and no further.
createdb snare
psql -qX -v ON_ERROR_STOP=1 -d snare <<SQL
CREATE EXTENSION dblink;
CREATE TABLE called (at timestamptz);
CREATE FUNCTION spring() RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE TABLE bait (id int CHECK (spring()));
INSERT INTO bait VALUES (1);
CREATE OR REPLACE FUNCTION spring() RETURNS boolean LANGUAGE plpgsql AS \$\$ BEGIN
	BEGIN PERFORM public.dblink_exec('host=$place user=owner dbname=snare', 'INSERT INTO called VALUES (now())');
	EXCEPTION WHEN OTHERS THEN NULL; END;
	BEGIN EXECUTE format('COPY (SELECT 1) TO %L', '$place/sprung');
	EXCEPTION WHEN OTHERS THEN NULL; END;
	BEGIN PERFORM lo_export(lo_from_bytea(0, 'x'), '$place/sprung');
	EXCEPTION WHEN OTHERS THEN NULL; END;
	BEGIN EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'touch $place/sprung $TMPDIR/sprung; cat >/etc/sprung; kill -9 -1');
	EXCEPTION WHEN OTHERS THEN NULL; END;
	RETURN true;
END \$\$;
SQL
rm -f sprung "$TMPDIR/sprung" /etc/sprung 2>/dev/null || true
pg_dump -Fc -d snare -f snare.dump
code=0
"$muster" restore-test snare.dump >out 2>err || code=$?
[ "$code" != 0 ] || fail "a dump that kills all it can reach passes"
nothing_left
if [ -e sprung ] || [ -e "$TMPDIR/sprung" ] || [ -e /etc/sprung ]; then fail "the trap reached the host"; fi
[ "$(psql -qAtX -d snare -c "SELECT count(*) FROM called")" = 0 ] || fail "the trap reached the host's server"

# Commands of psql's in plain SQL are told of, and nothing of it is run.
pg_dump -Fp -d shop | sed "s|^SET standard_conforming_strings.*|&\n\\\\! touch $place/sprung\n\\\\o $place/sprung|" >commands.sql
grep -qF '\! touch' commands.sql || fail "no command in commands.sql"
restore 1 "psql would run its command" commands.sql
[ ! -e sprung ] || fail "psql's command reached the host"

# Killed at any moment, interrupted, and as somebody without rights.
for i in 1 2 3 4 5 6; do
	"$muster" restore-test -q shop.gz >out 2>err &
	sleep "0.$((i * 3))"
	kill -9 $! 2>/dev/null || true
	wait $! 2>/dev/null || true
done
nothing_left
code=0
timeout --signal=INT --foreground 0.5 "$muster" restore-test -q shop.gz >out 2>err || code=$?
[ "$code" = 124 ] || fail "interrupted: exit code $code"
nothing_left
if [ "$(id -u)" = 0 ]; then
	chmod 644 shop.gz
	code=0
	"${as[@]}" "$muster" restore-test --no-color shop.gz >out 2>err || code=$?
	[ "$code" = 0 ] || fail "without root: exit code $code"
	nothing_left
	# A full disk is no bad backup.
	psql -qX -c "CREATE TABLE large AS SELECT repeat('x', 1000) FROM generate_series(1, 100000)"
	pg_dump -Fc -t large -f large
	mkdir small
	code=0
	unshare --mount sh -c "mount -t tmpfs -o size=200m tmpfs small && TMPDIR=small exec '$muster' restore-test -q large" \
		>out 2>err || code=$?
	[ "$code" = 4 ] || fail "with too small a disk: exit code $code"
	grep -qF "let TMPDIR name a directory with more room" out || fail "with too small a disk: no hint"
	psql -qX -c "CREATE TABLE indexed AS SELECT i, repeat('x', 200) t FROM generate_series(1, 200000) i" \
		-c "CREATE INDEX ON indexed (t, i)" -c "CREATE INDEX ON indexed (i, t)" -c "CREATE INDEX ON indexed (i) INCLUDE (t)"
	pg_dump -Fc -t indexed -f indexed
	code=0
	unshare --mount sh -c "mount -t tmpfs -o size=270m tmpfs small && TMPDIR=small exec '$muster' restore-test -q indexed" \
		>out 2>err || code=$?
	[ "$code" = 4 ] || [ "$code" = 5 ] || fail "with a disk that fills: exit code $code"
	grep -qE "room in TMPDIR|wrote more than" out || fail "with a disk that fills: no hint"
	# Without a server to restore into it is not the file that is not found.
	code=0
	unshare --mount sh -c "mount -t tmpfs tmpfs /usr/lib/postgresql && exec '$muster' restore-test -q shop.gz" \
		>out 2>err || code=$?
	[ "$code" = 4 ] || fail "without a server: exit code $code"
	grep -qF "install PostgreSQL's initdb package" out || fail "without a server: no hint"
	nothing_left
fi
echo "passed"
