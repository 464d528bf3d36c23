#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A drill with people: three terminals, a hold, issues, late and corrected entries, a process that is
killed in the middle of a restore and taken up again, and a review.

usage: test_drill_people.py MUSTER [PART OF A NAME]
"""
import datetime
import os
import re
import signal
import sqlite3
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from drills import AFTER, BEFORE, HEAD, LOST, REDIS, SMALL, Platform, at, criteria, missed, of_cache, primary_of, run_tests, until
from standstill import stop_between_writes

PEOPLE = HEAD + """  before:
    steps:
      present: {role: boss, after: []}
      channels: {role: scribe, after: []}
      ready: {kind: automatic, does: ready, after: [], on_failure: stop}
      empty: {kind: automatic, does: seal, on_failure: stop}
      go: {kind: gate, role: boss, after: [present, channels, empty]}
  back:
    milestone: 30m
    steps:
      told: {role: scribe, after: [go]}
      fetched: {kind: automatic, does: fetch, on_failure: stop}
      pause: {kind: wait, objective: 1s, after: [go]}
      hook: {kind: command, command: [sh, -c, "echo $MUSTER_DRILL $MUSTER_STEP $MUSTER_PLATFORM"], after: [pause]}
      redis: {kind: automatic, does: restore, engine: redis, after: [fetched], on_failure: stop}
      keys: {kind: automatic, does: prove, engine: redis}
      rabbitmq: {kind: automatic, does: restore, engine: rabbitmq, objective: 20m, after: [fetched], on_failure: stop}
      definitions: {kind: automatic, does: prove, engine: rabbitmq}
      postgresql: {kind: automatic, does: restore, engine: postgresql, after: [fetched], on_failure: stop}
      rows: {kind: automatic, does: prove, engine: postgresql}
  final:
    steps:
      judged: {kind: automatic, does: judge, after: [told, hook, keys, definitions, rows]}
      clear: {kind: gate, role: boss}
  after:
    steps:
      removed: {kind: automatic, does: remove}
      written: {kind: automatic, does: report}
      lessons: {role: scribe, always: true}
  review:
    after_end: true
    steps:
      meeting: {role: boss}
      handed-out: {role: boss}
"""
# Everything in it may wait for long.
WAITING = HEAD + BEFORE + """  back:
    steps:
      fetched: {kind: automatic, does: fetch, after: [go], on_failure: stop}
      redis: {kind: automatic, does: restore, engine: redis, on_failure: stop}
      deploy: {kind: automatic, does: deploy}
      smoke: {kind: automatic, does: smoke}
      workflows: {kind: automatic, does: workflows}
      monitoring: {kind: automatic, does: monitor}
      judged: {kind: automatic, does: judge}
""" + AFTER
# A wait of some length, and a phase that is reached only the second time.
TAKEN_UP = HEAD + BEFORE + """  early:
    milestone: 1h
    steps:
      flaky: {kind: command, command: [test, -e, FLAG], on_failure: stop, after: [go]}
      behind: {kind: command, command: ["true"]}
  while:
    steps:
      pause: {kind: wait, objective: 30s, after: [go]}
      seen: {role: dba, after: [pause]}
      judged: {kind: automatic, does: judge, after: [seen]}
