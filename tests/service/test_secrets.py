#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Secrets planted wherever one can stand are with who needs them, and nowhere else, whatever goes wrong.

usage: test_secrets.py MUSTER    (prints one line per test, exits 1 when any failed, 77 without radosgw)

The example platform gets passwords, an off-site copy and receivers; all of muster's commands are tried on it, and then
outputs, history, reports, backups, mails, messages and, while all that runs, the process list are searched.
"""
import base64
import email
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request
from pathlib import Path

from aiosmtpd.smtp import AuthResult

from notified import MUSTER, Receiver, end_senders, senders, until
from post import Post
from s3_bucket import Bucket, Proxy, Servers, refusal

NAMES = ("POSTGRES", "REDIS", "RABBIT", "SMTP", "SLACK", "PAGER", "HMAC", "HOOKUSER", "HOOKPASS", "HOOKPATH", "PING",
         "TOKEN", "OPTION")
MARKER = {name: f"Planted{name}{os.urandom(6).hex()}" for name in NAMES}


def run(*argv, code=0, **more):
    done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=600, **more)
    assert code is None or done.returncode == code, (argv, done.returncode, done.stdout[-3000:], done.stderr)
    return done


class MailServer:
    """Takes mails of who knows the password; in its refusals it repeats all it was told."""

    def __init__(self):
        self.mails, self.answer = [], "250 2.0.0 fine"

        def login(server, session, envelope, mechanism, data):
            good = data.password == MARKER["SMTP"].encode()
            return AuthResult(success=good, handled=good)
        self.controller = Post(self, authenticator=login, auth_required=True, auth_require_tls=False)
        self.controller.start()
        self.url = f"smtp://127.0.0.1:{self.controller.port}"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope.original_content)
        return self.answer


class Watch(threading.Thread):
    """Looks at every process, again and again, for words that are not where the operator put them."""

    def __init__(self, markers, allowed):
        super().__init__(daemon=True)
        self.markers, self.allowed, self.found, self.looks, self.ends = markers, allowed, set(), 0, threading.Event()
        self.ours = set()

    def look(self, pid):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            return
        for name, marker in self.markers.items():
            if any(marker in w for w in words):
                self.found.add((name, b" ".join(words)))
            for v in (v for v in variables if marker in v):
                if (name, v.partition(b"=")[0].decode()) not in self.allowed:
                    self.found.add((name, v, b" ".join(words)))
                else:
                    self.ours.add((name, os.path.basename(words[0])))

    def run(self):
        while not self.ends.is_set():
            for pid in (p for p in os.listdir("/proc") if p.isdigit()):
                self.look(pid)
            self.looks += 1
            time.sleep(0.005)


class World:
    def __init__(self, directory, servers):
        self.directory, self.told, self.said = Path(directory), servers.told, b""
        MARKER["ACCESS"], MARKER["SECRET"] = self.told["access_key"], self.told["secret_key"]
        up = json.loads(run(MUSTER, "demo", "up", "--json", "--size", "1MB", "--directory", f"{directory}/p").stdout)
        self.up, self.servers = up, up["servers"]
        self.backups = self.directory / "p" / "backups"
        self.state = self.directory / "p" / "state"
        self.proxy = Proxy(self.told["endpoint"])
        self.bucket = Bucket(self.told, "shop")
        self.post, self.chat, self.pager, self.hook, self.ping, self.careless = (
            MailServer(), Receiver(), Receiver(lambda request: 202), Receiver(), Receiver(), Receiver(lambda request: 500))
        for give in (self.give_postgres, self.give_redis, self.give_rabbit, self.configure):
            give()

    def give_postgres(self):
        s = self.servers["postgresql"]

        def sql(text):
            return run("psql", "-XAt", "-h", s["socket"], "-p", s["port"], "-U", s["user"], "-d", s["database"], "-c", text,
                       env={**os.environ, "PGPASSWORD": MARKER["POSTGRES"]}).stdout.decode().strip()
        sql(f"ALTER ROLE \"{s['user']}\" PASSWORD '{MARKER['POSTGRES']}'")
        Path(sql("SHOW hba_file")).write_text("local all all scram-sha-256\nlocal replication all scram-sha-256\n")
        sql("SELECT pg_reload_conf()")

    def give_redis(self):
        run("redis-cli", "-s", self.servers["redis"]["socket"], "CONFIG", "SET", "requirepass", MARKER["REDIS"])

    def give_rabbit(self):
        s = self.servers["rabbitmq"]
        own = base64.b64encode(f"{s['user']}:{Path(s['password_file']).read_text().strip()}".encode()).decode()

        def put(path, document):
            request = urllib.request.Request(f"http://127.0.0.1:{s['management_port']}/api/{path}", method="PUT",
                                             data=json.dumps(document).encode(),
                                             headers={"Authorization": f"Basic {own}", "Content-Type": "application/json"})
            urllib.request.urlopen(request, timeout=60).close()
        put("users/planted", {"password": MARKER["RABBIT"], "tags": "administrator"})
        with urllib.request.urlopen(urllib.request.Request(
                f"http://127.0.0.1:{s['management_port']}/api/vhosts", headers={"Authorization": f"Basic {own}"})) as answer:
            for vhost in json.load(answer):
                put(f"permissions/{urllib.request.quote(vhost['name'], safe='')}/planted",
                    {"configure": ".*", "write": ".*", "read": ".*"})

    def secret(self, name, text=None):
        path = self.directory / f"secret-{name}"
        path.write_text(text or MARKER[name])
        path.chmod(0o600)
        return {"file": str(path)}

    def receivers(self, careless):
        """Good ones; or those of which a server fails and repeats what it was told."""
        def url(receiver, path):
            host = (self.careless if careless else receiver).url.partition("//")[2]
            return f"http://{MARKER['HOOKUSER']}:{MARKER['HOOKPASS']}@{host}/{path}"
        suffix = "-careless" if careless else ""
        found = {
            "chat": {"type": "slack", "url": self.secret("chat" + suffix, url(self.chat, MARKER["SLACK"]))},
            "pager": {"type": "pagerduty", "key": {"command": ["cat", self.secret("PAGER")["file"]]},
                      "url": self.secret("pager" + suffix, url(self.pager, "enqueue"))},
            "hook": {"type": "webhook", "key": self.secret("HMAC"),
                     "url": self.secret("hook" + suffix, url(self.hook, f"{MARKER['HOOKPATH']}?t={MARKER['HOOKPATH']}"))},
            "beat": {"type": "ping", "url": self.secret("ping" + suffix, url(self.ping, MARKER["PING"]))},
            "post": {"type": "mail", "to": ["ops@example.com"], "smtp": self.post.url, "starttls": False, "user": "muster",
                     "password": {"env": "THE_SMTP_PASSWORD"}}}
        return {name + suffix: r for name, r in found.items()}

    def configure(self):
        pg, redis, rabbit = (self.servers[n] for n in ("postgresql", "redis", "rabbitmq"))
        receivers = {**self.receivers(False), **self.receivers(True)}
        settings = {
            "version": 1, "platform": {"name": "shop"}, "repository": {"path": str(self.backups), "disk_free_min": "0%"},
            "history": {"state_dir": str(self.state)},
            "components": {
                "postgres-main": {"engine": "postgresql", "connect": {
                    "socket": pg["socket"], "port": pg["port"], "user": pg["user"], "databases": [pg["database"]],
                    "password": {"env": "THE_DATABASE_PASSWORD"}}},
                "redis-cache": {"engine": "redis", "connect": {"socket": redis["socket"], "password": self.secret("REDIS")}},
                "rabbitmq": {"engine": "rabbitmq", "connect": {
                    "host": "127.0.0.1", "port": rabbit["port"], "management_port": rabbit["management_port"],
                    "user": "planted", "password": {"command": ["cat", self.secret("RABBIT")["file"]]}}}},
            "offsite": {"url": "s3://shop/the/prefix", "endpoint": self.proxy.endpoint, "path_style": True, "attempts": 2,
                        "access_key": {"env": "THE_ACCESS_KEY"}, "secret_key": self.secret("SECRET")},
            "notify": {"receivers": receivers, "routes": {"all": {"to": list(receivers)}}}}
        self.config = self.directory / "muster.yaml"
        self.config.write_text(json.dumps(settings))
        self.settings = settings
        self.variables = {"THE_DATABASE_PASSWORD": "POSTGRES", "THE_SMTP_PASSWORD": "SMTP", "THE_ACCESS_KEY": "ACCESS"}

    def muster(self, *argv, code=0, config=None, **more):
        env = {**os.environ, "TMPDIR": str(self.directory),
               **{variable: MARKER[name] for variable, name in self.variables.items()}}
        done = run(MUSTER, "-c", config or self.config, *argv, code=code, env=env, **more)
        self.said += done.stdout + done.stderr
        return done

    def altered(self, **sections):
        """The configuration with another section."""
        path = self.directory / "altered.yaml"
        path.write_text(json.dumps({**self.settings, **sections}, indent=1))
        return path

    def down(self):
        end_senders(self.directory)
        run(MUSTER, "demo", "down", self.directory / "p", code=None)


def all_is_well(w):
    """What people do on a good day."""
    m = w.muster
    m("check-config")
    m("check-config", "--json")
    m("config", "show", "--origin")
    m("doctor", "-v", code=None)
    w.set = json.loads(m("backup", "--json", "-v").stdout)["set"]
    m("backup", "copy")
    m("verify", "-v")
    m("verify", "--offsite", "--offsite-read", code=None)
    run_ = json.loads(m("restore-test", "--json", "-v", code=None).stdout)
    assert run_["verdict"] in ("pass", "warn"), [c for c in run_["checks"] if c["verdict"] not in ("pass", "skipped")]
    keys = w.bucket.keys()
    assert any(k.endswith(".rdb.gz") for k in keys), keys
    m("inspect", f"s3://shop/{next(k for k in keys if k.endswith('.rdb.gz'))}", "-v")
    for argv in (["backup", "list"], ["backup", "show", w.set], ["status"], ["metrics"], ["run", "list"], ["schedule", "list"],
                 ["notify", "routes"], ["notify", "list", "--all"]):
        m(*argv, code=None)
        m(*argv, *(["--json"] if argv != ["metrics"] else []), code=None)
    m("notify", "deliver", "-v", "--for", "1s")
    for name in w.settings["notify"]["receivers"]:
        m("notify", "test", name, "-v", code=None)


def secrets_in_the_file_itself(w):
    """They are warned of, and lines around mistakes are shown, without them."""
    def filled(settings):
        """References replaced by what they stand for."""
        if isinstance(settings, list):
            return [filled(v) for v in settings]
        if not isinstance(settings, dict):
            return settings
        kind, what = next(iter(settings.items()), ("", ""))
        if len(settings) == 1 and kind in ("file", "env"):
            return Path(what).read_text() if kind == "file" else MARKER[w.variables[what]]
        if len(settings) == 1 and kind == "command" and what[0] == "cat":
            return Path(what[1]).read_text()
        return {k: filled(v) for k, v in settings.items()}

    c = w.settings["components"]
    offsite = {**w.settings["offsite"], "session_token": w.secret("TOKEN")}
    literal = filled({"components": c, "offsite": offsite, "notify": w.settings["notify"]})
    path = w.altered(**literal)
    text = path.read_text()
    lines = [n for n, line in enumerate(text.split("\n")) if any(m in line for m in MARKER.values())]
    assert len(lines) > 12
    shown = w.muster("check-config", config=path, code=None)
    assert shown.stderr.count(b"a literal secret") == len(lines), shown
    w.muster("config", "show", "--origin", config=path, code=None)
    w.muster("verify", "redis-cache", config=path, code=None)
    for n in lines:
        for broken in (lambda key, value: f"{key}: [{value}]", lambda key, value: f"{key}:\n - {value}",
                       lambda key, value: f"{key}: {value[:-1]}", lambda key, value: f"{key}: {{value: {value}}}",
                       lambda key, value: f"{key}: {value}, {key}: {value}", lambda key, value: f"x{key}: 1, {key}: {value}"):
            altered = text.split("\n")
            key, _, value = altered[n].strip().rstrip(",").partition(": ")
            altered[n] = broken(key.replace('"', ""), value) + ("," if altered[n].endswith(",") else "")
            path.write_text("\n".join(altered))
            w.muster("check-config", config=path, code=None)
    # where no secret belongs: in URLs that are shown
    for sections in ({"offsite": {**offsite, "endpoint": f"http://user:{MARKER['HOOKPASS']}@127.0.0.1:1"}},
                     {"notify": {"receivers": {"post": {"type": "mail", "to": ["a@example.com"],
                                                        "smtp": f"smtp://user:{MARKER['SMTP']}@127.0.0.1:1"}}}},
                     {"components": {"api": {"engine": "service", "health": {
                         "http": f"http://user:{MARKER['HOOKPASS']}@127.0.0.1:1/"}}}}):
        done = w.muster("verify", config=w.altered(**sections), code=7)
        assert b"a password in a URL is shown" in done.stderr, done
    api = {"engine": "service", "health": {"http": f"{w.careless.url}/x?token={MARKER['HOOKPATH']}"}}
    w.muster("verify", "-v", config=w.altered(components={"api": api}), code=4)


def nothing_is_well(w):
    """Servers that are not there or do not know us, and that repeat what they were told."""
    m, c = w.muster, w.settings["components"]
    token = {**w.settings["offsite"], "session_token": w.secret("TOKEN")}
    w.proxy.fault = lambda method, key: refusal(403, "ExpiredToken", f"<Message>{MARKER['TOKEN']} {MARKER['SECRET']} expired"
                                                f"</Message><Token-0>{MARKER['TOKEN']}</Token-0>"
                                                f"<AWSAccessKeyId>{MARKER['ACCESS']}</AWSAccessKeyId>")
    path = w.altered(offsite=token)
    for argv in (["verify", "-v"], ["verify", "--offsite"], ["backup", "copy"], ["doctor"],
                 ["inspect", "s3://shop/x.rdb.gz"]):
        assert m(*argv, code=None, config=path).returncode != 0, argv
    w.proxy.fault = None
    wrong = {name: {**c[name], "connect": {**c[name]["connect"], "password": w.secret(of)}}
             for name, of in (("postgres-main", "RABBIT"), ("redis-cache", "POSTGRES"), ("rabbitmq", "REDIS"))}
    path = w.altered(components=wrong)
    for argv in (["verify", "-v"], ["backup", "-v"], ["doctor", "-v"]):
        assert m(*argv, code=None, config=path).returncode != 0, argv
    # Redis 7 answers "unknown command 'AUTH', with args beginning with: 'the password'"
    socket_path = f"{w.directory}/plain.sock"
    plain = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", socket_path, "--dir", w.directory, "--save", "",
                              "--rename-command", "AUTH", "LOGIN"], stdout=subprocess.DEVNULL)
    try:
        until(lambda: os.path.exists(socket_path), "a Redis server")
        other = {**c["redis-cache"], "connect": {**c["redis-cache"]["connect"], "socket": socket_path}}
        path = w.altered(components={"redis-cache": other})
        for argv in (["verify", "-v"], ["backup", "-v"], ["doctor", "-v"]):
            done = m(*argv, code=None, config=path)
            assert done.returncode != 0 and b"unknown command" in done.stdout + done.stderr, done
    finally:
        plain.kill()
        plain.wait()
    secrets_in_the_file_itself(w)
    w.post.answer = f"554 5.7.1 {MARKER['SMTP']} {base64.b64encode(MARKER['SMTP'].encode()).decode()}"
    m("notify", "test", "post", code=1)
    m("notify", "retry", code=None)
    m("notify", "deliver", "--for", "1s")
    w.post.answer = "250 2.0.0 fine"


def options_hold_secrets(w):
    """What stands in --set is in the process list by the operator's own hand, but in no record of the run."""
    secret = MARKER["OPTION"]
    for name, value in (("components.redis-cache.connect.password", secret), ("offsite.secret_key", secret),
                        ("offsite.session_token", secret), ("notify.receivers.chat.url", f"http://127.0.0.1:1/{secret}"),
                        ("notify.receivers.pager.key", secret),
                        ("notify.receivers.more", f"{{type: slack, url: 'http://127.0.0.1:1/{secret}'}}")):
        for option in (["--set", f"{name}={value}"], [f"--set={name}={value}"]):
            w.muster(*option, "verify", "redis-cache", code=None)
    recorded = [w.muster("run", "show", r["id"], "--json", code=None).stdout for r in
                json.loads(w.muster("run", "list", "--json", "--limit", "12").stdout)["runs"]]
    assert sum(b"notify.receivers.more=" in r for r in recorded) == 2, "the commands are not recorded"


