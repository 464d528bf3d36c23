#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The metrics of made-up drills, held against their JSON schema.

usage: test_drill_metrics.py FIXTURE SOURCE   (prints one line per test, exits 1 when any failed)
"""
import json
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import jsonschema

FIXTURE, SOURCE = sys.argv[1:3]
SCHEMA = json.loads(Path(SOURCE, "docs/schemas/drill-metrics.v1.json").read_text())
RUNS = ["20261105T094500Z-d0d0", "20261203T094500Z-d1d1", "20261204T094500Z-d2d2",
        "20261204T094500Z-d3d3", "20261206T094500Z-d4d4"]
MISSED, WHOLE, NOT_BEGUN, CUT_SHORT, HOSTILE = RUNS


def each_of_them_is_as_the_schema_says(drills):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for run, drill in drills.items():
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}"
                  for e in validator.iter_errors(drill)]
        assert not errors, (run, errors)


def the_schema_lets_nothing_pass_that_is_not_told(drills):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for key in drills[WHOLE]:
        assert not validator.is_valid({k: v for k, v in drills[WHOLE].items() if k != key}), key
    assert not validator.is_valid({**drills[WHOLE], "more": 1})


def what_was_measured_is_told(drills):
    drill = drills[WHOLE]
    assert drill["drill_date"] == "2026-12-03"
    assert drill["participants"] == ["Ann Smith", "Bob <bob@example.com>", "Eve"]
    assert drill["timeline"] == {
        "drill_start": "2026-12-03T10:05:00Z",
        "postgres_recovery_complete": "2026-12-03T11:20:00Z",
        "redis_recovery_complete": "2026-12-03T10:31:00Z",
        "rabbitmq_recovery_complete": "2026-12-03T10:43:00Z",
        "services_online": "2026-12-03T11:33:00Z",
        "validation_complete": "2026-12-03T12:05:00Z",
        "drill_end": "2026-12-03T12:11:00Z"}, drill["timeline"]
    assert drill["measurements"] == {
        "postgres_restore_minutes": 65, "redis_restore_minutes": 20,
        "rabbitmq_restore_minutes": 30, "total_rto_minutes": 120, "rto_target_minutes": 120,
        "rto_status": "MET", "data_loss_minutes": 245, "rpo_target_minutes": 360,
        "rpo_status": "MET", "recovery_point": "2026-12-03T06:00:00Z",
        "recovery_point_skew_seconds": 10, "held_minutes": 0}, drill["measurements"]
    assert drill["issues_found"] == [{
        "severity": "medium", "description": "restore of the indexes was slow",
        "resolution": "waited", "action_item": "Restore with more jobs", "action_number": 1,
        "step": "restore-postgresql", "author": "ann", "at": "2026-12-03T11:05:00Z"}]
    assert drill["improvements"] == ["restore with more jobs"]
    assert drill["lessons_learned"] == ["indexes take most of the time"]
    assert drill["next_drill"] == "2027-01-07"
    assert drill["verdict"] == "fail"
    assert {c["name"]: c["verdict"] for c in drill["criteria"]} == {
        "recovery-time": "pass", "recovery-point": "pass", "operational": "pass",
        "integrity": "pass", "workflows": "pass", "monitoring": "pass", "replication": "pass",
        "objectives": "fail", "milestones": "fail", "report": "pass"}


def an_objective_that_is_missed_is_told(drills):
    measured = drills[MISSED]["measurements"]
    assert measured["total_rto_minutes"] == 138 and measured["rto_status"] == "MISSED", measured


def what_was_not_measured_is_null(drills):
    measured = drills[NOT_BEGUN]["measurements"]
    assert measured["total_rto_minutes"] is None and measured["rto_status"] == "NOT MEASURED"
    assert measured["data_loss_minutes"] is None
    assert drills[NOT_BEGUN]["timeline"]["drill_start"] is None
    measured = drills[CUT_SHORT]["measurements"]
    assert measured["postgres_restore_minutes"] is None, measured
    assert measured["redis_restore_minutes"] == 20, measured
    assert measured["held_minutes"] == 10, measured
    assert drills[CUT_SHORT]["state"] == "interrupted"
    # the smoke test failed: nothing was recovered
    assert drills[HOSTILE]["measurements"]["total_rto_minutes"] is None
    assert drills[HOSTILE]["timeline"]["validation_complete"] is None


def names_of_others_are_told_as_they_are(drills):
    assert "</td><script>alert('x')</script>|`*_\x1b[31m\\xff\n&amp;" in \
        drills[HOSTILE]["participants"]


TESTS = [each_of_them_is_as_the_schema_says, the_schema_lets_nothing_pass_that_is_not_told,
         what_was_measured_is_told, an_objective_that_is_missed_is_told,
         what_was_not_measured_is_null, names_of_others_are_told_as_they_are]


def main():
    failed = 0
    with tempfile.TemporaryDirectory(prefix="muster-drill-") as directory:
        subprocess.run([FIXTURE, directory], check=True)
        drills = {run: json.loads(subprocess.run([FIXTURE, directory, run, "metrics"], check=True,
                                                 stdout=subprocess.PIPE).stdout) for run in RUNS}
    for test in TESTS:
        try:
            test(drills)
            print(f"ok   {test.__name__}", flush=True)
        except Exception:  # the others are of interest as well
            failed += 1
            print(f"FAIL {test.__name__}", flush=True)
            traceback.print_exc()
    return 1 if failed else 0


sys.exit(main())
