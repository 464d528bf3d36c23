# SPDX-License-Identifier: Apache-2.0
"""What tests of receivers share: a muster.yaml with one receiver, a notice for it, and one attempt."""
import json
import os
import subprocess
import tempfile

# Header lines, mentions, links, tags, quotes, controls, an override of direction, a byte that is no UTF-8.
HOSTILE = ("x\r\nBcc: spy@example.com\r\n\r\n<!channel> <https://evil.example|here> @everyone "
           "<script>alert(1)</script> \"'&amp; \x1b[31m \u202e \\xff =?utf-8?q?x?= é")
SECRET = "Zk3marker9SecretQw7"


def notice(event="failed", **more):
    verdict = {"passed": "pass", "recovered": "pass", "warned": "warn", "error": "error"}.get(event, "fail")
    n = {"event": event, "id": "20261122T030000Z-3f2a/1", "key": "muster/shop/verify//", "at": "2026-11-22T03:00:00Z",
         "since": "2026-11-22T02:00:00.000000001Z", "platform": "shop", "host": "db1", "kind": "verify",
         "run": "20261122T030000Z-3f2a", "set": "20261122_020000", "verdict": verdict,
         "title": "2 checks of the newest set did not hold", "next": "muster run show 20261122T030000Z-3f2a",
         "link": "https://muster.example/run/1?a=1&b=2",
         "lines": [{"component": "database", "check": "compression", "subject": "postgres/app.dump.gz",
                    "verdict": "fail", "expected": "CRC-32 1c2d3e4f", "found": "CRC-32 00000000",
                    "message": "the data is not what was written", "hint": "take a new backup"}]}
    return {**n, **more}


def hostile_notice(event="failed"):
    texts = ("id", "key", "platform", "host", "kind", "component", "check", "run", "set", "title", "link", "next")
    line = {k: HOSTILE for k in ("component", "check", "subject", "expected", "found", "message", "hint")}
    return notice(event, lines=[{**line, "verdict": "fail"}], **{t: HOSTILE for t in texts})


def send(fixture, receiver, message, *more, environment=None, timeout="10s"):
    """One attempt; what came of it, with all that was printed under "printed"."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "muster.yaml")
        settings = {"version": 1, "platform": {"name": "shop"}, "repository": {"path": directory},
                    "notify": {"receivers": {"x": {"timeout": timeout, **receiver}}},
                    "components": {"cache": {"engine": "redis"}}}
        with open(path, "w") as f:
            json.dump(settings, f)
        run = subprocess.run([fixture, path, "x", *more], input=json.dumps(message), capture_output=True, text=True,
                             env={**os.environ, **(environment or {})}, timeout=120)
    assert run.returncode == 0, (run.returncode, run.stdout, run.stderr)
    assert SECRET not in run.stdout + run.stderr, run.stdout
    return json.loads(run.stdout)
