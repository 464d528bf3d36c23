#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The main job on the example platform, held against what the servers and their own tools say.

usage: test_platform.py MUSTER    (prints one line per test, exits 1 when any failed)
"""
import base64
import collections
import fcntl
import gzip
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request
from pathlib import Path

from processes import kill_with_all

MUSTER = os.path.realpath(sys.argv[1])


def run(*argv, code=0, **more):
    done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **more)
    assert code is None or done.returncode == code, \
        f"{argv} ended with {done.returncode}, not {code}: {done.stderr.decode()}{done.stdout.decode()[-2000:]}"
    return done


class Platform:
    def __init__(self, parent):
        up = json.loads(run(MUSTER, "demo", "up", "--json", "--size", "4MB", "--directory", f"{parent}/p").stdout)
        self.directory, self.config, self.servers = Path(up["directory"]), up["config"], up["servers"]
        self.backups = self.directory / "backups"

    def muster(self, *argv, code=0):
        return run(MUSTER, "-c", self.config, *argv, code=code)

    def json(self, *argv, code=0):
        return json.loads(self.muster(*argv, "--json", code=code).stdout)

    def sql(self, query):
        s = self.servers["postgresql"]
        return run("psql", "-XAt", "-h", s["socket"], "-p", s["port"], "-U", s["user"], "-d", s["database"],
                   "-c", query).stdout.decode().rstrip("\n").split("\n")

    def redis(self, *words):
        return run("redis-cli", "-s", self.servers["redis"]["socket"], *words).stdout.decode()

    def rabbit(self, path):
        s = self.servers["rabbitmq"]
        password = Path(s["password_file"]).read_text().strip()
        request = urllib.request.Request(f"http://127.0.0.1:{s['management_port']}/api/{path}")
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{s['user']}:{password}".encode()).decode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def newest(self, pattern):
        return max(self.backups.rglob(pattern), key=lambda p: p.name)

    def inspect(self, path):
        return json.loads(run(MUSTER, "inspect", "--json", path).stdout)["files"][0]

    def visible_files(self):
        return {p for p in self.backups.rglob("*") if p.is_file() and not p.name.startswith(".")}

    def down(self):
        run(MUSTER, "demo", "down", self.directory)


def a_backup_is_one_complete_set(p):
    taken = p.json("backup")
    assert taken["schema"] == "muster.backup/v1" and taken["verdict"] == "pass", taken
    kinds = collections.Counter(f["part"] for f in taken["files"])
    assert kinds == {"dump": 1, "sql": 1, "globals": 1, "rdb": 1, "definitions": 1}, kinds
    stamp = taken["set"]
    for name in (f"postgres/backup_agent_orchestrator_{stamp}.dump.gz", f"postgres/backup_agent_orchestrator_{stamp}.sql.gz",
                 f"postgres/backup_agent_orchestrator_{stamp}.json", f"postgres/globals_{stamp}.sql.gz",
                 f"redis/snapshot_{stamp}.rdb.gz", f"rabbitmq/definitions_{stamp}.json.gz"):
        assert (p.backups / name).is_file(), name
    run("gzip", "-t", *p.backups.rglob("*.gz"))
    p.muster("backup", "complete", stamp)


def the_set_passes_its_verification(p):
    document = p.json("verify")
    bad = [c for c in document["checks"] if c["verdict"] not in ("pass", "skipped")]
    assert document["verdict"] == "pass" and not bad, bad
    names = {c["name"] for c in document["checks"]}
    wanted = {"exists", "age", "size", "size-trend", "hash", "compression", "format", "facts", "plausible", "complete",
              "manifest", "agreement", "rpo", "disk-free", "disk-room", "reachable"}
    assert wanted <= names, wanted - names
    assert any(c.get("component") == "rabbitmq" and c["name"] == "facts" for c in document["checks"] if c["verdict"] == "pass")


def the_archives_facts_are_the_sources(p):
    manifest = json.loads(p.newest("backup_*.json").read_text())
    listed = next(f for f in manifest["files"] if f["part"] == "dump")
    assert listed["facts"]["side"] == "source"
    found = p.inspect(p.newest("*.dump.gz"))["facts"]
    assert listed["facts"]["tables"] == found["tables"] and len(found["tables"]) >= 8
    assert all(t["fingerprint"] for t in found["tables"])
    assert listed["facts"]["large_objects"] == found["large_objects"]


def inspect_agrees_with_count(p):
    tables = p.inspect(p.newest("*.dump.gz"))["facts"]["tables"]
    for t in tables:
        assert t["rows"] == int(p.sql(f'SELECT count(*) FROM ONLY "{t["schema"]}"."{t["name"]}"')[0]), t
    live = p.sql("SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' "
                 "AND nspname !~ '^pg_' AND nspname <> 'information_schema'")
    assert len(tables) == int(live[0])


def inspect_agrees_with_pg_restore_list(p):
    plain = p.directory / "plain.dump"
    plain.write_bytes(gzip.decompress(p.newest("*.dump.gz").read_bytes()))
    listing = run("pg_restore", "-C", "-l", plain).stdout.decode().split("\n")
    entries = [line for line in listing if line and not line.startswith(";")]
    announced = int(next(line for line in listing if "TOC Entries" in line).split(":")[1])
    facts = p.inspect(plain)["facts"]
    settings = {s["name"]: s["value"] for s in facts["settings"]}
    assert int(settings["toc_entries"]) == announced, (settings, announced)
    ours = {o["type"]: o["count"] for o in facts["schema_objects"]}
    kinds = [*ours, "TABLE DATA", "SEQUENCE SET", "MATERIALIZED VIEW DATA"]
    listed = collections.Counter()
    for line in entries:
        # "12; 1259 16394 TABLE DATA public agents owner": the kind, of one or more words, follows three numbers
        rest = re.sub(r"^\d+; \d+ \d+ ", "", line) + " "
        listed[max((kind for kind in kinds if rest.startswith(kind + " ")), key=len, default=None)] += 1
    assert {kind: listed[kind] for kind in ours} == ours, (listed, ours)
    plain.unlink()


def the_plain_sql_restores_the_same_rows(p):
    text = gzip.decompress(p.newest("*.sql.gz").parent.joinpath(
        next(f.name for f in p.backups.rglob("backup_*.sql.gz"))).read_bytes()).decode()
    for t in p.inspect(p.newest("*.dump.gz"))["facts"]["tables"]:
        block = re.search(rf'^COPY "?{t["schema"]}"?\."?{t["name"]}"? .*? FROM stdin;\n(.*?)^\\\.$', text, re.M | re.S)
        assert block and block.group(1).count("\n") == t["rows"], t


def inspect_agrees_with_redis(p):
    facts = p.inspect(p.newest("*.rdb.gz"))["facts"]
    live = {m[0]: (int(m[1]), int(m[2])) for m in
            re.findall(r"db(\d+):keys=(\d+),expires=(\d+)", p.redis("INFO", "keyspace"))}
    assert {d["database"]: (d["keys"], d["expires"]) for d in facts["databases"]} == live and len(live) > 1
    for database in live:
        kinds = collections.Counter(p.redis("-n", database, "EVAL", "local t = {} for i, k in ipairs(redis.call('KEYS', '*')) "
                                            "do t[i] = redis.call('TYPE', k).ok end return t", "0").split())
        ours = {k["type"]: k["keys"] for k in facts["keyspaces"] if k["database"] == database}
        assert ours == dict(kinds), (database, ours, kinds)
    plain = p.directory / "plain.rdb"
    plain.write_bytes(gzip.decompress(p.newest("*.rdb.gz").read_bytes()))
    told = run("redis-check-rdb", plain).stdout.decode()
    assert int(re.search(r"(\d+) keys read", told).group(1)) == sum(k for k, _ in live.values())
    assert int(re.search(r"(\d+) expires", told).group(1)) == sum(e for _, e in live.values())
    plain.unlink()


def inspect_agrees_with_rabbitmq(p):
    facts = p.inspect(p.newest("definitions*.json.gz"))["facts"]
    live = p.rabbit("definitions")
    for kind in ("users", "vhosts", "permissions", "topic_permissions", "policies", "queues", "exchanges", "bindings"):
        ours = sum(o["count"] for o in facts["objects"] if o["type"] == kind)
        assert ours == len(live[kind]), (kind, ours, len(live[kind]))
    assert len(live["queues"]) > 2 and len(live["bindings"]) > 2


def a_lost_row_is_seen(p):
    copy = p.directory / "lost"
    shutil.copytree(p.backups, copy)
    archive = max(copy.rglob("*.dump.gz"), key=lambda f: f.name)
    content = gzip.decompress(archive.read_bytes())
    # in a user's address: a byte of a row, which no checksum of the format covers
    where = re.search(rb"[0-9]@[a-z]", content).start() + 1
    archive.write_bytes(gzip.compress(content[:where] + b"#" + content[where + 1:]))
    document = json.loads(p.muster("--set", f"repository.path={copy}", "verify", "postgres-main", "--json", code=1).stdout)
    failed = {c["name"] for c in document["checks"] if c["verdict"] == "fail"}
    assert failed == {"hash", "facts"}, failed
    shutil.rmtree(copy)


def a_row_lost_from_the_plain_sql_is_seen(p):
    copy = p.directory / "lost"
    shutil.copytree(p.backups, copy)
    text = max(copy.rglob("backup_*.sql.gz"), key=lambda f: f.name)
    content = gzip.decompress(text.read_bytes())
    row = re.search(rb"FROM stdin;\n([^\\\n][^\n]*\n)", content)
    text.write_bytes(gzip.compress(content[:row.start(1)] + content[row.end(1):]))
    path = max(copy.rglob("backup_*.json"), key=lambda f: f.name)
    manifest = json.loads(path.read_text())
    entry = next(f for f in manifest["files"] if f["part"] == "sql")
    entry["size"], entry["sha256"] = text.stat().st_size, hashlib.sha256(text.read_bytes()).hexdigest()
    path.write_text(json.dumps(manifest))
    document = json.loads(p.muster("--set", f"repository.path={copy}", "verify", "postgres-main", "--json", code=1).stdout)
    failed = [(c["name"], c["subject"].endswith(".sql.gz"), c["message"]) for c in document["checks"] if c["verdict"] == "fail"]
    assert [f[:2] for f in failed] == [("facts", True)] and "1 rows missing" in failed[0][2], failed
    shutil.rmtree(copy)


def a_second_run_is_told_who_holds_the_lock(p):
    with open(p.directory / "state" / "locks" / "postgres-main.lock", "r+") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        refused = p.muster("verify", code=6)
    assert b"another run" in refused.stderr, refused.stderr
    document = json.loads(p.muster("run", "list", "--json").stdout)
    assert all(r["verdict"] != "error" for r in document["runs"]), document


def cut_short(p):
    """The runs that have no end of their own."""
    shown = (p.json("run", "show", r["id"], code=None) for r in p.json("run", "list")["runs"] if r["verdict"] == "error")
    return [r["id"] for r in shown if any(c["name"] == "interrupted" and c["verdict"] == "error" for c in r["checks"])]


def a_killed_verify_is_an_error_from_then_on(p):
    for _ in range(100):
        child = subprocess.Popen([MUSTER, "-c", p.config, "verify"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # one that has just begun, unless it is quicker than who looks
        while child.poll() is None and child.pid not in [r["pid"] for r in p.json("status", code=None)["under_way"]]:
            pass
        kill_with_all(child)
        p.muster("verify")
        if cut_short(p):
            return
    raise AssertionError(f"none was cut short: {p.json('run', 'list')['runs']}")


def a_killed_backup_leaves_nothing_that_could_pass(p):
    before = p.visible_files()
    for delay in (0.05, 0.15, 0.3, 0.5, 0.8):
        child = subprocess.Popen([MUSTER, "-c", p.config, "backup"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        kill_with_all(child)  # the tools that it had started end with it
    for manifest in (f for f in p.visible_files() - before if f.suffix == ".json"):
        stamp = manifest.stem.rsplit("agent_orchestrator_", 1)[1]
        p.muster("backup", "complete", stamp)  # a manifest is only ever there when the whole set is
    p.muster("backup")
    hidden = [f for f in p.backups.rglob(".*") if f.is_file()]
    assert not hidden, hidden


def an_interrupted_backup_cleans_up(p):
    before = p.visible_files()
    child = subprocess.Popen([MUSTER, "-c", p.config, "backup"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while child.poll() is None and not [f for f in p.backups.rglob(".*") if f.is_file()]:
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=300)
    if child.returncode != 0:  # it was quicker than the signal
        assert child.returncode == 130, child.returncode
        assert p.visible_files() == before
    assert not [f for f in p.backups.rglob(".*") if f.is_file()]


def a_set_without_a_manifest_is_incomplete(p):
    copy = p.directory / "bare"
    shutil.copytree(p.backups, copy)
    for manifest in copy.rglob("backup_*.json"):
        manifest.unlink()
    document = json.loads(p.muster("--set", f"repository.path={copy}", "verify", "--json", code=1).stdout)
    assert "complete" in {c["name"] for c in document["checks"] if c["verdict"] == "fail"}
    shutil.rmtree(copy)


def verdicts_of(p, check, *settings, component="postgres-main", code=None):
    """The verdicts of one check in a verification under changed settings."""
    flags = [word for setting in settings for word in ("--set", setting)]
    document = json.loads(p.muster(*flags, "verify", component, "--json", code=code).stdout)
    return {c["verdict"] for c in document["checks"] if c["name"] == check}


def each_threshold_is_judged(p):
    own = "components.postgres-main."
    time.sleep(2)
    assert verdicts_of(p, "age", own + "backups.max_age=1s", code=1) == {"fail"}
    assert verdicts_of(p, "age", own + "backups.max_age=1s", own + "severities.age=warn", code=0) == {"warn"}
    assert verdicts_of(p, "size", own + "backups.min_size=10GiB", code=1) == {"fail"}
    assert verdicts_of(p, "disk-free", "repository.disk_free_min=99.99%", code=1) == {"fail"}
    assert "fail" not in verdicts_of(p, "disk-free", "repository.disk_free_min=0.001%")
    p.muster("--set", own + "backups.max_age=1s", "--set", own + "severities.age=warn", "verify", "--fail-on=warn", code=3)
    p.muster("--set", "run.time_limit=1ms", "verify", code=124)
    p.muster("verify", "--set", "no.such.key=1", code=7)
    p.muster("verify", "no-such-component", code=8)


def what_vanished_or_fell_is_seen(p):
    p.muster("verify")
    p.sql("CREATE TABLE public.doomed (x int); INSERT INTO public.doomed SELECT generate_series(1, 1000); "
          "CREATE TABLE public.shrunk (x int); INSERT INTO public.shrunk SELECT generate_series(1, 1000)")
    p.muster("backup")
    p.muster("verify")
    time.sleep(1.1)
    p.sql("DROP TABLE public.doomed; DELETE FROM public.shrunk WHERE x > 500")
    p.muster("backup")
    document = p.json("verify")
    told = [c["message"] for c in document["checks"] if c["name"] == "plausible" and c["verdict"] == "warn"]
    assert document["verdict"] == "warn" and len(told) == 2, (document["verdict"], told)
    assert any("doomed" in t and "vanished" in t for t in told) and any("shrunk" in t and "50 %" in t for t in told), told
    assert verdicts_of(p, "rpo", "components.postgres-main.objectives.rpo=100ms") == {"warn"}
    assert verdicts_of(p, "rpo", "components.postgres-main.objectives.rpo=1d") == {"pass"}
    assert verdicts_of(p, "size-trend", "components.postgres-main.thresholds.size_change=0.00001") & {"warn"}
    assert verdicts_of(p, "agreement", "repository.tolerance=1ms", component="redis-cache") & {"warn", "pass"}
    p.sql("DROP TABLE public.shrunk")


def several_databases_make_one_set(p):
    p.sql("CREATE DATABASE \"odd/na me\"")
    try:
        taken = p.json("backup", "postgres-main", "--set",
                       'components.postgres-main.connect.databases=[agent_orchestrator, "odd/na me"]')
        assert [f["database"] for f in taken["files"] if f["part"] == "dump"] == ["agent_orchestrator", "odd/na me"], taken
        assert all((p.backups / f["path"]).is_file() for f in taken["files"])
        assert verdicts_of(p, "facts", 'components.postgres-main.connect.databases=[agent_orchestrator, "odd/na me"]') == {"pass"}
    finally:
        p.sql("DROP DATABASE \"odd/na me\"")
    for part in p.backups.rglob(f"*{taken['set']}*"):
        part.unlink()
    # a set that nobody removes within its second: another of that name would be compared with what was before it
    while time.strftime("%Y%m%d_%H%M%S", time.gmtime()) <= taken["set"]:
        time.sleep(0.05)
    assert p.json("backup")["set"] > taken["set"]
    p.muster("verify")


def the_status_is_one_screen(p):
    document = p.json("verify")
    assert document["verdict"] == "pass", [c for c in document["checks"] if c["verdict"] != "pass"]
    status = p.json("status")
    assert status["schema"].startswith("muster.status/"), status
    line = p.muster("status", "--nagios").stdout.decode()
    assert line.startswith("MUSTER OK") and "|" in line and line.count("\n") == 1, line
    line = p.muster("verify", "--nagios").stdout.decode()
    assert line.startswith("MUSTER OK") and line.count("\n") == 1, line


def a_manifest_that_is_silent_or_anothers_is_no_proof(p):
    def failed_when(change):
        copy = p.directory / "silent"
        shutil.copytree(p.backups, copy)
        path = max(copy.rglob("backup_*.json"), key=lambda f: f.name)
        manifest = json.loads(path.read_text())
        change(manifest)
        path.write_text(json.dumps(manifest))
        document = json.loads(p.muster("--set", f"repository.path={copy}", "verify", "--json", code=1).stdout)
        shutil.rmtree(copy)
        return {c["name"] for c in document["checks"] if c["verdict"] == "fail"}

    assert failed_when(lambda m: m["files"].__delitem__(slice(1, None))) == {"hash"}
    assert failed_when(lambda m: m["files"][0].pop("facts")) == {"facts"}
    assert failed_when(lambda m: m.update(set="20200101_000000")) == {"manifest"}


def an_old_set_under_a_new_name_fails(p):
    copy = p.directory / "renamed"
    shutil.copytree(p.backups, copy)
    stamp = p.newest("backup_*.json").stem[-15:]
    for f in copy.rglob(f"*{stamp}*"):
        f.rename(f.with_name(f.name.replace(stamp, "20991231_000000")))
    document = json.loads(p.muster("--set", f"repository.path={copy}", "verify", "--json", code=1).stdout)
    failed = {(c["name"], c.get("component")) for c in document["checks"] if c["verdict"] == "fail"}
    assert {("hash", "postgres-main"), ("hash", "redis-cache"), ("hash", "rabbitmq"), ("manifest", None)} <= failed, failed
    shutil.rmtree(copy)


def a_dump_of_another_database_fails(p):
    copy = p.directory / "another"
    shutil.copytree(p.backups, copy)
    s = p.servers["postgresql"]
    other = run("pg_dump", "-h", s["socket"], "-p", s["port"], "-U", s["user"], "-Fc", "-Z0", "postgres").stdout
    max(copy.rglob("*.dump.gz"), key=lambda f: f.name).write_bytes(gzip.compress(other))
    for manifest in copy.rglob("backup_*.json"):
        manifest.unlink()
    document = json.loads(p.muster("--set", f"repository.path={copy}", "verify", "postgres-main", "--json", code=1).stdout)
    failed = {c["name"]: c["message"] for c in document["checks"] if c["verdict"] == "fail"}
    assert failed.keys() == {"format", "complete"} and 'database "postgres"' in failed["format"], failed
    shutil.rmtree(copy)


def a_secret_that_cannot_be_read_hides_no_other_service(p):
    document = json.loads(p.muster("--set", "components.rabbitmq.connect.password={file: /nonexistent}", "verify", "--json",
                                   code=4).stdout)
    reached = {c.get("component"): c["verdict"] for c in document["checks"] if c["name"] == "reachable"}
    assert reached == {"postgres-main": "pass", "redis-cache": "pass", "rabbitmq": "error", "broker-console": "pass"}, reached


def one_set_can_be_chosen(p):
    stamp = p.newest("backup_*.json").stem[-15:]
    assert p.json("verify", "--backup-set", stamp)["set"] == stamp
    p.muster("verify", "--backup-set", "19990101", code=8)


def a_server_that_is_down_is_an_error_not_a_failure(p):
    document = json.loads(p.muster("--set", "components.redis-cache.connect.socket=/nonexistent/redis.sock", "verify", "--json",
                                   code=4).stdout)
    assert document["verdict"] == "error"
    wrong = [(c["name"], c.get("component")) for c in document["checks"] if c["verdict"] in ("fail", "error")]
    assert wrong == [("reachable", "redis-cache")], wrong


def encrypted_backups_are_read_through_their_decoder(p):
    copy = p.directory / "odd"
    shutil.copytree(p.backups, copy)
    swap = "import sys; sys.stdout.buffer.write(bytes(b ^ 85 for b in sys.stdin.buffer.read()))"
    stored = max(copy.rglob("*.rdb.gz"), key=lambda f: f.name)
    stored.with_name(stored.name + ".enc").write_bytes(bytes(b ^ 85 for b in stored.read_bytes()))
    stored.unlink()
    document = json.loads(p.muster("--set", f"repository.path={copy}", "--set",
                                   f"components.redis-cache.backups.decode=[python3, -c, \"{swap}\"]",
                                   "verify", "redis-cache", "--json", code=None).stdout)
    formats = [c for c in document["checks"] if c["name"] == "format"]
    assert formats and all(c["verdict"] == "pass" for c in formats), document["checks"]
    shutil.rmtree(copy)


TESTS = [a_backup_is_one_complete_set, the_set_passes_its_verification, the_archives_facts_are_the_sources,
         inspect_agrees_with_count, inspect_agrees_with_pg_restore_list, the_plain_sql_restores_the_same_rows,
         inspect_agrees_with_redis, inspect_agrees_with_rabbitmq, a_lost_row_is_seen, a_row_lost_from_the_plain_sql_is_seen,
         a_second_run_is_told_who_holds_the_lock, each_threshold_is_judged, what_vanished_or_fell_is_seen,
         several_databases_make_one_set, the_status_is_one_screen,
         a_set_without_a_manifest_is_incomplete, a_manifest_that_is_silent_or_anothers_is_no_proof,
         an_old_set_under_a_new_name_fails, one_set_can_be_chosen, a_dump_of_another_database_fails,
         a_secret_that_cannot_be_read_hides_no_other_service, a_server_that_is_down_is_an_error_not_a_failure,
         encrypted_backups_are_read_through_their_decoder, a_killed_verify_is_an_error_from_then_on,
         an_interrupted_backup_cleans_up, a_killed_backup_leaves_nothing_that_could_pass]


def main():
    parent = tempfile.mkdtemp(prefix="muster-test-")
    os.chmod(parent, 0o1777)
    failed = 0
    try:
        platform = Platform(parent)
        try:
            for test in TESTS:
                try:
                    test(platform)
                    print(f"ok    {test.__name__}", flush=True)
                except Exception:  # every test is judged, whatever the one before came to
                    failed += 1
                    print(f"FAIL  {test.__name__}\n{traceback.format_exc()}", flush=True)
        finally:
            platform.down()
        left = list(Path(parent).iterdir())
        if left:
            failed += 1
            print(f"FAIL  left behind: {left}")
    finally:
        shutil.rmtree(parent, ignore_errors=True)
    sys.exit(1 if failed else 0)


main()
