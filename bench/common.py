# SPDX-License-Identifier: Apache-2.0
"""What the programs of this directory share: timings in turn, and the example platform."""
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "agent_orchestrator"


def run_once(argv):
    """Wall seconds and peak resident bytes of a command and its children."""
    start = time.perf_counter()
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(map(str, argv))} ended with {child.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss * 1024


def output_of(argv):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True).stdout


def quietly(argv):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)


def megabytes(path):
    return Path(path).stat().st_size / 1e6


def show(name, ours, peer, target):
    ratios = [a / b for a, b in zip(ours, peer)]
    print(f"{name:64} {statistics.median(ratios):5.2f} x ({min(ratios):.2f} to {max(ratios):.2f};"
          f" {statistics.median(ours):.2f} s against {statistics.median(peer):.2f} s)"
          f"{'  target ' + target if target else ''}", flush=True)


def compare(name, ours, peer, runs, target=""):
    """Time two commands in turn, after one uncounted run of each."""
    run_once(ours)
    run_once(peer)
    pairs = [(run_once(ours)[0], run_once(peer)[0]) for _ in range(runs)]
    show(name, [a for a, _ in pairs], [b for _, b in pairs], target)


class Platform:
    """The example platform, up for as long as the with statement lasts."""

    def __init__(self, muster, parent, size):
        self.muster, self.parent, self.size = muster, parent, size

    def __enter__(self):
        up = json.loads(output_of([self.muster, "demo", "up", "--quiet", "--json", "--size", self.size,
                                   "--directory", f"{self.parent}/p"]))
        self.directory, self.config = up["directory"], up["config"]
        postgres = up["servers"]["postgresql"]
        self.server = ["-h", postgres["socket"], "-p", str(postgres["port"]), "-U", postgres["user"]]
        self.component = "postgres-main"
        return self

    def __exit__(self, *_):
        quietly([self.muster, "demo", "down", self.directory])

    def dump(self, *options):
        return ["pg_dump", *self.server, *options, DATABASE]

    def archive(self, path):
        """The archive, uncompressed inside, in a gzip of one member."""
        quietly(["sh", "-c", f"{' '.join(self.dump('-Fc', '-Z0'))} | gzip -6 >{path}"])
        return path


def release_build(program):
    """The program to measure, built when it is not there."""
    if not Path(program).exists():
        quietly([ROOT / "tools/build-with.sh", ROOT / "build-release", "gcc", "-Dbuildtype=release"])
    return program
