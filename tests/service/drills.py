# SPDX-License-Identifier: Apache-2.0
"""For tests of whole drills: the example platform in a directory of its own, drills on it, and
terminals of the people who take part."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import traceback
from datetime import datetime
from pathlib import Path

import processes

LONG = 300  # seconds that a busy machine may take for anything

HEAD = """version: 1
start: go
validated: judged
roles: {boss: The boss, dba: Whoever knows databases, scribe: The scribe}
phases:
"""
# What comes before the clock; people's steps are a plan's own.
BEFORE = """  before:
    steps:
      ready: {kind: automatic, does: ready, after: [], on_failure: stop}
      empty: {kind: automatic, does: seal, on_failure: stop}
      go: {kind: gate, role: boss}
"""
AFTER = """  after:
    steps:
      removed: {kind: automatic, does: remove}
      told: {kind: automatic, does: report}
"""
REDIS = """  redis:
    steps:
      fetched: {kind: automatic, does: fetch, on_failure: stop, after: [go]}
      redis: {kind: automatic, does: restore, engine: redis, on_failure: stop}
      keys: {kind: automatic, does: prove, engine: redis}
      statistics: {kind: automatic, does: statistics, engine: redis}
      judged: {kind: automatic, does: judge}
"""
POSTGRESQL = """  postgresql:
    steps:
      fetched: {kind: automatic, does: fetch, on_failure: go-on, after: [go]}
      postgresql: {kind: automatic, does: restore, engine: postgresql, on_failure: stop}
      rows: {kind: automatic, does: prove, engine: postgresql, after: [postgresql]}
      sound: {kind: automatic, does: sound, engine: postgresql, after: [postgresql]}
      replication: {kind: automatic, does: replicate, engine: postgresql, after: [postgresql]}
      baseline: {kind: automatic, does: prove, after: [rows, sound, replication]}
      judged: {kind: automatic, does: judge}
"""
# Quick: only the cache is lost, and restored.
SMALL = HEAD + BEFORE + REDIS + AFTER
LOST = ("--scenario=component-lost", "--lost", "redis-cache")


def at(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def until(found, what):
    """What found() yields as soon as it is anything."""
    end = time.monotonic() + LONG
    while True:
        result = found()
        if result:
            return result
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.1)


class Carried:
    """A process of muster's that carries a drill."""

    def __init__(self, platform, words):
        self.platform = platform
        self.process = platform.start(*words)
        self.out = self.err = ""

    def end(self, code=0):
        self.out, self.err = self.process.communicate(timeout=LONG)
        assert code is None or self.process.returncode == code, \
            f"the drill ended with {self.process.returncode}, not {code}: {self.err}{self.out[-4000:]}"
        return self

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)

    def over(self):
        return self.process.poll() is not None

    def descendants(self):
        return processes.descendants(self.process.pid)

    def stop(self):
        """However it is: it was begun by a test that failed."""
        if not self.over():
            for number in (signal.SIGCONT, signal.SIGTERM):
                self.kill(number)
            self.process.communicate()


def primary_of(drill):
    """The restored PostgreSQL server's own process in the drill's sandbox, when it takes sessions."""
    for pid in sorted(drill.descendants()):
        try:
            # initdb runs servers, too: they have no state of theirs in there
            if Path(f"/proc/{pid}/comm").read_text() == "postgres\n" and \
                    Path(f"/proc/{pid}/cwd/postmaster.pid").read_text().split("\n")[7].strip() == "ready":
                return pid
        except (OSError, IndexError):
            continue
    return None


