#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calendar expressions against systemd-analyze: normal forms and next times of thousands.

usage: test_calendar.py FIXTURE   (prints one line per test, exits 1 when any failed)

Differences that are meant, and asserted: a time that clocks skip is left out by systemd
and shifted by us. What systemd 252 gets wrong is kept from it: see closed() and Writer.
CALENDAR_SEED chooses other expressions, CALENDAR_COUNT how many.
"""
import bisect
import functools
import os
import random
import re
import subprocess
import sys
import zoneinfo
from datetime import datetime, timezone

from runner import run_tests

FIXTURE = os.path.realpath(sys.argv[1])
SEED = int(os.environ.get("CALENDAR_SEED", "1"))
COUNT = int(os.environ.get("CALENDAR_COUNT", "300"))  # for each zone
ZONES = ["Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles",
         "Australia/Sydney", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
ITERATIONS = 8
BLOCK = 100  # expressions in one call of systemd-analyze
DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()


def seconds(text):
    """Seconds since 1970 of "2026-03-29 01:00:00" in UTC."""
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc).timestamp())


def ours(requests):
    """What we say of (zone, after, count, expression): (form, [(moment, flags)]), or (None, error)."""
    text = "".join("\t".join(map(str, r)) + "\n" for r in requests)
    lines = subprocess.run([FIXTURE], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(lines) == len(requests), (len(lines), len(requests))
    answers = []
    for line in lines:
        if line.startswith("! "):
            answers.append((None, line[2:]))
            continue
        form, *times = line.split("\t")
        answers.append((form, [(int(t.rstrip("sa")), t.lstrip("-0123456789")) for t in times]))
    return answers


def theirs(zone, after, expressions, iterations=ITERATIONS):
    """The same from systemd-analyze, by expression: (form, [moment]), None where it gives up; not there: refused."""
    base = datetime.fromtimestamp(after, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    run = subprocess.run(["systemd-analyze", "calendar", f"--iterations={iterations}", f"--base-time={base}",
                          "--", *expressions],
                         capture_output=True, text=True, env=dict(os.environ, TZ=zone, LC_ALL="C", COLUMNS="2000"))
    answers, form, original = {}, None, None
    for line in run.stdout.splitlines():
        head, _, tail = line.strip().partition(": ")
        if head == "Original form":
            original = tail
        elif head == "Normalized form":
            form = tail
            answers[original or form] = (form, [])
            times, original = answers[original or form][1], None
        elif tail.endswith(" UTC") and (head == "(in UTC)" or zone == "UTC"):
            times.append(seconds(tail[4:-4]))
    # its search ends after a thousand steps: "Infinite loop in calendar calculation"
    for text in re.findall("^Failed to determine next elapse for '(.*)': ", run.stderr, re.MULTILINE):
        answers[text] = None
    return answers


def closed(form):
    """A normal form with an end to each repetition.

    Without one systemd 252 counts past the field: after 23:57 of "*:03/18" it goes on from 00:15
    and leaves 00:03 out.
    """
    *week, date, time = form.split(" ")
    year, month, from_end, day = re.fullmatch("([^-]*)-([^-~]*)([-~])(.*)", date).groups()

    def close(chain, high, from_end=False):
        items = []
        for item in chain.split(","):
            if "/" in item and ".." not in item:
                start, step = map(int, item.split("/"))
                last = start - step * ((start - 1) // step)
                item = f"{last}..{start}/{step}" if from_end else f"{start}..{high}/{step}"
            items.append(item)
        return ",".join(items)

    date = close(year, 2199) + "-" + close(month, 12) + from_end + close(day, 31, from_end == "~")
    return " ".join([*week, date, ":".join(close(c, h) for c, h in zip(time.split(":"), (23, 59, 59)))])


class Writer:
    """Random expressions of systemd's syntax, most of which it accepts."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def item(self, low, high, from_end):
        r = self.random
        first = r.randint(low, high)
        text = str(first) if r.random() < 0.5 else f"{first:02}"
        shape = r.random()
        if shape < 0.25 and first < high:  # systemd 252 refuses "5..5" of seconds alone
            text += f"..{r.randint(first + 1, high)}"
        if shape > 0.6 or shape < 0.1:
            text += f"/{r.randint(1, max(1, min(first - 1 if from_end else high - first, 20)))}"
        return text

    def chain(self, low, high, star, from_end=False):
        r = self.random
        if r.random() < star and not from_end:
            return "*"
        items = r.choice([1, 1, 1, 2, 3])
        if from_end:  # systemd 252 takes 3 more off the 28th last day for each further item of a list
            high -= 3 * (items - 1)
        return ",".join(self.item(low, high, from_end) for _ in range(items))

    def weekdays(self):
        r, parts = self.random, []
        for _ in range(r.choice([1, 1, 2, 3])):
            first = r.randint(0, 6)
            part = r.choice([DAYS[first], DAYS[first].lower()])
            if r.random() < 0.4:
                part += ".." + DAYS[r.randint(first, 6)]
            parts.append(part)
        return ",".join(parts) + (", " if r.random() < 0.1 else " ")

    def date(self):
        r = self.random
        from_end = r.random() < 0.25
        year = r.choice(["*-", "*-", "*-", "", self.chain(2024, 2035, 0.3) + "-", self.chain(24, 35, 0.3) + "-"])
        month = self.chain(1, 12, 0.6)
        day = self.chain(1, 28 if from_end else 31, 0.4, from_end)
        return f"{year}{month}{'~' if from_end else '-'}{day}"

    def time(self):
        r = self.random
        hour = self.chain(0, 4, 0.05) if r.random() < 0.5 else self.chain(0, 23, 0.1)
        text = f"{hour}:{self.chain(0, 59, 0.05)}"
        return text + (f":{self.chain(0, 59, 0.05)}" if r.random() < 0.3 else "")

    def expression(self):
        r = self.random
        if r.random() < 0.02:
            return r.choice(["minutely", "hourly", "daily", "weekly", "monthly", "quarterly", "semiannually",
                             "yearly", "annually", "Daily"])
        week = self.weekdays() if r.random() < 0.4 else ""
        shape = r.random()
        if shape < 0.45:
            return week + self.time()
        if shape < 0.9:
            return f"{week}{self.date()} {self.time()}"
        return week + self.date()

    def spoiled(self):
        """One character changed, added or left out."""
        r, text = self.random, list(self.expression())
        at = r.randrange(len(text))
        text[at:at + r.choice([0, 1])] = r.choice(["", *"0123456789*-~:,./ MonSu"])
        return "".join(text)


