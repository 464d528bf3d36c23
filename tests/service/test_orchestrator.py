#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example platform's application on the example platform: its API and its workers do what they
promise, also when messages come twice, stores hang or hang up, and requests are bad.

usage: test_orchestrator.py MUSTER API WORKER    (prints one line per test, exits 1 when any failed)
"""
import base64
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from runner import run_tests

MUSTER, API, WORKER = (os.path.realpath(a) for a in sys.argv[1:4])
PLACE = Path(tempfile.mkdtemp(prefix="mor-", dir="/tmp"))
PATIENCE = 60


def run(*argv, code=0, **more):
    done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, **more)
    assert done.returncode == code, f"{argv} ended with {done.returncode}: {done.stderr}{done.stdout[-2000:]}"
    return done.stdout


def until(what, ask):
    """The first answer that is true. The limit only ends a test that hangs."""
    end = time.monotonic() + PATIENCE
    while True:
        if answer := ask():
            return answer
        assert time.monotonic() < end, f"{what}: has not come in {PATIENCE} s"
        time.sleep(0.05)


class Platform:
    def __init__(self):
        up = json.loads(run(MUSTER, "demo", "up", "--quiet", "--json", "--size", "2MB", "--directory", PLACE / "p"))
        self.directory, self.servers = up["directory"], up["servers"]
        p, r = self.servers["postgresql"], self.servers["rabbitmq"]
        self.user = p["user"]
        self.database_url = (f"postgresql:///{p['database']}?host={urllib.parse.quote(p['socket'], safe='')}"
                             f"&port={p['port']}&user=")
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("PG")},
            "REDIS_URL": f"unix://{self.servers['redis']['socket']}",
            "LISTEN": "127.0.0.1:0",
        }
        self.broker = f"127.0.0.1:{r['port']}/orchestrator"

    def sql(self, query):
        return run("psql", "-XAtd", self.database_url + self.user, "-c", query).strip()

    def redis(self, *words):
        return run("redis-cli", "-s", self.servers["redis"]["socket"], *words).strip()

    def rabbit(self, method, path, document=None):
        r = self.servers["rabbitmq"]
        request = urllib.request.Request(f"http://127.0.0.1:{r['management_port']}/api/{path}", method=method,
                                         data=None if document is None else json.dumps(document).encode())
        login = f"{r['user']}:{Path(r['password_file']).read_text().strip()}"
        request.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
        request.add_header("Content-Type", "application/json")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            body = answer.read()
            return json.loads(body) if body else None

    def publish(self, payload):
        sent = self.rabbit("POST", "exchanges/orchestrator/tasks/publish", {
            "properties": {"delivery_mode": 2}, "routing_key": "agent.0.task", "payload": payload,
            "payload_encoding": "string"})
        assert sent["routed"], payload

    def results(self, task):
        return int(self.sql("SELECT count(*) FROM orchestrator.messages m JOIN orchestrator.tool_calls c "
                            f"ON c.message_id = m.id WHERE m.task_id = {task}"))


class Service:
    """A program that was started here, with what it says in a file."""
    started = []

    def __init__(self, program, **more):
        self.log = PLACE / f"{Path(program).name}.{len(Service.started)}.log"
        with self.log.open("w") as log:
            self.child = subprocess.Popen([program], env={**PLATFORM.environment, **more}, stdin=subprocess.DEVNULL,
                                          stdout=log, stderr=log)
        Service.started.append(self)

    def said(self, words):
        def ask():
            assert words in self.log.read_text() or self.child.poll() is None, \
                f"ended with {self.child.returncode}: {self.log.read_text()}"
            return words in self.log.read_text()
        until(f"{words!r} in {self.log.name}", ask)
        return self

    def end(self, number=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(number)
        return self.child.wait(PATIENCE)


class Api(Service):
    def __init__(self, **more):
        super().__init__(API, **{"AMQP_URL": f"amqp://api:demo-api@{PLATFORM.broker}",
                                 "DATABASE_URL": PLATFORM.database_url + "orchestrator_api", **more})
        self.said("listening at")
        self.port = int(re.search(r"listening at \S+ port (\d+)", self.log.read_text())[1])

    def ask(self, method, path, body=None, **headers):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            c.request(method, path, body=body, headers=headers)
            answer = c.getresponse()
            text = answer.read().decode()
            is_json = answer.headers["Content-Type"] == "application/json"
            return answer.status, answer.headers, json.loads(text) if is_json else text
        finally:
            c.close()

    def create(self, **task):
        status, headers, document = self.ask("POST", "/tasks", json.dumps(task))
        assert status == 201 and headers["Location"] == f"/tasks/{document['id']}", (status, document)
        return document["id"]

    def task(self, number):
        status, headers, document = self.ask("GET", f"/tasks/{number}")
        assert status == 200 and document["id"] == number, (status, document)
        return document, headers["X-Cache"]

    def done(self, number):
        return until(f"task {number} is done", lambda: (t := self.task(number)[0])["state"] == "succeeded" and t)

    def health(self, wanted):
        """Poll until it is as wanted: the names of what does not answer."""
        def ask():
            status, _, document = self.ask("GET", "/health")
            assert (status == 200) == (document["failing"] == []) and status in (200, 503), (status, document)
            return document["failing"] == wanted and document
        return until(f"/health names {wanted}", ask)

    def metric(self, name):
        return int(re.search(rf"^{re.escape(name)} (\d+)$", self.ask("GET", "/metrics")[2], re.M)[1])


def worker(**more):
    return Service(WORKER, **{"AMQP_URL": f"amqp://worker:demo-worker@{PLATFORM.broker}",
                              "DATABASE_URL": PLATFORM.database_url + "orchestrator_worker", **more}).said("waiting for tasks")


def test_a_task_is_done():
    text = "Größe zählt nicht:\n  drei\tWörter mehr "
    agent = int(PLATFORM.sql("SELECT min(id) FROM orchestrator.agents"))
    tasks = [APP.create(agent_id=agent, title="measure", description=text, priority=0)]
    tasks += [APP.create(title=f"task number {i}") for i in range(20)]
    done = APP.done(tasks[0])
    assert done["input"] == {"title": "measure", "description": text}, done
    assert (done["agent_id"], done["priority"], done["attempts"]) == (agent, 0, 1), done
    assert done["result"] == {"words": 6, "bytes": len(text.encode()),
                              "sha256": hashlib.sha256(text.encode()).hexdigest()}, done
    for i, task in enumerate(tasks[1:]):
        assert APP.done(task)["result"]["sha256"] == hashlib.sha256(f"task number {i}".encode()).hexdigest()
    assert all(PLATFORM.results(task) == 1 for task in tasks)
    assert PLATFORM.sql(f"SELECT encode(digest, 'hex') FROM orchestrator.tool_calls c JOIN orchestrator.messages m "
                        f"ON m.id = c.message_id WHERE m.task_id = {tasks[0]}") == done["result"]["sha256"]


def test_what_is_done_comes_from_redis():
    task = APP.create(description="one two three")
    done = APP.done(task)
    key = f"orchestrator:task:{task}"
    assert until("cached", lambda: APP.task(task) == (done, "hit"))
    assert 0 < int(PLATFORM.redis("TTL", key)) <= 3600
    hits = APP.metric('orchestrator_cache_reads_total{result="hit"}')
    assert APP.task(task) == (done, "hit")
    assert APP.metric('orchestrator_cache_reads_total{result="hit"}') == hits + 1
    PLATFORM.redis("DEL", key)
    assert APP.task(task) == (done, "miss")
    assert APP.task(task) == (done, "hit")


def test_a_message_that_comes_again_does_no_harm():
    WORK.end()
    task = APP.create(description="once only")
    until("the message", lambda: PLATFORM.rabbit("POST", "queues/orchestrator/tasks.normal/get", {
        "count": 1, "ackmode": "ack_requeue_true", "encoding": "auto"}))
    for _ in range(3):
        PLATFORM.publish(json.dumps({"task_id": task}))
    first, second = worker(), worker()
    done = APP.done(task)

    def said():
        return first.log.read_text() + second.log.read_text()
    until("all messages taken", lambda: said().count(f"task {task} was done before") >= 3)
    for service in (first, second):
        assert service.end() == 0
    assert said().count(f"task {task} is done") == 1 and said().count(f"task {task} was done before") == 3, said()
    assert "redelivered" in said()
    assert PLATFORM.results(task) == 1 and APP.task(task)[0] == done
    # a worker that is killed while it holds messages
    tasks = [APP.create(description=f"held {i}") for i in range(40)]
    victim = worker()
    victim.said(" is done")
    victim.end(signal.SIGKILL)
    again()
    for task in tasks:
        APP.done(task)
        assert PLATFORM.results(task) == 1


def test_messages_that_mean_nothing_are_put_aside():
    before = PLATFORM.rabbit("GET", "queues/orchestrator/tasks.dead").get("messages", 0)
    for payload in ("no JSON", "[]", "{}", '{"task_id":"1"}', '{"task_id":-1}', '{"task_id":999999999999}'):
        PLATFORM.publish(payload)
    until("dead letters", lambda: PLATFORM.rabbit("GET", "queues/orchestrator/tasks.dead").get("messages", 0) == before + 6)
    APP.done(APP.create(title="still working"))


def test_bad_requests_are_told_what_to_do():
    created = APP.metric("orchestrator_tasks_created_total")
    rows = PLATFORM.sql("SELECT count(*) FROM orchestrator.tasks")
    for status, body in (
            (400, ""), (400, "{"), (400, "[]"), (400, "{}"), (400, '{"title":""}'), (400, '{"title":7}'),
            (400, '{"title":"a","title":"b"}'), (400, '{"title":"a","agent_id":"1"}'), (400, '{"title":"a","agent_id":0}'),
            (400, '{"title":"a","priority":10}'), (400, '{"title":"a","unknown":1}'), (400, b'{"title":"\xff"}'),
            (400, json.dumps({"title": "x" * 201})), (400, '{"title":"a\\u0000b"}'), (400, "[" * 60000),
            (413, json.dumps({"description": "x" * 65536})),
            (422, '{"title":"a","agent_id":999999999}'), (422, '{"title":"a","workflow_id":999999999}')):
        got, _, document = APP.ask("POST", "/tasks", body)
        assert got == status and document["error"] and document["hint"], (body[:80], got, document)
    for method, path, status in (("GET", "/tasks/0", 400), ("GET", "/tasks/x", 400), ("GET", "/tasks/", 400),
                                 ("GET", "/tasks/1;DROP", 400), ("GET", "/tasks/99999999999999999999", 400),
                                 ("GET", "/tasks/999999999", 404), ("GET", "/", 404), ("GET", "/tasks", 405),
                                 ("DELETE", "/tasks/1", 405), ("POST", "/health", 405)):
        got, headers, document = APP.ask(method, path)
        assert got == status and document["hint"] and (got == 405) == ("Allow" in headers), (path, got, document)
    # of no announced length
    pieces = (b"x" * 8192 for _ in range(20))
    assert APP.ask("POST", "/tasks", pieces)[0] == 413
    assert APP.metric("orchestrator_tasks_created_total") == created
    assert PLATFORM.sql("SELECT count(*) FROM orchestrator.tasks") == rows
    exactly = json.dumps({"description": "x" * (65536 - len('{"description": ""}'))})
    status, _, document = APP.ask("POST", "/tasks", exactly)
    assert len(exactly) == 65536 and status == 201, document
    assert APP.done(document["id"])["result"]["words"] == 1


def test_text_stays_text():
    text = "'); DROP TABLE orchestrator.tasks; --\r\nSET x y\r\n%s%n$1"
    assert APP.done(APP.create(title="quoted", description=text))["input"]["description"] == text


def test_health_names_what_does_not_answer():
    assert APP.health([])["status"] == "ok"
    task = APP.create(title="before")
    done = APP.done(task)
    pid = int(re.search(r"process_id:(\d+)", PLATFORM.redis("INFO", "server"))[1])
    os.kill(pid, signal.SIGSTOP)
    try:
        assert APP.health(["redis"])["stores"]["redis"] != "ok"
        assert APP.task(task) == (done, "miss")
        during = APP.create(title="during")
        assert APP.done(during)["result"]["words"] == 1
    finally:
        os.kill(pid, signal.SIGCONT)
    APP.health([])
    until("cached again", lambda: APP.task(during)[1] == "hit")
    # a server that has no such table, and one that nobody serves
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"redis://:hunter2@127.0.0.1:{closed.getsockname()[1]}/3"
        api = Api(REDIS_URL=url, DATABASE_URL=PLATFORM.database_url.replace("/agent_orchestrator", "/postgres") + PLATFORM.user)
        stores = api.health(["postgresql", "redis"])["stores"]
        assert "orchestrator.tasks" in stores["postgresql"] and stores["rabbitmq"] == "ok", stores
        assert api.ask("POST", "/tasks", '{"title":"a"}')[0] == 503
        assert api.end() == 0 and "hunter2" not in api.log.read_text()
        port = closed.getsockname()[1]
        api = Api(REDIS_URL=url, DATABASE_URL=f"postgresql://u:hunter2@127.0.0.1:{port}/d", AMQP_URL=f"amqp://u:hunter2@127.0.0.1:{port}/v")
        document = api.health(["postgresql", "redis", "rabbitmq"])
        assert api.ask("GET", "/tasks/1")[0] == 503 and api.metric("orchestrator_up") == 1
        assert api.end() == 0 and "hunter2" not in api.log.read_text() + json.dumps(document)


def test_a_store_that_starts_late_or_again_is_found():
    redis = PLACE / "own.sock"
    api, own = Api(REDIS_URL=f"unix://{redis}?db=2"), worker(REDIS_URL=f"unix://{redis}?db=2")
    try:
        for _ in range(2):
            api.health(["redis"])
            server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", redis, "--save", "", "--dir", PLACE],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            try:
                api.health([])
                task = api.create(title="again")
                until("cached", lambda: api.done(task) and api.task(task)[1] == "hit")
                assert run("redis-cli", "-s", redis, "-n", "2", "EXISTS", f"orchestrator:task:{task}").strip() == "1"
            finally:
                server.kill()
                server.wait()
        api.health(["redis"])
    finally:
        codes = api.end(), own.end()
    assert codes == (0, 0), codes


def test_a_broker_that_hangs_is_named_and_found_again():
    APP.health([])
    pid = int(PLATFORM.rabbit("GET", "nodes")[0]["os_pid"])
    os.kill(pid, signal.SIGSTOP)
    try:
        APP.health(["rabbitmq"])
        status, _, document = APP.ask("POST", "/tasks", '{"title":"meanwhile"}')
        assert status == 503 and APP.task(document["id"])[0]["state"] == "cancelled", (status, document)
    finally:
        os.kill(pid, signal.SIGCONT)
    APP.health([])
    APP.done(APP.create(title="after"))


def test_connections_that_are_cut_are_made_anew():
    APP.done(APP.create(title="all connected"))
    PLATFORM.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'orchestrator'")
    PLATFORM.redis("CLIENT", "KILL", "TYPE", "normal")
    own = until("its connections are known", lambda: [
        c["name"] for c in PLATFORM.rabbit("GET", "connections") if c.get("user") in ("api", "worker")])
    for name in own:
        try:
            PLATFORM.rabbit("DELETE", "connections/" + urllib.parse.quote(name, safe=""))
        except urllib.error.HTTPError as e:
            assert e.code == 404, e  # it ended by itself: the broker tells of connections late
    APP.health([])
    tasks = [APP.create(title=f"task {i}") for i in range(5)]
    for task in tasks:
        APP.done(task)
        assert PLATFORM.results(task) == 1


def test_a_task_that_no_worker_can_be_told_of_is_cancelled():
    api = Api(TASK_EXCHANGE="by-model")  # routes by headers, which ours have not
    status, _, document = api.ask("POST", "/tasks", '{"title":"unheard"}')
    assert status == 503 and document["hint"] and "id" in document, (status, document)
    assert api.task(document["id"])[0]["state"] == "cancelled"
    assert api.end() == 0


def test_a_broker_with_nothing_gets_what_is_needed():
    PLATFORM.rabbit("PUT", "vhosts/bare", {})
    r = PLATFORM.servers["rabbitmq"]
    url = f"amqp://{r['user']}:{Path(r['password_file']).read_text().strip()}@127.0.0.1:{r['port']}/bare"
    api = Api(AMQP_URL=url)
    status, _, document = api.ask("POST", "/tasks", '{"title":"into the bare"}')
    assert status == 201, api.log.read_text()
    own = worker(AMQP_URL=url)
    APP.done(document["id"])
    assert api.end() == 0 and own.end() == 0


def test_settings_that_are_wrong_are_named():
    for name, value in (("LISTEN", "here"), ("LISTEN", "localhost:80"), ("REDIS_URL", "redis://u:hunter2@h:x"),
                        ("REDIS_URL", "hunter2"), ("AMQP_URL", "hunter2://"), ("DATABASE_URL", "postgresql://u:hunter2@h:5%"),
                        ("DATABASE_URL", "hunter2"), ("API_THREADS", "0"), ("PREFETCH", "-1"), ("CACHE_TTL", "1s")):
        done = subprocess.run([API], env={**PLATFORM.environment, name: value}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
        assert done.returncode == 1 and name in done.stderr and "hunter2" not in done.stderr, (name, value, done)


def test_both_end_when_they_are_told():
    for number in (signal.SIGTERM, signal.SIGINT):
        api, own = Api(), worker()
        api.create(title="the last")
        assert api.end(number) == 0 and own.end(number) == 0, (api.log.read_text(), own.log.read_text())
    for service in (APP, WORK):
        assert service.end() == 0, service.log.read_text()
    for service in Service.started:
        said = service.log.read_text()
        assert not re.search("demo-api|demo-worker|" + Path(PLATFORM.servers["rabbitmq"]["password_file"]).read_text().strip(),
                             said), said
        for line in said.splitlines():
            assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*Z (info|warning|error) ", line), line


def again():
    global WORK
    WORK = worker()


def main():
    global PLATFORM, APP
    PLACE.chmod(0o755)
    try:
        PLATFORM = Platform()
        APP = Api()
        again()
        return run_tests(globals(), *sys.argv[4:5])
    finally:
        for service in Service.started:
            service.end(signal.SIGKILL)
        subprocess.run([MUSTER, "demo", "down", PLACE / "p"], stdout=subprocess.DEVNULL, check=False)
        shutil.rmtree(PLACE)


sys.exit(main())
