#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From a backup that vanishes to the alert that somebody gets, and back.

usage: test_monitoring.py MUSTER SOURCES

Redis is backed up and verified; muster writes its metrics for node_exporter; Prometheus scrapes that
and evaluates the rules we ship; Alertmanager tells a receiver of the test's own. All are private
processes on free ports of loopback, ended by their pids. Nothing is timed: each step waits until it
has happened, for minutes if need be.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import listener

MUSTER, SOURCES = (os.path.realpath(a) for a in sys.argv[1:3])
PROGRAMS = ("redis-server", "prometheus", "prometheus-node-exporter", "prometheus-alertmanager")
PATIENCE = 180  # seconds, of which a fast machine needs a few


class Receiver:
    """Alertmanager's webhook: remembers what it was told."""

    def __init__(self):
        self.lock, self.told = threading.Lock(), []
        outer = self

        class Handler(listener.Handler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer.lock:
                    outer.told += body["alerts"]
                self.send_response(200)
                self.end_headers()

        self.server = listener.Listener(Handler)
        self.url = self.server.url + "/"

    def last(self, **labels):
        """What was told last of the alert with these labels; None: nothing."""
        with self.lock:
            for alert in reversed(self.told):
                if all(alert["labels"].get(k) == v for k, v in labels.items()):
                    return alert
        return None


class World:
    def __init__(self, directory):
        self.directory, self.processes = Path(directory), []
        self.prom = self.directory / "collected/muster.prom"
        for name in ("collected", "redis", "tsdb", "alertmanager"):
            (self.directory / name).mkdir()
        self.receiver = Receiver()

    def start(self, name, *words):
        with open(self.directory / f"{name}.log", "wb") as log:
            process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.directory)
        self.processes.append((name, process))

    def start_listener(self, name, *words):
        """On a port that the kernel chooses; gives the address that it says it listens on."""
        self.start(name, *words, "--web.listen-address=127.0.0.1:0")
        log = self.directory / f"{name}.log"
        line = re.compile(r'"Listening on" address=(127\.0\.0\.1:\d+)')
        return self.wait(f"{name} listens", lambda: line.search(log.read_text(errors="replace"))).group(1)

    def end(self):
        self.receiver.server.close()
        for _, process in self.processes:
            process.terminate()
        for _, process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def logs(self):
        for name, process in self.processes:
            print(f"--- {name} (exit code {process.poll()})")
            print((self.directory / f"{name}.log").read_text(errors="replace")[-3000:])

    def wait(self, what, condition):
        end = time.monotonic() + PATIENCE
        while True:
            dead = [name for name, process in self.processes if process.poll() is not None]
            assert not dead, f"ended early: {dead}"
            try:
                found = condition()
            except OSError:  # it does not listen yet
                found = None
            if found:
                print(f"ok   {what}", flush=True)
                return found
            assert time.monotonic() < end, f"not in {PATIENCE} s: {what}"
            time.sleep(0.2)

    def muster(self, *words, code=0):
        run = subprocess.run([MUSTER, "-c", str(self.directory / "muster.yaml"), *words], capture_output=True, text=True)
        assert run.returncode == code, (words, run.returncode, run.stdout, run.stderr)
        return run.stdout

    def tell(self):
        self.muster("metrics", "--textfile", str(self.prom))

    def query(self, expression):
        url = f"{self.prometheus}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]["result"]


def start_all(w):
    d = w.directory
    w.start("redis", "redis-server", "--port", "0", "--unixsocket", f"{d}/redis/socket", "--dir", f"{d}/redis")
    exporter = w.start_listener("node_exporter", "prometheus-node-exporter", "--collector.disable-defaults",
                                "--collector.textfile", f"--collector.textfile.directory={d}/collected")
    (d / "alertmanager.yml").write_text(f"""route: {{receiver: test, group_by: [...], group_wait: 0s, group_interval: 1s}}
receivers: [{{name: test, webhook_configs: [{{url: "{w.receiver.url}", send_resolved: true}}]}}]
""")
    alertmanager = w.start_listener("alertmanager", "prometheus-alertmanager", f"--config.file={d}/alertmanager.yml",
                                    "--cluster.listen-address=", f"--storage.path={d}/alertmanager")
    (d / "prometheus.yml").write_text(f"""global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{SOURCES}/contrib/prometheus/muster.rules.yml]
scrape_configs:
  - {{job_name: node, static_configs: [{{targets: ["{exporter}"]}}]}}
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{alertmanager}"]}}]}}]}}
""")
    w.prometheus = "http://" + w.start_listener("prometheus", "prometheus", f"--config.file={d}/prometheus.yml",
                                                f"--storage.tsdb.path={d}/tsdb")
    (d / "muster.yaml").write_text(f"""version: 1
platform: {{name: shop}}
repository: {{path: {d}/backups, disk_free_min: 0}}
history: {{state_dir: {d}/state}}
components:
  cache: {{engine: redis, connect: {{socket: {d}/redis/socket}}, severities: {{disk-room: ignore}}}}
""")
    w.wait("redis listens", (d / "redis/socket").exists)