@functools.cache
def changes(zone, begin="2024-01-01", end="2036-01-01"):
    """Moments at which the zone's offset changes, with the seconds by which clocks are put forward."""
    z, found = zoneinfo.ZoneInfo(zone), []

    def offset(moment):
        return int(datetime.fromtimestamp(moment, z).utcoffset().total_seconds())

    for at in range(seconds(begin + " 00:00:00"), seconds(end + " 00:00:00"), 86400):
        before, after = offset(at), offset(at + 86400)
        if before != after:
            moment = at + bisect.bisect_left(range(86401), True, key=lambda s, at=at: offset(at + s) == after)
            found.append((moment, after - before))
    return found


def compare(zone, after, expression, times, reference):
    """Our times are systemd's, and those that it skips since they fall into a gap, which are given back.

    Of a time that comes twice systemd takes the second where the C library guesses so.
    """
    for moment, forward in changes(zone):
        reference = [t + forward if moment <= t < moment - forward else t for t in reference]
    plain = [t for t, flags in times if "s" not in flags]
    count = min(len(plain), len(reference))
    assert plain[:count] == reference[:count], \
        f"{zone} {expression!r} after {after}: {plain[:count]}, systemd {reference[:count]}"
    if len(reference) < ITERATIONS:
        assert plain == reference, f"{zone} {expression!r} after {after}: we end {plain}, systemd {reference}"
    return [t for t, flags in times if "s" in flags]


