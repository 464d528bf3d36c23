#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is done to a drill that nobody should do: plans that make no sense, signals, a history that takes nothing more.

usage: test_drill_breaking.py MUSTER [PART OF A NAME]
"""
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from drills import AFTER, BEFORE, HEAD, LOST, REDIS, SMALL, Platform, criteria, failed, of_cache, run_tests, until

# Neither runs: what a person decides about a step that failed.
ASKED = HEAD + BEFORE + """  back:
    steps:
      hook: {kind: command, command: [sh, -c, "exit 1"], on_failure: ask, after: [go]}
      depends: {kind: command, command: ["true"]}
      other: {kind: command, command: ["true"], after: [go]}
      swept: {kind: command, command: ["true"], after: [depends], always: true}
      judged: {kind: automatic, does: judge, after: [swept]}
""" + AFTER


def plan_of(*steps):
    """Automatic steps one after the other, each begun whatever became of the one before."""
    text = HEAD.replace("validated: judged", f"validated: s{steps.index('judge')}") + \
        "  all:\n    steps:\n      go: {kind: gate, role: boss, after: []}\n"
    for i, step in enumerate(steps):
        work, _, engine = step.partition(" ")
        text += f"      s{i}: {{kind: automatic, does: {work}{', engine: ' + engine if engine else ''}, always: true}}\n"
    return text


REFUSED = {  # what is said of it, of which step
    ("restore redis", "seal", "judge"): ("s0", "(does: seal) need not be over by then"),
    ("fetch", "judge"): ("s0", 'put one with "does: seal" before it'),
    ("seal", "restore redis", "fetch", "judge"): ("s1", '"s2" (does: fetch) need not be over by then'),
    ("prove", "judge"): ("s0", 'put one with "does: restore" before it'),
    ("statistics redis", "judge"): ("s0", 'put one with "does: restore" before it'),
    ("seal", "fetch", "prove redis", "restore redis", "judge"): ("s2", '"s3" (does: restore) need not be over by then'),
    ("seal", "fetch", "remove", "restore redis", "prove", "judge"): ("s2", "let it wait for s3, s4"),
    ("seal", "fetch", "restore redis", "remove", "prove", "judge"): ("s3", "let it wait for s4"),
    ("seal", "seal", "judge"): ("s1", "a drill has one"),
    ("seal", "fetch", "restore redis", "remove", "seal", "judge"): ("s4", "a drill has one"),
    ("seal", "fetch", "judge", "restore redis"): ("s2", "let it wait for s3"),
}
ORDERS = {  # what is said when they are carried out, by which step
    ("seal", "deploy", "judge"): (None, None),
    ("seal", "fetch", "fetch", "restore redis", "judge"): ("s2", "has read its backup"),
    ("seal", "fetch", "restore redis", "restore redis", "judge"): ("s3", "has restored it"),
    ("remove", "judge"): (None, None),
    ("judge",): (None, None),
}


def orders_that_make_no_sense_are_refused(p):
    """By all that reads a plan to use it, and no drill is begun."""
    before = len(p.drills())
    for steps, (wrong, said) in REFUSED.items():
        path = p.plan(plan_of(*steps))
        for words in (("start", path, "--auto", *LOST), ("plan", path)):
            told = p.call("drill", *words, code=7)
            assert any(f'step "{wrong}"' in line and said in line for line in told.splitlines()), (steps, words, told)
    assert len(p.drills()) == before, "what was refused is no drill"


def orders_that_show_nothing_are_told_so(p):
    for steps, (wrong, said) in ORDERS.items():
        drill = p.begin(plan_of(*steps), "--auto", *LOST).end(None)
        assert drill.process.returncode in (1, 4), (steps, drill.process.returncode, drill.err)
        assert criteria(p.metrics())["recovery-time"] in ("fail", "error"), (steps, p.metrics()["criteria"])
        told = [c["message"] for c in p.journal()["checks"] if c["verdict"] == "error" and c.get("subject") == wrong]
        assert not wrong or any(said in t for t in told), (steps, told, failed(p.journal()))
        p.nothing_left()


def every_component_that_fails_is_told_of(p):
    """Each with its name, also when all fail in one step."""
    p.begin(plan_of("seal", "fetch", "fetch", "judge"), "--auto").end(None)
    told = [(c.get("component") or c["message"].split(":")[0], c["message"]) for c in p.journal()["checks"]
            if c["name"] == "step" and c["verdict"] == "error" and c.get("subject") == "s2"]
    assert sorted(component for component, _ in told) == ["postgres-main", "rabbitmq", "redis-cache"], told
    assert all("an earlier step has read its backup" in message for _, message in told), told


def where_nothing_was_restored_nothing_is_a_success(p):
    """Nor when there is no recovery point to be missed: definitions hold no messages."""
    for steps in (("judge",), ("seal", "fetch", "judge"), ("seal", "fetch", "judge", "remove", "report")):
        drill = p.begin(plan_of(*steps), "--auto", "--scenario=component-lost", "--lost", "rabbitmq").end(None)
        assert drill.process.returncode in (1, 4), (steps, drill.process.returncode, p.metrics()["summary"])
        assert p.metrics()["verdict"] != "pass", p.metrics()["summary"]


def a_plan_without_proofs_tells_what_would_be_lost(p):
    metrics = p.drill(plan_of("ready", "seal", "fetch", "restore redis", "judge", "remove", "report"), *LOST)
    assert criteria(metrics)["recovery-point"] == criteria(metrics)["recovery-time"] == "pass", metrics["criteria"]


def a_removal_in_the_middle_is_refused(p):
    plan = HEAD + BEFORE + REDIS.replace("fetched: {", "gone: {kind: automatic, does: remove, after: [go]}\n      fetched: {")
    drill = p.begin(plan, "--auto", *LOST).end(7)
    assert 'step "gone" removes the sandbox' in drill.err, drill.err


def plans_that_there_are_not(p):
    assert "no-such-plan" in p.call("drill", "start", "no-such-plan", code=None)
    p.call("drill", "start", "no-such-plan", code=8)
    p.call("drill", "start", "./nowhere.yaml", code=8)
    before = len(p.drills())
    for wrong, said in ((SMALL.replace("after: [go]", "after: [gone]"), "gone"), (SMALL.replace("start: go", "start: stop"), "stop"),
                        ("version: 1\n", "no phases"), ("- not\n- a plan\n", "own.yaml"),
                        (SMALL.replace("does: seal", "does: miracles"), "miracles"),
                        (SMALL.replace("after: []", "after: [judged]"), "wait")):
        drill = p.begin(wrong, "--auto").end(7)
        assert said in drill.err, (said, drill.err)
    assert len(p.drills()) == before, "what was refused is no drill"


def what_a_person_decides_when_a_step_asks(p, word, code, expected):
    drill = p.begin(ASKED, *LOST)
    p.soon("tick", "go")
    p.begun("hook", "other")
    until(lambda: [n for n in p.journal()["notes"] if n["name"] == "asks hook"], "it asks")
    assert "depends" not in p.steps(), "it waits for an answer"
    p.enter(word, "hook", "--reason", "known", "--as", "Ann")
    drill.end(code)
    steps = {i: s["verdict"] for i, s in p.steps().items()}
    assert steps["hook"] == "fail" and steps["other"] == "pass", steps
    assert {i: steps[i] for i in expected} == expected, steps


def a_step_that_asks_goes_on_when_somebody_says_so(p):
    what_a_person_decides_when_a_step_asks(p, "tick", 1, {"depends": "pass", "swept": "pass", "removed": "pass", "told": "pass"})


def a_step_that_asks_stops_when_somebody_says_so(p):
    what_a_person_decides_when_a_step_asks(p, "refuse", 1, {"depends": "skipped", "swept": "pass", "removed": "pass", "told": "pass"})


def a_step_that_asks_stops_when_nobody_is_there(p):
    p.drill(ASKED, *LOST, code=1)
    steps = {i: s["verdict"] for i, s in p.steps().items()}
    assert steps["depends"] == "skipped" and steps["swept"] == "pass", steps


def what_fails_beside_all_that_was_achieved_is_named(p):
    plan = SMALL.replace("      told:", "      names: {kind: command, command: ['false'], title: Names are switched, on_failure: go-on}\n      told:")
    metrics = p.drill(plan, *LOST, code=1)
    assert metrics["verdict"] == "fail" and "was recovered in" in metrics["summary"], metrics["summary"]
    assert 'but "Names are switched" failed' in metrics["summary"], metrics["summary"]


def signals_end_it_cleanly(p):
    slow = SMALL.replace("      judged:", "      slow: {kind: command, command: [sleep, '600'], title: The slow one}\n      judged:")
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        drill = p.begin(slow, "--auto", *LOST)
        p.begun("slow")
        processes = drill.descendants()
        drill.kill(number)
        drill.end(code)
        p.nothing_left(processes)
        metrics, journal = p.metrics(), p.journal()
        assert journal["verdict"] == "error" and "interrupted" in {c["name"] for c in journal["checks"]}, journal["verdict"]
        assert (metrics["state"], metrics["verdict"], criteria(metrics)["recovery-time"]) == ("interrupted", "error", "error"), metrics
        said = [c["sentence"] for c in metrics["criteria"] if c["name"] == "recovery-time"][0]
        assert f'the drill was interrupted during "The slow one" (stopped by signal {int(number)} ' in said, said
        assert said.removeprefix("the platform was not validated: ") in metrics["summary"], metrics["summary"]
        report = p.call("drill", "show", code=None)
        assert '"The slow one" failed' not in report and "interrupted" in report, report
        assert (p.directory / "state/reports" / f"{metrics['run']}.txt").stat().st_size
        assert "no drill is under way" in p.enter("resume", code=8), "it has an end"


def a_signal_while_people_are_waited_for(p):
    drill = p.begin(SMALL, *LOST)
    p.begun("go")
    drill.kill(signal.SIGINT)
    drill.end(130)
    p.nothing_left()


def whenever_it_is_killed_there_is_a_way_on(p):
    """Also before it could tell its plan: then there is nothing to go on with, and nothing is in the way."""
    path = p.plan(SMALL)
    for i in range(int(os.environ.get("KILLS", "12"))):
        drill = p.carry("start", path, "--auto", *LOST)
        time.sleep(random.uniform(0.005, 0.12) if i % 3 else random.uniform(0.1, 1.2))
        drill.kill(signal.SIGSTOP)  # so that it begins none that is not seen
        processes = drill.descendants()
        drill.kill()
        drill.end(None)
        p.nothing_left(processes)
        assert all("state" in d for d in p.drills()), p.drills()
        said = p.call("drill", "close", "--reason", "it was killed", code=None)
        assert not [d for d in p.drills() if d["state"] == "interrupted" and not d["finished"]], (p.drills()[0], said)
        assert "no drill is under way" in p.call("drill", "note", "x", code=8)
    p.drill(SMALL, *LOST)


def a_command_ends_with_who_carries_the_drill(p):
    """And what it began, so that nothing goes on beside it when the drill is taken up again."""
    for number, code in ((signal.SIGKILL, -9), (signal.SIGTERM, 143)):
        pids = p.place / "pids"
        pids.unlink(missing_ok=True)
        hang = f"sleep 600 & sleep 601 & echo $$ $! >{pids}.new; mv {pids}.new {pids}; sleep 602; echo done"
        drill = p.begin(SMALL.replace("      judged:", f'      hang: {{kind: command, command: [sh, -c, "{hang}"]}}\n      judged:'),
                        "--auto", *LOST)
        until(pids.exists, "the command runs")
        began = [int(pid) for pid in pids.read_text().split()]
        until(lambda: sum(commands_of(pid) == "sleep\n" for pid in drill.descendants() | set(began)) == 3, "all three of it run")
        processes = drill.descendants() | set(began)
        drill.kill(number)
        drill.end(code)
        p.nothing_left(processes)
        p.call("drill", "close", "--reason", "it was killed", code=None)


def commands_of(pid):
    """The program of a process; nothing of one that has ended."""
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def two_at_once(p):
    """One of them carries a drill, the other is told so and leaves nothing."""
    before = len(p.drills())
    refused = p.place / "refused"
    wait = f'[sh, -c, "until [ -e {refused} ]; do sleep 0.1; done"]'
    path = p.plan(SMALL.replace("      judged:", f"      slow: {{kind: command, command: {wait}}}\n      judged:"))
    both = [p.carry("start", path, "--auto", *LOST) for _ in range(2)]
    until(lambda: any(b.over() for b in both), "one of them ends while the other goes on")
    refused.touch()
    codes = sorted(b.end(None).process.returncode for b in both)
    assert codes == [0, 6], (codes, [b.err for b in both])
    assert len(p.drills()) == before + 1, p.drills()


def one_in_the_background(p):
    p.call("drill", "start", p.plan(SMALL), "--auto", "--detach", *LOST)
    until(lambda: p.drills()[0]["state"] == "over", "it ends")
    assert p.drills()[0]["verdict"] == "pass"
    before = len(p.drills())
    assert p.call("drill", "start", "no-such-plan", "--detach", code=None) and len(p.drills()) == before


def a_history_that_takes_nothing_more(p):
    """A step of it fills its file system: the drill ends with an error that tells why, and nothing is left."""
    if os.geteuid():
        print("skipped: only root may mount a small file system", flush=True)
        return
    state = p.place / "small"
    state.mkdir()
    p.configure(lambda text: text.replace(f"state_dir: {p.directory}/state", f"state_dir: {state}"))
    fill = f'[sh, -c, "! dd if=/dev/zero of={state}/filler bs=4k 2>/dev/null"]'
    path = p.plan(SMALL.replace("      judged:", f"      full: {{kind: command, command: {fill}}}\n      judged:"))
    script = f"mount -t tmpfs -o size=1m tmpfs {state} && " \
             f"{p.muster_path} -c {p.config} drill start {path} --auto {' '.join(LOST)}; echo code $?"
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script], env=p.env, cwd=p.place, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, check=False)
    assert "code 4" in done.stdout, (done.stdout, done.stderr)
    assert "full" in done.stderr or "No space left" in done.stderr, done.stderr
    assert "muster drill resume takes the drill up again" in done.stderr, done.stderr
    p.nothing_left()


def a_history_that_cannot_be_written(p):
    blocked = p.place / "blocked"
    blocked.write_text("no directory")
    p.configure(lambda text: text.replace(f"state_dir: {p.directory}/state", f"state_dir: {blocked}/state"))
    done = p.carry("start", p.plan(SMALL), "--auto", *LOST).end(None)
    assert done.process.returncode == 4 and str(blocked) in done.err, (done.process.returncode, done.err)


def what_services_print_of_secrets_stands_nowhere(p):
    """Not on the terminal, nor in the history, reports, metrics and kept logs."""
    marker = "Tr0ub4dor-and-3"
    secret = p.place / "secret"
    secret.write_text(marker + "\n")
    secret.chmod(0o600)
    env = f"env: {{SECRET: {{file: {secret}}}}}"
    p.configure(of_cache(f"  web: {{engine: service, deploy: {{command: [sh, -c, 'echo ERROR $SECRET; echo up; sleep 1000'], {env}, "
                         "health: {log: up}}}\n",
                         f"  smoke: {{says: {{command: [sh, -c, 'echo no $SECRET; exit 3'], {env}}}}}\n"))
    drill = p.begin(HEAD + BEFORE + REDIS.replace("judged:", """deploy: {kind: automatic, does: deploy}
      health: {kind: automatic, does: health}
      smoke: {kind: automatic, does: smoke}
      logs: {kind: automatic, does: logs}
      judged:""") + AFTER, "--auto").end(1)
    told = [c["message"] for c in p.journal()["checks"] if c["name"] in ("smoke", "app-log")]
    assert len(told) == 2 and all("[hidden]" in message for message in told), told
    files = [f for f in (p.directory / "state").rglob("*") if f.is_file()]
    assert any(f.name == "web.log" and "[hidden]" in f.read_text() for f in files), files
    assert not [f for f in files if marker[:8].encode() in f.read_bytes()]
    assert marker[:8] not in drill.out + drill.err + p.call("drill", "show") + json.dumps(p.metrics())


def waits_take_their_time_and_the_clock_runs(p):
    plan = SMALL.replace("      judged:", "      pause: {kind: wait, objective: 2s}\n      judged:")
    metrics = p.drill(plan, *LOST)
    assert p.steps()["pause"]["duration"] >= 2 and metrics["measurements"]["total_rto_minutes"] * 60 >= 2, metrics["measurements"]


TESTS = [orders_that_make_no_sense_are_refused, orders_that_show_nothing_are_told_so,
         every_component_that_fails_is_told_of, where_nothing_was_restored_nothing_is_a_success,
         a_plan_without_proofs_tells_what_would_be_lost, a_removal_in_the_middle_is_refused,
         plans_that_there_are_not, a_step_that_asks_goes_on_when_somebody_says_so,
         a_step_that_asks_stops_when_somebody_says_so, a_step_that_asks_stops_when_nobody_is_there,
         what_fails_beside_all_that_was_achieved_is_named, signals_end_it_cleanly,
         a_signal_while_people_are_waited_for, whenever_it_is_killed_there_is_a_way_on,
         a_command_ends_with_who_carries_the_drill, two_at_once, one_in_the_background, a_history_that_takes_nothing_more,
         a_history_that_cannot_be_written, what_services_print_of_secrets_stands_nowhere, waits_take_their_time_and_the_clock_runs]


def main():
    with Platform(sys.argv[1]) as p:
        return run_tests(TESTS, p, sys.argv[2] if len(sys.argv) > 2 else "")


sys.exit(main())
