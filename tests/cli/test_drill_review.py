#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What people make of drills when they are over: the list, the review.

usage: test_drill_review.py MUSTER LIVE_DRILL
"""
import re
import sys
import time
from datetime import datetime, timezone

from drill import CONFIG, Place, plan_of, run_tests, test

MUSTER, FIXTURE = sys.argv[1:3]
PLAN = plan_of("A small one", """\
      go: {kind: gate, role: boss}
      seen: {role: boss}
  review:
    title: The day after
    after_end: true
    steps:
      meeting: {role: boss, title: All of it is talked about}
      actions: {role: boss, title: Somebody sees to it}
""")


def place():
    return Place(MUSTER, FIXTURE)


def hold_drill(p, name, verdict="pass"):
    """From go to its end; 40 minutes of recovery."""
    d = p.drill(name, 3600, PLAN)
    now = datetime.now(timezone.utc)  # of both times: their difference is told to the second
    d.tell("note scenario=whole-platform", "note mode=people", "note objective.rto=7200", "begin go 3590")
    went = p.json("drill", "tick", "go", "--at", p.ago(3000, now), "--reason", "late", "--drill", name)
    d.tell("end go pass 590", f"note T0={went['at']}", "begin seen 3000")
    p.json("drill", "tick", "seen", "--at", p.ago(600, now), "--reason", "late", "--drill", name)
    d.tell("end seen pass 2400", f"finish {verdict}")
    return d


@test
def drills_are_listed_the_newest_first():
    with place() as p:
        assert p.call("drill", "list") == "no drills yet\n"
        assert p.json("drill", "list") == {"schema": "muster.drill-list/v1", "drills": []}
        hold_drill(p, "20261105T100000Z-0001")
        p.drill("20261203T100000Z-0002", 60, PLAN)
        new, old = p.json("drill", "list")["drills"]
        assert (new["drill"], new["state"], new["finished"]) == ("20261203T100000Z-0002", "preparing", None), new
        assert (new["recovery_time"], new["recovery_time_objective"], new["scenario"]) == (None, None, None), new
        assert (old["drill"], old["state"], old["verdict"]) == ("20261105T100000Z-0001", "over", "pass"), old
        assert (old["scenario"], old["mode"], old["plan"]) == ("whole-platform", "people", "monthly"), old
        assert abs(old["recovery_time"] - 2400) < 60 and old["recovery_time_objective"] == 7200, old
        lines = p.call("drill", "list").splitlines()
        assert len(lines) == 3 and lines[1].endswith("in preparation") and lines[2].endswith("pass"), lines
        assert "40m" in lines[2] and "2h" in lines[2] and "whole-platform" in lines[2], lines
        assert len(p.json("drill", "list", "-n", "1")["drills"]) == 1


@test
def a_drill_without_a_plan_is_listed_all_the_same():
    with place() as p:
        (p.path / "empty").write_text("phases: [")
        d = p.fixture_drill("20261203T100000Z-0001")
        d.tell(f"start {d.name} 60 {p.path / 'empty'}")
        row = p.json("drill", "list")["drills"][0]
        assert row["drill"] == d.name and row["plan"] is row["state"] is None, row
        assert d.name in p.call("drill", "list")
        assert "cannot be read" in p.call("drill", "note", "x", code=4)


@test
def monitoring_is_told_of_the_last_drill_that_is_over_and_of_what_is_left_to_be_done():
    with place() as p:
        hold_drill(p, "20261105T100000Z-0001", "warn")
        p.drill("20261203T100000Z-0002", 60, PLAN)  # under way: there is nothing to tell of it yet
        p.call("action", "add", "later", "--owner", "dba", "--due", "2199-01-01")
        samples = dict(line.rsplit(" ", 1) for line in p.call("metrics").splitlines() if not line.startswith("#"))
        told = {name: float(samples[f"muster_{name}"]) for name in (
            'drill_last_status{platform="shop"}', 'drill_duration_seconds{platform="shop"}',
            'recovery_time_seconds{platform="shop",component="platform",kind="drill"}',
            'actions_open{platform="shop",overdue="false"}', 'actions_open{platform="shop",overdue="true"}')}
        assert list(told.values())[0] == 2 and abs(list(told.values())[1] - 3600) < 60, told
        assert abs(list(told.values())[2] - 2400) < 60, told
        assert list(told.values())[3:] == [1, 0], told
        # what drills take for granted is no limit for restore tests, on which the same rules alert
        assert not [n for n in samples if "objective" in n and 'component="platform"' in n], samples
        began = float(samples['muster_drill_last_timestamp_seconds{platform="shop"}'])
        assert abs(time.time() - 3000 - began) < 60, began
        assert samples['muster_run_in_progress{platform="shop",kind="drill"}'] == "1", samples
        assert not [name for name in samples if "20261" in name], "no run ids"


@test
def the_status_names_the_last_drill_the_next_one_and_what_is_overdue():
    config = CONFIG + 'schedules: {monthly: {run: drill, when: "Thu *-*-1..7 10:00"}}\n'
    with Place(MUSTER, FIXTURE, config) as p:
        empty = p.json("status", code=1)
        assert empty["last_drill"] is None and empty["next_drill"] and empty["actions_open"] == 0, empty
        hold_drill(p, "20261105T100000Z-0001", "warn")
        p.call("action", "add", "Buy disks", "--owner", "ops", "--due", "2199-01-01")
        d = p.fixture_drill("old")
        d.tell("action 2020-01-02 Call mother")
        s = p.json("status", code=1)
        last = s["last_drill"]
        assert (last["run"], last["verdict"], last["recovery_time_objective"]) == ("20261105T100000Z-0001", "warn", 7200), s
        assert abs(last["recovery_time"] - 2400) < 60 and s["actions_open"] == 2, s
        assert [(a["number"], a["title"], a["due"]) for a in s["actions_overdue"]] == [(2, "Call mother", "2020-01-02")], s
        process = p.start("status")
        out = process.communicate(timeout=60)[0]
        # the fixture's steps are staged one after the other, so that some seconds may lie between them
        assert re.search(r"warn, recovered in 40m(\d+s)? \(objective 2h\); 20261105T100000Z-0001\n", out), out
        for line in ("Next drill: Thursday ", "Action items: 2 open, 1 overdue:\n    2  due 2020-01-02  ops: Call mother\n"):
            assert line in out, (line, out)
        assert "Buy disks" not in out, "what is not overdue is counted only"


@test
def a_review_is_of_a_drill_that_is_over():
    with place() as p:
        p.call("drill", "review", code=8)
        d = p.drill(plan=PLAN)
        assert "is not over" in p.call("drill", "review", code=2)
        assert "is not over" in p.call("drill", "review", "--lesson", "x", code=2)
        d.tell("finish fail")
        r = p.json("drill", "review")
        assert (r["schema"], r["drill"]) == ("muster.drill-review/v1", d.name), r
        assert [(s["id"], s["ticked"], s["by"]) for s in r["steps"]] == [("meeting", False, None),
                                                                         ("actions", False, None)], r
        assert r["went_well"] == r["improvements"] == r["lessons"] == r["issues"] == r["actions"] == [], r
        out = p.call("drill", "review")
        assert "[ ] meeting  All of it is talked about" in out and f"muster drill tick meeting --drill {d.name}" in out, out


@test
def what_a_review_comes_to_is_shown():
    with place() as p:
        d = hold_drill(p, "20261203T100000Z-0001")
        p.call("drill", "tick", "meeting", "--drill", "latest", "--as", "ann")
        p.call("drill", "issue", "slow", "--severity", "high", "--drill", "latest", "--action", "Look into it",
               "--owner", "dba", "--due", "2199-01-01")
        p.call("action", "add", "of no drill", "--owner", "dba", "--due", "2199-01-01")
        out = p.call("drill", "review", "--went-well", "one", "--went-well", "two", "--improvement", "three",
                     "--lesson", "four", "--as", "bob")
        for line in ("[x] meeting  All of it is talked about: ann, ", "[ ] actions  Somebody sees to it\n",
                     "What went well\n", "one (bob)\n", "two (bob)\n", "What can be done better\n", "three (bob)\n",
                     "What was learned\n", "four (bob)\n", "high: slow; action item 1 (", "Look into it (dba), due 2199"):
            assert line in out, (line, out)
        assert "of no drill" not in out, out
        r = p.json("drill", "review", d.name)
        assert [e["text"] for e in r["went_well"]] == ["one", "two"] and r["lessons"][0]["author"] == "bob", r
        assert (r["steps"][0]["ticked"], r["steps"][0]["by"]) == (True, "ann"), r
        assert [a["title"] for a in r["actions"]] == ["Look into it"] and r["issues"][0]["severity"] == "high", r


@test
def texts_of_a_review_are_added_together_or_not_at_all():
    with place() as p:
        hold_drill(p, "20261203T100000Z-0001")
        before = len(p.entries())
        for wrong in ("", " ", "x" * 4001):
            p.call("drill", "review", "--went-well", "fine", "--lesson", wrong, code=2)
        assert len(p.entries()) == before
        p.call("drill", "review", "--lesson", "fourr")
        number = p.entries()[-1]["number"]
        again = ["--supersede", str(number)]
        assert "of one text" in p.call("drill", "review", "--lesson", "a", "--lesson", "b", *again, code=2)
        assert "of one text" in p.call("drill", "review", *again, code=2)
        assert "needs a reason" in p.call("drill", "review", "--lesson", "four", *again, code=2)
        assert f"entry {number} is a lesson" in p.call("drill", "review", "--went-well", "x", *again, "--reason", "x",
                                                       code=2)
        p.call("drill", "review", "--lesson", "four", *again, "--reason", "mistyped")
        assert [e["text"] for e in p.json("drill", "review")["lessons"]] == ["four"]


sys.exit(run_tests())
