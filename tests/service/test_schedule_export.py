#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Schedules in the notations of systemd, cron and iCalendar, each read by somebody else's program.

usage: test_schedule_export.py EXPORT_FIXTURE CALENDAR_FIXTURE MUSTER SOURCES
(a line per test, exits 1 when any failed)

The times that the exports mean must be ours, for years and over changes of clocks.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from runner import run_tests

EXPORT, CALENDAR, MUSTER, SOURCES = (os.path.realpath(a) for a in sys.argv[1:5])
NOW = int(datetime(2026, 1, 10, 12, tzinfo=timezone.utc).timestamp())
YEAR = 366 * 86400
SCHEDULES = {
    "weekly-restore": ("Europe/London", "Sun 01:00"),
    "daily-verify": ("America/New_York", "02:30"),
    "drill": ("Europe/Berlin", "Thu *-*-1..7 10:00"),
    "assessment": ("Australia/Sydney", "Mon *-03,06,09,12~07/1 09:00"),
    "month-end": ("Europe/Berlin", "*-*~1 02:15"),
    "third-last": ("UTC", "Mon..Fri *-*~3 6,18:00"),
    "steps": ("Australia/Lord_Howe", "*-*-3/5 1/9:7/20"),
    "cron-either": ("Europe/London", "30 1 1-7 * 7"),
    "years": ("UTC", "2026..2028-02~1 12:00"),
}


def export(format, *names, program="/usr/bin/true", now=NOW, schedules=SCHEDULES):
    words = [w for n in names for w in (n, *schedules[n])]
    run = subprocess.run([EXPORT, program, str(now), format, *words], capture_output=True)
    assert run.returncode == 0, run.stderr
    return run.stdout.decode()


def ours(name, until, schedules=SCHEDULES):
    """Our times from NOW to before `until`, in seconds: {moment: (shifted, local)}."""
    zone, expression = schedules[name]
    line = subprocess.run([CALENDAR], input=f"{zone}\t{NOW}\t20000\t{expression}\n", capture_output=True,
                          text=True, check=True).stdout.rstrip("\n")
    times = [t for t in line.split("\t")[1:] if t]
    return {int(t.rstrip("sa")): "s" in t for t in times if int(t.rstrip("sa")) < until}


def write_units(directory, name, format_prefix=""):
    base = Path(directory) / f"muster-{name}"
    for kind in ("service", "timer"):
        base.with_suffix(f".{kind}").write_text(export(format_prefix + kind, name if not format_prefix else "drill"))
    return [str(base.with_suffix(f".{kind}")) for kind in ("service", "timer")]


def test_units_are_accepted_by_systemd_analyze_verify():
    with tempfile.TemporaryDirectory() as directory:
        units = [u for n in SCHEDULES for u in write_units(directory, n)] + write_units(directory, "outbox", "outbox-")
        run = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
        ours = [line for line in run.stderr.splitlines() if "muster-" in line]
        assert run.returncode == 0 and not ours, run.stderr


