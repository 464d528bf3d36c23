#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Notifications as receivers get them: of runs, from processes that are killed, by servers that fail.

usage: test_notify.py MUSTER OUTBOX_FIXTURE    (a line per test, exits 1 when any failed)
"""
import base64
import collections
import json
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

from notified import PATIENCE, Receiver, Site, sockets, until, webhook, with_site
from processes import descendants
from runner import run_tests

FIXTURE = os.path.realpath(sys.argv[2])


def test_a_thousand_events_arrive_in_order_whatever_fails_and_is_killed():
    count, keys, kills, most = 1000, 40, 20, 35
    dice, lost, took, refused = random.Random(7), collections.Counter(), [], collections.Counter()
    go_on = threading.Event()

    def answer(request):
        # however late the kill comes, not all is delivered before it: who asks then is killed, and gets no answer
        if not go_on.is_set() and len(receiver.requests) > before + most:
            go_on.wait(PATIENCE)
            return None
        data = json.loads(request["body"])["data"]
        with receiver.lock:
            throw = dice.random()
            if throw < 0.45:
                refused[data["id"]] += 1
                return 500 if throw < 0.35 else 503
            took.append((data["key"], int(data["title"]), data["id"]))
            if throw < 0.5:
                lost[data["id"]] += 1
                return None
            return 200

    receiver = Receiver(answer)
    site = with_site(receiver, {"hook": webhook(receiver)})
    killed = before = 0
    try:
        site.run("notify", "list")
        subprocess.run([FIXTURE, site.state, "hook", str(count), str(keys)], check=True)
        for _ in range(kills):
            site.run("notify", "retry")
            before = len(receiver.requests)
            pair = [subprocess.Popen(site.words("notify", "deliver", "--quiet")) for _ in range(2)]
            until(lambda: len(receiver.requests) >= before + 20, "deliveries")
            os.kill(pair[0].pid, signal.SIGKILL)
            pair[0].wait()
            now = len(receiver.requests)
            # what it held the other one takes
            until(lambda: len(receiver.requests) >= min(now + 3, before + most) or pair[1].poll() is not None, "deliveries")
            pair[1].kill()
            pair[1].wait()
            killed += sum(p.returncode == -signal.SIGKILL for p in pair)
        go_on.set()
        assert kills <= killed <= 2 * kills, "who was to be killed had ended"
        assert len({i for _, _, i in took}) < count, "all was over before the last kill"
        rounds = 0
        while True:
            site.run("notify", "retry")
            left = site.json("notify", "deliver", "--for", "2s")["waiting"]
            if not left:
                break
            rounds += 1
            assert rounds < 500, left
        ids = collections.Counter(i for _, _, i in took)
        assert set(ids) == {f"event-{i}" for i in range(count)}, "some were lost"
        # told again: for each answer that was lost, and for who was killed before it could write down what it heard
        again = sum(max(0, n - 1 - lost[i]) for i, n in ids.items())
        assert again <= killed, f"{again} were sent again for no reason"
        assert all(ids[i] > n for i, n in lost.items()), "one whose answer was lost was not sent again"
        failed = sum(refused.values()) + sum(lost.values())
        assert 0.45 < failed / (len(took) + sum(refused.values())) < 0.55, "the receiver did not fail half the time"
        newest = collections.defaultdict(lambda: -1)
        for key, number, _ in took:
            assert number in (newest[key], newest[key] + 1), (key, number, newest[key])
            newest[key] = number
        rows = site.listed()
        assert len(rows) == count and all(r["state"] == "sent" for r in rows)
        print(f"  {len(receiver.requests)} requests, {killed} killed, {sum(lost.values())} answers lost, {again} told again "
              f"after a kill, {rounds} rounds")
    finally:
        go_on.set()
        site.close()
        receiver.close()


def test_a_receiver_that_stalls_delays_no_run_and_changes_no_exit_code():
    go_on = threading.Event()
    receiver = Receiver(lambda request: 200 if go_on.wait(PATIENCE) else 500)
    site = with_site(receiver, {"hook": webhook(receiver), "beat": {"type": "ping", "url": {"env": "HOOK_URL"},
                                                                    "timeout": "60s"}})
    try:
        # run() reads both outputs to their end: whoever still held them would keep it waiting
        done = site.run("verify", code=4)
        assert not go_on.is_set() and b"Status:" in done.stdout
        assert site.senders(), "it has ended, and who delivers is nowhere to be seen"
        until(lambda: receiver.requests, "a request")
        talking = [pid for pid in site.senders() if sockets(pid)]  # which wait for an answer
        assert talking
        for pid in talking:
            assert os.getsid(pid) != os.getsid(0)
            strange = [o for o in sockets(pid) if o != "/dev/null" and "socket:" not in o and "anon_inode:" not in o
                       and "pipe:" not in o and not o.startswith(str(site.state))]
            assert not strange, strange
        # another run finds no lock held
        site.run("verify", code=4)
        go_on.set()
        until(lambda: all(r["state"] == "sent" for r in site.listed()), "delivery")
        # both pings of both runs, and one alert
        assert collections.Counter(r["receiver"] for r in site.listed()) == {"beat": 4, "hook": 1}
        paths = [r["path"].partition("?")[0] for r in receiver.requests if b"specversion" not in r["body"]]
        assert paths == ["/start", "/fail"] * 2, paths
        until(lambda: not site.senders(), "the senders leave")
    finally:
        go_on.set()
        site.close()
        receiver.close()


def test_a_run_of_a_schedule_delivers_before_it_ends():
    receiver = Receiver()
    site = with_site(receiver, {"hook": webhook(receiver)})
    try:
        site.run("schedule", "run", "nightly", code=4)
        assert [e["event"] for e in receiver.events()] == ["error"]
        assert receiver.events()[0]["key"] == "muster/shop/verify"
    finally:
        site.close()
        receiver.close()


def test_an_alert_is_told_once_and_its_end_once():
    receiver, service = Receiver(), None
    site = with_site(receiver, {"hook": webhook(receiver)})
    try:
        for _ in range(3):
            site.run("schedule", "run", "nightly", code=4)
        assert [e["event"] for e in receiver.events()] == ["error"]
        service = socket.create_server(("127.0.0.1", 0))
        port = service.getsockname()[1]
        site.config.write_text(site.config.read_text().replace("127.0.0.1:1", f"127.0.0.1:{port}"))
        for _ in range(2):
            site.run("schedule", "run", "nightly", code=None)
        assert [e["event"] for e in receiver.events()] == ["error", "recovered"], receiver.events()
    finally:
        if service:
            service.close()
        site.close()
        receiver.close()


def test_people_get_one_mail_of_a_run_and_a_pager_each_alert():
    receiver = Receiver(lambda request: 202)
    site = with_site(receiver, {})
    try:
        mails = site.directory / "mails"
        script = site.directory / "sendmail"
        script.write_text(f"#!/bin/sh\ncat >>{mails}\necho ==== >>{mails}\n")
        script.chmod(0o755)
        everybody = {"ops": {"type": "mail", "to": ["ops@example.com"], "sendmail": [str(script)]},
                     "pager": {"type": "pagerduty", "key": site.secret("key", "k"), "url": {"env": "HOOK_URL"}}}
        text = site.config.read_text().replace("receivers: {}", f"receivers: {json.dumps(everybody)}")
        second = '  second: {engine: service, health: {tcp: "127.0.0.1:1"}}'
        site.config.write_text(text.replace("components: {api:", "components:\n  api:")
                               .replace('"127.0.0.1:1"}}}', '"127.0.0.1:1"}}\n' + second))
        site.run("schedule", "run", "nightly", code=4)
        sent = mails.read_text().split("====\n")[:-1]
        assert len(sent) == 1 and "api" in sent[0] and "second" in sent[0], sent
        keys = sorted(json.loads(r["body"])["dedup_key"] for r in receiver.requests)
        assert keys == ["muster/shop/verify/api/reachable", "muster/shop/verify/second/reachable"], keys
    finally:
        site.close()
        receiver.close()


def test_a_run_that_was_killed_is_told_of_by_the_next_delivery():
    receiver = Receiver()
    site = with_site(receiver, {"hook": webhook(receiver), "beat": {"type": "ping", "url": {"env": "HOOK_URL"}}},
                     components="api: {engine: service, connect: {timeout: 10m}, health: {command: [sleep, '600']}}")
    try:
        run = subprocess.Popen(site.words("verify"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: receiver.requests, "the start is told")
        site.run("notify", "deliver", "--for", "1s")  # beside the run, which it leaves alone
        assert len(receiver.requests) == 1 and run.poll() is None
        begun = descendants(run.pid)
        run.kill()
        run.wait()
        for pid in begun:  # what looks whether a service is well goes on until its time is up
            os.kill(pid, signal.SIGKILL)
        site.run("notify", "deliver")
        told = [r for r in site.listed()]
        assert [r["event"] for r in told] == ["started", "error", "error"], told
        assert all(r["state"] == "sent" for r in told)
        lines = [r for r in told if r["receiver"] == "hook"][0]["notice"]["lines"]
        assert [x["check"] for x in lines] == ["interrupted"], lines
    finally:
        site.close()
        receiver.close()


def with_one_that_refuses():
    """A receiver, one that is to be told and refuses, and a site where the first stands in for it."""
    good, bad = Receiver(), Receiver(lambda request: 404)
    os.environ["BAD_URL"] = bad.url
    site = with_site(good, {"hook": {"type": "webhook", "url": {"env": "BAD_URL"}, "instead": "other"},
                            "other": webhook(good)},
                     more="  routes: {one: {events: [error, recovered], to: [hook]}}\n")
    return good, bad, site


def test_what_is_refused_is_told_to_another_receiver_and_seen_in_status():
    good, bad, site = with_one_that_refuses()
    try:
        site.run("schedule", "run", "nightly", code=4)
        assert [r["state"] for r in site.listed()] == ["given-up", "sent"], site.listed()
        events = good.events()
        assert [e["event"] for e in events] == ["given-up"]
        assert "hook" in events[0]["title"] and "404" in json.dumps(events[0]["lines"]), events
        assert "reachable" in json.dumps(events[0]["lines"]), "what was to be told is not passed on"
        assert b"1 notification could not be delivered" in site.run("status", code=None).stdout
        assert site.json("status", code=None)["undelivered"] == 1
        assert b'muster_notifications_failed_total{platform="shop",receiver="hook",type="webhook"} 1' in \
            site.run("metrics").stdout
        bad.answer = lambda request: 200
        site.run("notify", "retry", "1")
        site.run("notify", "deliver")
        assert [r["state"] for r in site.listed()] == ["sent"] * 3
        assert [e["event"] for e in good.events()] == ["given-up", "recovered"]
        assert site.json("status", code=None)["undelivered"] == 0
    finally:
        site.close()
        good.close()
        bad.close()


def test_what_stands_of_a_receiver_ends_when_it_is_taken_out_or_dropped():
    good, bad, site = with_one_that_refuses()
    try:
        site.run("schedule", "run", "nightly", code=4)
        assert [e["event"] for e in good.events()] == ["given-up"]
        without = re.sub("receivers: .*", f"receivers: {json.dumps({'other': webhook(good)})}", site.config.read_text())
        site.config.write_text(without.replace("to: [hook]", "to: [other]"))
        for _ in range(2):
            site.run("notify", "deliver")
            events = good.events()
            assert [e["event"] for e in events] == ["given-up", "recovered"], events
            assert events[1]["title"] == "receiver hook is no longer configured", events
        assert site.json("status", code=None)["undelivered"] == 1

        site.run("notify", "drop", "999", code=8)
        site.run("notify", "drop", "1", "999", code=8)
        assert site.json("status", code=None)["undelivered"] == 1, "half of what was asked for was done"
        assert site.run("notify", "drop", "1").stdout == b"1 notification dropped\n"
        assert site.json("status", code=None)["undelivered"] == 0
        assert site.listed()[0]["state"] == "dropped", site.listed()
        assert json.loads(site.run("notify", "list", "--json").stdout)["notifications"] == []
        assert json.loads(site.run("notify", "retry", "--json").stdout)["count"] == 0
        site.run("notify", "retry", "1", code=8)
    finally:
        site.close()
        good.close()
        bad.close()


def test_what_a_busy_receiver_asks_for_is_waited():
    receiver = Receiver(lambda request: (429, {"Retry-After": "3600"}))
    site = with_site(receiver, {"hook": webhook(receiver)})
    try:
        subprocess.run([FIXTURE, site.state, "hook", "3", "3"], check=True)
        site.run("notify", "deliver", "--for", "30s")
        assert len(receiver.requests) == 1, "the others were not left in peace"
        first = site.listed()[0]
        wait = (time.mktime(time.strptime(first["next"], "%Y-%m-%dT%H:%M:%SZ")) -
                time.mktime(time.strptime(first["created"], "%Y-%m-%dT%H:%M:%SZ")))
        assert wait >= 3600 and first["attempts"] == 1 and first["state"] == "waiting", first
    finally:
        site.close()
        receiver.close()


def test_a_receiver_that_asks_for_a_year_is_tried_again_before_the_message_is_given_up():
    receiver = Receiver(lambda request: (503, {"Retry-After": "31536000"}))
    site = with_site(receiver, {"hook": webhook(receiver)}, more="  give_up: 2h\n")
    try:
        subprocess.run([FIXTURE, site.state, "hook", "1", "1"], check=True)
        site.run("notify", "deliver", "--for", "30s")
        first = site.listed()[0]
        next_, created = (time.mktime(time.strptime(first[k], "%Y-%m-%dT%H:%M:%SZ")) for k in ("next", "created"))
        assert first["state"] == "waiting" and 3600 < next_ - created <= 7200, first
        with sqlite3.connect(site.state / "history.db") as db:  # two hours later
            db.execute("UPDATE outbox SET created = created - 72e11, tried_since = tried_since - 72e11, due = due - 72e11")
        site.run("notify", "deliver", "--for", "30s")
        assert site.listed()[0]["state"] == "given-up", site.listed()
        assert b"could not be delivered" in site.run("status", code=None).stdout
    finally:
        site.close()
        receiver.close()


def set_ahead(site, ns):
    """All that is recorded happened so much later, as if the clock had been ahead meanwhile."""
    with sqlite3.connect(site.state / "history.db") as db:
        guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE name LIKE 'event_no_%'").fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        for change in ("event SET at = at + ?1", "alert SET since = since + ?1, told = told + ?1",
                       "outbox SET created = created + ?1, tried_since = tried_since + ?1, due = due + ?1",
                       "expected SET since = since + ?1, judged = judged + ?1"):
            db.execute(f"UPDATE {change}", (ns,))
        for _, sql in guards:
            db.execute(sql)


def test_a_clock_that_was_ahead_silences_nothing():
    receiver = Receiver()
    with socket.create_server(("127.0.0.1", 0)) as service:
        address = service.getsockname()
        site = with_site(receiver, {"hook": webhook(receiver)}, health=f'{{tcp: "127.0.0.1:{address[1]}"}}')
        site.run("verify")
    down = socket.socket()  # that nobody else listens there from now on
    down.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    down.bind(address)
    try:
        site.run("verify", code=4)
        until(lambda: [e["event"] for e in receiver.events()] == ["error"], "the error is told")
        until(lambda: not site.senders(), "the delivery ends")
        with sqlite3.connect(site.state / "history.db") as db:  # all that is left is the run that passed
            well, = db.execute("SELECT run FROM event WHERE type = 'run-finished' AND verdict = 'pass'").fetchone()
        subprocess.run([FIXTURE, site.state, "hook", "1", "1"], check=True)
        set_ahead(site, 4 * 365 * 86400 * 10**9)
        site.run("notify", "deliver")
        assert receiver.events()[1:][0]["event"] == "failed", "what waits is not delivered"
        with sqlite3.connect(site.state / "history.db") as db:
            judged, = db.execute("SELECT judged FROM expected").fetchone()
        assert judged <= time.time_ns(), "nothing is missed for years"
        failed = site.json("verify", code=4)["id"]
        until(lambda: [e["event"] for e in receiver.events()][2:] == ["error"], "the reminder is told")
        assert receiver.events()[2]["reminder"]
        for argv in (("status",), ("schedule", "list", "--json"), ("run", "show", "latest")):
            said = site.run(*argv, code=None).stdout.decode()
            assert failed in said and well not in said, (argv, said)
        assert 'muster_run_last_success_timestamp_seconds{platform="shop",kind="verify",schedule="nightly"} 0' in (
            site.run("metrics").stdout.decode())
    finally:
        down.close()
        site.close()
        receiver.close()


def cmdlines():
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            yield (entry / "cmdline").read_bytes()
        except OSError:
            pass


def test_no_secret_of_a_receiver_is_to_be_found_anywhere():
    markers = [b"PLANTED-URL-7f3a", b"PLANTED-KEY-91cc", b"PLANTED-USER-44", b"PLANTED-QUERY-d0",
               b"PLANTED-PASSWORD-e5", base64.b64encode(b"user:PLANTED-USER-44%")]
    seen, dice = [], random.Random(3)

    def answer(request):
        seen.extend(line for line in cmdlines() if any(m in line for m in markers))
        with receiver.lock:
            return dice.choice([200, 500, 404, None])

    receiver = Receiver(answer)
    host = receiver.url.partition("//")[2]
    url = f"http://user:PLANTED-USER-44%25@{host}/PLANTED-URL-7f3a?token=PLANTED-QUERY-d0"
    site = with_site(receiver, {})
    try:
        of = site.secret("url", url)
        key = site.secret("key", "PLANTED-KEY-91cc")
        everybody = {"chat": {"type": "slack", "url": of}, "hook": {"type": "webhook", "url": of, "key": key},
                     "beat": {"type": "ping", "url": of}, "pager": {"type": "pagerduty", "key": key, "url": of},
                     "post": {"type": "mail", "to": ["ops@example.com"], "smtp": "smtp://127.0.0.1:1", "user": "muster",
                              "password": site.secret("password", "PLANTED-PASSWORD-e5")}}
        site.config.write_text(site.config.read_text().replace("receivers: {}", f"receivers: {json.dumps(everybody)}"))
        said = b""
        for argv in (["verify"], ["notify", "retry"],
                     ["notify", "deliver", "--for", "1s"], ["notify", "list", "--all"], ["notify", "list", "--json"],
                     ["notify", "routes"], ["status"], ["status", "--json"], ["config", "show"],
                     *(["notify", "test", name] for name in everybody), ["notify", "deliver", "-v", "--for", "1s"]):
            done = site.run(*argv, code=None)
            said += done.stdout + done.stderr
        assert len(receiver.requests) > 5 and any(markers[0].decode() in r["path"] for r in receiver.requests)
        assert not seen, seen
        for marker in markers:
            assert marker not in said, said[max(0, said.find(marker) - 200):said.find(marker) + 100]
            for path in (p for p in site.state.rglob("*") if p.is_file()):
                assert marker not in path.read_bytes(), (marker, path)
    finally:
        site.close()
        receiver.close()


sys.exit(run_tests(globals(), *sys.argv[3:4]))