def spellings(marker):
    """As it is, and in base64, wherever it begins in what was coded."""
    yield marker.encode()
    for lead in range(3):
        coded = base64.b64encode(b"x" * lead + marker.encode())
        yield coded[4 * (lead > 0):len(coded) - 4]


def contents(directory):
    for path in (p for p in Path(directory).rglob("*") if p.is_file() and not p.is_symlink()):
        content = path.read_bytes()
        yield path, content
        if path.suffix == ".gz":
            try:
                yield path, gzip.decompress(content)
            except OSError:
                pass


def look_for(places, but=()):
    """[(marker, place)] of every marker that is found; `but`: those that may be there."""
    return [(name, str(place), content[max(0, content.find(s) - 100):content.find(s) + 100])
            for place, content in places for name, marker in MARKER.items() if name not in but
            for s in spellings(marker) if s in content]


def nothing_is_where_it_should_not_be(w):
    assert len(w.said) > 20000
    until(lambda: not senders(w.directory), "the deliveries end")  # which make and remove files of the state's
    found = look_for([("output", w.said)])
    found += look_for(contents(w.state)) + look_for(contents(w.backups))
    assert len(list(w.state.rglob("*.html"))) > 5 and (w.state / "history.db").stat().st_size > 50000
    found += look_for((key, w.bucket.get(key)) for key in w.bucket.keys())
    for mail in map(email.message_from_bytes, w.post.mails):
        found += look_for([("mail", mail.as_bytes())])
        found += look_for(("mail", p.get_payload(decode=True)) for p in mail.walk() if not p.is_multipart())
    own = {"chat": {"SLACK"}, "pager": {"PAGER"}, "hook": {"HOOKPATH"}, "ping": {"PING"}}
    for name, mine in own.items():
        receiver = getattr(w, name)
        assert receiver.requests and w.post.mails, name
        for r in receiver.requests:
            found += look_for([(f"{name}'s body", r["body"])], but=mine & {"PAGER"})
            found += look_for([(f"{name}'s head", (r["path"] + json.dumps(r["headers"])).encode())],
                              but=mine | {"HOOKUSER", "HOOKPASS"})
        for marker in mine:
            assert any(MARKER[marker].encode() in r["path"].encode() + r["body"] for r in receiver.requests), marker
    assert not found, f"{len(found)} places, such as\n" + "\n".join(map(str, found[:8]))