def test_the_five_built_in_schedules_are_exported_for_whom_they_are():
    with tempfile.TemporaryDirectory(prefix="muster-test-") as directory:
        for name in ("backups", "state", "units"):
            os.mkdir(f"{directory}/{name}")
        config = f"{directory}/muster.yaml"
        Path(config).write_text("version: 1\nplatform: {name: shop, timezone: Europe/London}\nrepository: {path: backups}\n"
                                "history: {state_dir: state}\ncomponents: {cache: {engine: redis}}\n"
                                "notify: {receivers: {ops: {type: mail, to: [ops@example.com]}}}\n")

        def muster(*words):
            done = subprocess.run([MUSTER, "-c", config, "schedule", "export", *words], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            return done.stdout
        muster("--systemd", f"{directory}/units")
        units = sorted(os.listdir(f"{directory}/units"))
        assert units == [f"muster-{n}.{k}" for n in ("daily-verify", "outbox", "weekly-restore-test")
                         for k in ("service", "timer")], units
        run = subprocess.run(["systemd-analyze", "verify", "--man=no", *(f"{directory}/units/{u}" for u in units)],
                             capture_output=True, text=True)
        assert run.returncode == 0 and "muster-" not in run.stderr, run.stderr
        for service in (u for u in units if u.endswith(".service")):
            run = subprocess.run(["systemd-analyze", "security", "--offline=true", f"{directory}/units/{service}"],
                                 capture_output=True, text=True)
            level = float(re.search(r"exposure level for .*: ([0-9.]+)", run.stdout).group(1))
            assert level <= (2.6 if "outbox" in service else 4.9), run.stdout
        lines = [line for line in muster("--cron").splitlines() if line[:1].isdigit() or line[:1] == "*"]
        assert [line.split(" ", 5)[:5] for line in lines] == ["0 3 * * *".split(), "0 1 * * 7".split(),
                                                              "*/5 * * * *".split()], lines
        events = re.findall("^UID:(.*?)-[0-9]", muster("--ics"), re.MULTILINE)
        count = {name: events.count(name) for name in set(events)}
        assert set(count) == {"daily-verify", "weekly-restore-test", "monthly-drill", "quarterly-assessment",
                              "annual-exercise"}, count
        assert 23 <= count["monthly-drill"] <= 25 and 7 <= count["quarterly-assessment"] <= 9, count
        assert 2 <= count["annual-exercise"] <= 3 and 730 <= count["daily-verify"] <= 732, count


def test_services_are_hardened_to_the_level_that_the_manual_tells():
    with tempfile.TemporaryDirectory() as directory:
        for service, most in ((write_units(directory, "drill")[0], 4.9),
                              (write_units(directory, "outbox", "outbox-")[0], 2.6)):
            run = subprocess.run(["systemd-analyze", "security", "--offline=true", service],
                                 capture_output=True, text=True)
            level = float(re.search(r"exposure level for .*: ([0-9.]+)", run.stdout).group(1))
            print(f"  {os.path.basename(service)}: {level}")
            assert level <= most, run.stdout


def test_backups_are_restored_under_what_a_service_leaves():
    if os.geteuid() != 0:
        print("  skipped: only root can take so much away")
        return
    fixtures = ["rdb/all.rdb", "pg-archive/small.dump", "definitions/rabbitmq-3.10.8.json"]
    with tempfile.TemporaryDirectory(prefix="muster-test-") as directory:
        service, _ = write_units(directory, "drill")
        for path in (MUSTER, *(f"{SOURCES}/tests/fixtures/{f}" for f in fixtures)):
            shutil.copy(path, directory)
        for fixture in fixtures:
            run = subprocess.run([sys.executable, f"{SOURCES}/tests/service/as_service.py", service, directory,
                                  f"{directory}/muster", "restore-test", f"{directory}/{os.path.basename(fixture)}"],
                                 # a service may not trace, which looking for leaks needs
                                 env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"), capture_output=True, text=True)
            assert run.returncode == 0 and "PASSED" in run.stdout, run.stdout + run.stderr


def test_the_command_of_a_service_reaches_the_program_as_it_is():
    line = re.search("^ExecStart=(.*)$", export("service", "drill"), re.MULTILINE).group(1)
    # systemd.service(5): quotes, then %% and $$
    words = [w.replace("%%", "%").replace("$$", "$") for w in re.findall('"([^"]*)"|([^ "]+)', line) for w in w if w]
    assert words == ["/usr/bin/true", "-c", "/etc/muster/it's 100% $HOME.yaml", "schedule", "run", "drill"], words


def test_timers_fall_at_our_times_shifted_ones_included():
    shifted = 0
    for name in SCHEDULES:
        until, times = NOW + 2 * YEAR, set()
        for expression in re.findall("^OnCalendar=(.*)$", export("timer", name), re.MULTILINE):
            run = subprocess.run(["systemd-analyze", "calendar", "--iterations=1500",
                                  f"--base-time=@{NOW}", expression],
                                 capture_output=True, text=True, env=dict(os.environ, TZ="UTC", LC_ALL="C"))
            assert run.returncode == 0, run.stderr
            for text in re.findall(r"(?:Next elapse|Iter\. #\d+): \w+ (\S+ \S+) UTC", run.stdout):
                times.add(int(datetime.fromisoformat(text + "+00:00").timestamp()))
        mine = ours(name, until)
        # of a time that comes twice the C library may guess the second
        theirs = sorted(t for t in times if t < until)
        late = [t for t in theirs if t not in mine]
        assert all(t - d in mine for t in late for d in [3600] if t - 1800 not in mine), (name, late)
        assert len(theirs) == len(mine), (name, set(mine) ^ set(theirs))
        shifted += sum(mine.values())
    print(f"  {shifted} shifted times")
    assert shifted > 5


def matches(field, value, low, high):
    """One field of cron, read by nothing of ours."""
    for part in field.split(","):
        numbers, _, step = part.partition("/")
        first, _, last = numbers.partition("-")
        begin, end = (low, high) if first == "*" else (int(first), int(last or first))
        if begin <= value <= end and (value - begin) % int(step or 1) == 0:
            return True
    return False


# A day's date(1), for guards: the day is $DAY, at noon.
SHELL = """date() {
    if [ "$1" = -d ]; then set -- "$2" "$3"; command date -d "$DAY $1" "$2"; else command date -d "$DAY 12:00" "$1"; fi
}
"""


def guarded_days(guard, days):
    """Those days on which a guard lets the command run."""
    if not guard:
        return set(days)
    body = "".join(f"DAY={d}; {guard} echo {d}\n" for d in days)
    run = subprocess.run(["sh"], input=SHELL + body, capture_output=True, text=True)
    assert not run.stderr, run.stderr
    return {date.fromisoformat(line) for line in run.stdout.split()}


def cron_times(line):
    """Local times of two years at which a line of a crontab runs."""
    minute, hour, day, month, week, command = line.split(" ", 5)
    guard = command[:command.index("'/usr/bin/true'")].replace("\\%", "%")
    begin = date(2026, 1, 11)
    days = []
    for d in (begin + timedelta(n) for n in range(730)):
        of_month = matches(day, d.day, 1, 31)
        of_week = matches(week, d.isoweekday(), 1, 7) or (week != "*" and matches(week, d.isoweekday() % 7, 0, 6))
        either = day[0] != "*" and week[0] != "*"
        if matches(month, d.month, 1, 12) and (of_month or of_week if either else of_month and of_week):
            days.append(d)
    return {datetime(d.year, d.month, d.day, h, m) for d in guarded_days(guard, days)
            for h in range(24) for m in range(60) if matches(hour, h, 0, 23) and matches(minute, m, 0, 59)}


def test_lines_of_cron_mean_the_same_local_times():
    text = export("cron", *SCHEDULES)
    lines = [line for line in text.splitlines() if line[0] in "0123456789*" and "notify deliver" not in line]
    assert len(lines) == len(SCHEDULES), text
    for name, line in zip(SCHEDULES, lines):
        _, expression = SCHEDULES[name]
        in_utc = {name: ("UTC", expression)}
        mine = {datetime.fromtimestamp(t, timezone.utc).replace(tzinfo=None)
                for t in ours(name, NOW + 3 * YEAR, in_utc)}
        begin, end = datetime(2026, 1, 11), datetime(2026, 1, 11) + timedelta(730)
        mine = {t for t in mine if begin <= t < end}
        assert cron_times(line) == mine, (line, sorted(cron_times(line) ^ mine)[:5])


def test_a_line_of_cron_passes_its_words_on_as_they_are():
    line = export("cron", "weekly-restore", program="/bin/echo").splitlines()[-3]
    command = line.split(" ", 5)[5].replace("\\%", "%")
    out = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout
    assert out == "-c /etc/muster/it's 100% $HOME.yaml schedule run weekly-restore\n", (line, out)


def test_what_cron_cannot_express_is_refused_by_name():
    for expression in ("*:*:0/30", "*-*~2,5 1:00", "1970/1-*-* 1:00"):
        run = subprocess.run([EXPORT, "/usr/bin/true", str(NOW), "cron", "odd", "UTC", expression],
                             capture_output=True, text=True)
        assert run.returncode == 1 and run.stderr.startswith("schedule odd: cron cannot express it: "), run.stderr


# Debian's own Python has the package python3-icalendar, whatever python3 is in PATH.
READER = """
import json, sys, icalendar
c = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
print(json.dumps({"name": c["X-WR-CALNAME"], "version": c["VERSION"], "events": [
    {"uid": e["UID"], "at": e["DTSTART"].dt.timestamp(), "zone": str(e["DTSTART"].dt.tzinfo), "summary": e["SUMMARY"],
     "description": e["DESCRIPTION"], "stamp": e["DTSTAMP"].dt.timestamp()} for e in c.walk("VEVENT")]}))
"""


def test_events_of_icalendar_are_our_times_and_their_text_is_whole():
    text = export("ics", *(n for n in SCHEDULES if n != "steps")).encode()
    lines = text.split(b"\r\n")
    assert lines[-1] == b"" and b"\n" not in text.replace(b"\r\n", b"")
    assert max(map(len, lines)) == 75, "no line was folded"
    for line in lines:
        line.decode()  # no character is parted
    run = subprocess.run(["/usr/bin/python3", "-c", READER], input=text, capture_output=True)
    assert run.returncode == 0, run.stderr.decode() + "package python3-icalendar"
    calendar = json.loads(run.stdout)
    assert calendar["name"] == "muster, shop; the \"new\" one, 100% été" and calendar["version"] == "2.0"
    uids = [e["uid"] for e in calendar["events"]]
    assert len(uids) == len(set(uids))
    for name in (n for n in SCHEDULES if n != "steps"):
        events = {int(e["at"]): e for e in calendar["events"] if e["uid"].startswith(name + "-")}
        mine = ours(name, NOW + 731 * 86400)
        assert set(events) == set(mine), name
        for at, shifted in mine.items():
            event = events[at]
            assert event["stamp"] == NOW and event["zone"] in ("UTC", "tzutc()"), event
            assert event["summary"] == f"shop; the \"new\" one, 100% été: restore-test ({name})", event
            assert ("shifted" in event["description"]) == shifted, event


def test_more_events_than_a_calendar_of_people_holds_are_refused():
    run = subprocess.run([EXPORT, "/usr/bin/true", str(NOW), "ics", "often", "UTC", "hourly"], capture_output=True, text=True)
    assert run.returncode == 1 and run.stderr.startswith("schedule often: more than 1500 times"), run.stderr


sys.exit(run_tests(globals()))
