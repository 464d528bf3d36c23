#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The off-site copy of a platform in a real S3 server: written, compared, and every way in which it can be wrong.

usage: test_offsite.py MUSTER    (prints one line per test, exits 1 when any failed, 77 without radosgw)
"""
import base64
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from s3_bucket import Bucket, Proxy, Servers, refusal

MUSTER = os.path.realpath(sys.argv[1])
ODD = "a b+c%41&d=e;f'ü#"  # what a URL, a query and a listing spell differently
CONFIG = """version: 1
platform: {{name: shop}}
repository: {{path: {directory}/backups, disk_free_min: 0%}}
history: {{state_dir: {directory}/state}}
components:
  cache:
    engine: redis
    connect: {{socket: {directory}/redis.sock}}
    backups: {{path: "{directory}/backups/{odd}"}}
offsite:
  url: s3://{bucket}/the/prefix/
  endpoint: {endpoint}
  path_style: true
  access_key: {{file: {directory}/access}}
  secret_key: {{file: {directory}/secret}}
  attempts: 2
  timeout: 20s
"""


def run(*argv, code=0, **more):
    done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **more)
    done.out, done.err = done.stdout.decode(), done.stderr.decode()
    assert code is None or done.returncode == code, f"{argv} ended with {done.returncode}, not {code}:\n{done.err}{done.out[-4000:]}"
    return done


class Platform:
    """A Redis server, its backups, and a bucket of its own behind a proxy."""
    buckets = 0

    def __init__(self, servers, directory, locks=False):
        Platform.buckets += 1
        self.directory, self.told = Path(directory), servers.told
        self.proxy = Proxy(self.told["endpoint"])
        self.bucket = Bucket(self.told, f"shop{Platform.buckets}", locks)
        self.said = []
        (self.directory / "access").write_text(self.told["access_key"])
        (self.directory / "secret").write_text(self.told["secret_key"])
        for name in ("access", "secret"):
            (self.directory / name).chmod(0o600)
        self.redis = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", f"{directory}/redis.sock", "--dir",
                                       directory, "--save", ""], stdout=subprocess.DEVNULL)
        while subprocess.run(["redis-cli", "-s", f"{directory}/redis.sock", "ping"], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL).stdout != b"PONG\n":
            assert self.redis.poll() is None
            time.sleep(0.05)
        self.redis_cli("set", "greeting", "hello")
        self.configure()

    def configure(self):
        (self.directory / "muster.yaml").write_text(CONFIG.format(
            directory=self.directory, bucket=self.bucket.name, endpoint=self.proxy.endpoint, odd=ODD))

    def redis_cli(self, *words, data=None):
        subprocess.run(["redis-cli", "-s", f"{self.directory}/redis.sock", *words], input=data, check=True,
                       stdout=subprocess.DEVNULL)

    def muster(self, *argv, code=0, env=None):
        done = run(MUSTER, "-c", self.directory / "muster.yaml", *argv, code=code, env={**os.environ, **(env or {})})
        self.said.append(done.out + done.err)
        return done

    def backup(self, *more, code=0):
        done = json.loads(self.muster("backup", "--json", *more, code=code).out)
        self.set = done["set"]
        return done

    def verify(self, *more, code):
        """Its checks of the off-site copy, as {name: [(verdict, subject, message, hint)]}."""
        run_ = json.loads(self.muster("verify", "--json", *more, code=code).out)
        found = {}
        for c in run_["checks"]:
            found.setdefault(c["name"], []).append((c["verdict"], c.get("subject", ""), c["message"], c.get("hint", "")))
        self.run = run_
        return found

    def key(self, path):
        return f"the/prefix/{path.relative_to(self.directory / 'backups')}"

    @property
    def snapshot(self):
        return max((self.directory / "backups").rglob("*.rdb.gz"))

    @property
    def manifest(self):
        return max((self.directory / "backups").rglob("*.json"))

    def down(self):
        self.redis.kill()
        self.redis.wait()


def sha256(body):
    return hashlib.sha256(body).hexdigest()


def only(found, name):
    assert len(found.get(name, [])) == 1, (name, found.get(name))
    return found[name][0]


def expect(found, name, verdict, text, subject=None):
    """One check of that name has the verdict and says the text."""
    fitting = [c for c in found.get(name, []) if c[0] == verdict and text in f"{c[2]} {c[3]}"
               and (subject is None or c[1] == subject)]
    assert len(fitting) == 1, (name, verdict, text, found.get(name))


def others_pass(found):
    """What is wrong elsewhere says nothing of what lies here."""
    for name in ("exists", "hash", "format", "complete"):
        assert {c[0] for c in found[name]} == {"pass"}, found[name]


def a_backup_is_copied_with_its_manifest_last(p):
    p.proxy.seen.clear()
    p.backup("--copy-to=offsite")
    files = [f for f in (p.directory / "backups").rglob("*") if f.is_file()]
    assert len(files) == 2 and sorted(p.bucket.keys()) == sorted(p.key(f) for f in files), p.bucket.keys()
    for f in files:
        answer = p.bucket.call("GET", p.key(f))
        assert answer.content == f.read_bytes()
        assert answer.headers["x-amz-meta-sha256"] == sha256(answer.content)
    written = [key for method, key in p.proxy.seen if method == "PUT"]
    assert written == [p.key(p.snapshot), p.key(p.manifest)], written
    shown = p.muster("run", "show", "latest").out
    assert "has arrived" in shown, shown


def the_copy_passes_every_check(p):
    found = p.verify(code=0)
    assert "all 2 files are there" in only(found, "offsite")[2], found["offsite"]
    for name in ("offsite", "offsite-content", "offsite-age", "offsite-class", "offsite-reachable"):
        assert only(found, name)[0] == "pass", found[name]
    assert "2 by its MD5" in only(found, "offsite-content")[2] or "read back" in only(found, "offsite-content")[2]
    assert only(found, "offsite-protection")[0] == "skipped"
    assert any(s["id"] == "offsite" for s in p.run["steps"]), p.run["steps"]
    report = max((p.directory / "state" / "reports").glob("*.html")).read_text()
    assert "offsite-content" in report and "compare the off-site copy" in report


def a_share_of_all_is_read_back_every_day(p):
    found = p.verify("--set", "offsite.read_share=100%", code=0)
    assert "2 read back" in only(found, "offsite-content")[2], found
    found = p.verify("--set", "offsite.read_share=0%", code=0)
    assert "2 by its MD5" in only(found, "offsite-content")[2], found
    found = p.verify("--set", "offsite.read_share=0%", "--offsite-read", code=0)
    assert "2 read back" in only(found, "offsite-content")[2], found


def a_copy_that_is_whole_is_left_alone(p):
    p.proxy.seen.clear()
    done = p.muster("backup", "copy")
    assert done.out.count("is there already") == 2, done.out
    assert not [s for s in p.proxy.seen if s[0] in ("PUT", "POST")], p.proxy.seen


def a_missing_file_fails(p):
    p.bucket.remove(p.key(p.snapshot))
    found = p.verify(code=1)
    expect(found, "offsite", "fail", f"s3://{p.bucket.name}/{p.key(p.snapshot)} is missing")
    expect(found, "offsite", "fail", "muster backup copy")
    others_pass(found)
    p.muster("backup", "copy")
    p.verify(code=0)


def a_set_that_is_not_there_yet_is_warned_of_until_its_time_is_up(p):
    for f in (p.snapshot, p.manifest):
        p.bucket.remove(p.key(f))
    found = p.verify(code=0)
    assert [c[0] for c in found["offsite"]] == ["warn", "warn"] and "may arrive until" in found["offsite"][0][2], found
    assert only(found, "offsite-age")[0] == "skipped"
    found = p.verify("--set", "offsite.within=0s", code=1)
    assert [c[0] for c in found["offsite"]] == ["fail", "fail"], found["offsite"]
    p.bucket.put("the/prefix/other", b"any object")
    found = p.verify("--set", "offsite.within=0s", code=1)
    assert [c[0] for c in found["offsite"]] == ["fail", "fail"], found["offsite"]


def a_copy_that_comes_late_is_warned_of(p):
    time.sleep(2)  # the server tells whole seconds
    p.muster("backup", "copy")
    found = p.verify("--set", "offsite.within=0s", code=0)
    expect(found, "offsite-age", "warn", "after the backup")
    assert only(found, "offsite")[0] == "pass"
    assert only(p.verify(code=0), "offsite-age")[0] == "pass"


def a_copy_of_another_size_fails(p):
    body = p.snapshot.read_bytes()
    p.bucket.put(p.key(p.snapshot), body + b"x", sha256(body))
    found = p.verify(code=1)
    expect(found, "offsite", "fail", f"has {len(body) + 1} bytes, the set's file {len(body)} bytes")
    others_pass(found)


def a_copy_of_other_content_fails_whatever_is_said_of_it(p):
    body = p.snapshot.read_bytes()
    other = body[:-1] + bytes([body[-1] ^ 1])
    for told in (None, sha256(body), sha256(other)):
        p.bucket.put(p.key(p.snapshot), other, told)
        found = p.verify("--set", "offsite.read_share=0%", code=1)
        expect(found, "offsite-content", "fail", f"the copy's SHA-256 is {sha256(other)[:16]}", str(p.key(p.snapshot))[11:])
        assert only(found, "offsite")[0] == "pass"
        others_pass(found)
    p.bucket.put_in_parts(p.key(p.snapshot), other, 5 << 20, sha256(body))
    found = p.verify("--offsite-read", code=1)
    expect(found, "offsite-content", "fail", "the copy's SHA-256 is")
    p.muster("backup", "copy")
    assert p.bucket.get(p.key(p.snapshot)) == body
    p.verify("--offsite-read", code=0)


def a_damaged_file_here_is_no_reason_to_fault_its_copy(p):
    body = p.snapshot.read_bytes()
    p.snapshot.write_bytes(body[:100] + bytes([body[100] ^ 1]) + body[101:])
    found = p.verify("--set", "offsite.read_share=0%", code=1)
    assert {c[0] for c in found["hash"]} >= {"fail"}
    assert only(found, "offsite-content")[0] == "pass" and only(found, "offsite")[0] == "pass", found
    done = p.muster("backup", "copy", code=4)
    assert "it has changed, and is not uploaded" in done.out, done.out
    p.snapshot.write_bytes(body)
    p.muster("backup", "copy")


def what_the_server_cannot_tell_is_not_believed(p):
    p.redis_cli("-x", "set", "large", data=random.Random(5).randbytes(6 << 20))
    p.backup()
    p.muster("backup", "copy")
    body = p.snapshot.read_bytes()
    assert len(body) > 5 << 20
    p.bucket.put_in_parts(p.key(p.snapshot), body, 5 << 20)
    found = p.verify("--set", "offsite.read_share=0%", code=0)
    expect(found, "offsite-content", "skipped", "nothing tells its content")
    expect(found, "offsite-content", "pass", "1 files are the set's")
    found = p.verify("--set", "offsite.read_share=0%", "--set", "offsite.part_size=5MiB", code=0)
    expect(found, "offsite-content", "pass", "2 by its MD5")
    found = p.verify("--offsite-read", code=0)
    expect(found, "offsite-content", "pass", "2 read back")
    p.bucket.put_in_parts(p.key(p.snapshot), body, 5 << 20, sha256(body))
    found = p.verify("--set", "offsite.read_share=0%", code=0)
    expect(found, "offsite-content", "pass", "1 by the SHA-256 stored with them")


def a_copy_in_an_archive_fails(p):
    p.proxy.fault = lambda method, key: {"x-amz-storage-class": "GLACIER"} if method == "HEAD" and key.endswith(".gz") else None
    found = p.verify(code=1)
    expect(found, "offsite-class", "fail", "it lies in GLACIER")
    assert only(found, "offsite")[0] == "pass"


def protection_that_is_required_and_absent_fails(p):
    found = p.verify("--set", "offsite.versioning=true", "--set", "offsite.lock=governance", code=1)
    expect(found, "offsite-protection", "fail", "no versions are kept")
    assert len([c for c in found["offsite-protection"] if "no lock, not governance" in c[2]]) == 2, found
    p.bucket.keep_versions()
    found = p.verify("--set", "offsite.versioning=true", code=0)
    expect(found, "offsite-protection", "pass", "versions are kept")


FAULTS = (
    ("AccessDenied", refusal(403, "AccessDenied"), "may this key do that?"),
    ("ExpiredToken", refusal(400, "ExpiredToken"), "fetch new credentials"),
    ("RequestTimeTooSkewed", refusal(403, "RequestTimeTooSkewed", "<RequestTime>20261127T000000Z</RequestTime>"
                                     "<ServerTime>2026-11-27T01:00:00Z</ServerTime>"), "clock"),
    ("SlowDown", refusal(503, "SlowDown"), "try later"),
    ("InternalError", refusal(500, "InternalError"), "the server's own fault"),
)


def a_server_that_refuses_is_an_error_with_a_hint(p):
    for name, answer, hint in FAULTS:
        p.proxy.fault = lambda method, key, answer=answer: answer
        found = p.verify(code=4)
        c = only(found, "offsite-reachable")
        assert c[0] == "error" and hint in f"{c[2]} {c[3]}", (name, c)
        assert only(found, "offsite")[0] == "skipped" and "offsite-content" not in found
        others_pass(found)


def wrong_keys_an_unknown_bucket_and_no_server_are_errors(p):
    secret = p.directory / "secret"
    secret.write_text("wrong")
    found = p.verify(code=4)
    expect(found, "offsite-reachable", "error", "is the secret key that of the access key")
    secret.write_text(p.told["secret_key"])
    found = p.verify("--set", "offsite.url=s3://no-such-bucket-here/x", code=4)
    expect(found, "offsite-reachable", "error", "are the bucket's name and the endpoint right?")
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    found = p.verify("--set", f"offsite.endpoint=http://127.0.0.1:{port}", code=4)
    assert only(found, "offsite-reachable")[0] == "error"
    others_pass(found)
    secret.unlink()
    found = p.verify(code=4)
    assert only(found, "offsite-reachable")[0] == "error"
    secret.write_text(p.told["secret_key"])
    secret.chmod(0o600)


def answers_that_break_off_are_errors_and_no_fault_of_the_copy(p):
    p.proxy.fault = lambda method, key: refusal(503, "SlowDown") if method == "GET" and key.endswith(".gz") else None
    found = p.verify("--offsite-read", code=4)
    expect(found, "offsite-content", "error", "SlowDown")
    p.proxy.seen.clear()
    p.proxy.fault = lambda method, key: "cut" if method == "GET" and p.proxy.seen.count((method, key)) == 1 else None
    found = p.verify("--offsite-read", code=0)  # it goes on from where it broke off
    assert only(found, "offsite-content")[0] == "pass", found


def a_copy_that_fails_keeps_the_set_and_says_so(p):
    p.proxy.fault = lambda method, key: refusal(403, "AccessDenied") if method == "PUT" and key.endswith(".json") else None
    done = p.muster("backup", "--copy-to=offsite", code=4)
    assert "The set was kept" in done.out and "AccessDenied" in done.out, done.out
    there = p.bucket.keys()
    assert p.key(p.snapshot) in there and p.key(p.manifest) not in there, (done.out, p.manifest, there)
    p.proxy.fault = lambda method, key: refusal(503, "SlowDown") if method == "PUT" else None
    p.redis_cli("set", "another", "value")
    assert p.backup("--copy-to=offsite", code=4)["verdict"] == "error"
    assert "its copy is in" not in done.out, done.out
    assert p.key(p.snapshot) not in p.bucket.keys() and p.muster("backup", "complete").returncode == 0
    p.proxy.fault = None
    done = p.muster("backup", "copy", "--json")
    copied = [c for c in json.loads(done.out)["checks"] if c["name"] == "copied"]
    assert [c["verdict"] for c in copied] == ["pass", "pass"], copied
    p.verify(code=0)


def a_set_is_copied_by_its_name(p):
    p.bucket.remove(p.key(p.manifest))
    done = p.muster("backup", "copy", p.set)
    assert p.key(p.manifest) in p.bucket.keys() and "has arrived" in done.out, done.out
    done = p.muster("backup", "copy", "19990101", code=8)
    assert "no backup set" in done.err, done.err


def an_upload_that_breaks_off_leaves_nothing(p):
    p.redis_cli("-x", "set", "larger", data=random.Random(6).randbytes(48 << 20))
    p.proxy.fault = lambda method, key: refusal(500, "InternalError") if method == "PUT" and p.proxy.seen.count(("PUT", key)) > 2 else None
    p.proxy.seen.clear()
    p.backup("--copy-to=offsite", "--set", "offsite.part_size=5MiB", code=4)
    assert p.proxy.seen.count(("PUT", p.key(p.snapshot))) > 2
    assert p.key(p.snapshot) not in p.bucket.keys() and not p.bucket.uploads()


def an_interrupted_upload_leaves_nothing(p):
    p.proxy.seen.clear()
    running = []

    def interrupt(method, key):
        if method == "PUT" and p.proxy.seen.count((method, key)) == 3:
            running[0].send_signal(signal.SIGINT)
    p.proxy.fault = interrupt
    running.append(subprocess.Popen([MUSTER, "-c", p.directory / "muster.yaml", "backup", "copy", "--set",
                                     "offsite.part_size=5MiB"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    assert running[0].wait() == 130
    assert p.key(p.snapshot) not in p.bucket.keys() and not p.bucket.uploads()
    p.proxy.fault = None
    p.muster("backup", "copy", "--set", "offsite.part_size=5MiB")
    found = p.verify("--set", "offsite.part_size=5MiB", "--set", "offsite.read_share=0%", code=0)
    expect(found, "offsite-content", "pass", "2 by its MD5")


def killed_at(p, is_there):
    """A copy that is killed when a request that `is_there` comes, which the server never hears of."""
    running = []

    def kill(method, key):
        if is_there(method, key):
            running[0].kill()
            running[0].wait()
            return "hang up"
        return None
    p.proxy.seen.clear()
    p.proxy.fault = kill
    running.append(subprocess.Popen([MUSTER, "-c", p.directory / "muster.yaml", "backup", "copy", "--set",
                                     "offsite.part_size=5MiB"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    assert running[0].wait() == -signal.SIGKILL
    p.proxy.fault = None


def a_killed_upload_is_no_copy_and_the_next_one_clears_it_away(p):
    p.redis_cli("-x", "set", "larger", data=random.Random(8).randbytes(48 << 20))
    p.backup()
    killed_at(p, lambda method, key: method == "PUT" and p.proxy.seen.count((method, key)) == 3)
    there = p.bucket.keys()
    assert p.key(p.snapshot) not in there and p.key(p.manifest) not in there and p.bucket.uploads(), there
    found = p.verify("--set", "offsite.within=0s", code=1)
    assert [c[0] for c in found["offsite"]] == ["fail", "fail"], found["offsite"]
    done = p.muster("backup", "copy", "--set", "offsite.part_size=5MiB", "--progress-interval", "1ms")
    assert "uploads: 1 that had broken off, removed" in done.out, done.out
    assert "% of" in done.err and p.snapshot.name in done.err, done.err
    assert not p.bucket.uploads() and p.bucket.get(p.key(p.snapshot)) == p.snapshot.read_bytes()
    p.verify("--offsite-read", code=0)


def a_copy_that_is_killed_before_its_manifest_counts_as_none_and_is_completed(p):
    p.redis_cli("del", "larger", "large")
    p.redis_cli("set", "greeting", "once more")
    p.backup()
    older = p.muster("verify", "--offsite", "--json").out
    killed_at(p, lambda method, key: method == "PUT" and key.endswith(".json"))
    assert p.key(p.snapshot) in p.bucket.keys() and p.key(p.manifest) not in p.bucket.keys()
    found = p.verify("--set", "offsite.within=0s", code=1)
    expect(found, "offsite", "fail", "is missing", str(p.key(p.manifest))[11:])
    half = json.loads(p.muster("verify", "--offsite", "--json", code=None).out)
    assert half["verdict"] == "fail" or half["checks"] == json.loads(older)["checks"], half
    done = p.muster("backup", "copy", p.set)
    assert done.out.count("is there already") == 1 and done.out.count("has arrived") == 1, done.out
    p.verify("--offsite-read", code=0)


def uploads_of_others_are_removed_when_they_are_a_week_old(p):
    keys = [f"the/prefix/{ODD}/old", "the/prefix/young", "the/prefixed"]
    for key in keys:
        p.bucket.begin_upload(key)

    def age(body):
        old = b"<Initiated>2020-01-01T00:00:00.000Z</Initiated>"
        return b"<Upload>".join(u if b"young" in u else re.sub(b"<Initiated>.*?</Initiated>", old, u)
                                for u in body.split(b"<Upload>"))
    p.proxy.fault = lambda method, key: age if method == "GET" and not key and "uploads" in p.proxy.query else None
    p.muster("backup", "copy")
    p.proxy.fault = None
    left = p.bucket.call("GET", "", query={"uploads": ""}).content
    assert [k in left for k in (b"/old<", b"the/prefix/young<", b"the/prefixed<")] == [False, True, True], left


def a_server_that_lists_no_uploads_is_copied_to_all_the_same(p):
    for f in (p.snapshot, p.manifest):
        p.bucket.remove(p.key(f))
    for answer in (refusal(403, "AccessDenied"), refusal(501, "NotImplemented"), (200, b"<html></html>")):
        p.proxy.fault = lambda method, key, answer=answer: answer if "uploads" in p.proxy.query and method == "GET" else None
        assert p.muster("backup", "copy").returncode == 0
    p.verify(code=0)


def the_servers_own_sum_is_believed_before_all_else(p):
    body = p.snapshot.read_bytes()

    def told(content, kind="FULL_OBJECT"):
        sum_ = base64.b64encode(hashlib.sha256(content).digest()).decode()
        p.proxy.fault = lambda method, key: ({"x-amz-checksum-sha256": sum_, "x-amz-checksum-type": kind}
                                             if method == "HEAD" and key.endswith(".gz") else None)
    told(body)
    found = p.verify("--set", "offsite.read_share=100%", code=0)
    expect(found, "offsite-content", "pass", "1 read back, 1 by the server's SHA-256")
    assert p.proxy.headers and ("GET", p.key(p.snapshot)) not in p.proxy.seen[-4:]
    told(body + b"x")
    found = p.verify("--set", "offsite.read_share=0%", code=1)
    expect(found, "offsite-content", "fail", f"the copy's SHA-256 is {sha256(body + b'x')[:16]}")
    told(body + b"x", "COMPOSITE")
    found = p.verify("--set", "offsite.read_share=0%", code=0)
    assert "0 by the server's SHA-256" in only(found, "offsite-content")[2], found


def configured_it_is_always_copied(p):
    text = (p.directory / "muster.yaml").read_text()
    (p.directory / "muster.yaml").write_text(text.replace("offsite:\n", "offsite:\n  copy: true\n"))
    p.backup()
    assert p.key(p.manifest) in p.bucket.keys()
    p.backup("--copy-to=none")
    assert p.key(p.manifest) not in p.bucket.keys()
    run(MUSTER, "-c", p.directory / "muster.yaml", "backup", "--copy-to=offsite", "--set", "offsite.url=", code=7)


def locks_are_set_and_seen(p):
    done = p.muster("backup", "--copy-to=offsite")
    assert f"its copy is in s3://{p.bucket.name}/the/prefix/\n" in done.out, done.out
    found = p.verify("--set", "offsite.lock=governance", code=1)
    assert "no lock, not governance" in found["offsite-protection"][0][2], found
    lock = ("--set", "offsite.lock=governance", "--set", "offsite.lock_for=30d", "--set", "offsite.versioning=true")
    done = p.muster("backup", "copy", *lock)  # what is there without its lock is written again
    assert done.out.count("has arrived") == 2, done.out
    found = p.verify(*lock, code=0)
    assert [c[0] for c in found["offsite-protection"]] == ["pass", "pass"], found["offsite-protection"]
    found = p.verify("--set", "offsite.lock=compliance", code=1)
    assert {c[0] for c in found["offsite-protection"]} == {"fail"}, found["offsite-protection"]
    found = p.verify("--set", "offsite.lock=governance", "--set", "offsite.lock_for=60d", code=1)
    assert "GOVERNANCE until" in found["offsite-protection"][0][2], found["offsite-protection"]


def doctor_tells_whether_the_copy_can_be_reached(p):
    assert "the off-site copy, s3://" in p.muster("doctor", code=None).out
    p.proxy.fault = lambda method, key: refusal(400, "ExpiredToken")
    checks = json.loads(p.muster("doctor", "--json", code=None).out)["checks"]
    told = [c for c in checks if c["name"] == "offsite-reachable"]
    assert len(told) == 1 and told[0]["verdict"] == "error" and "fetch new credentials" in told[0]["hint"], told


def alerts(p):
    """The components and checks of the alerts that last, of kind verify."""
    with sqlite3.connect(p.directory / "state" / "history.db") as db:
        return db.execute("SELECT component, name FROM alert WHERE kind = 'verify' ORDER BY 2").fetchall()


def a_copy_that_cannot_be_looked_at_is_not_well_again(p):
    body = p.snapshot.read_bytes()
    p.bucket.put(p.key(p.snapshot), body[:-1] + bytes([body[-1] ^ 1]), sha256(body))
    p.verify("--offsite-read", code=1)
    assert alerts(p) == [("cache", "offsite-content")], alerts(p)
    p.proxy.fault = lambda method, key: refusal(403, "AccessDenied")
    p.verify(code=4)
    assert alerts(p) == [("cache", "offsite-content"), ("", "offsite-reachable")], alerts(p)
    p.proxy.fault = None
    p.muster("backup", "copy")
    p.verify(code=0)
    assert ("cache", "offsite-content") not in alerts(p)


def a_copy_that_was_found_to_differ_is_read_until_it_is_well(p):
    """The server's sums stay as they were when its bytes rot."""
    body = p.snapshot.read_bytes()
    rotten = body[:-1] + bytes([body[-1] ^ 1])
    p.proxy.fault = lambda method, key: (200, rotten) if method == "GET" and key == p.key(p.snapshot) else None
    never = ("--set", "offsite.read_share=0%")
    assert only(p.verify(*never, code=0), "offsite-content")[0] == "pass"
    for more in (("--offsite-read",), never, never):
        expect(p.verify(*more, code=1), "offsite-content", "fail", "the copy's SHA-256 is")
    p.proxy.fault = None
    assert "2 read back" in only(p.verify(*never, code=0), "offsite-content")[2]
    assert "2 by its MD5" in only(p.verify(*never, code=0), "offsite-content")[2]


