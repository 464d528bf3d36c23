#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A drill of the example platform that goes on by itself; and that its journal alone tells all of it.

usage: test_drill.py MUSTER [PART OF A NAME]
"""
import json
import os
import re
import sqlite3
import sys
from contextlib import closing

from drills import Platform, at, criteria, failed, run_tests

FORMATS = {"txt": "text", "json": "json", "md": "markdown", "html": "html"}
RESTORES = ("restore-postgresql", "restore-redis", "restore-rabbitmq")


def the_whole_platform_comes_back_by_itself(p):
    """The built-in plan: servers, the application's services, what is tried on them, and a test alert."""
    p.carry("start", "--auto").end(0)
    metrics, journal = p.metrics(), p.journal()
    assert metrics["verdict"] == journal["verdict"] == "pass" and metrics["state"] == "over", (metrics["summary"], failed(journal))
    assert set(criteria(metrics).values()) == {"pass"} and len(metrics["criteria"]) == 10, metrics["criteria"]
    assert not failed(journal), failed(journal)
    notes = {n["name"]: n["text"] for n in journal["notes"] if not n["component"]}
    assert notes["mode"] == "automatic" and notes["skipped go"] == notes["skipped operational"] == "automatic", notes
    assert not p.entries(), "nobody was there to enter anything"
    assert {s["verdict"] for i, s in p.steps().items() if i in ("go", "participants", "operational", "all-clear")} == {"skipped"}
    assert p.drills()[0]["verdict"] == "pass" and p.drills()[0]["mode"] == "automatic"
    assert any((p.directory / "mail").iterdir()), "the test alert is no mail"


def restores_overlap(p):
    steps = p.steps()
    span = {i: (at(steps[i]["started"]), at(steps[i]["started"]) + steps[i]["duration"]) for i in RESTORES}
    # each began before any other's end, as the times of the journal, whole seconds, can tell
    for a in RESTORES:
        for b in RESTORES:
            assert span[a][0] <= span[b][1] + 1, span
    # a whole server's start apart: had they queued, the later ones had begun after it
    database, broker = span["restore-postgresql"], span["restore-rabbitmq"]
    assert broker[0] < database[1] and database[0] < broker[1], span


def the_clock_is_told_by_the_journal(p):
    metrics, journal = p.metrics(), p.journal()
    t0 = [n["text"] for n in journal["notes"] if n["name"] == "T0"]
    assert len(t0) == 1 and len(t0[0]) == len("2026-12-03T10:00:00.123456789Z"), t0
    assert abs(at(metrics["timeline"]["drill_start"]) - at(t0[0][:19] + "Z")) <= 1, (metrics["timeline"], t0)
    # recovery ends when the validation has passed, and not when the last restore has
    total = metrics["measurements"]["total_rto_minutes"] * 60
    restored = max(at(p.steps()[i]["started"]) + p.steps()[i]["duration"] for i in RESTORES)
    assert total + 1 >= restored - at(metrics["timeline"]["drill_start"]), (total, restored)
    assert at(metrics["timeline"]["validation_complete"]) + 1 >= restored, metrics["timeline"]
    assert metrics["measurements"]["rto_status"] == metrics["measurements"]["rpo_status"] == "MET", metrics["measurements"]
    restores = {c["name"]: c["restore_seconds"] for c in metrics["components"]}
    assert all(restores[n] > 0 for n in ("postgres-main", "redis-cache", "rabbitmq")), restores
    # the two clocks: a step's own duration is never longer than T+ at its end
    assert all(seconds <= total for seconds in restores.values()), (restores, total)


def reports_and_metrics_are_there(p):
    run = p.journal()["id"]
    reports = p.directory / "state/reports"
    for ending in (*FORMATS, "metrics.json"):
        assert (reports / f"{run}.{ending}").stat().st_size, ending
    saved = json.loads((reports / f"{run}.metrics.json").read_text())
    assert saved["schema"] == "muster.drill-metrics/v1" and saved["verdict"] == "pass", saved["summary"]
    assert json.loads((reports / f"{run}.json").read_text())["drill"], "the report of a drill tells of it"
    # 0.167, and not the 0.16700000000000001 that a binary fraction is nearest to
    for words in (("--metrics",), ("--json",)):
        long = re.findall(r"\d+\.\d{10,}", p.call("drill", "show", *words))
        assert not long, long


def rendered(p, config, run):
    """All that is told of a drill: bytes by what they are."""
    told = {ending: p.call("drill", "show", run, f"--format={name}", config=config) for ending, name in FORMATS.items()}
    told["metrics.json"] = p.call("drill", "show", run, "--metrics", config=config)
    told["frame"] = p.call("drill", "watch", "--once", run, config=config)
    told["entries"] = p.call("drill", "entries", run, config=config)
    return told


def the_journal_alone_tells_all_of_it(p):
    """With the platform down and nothing but a copy of the history in another place."""
    run = p.journal()["id"]
    before = rendered(p, p.config, run)
    saved = {e: (p.directory / "state/reports" / f"{run}.{e}").read_text() for e in (*FORMATS, "metrics.json")}
    elsewhere = p.place / "elsewhere"
    elsewhere.mkdir()
    with closing(sqlite3.connect(p.directory / "state/history.db")) as ours, \
            closing(sqlite3.connect(elsewhere / "history.db")) as copy:
        ours.backup(copy)  # a delivery may still write
    config = p.place / "bare.yaml"
    config.write_text("version: 1\nplatform: {name: another, timezone: Asia/Tokyo}\n"
                      f"repository: {{path: {p.place}/nowhere}}\nhistory: {{state_dir: {elsewhere}}}\n"
                      "components: {pg: {engine: postgresql}}\n")
    p.down()
    assert not p.directory.exists(), "the platform, its backups and its reports are gone"
    after = rendered(p, config, run)
    for what, text in before.items():
        assert after[what] == text, f"{what} differs:\n{text[:3000]}\n---\n{after[what][:3000]}"
    for ending, text in saved.items():
        assert after[ending] == text, f"the saved {ending} is not what the journal tells:\n{text[:3000]}\n---\n{after[ending][:3000]}"
    assert sorted(os.listdir(elsewhere)) in (["history.db"], ["history.db", "history.db-journal"]), os.listdir(elsewhere)


TESTS = [the_whole_platform_comes_back_by_itself, restores_overlap, the_clock_is_told_by_the_journal,
         reports_and_metrics_are_there, the_journal_alone_tells_all_of_it]


def main():
    with Platform(sys.argv[1]) as p:
        return run_tests(TESTS, p, sys.argv[2] if len(sys.argv) > 2 else "")


sys.exit(main())
