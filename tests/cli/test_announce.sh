#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Drills that are announced: by hand, by themselves, once each, as a mail with an event in it.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"

cat >program <<END
#!/bin/sh
cat >"$work/mail.\$\$"
END
chmod +x program
in_hours() { date -u -d "now + $1 hours" '+%Y-%m-%d %H:%M'; }

# config NAME WHEN LINE…: a schedule of drills, and somebody who is told
config() {
	cat >"$1.yaml" <<END
version: 1
platform: {name: shop, timezone: Europe/London, owner: ops@example.com}
repository: {path: backups}
history: {state_dir: state-$1}
components: {pg: {engine: postgresql}}
notify: {receivers: {all: {type: mail, to: [all@example.com], from: muster@example.com, sendmail: ["$work/program"]}}}
END
	[ -z "$2" ] || printf 'schedules:\n  big: {run: drill, when: "%s"}\n' "$2" >>"$1.yaml"
	[ -z "${3:-}" ] || echo "$3" >>"$1.yaml"
}
# told NAME NUMBER WHAT: so many mails go out
told() {
	rm -f mail.*
	"$muster" notify deliver -c "$1.yaml" >/dev/null || fail "$3: deliver"
	set -- "$@" "$(find . -name 'mail.*' | wc -l)"
	[ "$4" -eq "$2" ] || fail "$3: $4 mails, not $2"
}

config fixed 'Thu *-*-1..7 10:00'
run announce-dry 0 drill announce --dry-run -c fixed.yaml --after 2027-01-20T00:00:00Z
run announce-dry-json 0 drill announce big --dry-run --json -c fixed.yaml --after 2027-03-20T00:00:00Z
[ ! -e state-fixed ] || fail "a dry run made a history"
run announce-unknown 8 drill announce bigg --dry-run -c fixed.yaml
config never '2024-01-01'
run announce-never 7 drill announce --dry-run -c never.yaml
config none '' 'schedules: {nightly: {run: verify, when: daily}}'
run announce-none 7 drill announce --dry-run -c none.yaml
run announce-verify 2 drill announce nightly --dry-run -c none.yaml
config text 'Thu *-*-1..7 10:00' "drill: {announcement: $work/text}"
run announce-no-text 8 drill announce --dry-run -c text.yaml
printf '{when}: come to {platform}! \033[31m\n' >text
run announce-text 0 drill announce --dry-run -c text.yaml --after 2027-01-20T00:00:00Z
sed 's/all@example.com\], /&events: [failed], /; s/^notify:.*/notify: {routes: {r: {events: [failed], to: [all]}}, receivers: {all: {type: mail, to: [a@example.com], sendmail: [x]}}}/' fixed.yaml >nobody.yaml
run announce-nobody 7 drill announce -c nobody.yaml

# by itself: a week and a day before, once each
config soon "$(in_hours 100) UTC"
told soon 1 "within a week"
# Debian's own Python has the package python3-icalendar, whatever python3 is in PATH
/usr/bin/python3 - mail.* <<'END' || fail "the mail"
import datetime, email, email.policy, sys
from icalendar import Calendar
mail = email.message_from_bytes(open(sys.argv[1], "rb").read(), policy=email.policy.default)
assert mail.get_content_type() == "multipart/mixed", mail.get_content_type()
texts, event = mail.iter_parts()
assert texts.get_content_type() == "multipart/alternative", texts.get_content_type()
text, page = (part.get_content() for part in texts.iter_parts())
calendar = Calendar.from_ical(event.get_payload(decode=True))
assert event.get_content_type() == "text/calendar" and event.get_filename() == "drill.ics", event
assert event.get_param("method") == "PUBLISH" and calendar["METHOD"] == "PUBLISH", event
(item,) = calendar.walk("VEVENT")
begin, end = item["DTSTART"].dt, item["DTEND"].dt
ahead = begin - datetime.datetime.now(datetime.timezone.utc)
assert datetime.timedelta(hours=99) < ahead <= datetime.timedelta(hours=100), ahead
assert end - begin == datetime.timedelta(hours=2, minutes=30), end
when = begin.strftime("%A %b ") + str(begin.day) + begin.strftime(" %H:%M UTC")
assert mail["Subject"] == "DR DRILL SCHEDULED - " + when, mail["Subject"]
assert mail["To"] == "all@example.com" and mail["Auto-Submitted"] == "auto-generated"
for body in (text, page, str(item["DESCRIPTION"])):
    for words in (when, "not a real incident", "Do not take any action", "Final status", "ops@example.com"):
        assert words in body, (words, body)
assert "Verdict" not in text and "PASSED" not in page, text
assert item["SUMMARY"] == mail["Subject"] and item["UID"], item
END
told soon 0 "again"
config soon "$(in_hours 22) UTC"
told soon 1 "another, within a day"
told soon 0 "again within a day"
config far "$(in_hours 200) UTC"
told far 0 "in more than a week"
config off "$(in_hours 100) UTC"
sed -i 's/run: drill/enabled: false, run: drill/' off.yaml
told off 0 "switched off"
config paused "$(in_hours 100) UTC"
"$muster" schedule pause --for 1h --reason moving -c paused.yaml >/dev/null || fail "pause"
told paused 0 "paused"
config default ''
told default 0 "the built-in schedule"
config broken "$(in_hours 100) UTC"
sed -i 's/run: drill/plan: gone, run: drill/' broken.yaml
run announce-no-plan 8 drill announce -c broken.yaml
told broken 1 "a plan that cannot be read"
grep -q 'cannot be told' mail.* || fail "what is wrong with the plan: $(cat mail.*)"

# by hand: as often as wanted, and not again by itself
config hand "$(in_hours 100) UTC"
for i in 1 2; do
	rm -f mail.*
	"$muster" drill announce -c hand.yaml >out || fail "by hand"
	grep -q '^told to 1 receiver$' out || fail "by hand: $(cat out)"
	n=0
	while ! ls mail.* >/dev/null 2>&1 && [ $n -lt 300 ]; do
		n=$((n + 1))
		sleep 0.1
	done
	[ $n -lt 300 ] || fail "by hand no mail came, $i"
done
told hand 0 "by itself after by hand"
finish
