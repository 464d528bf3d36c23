#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A whole platform restored into one sandbox: its servers are up side by side, programs that run in
there reach them and each other and nothing else, and however it ends nothing is left.
usage: test_restore_fleet.py MUSTER FLEET_FIXTURE"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

MUSTER, FIXTURE = (os.path.realpath(word) for word in sys.argv[1:3])
PLACE = Path(tempfile.mkdtemp(prefix="mrf-", dir="/tmp"))
SCRATCH = PLACE / "scratch"
READABLE = PLACE / "application"
ENV = {**os.environ, "TMPDIR": str(SCRATCH), "LC_ALL": "C.UTF-8"}

# A service and its client, of the standard library alone; both are given to the sandbox to read.
SERVICE = """
import http.server, os, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["AMQP_URL"].encode())
server = http.server.HTTPServer(("127.0.0.1", 8080), Answer)
print("listens", flush=True)
server.serve_forever()
"""
CLIENT = """
import os, sys, urllib.request
if urllib.request.urlopen("http://127.0.0.1:8080/").read().decode() == os.environ["AMQP_URL"]:
    print("reached the service")
"""
# The first words of AMQP 0-9-1, and what a server says to them: that it is one.
AMQP = """
import os, socket, urllib.parse
url = urllib.parse.urlsplit(os.environ["AMQP_URL"])
s = socket.create_connection((url.hostname, url.port)); s.sendall(b"AMQP\\0\\0\\x09\\x01")
print(s.recv(4096)[0], url.username.split("-")[0], bool(url.password))
"""
OUTSIDE = """
import os, socket, sys
found = []
for family, address in ((socket.AF_INET, ("127.0.0.1", int(sys.argv[1]))), (socket.AF_INET, ("1.1.1.1", 80)),
                        (socket.AF_UNIX, sys.argv[2])):
    s = socket.socket(family); s.settimeout(3)
    try:
        s.connect(address); found.append(address)
    except OSError:
        pass
found += [p for p in (sys.argv[2], "/etc/shadow", "/root/.ssh", "/home") if os.path.exists(p)]
found += [k for k in os.environ if "SECRET" in k]
print("outside:", found)
"""


def fail(why):
    sys.exit(f"FAILED: {why}")


