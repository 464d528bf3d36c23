#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What people are told of the calendar expressions they try.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"

after=2026-03-20T00:00:00Z
run schedule-test 0 schedule test 'Sun 01:00' --zone Europe/London --after $after
run schedule-test-far 0 schedule test 'Sun 01:00' --zone Europe/London --after 2026-04-01T00:00:00Z -n 2
run schedule-test-json 0 schedule test 'Sun 01:00 Europe/London' --after $after --count 2 --json
run schedule-test-twice 0 schedule test '*:0/30' --zone Europe/Berlin --after 2026-10-24T23:45:00Z -n 4
run schedule-test-first 0 schedule test 'Thu *-*-1..7 10:00' --zone America/New_York --after $after
run schedule-test-cron 0 schedule test '30 4 1-7 * 4' --after $after
run schedule-test-never 0 schedule test '*-02-30' --after $after
run schedule-test-wrong 2 schedule test 'Mon 25:00'
run schedule-test-zone 2 schedule test 'daily' --zone Europe/Londn
run schedule-test-count 2 schedule test daily --count 0
run schedule-test-after 2 schedule test daily --after tomorrow
finish