""" + AFTER
NOTES = 12


def three_at_once(work):
    """work(name) in the terminals of three people; what each came to."""
    results, people = {}, ("Ann", "Bob", "Çem")

    def sit(name):
        try:
            results[name] = work(name)
        except Exception as e:  # told by who waits for it
            results[name] = e

    threads = [threading.Thread(target=sit, args=(name,)) for name in people]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for result in results.values():
        if isinstance(result, Exception):
            raise result
    return results


def code_of(p, *words):
    process = p.start("drill", *words)
    process.communicate()
    return process.returncode


def everybody_ticks_the_same_at_once(p):
    p.begun("present", "channels", "empty")
    for step in ("present", "channels"):
        codes = three_at_once(lambda name, step=step: code_of(p, "tick", step, "--as", name))
        assert sorted(codes.values()) == [0, 2, 2], (step, codes)
    assert [e["step"] for e in p.entries()] == ["present", "channels"], p.entries()


def notes_come_from_all_sides(p):
    def write(name):
        return [code_of(p, "note", f"{name} {i}", "--as", name) for i in range(NOTES)]
    for codes in three_at_once(write).values():
        assert codes == [0] * NOTES, codes
    entries = p.entries()
    assert [e["number"] for e in entries] == list(range(1, len(entries) + 1)), entries
    for name in ("Ann", "Bob", "Çem"):
        assert [e["text"] for e in entries if e["kind"] == "note" and e["author"] == name] == \
            [f"{name} {i}" for i in range(NOTES)], entries


def a_hold_lets_no_step_begin(p):
    p.begun("go")
    p.enter("hold", "--reason", "a real incident", "--as", "Ann")
    p.enter("tick", "go", "--as", "Bob")  # whenever both are seen, the hold is seen first
    p.ended("go")
    before = set(p.steps())
    time.sleep(3)
    assert set(p.steps()) == before == {"present", "channels", "ready", "empty", "go"}, set(p.steps())
    metrics = p.metrics()
    assert metrics["state"] == "held" and metrics["timeline"]["drill_start"], "T+ runs while it is held"
    assert "is held already" in p.enter("hold", "--reason", "again", code=2)
    p.enter("resume", "--reason", "it is over", "--as", "Ann")
    resumed = p.entries()[-1]
    p.begun("told", "pause")
    for step in ("told", "pause"):
        assert at(p.steps()[step]["started"]) + 1 > at(resumed["at"]), (step, p.steps()[step], resumed)
    assert p.metrics()["measurements"]["held_minutes"] * 60 >= 3, p.metrics()["measurements"]


def an_issue_leads_to_an_action(p):
    due = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
    p.enter("issue", "the runbook names a host that is gone", "--severity", "medium", "--step", "told",
            "--action", "Correct the runbook", "--owner", "dba", "--due", due, "--as", "Çem")
    issue = p.entries()[-1]
    p.enter("issue", "--supersede", str(issue["number"]), "--resolution", "another host was used", "--reason", "known now")
    actions = [a for a in p.json("action", "list")["actions"] if a["run"] == p.journal()["id"]]
    assert [(a["title"], a["owner"], a["due"]) for a in actions] == [("Correct the runbook", "dba", due)], actions
    found = p.metrics()["issues_found"]
    assert [(i["severity"], i["resolution"], i["action_item"]) for i in found] == \
        [("medium", "another host was used", "Correct the runbook")], found


def late_and_corrected_entries_keep_both(p):
    began = at(p.steps()["told"]["started"])
    time.sleep(2)
    when = datetime.datetime.fromtimestamp(began + 1, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "needs a reason" in p.enter("tick", "told", "--at", when, code=2)
    assert "is before" in p.enter("tick", "told", "--at", "2020-01-01T00:00:00Z", "--reason", "x", code=2)
    assert "future" in p.enter("tick", "told", "--at", "2099-01-01T00:00:00Z", "--reason", "x", code=2)
    p.enter("tick", "told", "--at", when, "--reason", "the laptop was locked", "--as", "Bob")
    late = p.entries()[-1]
    assert late["late"] and at(late["at"]) == began + 1 < at(late["recorded"]) and late["reason"], late
    p.enter("tick", "told", "--supersede", str(late["number"]), "--note", "by phone", "--reason", "it was by phone")
    first, second = p.entries()[-2:]
    assert first == late | {"superseded_by": second["number"]}, (first, late)
    assert second["supersedes"] == late["number"] and second["text"] == "by phone" and second["at"] == late["at"], second


def a_second_drill_is_refused(p):
    other = p.begin(SMALL, "--auto", *LOST, name="other").end(6)
    assert f"drill {p.journal()['id']}, pid " in other.err, other.err
    assert len(p.json("drill", "list")["drills"]) == 1


def servers_of(drill):
    """The processes of the servers in its sandbox, by what they are."""
    found = {}
    for pid in drill.descendants():
        try:
            found.setdefault(Path(f"/proc/{pid}/comm").read_text().strip(), []).append(pid)
        except OSError:
            continue
    return {name: found.get(name, []) for name in ("postgres", "redis-server", "beam.smp")}


def stop_the_database(drill):
    """From now on its restore can come to no end."""
    primary = until(lambda: primary_of(drill), "the server that is restored into is up")
    stopped = set()
    while more := set(servers_of(drill)["postgres"]) - stopped:
        for pid in more | {primary}:
            try:
                os.kill(pid, signal.SIGSTOP)
            except ProcessLookupError:
                continue
        stopped |= more


def it_is_killed_in_the_middle_of_a_restore(p, drill):
    stop_the_database(drill)
    p.ended("pause", "hook")
    until(lambda: all(servers_of(drill).values()), "three servers are in its sandbox")
    stop_between_writes(drill.process, p.directory / "state/history.db")
    processes = drill.descendants()
    assert p.steps()["postgresql"]["verdict"] is None, p.steps()
    entries, t0 = p.entries(), [n["text"] for n in p.journal()["notes"] if n["name"] == "T0"]
    drill.kill()
    drill.end(-9)
    p.nothing_left(processes)
    assert p.entries() == entries, "an entry is lost"
    assert p.json("drill", "list")["drills"][0]["state"] == "interrupted"
    assert "is gone" in p.enter("hold", "--reason", "x", code=2)
    p.enter("note", "the machine went down", "--as", "Ann")
    return entries, t0


def it_is_taken_up_again(p, entries, t0):
    before = p.journal()
    drill = p.carry("resume", "--reason", "it is up again")
    p.begun("clear")
    journal = p.journal()
    assert [n["text"] for n in journal["notes"] if n["name"] == "T0"] == t0, "T0 has moved"
    times = {i: [s["id"] for s in journal["steps"]].count(i) for i in ("go", "present", "told", "hook", "pause", "empty", "postgresql")}
    assert times == {"go": 1, "present": 1, "told": 1, "hook": 1, "pause": 1, "empty": 2, "postgresql": 2}, times
    assert journal["id"] == before["id"] and journal["started"] == before["started"]
    assert p.entries()[:len(entries)] == entries
    deviations = [d for d in p.metrics()["deviations"] if "the process that carried the drill was gone" in d]
    assert len(deviations) == 1, p.metrics()["deviations"]
    return drill


def it_goes_to_its_end(p, drill):
    assert "waiting for people: clear" in p.enter("tick", "lessons", code=2)
    p.enter("tick", "clear", "--as", "Ann")
    p.soon("tick", "lessons", "--as", "Bob")
    drill.end(0)
    metrics = p.metrics()
    assert metrics["verdict"] == "pass" and metrics["state"] == "over", (metrics["summary"], metrics["criteria"])
    assert criteria(metrics)["recovery-time"] == criteria(metrics)["integrity"] == "pass", metrics["criteria"]
    hook = [n["text"] for n in p.journal()["notes"] if n["name"] == "output hook"]
    assert hook == [f"{metrics['run']} hook {metrics['platform']}\n"], hook
    # held and dead, the clock ran on
    held = metrics["measurements"]["held_minutes"]
    assert metrics["measurements"]["total_rto_minutes"] > held > 0, metrics["measurements"]
    assert "no drill is under way" in p.enter("note", "x", code=8)
    p.enter("note", "we went home", "--drill", "latest")


def it_is_reviewed_and_published(p):
    p.enter("review", "--went-well", "the hold", "--improvement", "the runbook", "--lesson", "phones work")
    p.enter("tick", "meeting", "--drill", "latest", "--as", "Ann")
    p.enter("publish", "--to", "the auditors", "--to", "the board", "--as", "Ann")
    p.enter("tick", "handed-out", "--drill", "latest")
    review = p.json("drill", "review")
    assert [s["ticked"] for s in review["steps"]] == [True, True] and len(review["actions"]) == 1, review
    kinds = [e["kind"] for e in p.entries()]
    assert kinds[-6:] == ["went-well", "improvement", "lesson", "tick", "publish", "publish"][-6:] or \
        {"went-well", "improvement", "lesson", "publish"} <= set(kinds), kinds
    saved = (p.directory / "state/reports" / f"{review['drill']}.txt").read_text()
    for said in ("we went home", "the laptop was locked", "phones work", "Correct the runbook"):
        assert said in saved, f"the report does not tell: {said}"


def people_make_a_drill_together(p):
    drill = p.begin(PEOPLE)
    everybody_ticks_the_same_at_once(p)
    notes_come_from_all_sides(p)
    a_hold_lets_no_step_begin(p)
    an_issue_leads_to_an_action(p)
    a_second_drill_is_refused(p)
    late_and_corrected_entries_keep_both(p)
    entries, t0 = it_is_killed_in_the_middle_of_a_restore(p, drill)
    drill = it_is_taken_up_again(p, entries, t0)
    it_goes_to_its_end(p, drill)
    it_is_reviewed_and_published(p)


def milestones(p):
    return [c["verdict"] for c in p.journal()["checks"] if c["name"] == "milestone"]


def a_held_drill_that_was_killed_goes_on_at_one_word(p):
    """The hold ends, a wait goes on where it was, and what is reached again is judged once."""
    flag = p.place / "flag"
    drill = p.begin(TAKEN_UP.replace("FLAG", str(flag)))
    p.soon("tick", "go")
    p.begun("pause")
    p.ended("flaky", "behind")
    until(lambda: milestones(p), "its phase is judged")
    p.enter("hold", "--reason", "a real incident", "--as", "Ann")
    drill.kill()
    drill.end(-9)
    assert milestones(p) == ["fail"]
    began = at(p.steps()["pause"]["started"])
    flag.write_text("")
    until(lambda: time.time() > began + 20, "most of the wait is over")
    drill = p.carry("resume", "--reason", "it is over", "--as", "Bob")
    p.begun("seen")
    entry = p.entries()[-1]
    assert (entry["kind"], entry["text"], entry["author"]) == ("resume", "it is over", "Bob"), entry
    deviations = p.metrics()["deviations"]
    assert any("the process that carried the drill was gone" in d for d in deviations), deviations
    waits = [s for s in p.journal()["steps"] if s["id"] == "pause"]
    assert len(waits) == 2 and waits[1]["duration"] < 30, ("the wait began anew", waits)
    assert at(waits[1]["started"]) + waits[1]["duration"] + 1 >= began + 30, ("it did not wait to the end", waits)
    p.ended("behind")
    p.enter("tick", "seen", "--as", "Çem")
    drill.end(None)
    assert milestones(p) == ["pass"], p.journal()["checks"]
    assert criteria(p.metrics())["milestones"] == "pass", p.metrics()["criteria"]


def who_stands_in_is_told_once(p):
    plan = HEAD + BEFORE + """  back:
    steps:
      first: {role: dba, after: [go]}
      second: {role: dba}
      judged: {kind: automatic, does: judge}
