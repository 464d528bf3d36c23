#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The report of a drill: shown, and given to people.

usage: test_drill_publish.py MUSTER LIVE_DRILL
"""
import email
import email.policy
import json
import os
import subprocess
import sys
import time

from drill import CONFIG, Place, run_tests, test

MUSTER, LIVE_DRILL = sys.argv[1:3]
NOTIFY = """notify:
  receivers:
    board: {type: mail, to: [board@example.org], sendmail: [/bin/sh, -c, "cat >mail.part && mv mail.part mail"]}
    pulse: {type: ping, url: "http://127.0.0.1:9/x"}
"""


def place(config=CONFIG):
    return Place(MUSTER, LIVE_DRILL, config)


def await_mails(p):
    end = time.monotonic() + 60
    while any(n["state"] != "sent" for n in p.json("notify", "list", "--all")["notifications"] if n["receiver"] == "board"):
        assert time.monotonic() < end, p.json("notify", "list", "--all")
        time.sleep(0.05)


def over(p):
    d = p.drill()
    d.tell("begin participants 500", "note scenario=whole-platform")
    p.call("drill", "note", "the <first> word")
    d.tell("finish fail")
    return d


@test
def a_report_is_shown_while_the_drill_lasts_and_afterwards():
    with place() as p:
        assert "the history has no drill" in p.call("drill", "show", code=8)
        d = p.drill()
        assert d.name in p.call("drill", "show")
        d.tell("finish fail")
        assert d.name in p.call("drill", "show", d.name[:8])
        assert p.json("drill", "show")["schema"] == "muster.run/v1"
        assert json.loads(p.call("drill", "show", "--metrics"))["schema"] == "muster.drill-metrics/v1"
        assert p.json("drill", "watch")["schema"] == "muster.drill-metrics/v1"
        assert "<html" in p.call("drill", "show", "--format=html")
        assert p.call("drill", "show", "--format=markdown").strip()
        assert "contradict" in p.call("drill", "show", "--metrics", "--format=html", code=2)


@test
def a_report_is_given_to_whom_one_names():
    with place() as p:
        d = p.drill()
        assert "--to is missing" in p.call("drill", "publish", code=2)
        assert "is not over" in p.call("drill", "publish", "--to", "x", code=2)
        d.tell("finish fail")
        for wrong in ("", "x" * 4001):
            p.call("drill", "publish", "--to", "fine", "--to", wrong, code=2)
        assert not p.entries() and not (p.path / "state/reports").exists()
        r = p.json("drill", "publish", "--to", "the auditors", "--to", "the board", "--as", "ann")
        assert (r["schema"], r["drill"], r["queued"]) == ("muster.drill-publish/v1", d.name, 0), r
        assert [(g["to"], g["queued"], g["entry"]) for g in r["given"]] == [("the auditors", False, 1),
                                                                         ("the board", False, 2)], r
        assert [(e["kind"], e["text"], e["author"]) for e in p.entries()] == [
            ("publish", "the auditors", "ann"), ("publish", "the board", "ann")], p.entries()
        for ending in ("txt", "json", "md", "html", "metrics.json"):
            assert (p.path / f"state/reports/{d.name}.{ending}").stat().st_size, ending
        assert r["report"].endswith(f"state/reports/{d.name}.txt"), r
        out = p.call("drill", "publish", "--to", "again")
        assert "entry 3: given to again\n" in out and "The report is in " in out, out


@test
def a_receiver_gets_the_report_with_its_mail():
    with place(CONFIG + NOTIFY) as p:
        d = over(p)
        err = p.call("drill", "publish", "--to", "board", "--to", "pulse", code=2)
        assert "pulse is of type ping, which takes no report" in err, err
        r = p.json("drill", "publish", *["--to", "board", "--to", "Zoë"] * 2)
        assert [g["to"] for g in r["given"]] == ["board", "Zoë"], "who is named twice is given it once"
        assert r["queued"] == 1 and [g["queued"] for g in r["given"]] == [True, False], r
        end = time.monotonic() + 60
        while True:
            told = [n for n in p.json("notify", "list", "--all")["notifications"] if n["event"] == "published"]
            assert len(told) == 1 and told[0]["receiver"] == "board", told
            if told[0]["state"] == "sent":
                break
            assert time.monotonic() < end, told
            time.sleep(0.05)
        assert "file" not in told[0]["notice"] and told[0]["notice"]["file_name"] == f"{d.name}.html", told
        mail = email.message_from_bytes((p.path / "mail").read_bytes(), policy=email.policy.default)
        assert mail["Subject"] == "DR Drill - REPORT: FAILED" and mail["To"] == "board@example.org", mail.items()
        assert mail["X-Muster-Run"] == d.name and mail["X-Muster-Event"] == "published", mail.items()
        text = mail.get_body(("plain",)).get_content()
        assert f"muster drill show {d.name}" in text and "RTO achieved: " in text, text
        (page,) = mail.iter_attachments()
        assert page.get_filename() == f"{d.name}.html" and page.get_content_type() == "text/html", page.items()
        html = page.get_content()
        assert "<html" in html and d.name in html and "<first>" not in html, html[:500]
        out = p.call("drill", "publish", "--to", "board", "--to", "Zoë")
        assert "entry 4: queued for board\nentry 5: given to Zoë\nmuster notify list --all tells" in out, out
        await_mails(p)


@test
def a_dead_drill_that_is_closed_leaves_what_one_that_ends_leaves():
    routes = "  routes: {all: {kinds: [drill], events: [finished], to: [board]}}\n"
    with place(CONFIG + NOTIFY + routes) as p:
        d = p.drill()
        d.tell("begin participants 500", "note scenario=whole-platform", "unlock")
        process = p.start("drill", "close", "--reason", "nobody goes on", "--as", "ann")
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0 and "The report is in " in err and "is gone" not in err, (out, err)
        for ending in ("txt", "json", "md", "html", "metrics.json"):
            assert (p.path / f"state/reports/{d.name}.{ending}").stat().st_size, ending
        metrics = json.loads((p.path / f"state/reports/{d.name}.metrics.json").read_text())
        assert (metrics["state"], metrics["verdict"]) == ("interrupted", "error"), metrics
        told = p.json("notify", "list", "--all")["notifications"]
        assert [(n["event"], n["receiver"], n["notice"]["verdict"]) for n in told] == [("finished", "board", "error")], told
        # once: whatever runs next has nothing to add
        p.call("drill", "close", code=8)
        assert len(p.json("notify", "list", "--all")["notifications"]) == 1
        await_mails(p)


@test
def who_reads_no_more_is_told_nothing():
    with place() as p:
        over(p)
        for words in (["drill", "show"], ["drill", "show", "--json"], ["drill", "show", "--format=html"], ["run", "show"],
                      ["drill", "list"], ["drill", "watch", "--once"], ["help", "drill", "start"], ["version", "--json"]):
            ours, its = os.pipe()
            os.close(ours)
            done = subprocess.run([p.muster, *words], cwd=p.path, env=p.environment, text=True, stdin=subprocess.DEVNULL,
                                  stdout=its, stderr=subprocess.PIPE, timeout=60, check=False)
            os.close(its)
            assert (done.returncode, done.stderr) == (141, ""), (words, done)
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([p.muster, *words], cwd=p.path, env=p.environment, text=True, stdin=subprocess.DEVNULL,
                                      stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
            assert done.returncode == 4 and done.stderr.startswith("muster: "), (words, done)


sys.exit(run_tests())
