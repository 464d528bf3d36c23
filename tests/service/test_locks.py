#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Several muster commands at once on one state directory, and one that is killed.

usage: test_locks.py MUSTER (a line per test, exits 1 when any failed)

Services that answer when the test says so keep runs under way as long as it needs them.
"""
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import listener
from runner import run_tests

MUSTER = os.path.realpath(sys.argv[1])
PATIENCE = 280


class Service(listener.Listener):
    """Answers at once, or, while it is shut, when it is opened; `asked` counts who has come."""

    def __init__(self, is_open=True):
        self.gate, self.asked = threading.Event(), threading.Semaphore(0)
        if is_open:
            self.gate.set()
        super().__init__(Handler)


class Handler(listener.Handler):
    def do_GET(self):
        self.server.asked.release()
        self.server.gate.wait(PATIENCE)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


class World:
    """Two services that keep whoever asks waiting, one that answers, and a configuration of all."""

    def __enter__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="muster-locks-"))
        (self.directory / "backups").mkdir()
        self.service = {"slow": Service(False), "late": Service(False), "quick": Service()}
        components = "".join(
            f"  {name}: {{engine: service, connect: {{timeout: {PATIENCE}s}}, "
            f"health: {{http: \"http://127.0.0.1:{s.server_port}/\"}}}}\n" for name, s in self.service.items())
        (self.directory / "muster.yaml").write_text(
            "version: 1\nplatform: {name: shop}\nrepository: {path: backups}\n"
            f"history: {{state_dir: state}}\ncomponents:\n{components}")
        self.processes = []
        return self

    def __exit__(self, *_):
        for service in self.service.values():
            service.gate.set()
        for p in self.processes:
            if p.poll() is None:
                p.kill()
            p.wait()
        for service in self.service.values():
            service.shutdown()
            service.server_close()
        shutil.rmtree(self.directory)

    def start(self, *words):
        p = subprocess.Popen([MUSTER, *words], cwd=self.directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True)
        self.processes.append(p)
        return p

    def hold(self, name):
        """A verify that is under way until its service answers."""
        p = self.start("verify", name)
        assert self.service[name].asked.acquire(timeout=PATIENCE), p.communicate()
        assert p.poll() is None
        return p

    def run(self, *words):
        return subprocess.run([MUSTER, *words], cwd=self.directory, capture_output=True, text=True, timeout=PATIENCE)

    def json(self, *words):
        return json.loads(self.run(*words, "--json").stdout)

    def under_way(self):
        return self.json("status")["under_way"]


def test_runs_of_other_components_do_not_wait_for_each_other():
    with World() as w:
        held = w.hold("slow")
        other = w.run("verify", "quick")
        assert other.returncode == 0, other
        assert held.poll() is None
        w.service["slow"].gate.set()
        out, err = held.communicate(timeout=PATIENCE)
        assert held.returncode == 0, (out, err)
        assert len(w.json("run", "list")["runs"]) == 2


def test_a_run_of_the_same_component_is_told_who_holds_it():
    with World() as w:
        held = w.hold("slow")
        for words in (("verify", "slow"), ("verify", "quick", "slow"), ("verify",), ("restore-test", "slow")):
            refused = w.run(*words)
            assert refused.returncode == 6, refused
            assert f" of slow, pid {held.pid}, since " in refused.stderr, refused.stderr
            assert "another run is under way: verify " in refused.stderr, refused.stderr
        # what was refused holds nothing
        assert w.run("verify", "quick").returncode == 0


def test_all_that_is_under_way_is_shown():
    with World() as w:
        assert w.under_way() == []
        held = {name: w.hold(name) for name in ("slow", "late")}
        shown = {run["components"][0]: run for run in w.under_way()}
        assert {name: run["pid"] for name, run in shown.items()} == {n: p.pid for n, p in held.items()}, shown
        lines = [line for line in w.run("status").stdout.splitlines() if line.startswith("Under way: ")]
        assert len(lines) == 2 and " of late, pid " in lines[0] and " of slow, pid " in lines[1], lines
        runs = w.json("run", "list")["runs"]
        assert all(run["finished"] is None for run in runs) and len(runs) == 2, runs
        w.service["late"].gate.set()
        assert held["late"].wait(PATIENCE) == 0
        assert [run["components"] for run in w.under_way()] == [["slow"]]


def test_a_killed_run_is_ended_by_the_next_and_a_living_one_is_left_alone():
    with World() as w:
        dead, living = w.hold("slow"), w.hold("late")
        shown = {run["components"][0]: run["run"] for run in w.under_way()}
        os.kill(dead.pid, signal.SIGKILL)
        dead.wait()
        assert [run["run"] for run in w.under_way()] == [shown["late"]]
        # readers know at once; the next run, of something else, records it
        assert w.json("run", "show", shown["slow"])["verdict"] == "error"
        assert w.run("verify", "quick").returncode == 0
        checks = w.json("run", "show", shown["slow"])["checks"]
        assert [c["name"] for c in checks].count("interrupted") == 1, checks
        assert w.json("run", "show", shown["late"])["finished"] is None
        w.service["late"].gate.set()
        assert living.wait(PATIENCE) == 0
        late = w.json("run", "show", shown["late"])
        assert late["verdict"] == "pass" and "interrupted" not in [c["name"] for c in late["checks"]], late
        # the component of the dead is free
        w.service["slow"].gate.set()
        assert w.run("verify", "slow").returncode == 0


def test_many_at_once_all_come_to_an_end_and_into_the_history():
    with World() as w:
        w.service["slow"].gate.set()
        w.service["late"].gate.set()
        started = [w.start("verify", name) for _ in range(4) for name in w.service]
        codes = []
        for p in started:
            out, err = p.communicate(timeout=PATIENCE)
            codes.append(p.returncode)
            assert p.returncode in (0, 6), (out, err)
        runs = w.json("run", "list", "--limit", "0")["runs"]
        assert len(runs) == codes.count(0) >= 3, (codes, runs)
        assert all(run["verdict"] == "pass" for run in runs), runs


def test_questions_and_deliveries_do_not_wait_for_a_run():
    with World() as w:
        assert w.run("verify", "quick").returncode == 0
        held = [w.hold(name) for name in ("slow", "late")]
        newest = w.json("run", "list")["runs"][-1]["id"]
        for words in (("status",), ("status", "--nagios"), ("metrics",), ("schedule", "list"), ("schedule", "next"),
                      ("schedule", "missed"), ("notify", "list"), ("notify", "list", "--all"), ("notify", "routes"),
                      ("notify", "deliver"), ("notify", "retry"), ("run", "list"), ("run", "show", newest),
                      ("backup", "list"), ("config", "show"), ("check-config",), ("doctor", "quick"), ("env", "list"),
                      # what people write down meanwhile
                      ("schedule", "pause", "daily-verify", "--for", "1h", "--reason", "new disks"),
                      ("schedule", "resume", "daily-verify")):
            done = w.run(*words)  # that would wait for ever: nobody opens the services
            assert done.returncode != 6 and "another run" not in done.stderr, (words, done)
            assert done.stdout or done.stderr, words
            assert all(p.poll() is None for p in held), words
        for name, p in zip(("slow", "late"), held):
            w.service[name].gate.set()
            assert p.wait(PATIENCE) == 0, p.communicate()


def test_servers_and_files_are_free_as_soon_as_the_last_check_is_made():
    with World() as w:
        # whoever reads the report keeps the run from its end, but nobody from the component
        w.service["slow"].gate.set()
        reading, writing = os.pipe()
        fill = fcntl.fcntl(writing, fcntl.F_GETPIPE_SZ)
        os.write(writing, b"x" * fill)
        p = subprocess.Popen([MUSTER, "verify", "slow"], cwd=w.directory, stdout=writing, stderr=subprocess.DEVNULL)
        w.processes.append(p)
        os.close(writing)
        end = time.monotonic() + PATIENCE
        while not w.json("run", "list")["runs"] or w.json("run", "list")["runs"][0]["finished"] is None:
            assert time.monotonic() < end and p.poll() is None
        again = w.run("verify", "slow")
        while again.returncode == 6:  # between the last check and the report
            assert time.monotonic() < end
            again = w.run("verify", "slow")
        assert again.returncode == 0 and p.poll() is None, again
        os.read(reading, fill)
        os.close(reading)


sys.exit(run_tests(globals()))