def is_told(w, status, **labels):
    alert = w.receiver.last(**labels)
    return alert if alert and alert["status"] == status else None


MISSING = {"alertname": "MusterCheckFailed", "component": "cache", "kind": "verify", "check": "exists"}
TOO_OLD = {"alertname": "MusterBackupTooOld", "component": "cache"}
FAILED = {"alertname": "MusterRunFailed", "kind": "verify"}


def story(w):
    status = 'muster_check_status{platform="shop",component="cache",kind="verify",check="exists"}'
    w.tell()
    w.wait("before anything ran, that no backup is there is told", lambda: is_told(w, "firing", **TOO_OLD))
    w.wait("and that no test has passed",
           lambda: is_told(w, "firing", alertname="MusterTestOverdue", schedule="daily-verify"))
    w.muster("backup")
    w.muster("verify")
    w.tell()
    w.wait("a backup that was verified reaches Prometheus", lambda: w.query(status + " == 1"))
    w.wait("and ends the alert", lambda: is_told(w, "resolved", **TOO_OLD))
    w.wait("as the verification ends the other",
           lambda: is_told(w, "resolved", alertname="MusterTestOverdue", schedule="daily-verify"))
    assert not w.receiver.last(**MISSING) and not w.receiver.last(**FAILED), w.receiver.told

    (w.directory / "backups").rename(w.directory / "gone")
    w.muster("verify", code=1)
    w.tell()
    alert = w.wait("a set that goes missing is told of", lambda: is_told(w, "firing", **MISSING))
    assert alert["labels"]["severity"] == "critical" and "runbooks.md#" in alert["annotations"]["runbook_url"], alert
    assert alert["annotations"]["summary"] == "shop: exists of cache failed", alert
    alert = w.wait("with the age of the backup", lambda: is_told(w, "firing", **TOO_OLD))
    assert alert["annotations"]["description"] == "There is no backup of cache in the repository.", alert
    w.wait("and the run that failed", lambda: is_told(w, "firing", **FAILED))

    (w.directory / "gone").rename(w.directory / "backups")
    w.muster("verify")
    w.tell()
    for labels in (MISSING, TOO_OLD, FAILED):
        w.wait(f"when the set is back {labels['alertname']} is over", lambda: is_told(w, "resolved", **labels))

    # a scrape may take too long once
    w.wait("metrics that are there are no alert", lambda: not w.query('ALERTS{alertname="MusterDown"}'))
    long_ago = time.time() - 3600
    os.utime(w.prom, (long_ago, long_ago))
    w.wait("a file that nobody writes any more is noticed", lambda: w.query('ALERTS{alertname="MusterDown"}'))
    w.tell()
    w.wait("until somebody does", lambda: not w.query('ALERTS{alertname="MusterDown"}'))
    w.prom.unlink()
    w.wait("as are metrics that are gone", lambda: w.query('ALERTS{alertname="MusterDown"}'))


def main():
    absent = [p for p in PROGRAMS if not shutil.which(p)]
    if absent:
        print(f"skipped: not installed: {', '.join(absent)} (tools/packages.txt lists their packages)")
        return 77
    for variable in [v for v in os.environ if v.startswith("MUSTER_")]:
        del os.environ[variable]
    with tempfile.TemporaryDirectory(prefix="muster-test-") as directory:
        w = World(directory)
        try:
            start_all(w)
            story(w)
        except BaseException:
            w.logs()
            print("told:", json.dumps(w.receiver.told, indent=1)[-4000:])
            raise
        finally:
            w.end()
    return 0


sys.exit(main())
