#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in a drill makes the criterion fail that is about it, and no other.

usage: test_drill_criteria.py MUSTER [PART OF A NAME]
"""
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from drills import AFTER, BEFORE, HEAD, LOST, POSTGRESQL, REDIS, SMALL, Platform, criteria, failed, missed, primary_of, run_tests, until

LOST_DATABASE = ("--scenario=component-lost", "--lost", "postgres-main")
DATABASE = HEAD + BEFORE + POSTGRESQL + AFTER
DUMP = "backup_agent_orchestrator_*.dump.gz"
# All that a platform has, and what is tried on it in the sandbox.
TRIED = HEAD + BEFORE + """  back:
    steps:
      fetched: {kind: automatic, does: fetch, after: [go], on_failure: stop}
      postgresql: {kind: automatic, does: restore, engine: postgresql, after: [fetched], on_failure: stop}
      redis: {kind: automatic, does: restore, engine: redis, after: [fetched], on_failure: stop}
      rabbitmq: {kind: automatic, does: restore, engine: rabbitmq, after: [fetched], on_failure: stop}
      baseline: {kind: automatic, does: prove, after: [postgresql, redis, rabbitmq]}
      smoke: {kind: automatic, does: smoke, after: [postgresql, redis, rabbitmq]}
      workflows: {kind: automatic, does: workflows, after: [postgresql, redis, rabbitmq]}
      judged: {kind: automatic, does: judge, after: [baseline, smoke, workflows]}
