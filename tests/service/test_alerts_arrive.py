#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What people hear, by mail and at a webhook, when schedules are missed, checks fail, and all is well again.

usage: test_alerts_arrive.py MUSTER    (a line per test, exits 1 when any failed)

The past is made in the history: what was done there is moved back, as if nobody had done anything since.
"""
import email
import email.policy
import json
import os
import sqlite3
import sys
import threading
import time

from notified import Receiver, Site, webhook
from post import Post
from runner import run_tests

DAY = 86400 * 10**9
HOURLY = "nightly: {run: verify, when: hourly, run_within: 5m%s}"
DAILY = "Daily Backup Verification"


class MailServer:
    """Takes every mail, unless `refusals` has an answer for the next recipient."""

    def __init__(self):
        self.mails, self.refusals, self.lock = [], [], threading.Lock()
        self.controller = Post(self)
        self.controller.start()
        self.url = f"smtp://127.0.0.1:{self.controller.port}"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        with self.lock:
            self.mails.append(email.message_from_bytes(envelope.original_content, policy=email.policy.default))
        return "250 2.0.0 queued as 4711"

    def close(self):
        self.controller.stop()


class World:
    """A service that is well while a file is there, and both receivers; `heard` empties what they got."""

    def __init__(self, more="", schedules=HOURLY % ", stale_after: 90d", severity="fail", components=()):
        self.hook, self.post = Receiver(), MailServer()
        os.environ["HOOK_URL"] = self.hook.url
        receivers = {"hook": webhook(self.hook),
                     "ops": {"type": "mail", "to": ["ops@example.com"], "smtp": self.post.url, "starttls": False}}
        names = ("api", *components)
        self.site = Site(receivers, more=more, schedules=schedules, components=", ".join(
            f"{name}: {{engine: service, severities: {{reachable: {severity}}}, health: {{command: [test, -e, {name}.up]}}}}"
            for name in names))
        os.chdir(self.site.directory)
        for name in names:
            self.set(name, True)
        self.known = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.chdir("/")
        self.site.close()
        self.hook.close()
        self.post.close()

    def set(self, name, up):
        path = self.site.directory / f"{name}.up"
        path.touch() if up else path.unlink()

    def run(self, *argv, code=0):
        """One that delivers before it ends."""
        return self.site.run(*argv, code=code, env={**os.environ, "MUSTER_DELIVERS_ITSELF": "1"})

    def heard(self):
        """The events at the webhook, which must be those that the mails tell of: [(event, text of the mail)]."""
        self.run("notify", "deliver")
        events, mails = self.hook.events()[self.known:], self.post.mails[self.known:]
        assert len(events) == len(mails), ([e["title"] for e in events], [m["Subject"] for m in mails])
        self.known += len(events)
        return list(zip((e["event"] for e in events), (m["Subject"] for m in mails),
                        (m.get_body(("plain",)).get_content() for m in mails), events))

    def expect(self, *wanted, besides=()):
        """Just these were told since, each (event, subject, and what the mail's text must say)."""
        heard = [h for h in self.heard() if h[0] not in besides]
        assert [h[:2] for h in heard] == [w[:2] for w in wanted], [h[:3] for h in heard]
        for (_, _, text, event), (_, _, *says) in zip(heard, wanted):
            for words in says:
                assert words in " ".join(text.split()), (words, text)
                assert words in event["title"] or any(words in line["message"] for line in event["lines"]), event

    def database(self, *statements):
        db = sqlite3.connect(self.site.state / "history.db")
        # a row of the journal is never changed: only whoever owns the file can do this
        db.execute("DROP TRIGGER IF EXISTS event_no_update")
        for statement in statements:
            db.execute(statement)
        db.commit()
        db.close()

    def let_days_pass(self, days):
        """All that was done is so much older: nothing has run since."""
        ns = int(days * DAY)
        self.database(f"UPDATE event SET at = at - {ns}", f"UPDATE expected SET since = since - {ns}, judged = judged - {ns}",
                      f"UPDATE pause SET began = began - {ns}", f"UPDATE alert SET told = told - {ns}")


MISSED = ("missed", f"ALERT: {DAILY} MISSED", "nightly (verify) did not run at ",
          "muster was not running: no verify began within 5m")
STALE = ("stale", f"ALERT: {DAILY} is STALE", "the last success of nightly (verify) is 2d old, may be 1h")
WELL = ("recovered", f"RECOVERED: {DAILY} is well again", "well again; it was: ")


def named(event, *says):
    """Of an alert that has a name, mails tell it."""
    what = event[0] if event[0] != "recovered" else says[0]
    return (event[0], f"{event[1]}: {what} (shop)", *event[2:], *says[1:])


def test_a_time_that_passed_with_no_run_is_told_once_by_the_next_delivery():
    with World() as w:
        w.run("verify")
        w.expect()
        w.let_days_pass(2)
        w.expect(named(MISSED))
        for _ in range(2):
            w.expect()
        assert "missed" in w.site.run("status", code=None).stdout.decode()
        w.run("verify")
        w.expect(named(WELL, "missed", "did not run at"))
        w.expect()


def test_a_time_that_passed_with_no_run_is_told_by_the_next_run_before_its_end():
    with World() as w:
        w.run("verify")
        w.expect()
        w.let_days_pass(2)
        w.run("schedule", "run", "nightly")
        w.expect(named(MISSED), named(WELL, "missed", "did not run at"))
        w.expect()


def test_a_run_of_some_components_makes_up_for_no_run_of_all():
    with World(components=("web",)) as w:
        w.run("verify")
        w.let_days_pass(2)
        w.expect(named(MISSED))
        w.run("verify", "api")
        assert "missed" in w.site.run("status", code=None).stdout.decode()
        w.expect()
        w.run("verify")
        w.expect(named(WELL, "missed"))


def test_no_success_for_too_long_is_told_once_and_its_end():
    year = time.gmtime(time.time() + 180 * 86400)
    with World(schedules=f"nightly: {{run: verify, when: '*-{year.tm_mon:02}-{min(year.tm_mday, 28):02}', stale_after: 1h}}") as w:
        w.run("verify")
        w.expect()
        w.let_days_pass(2)
        w.expect(named(STALE))
        w.expect()
        w.run("verify")
        w.expect(named(WELL, "stale", "the last success of nightly"))
        w.expect()


def test_a_pause_keeps_silence_until_it_ends():
    with World(schedules=HOURLY % ", stale_after: 1h") as w:
        w.run("verify")
        w.run("schedule", "pause", "nightly", "--for", "2h", "--reason", "new disks", "--as", "ops")
        w.let_days_pass(2)
        for _ in range(2):
            w.expect()
        w.run("schedule", "resume", "nightly")
        w.expect(named(STALE))
        w.run("verify")
        w.expect(named(WELL, "stale"))
        assert w.site.json("schedule", "missed")["missed"] == []


def test_a_check_that_fails_is_told_once_and_reminded_of_and_its_end_is_told():
    alert = ("failed", f"ALERT: {DAILY} FAILED: api reachable (shop)", "test")
    with World() as w:
        w.run("verify")
        w.expect()
        w.set("api", False)
        for _ in range(3):
            w.run("verify", code=1)
        w.expect(alert)
        w.let_days_pass(1)
        w.database("UPDATE expected SET since = since + 86400000000000, judged = judged + 86400000000000")
        w.run("verify", code=1)
        w.expect(("failed", alert[1] + " (reminder)", "test"))
        w.set("api", True)
        w.run("verify")
        w.expect(("recovered", f"RECOVERED: {DAILY} is well again: api reachable (shop)", "well again; it was: "))
        w.run("verify")
        w.expect()
        threads = {(m["References"] or m["Message-ID"]).split()[0] for m in w.post.mails}
        assert len(threads) == 1 and all(m["Auto-Submitted"] == "auto-generated" for m in w.post.mails), threads


def test_what_could_not_be_looked_at_is_no_failure():
    with World(severity="error") as w:
        w.set("api", False)
        w.run("verify", code=4)
        w.expect(("error", f"ALERT: {DAILY} could not tell (ERROR): api reachable (shop)"))


def test_warned_and_passed_are_told_to_those_whose_routes_say_so():
    routes = "  routes: {all: {events: [passed, warned, recovered], kinds: [verify], to: [hook, ops]}}\n"
    with World(severity="warn", more=routes) as w:
        w.run("verify")
        w.run("verify")
        w.expect(*[("passed", f"{DAILY} - PASSED", "verify passed: 2 of 2 checks hold")] * 2)
        w.set("api", False)
        w.run("verify")
        w.run("verify")
        w.expect(("warned", f"WARNING: {DAILY} had warnings: api reachable (shop)"))
        w.set("api", True)
        w.run("verify")
        w.expect(("recovered", f"RECOVERED: {DAILY} is well again: api reachable (shop)"))
    routes = "  routes: {all: {events: [failed], to: [hook, ops]}}\n"
    with World(more=routes) as w:
        w.run("verify")
        w.let_days_pass(2)
        w.expect()
        w.set("api", False)
        w.run("verify", code=1)
        w.expect(("failed", f"ALERT: {DAILY} FAILED: api reachable (shop)"))
        w.set("api", True)
        w.run("verify")
        w.expect()


def test_a_mail_that_is_put_off_arrives_later_and_once():
    with World() as w:
        w.set("api", False)
        w.post.refusals = ["451 4.7.1 greylisted, come again"] * 2
        w.site.run("verify", code=1, env={**os.environ, "MUSTER_DELIVERS_ITSELF": "1"})
        assert not w.post.refusals and len(w.post.mails) == 1, "it was not tried again by itself"
        [row] = [r for r in w.site.listed() if r["receiver"] == "ops"]
        assert row["state"] == "sent" and row["attempts"] == 3, row
        w.expect(("failed", f"ALERT: {DAILY} FAILED: api reachable (shop)"))
        w.expect()


def test_what_waits_and_what_was_given_up_is_listed_with_the_answer_and_tried_again_when_asked():
    with World() as w:
        w.set("api", False)
        w.post.refusals, w.hook.answer = ["550 5.1.1 no such user"], lambda request: (503, {"Retry-After": "7200"})
        w.run("verify", code=1)
        rows = {r["receiver"]: r for r in w.site.json("notify", "list")["notifications"] if r["event"] == "failed"}
        assert rows["ops"]["state"] == "given-up" and "550 5.1.1 no such user" in rows["ops"]["answer"], rows
        assert rows["hook"]["state"] == "waiting" and rows["hook"]["answer"].startswith("HTTP 503"), rows
        shown = w.site.run("notify", "list").stdout.decode()
        assert "no such user" in shown and "HTTP 503" in shown and "given-up" in shown, shown
        w.hook.answer = lambda request: 200
        w.site.run("notify", "retry")
        w.run("notify", "deliver")
        states = {(r["receiver"], r["event"]): r["state"] for r in w.site.listed()}
        assert states["ops", "failed"] == states["hook", "failed"] == "sent", states
        assert "550" not in w.site.run("notify", "list").stdout.decode()


def test_a_test_message_prints_what_the_other_side_answered():
    with World() as w:
        receivers = {"hook": webhook(w.hook), "chat": {"type": "slack", "url": {"env": "HOOK_URL"}},
                     "beat": {"type": "ping", "url": {"env": "HOOK_URL"}},
                     "pager": {"type": "pagerduty", "url": {"env": "HOOK_URL"}, "key": w.site.secret("key", "k")}}
        path = w.site.config
        old = path.read_text()
        path.write_text(old.replace('{"hook": ', json.dumps(receivers)[:-1] + ', "unused": ', 1))
        for answer, code, outcome, words in ((200, 0, "done", "took it: HTTP 200: answer of /"),
                                             (503, 4, "later", "could not be told now: HTTP 503: answer of /"),
                                             (403, 1, "refused", "refused it: HTTP 403: answer of /"),
                                             (None, 4, "later", "could not be told now: ")):
            w.hook.answer = lambda request, answer=answer: answer
            for name in receivers:
                before = len(w.hook.requests)
                said = w.site.run("notify", "test", name, code=code).stdout.decode()
                assert f"{name} ({receivers[name]['type']}) {words}" in said, (name, answer, said)
                assert len(w.hook.requests) == before + 1
                document = w.site.json("notify", "test", name, code=code)
                assert document["outcome"] == outcome and document["answer"] in said, document
        said = w.site.run("notify", "test", "ops").stdout.decode()
        assert "ops (mail) took it: SMTP: 250 2.0.0 queued as 4711" in said, said
        w.post.refusals = ["550 5.1.1 no such user"]
        assert "refused it: " in (said := w.site.run("notify", "test", "ops", code=1).stdout.decode()) and "550 5.1.1" in said
        w.post.refusals = ["450 4.2.0 greylisted"]
        assert "450 4.2.0 greylisted" in w.site.run("notify", "test", "ops", code=4).stdout.decode()
        assert [m["Subject"] for m in w.post.mails] == ["TEST: muster notification, nothing happened"]
        assert not w.site.listed()


def test_what_concerns_drills_reaches_people_and_never_a_pager():
    with World(schedules="monthly: {run: drill, when: hourly, run_within: 5m, stale_after: 90d}") as w:
        w.site.config.write_text(w.site.config.read_text().replace(
            '{"hook": ', '{"pager": ' + json.dumps({"type": "pagerduty", "url": {"env": "HOOK_URL"},
                                                   "key": w.site.secret("key", "k")}) + ', "hook": ', 1))
        w.run("verify")
        w.database("UPDATE event SET kind = 'drill' WHERE kind = 'verify'")
        w.run("notify", "deliver")
        announced = w.hook.events()[0]
        assert announced["event"] == "announced" and "This is a scheduled drill" in announced["body"], announced
        w.let_days_pass(2)
        # one more is announced where the hour ends meanwhile
        w.expect(("missed", "ALERT: DR Drill MISSED: missed (shop)", "monthly (drill) did not run at"), besides=("announced",))
        assert {r["receiver"] for r in w.site.listed()} == {"hook", "ops"}


sys.exit(run_tests(globals(), *sys.argv[2:3]))
