#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""People and the process that carries a drill, which is killed on the way.

usage: test_drill_carried.py MUSTER LIVE_DRILL
"""
import json
import signal
import socket
import sys
import time

from drill import CONFIG, Place, plan_of, run_tests, test

MUSTER, LIVE_DRILL = sys.argv[1:3]
PLAN = plan_of("A small one", """\
      present: {role: boss, after: []}
      go: {kind: gate, role: boss}
      own: {kind: command, command: [sh, -c, "exit 1"], on_failure: ask}
      seen: {role: boss}
      left: {role: boss}
  review:
    after_end: true
    steps:
      meeting: {role: boss}
""")


def place():
    p = Place(MUSTER, LIVE_DRILL)
    (p.path / "backups").mkdir()
    (p.path / "own.yaml").write_text(PLAN)
    return p


def enter(p, *words):
    """As soon as it may be: the step's turn comes when the drill's process has taken up what was before."""
    end = time.monotonic() + 60
    while True:
        process = p.start("drill", *words)
        _, err = process.communicate(timeout=60)
        if process.returncode == 0:
            return
        assert time.monotonic() < end, err
        time.sleep(0.05)


def kinds(p):
    return [e["kind"] for e in p.entries()]


@test
def a_drill_goes_on_by_what_people_say_and_is_closed():
    with place() as p:
        carrier = p.start("drill", "start", "./own.yaml")
        enter(p, "tick", "present")
        enter(p, "tick", "go", "--as", "boss")
        enter(p, "tick", "own", "--reason", "known")
        enter(p, "tick", "seen")
        enter(p, "note", "enough")
        enter(p, "close", "--reason", "everybody has gone home")
        out, err = carrier.communicate(timeout=60)
        assert carrier.returncode == 1, (out, err)  # a step failed
        assert "waits for somebody: own has failed (muster drill tick own to go on, muster drill refuse own to stop)\n" in err
        assert kinds(p) == ["tick"] * 4 + ["note", "close"], p.entries()
        p.call("drill", "tick", "meeting", "--drill", "latest")
        assert p.json("drill", "review")["steps"][0]["ticked"]
        assert p.json("drill", "list")["drills"][0]["state"] == "over"


@test
def a_refused_gate_ends_what_depends_on_it():
    with place() as p:
        carrier = p.start("drill", "start", "./own.yaml")
        enter(p, "tick", "present")
        enter(p, "refuse", "go", "--reason", "nobody is here")
        out, err = carrier.communicate(timeout=60)
        assert carrier.returncode == 1, (out, err)
        steps = {s["id"]: s["verdict"] for s in p.json("run", "show")["steps"]}
        assert steps["go"] == "fail" and steps.get("own", "skipped") == "skipped", steps


@test
def an_abort_ends_it():
    with place() as p:
        carrier = p.start("drill", "start", "./own.yaml")
        enter(p, "tick", "present")
        enter(p, "abort", "--reason", "a real incident")
        out, err = carrier.communicate(timeout=60)
        assert carrier.returncode not in (0, 2), (carrier.returncode, out, err)
        assert "no drill is under way" in p.call("drill", "note", "x", code=8)


@test
def a_killed_one_is_taken_up_again_with_what_was_said():
    with place() as p:
        carrier = p.start("drill", "start", "./own.yaml")
        enter(p, "tick", "present")
        enter(p, "tick", "go")
        enter(p, "tick", "own")
        carrier.send_signal(signal.SIGKILL)
        carrier.communicate(timeout=60)
        p.call("drill", "note", "it was killed")
        carrier = p.start("drill", "resume")
        enter(p, "tick", "own", "--reason", "known, as before")  # it failed again, and asks again
        enter(p, "tick", "seen")
        enter(p, "tick", "left")
        out, err = carrier.communicate(timeout=60)
        assert carrier.returncode == 1, (out, err)
        assert kinds(p) == ["tick"] * 3 + ["note"] + ["tick"] * 3, p.entries()


ALERT = plan_of("One that sends an alert", """\
      go: {kind: gate, role: boss, after: []}
      alert: {kind: automatic, does: monitor}
      seen: {role: boss}