class Tally:
    """Expressions held against systemd-analyze, and what was seen of clocks that change."""

    def __init__(self):
        self.total = self.refused = self.given_up = self.shifted = self.ambiguous = 0

    def hold(self, zone, after, texts):
        gaps = [(moment, moment + forward) for moment, forward in changes(zone, "2023-01-01", "2060-01-01")]
        forms = theirs(zone, after, texts, 1)
        times = theirs(zone, after, sorted({closed(form) for form, _ in filter(None, forms.values())}))
        for text, (form, mine) in zip(texts, ours([(zone, after, ITERATIONS * 2, t) for t in texts])):
            if text not in forms:
                assert form is None, f"{text!r}: we take it for {form!r}, systemd refuses"
                self.refused += 1
                continue
            assert form is not None, f"{text!r}: systemd takes it, we say {mine}"
            if forms[text] is None or times[closed(form)] is None:
                self.given_up += 1
                continue
            assert form == forms[text][0], f"{text!r}: we say {form!r}, systemd {forms[text][0]!r}"
            for at in compare(zone, after, text, mine, times[closed(form)][1]):
                assert any(begin <= at < end for begin, end in gaps), f"{zone} {text!r}: {at} is shifted by no gap"
                self.shifted += 1
            self.ambiguous += sum("a" in flags for _, flags in mine)
            self.total += 1

    def __str__(self):
        return (f"{self.total} expressions, {self.refused} refused by both, {self.shifted} shifted times, "
                f"{self.ambiguous} ambiguous ones; {self.given_up} on which systemd-analyze gives up")


def test_random_expressions_are_those_of_systemd():
    tally = Tally()
    for number, zone in enumerate(ZONES):
        writer = Writer(SEED * 1000 + number)
        for block in range(0, COUNT, BLOCK):
            after = seconds(f"{writer.random.randint(2024, 2034)}-{writer.random.randint(1, 12):02}-15 12:34:56")
            tally.hold(zone, after, sorted({writer.expression() for _ in range(min(BLOCK, COUNT - block))}))
    print(f"  {tally}")
    assert tally.total > COUNT * len(ZONES) * 0.7 and tally.given_up < tally.total / 20


def test_what_systemd_takes_of_mistyped_expressions_we_take_for_the_same():
    writer, taken = Writer(SEED * 1000 + 900), 0
    # fractions of seconds are refused on purpose
    texts = [t for t in sorted({writer.spoiled() for _ in range(COUNT * 4)}) if not re.search("[0-9][.][0-9]", t)]
    forms = theirs("UTC", 0, texts, 1)
    for text, (form, _) in zip(texts, ours([("UTC", 0, 0, t) for t in texts])):
        if forms.get(text):
            assert form == forms[text][0], f"{text!r}: we say {form!r}, systemd {forms[text][0]!r}"
            taken += 1
    print(f"  {taken} of {len(texts)} taken")
    assert taken > COUNT / 4


def hold_gap(zone, moment, forward, after, texts):
    """All matching times that clocks skip at `moment` are shifted: systemd names them when told it is UTC."""
    before = datetime.fromtimestamp(moment - 1, zoneinfo.ZoneInfo(zone)).utcoffset().total_seconds()
    gap = moment + before, moment + before + forward
    plain = theirs("UTC", gap[0] - 1, [closed(form) for form, _ in ours([("UTC", 0, 0, t) for t in texts])], 70)
    seen = 0
    for text, (form, mine) in zip(texts, ours([(zone, after, 200, t) for t in texts])):
        skipped = plain[closed(form)]
        if skipped is None or (len(skipped[1]) == 70 and skipped[1][-1] < gap[1]):
            continue
        shown = {t for t, flags in mine if "s" not in flags}
        expected = [t - before for t in skipped[1] if t < gap[1] and after < t - before <= mine[-1][0]]
        shifted = [t for t, flags in mine if "s" in flags and moment <= t < moment + forward]
        assert shifted == [t for t in expected if t not in shown], f"{zone} {text!r} after {after}: {shifted}"
        seen += len(shifted)
    return seen


def test_times_around_changes_of_clocks_are_those_of_systemd_and_the_shifted():
    tally, shifted = Tally(), 0
    for number, zone in enumerate(ZONES):
        writer = Writer(SEED * 1000 + 500 + number)
        for moment, forward in changes(zone):
            after = moment - writer.random.randint(3, 60) * 3600 - 1
            week = [writer.weekdays() if writer.random.random() < 0.3 else "" for _ in range(COUNT // 20)]
            texts = sorted({w + writer.time() for w in week})
            tally.hold(zone, after, texts)
            if forward > 0:
                taken = [t for t, (form, _) in zip(texts, ours([(zone, 0, 0, t) for t in texts])) if form]
                shifted += hold_gap(zone, moment, forward, after, taken)
    print(f"  {tally}; {shifted} named by systemd as of UTC")
    assert tally.shifted > COUNT / 4 and tally.ambiguous > COUNT / 4 and shifted > COUNT


sys.exit(run_tests(globals()))
