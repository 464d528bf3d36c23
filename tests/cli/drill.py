# SPDX-License-Identifier: Apache-2.0
"""For tests of drills without their supervising process: a directory with a configuration, and a
drill that tests/cli/live_drill.c writes into its history, alive until it is left alone."""
import json
import os
import signal
import subprocess
import tempfile
import time
import traceback
from datetime import datetime, timedelta, timezone
from pathlib import Path

CONFIG = """version: 1
platform: {name: shop, timezone: Europe/London}
repository: {path: backups}
history: {state_dir: state}
components: {pg: {engine: postgresql}}
"""


def processes_naming(text):
    """Those whose command line does: a delivery's names its configuration."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if text.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            pass
    return found


def plan_of(title, steps):
    """A plan of one phase, which others may follow. `go` and `seen` are among its steps."""
    return f"""version: 1
title: {title}
start: go
validated: seen
roles: {{boss: The boss}}
phases:
  all:
    steps:
{steps}"""


class Place:
    """Where muster runs; `with` removes it."""

    def __init__(self, muster, fixture, config=CONFIG):
        self.muster, self.fixture = os.path.realpath(muster), os.path.realpath(fixture)
        self.kept = tempfile.TemporaryDirectory(prefix="muster-test-")
        self.path = Path(self.kept.name)
        (self.path / "muster.yaml").write_text(config)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("MUSTER_")}
        self.environment |= {"LC_ALL": "C.UTF-8", "TERM": "dumb", "HOME": str(self.path)}
        self.drills = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for drill in self.drills:
            drill.leave()
        self.end_others()
        self.kept.cleanup()

    def end_others(self):
        """Who still delivers there: what it makes would keep the place from being removed."""
        end = time.monotonic() + 60
        while others := processes_naming(str(self.path)):
            assert time.monotonic() < end, "a process does not end"
            for pid in others:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.02)

    def start(self, *words):
        return subprocess.Popen([self.muster, *words], cwd=self.path, env=self.environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def call(self, *words, code=0):
        process = self.start(*words)
        out, err = process.communicate(timeout=60)
        assert process.returncode == code, f"muster {words}: {process.returncode}, not {code}: {out}{err}"
        return out if code == 0 else err

    def json(self, *words, code=0):
        process = self.start(*words, "--json")
        out, err = process.communicate(timeout=60)
        assert process.returncode == code, f"muster {words}: {process.returncode}, not {code}: {out}{err}"
        return json.loads(out)

    def entries(self, *words):
        return self.json("drill", "entries", *words)["entries"]

    def fixture_drill(self, name):
        self.drills.append(Drill(self, name))
        return self.drills[-1]

    def drill(self, name="20261203T100000Z-0001", seconds=600, plan=None):
        """One that began so many seconds ago."""
        path = self.path / "plan.yaml"
        path.write_text(plan or self.call("drill", "plan", "monthly", "--yaml"))
        drill = self.fixture_drill(name)
        drill.tell(f"start {name} {seconds} {path}")
        return drill

    @staticmethod
    def ago(seconds, now=None):
        return ((now or datetime.now(timezone.utc)) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Drill:
    def __init__(self, place, name):
        self.name = name
        self.process = subprocess.Popen([place.fixture, str(place.path / "state")], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def tell(self, *lines):
        for line in lines:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
            assert answer == "ok\n", f"{line}: {answer}"

    def leave(self):
        """Its process ends, and with it the lock."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run_tests():
    failed = 0
    for function in TESTS:
        began = time.monotonic()
        try:
            function()
            print(f"ok    {time.monotonic() - began:5.1f}s  {function.__name__}")
        except Exception:
            failed += 1
            traceback.print_exc()
            print(f"FAIL  {function.__name__}")
    return 1 if failed else 0