""" + AFTER
    drill = p.begin(plan, "--scenario=person-absent")
    p.soon("tick", "go")
    p.begun("first")
    p.enter("join", "dba", "--as", "Çem")
    p.enter("tick", "first", "--as", "Çem")
    p.begun("second")
    drill.kill()
    drill.end(-9)
    drill = p.carry("resume")
    p.soon("tick", "second", "--as", "Çem")
    drill.end(None)
    told = [d for d in p.metrics()["deviations"] if "was absent" in d]
    assert len(told) == 1, told


def what_was_judged_is_not_tried_again(p):
    """A recovery that was over is not over later because a machine was started anew."""
    drill = p.begin(SMALL + "      lessons: {role: scribe}\n", *LOST)
    p.soon("tick", "go")
    p.ended("removed", "told")
    before = p.metrics()["measurements"]
    assert before["rto_status"] == "MET", before
    drill.kill()
    drill.end(-9)
    time.sleep(2)
    drill = p.carry("resume")
    p.soon("tick", "lessons")
    drill.end(0)
    metrics, steps = p.metrics(), [s["id"] for s in p.journal()["steps"] if s["id"] != "lessons"]
    assert metrics["measurements"] == before and metrics["verdict"] == "pass", (before, metrics["measurements"])
    assert len(steps) == len(set(steps)), f"a step was done twice: {steps}"
    assert [d for d in metrics["deviations"] if "went on behind the recovery" in d], metrics["deviations"]


def a_drill_that_waits_keeps_nobody_from_the_backups(p):
    drill = p.begin(SMALL, *LOST)
    p.begun("go")
    p.call("backup")
    p.call("verify")
    assert p.journal()["id"] in p.call("status"), "it is under way all the same"
    p.soon("tick", "go")
    drill.end(0)


def a_dead_drill_is_closed_as_an_error(p):
    drill = p.begin(SMALL, *LOST)
    p.begun("go")
    drill.kill()
    drill.end(-9)
    p.nothing_left()
    p.enter("close", "--reason", "nobody goes on")
    journal = p.journal()
    assert journal["verdict"] == "error" and "interrupted" in {c["name"] for c in journal["checks"]}, journal["checks"]
    assert p.metrics()["state"] in ("over", "interrupted"), p.metrics()["state"]
    assert "no drill is under way" in p.enter("resume", code=8)
    p.drill(SMALL, *LOST)


def ended(p, drill):
    """What became of that drill, of those that the history lists."""
    return [(d["state"], bool(d["finished"])) for d in p.drills() if d["drill"] == drill]


def kill_one(p, *words):
    """A drill that nobody carries any more; its id."""
    drill = p.begin(SMALL.replace("      judged:", "      slow: {kind: command, command: [sleep, '600']}\n      judged:"), *words, *LOST)
    p.begun("slow" if "--auto" in words else "go")
    drill.kill()
    drill.end(-9)
    p.nothing_left()
    return p.journal()["id"]


def a_new_drill_waits_for_what_becomes_of_a_dead_one(p):
    dead = kill_one(p)
    for words in ((), ("--auto",)):
        other = p.carry("start", p.plan(SMALL), *LOST, *words).end(6)
        for said in (dead, "muster drill resume", "muster drill close"):
            assert said in other.err, (said, other.err)
    assert len([d for d in p.drills() if not d["finished"]]) == 1, p.drills()
    p.enter("close", "--reason", "nobody goes on")
    p.drill(SMALL, *LOST)


def an_automatic_drill_is_not_kept_from_beginning_for_ever(p):
    dead = kill_one(p, "--auto")
    assert dead in p.carry("start", p.plan(SMALL), *LOST).end(6).err, "people are asked first"
    new = p.carry("start", p.plan(SMALL), "--auto", *LOST).end(0)
    assert f"drill {dead}, whose process is gone, was ended" in new.err, new.err
    assert ended(p, dead) == [("interrupted", True)], p.drills()
    # one of people's that began more than a day ago, and in which somebody has written since
    dead = kill_one(p)
    with closing(sqlite3.connect(p.directory / "state/history.db")) as db, db:
        db.execute("DROP TRIGGER event_no_update")
        db.execute("UPDATE event SET at = at - 90000000000000 WHERE run = ? AND type = 'run-started'", (dead,))
    new = p.carry("start", p.plan(SMALL), "--auto", *LOST).end(0)
    assert f"drill {dead}, whose process is gone, was ended" in new.err, new.err
    assert ended(p, dead) == [("interrupted", True)], p.drills()


def an_abort_stops_what_runs(p):
    drill = p.begin(PEOPLE)
    for step in ("present", "channels", "go", "told"):
        p.soon("tick", step)
    p.begun("postgresql")
    processes = drill.descendants()
    p.enter("abort", "--reason", "the network is needed", "--as", "Ann")
    drill.end(None)
    assert drill.process.returncode not in (0, 2), drill.process.returncode
    p.nothing_left(processes)
    metrics = p.metrics()
    assert metrics["aborted"] and metrics["verdict"] in ("fail", "error"), metrics["summary"]
    assert criteria(metrics)["recovery-time"] in ("fail", "error"), metrics["criteria"]
    assert (p.directory / "state/reports" / f"{metrics['run']}.txt").stat().st_size
    assert "removed" not in p.steps() or p.steps()["removed"]["verdict"], p.steps()
    assert re.search("the network is needed", drill.out + drill.err), drill.out


# What of the configuration a step waits for, longer than a test may take.
WAITS = {
    "deploy": ("  web: {engine: service, deploy: {command: [sleep, '3000'], health: {log: never}, within: 20m}}\n", ""),
    "smoke": ("", "  smoke: {slow: {command: [sleep, '3000'], within: 20m}}\n"),
    "workflows": ("", "  workflows: {silence: {http: [{url: 'http://127.0.0.1:8080/', within: 20m}]}}\n"),
    "monitoring": ("", "  test_alert: [on-call]\n  alert_arrived: [sleep, '3000']\n  alert_within: 20m\n"),
}


def an_abort_ends_whatever_is_waited_for(p):
    """A service that does not get well, trials, a test alert: each would take longer than a test may."""
    for step in WAITS:
        p.configure(of_cache(*WAITS[step]))
        drill = p.begin(WAITING, "--auto")
        p.begun(step)
        processes = drill.descendants()
        p.enter("abort", "--reason", "it takes too long", "--as", "Ann")
        drill.end(1)  # the report says that it failed
        p.nothing_left(processes)
        journal = p.journal()
        said = [c["message"] for c in journal["checks"] if c["name"] == "interrupted"]
        assert said == ["aborted by Ann: it takes too long"], (step, said)
        assert "judged" not in p.steps() and p.metrics()["aborted"], (step, set(p.steps()))


def deaths(p):
    return [c["message"] for c in p.journal()["checks"] if (c["name"], c.get("component"), c["verdict"]) == ("health", "web", "fail")]


# It ends when somebody tells it to, from inside.
MORTAL = "  web: {engine: service, deploy: {command: [sh, -c, 'echo up; while ! [ -e end ]; do sleep 0.1; done; echo gone; exit 4'], " \
    "health: {log: up}}}\n"
SERVED = """  back:
    steps:
      fetched: {kind: automatic, does: fetch, after: [go], on_failure: stop}
      redis: {kind: automatic, does: restore, engine: redis, on_failure: stop}
      deploy: {kind: automatic, does: deploy}
      health: {kind: automatic, does: health}
