#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""muster restore-test on the example platform: three components at once come back and are proven,
what it finds is in the history and the reports, and however it ends nothing is left.
usage: test_restore_platform.py MUSTER"""
import datetime
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from standstill import stop_between_writes

MUSTER = os.path.realpath(sys.argv[1])
PLACE = Path(tempfile.mkdtemp(prefix="mrp-", dir="/tmp"))
SCRATCH = PLACE / "scratch"
ENV = {**os.environ, "TMPDIR": str(SCRATCH), "LC_ALL": "C.UTF-8"}
COMPONENTS = {"postgres-main", "redis-cache", "rabbitmq"}


def fail(why):
    sys.exit(f"FAILED: {why}")


def muster(*words, code=0):
    done = subprocess.run([MUSTER, *words], env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode != code:
        fail(f"muster {' '.join(words)}: code {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done.stdout if done.stdout else done.stderr


def document(*words, code=0):
    return json.loads(muster(*words, "--json", "--config", CONFIG, code=code))


def processes():
    """Those that were started with our scratch directory, but for the platform's own."""
    found = []
    for p in Path("/proc").glob("[0-9]*"):
        try:
            words = (p / "cmdline").read_bytes()
        except OSError:
            continue
        if str(SCRATCH).encode() in words:
            found.append(words.replace(b"\0", b" ").decode())
    return found


def nothing_left():
    for _ in range(600):
        if not list(SCRATCH.iterdir()) and not processes():
            return
        time.sleep(0.1)
    fail(f"left: {list(SCRATCH.iterdir())} {processes()}")


def checks(run, name, component=None):
    return [c for c in run["checks"] if c["name"] == name and component in (None, c.get("component"))]


