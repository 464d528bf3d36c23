#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example's application on a platform that was restored from its backup: it is deployed beside the
servers, does its work there with the users that the backup has, and what goes wrong is told.
usage: test_services_restored.py MUSTER FLEET_FIXTURE API WORKER"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MUSTER, FIXTURE, API, WORKER = (os.path.realpath(word) for word in sys.argv[1:5])
PLACE = Path(tempfile.mkdtemp(prefix="msr-", dir="/tmp"))

# The example platform's muster.yaml has the API, a worker, a smoke test and two workflows; this is added.
MORE = f"""
version: 1
components:
  api: {{deploy: {{needs: [postgres-main]}}}}
  other-worker:
    engine: service
    deploy:
      command: [{WORKER}]
      needs: [api]
      health: {{log: waiting for tasks}}
      env:
        DATABASE_URL: ${{POSTGRES_URL}}/agent_orchestrator
        SECRET: {{file: {PLACE}/secret}}
        AMQP_URL: "${{AMQP_URL}}/orchestrator"
  lost-api:
    engine: service
    deploy:
      command: [{API}]
      within: 20s
      health: {{http: "http://127.0.0.1:8081/health"}}
      env: {{LISTEN: "127.0.0.1:8081", AMQP_URL: "${{AMQP_URL}}/nowhere"}}
drill:
  smoke:
    keys: {{command: [redis-cli, -u, "${{REDIS_URL}}", dbsize], expect: n > 0}}
    secret: {{command: [sh, -c, "test $SECRET = hunter2 && echo it is $SECRET"], env: {{SECRET: {{file: {PLACE}/secret}}}}}}
    queues: {{http: [{{url: "${{RABBITMQ_MANAGEMENT_URL}}api/overview", expect: {{status: 401}}}}]}}
    no-users: {{command: [psql, -AtX, -d, agent_orchestrator, -c, SELECT count(*) FROM orchestrator.users], expect: "= 0"}}
  workflows:
    other-result:
      http:
        - {{url: "http://127.0.0.1:8080/tasks", body: '{{"title": "one"}}', save: {{ID: id}}}}
        - {{url: "http://127.0.0.1:8080/tasks/${{ID}}", expect: {{json: {{state: failed}}}}, within: 20s}}
"""

EXPECTED = [
    ("deployed", "api", "pass", ""), ("health", "api", "pass", "api is well, "),
    ("deployed", "worker", "pass", ""), ("health", "worker", "pass", ""),
    ("deployed", "other-worker", "pass", ""), ("health", "other-worker", "pass", ""),
    ("deployed", "lost-api", "pass", ""), ("health", "lost-api", "fail", "HTTP status 503"),
    ("smoke", "users", "pass", ""), ("smoke", "keys", "pass", ""), ("smoke", "queues", "pass", ""),
    ("smoke", "secret", "pass", ""), ("smoke", "no-users", "fail", "not = 0"),
    ("workflow", "a-task-is-done", "pass", "a-task-is-done goes through in "),
    ("workflow", "a-bad-request-is-refused", "pass", ""),
    ("workflow", "other-result", "fail", "state is succeeded, not failed"),
    ("health", "api", "pass", "api is well"), ("health", "lost-api", "fail", ""),
    ("app-log", "api", "pass", ""), ("app-log", "worker", "pass", ""),
]


def muster(*words):
    done = subprocess.run([MUSTER, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)
    assert done.returncode == 0, f"{words}: code {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def deployed(config):
    done = subprocess.run([FIXTURE, config, str(PLACE), str(PLACE / "readable"), "services"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
    assert done.returncode == 0, f"the fixture: {done.stderr}{done.stdout[-4000:]}"
    return [line.split("\t")[1:] for line in done.stdout.splitlines() if line.startswith("service\t")]


def main():
    PLACE.chmod(0o755)
    (PLACE / "readable").mkdir()
    (PLACE / "secret").write_text("hunter2\n")
    (PLACE / "secret").chmod(0o600)
    directory = PLACE / "p"
    config = json.loads(muster("demo", "up", "--quiet", "--json", "--size", "2MB", "--directory", str(directory)))["config"]
    try:
        muster("backup", "--config", config)
        (directory / "conf.d").mkdir(exist_ok=True)
        (directory / "conf.d" / "services.yaml").write_text(MORE)
        found = deployed(config)
        for wanted in EXPECTED:
            assert any(c[:3] == list(wanted[:3]) and wanted[3] in c[3] for c in found), f"no {wanted} in {found}"
        assert not any("demo-" in c[3] or "hunter2" in c[3] for c in found), f"a password: {found}"
    finally:
        subprocess.run([MUSTER, "demo", "down", str(directory)], stdout=subprocess.DEVNULL, check=False)
        shutil.rmtree(PLACE)
    print("passed")


main()