def a_sound_older_set_ends_no_alert_of_the_newest(p):
    older = p.set
    time.sleep(1)  # sets are told by whole seconds
    p.backup("--copy-to=offsite")
    body = p.snapshot.read_bytes()
    p.snapshot.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
    p.verify(code=1)
    before, failed = alerts(p), p.run["id"]
    assert ("cache", "hash") in before, before
    for more in ((), ("--offsite",)):
        p.verify("--backup-set", older, *more, code=0)
        assert p.run["kind"] == "verify-set" and p.run["set"] == older, p.run
    assert alerts(p) == before, alerts(p)
    status = json.loads(p.muster("status", "--json", code=1).out)
    assert failed in json.dumps(status), status
    assert 'kind="verify",check="hash"} 3' in p.muster("metrics").out
    p.snapshot.write_bytes(body)
    p.verify(code=0)


def no_secret_is_told_to_anybody(p):
    token = "session-marker-5f1c"
    lines = set()

    def look(method, key):
        for f in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                lines.add(f.read_bytes())
            except OSError:
                pass
        return refusal(403, "InvalidToken")
    p.proxy.fault = look
    (p.directory / "token").write_text(token)
    (p.directory / "token").chmod(0o600)
    for argv in (("verify",), ("verify", "--json"), ("backup", "copy"), ("doctor",)):
        p.muster(*argv, "--set", f"offsite.session_token={{file: {p.directory}/token}}", code=None)
    p.muster("config", "show")
    markers = [p.told["secret_key"].encode(), token.encode()]
    kept = [f.read_bytes() for f in (p.directory / "state").rglob("*") if f.is_file()]
    assert lines and kept
    for where in (*lines, *kept, *(s.encode() for s in p.said)):
        assert not any(m in where for m in markers), where[:400]