def at(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def all_three_come_back():
    run = document("restore-test")
    if run["kind"] != "restore-test" or run["verdict"] not in ("pass", "warn"):
        fail(f"the whole platform: {run['verdict']} {checks(run, 'proven')}")
    for component in COMPONENTS:
        for name in ("exists", "sandbox", "hash", "format", "facts", "restored", "proven", "schema",
                     "server-log", "recovery-time", "removed"):
            found = checks(run, name, component)
            if not found or any(c["verdict"] != "pass" for c in found):
                fail(f"{component}: {name} is {found}")
    for name in ("constraints", "indexes", "sequences", "analyze", "collations"):
        if [c["verdict"] for c in checks(run, name, "postgres-main")] != ["pass"]:
            fail(f"{name}: {checks(run, name)}")
    for name in ("persistence", "expired"):
        if [c["verdict"] for c in checks(run, name, "redis-cache")] != ["pass"]:
            fail(f"{name}: {checks(run, name)}")
    if [c["verdict"] for c in checks(run, "round-trip", "rabbitmq")] != ["pass"]:
        fail(f"round-trip: {checks(run, 'round-trip')}")
    sides = {(f["component"], f["facts"]["side"]) for f in run["facts"]}
    wanted = {(c, s) for c in COMPONENTS for s in ("backup", "restored")} | {("postgres-main", "source")}
    if not wanted <= sides:
        fail(f"facts of {sides}")
    steps = {s["id"]: s for s in run["steps"]}
    # whose restore began before the other's ended ran at the same time
    for a in COMPONENTS:
        for b in COMPONENTS:
            end = at(steps[f"restore {b}"]["started"]) + steps[f"restore {b}"]["duration"]
            if {a, b} == {"postgres-main", "rabbitmq"} and at(steps[f"restore {a}"]["started"]) > end:
                fail(f"{a} waited for {b}")
    nothing_left()
    return run


def it_is_told(run, directory):
    for ending in ("txt", "json", "md", "html"):
        if not (directory / "state/reports" / f"{run['id']}.{ending}").stat().st_size:
            fail(f"no report {ending}")
    sets = document("backup", "list")["sets"]
    if len(sets) != 1 or "proven" not in json.dumps(sets[0]) or run["id"] not in json.dumps(sets[0]):
        fail(f"backup list does not tell of the proof: {sets}")
    status = json.dumps(json.loads(muster("status", "--json", "--config", CONFIG, code=4)))
    if run["id"] not in status or sets[0]["set" if "set" in sets[0] else "id"] not in status:
        fail(f"status does not tell of the proof: {status}")
    shown = document("run", "show", run["id"])
    if shown["checks"] != run["checks"]:
        fail("run show tells otherwise")


def sets_are_picked():
    muster("canary", "--config", CONFIG)
    time.sleep(1)
    muster("backup", "--config", CONFIG)
    newest, oldest = [s["set" if "set" in s else "id"] for s in document("backup", "list")["sets"]]
    run = document("restore-test", "postgres-main", "--sql")
    if run["set"] != newest or not any("psql" in c["message"] for c in checks(run, "restored")):
        fail(f"--sql: {run['set']} {checks(run, 'restored')}")
    point = checks(run, "recovery-point")
    if [c["verdict"] for c in point] != ["pass"] or "canary" not in point[0]["message"]:
        fail(f"the canary does not tell the recovery point: {point}")
    for words, wanted in ((("--pick", "oldest"), {oldest}), (("--pick", "random"), {oldest, newest}),
                          (("--backup-set", oldest), {oldest})):
        run = document("restore-test", "redis-cache", *words)
        if run["set"] not in wanted or run["verdict"] != "pass":
            fail(f"{words}: {run['set']} {run['verdict']}")
    muster("restore-test", "--backup-set", "2001", "--config", CONFIG, code=8)
    muster("restore-test", "nobody", "--config", CONFIG, code=8)
    muster("restore-test", "broker-console", "--config", CONFIG, code=2)
    plan = document("restore-test", "--dry-run")
    if plan["kind"] != "restore-plan" or "about" not in json.dumps(plan["notes"]) or \
            {c["component"] for c in checks(plan, "preflight")} != COMPONENTS:
        fail(f"dry run: {plan['notes']}")
    if any(r["kind"] == "restore-plan" for r in document("run", "list")["runs"]):
        fail("a dry run is in the history")
    nothing_left()


def questions_are_asked(directory):
    own = directory / "own.yaml"
    text = Path(CONFIG).read_text().replace(
        "  postgres-main:\n", "  postgres-main:\n    restore:\n      checks:\n"
        "        tables:\n          sql: SELECT count(*) FROM pg_class\n          expect: n > 0\n"
        "        wrong:\n          sql: SELECT 1\n          expect: n > 1\n", 1)
    own.write_text(text)
    run = json.loads(muster("restore-test", "postgres-main", "--json", "--config", str(own), code=1))
    asked = {c["verdict"] for c in checks(run, "sql")}
    failed = [c for c in run["checks"] if c["verdict"] == "fail"]
    if asked != {"pass", "fail"} or [c["name"] for c in failed] != ["sql"] or "wrong" not in json.dumps(failed):
        fail(f"the user's questions: {checks(run, 'sql')}")
    nothing_left()


def a_standby_streams(directory):
    run = document("restore-test", "postgres-main", "--standby")
    found = checks(run, "replication")
    if [c["verdict"] for c in found] != ["pass"] or "a standby streamed within" not in found[0]["message"]:
        fail(f"a standby: {found}")
    if {c["verdict"] for c in checks(run, "server-log")} != {"pass"} or "time to replicate" not in json.dumps(run["notes"]):
        fail(f"a standby: {checks(run, 'server-log')} {run['notes']}")
    nothing_left()
    own = directory / "standby.yaml"
    own.write_text(Path(CONFIG).read_text().replace(
        "  postgres-main:\n", "  postgres-main:\n    restore: {standby: true, disk_max: 200 MiB}\n", 1))
    run = json.loads(muster("restore-test", "postgres-main", "--json", "--config", str(own), code=4))
    step = [c for c in checks(run, "step") if c["verdict"] == "error"]
    if not step or "with a standby" not in step[0]["message"] or "restore.disk_max" not in step[0]["hint"]:
        fail(f"no room for a standby: {step}")
    nothing_left()


def start(*words):
    return subprocess.Popen([MUSTER, "restore-test", "-q", "--config", CONFIG, *words], env=ENV,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def under_way():
    done = subprocess.run([MUSTER, "status", "--json", "--config", CONFIG], env=ENV, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)["under_way"]


def others_run_meanwhile():
    test = start("postgres-main")
    while not (found := under_way()):
        if test.poll() is not None:
            fail(f"a restore test ended before it was under way: {test.returncode}")
    if found[0]["components"] != ["postgres-main"] or found[0]["pid"] != test.pid:
        fail(f"under way: {found}")
    stop_between_writes(test, Path(CONFIG).parent / "state/history.db")
    try:
        muster("verify", "redis-cache", "--config", CONFIG)
        muster("verify", "postgres-main", "--config", CONFIG, code=6)
        muster("restore-test", "rabbitmq", "--config", CONFIG)
        if [run["run"] for run in under_way()] != [found[0]["run"]]:
            fail(f"under way: {under_way()}")
    finally:
        test.send_signal(signal.SIGCONT)
    if test.wait():
        fail(f"a restore test beside others: {test.returncode}")
    if document("run", "show", found[0]["run"])["verdict"] not in ("pass", "warn"):
        fail("a restore test beside others does not pass")
    nothing_left()


def it_ends_at_any_moment():
    for _ in range(int(os.environ.get("KILLS", "12"))):
        child = start()
        time.sleep(random.uniform(0.02, 9))
        child.kill()
        child.wait()
    nothing_left()
    child = start()
    while child.pid not in [run["pid"] for run in under_way()]:
        if child.poll() is not None:
            fail(f"a restore test ended before it was under way: {child.returncode}")
    stop_between_writes(child, Path(CONFIG).parent / "state/history.db")
    muster("restore-test", "--config", CONFIG, code=6)
    child.send_signal(signal.SIGINT)
    child.send_signal(signal.SIGCONT)
    if child.wait() != 130:
        fail(f"interrupted: code {child.returncode}")
    nothing_left()
    last = document("run", "show")
    if last["verdict"] != "error" or not checks(last, "interrupted"):
        fail(f"an interrupted run: {last['verdict']}")
    killed = [r for r in document("run", "list", "-n", "0")["runs"] if r["verdict"] == "error"]
    if len(killed) < 2:
        fail("runs that were killed are not told of")


def main():
    global CONFIG
    PLACE.chmod(0o755)
    SCRATCH.mkdir()
    SCRATCH.chmod(0o1777)
    directory = PLACE / "p"
    CONFIG = json.loads(muster("demo", "up", "--quiet", "--json", "--size", "2MB", "--directory", str(directory)))["config"]
    try:
        muster("backup", "--config", CONFIG)
        run = all_three_come_back()
        it_is_told(run, directory)
        sets_are_picked()
        questions_are_asked(directory)
        a_standby_streams(directory)
        others_run_meanwhile()
        it_ends_at_any_moment()
    finally:
        subprocess.run([MUSTER, "demo", "down", str(directory)], env=ENV, stdout=subprocess.DEVNULL, check=False)
        shutil.rmtree(PLACE)
    print("passed")


main()
