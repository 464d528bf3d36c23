#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Make tests/fixtures/pg-archive/ anew with a private PostgreSQL 15: small archives
# of one database, stored and compressed, with and without data offsets.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/tests/fixtures/pg-archive
bin=$(pg_config --bindir)
place=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then
	chown nobody: "$place"
	as=(setpriv --reuid nobody --clear-groups --inh-caps=-all)
fi
stop()
{
	"${as[@]}" "$bin/pg_ctl" -D "$place/data" -m immediate -w stop >/dev/null || true
	rm -rf "$place"
}
trap stop EXIT
cd "$place"
"${as[@]}" "$bin/initdb" -D data -U owner -A trust -N -E UTF8 --locale=C.UTF-8 >/dev/null
"${as[@]}" "$bin/pg_ctl" -D data -w -l "$place/data/log" start \
	-o "-c listen_addresses='' -c unix_socket_directories=$place -c fsync=off" >/dev/null
export PGHOST=$place PGUSER=owner PGTZ=UTC
createdb fixture
psql -qX -v ON_ERROR_STOP=1 -d fixture >/dev/null <<'SQL'
CREATE ROLE reader;
CREATE SCHEMA "odd schema";
CREATE TABLE plain (id int PRIMARY KEY, note text);
INSERT INTO plain VALUES (1, E'tab\there'), (2, E'line\nfeed'), (3, '\.'), (4, NULL), (5, '');
INSERT INTO plain SELECT i, repeat('lorem ipsum ', i % 7) FROM generate_series(6, 40) i;
CREATE TABLE empty (a int, b int);
CREATE TABLE bare ();
INSERT INTO bare DEFAULT VALUES;
INSERT INTO bare DEFAULT VALUES;
CREATE TABLE "odd schema"."dot.ted" ("a,b" int, "c""(d" text);
INSERT INTO "odd schema"."dot.ted" VALUES (1, 'x'), (2, E'\u00fc\u4e2d');
CREATE TABLE "odd schema".U&"new\000aline" (z bytea);
INSERT INTO "odd schema".U&"new\000aline" VALUES ('\x00ff');
CREATE TABLE "Größe" (n numeric GENERATED ALWAYS AS (m * 2) STORED, m numeric);
INSERT INTO "Größe" (m) VALUES (1.5), (2.5);
CREATE TABLE part (d int, v text) PARTITION BY RANGE (d);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (20);
INSERT INTO part SELECT i, 'v' || i FROM generate_series(0, 14) i;
CREATE SEQUENCE counted;
SELECT setval('counted', 42);
CREATE SEQUENCE "odd schema"."it's" START -7 INCREMENT -1;
CREATE VIEW seen AS SELECT id FROM plain;
CREATE MATERIALIZED VIEW kept AS SELECT count(*) FROM plain;
CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
GRANT SELECT ON plain TO reader;
COMMENT ON TABLE plain IS 'a comment';
SELECT lo_from_bytea(4000000001, 'first'), lo_from_bytea(17, ''),
       lo_from_bytea(18, decode(repeat('00ff', 3000), 'hex'));
SQL
pg_dump -Fc -Z0 -f "$out/stored.dump" fixture
pg_dump -Fc -Z6 -f "$out/zlib.dump" fixture
pg_dump -Fc -Z0 fixture | cat >"$out/stored-piped.dump"
pg_dump -Fc -s -f "$out/schema-only.dump" fixture
pg_dump -Fc --inserts -Z0 -t plain -f "$out/inserts.dump" fixture
pg_dump -Fc -Z0 -t plain -t empty -t bare -f "$out/small.dump" fixture
pg_dump -Fc -Z6 -t plain -t empty -t bare -f "$out/small-zlib.dump" fixture
# What the server says of itself, for the tests to be compared with.
for t in plain empty bare '"odd schema"."dot.ted"' part_1 part_2; do
	printf '%s\t%s\n' "$t" "$(psql -qAtX -d fixture -c "SELECT count(*) FROM ONLY $t")"
done
ls -l "$out"
