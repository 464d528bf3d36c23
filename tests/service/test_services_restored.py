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

SERVICES = f"""
version: 1
components:
  api:
    engine: service
    health: {{http: "http://127.0.0.1:8080/health"}}
    deploy:
      command: [{API}]
      env:
        DATABASE_URL: postgresql://orchestrator_api@127.0.0.1:${{PGPORT}}/agent_orchestrator
        REDIS_URL: ${{REDIS_URL}}/0
        PASSWORD: {{file: {PLACE}/api.password}}
        AMQP_URL: "amqp://api:${{PASSWORD}}@127.0.0.1:5672/orchestrator"
  worker:
    engine: service
    deploy:
      command: [{WORKER}]
      needs: [api]
      health: {{log: waiting for tasks}}
      env:
        DATABASE_URL: ${{POSTGRES_URL}}/agent_orchestrator
        AMQP_URL: ${{AMQP_URL}}/orchestrator
  old-api:
    engine: service
    deploy:
      command: [{API}]
      within: 5s
      health: {{http: "http://127.0.0.1:8081/health"}}
      env: {{LISTEN: "127.0.0.1:8081", AMQP_URL: "${{AMQP_URL}}/nowhere"}}
drill:
  smoke:
    users: {{command: [psql, -AtX, -d, agent_orchestrator, -c, SELECT count(*) FROM orchestrator.users], expect: n > 0}}
    keys: {{command: [redis-cli, -u, "${{REDIS_URL}}", dbsize], expect: n > 0}}
    queues: {{http: [{{url: "${{RABBITMQ_MANAGEMENT_URL}}api/overview", expect: {{status: 401}}}}]}}
    all-users: {{command: [psql, -AtX, -d, agent_orchestrator, -c, SELECT count(*) FROM orchestrator.users], expect: n < 0}}
  workflows:
    task:
      http:
        - url: http://127.0.0.1:8080/tasks
          body: '{{"description": "count these four words"}}'
          expect: {{status: 201, json: {{state: queued}}}}
          save: {{ID: id}}
        - url: http://127.0.0.1:8080/tasks/${{ID}}
          expect: {{json: {{state: succeeded, result.words: "4"}}}}
          within: 40s
        - url: http://127.0.0.1:8080/tasks/${{ID}}
          expect: {{headers: {{X-Cache: hit}}}}
          within: 20s
    other-result:
      http:
        - {{url: "http://127.0.0.1:8080/tasks", body: '{{"title": "one"}}', save: {{ID: id}}}}
        - {{url: "http://127.0.0.1:8080/tasks/${{ID}}", expect: {{json: {{state: failed}}}}, within: 3s}}
"""

EXPECTED = [
    ("deployed", "api", "pass", ""), ("health", "api", "pass", "api is well, "),
    ("deployed", "worker", "pass", ""), ("health", "worker", "pass", ""),
    ("deployed", "old-api", "pass", ""), ("health", "old-api", "fail", "HTTP status 503"),
    ("smoke", "users", "pass", ""), ("smoke", "keys", "pass", ""), ("smoke", "queues", "pass", ""),
    ("smoke", "all-users", "fail", "not n < 0"),
    ("workflow", "task", "pass", "task goes through in "),
    ("workflow", "other-result", "fail", "state is succeeded, not failed"),
    ("health", "api", "pass", "api is well"), ("health", "worker", "pass", ""),
    ("health", "old-api", "fail", ""),
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
    (PLACE / "api.password").write_text("demo-api\n")
    (PLACE / "api.password").chmod(0o600)
    directory = PLACE / "p"
    config = json.loads(muster("demo", "up", "--quiet", "--json", "--size", "2MB", "--directory", str(directory)))["config"]
    try:
        muster("backup", "--config", config)
        (directory / "conf.d").mkdir(exist_ok=True)
        (directory / "conf.d" / "services.yaml").write_text(SERVICES)
        found = deployed(config)
        for wanted in EXPECTED:
            assert any(c[:3] == list(wanted[:3]) and wanted[3] in c[3] for c in found), f"no {wanted} in {found}"
        assert not any("demo-" in c[3] for c in found), f"a password: {found}"
    finally:
        subprocess.run([MUSTER, "demo", "down", str(directory)], stdout=subprocess.DEVNULL, check=False)
        shutil.rmtree(PLACE)
    print("passed")


main()
