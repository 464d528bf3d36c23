#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Backups read straight from a real S3 server: inspected, verified and restored without a copy on this machine.

usage: test_offsite_read.py MUSTER    (prints one line per test, exits 1 when any failed, 77 without radosgw)
"""
import json
import os
import random
import sys

from test_offsite import MUSTER, expect, main, refusal, run, sha256

LARGE = 48 << 20  # more than ranges that are fetched at once


def url(p, path):
    return f"s3://{p.bucket.name}/{p.key(path)}"


def inspected(p, what, *more, code=0):
    return json.loads(p.muster("inspect", "--json", what, *more, code=code).out)["files"][0]


def an_object_is_inspected_as_the_file_is(p):
    p.redis_cli("-x", "set", "large", data=random.Random(7).randbytes(LARGE))
    p.backup("--copy-to=offsite")
    for path in (p.snapshot, p.manifest):
        here, there = inspected(p, path), inspected(p, url(p, path))
        for name in ("format", "compression", "size", "sha256", "facts", "verdict"):
            assert here.get(name) == there.get(name), (name, here.get(name), there.get(name))
        assert there["path"] == url(p, path)
    assert there["verdict"] == "pass" and p.snapshot.stat().st_size > LARGE


def variables_tell_who_asks_where_there_is_no_configuration(p):
    environment = {**{k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MUSTER_"))},
                   "AWS_ACCESS_KEY_ID": p.told["access_key"], "AWS_SECRET_ACCESS_KEY": p.told["secret_key"],
                   "AWS_ENDPOINT_URL": p.proxy.endpoint, "HOME": str(p.directory)}
    done = run(MUSTER, "inspect", "--json", url(p, p.snapshot), cwd="/", env=environment)
    assert json.loads(done.out)["files"][0]["verdict"] == "pass"
    environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
    done = run(MUSTER, "inspect", url(p, p.snapshot), cwd="/", env=environment, code=9)
    assert "SignatureDoesNotMatch" in done.out, done.out


def what_is_not_there_is_told_so(p):
    done = p.muster("inspect", f"s3://{p.bucket.name}/nothing/here", code=8)
    assert "NoSuchKey" in done.out, done.out
    p.muster("inspect", f"s3://{p.bucket.name}", code=2)
    p.muster("inspect", "s3://no-such-bucket-here/key", code=7)


def a_transfer_that_breaks_off_goes_on(p):
    p.proxy.seen.clear()
    p.proxy.fault = lambda method, key: "cut" if method == "GET" and len(p.proxy.seen) % 3 == 0 else None
    there = inspected(p, url(p, p.snapshot))
    assert there["sha256"] == sha256(p.snapshot.read_bytes()) and there["verdict"] == "pass", there
    assert len(p.proxy.seen) > 3


def a_transfer_that_ends_early_is_an_error_and_no_bad_backup(p):
    p.proxy.seen.clear()
    p.proxy.fault = lambda method, key: refusal(503, "SlowDown") if method == "GET" and len(p.proxy.seen) > 4 else None
    there = inspected(p, url(p, p.snapshot), code=4)
    assert there["verdict"] == "error" and "SlowDown" in there["error"]["message"], there["error"]
    p.proxy.fault = lambda method, key: refusal(400, "ExpiredToken") if method == "GET" else None
    there = inspected(p, url(p, p.snapshot), code=9)
    assert "ExpiredToken" in there["error"]["message"] and "credentials" in there["error"]["hint"], there["error"]


def a_damaged_object_is_a_bad_backup(p):
    body = p.snapshot.read_bytes()
    p.bucket.put("the/prefix/damaged", body[:1000] + bytes([body[1000] ^ 1]) + body[1001:])
    assert inspected(p, f"s3://{p.bucket.name}/the/prefix/damaged", code=1)["verdict"] == "fail"
    p.bucket.put("the/prefix/short", body[:-1000])
    assert inspected(p, f"s3://{p.bucket.name}/the/prefix/short", code=1)["verdict"] == "fail"


def checks_of(p, *argv, code=0):
    run_ = json.loads(p.muster(*argv, "--json", code=code).out)
    found = {}
    for c in run_["checks"]:
        found.setdefault(c["name"], []).append((c["verdict"], c.get("subject", ""), c["message"], c.get("hint", "")))
    return found, run_


def the_copy_is_verified_where_it_is(p):
    """Also when nothing lies here any more."""
    here, _ = checks_of(p, "verify")
    stamp = p.set
    p.backups = p.directory / "backups"
    p.backups.rename(p.directory / "gone")
    under_way = []

    def look(method, _key):  # while the run asks for its first object
        if method == "GET" and not under_way:
            under_way.extend(json.loads(p.muster("status", "--json", code=None).out)["under_way"])

    p.proxy.fault = look
    there, run_ = checks_of(p, "verify", "--offsite")
    p.proxy.fault = None
    assert [r["command"] for r in under_way] == ["verify-offsite"], under_way
    for name in ("exists", "manifest", "complete", "hash", "compression", "format", "facts", "age"):
        assert [c[0] for c in here[name]] == [c[0] for c in there[name]], (name, here[name], there[name])
    assert run_["kind"] == "verify-offsite" and stamp in there["exists"][0][2]
    assert not {"disk-free", "reachable", "offsite"} & set(there), there.keys()
    checks_of(p, "verify", "--offsite", "--backup-set", stamp)
    p.muster("verify", "--offsite", "--backup-set", "19990101", code=8)


def the_copy_is_restored_from_where_it_is(p):
    found, run_ = checks_of(p, "restore-test", "--offsite")
    assert run_["verdict"] == "pass" and {c[0] for c in found["proven"]} == {"pass"}, found
    found, run_ = checks_of(p, "restore-test", p.object)
    assert run_["verdict"] == "pass" and {c[0] for c in found["proven"]} == {"pass"}, found


def a_decoder_gets_its_bytes_from_there(p):
    text = (p.directory / "muster.yaml").read_text()
    (p.directory / "muster.yaml").write_text(text.replace("    backups: {", "    backups: {decode: [tac, --separator=x], "))
    found, _ = checks_of(p, "verify", "--offsite", code=None)
    assert {c[0] for c in found["hash"]} == {"pass"} and {c[0] for c in found["format"]} == {"error"}, found
    (p.directory / "muster.yaml").write_text(text.replace("    backups: {", "    backups: {decode: [cat], "))
    found, _ = checks_of(p, "verify", "--offsite")
    assert {c[0] for c in found["hash"]} == {"pass"} and {c[0] for c in found["format"]} == {"pass"}, found
    (p.directory / "muster.yaml").write_text(text)


def what_breaks_off_says_nothing_of_the_copy(p):
    p.proxy.seen.clear()
    p.proxy.fault = lambda method, key: refusal(503, "SlowDown") if method == "GET" and key.endswith(".gz") else None
    found, _ = checks_of(p, "verify", "--offsite", code=4)
    expect(found, "readable", "error", "SlowDown")
    assert "hash" not in found or "fail" not in {c[0] for c in found["hash"]}, found
    found, run_ = checks_of(p, "restore-test", "--offsite", code=4)
    assert run_["verdict"] == "error", run_
    p.proxy.fault = lambda method, key: refusal(403, "AccessDenied")
    found, run_ = checks_of(p, "verify", "--offsite", code=4)
    expect(found, "step", "error", "may this key do that?")


def a_damaged_copy_fails(p):
    key = p.key_of_snapshot
    body = p.bucket.get(key)
    p.bucket.put(key, body[:5000] + bytes([body[5000] ^ 1]) + body[5001:])
    found, _ = checks_of(p, "verify", "--offsite", code=1)
    assert "fail" in {c[0] for c in found["hash"]}, found["hash"]
    p.bucket.put(key, body)
    p.bucket.remove(key)
    found, _ = checks_of(p, "verify", "--offsite", code=1)
    assert "fail" in {c[0] for c in found["exists"]}, found
    p.bucket.put(key, body)


def many_sets_and_strangers_are_listed_as_below_a_directory(p):
    for i in range(1100):
        p.bucket.put(f"the/prefix/strange-{i}", b"")
    p.bucket.put("the/prefix/.hidden_20261122_030000.rdb.gz", b"x")
    p.bucket.put("the/prefixed/snapshot_20991122_030000.rdb.gz", b"x")
    checks_of(p, "verify", "--offsite")


def remember_names(p):
    p.key_of_snapshot, p.object = p.key(p.snapshot), url(p, p.snapshot)


GROUPS = (
    (False, (an_object_is_inspected_as_the_file_is, variables_tell_who_asks_where_there_is_no_configuration,
             what_is_not_there_is_told_so, a_transfer_that_breaks_off_goes_on,
             a_transfer_that_ends_early_is_an_error_and_no_bad_backup, a_damaged_object_is_a_bad_backup,
             remember_names, the_copy_is_verified_where_it_is, the_copy_is_restored_from_where_it_is,
             a_decoder_gets_its_bytes_from_there, what_breaks_off_says_nothing_of_the_copy, a_damaged_copy_fails,
             many_sets_and_strangers_are_listed_as_below_a_directory)),
)

if __name__ == "__main__":
    main(GROUPS)
