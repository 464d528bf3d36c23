#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make install` puts the program, its manual and its completions below DESTDIR and PREFIX,
# and missing packages are named instead of installed when that is asked for.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"
build=$(dirname "$muster")
source=$2

DESTDIR=$work/destination meson install -C "$build" --no-rebuild --quiet || fail "meson install failed"
prefix=$work/destination$(meson introspect "$build" --buildoptions |
	sed -n '/"name": "prefix"/s/.*"name": "prefix", "value": "\([^"]*\)".*/\1/p')
[ -x "$prefix/bin/muster" ] || fail "no program in $prefix/bin"
[ "$("$prefix/bin/muster" version)" = "$("$muster" version)" ] || fail "the installed program is another"
for file in man1/muster.1 man1/muster-verify.1 man5/muster.yaml.5; do
	[ -s "$prefix/share/man/$file" ] || fail "no $file"
done
for file in bash-completion/completions/muster zsh/site-functions/_muster \
	fish/vendor_completions.d/muster.fish; do
	[ -s "$prefix/share/$file" ] || fail "no $file"
done
for file in prometheus/muster.rules.yml prometheus/muster.rules.test.yml grafana/muster.json nagios/muster.cfg \
	nagios/icinga2-muster.conf systemd/muster-metrics.service systemd/muster-metrics.timer; do
	cmp "$source/contrib/$file" "$prefix/share/muster/$file" || fail "no share/muster/$file"
done
cmp "$source/docs/schemas/drill-metrics.v1.json" "$prefix/share/muster/schemas/drill-metrics.v1.json" || fail "no schema"
cmp "$source/docs/runbooks.md" "$prefix/share/doc/muster/runbooks.md" || fail "no runbooks"
grep -q '^install: build' "$source/Makefile" || fail "the Makefile does not install"

cat >list.txt <<'LIST'
# a comment
[present]
dpkg
[absent]
muster-no-such-package
another-one-that-is-not
[other]
not-asked-for
LIST
export MUSTER_PACKAGES="$work/list.txt" NO_INSTALL=1
"$source/tools/install-packages.sh" present >out 2>&1 || fail "a package that is there is missed"
[ ! -s out ] || fail "something is said of packages that are there"
code=0
"$source/tools/install-packages.sh" present absent >out 2>err || code=$?
[ "$code" -eq 1 ] || fail "missing packages: exit code $code"
grep -qx 'Missing Debian packages: muster-no-such-package another-one-that-is-not' err ||
	fail "the missing packages are not named: $(cat err)"
code=0
"$source/tools/install-packages.sh" nonsense 2>err || code=$?
[ "$code" -eq 2 ] || fail "unknown group: exit code $code"
finish