GROUPS = (
    (False, (a_backup_is_copied_with_its_manifest_last, the_copy_passes_every_check, a_share_of_all_is_read_back_every_day,
             a_copy_that_is_whole_is_left_alone, a_missing_file_fails,
             a_set_that_is_not_there_yet_is_warned_of_until_its_time_is_up, a_copy_that_comes_late_is_warned_of,
             a_copy_of_another_size_fails, a_copy_of_other_content_fails_whatever_is_said_of_it,
             a_copy_in_an_archive_fails, a_server_that_refuses_is_an_error_with_a_hint,
             wrong_keys_an_unknown_bucket_and_no_server_are_errors,
             answers_that_break_off_are_errors_and_no_fault_of_the_copy, protection_that_is_required_and_absent_fails,
             a_copy_that_fails_keeps_the_set_and_says_so, a_set_is_copied_by_its_name, doctor_tells_whether_the_copy_can_be_reached,
             a_copy_that_cannot_be_looked_at_is_not_well_again,
             a_copy_that_was_found_to_differ_is_read_until_it_is_well, a_sound_older_set_ends_no_alert_of_the_newest,
             no_secret_is_told_to_anybody)),
    (False, (what_the_server_cannot_tell_is_not_believed, a_damaged_file_here_is_no_reason_to_fault_its_copy,
             an_upload_that_breaks_off_leaves_nothing, an_interrupted_upload_leaves_nothing,
             a_killed_upload_is_no_copy_and_the_next_one_clears_it_away,
             a_copy_that_is_killed_before_its_manifest_counts_as_none_and_is_completed,
             uploads_of_others_are_removed_when_they_are_a_week_old,
             a_server_that_lists_no_uploads_is_copied_to_all_the_same, the_servers_own_sum_is_believed_before_all_else,
             configured_it_is_always_copied)),
    (True, (locks_are_set_and_seen,)),
)


def main(groups, *options):
    missing = [tool for tool in ("redis-server", "redis-cli") if not shutil.which(tool)]
    if missing:
        print(f"skipped: {', '.join(missing)} not installed")
        sys.exit(77)
    servers, failed = Servers(*options), 0
    try:
        for locks, tests in groups:
            with tempfile.TemporaryDirectory(prefix="muster-offsite.") as directory:
                p = Platform(servers, directory, locks)
                try:
                    for test in tests:
                        p.proxy.fault = None
                        try:
                            test(p)
                            print(f"ok {test.__name__.replace('_', ' ')}", flush=True)
                        except Exception:  # pylint: disable=broad-except
                            failed += 1
                            print(f"FAILED {test.__name__.replace('_', ' ')}\n{traceback.format_exc()}", flush=True)
                finally:
                    p.down()
    finally:
        servers.down()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(GROUPS)