def test(name, function, *arguments):
    try:
        function(*arguments)
        print(f"ok {name.replace('_', ' ')}", flush=True)
        return True
    except Exception:
        print(f"FAILED {name.replace('_', ' ')}", flush=True)
        traceback.print_exc(file=sys.stdout)
        return False


def no_process_had_one_that_was_not_given_it(watch):
    watch.ends.set()
    watch.join()
    assert watch.looks > 100
    # and it does see them: in muster those that the operator gave, in tools those of muster
    assert watch.ours & {("POSTGRES", b"pg_dump"), ("POSTGRES", b"pg_dumpall")}, watch.ours
    assert ("SMTP", b"muster") in watch.ours, watch.ours
    assert not watch.found, watch.found


def main():
    servers = Servers()
    good, w = True, None
    with tempfile.TemporaryDirectory(prefix="muster-secrets-", dir="/tmp") as directory:
        os.chmod(directory, 0o755)
        try:
            w = World(directory, servers)
            allowed = {(name, variable) for variable, name in w.variables.items()}
            allowed |= {("POSTGRES", "PGPASSWORD"), ("REDIS", "REDISCLI_AUTH")}
            watch = Watch({name: m.encode() for name, m in MARKER.items() if name != "OPTION"}, allowed)
            watch.start()
            for function in (all_is_well, nothing_is_well):
                good &= test(function.__name__, function, w)
            good &= test("no_process_had_one_that_was_not_given_it", no_process_had_one_that_was_not_given_it, watch)
            for function in (options_hold_secrets, nothing_is_where_it_should_not_be):
                good &= test(function.__name__, function, w)
        finally:
            if w:
                w.down()
            servers.down()
    sys.exit(0 if good else 1)


main()
