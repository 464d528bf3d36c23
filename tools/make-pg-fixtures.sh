#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Make tests/fixtures/pg-archive/ and what lies in tests/fixtures/pg-sql/ for it anew.
# With a private PostgreSQL 15: small archives of one database, stored and compressed,
# with and without data offsets, and one of nearly every kind of object. With the
# newer pg_dump of the npm package @electric-sql/pglite-tools (17.5 in version 0.3.6,
# 18.3 in 0.4.8), when there is npm: the same as archives and plain SQL, file names
# ending in -17 and -18.
# hand-made-*.dump are written by tests/unit/format/archive_encoder.c, not here.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/tools
out=$PWD/tests/fixtures/pg-archive
sql=$PWD/tests/fixtures/pg-sql
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
createdb every-kind
for name in fixture every-kind subscription; do
	psql -qX -v ON_ERROR_STOP=1 -d "${name/subscription/every-kind}" -f "$out/$name.sql" >/dev/null
done
pg_dump -Fc -Z0 -f "$out/stored.dump" fixture
pg_dump -Fc -Z6 -f "$out/zlib.dump" fixture
pg_dump -Fc -Z0 fixture | cat >"$out/stored-piped.dump"
pg_dump -Fc -s -f "$out/schema-only.dump" fixture
pg_dump -Fc --inserts -Z0 -t plain -f "$out/inserts.dump" fixture
pg_dump -Fc -Z0 -t plain -t empty -t bare -f "$out/small.dump" fixture
pg_dump -Fc -Z6 -t plain -t empty -t bare -f "$out/small-zlib.dump" fixture
pg_dump -Fc -Z6 -f "$out/every-kind.dump" every-kind
pg_dump -f "$sql/every-kind-15.sql" every-kind
createdb odd
psql -qX -v ON_ERROR_STOP=1 -d odd -f "$sql/odd.source" >/dev/null
pg_dump -Fc -Z0 -f "$out/odd.dump" odd
pg_dump -f "$sql/odd-15.sql" odd
pg_dump --verbose -f "$sql/odd-15-verbose.sql" odd 2>/dev/null
pg_dump --inserts -f "$sql/odd-15-inserts.sql" odd
pg_dump --column-inserts --on-conflict-do-nothing -f "$sql/odd-15-columns.sql" odd
pg_dump --rows-per-insert=3 -f "$sql/odd-15-rows.sql" odd
pg_dump -C -c --if-exists -f "$sql/odd-15-clean.sql" odd
PGOPTIONS='-c standard_conforming_strings=off' pg_dump -f "$sql/odd-15-escapes.sql" odd
pg_restore -f "$sql/odd-15-restored.sql" "$out/odd.dump"
# What the server says of itself, for the tests to be compared with.
for t in plain empty bare '"odd schema"."dot.ted"' part_1 part_2; do
	printf '%s\t%s\n' "$t" "$(psql -qAtX -d fixture -c "SELECT count(*) FROM ONLY $t")"
done
dropdb fixture
dropdb every-kind
createdb 'odd = db'
pg_dumpall -f "$sql/odd-15-cluster.sql"
pg_dumpall -g --no-role-passwords -f "$sql/odd-15-globals.sql"
if command -v npm >/dev/null; then
	packages=$place/17
	fetch() # versions of pglite and pglite-tools
	{
		npm --prefix "$packages" install --no-audit --no-fund \
			"@electric-sql/pglite@$1" "@electric-sql/pglite-tools@$2" >/dev/null
	}
	newer()
	{
		node "$tools/pglite-dump.mjs" "$packages/node_modules" "$out/$1.sql" "${@:2}"
	}
	fetch 0.4.6 0.3.6
	newer fixture "$out/fixture-17.dump" -Fc -Z0
	newer fixture "$out/fixture-17-zlib.dump" -Fc
	newer fixture "$sql/fixture-17.sql" -Fp
	packages=$place/18
	fetch 0.5.8 0.4.8
	key=(--restrict-key=abcDEF0123456789)
	newer fixture "$out/fixture-18.dump" -Fc -Z0
	newer fixture "$out/fixture-18-zlib.dump" -Fc
	newer every-kind "$out/every-kind-18.dump" -Fc
	newer every-kind "$out/every-kind-18.tar" -Ft
	newer fixture "$sql/fixture-18.sql" -Fp "${key[@]}"
	newer fixture "$sql/fixture-18-inserts.sql" -Fp --inserts "${key[@]}"
	newer fixture "$sql/fixture-18-columns.sql" -Fp --column-inserts --rows-per-insert=3 "${key[@]}"
	newer fixture "$sql/fixture-18-clean.sql" -Fp --clean --if-exists --create "${key[@]}"
	newer every-kind "$sql/every-kind-18.sql" -Fp "${key[@]}"
fi
ls -l "$out" "$sql"
