#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The manual has a page for every command and every key, and mandoc finds no fault; the
# completions know every command.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"

"$muster" help --man pages
mandoc -T lint -W warning pages/man1/* pages/man5/* || fail "mandoc complains"
"$muster" completion bash >muster.bash
"$muster" completion zsh >_muster
"$muster" completion fish >muster.fish
bash -n muster.bash || fail "bash cannot read its completions"
"$muster" help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' >commands
[ -s commands ] || fail "help lists no command"
while read -r command; do
	[ -s "pages/man1/muster-$command.1" ] || fail "no page for $command"
	grep -q "muster/$command" muster.bash || fail "bash does not complete $command"
	grep -q "'$command:" _muster || fail "zsh does not complete $command"
	grep -q -- "-a $command " muster.fish || fail "fish does not complete $command"
done <commands
grep -q 'components.\*.backups.max_age' pages/man5/muster.yaml.5 || fail "a key has no entry"
sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' pages/man5/muster.yaml.5 | sed '/^\./d; s/\\-/-/g' >example.yaml
grep -q '^schedules:' example.yaml || fail "muster.yaml(5) has no example with schedules"
(umask 077 && echo secret >pg)
sed -i "s#/etc/muster/pg#$work/pg#" example.yaml
"$muster" check-config -c example.yaml >out 2>err || fail "the example of muster.yaml(5): $(cat out err)"
cat >complete.bash <<'END'
. ./muster.bash
COMP_WORDS=(muster config sh) COMP_CWORD=2
_muster
echo "${COMPREPLY[@]}"
END
[ "$(bash complete.bash)" = show ] || fail "bash does not complete a subcommand"
finish
