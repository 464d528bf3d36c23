# SPDX-License-Identifier: Apache-2.0
"""What tests of notifications share: a platform of one service, with a state of its own, and an HTTP receiver.

The program is the first argument of whoever includes this.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import listener

MUSTER = os.path.realpath(sys.argv[1])
PATIENCE = 300  # until something that must happen is given up


def until(true, what):
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.02)


def sockets(pid):
    """What a process has open, by name, when a socket is among it; of one that just starts, or ends, nothing."""
    try:
        opened = {os.path.realpath(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    except OSError:
        return set()
    return opened if any("socket:" in o for o in opened) else set()


def senders(place):
    """Processes that deliver, by a configuration of that path, or in that directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"deliver" in words and any(w.startswith(str(place).encode()) for w in words):
            found.append(int(entry.name))
    return found


def end_senders(place):
    for pid in senders(place):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    until(lambda: not senders(place), "senders end")


class Receiver:
    """An HTTP server; `answer(self, request)` gives a status, or None to close without an answer."""

    def __init__(self, answer=None):
        outer = self
        self.answer, self.requests, self.lock = answer or (lambda request: 200), [], threading.Lock()

        class Handler(listener.Handler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = {"path": self.path, "body": body, "headers": dict(self.headers)}
                with outer.lock:
                    outer.requests.append(request)
                status = outer.answer(request)
                if status is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, headers = status if isinstance(status, tuple) else (status, {})
                # what a careless server says: everything it was told
                said = f"answer of {self.path} {self.headers.get('Authorization', '')}".strip().encode()
                self.send_response(status)
                for name, value in {"Content-Length": len(said), **headers}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(said)

        self.server = listener.Listener(Handler)
        self.url = self.server.url

    def events(self):
        """Of webhooks, in the order in which they came."""
        with self.lock:
            return [json.loads(r["body"])["data"] for r in self.requests]

    def close(self):
        self.server.close()


class Site:
    """A platform of one service that is down (or of `components`), its receivers, its state."""

    def __init__(self, receivers, more="", health=None, components=None, schedules="nightly: {run: verify, when: daily}"):
        # a process can be killed anywhere; what a disk's syncs cost is not asked here
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.directory = Path(tempfile.mkdtemp(prefix="muster-notify-", dir=memory))
        (self.directory / "backups").mkdir()
        self.state = self.directory / "state"
        self.config = self.directory / "muster.yaml"
        own = '{tcp: "127.0.0.1:1"}'
        self.config.write_text(f"""version: 1
platform: {{name: shop}}
repository: {{path: backups}}
history: {{state_dir: state}}
components: {{{components or f'api: {{engine: service, health: {health or own}}}'}}}
schedules: {{{schedules}}}
notify:
  receivers: {json.dumps(receivers)}
{more}""")

    def secret(self, name, text):
        path = self.directory / name
        path.write_text(text)
        path.chmod(0o600)
        return {"file": str(path)}

    def words(self, *argv):
        return [MUSTER, "-c", str(self.config), *argv]

    def run(self, *argv, code=0, **more):
        done = subprocess.run(self.words(*argv), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=PATIENCE, **more)
        assert code is None or done.returncode == code, (argv, done.returncode, done.stdout, done.stderr)
        return done

    def json(self, *argv, code=0):
        return json.loads(self.run(*argv, "--json", code=code).stdout)

    def listed(self):
        return self.json("notify", "list", "--all")["notifications"]

    def senders(self):
        """Processes that deliver for us."""
        return senders(self.config)

    def close(self):
        end_senders(self.config)
        shutil.rmtree(self.directory)


def webhook(site_or_url, **more):
    return {"type": "webhook", "url": {"env": "HOOK_URL"}, "timeout": "60s", **more}


def with_site(receiver, receivers, **more):
    os.environ["HOOK_URL"] = receiver.url
    return Site(receivers, **more)