""" + AFTER


def expect(p, metrics, short, wrong):
    """Those criteria alone are missed, for those checks alone; everything that tells a verdict tells the same."""
    journal = p.journal()
    assert missed(metrics) == short, (missed(metrics), [c for c in metrics["criteria"] if c["verdict"] != "pass"], failed(journal))
    assert {f[0] + (" " + f[2] if f[2] else "") for f in failed(journal)} == wrong, failed(journal)
    assert metrics["verdict"] == journal["verdict"] == p.drills()[0]["verdict"], (metrics["verdict"], journal["verdict"])
    assert all(c["sentence"] for c in metrics["criteria"]), metrics["criteria"]


def nothing_fails_of_itself(p):
    for plan, lost in ((SMALL, LOST), (DATABASE, LOST_DATABASE)):
        metrics = p.drill(plan, *lost)
        expect(p, metrics, set(), set())
        assert {criteria(metrics)[c] for c in ("recovery-time", "recovery-point", "integrity")} == {"pass"}, metrics


def a_missed_milestone(p):
    plan = HEAD + BEFORE + REDIS.replace("    steps:\n", "    milestone: 1s\n    steps:\n").replace(
        "      judged:", "      slow: {kind: command, command: [sleep, '2']}\n      judged:") + AFTER
    metrics = p.drill(plan, *LOST, code=1)
    expect(p, metrics, {"milestones"}, {"milestone redis"})
    assert [f["milestone_status"] for f in metrics["phases"] if f["id"] == "redis"] == ["MISSED"], metrics["phases"]
    assert metrics["measurements"]["rto_status"] == "MET", metrics["measurements"]


def a_milestone_whose_step_failed(p):
    """All of it is over long before; one step of it did not do what it is for."""
    plan = HEAD + BEFORE + REDIS.replace("    steps:\n", "    milestone: 2h\n    steps:\n").replace(
        "      judged:", "      hook: {kind: command, title: The hook, command: ['false']}\n      judged:") + AFTER
    metrics = p.drill(plan, *LOST, code=1)
    expect(p, metrics, {"milestones", "recovery-time"}, {"step hook", "milestone redis", "recovery-time"})
    phase = next(f for f in metrics["phases"] if f["id"] == "redis")
    assert (phase["milestone_status"], phase["not_met_for"]) == ("MISSED", '"The hook" failed'), phase
    said = [c["message"] for c in p.journal()["checks"] if c["name"] == "milestone"]
    assert len(said) == 1 and '"The hook" failed' in said[0], said
    report = p.call("drill", "show")
    assert '"The hook" failed' in report, report


def a_component_slower_than_its_objective(p):
    plan = SMALL.replace("does: restore,", "does: restore, objective: 1ms,")
    metrics = p.drill(plan, *LOST, code=1)
    expect(p, metrics, {"objectives"}, {"objective redis"})
    component = metrics["components"][0]
    assert component["objective_status"] == "MISSED" and component["restore_seconds"] > 0.001, component
    assert metrics["measurements"]["rto_status"] == "MET", metrics["measurements"]
    steps = p.steps()
    assert steps["keys"]["verdict"] == "pass", "what is late is there all the same"


def a_platform_slower_than_its_objective(p):
    p.configure(lambda text: text.replace("objectives: {rto: 2h, rpo: 24h}", "objectives: {rto: 1s, rpo: 24h}"))
    plan = SMALL.replace("      judged:", "      slow: {kind: command, command: [sleep, '2']}\n      judged:")
    metrics = p.drill(plan, *LOST, code=1)
    expect(p, metrics, {"recovery-time"}, {"recovery-time"})
    assert metrics["measurements"]["rto_status"] == "MISSED" and metrics["measurements"]["total_rto_minutes"] * 60 >= 2


def with_old_data(p):
    """More than the objective of a second is lost."""
    backup = max(f.stat().st_mtime for f in (p.directory / "backups").rglob("*") if f.is_file())
    until(lambda: time.time() > backup + 2, "the backup is old")
    p.configure(lambda text: text.replace("objectives: {rto: 2h, rpo: 24h}", "objectives: {rto: 2h, rpo: 1s}"))


def data_older_than_the_recovery_point_objective(p):
    with_old_data(p)
    metrics = p.drill(SMALL, *LOST, code=1)
    expect(p, metrics, {"recovery-point"}, {"recovery-point"})
    assert metrics["measurements"]["rpo_status"] == "MISSED" and metrics["measurements"]["rto_status"] == "MET"
    assert metrics["measurements"]["data_loss_minutes"] * 60 >= 1, metrics["measurements"]


def a_recovery_point_that_is_missed_is_no_milestone_missed(p):
    """Journal and report agree on it; the step that judged is not the last one of its phase here."""
    with_old_data(p)
    plan = SMALL.replace("  redis:\n    steps:", "  redis:\n    milestone: 2h\n    steps:").replace(
        "does: judge}\n", "does: judge}\n      shown: {kind: command, command: ['true'], after: [judged]}\n")
    metrics = p.drill(plan, *LOST, code=1)
    phase = next(f for f in metrics["phases"] if f["id"] == "redis")
    told = [c["verdict"] for c in p.journal()["checks"] if c["name"] == "milestone"]
    assert phase["milestone_status"] == "MET" and told == ["pass"], (phase, told)
    assert missed(metrics) == {"recovery-point"}, metrics["criteria"]


def a_program_that_fails(p):
    plan = SMALL.replace("      judged:", "      hook: {kind: command, command: [sh, -c, 'echo no disk >&2; exit 3']}\n      judged:")
    metrics = p.drill(plan, *LOST, code=1)
    expect(p, metrics, {"recovery-time"}, {"step hook", "recovery-time"})
    said = [n["text"] for n in p.journal()["notes"] if n["name"] == "output hook"]
    assert said == ["no disk\n"] and p.steps()["judged"]["verdict"] == "fail", said


def a_program_that_is_not_there(p):
    plan = SMALL.replace("      judged:", "      hook: {kind: command, command: [/nonexistent/hook]}\n      judged:")
    metrics = p.drill(plan, *LOST, code=1)
    expect(p, metrics, {"recovery-time"}, {"step hook", "recovery-time"})


def with_trials(**trials):
    def change(text):
        return re.sub(r"(?ms)^drill:\n.*?(?=^\S)", "", text) + "drill:\n" + "".join(
            f"  {kind}:\n" + "".join(f"    {name}: {{command: [{command}]}}\n" for name, command in of.items())
            for kind, of in trials.items())
    return change


def a_workflow_that_does_not_work(p):
    p.configure(with_trials(smoke={"alive": "/bin/true"}, workflows={"order": "/bin/true", "invoice": "/bin/false"}))
    metrics = p.drill(TRIED, code=1)
    expect(p, metrics, {"workflows", "recovery-time"}, {"workflow invoice", "recovery-time"})
    assert criteria(metrics)["operational"] == "pass", metrics["criteria"]


def a_smoke_test_that_fails(p):
    p.configure(with_trials(smoke={"alive": "/bin/false"}, workflows={"order": "/bin/true"}))
    metrics = p.drill(TRIED, code=1)
    expect(p, metrics, {"operational", "recovery-time"}, {"smoke alive", "recovery-time"})
    assert criteria(metrics)["workflows"] == "pass", metrics["criteria"]


def a_service_that_does_not_start(p):
    p.configure(lambda text: re.sub(r"command: \[[^]]*orchestrator-worker\]", "command: [/bin/false]", text))
    p.carry("start", "--auto").end(1)
    metrics = p.metrics()
    # the task is never done, and what was to be looked at later is not
    assert {"operational", "recovery-time"} <= missed(metrics) <= {"operational", "recovery-time", "workflows", "milestones",
                                                                   "objectives", "monitoring"}, metrics["criteria"]
    assert {criteria(metrics)[c] for c in ("integrity", "replication", "recovery-point", "report")} == {"pass"}, metrics["criteria"]
    assert ("deployed", "worker", "") in failed(p.journal()) or ("health", "worker", "") in failed(p.journal()), failed(p.journal())


def an_alert_that_does_not_arrive(p):
    plan = SMALL.replace("      judged:", "      alert: {kind: automatic, does: monitor, after: [go]}\n"
                         "      judged:").replace("does: judge}", "does: judge, after: [statistics, alert]}")
    assert "test_alert: [on-call]" in p.plain, "the example platform's configuration sends one"
    p.configure(lambda text: text)
    metrics = p.drill(plan, *LOST)
    assert criteria(metrics)["monitoring"] == "pass", metrics["criteria"]
    p.configure(lambda text: re.sub(r"sendmail: .*", "sendmail: [/bin/false]", text))
    metrics = p.drill(plan, *LOST, code=None)
    assert missed(metrics) == {"monitoring"} or missed(metrics) == {"monitoring", "recovery-time"}, metrics["criteria"]
    assert {f[0] for f in failed(p.journal())} <= {"monitoring", "recovery-time"}, failed(p.journal())


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def replication_that_is_refused(p):
    plan = DATABASE.replace("      replication:", "      seen: {role: dba, after: [postgresql]}\n      replication:").replace(
        "does: replicate, engine: postgresql, after: [postgresql]", "does: replicate, engine: postgresql, after: [seen]")
    drill = p.begin(plan, *LOST_DATABASE)
    p.begun("go")
    assert not primary_of(drill), "that a server starts is part of the recovery"
    p.enter("tick", "go")
    p.begun("seen")  # before which there is no standby
    primary = primary_of(drill)
    hba = Path(f"/proc/{primary}/cwd/pg_hba.conf")
    hba.write_text("local replication all reject\nhost replication all all reject\n" + hba.read_text())
    os.kill(primary, signal.SIGHUP)
    p.enter("tick", "seen")
    drill.end(1)
    metrics = p.metrics()
    assert criteria(metrics)["replication"] in ("fail", "error"), metrics["criteria"]
    assert missed(metrics) <= {"replication", "integrity", "recovery-time"}, metrics["criteria"]
    wrong = {f[0] for f in failed(p.journal())}
    # the server's log tells of the refusal, too
    assert {"replication", "recovery-time"} <= wrong <= {"replication", "server-log", "recovery-time"}, failed(p.journal())


def a_standby_that_falls_behind_after_it_was_proven(p):
    """It is held still while a person is waited for, and then something is written; the first look at it was good."""
    p.configure(with_trials(smoke={"write": "psql, -qd, postgres, -c, 'CREATE TABLE public.written AS SELECT 1'"}))
    drill = p.begin(TRIED.replace("      smoke: {kind: automatic, does: smoke, after: [postgresql, redis, rabbitmq]}", """\
      standby: {kind: automatic, does: replicate, engine: postgresql, after: [postgresql]}
      seen: {role: boss, after: [baseline, standby]}
      smoke: {kind: automatic, does: smoke}""").replace("workflows, after: [postgresql, redis, rabbitmq]", "workflows, after: [smoke]"))
    p.soon("tick", "go")
    p.begun("seen")
    assert p.steps()["standby"]["verdict"] == "pass", p.steps()["standby"]
    standbys = [pid for pid in drill.descendants() if command_of(pid).startswith("postgres: startup")]
    assert len(standbys) == 1, standbys
    os.kill(standbys[0], signal.SIGSTOP)  # it ends with the sandbox
    p.enter("tick", "seen")
    drill.end(1)
    metrics = p.metrics()
    assert {"replication", "recovery-time"} == missed(metrics) - {"workflows"}, metrics["criteria"]
    said = [c["message"] for c in p.journal()["checks"] if c["name"] == "replication"]
    assert len(said) == 2 and "equal" in said[0] and "it is behind" in said[1], said


def sql(p, database, *queries):
    s = p.servers["postgresql"]
    for query in queries:
        subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", s["socket"], "-p", str(s["port"]), "-U", s["user"],
                        "-d", database, "-c", query], check=True, stdout=subprocess.DEVNULL)


def dump_of_an_altered_database(p, repository):
    """As if three rows had got lost on the way into the backup."""
    sql(p, "postgres", "CREATE DATABASE altered TEMPLATE agent_orchestrator")
    sql(p, "altered", "DELETE FROM orchestrator.tool_calls WHERE id IN (SELECT id FROM orchestrator.tool_calls ORDER BY id LIMIT 3)")
    sql(p, "postgres", "ALTER DATABASE agent_orchestrator RENAME TO aside", "ALTER DATABASE altered RENAME TO agent_orchestrator")
    try:
        p.call("backup", "postgres-main", "--set", f"repository.path={repository}")
    finally:
        sql(p, "postgres", "ALTER DATABASE agent_orchestrator RENAME TO altered",
            "ALTER DATABASE aside RENAME TO agent_orchestrator", "DROP DATABASE altered")
    return next(repository.rglob(DUMP))


def a_row_that_is_missing(p):
    altered, copy = p.place / "altered", p.place / "copy"
    altered.mkdir()
    dump = dump_of_an_altered_database(p, altered)
    shutil.copytree(p.directory / "backups", copy)
    target = max(copy.rglob(DUMP))
    shutil.copy(dump, target)
    # the manifest agrees with the file, and tells of the rows that were there
    for manifest in copy.rglob("backup_*.json"):
        document = json.loads(manifest.read_text())
        for file in document["files"]:
            if file["path"].endswith(target.name):
                file["size"] = target.stat().st_size
                file["sha256"] = hashlib.sha256(target.read_bytes()).hexdigest()
        manifest.write_text(json.dumps(document))
    p.configure(lambda text: text.replace(f"path: {p.directory}/backups", f"path: {copy}"))
    metrics = p.drill(DATABASE, *LOST_DATABASE, code=1)
    assert missed(metrics) == {"integrity", "recovery-time"}, metrics["criteria"]
    wrong = [c for c in p.journal()["checks"] if c["verdict"] == "fail"]
    assert {c["name"] for c in wrong} == {"facts", "proven", "recovery-time"}, wrong
    assert any(c["name"] == "proven" and "orchestrator.tool_calls: 3 rows missing" in c["message"] for c in wrong), wrong
    sentence = [c["sentence"] for c in metrics["criteria"] if c["name"] == "integrity"]
    assert "tool_calls" in sentence[0], sentence


def what_nobody_looked_at_is_no_success(p):
    """No check fails: the plan just does not say what would be lost."""
    plan = SMALL.replace("{kind: automatic, does: judge}", "{kind: command, command: ['true']}")
    metrics = p.drill(plan, *LOST, code=4)
    assert missed(metrics) == {"recovery-point"} and metrics["verdict"] == "error", metrics["criteria"]
    assert not failed(p.journal()) and p.drills()[0]["verdict"] == "error"


def a_gate_that_is_refused(p):
    plan = HEAD + BEFORE + REDIS + "  final:\n    milestone: 2h\n    steps:\n      clear: {kind: gate, role: boss}\n" + \
        AFTER.replace("does: remove", "does: remove, after: [judged]")
    drill = p.begin(plan, *LOST)
    p.soon("tick", "go")
    p.begun("clear")
    p.enter("refuse", "clear", "--reason", "the application is slow", "--as", "Ann")
    drill.end(1)
    metrics = p.metrics()
    expect(p, metrics, {"milestones"} | missed(metrics) & {"operational"}, {"gate clear", "milestone final"})
    short = next(f for f in metrics["phases"] if f["id"] == "final")["not_met_for"]
    said = [c["message"] for c in p.journal()["checks"] if c["name"] == "milestone"]
    assert short.startswith("Ann refused ") and len(said) == 1 and f"not met, since {short};" in said[0], (short, said)
    assert "the application is slow" in [c["message"] for c in p.journal()["checks"] if c["name"] == "gate"][-1]


def a_start_that_is_refused(p):
    drill = p.begin(SMALL, *LOST)
    p.begun("go")
    p.enter("refuse", "go", "--reason", "nobody is there")
    drill.end(1)
    metrics = p.metrics()
    assert metrics["verdict"] == "fail" and metrics["timeline"]["drill_start"] is None, metrics["timeline"]
    assert failed(p.journal()) == {("gate", "", "go")}, failed(p.journal())
    assert metrics["measurements"]["total_rto_minutes"] is None and p.steps()["removed"]["verdict"] == "pass"


TESTS = [nothing_fails_of_itself, a_missed_milestone, a_milestone_whose_step_failed, a_component_slower_than_its_objective,
         a_platform_slower_than_its_objective, data_older_than_the_recovery_point_objective,
         a_recovery_point_that_is_missed_is_no_milestone_missed, a_program_that_fails,
         a_program_that_is_not_there, a_workflow_that_does_not_work, a_smoke_test_that_fails, a_service_that_does_not_start,
         an_alert_that_does_not_arrive, replication_that_is_refused, a_standby_that_falls_behind_after_it_was_proven,
         a_row_that_is_missing, what_nobody_looked_at_is_no_success, a_gate_that_is_refused, a_start_that_is_refused]


def main():
    with Platform(sys.argv[1]) as p:
        return run_tests(TESTS, p, sys.argv[2] if len(sys.argv) > 2 else "")


sys.exit(main())