class Platform:
    """The example platform, with a backup; `with` removes it and all that muster was to write."""

    def __init__(self, muster, size="2MB"):
        self.muster_path = os.path.realpath(muster)
        self.place = Path(tempfile.mkdtemp(prefix="mdr-", dir="/tmp"))
        self.place.chmod(0o755)
        self.scratch = self.place / "scratch"
        self.scratch.mkdir()
        self.scratch.chmod(0o1777)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("MUSTER_")}
        self.env |= {"TMPDIR": str(self.scratch), "LC_ALL": "C.UTF-8", "HOME": str(self.place)}
        self.directory = self.place / "p"
        self.config = self.directory / "muster.yaml"
        self.up = False
        self.carried = []
        try:
            words = ("demo", "up", "--quiet", "--json", "--size", size, "--directory", str(self.directory))
            self.servers = json.loads(self.run(words))["servers"]
            self.up = True
            (self.place / "plans").mkdir()
            self.plain = self.config.read_text()
            self.call("canary")
            self.call("backup")
        except BaseException:
            self.remove()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    def down(self):
        if self.up:
            self.run(("demo", "down", str(self.directory)), code=None)
        self.up = False

    def remove(self):
        for carried in self.carried:
            carried.stop()
        self.down()
        shutil.rmtree(self.place, ignore_errors=True)

    # ---- muster ----

    def start(self, *words, config=None):
        return subprocess.Popen([self.muster_path, "-c", str(config or self.config), *map(str, words)], env=self.env,
                                cwd=self.place, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def run(self, words, code=0):
        done = subprocess.run([self.muster_path, *words], env=self.env, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LONG, check=False)
        assert code in (None, done.returncode), f"muster {words}: {done.returncode}, not {code}: {done.stdout}{done.stderr}"
        return done.stdout

    def call(self, *words, code=0, config=None):
        """What it says on standard output; of a failure, on standard error."""
        process = self.start(*words, config=config)
        out, err = process.communicate(timeout=LONG)
        assert code in (None, process.returncode), f"muster {words}: {process.returncode}, not {code}: {err}{out[-4000:]}"
        return out if process.returncode == 0 else err

    def json(self, *words, config=None):
        return json.loads(self.call(*words, "--json", config=config))

    def configure(self, change=lambda text: text):
        """The configuration of the platform, but for what is changed."""
        self.config.write_text(change(self.plain))

    # ---- drills ----

    def plan(self, text, name="own"):
        path = self.place / "plans" / f"{name}.yaml"
        path.write_text(text)
        return path

    def drill(self, text, *words, name="own", code=0):
        """One that goes on by itself, to its end; its metrics."""
        self.begin(text, "--auto", *words, name=name).end(code)
        return self.metrics()

    def drills(self):
        return self.json("drill", "list", "-n", "0")["drills"]

    def begin(self, text, *words, name="own"):
        """One that has begun, or that has ended without."""
        before = len(self.drills())
        self.carry("start", self.plan(text, name), *words)
        until(lambda: self.carried[-1].over() or len(self.drills()) > before, "a drill begins")
        return self.carried[-1]

    def carry(self, *words):
        self.carried.append(Carried(self, ("drill", *words)))
        return self.carried[-1]

    def metrics(self, *drill):
        return json.loads(self.call("drill", "show", *drill, "--metrics"))

    def journal(self):
        return self.json("drill", "show")

    def steps(self):
        """The last of each, by its id."""
        return {s["id"]: s for s in self.journal()["steps"]}

    def entries(self):
        return self.json("drill", "entries")["entries"]

    def enter(self, *words, code=0):
        return self.call("drill", *words, code=code)

    def soon(self, *words):
        """Entered as soon as it may be: the process that carries the drill takes up what was before."""
        said = ""

        def entered():
            nonlocal said
            process = self.start("drill", *words)
            _, said = process.communicate(timeout=LONG)
            return process.returncode == 0

        try:
            until(entered, f"drill {words}")
        except AssertionError as e:
            raise AssertionError(f"{e}: {said}") from e

    def begun(self, *ids):
        """Waits until those steps have begun."""
        def found():
            try:
                steps = self.steps()
            except AssertionError:  # there is no drill yet
                return False
            return all(i in steps for i in ids)
        until(found, f"{ids} begin")

    def ended(self, *ids):
        def found():
            steps = self.steps()
            return all(i in steps and steps[i]["verdict"] is not None for i in ids)
        until(found, f"{ids} end")

    # ---- what is left ----

    def nothing_left(self, begun=()):
        """Of those processes, and of sandboxes in the directory for what is temporary."""
        def left():
            return [pid for pid in begun if Path(f"/proc/{pid}").exists()] + list(self.scratch.iterdir())
        until(lambda: not left(), f"nothing is left of {left()}")


def criteria(metrics):
    return {c["name"]: c["verdict"] for c in metrics["criteria"]}


def missed(metrics):
    """The criteria that were asked for and do not hold."""
    return {name for name, verdict in criteria(metrics).items() if verdict not in ("pass", "skipped", "warn")}


def failed(journal):
    """(name, component, subject) of each check that does not hold."""
    return {(c["name"], c.get("component") or "", c.get("subject") or "") for c in journal["checks"]
            if c["verdict"] in ("fail", "error")}


def of_cache(service, drill):
    """A platform of a cache alone, with that service, and that drill."""
    def change(text):
        cache = re.search(r"(?ms)^  redis-cache:\n.*?(?=^  \S)", text)[0]
        return text[:text.index("  postgres-main:")] + cache + service + ("drill:\n" + drill if drill else "") + \
            text[text.index("notify:"):]
    return change


def run_tests(tests, platform, only=""):
    """One after the other on one platform, each under its plain configuration. The exit code: 1 when any failed."""
    bad = 0
    for test in tests:
        if only not in test.__name__:
            continue
        began = time.monotonic()
        platform.configure()
        try:
            test(platform)
            platform.nothing_left()
            print(f"ok    {time.monotonic() - began:5.1f}s  {test.__name__}", flush=True)
        except Exception:  # every test is judged, whatever the one before came to
            bad += 1
            print(f"FAIL  {time.monotonic() - began:5.1f}s  {test.__name__}\n{traceback.format_exc()}", flush=True)
            for carried in platform.carried:
                carried.stop()
            platform.call("drill", "close", "--reason", "the test failed", code=None)
    return 1 if bad else 0
