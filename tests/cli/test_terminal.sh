#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Colour on a terminal that wants it, and nowhere else.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"

# The program on a pseudo-terminal of script(1).
on_terminal() {
	script -qec "$*" /dev/null </dev/null >out 2>&1 || :
}
escape=$(printf '\033')

export TERM=xterm
on_terminal "$muster nonsense"
grep -q "$escape" out || fail "no colour on a terminal"
on_terminal "NO_COLOR=1 $muster nonsense"
! grep -q "$escape" out || fail "colour in spite of NO_COLOR"
on_terminal "TERM=dumb $muster nonsense"
! grep -q "$escape" out || fail "colour on a dumb terminal"
on_terminal "$muster --no-color nonsense"
! grep -q "$escape" out || fail "colour in spite of --no-color"
"$muster" nonsense 2>out || :
! grep -q "$escape" out || fail "colour off a terminal"
finish
