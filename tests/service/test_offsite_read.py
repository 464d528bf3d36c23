#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Backups read straight from a real S3 server: inspected, verified and restored without a copy on this machine.

usage: test_offsite_read.py MUSTER    (prints one line per test, exits 1 when any failed, 77 without radosgw)
"""
import json
import os
import random

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


GROUPS = (
    (False, (an_object_is_inspected_as_the_file_is, variables_tell_who_asks_where_there_is_no_configuration,
             what_is_not_there_is_told_so, a_transfer_that_breaks_off_goes_on,
             a_transfer_that_ends_early_is_an_error_and_no_bad_backup, a_damaged_object_is_a_bad_backup)),
)

if __name__ == "__main__":
    main(GROUPS)