""")
OFFSITE = """offsite: {url: s3://bucket/muster, endpoint: 'http://127.0.0.1:9'}
"""


@test
def what_is_read_from_the_repository_deviates_only_where_there_is_an_off_site_copy():
    for more, said in (("", 0), (OFFSITE, 1)):
        with Place(MUSTER, LIVE_DRILL, CONFIG + more) as p:
            (p.path / "backups").mkdir()
            (p.path / "own.yaml").write_text(ALERT)
            p.start("drill", "start", "./own.yaml", "--auto", "--local").communicate(timeout=60)
            told = p.json("run", "show")["drill"]["deviations"]
            assert sum("not from the off-site copy" in str(d) for d in told) == said, (more, told)


STALLING = """notify:
  receivers:
    program: {type: mail, to: [ops@example.com], sendmail: [sleep, '3000'], timeout: 20m}
    server: {type: mail, to: [ops@example.com], smtp: 'smtp://127.0.0.1:PORT', starttls: false, timeout: 20m}
    web: {type: webhook, url: 'http://127.0.0.1:PORT/', timeout: 20m}
  routes: {none: {kinds: [copy], to: [web]}}
drill: {test_alert: [RECEIVER]}
"""


@test
def an_abort_does_not_wait_for_a_receiver_that_does_not_answer():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for receiver in ("program", "server", "web"):
            more = STALLING.replace("PORT", str(silent.getsockname()[1])).replace("RECEIVER", receiver)
            with Place(MUSTER, LIVE_DRILL, CONFIG + more) as p:
                (p.path / "backups").mkdir()
                (p.path / "own.yaml").write_text(ALERT)
                carrier = p.start("drill", "start", "./own.yaml", "--auto")
                if receiver == "program":
                    await_step(p, "alert", False)
                else:
                    silent.accept()[0].detach()  # it stays open
                p.call("drill", "abort", "--reason", "the network is needed")
                out, err = carrier.communicate(timeout=60)
                said = [c["message"] for c in p.json("run", "show")["checks"] if c["name"] == "interrupted"]
                assert len(said) == 1 and said[0].startswith("aborted by "), (receiver, said, out, err)


PROVED = plan_of("One whose command depends on a file", """\
      go: {kind: gate, role: boss, after: []}
      own: {kind: command, command: [sh, -c, "test -e mended"], on_failure: go-on, title: The own one}
      look: {kind: automatic, does: ready, on_failure: go-on, title: The backups are there}
      seen: {role: boss}
      left: {role: boss}
""")


def judged(p):
    """The drill's report, and what deviated, as it tells that."""
    report = p.json("run", "show")
    return report, " ".join(str(d) for d in report["drill"]["deviations"])


def steps(p):
    """As far as there is a run."""
    runs = p.json("run", "list")["runs"]
    return p.json("run", "show")["steps"] if runs else []


def await_step(p, step, ended=True):
    """Until it has ended, or only begun."""
    end = time.monotonic() + 60
    while not any(s["id"] == step and (s["verdict"] or not ended) for s in steps(p)):
        assert time.monotonic() < end
        time.sleep(0.05)


def kill(carrier):
    carrier.send_signal(signal.SIGKILL)
    carrier.communicate(timeout=60)


@test
def what_was_done_again_and_went_well_is_no_failure_any_more():
    plan = "".join(line for line in PROVED.splitlines(True) if "does: ready" not in line)
    # an error, since there are no data here whose loss could be measured
    for mended, code, verdict in ((True, 4, "error"), (False, 1, "fail")):
        with place() as p:
            (p.path / "own.yaml").write_text(plan)
            carrier = p.start("drill", "start", "./own.yaml")
            enter(p, "tick", "go")
            await_step(p, "own")
            kill(carrier)
            if mended:
                (p.path / "mended").touch()
            carrier = p.start("drill", "resume")
            enter(p, "tick", "seen")
            enter(p, "tick", "left")
            out, err = carrier.communicate(timeout=60)
            assert carrier.returncode == code, (out, err)
            report, deviations = judged(p)
            assert report["drill"]["verdict"] == verdict, report
            assert [s["verdict"] for s in report["steps"] if s["id"] == "own"] == ["fail", "pass" if mended else "fail"], report
            own = [c["verdict"] for c in report["checks"] if c["subject"] == "own" and c["name"] == "step"]
            assert own == ["pass" if mended else "fail"], report["checks"]
            assert "'The own one' was done again, so that this no longer counts: " in deviations.replace('"', "'"), deviations


@test
def a_failure_that_was_judged_and_not_done_again_still_counts():
    with place() as p:
        (p.path / "own.yaml").write_text(PROVED)
        (p.path / "mended").touch()
        carrier = p.start("drill", "start", "./own.yaml")
        enter(p, "tick", "go")
        enter(p, "tick", "seen")
        await_step(p, "seen")
        kill(carrier)
        carrier = p.start("drill", "resume")
        enter(p, "tick", "left")
        out, err = carrier.communicate(timeout=60)
        report, deviations = judged(p)
        assert (carrier.returncode, report["drill"]["verdict"]) == (1, "fail"), (carrier.returncode, out, err)
        assert [s["verdict"] for s in report["steps"] if s["id"] == "look"] == ["fail"], report["steps"]
        assert "was done again" not in deviations, deviations


def start_detached(p):
    """As soon as no drill is busy: one that is over still writes its report."""
    end = time.monotonic() + 60
    while True:
        process = p.start("drill", "start", "./own.yaml", "--detach")
        out, err = process.communicate(timeout=60)
        if process.returncode == 0:
            return out
        assert process.returncode == 6 and time.monotonic() < end, (process.returncode, out, err)
        time.sleep(0.05)


def await_end(p):
    """Of what goes on in the background: a place that is removed while it writes there stays."""
    end = time.monotonic() + 60
    while True:
        process = p.start("status", "--json")
        out, err = process.communicate(timeout=60)
        if not json.loads(out)["under_way"]:
            return
        assert time.monotonic() < end, (out, err)
        time.sleep(0.05)


@test
def one_that_goes_on_in_the_background_says_one_thing_once():
    with place() as p:
        begun = p.json("drill", "start", "./own.yaml", "--detach")
        assert begun == {"schema": "muster.drill-begun/v1", "drill": p.json("drill", "list")["drills"][0]["drill"]}, begun
        for manner in ([], ["--detach"]):
            told = p.json("drill", "start", "./own.yaml", *manner, code=6)
            assert (told["schema"], told["exit_code"]) == ("muster.error/v1", 6), told
            err = p.call("drill", "start", "./own.yaml", *manner, code=6)
            assert err.count("muster:") == 1, err
        enter(p, "abort", "--reason", "it was seen")
        out = start_detached(p)
        assert out.startswith("drill ") and out.endswith(" has begun; muster drill watch shows it\n"), out
        enter(p, "abort", "--reason", "it was seen")
        await_end(p)


sys.exit(run_tests())
