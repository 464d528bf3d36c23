#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Make tests/fixtures/pg-tar/ anew with a private PostgreSQL 15: one database in
# pg_dump's tar format, and in its directory format packed by tar in several ways.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/tests/fixtures/pg-tar
sql=$PWD/tests/fixtures/pg-archive/fixture.sql
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
mkdir -p "$out"
cd "$place"
"${as[@]}" "$bin/initdb" -D data -U owner -A trust -N -E UTF8 --locale=C.UTF-8 >/dev/null
"${as[@]}" "$bin/pg_ctl" -D data -w -l "$place/data/log" start \
	-o "-c listen_addresses='' -c unix_socket_directories=$place -c fsync=off" >/dev/null
export PGHOST=$place PGUSER=owner PGTZ=UTC
createdb fixture
psql -qX -v ON_ERROR_STOP=1 -d fixture -f "$sql" >/dev/null
small=(-t plain -t empty -t bare -b)
mkdir work
cd work
pg_dump -Fc -Z0 -f "$out/custom.dump" fixture
pg_dump -Ft -f "$out/tar.tar" fixture
pg_dump -Ft --inserts -t plain -f "$out/inserts.tar" fixture
pg_dump -Ft "${small[@]}" -f "$out/small.tar" fixture
pg_dump -Fd -Z0 -f stored fixture
pg_dump -Fd -Z6 -j2 -f packed fixture
pg_dump -Fd -Z6 "${small[@]}" -f small fixture
own=(--owner=owner:1000 --group=owner:1000 --mtime=@1700000000)
tar -c "${own[@]}" --format=gnu -f "$out/directory.tar" stored
tar -c "${own[@]}" --format=posix -f "$out/directory-gzip.tar" -C packed .
# the table of contents last
(cd small && tar -c "${own[@]}" --format=ustar -b1 -f "$out/small-gzip.tar" -- *.dat.gz *.toc toc.dat)
ls -l "$out"