def muster(*words):
    done = subprocess.run([MUSTER, *words], env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode:
        fail(f"muster {' '.join(words)}: code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def processes():
    found = []
    for p in Path("/proc").glob("[0-9]*"):
        try:
            words = (p / "cmdline").read_bytes()
        except OSError:
            continue
        if str(SCRATCH).encode() in words and int(p.name) != os.getpid():
            found.append(words.replace(b"\0", b" ").decode())
    return found


def nothing_left():
    for _ in range(600):
        mounts = str(SCRATCH) in Path("/proc/self/mountinfo").read_text()
        if not list(SCRATCH.iterdir()) and not processes() and not mounts:
            return
        time.sleep(0.1)
    fail(f"left: {list(SCRATCH.iterdir())} {processes()}")


class Fleet:
    """The fixture, until it is ready; what it told, by its first word."""

    def __init__(self, config, *programs):
        self.told = []
        self.process = subprocess.Popen([FIXTURE, str(config), str(SCRATCH), str(READABLE), *programs], env=ENV,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        watch = threading.Timer(600, self.process.kill)
        watch.daemon = True
        watch.start()
        self.hear("ready")
        watch.cancel()

    def hear(self, until=None):
        for line in self.process.stdout:
            self.told.append(line.rstrip("\n").split("\t"))
            if self.told[-1][0] == until:
                return
        if until:
            fail(f"the fixture ended before {until}: {self.told[-40:]}")

    def of(self, word):
        return [t[1:] for t in self.told if t[0] == word]

    def checks(self, name, component=None):
        return [c for c in self.of("check") if c[2] == name and component in (None, c[1])]

    def end(self):
        self.process.stdin.close()
        self.hear()
        if self.process.wait():
            fail(f"the fixture: code {self.process.returncode}")
        nothing_left()


def script(name, text):
    (READABLE / name).write_text(text)
    return f"python3 {READABLE / name}"


def listen_outside():
    tcp = socket.create_server(("127.0.0.1", 0))
    unix = socket.socket(socket.AF_UNIX)
    unix.bind(str(PLACE / "host.sock"))
    unix.listen()
    return tcp, unix


def expect(fleet, outputs):
    found = fleet.of("output")
    for (code, text), wanted in zip(found, outputs):
        if code != "0" or wanted not in text:
            fail(f"not {wanted!r} but code {code}: {text}")
    if len(found) != len(outputs):
        fail(f"{len(found)} outputs: {found}")


def every_check_is_told_once(fleet, engines):
    told = [tuple(c[1:]) for c in fleet.of("check")]
    if len(set(told)) != len(told):
        fail(f"told twice: {[c for c in told if told.count(c) > 1]}")
    for component, engine in engines.items():
        for name in ("exists", "hash", "format", "restored", "server-log"):
            found = fleet.checks(name, component)
            if not found or any(c[3] != "pass" for c in found):
                fail(f"{component}: {name} is {found}")
        if {c[0] for c in fleet.checks("restored", component)} != {f"proven {component}"}:
            fail(f"{component}: restored is told by {fleet.checks('restored', component)}")
        steps = {c[0] for c in fleet.checks("proven", component)}
        wanted = {f"proven {component}"} | ({f"source {component}"} if engine == "postgresql" else set())
        if steps != wanted or any(c[3] != "pass" for c in fleet.checks("proven", component)):
            fail(f"{component}: {fleet.checks('proven', component)}")
        if not any(n[0] == component and n[1] == "time to load" for n in fleet.of("note")):
            fail(f"{component}: {fleet.of('note')}")
    rest = {"postgresql": "schema", "redis": "persistence", "rabbitmq": "round-trip"}
    for component, engine in engines.items():
        if [(c[0], c[3]) for c in fleet.checks(rest[engine], component)] != [(f"rest {component}", "pass")]:
            fail(f"{component}: {fleet.checks(rest[engine], component)}")
    for name in ("sandbox", "removed"):
        if [(c[1], c[3]) for c in fleet.checks(name)] != [("", "pass")]:
            fail(f"{name}: {fleet.checks(name)}")
    if fleet.of("verdict")[0][0] not in ("pass", "warn"):
        fail(f"the verdict: {[c for c in fleet.of('check') if c[3] not in ('pass', 'skipped')]}")


def servers_are_up_side_by_side(config):
    """And programs reach them, and each other, and nothing outside."""
    tcp, unix = listen_outside()
    ENV["MUSTER_TEST_SECRET"] = "secret"
    service, client = script("service.py", SERVICE), script("client.py", CLIENT)
    amqp, outside = script("amqp.py", AMQP), script("outside.py", OUTSIDE)
    fleet = Fleet(
        config,
        "run:psql -d agent_orchestrator -Atc 'SELECT count(*) > 0 FROM orchestrator.users'; "
        "psql -Atc \"SELECT 'by TCP'\" $POSTGRES_URL/agent_orchestrator; "
        "psql -Atc 'CREATE DATABASE written' $POSTGRES_URL/postgres",
        "run:redis-cli -u $REDIS_URL set written inside; redis-cli -s $REDIS_SOCKET get written; "
        "redis-cli -u $REDIS_URL info replication | grep -o role:master",
        "run:curl -sf -u $RABBITMQ_USER:$RABBITMQ_PASSWORD ${RABBITMQ_MANAGEMENT_URL}api/queues | grep -c name",
        f"run:{amqp}",
        f"start:service.log:exec {service}",
        "wait:service.log:listens",
        f"run:{client}",
        f"run:{outside} {tcp.getsockname()[1]} {PLACE / 'host.sock'}",
    )
    expect(fleet, ["t|by TCP|CREATE DATABASE", "OK|inside|role:master", "1", "1 muster True", "reached the service",
                   "outside: []"])
    fleet.end()
    if fleet.of("ended") != [["143"]]:
        fail(f"the service ended with {fleet.of('ended')}")
    every_check_is_told_once(fleet, {"postgres-main": "postgresql", "redis-cache": "redis", "rabbitmq": "rabbitmq"})
    names = [v[0].split("=")[0] for v in fleet.of("environment")]
    if len(set(names)) != len(names) or not {"PGHOST", "POSTGRES_URL", "REDIS_URL", "AMQP_URL"} <= set(names):
        fail(f"the environment: {names}")
    tcp.close()
    unix.close()


def an_owner_that_is_killed_leaves_nothing(config):
    fleet = Fleet(config, "start:long.log:sleep 1000", "run:(setsid sleep 1000 &) ; echo begun")
    expect(fleet, ["begun"])
    if not Path(fleet.of("ready")[0][0]).is_dir():
        fail("there is no sandbox")
    fleet.process.kill()
    fleet.process.wait()
    nothing_left()


def two_of_each_engine(directory):
    """Each has a place of its own, and its own ports."""
    twice = directory / "twice.yaml"
    text = (directory / "muster.yaml").read_text()
    parts = text.split("components:\n")[1].split("  broker-console:")[0]
    for name in ("postgres-main", "redis-cache", "rabbitmq"):
        parts = parts.replace(f"  {name}:\n", f"  {name}-2:\n")
        before, after = parts.split(f"  {name}-2:\n")
        after = after.replace("{max_age: 24h}", f"{{max_age: 24h, path: {directory / 'backups' / name}-2}}", 1)
        parts = before + f"  {name}-2:\n" + after
    head, tail = text.split("  broker-console:", 1)
    text = (head + parts + "  broker-console:" + tail).replace("/p/backups", "/p/backups-2").replace("/p/state", "/p/state-2")
    # and each PostgreSQL a standby
    text = text.replace("{rto: 1h, rpo: 24h}\n", "{rto: 1h, rpo: 24h}\n    restore: {standby: true}\n")
    twice.write_text(text)
    muster("backup", "--config", str(twice))
    fleet = Fleet(twice,
                  "run:redis-cli -u $REDIS_URL set which first; redis-cli -p 6380 set which second; "
                  "redis-cli -u $REDIS_URL get which; redis-cli -p 6380 get which",
                  "run:for p in 5432 5433; do psql -Atc 'SELECT count(*) > 0 FROM orchestrator.users' "
                  "postgresql://postgres@127.0.0.1:$p/agent_orchestrator; done",
                  "run:for p in 5672 5673 15672 15673; do (exec 3<>/dev/tcp/127.0.0.1/$p) && echo $p; done")
    expect(fleet, ["OK|OK|first|second", "t|t", "5672|5673|15672|15673"])
    own = dict(v for v in fleet.of("variable") if v[1].startswith("REDIS_URL="))
    if own != {"redis-cache": "REDIS_URL=redis://127.0.0.1:6379", "redis-cache-2": "REDIS_URL=redis://127.0.0.1:6380"}:
        fail(f"each one's own variables: {own}")
    if ["REDIS_URL=redis://127.0.0.1:6379"] not in fleet.of("environment"):
        fail(f"the first's variables: {fleet.of('environment')}")
    fleet.end()
    if [c[3] for c in fleet.checks("replication")] != ["pass", "pass"]:
        fail(f"standbys: {fleet.checks('replication')}")
    every_check_is_told_once(fleet, {f"{c}{n}": e for c, e in (("postgres-main", "postgresql"), ("redis-cache", "redis"),
                                                              ("rabbitmq", "rabbitmq")) for n in ("", "-2")})


def one_that_is_damaged_stops_no_other(directory):
    for snapshot in (directory / "backups").rglob("*.rdb*"):
        snapshot.chmod(0o644)
        snapshot.write_bytes(snapshot.read_bytes()[:-40])
    fleet = Fleet(directory / "muster.yaml", "run:psql -Atc 'SELECT 1'; echo ${REDIS_URL-none}")
    expect(fleet, ["1|none"])
    fleet.end()
    if {c[3] for c in fleet.checks("restored", "redis-cache")} != {"skipped"} or \
            {c[3] for c in fleet.checks("restored", "postgres-main")} != {"pass"}:
        fail(f"restored: {fleet.checks('restored')}")
    if fleet.of("verdict") != [["fail"]]:
        fail(f"the verdict is {fleet.of('verdict')}")


def main():
    PLACE.chmod(0o755)
    for directory in (SCRATCH, READABLE):
        directory.mkdir()
    SCRATCH.chmod(0o1777)
    directory = PLACE / "p"
    config = json.loads(muster("demo", "up", "--quiet", "--json", "--size", "2MB", "--directory", str(directory)))["config"]
    try:
        muster("backup", "--config", config)
        servers_are_up_side_by_side(config)
        an_owner_that_is_killed_leaves_nothing(config)
        two_of_each_engine(directory)
        one_that_is_damaged_stops_no_other(directory)
    finally:
        subprocess.run([MUSTER, "demo", "down", str(directory)], env=ENV, stdout=subprocess.DEVNULL, check=False)
        shutil.rmtree(PLACE)
    print("passed")


main()
