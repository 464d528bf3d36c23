#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A run by root in a service account's state directory leaves nothing there that the account cannot go on with.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"

if [ "$(id -u)" -ne 0 ]; then
	echo "skipped: only root can run muster as two accounts"
	exit 77
fi
chmod 711 "$work"
cp "$muster" own-muster # others may be unable to reach a build directory of root's
mkdir service backups
chown nobody:nogroup service backups
cat >muster.yaml <<END
version: 1
platform: {name: shop}
repository: {path: $work/backups}
history: {state_dir: $work/service/lib/state}
components: {api: {engine: service, health: {tcp: "127.0.0.1:1"}}}
schedules: {nightly: {run: verify, when: daily}}
notify:
  receivers: {ops: {type: mail, to: [ops@example.org], sendmail: [/bin/true]}}
END

# as ACCOUNT GROUP: a run, which is recorded, reported and told of; what it checks is not well. One of
# a schedule delivers itself, so that no process goes on behind it
as() {
	code=0
	setpriv --reuid="$1" --regid="$2" --clear-groups "$work/own-muster" schedule run nightly -c muster.yaml >out 2>err || code=$?
	[ "$code" -eq 4 ] || fail "a run as $1: exit code $code: $(cat out err)"
}
# alien: files there that are not the account's
alien() { find service ! \( -user nobody -a -group nogroup \) -ls; }

as root root
[ -e service/lib/state/history.db-journal ] || fail "SQLite keeps no journal, whose owner was to be looked at"
[ -n "$(find service/lib/state/reports -name '*.html')" ] || fail "no report"
[ -e service/lib/state/outbox.lock ] || fail "nothing was delivered"
[ -z "$(alien)" ] || fail "root's are: $(alien)"
as nobody nogroup
as root root
[ "$(setpriv --reuid=nobody --regid=nogroup --clear-groups "$work/own-muster" run list -c muster.yaml --json | grep -c '"id"')" -eq 3 ] ||
	fail "not three runs"

# what an earlier root left is taken over; what has another name elsewhere is not given away
chown -R root:root service/lib/state/history.db service/lib/state/locks
as root root
[ -z "$(alien)" ] || fail "root's are: $(alien)"
rm service/lib/state/outbox.lock
echo secret >precious
chmod 600 precious
ln precious service/lib/state/outbox.lock
as root root
[ "$(stat -c %U precious)" = root ] || fail "a file of root's was given away"

# root of a container that does not know the account can give it nothing, and runs all the same
sed "s#$work/service/lib/state#$work/roots/state#" muster.yaml >container.yaml
chmod 644 container.yaml
mkdir -m 1777 roots
contained() { setpriv --reuid=nobody --regid=nogroup --clear-groups unshare -r "$@"; }
if contained true 2>/dev/null; then
	contained "$work/own-muster" schedule run nightly -c "$work/container.yaml" >out 2>err || true
	[ -e roots/state/history.db ] || fail "no state was made: $(cat out err)"
	grep -q 'give ' err && fail "what cannot be given was to be: $(cat err)"
fi

# root's own state stays root's
sed -i "s#service/lib/state#mine/state#" muster.yaml
mkdir mine
as root root
[ -z "$(find mine ! -user root)" ] || fail "root's state is somebody else's"
finish