"""


def a_service_that_dies_before_the_validation_is_named_soon_and_leaves_no_recovery(p):
    """While a person is waited for, who then knows; also where the plan asks for no health."""
    p.configure(of_cache(MORTAL, "  smoke: {the-end: {command: [touch, end]}}\n"))
    for served in (SERVED, SERVED.replace("      health: {kind: automatic, does: health}\n", "")):
        drill = p.begin(HEAD + BEFORE + served + "      smoke: {kind: automatic, does: smoke}\n      seen: {role: boss}\n"
                        "      judged: {kind: automatic, does: judge}\n" + AFTER)
        p.soon("tick", "go")
        p.begun("seen")
        said = until(lambda: deaths(p), "its end is told of")
        assert len(said) == 1 and "web ended after" in said[0] and "exited with code 4; up; gone" in said[0], said
        steps = p.steps()
        assert steps["seen"]["verdict"] is None and steps["deploy"]["verdict"] == "pass", steps
        p.enter("tick", "seen")
        drill.end(1)
        assert deaths(p) == said, "it is told once"
        metrics = p.metrics()
        assert missed(metrics) == {"operational", "recovery-time"}, metrics["criteria"]
        assert metrics["measurements"]["total_rto_minutes"] is None and "web ended after" in metrics["summary"], metrics["summary"]
        told = [c["message"] for c in p.journal()["checks"] if c["name"] == "recovery-time"]
        assert len(told) == 1 and "not shown to be recovered: web ended after" in told[0], told


def a_service_that_dies_after_the_validation_leaves_the_recovery_as_it_was(p):
    p.configure(of_cache(MORTAL, "  monitoring: {the-end: {command: [touch, end]}}\n"))
    drill = p.begin(HEAD + BEFORE + SERVED + "      judged: {kind: automatic, does: judge}\n"
                    "      metrics: {kind: automatic, does: monitor}\n      seen: {role: boss}\n" + AFTER)
    p.soon("tick", "go")
    until(lambda: deaths(p), "its end is told of")
    p.soon("tick", "seen")
    drill.end(1)
    assert missed(p.metrics()) == {"operational"}, p.metrics()["criteria"]
    assert p.metrics()["measurements"]["rto_status"] == "MET"


def a_platform_that_a_service_had_left_is_not_validated_by_a_later_word(p):
    """The plan's `validated` is a person's, in a phase of its own; judged later, by another process."""
    p.configure(of_cache(MORTAL, "  smoke: {the-end: {command: [touch, end]}}\n"))
    drill = p.begin(HEAD.replace("validated: judged", "validated: seen") + BEFORE + SERVED +
                    "      smoke: {kind: automatic, does: smoke}\n"
                    "  shown:\n    milestone: 2h\n    steps:\n      seen: {role: boss}\n"
                    "  final:\n    steps:\n      later: {role: boss}\n      judged: {kind: automatic, does: judge}\n" + AFTER)
    p.soon("tick", "go")
    p.begun("seen")
    until(lambda: deaths(p), "its end is told of")
    p.enter("tick", "seen")
    p.begun("later")
    said = [c["message"] for c in p.journal()["checks"] if c["name"] == "milestone"]
    assert len(said) == 1 and "not met, since web ended after" in said[0], said
    drill.kill()
    drill.end(-9)
    drill = p.carry("resume")
    p.soon("tick", "later")
    drill.end(1)
    metrics = p.metrics()
    shown = next(f for f in metrics["phases"] if f["id"] == "shown")
    assert shown["milestone_status"] == "MISSED" and "web ended after" in shown["not_met_for"], shown
    told = [c["message"] for c in p.journal()["checks"] if c["name"] == "recovery-time"]
    assert len(told) == 1 and "not shown to be recovered: web ended after" in told[0], told


def what_only_people_still_have_to_do_is_closed(p):
    plan = HEAD + BEFORE + REDIS + AFTER.replace("does: remove", "does: remove, after: [judged]") + \
        "  late:\n    steps:\n      seen: {role: scribe, after: [told]}\n      clear: {kind: gate, role: boss}\n"
    drill = p.begin(plan, *LOST)
    p.begun("go")
    assert "steps that are not people's remain" in p.enter("close", code=2)
    p.enter("tick", "go")
    p.begun("seen")
    p.enter("close", "--reason", "everybody has gone home", "--as", "Ann")
    drill.end(0)
    metrics, steps = p.metrics(), p.steps()
    assert metrics["state"] == "over" and metrics["verdict"] == "pass", (metrics["summary"], metrics["criteria"])
    assert steps["seen"]["verdict"] == steps["clear"]["verdict"] == "skipped", steps
    assert {n["text"] for n in p.journal()["notes"] if n["name"] in ("skipped seen", "skipped clear")} == {"closed by Ann"}


TESTS = [people_make_a_drill_together, what_was_judged_is_not_tried_again,
         a_drill_that_waits_keeps_nobody_from_the_backups, a_held_drill_that_was_killed_goes_on_at_one_word, who_stands_in_is_told_once,
         a_dead_drill_is_closed_as_an_error,
         a_new_drill_waits_for_what_becomes_of_a_dead_one, an_automatic_drill_is_not_kept_from_beginning_for_ever,
         an_abort_stops_what_runs,
         an_abort_ends_whatever_is_waited_for, a_service_that_dies_before_the_validation_is_named_soon_and_leaves_no_recovery,
         a_service_that_dies_after_the_validation_leaves_the_recovery_as_it_was,
         a_platform_that_a_service_had_left_is_not_validated_by_a_later_word,
         what_only_people_still_have_to_do_is_closed]


def main():
    with Platform(sys.argv[1], size="20MB") as p:
        return run_tests(TESTS, p, sys.argv[2] if len(sys.argv) > 2 else "")


sys.exit(main())
