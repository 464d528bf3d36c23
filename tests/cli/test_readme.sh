#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What README.md tells people to type is there: the commands are extracted from it and run,
# or asked for their help where running them is another test's work (test_demo.sh, .ci/run).
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"
source=$2
readme=$source/README.md
makefile=$source/Makefile

# Lines of indented blocks without their comment, and what stands between backquotes.
sed -n 's/^    \([a-z]\)/\1/p' "$readme" | sed 's/  *#.*//' >commands
# shellcheck disable=SC2016 # backquotes of Markdown
grep -o '`[^`]*`' "$readme" | tr -d '`' >>commands
grep -qx 'make demo' commands || fail "README.md does not say: make demo"
grep -qx 'make check' commands || fail "README.md does not say: make check"

targets=0
# shellcheck disable=SC2013 # targets are words
for target in $(sed -n 's/^\([A-Z_]*=[^ ]* \)*make \([a-z][a-z]*\).*/\2/p' commands | sort -u); do
	targets=$((targets + 1))
	grep -q "^$target:" "$makefile" || fail "make $target: no such target"
	make -n -C "$source" "$target" >make.out 2>&1 || fail "make -n $target: $(cat make.out)"
done
[ "$targets" -ge 5 ] || fail "only $targets make targets found"

lines=0
grep '^muster [a-z]' commands | sort -u >lines || true
while read -r _ words; do
	lines=$((lines + 1))
	# shellcheck disable=SC2046 # words of a command line
	set -- $(printf '%s\n' "$words" | sed 's/"[^"]*"/text/g; s/ *[A-Z].*//; s/…//g; s/ *\\$//')
	"$muster" "$@" --help >out 2>err </dev/null || fail "muster $*: $(cat err)"
	grep -q "^Usage: muster $1" out || fail "muster $* is not understood: $(head -n 1 out)"
done <lines
[ "$lines" -ge 6 ] || fail "only $lines muster commands found"

# The recipe of `make demo` is the program's demo, which test_demo.sh runs.
make -n -C "$source" demo BUILD="$(dirname "$muster")" | grep -q 'muster demo$' || fail "make demo does not run muster demo"

# The configuration passes but for the secrets, which are not there.
# shellcheck disable=SC2016 # backquotes of Markdown
sed -n '/^```yaml$/,/^```$/p' "$readme" | sed '/^```/d' >muster.yaml
[ -s muster.yaml ] || fail "no configuration in README.md"
mkdir credentials
sed -i "s#/etc/muster/credentials#$work/credentials#; s#/var/backups/agent#$work#" muster.yaml
for secret in postgres redis s3-access-key s3-secret-key smtp; do
	(umask 077 && echo secret >"credentials/$secret")
done
mkdir conf.d
# shellcheck disable=SC2016 # backquotes of Markdown
sed -n '/^```yml$/,/^```$/p' "$readme" | sed '/^```/d' >conf.d/services.yaml
[ -s conf.d/services.yaml ] || fail "README.md deploys no services"
MUSTER_RABBITMQ_PASSWORD=secret "$muster" check-config -c muster.yaml >out 2>err ||
	fail "the configuration of README.md: $(cat out err)"

# As many alerts as there are.
alerts=$(grep -c 'alert: ' "$source/contrib/prometheus/muster.rules.yml")
case $alerts in
12) grep -q '| Prometheus | twelve alerts' "$readme" || fail "README.md names another number of alerts than $alerts" ;;
*) fail "$alerts alerts: say so in README.md and here" ;;
esac

# What is said of schedules, receivers and metrics is so with that configuration.
export MUSTER_RABBITMQ_PASSWORD=secret
mkdir units state
for words in 'schedule list' 'schedule export --systemd units' 'notify routes' 'notify list' 'metrics --textfile muster.prom'; do
	# shellcheck disable=SC2086 # words of a command line
	"$muster" $words -c muster.yaml --set history.state_dir="$work/state" >"$(echo "$words" | tr ' /' '--')" 2>err ||
		fail "muster $words with the configuration of README.md: $(cat err)"
done
grep -q '^on-call  *mail ' notify-routes || fail "README.md's receiver is not there: $(cat notify-routes)"
grep -o 'muster-[a-z-]*\.timer' "$readme" | grep -v metrics | sort -u >named
(cd units && find . -name '*.timer') | sed 's#^\./##' | sort >exported
cmp -s named exported || fail "README.md enables other timers than are exported: $(diff named exported)"
[ "$(wc -l <exported)" = 4 ] || fail "not four timers: $(cat exported)"
finish
