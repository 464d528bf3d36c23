#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each fault of an off-site server and of a copy, in every command that reads one: the verdict, the message, the hint.

usage: test_offsite_faults.py MUSTER    (prints one line per test, exits 1 when any failed, 77 without radosgw)
"""
import gzip
import html
import json
import re
import sys
import time

from s3_bucket import refusal
from test_offsite import MUSTER, expect, main, run, sha256

SKEW = "<RequestTime>20261127T000000Z</RequestTime><ServerTime>2031-02-03T04:05:06Z</ServerTime>"
# What is answered to every request, or to those for bytes (GET); words of the message or hint; is it tried again?
FAULTS = {
    "forbidden": (refusal(403, "AccessDenied"), "may this key do that?", False),
    "expired": (refusal(400, "ExpiredToken"), "fetch new credentials", False),
    "skewed": (refusal(403, "RequestTimeTooSkewed", SKEW), "set this host's clock", False),
    "wrong region": (refusal(400, "AuthorizationHeaderMalformed", "<Region>eu-north-7</Region>"), "eu-north-7", False),
    "slow down": (refusal(503, "SlowDown"), "after 2 attempts", True),
    "broken": (refusal(500, "InternalError"), "after 2 attempts", True),
    "hangs up": ("hang up", "after 2 attempts", True),
    "silent": ("silence", "after 2 attempts", True),
}
OF_BYTES = {
    "forbidden": FAULTS["forbidden"], "expired": FAULTS["expired"], "skewed": FAULTS["skewed"],
    "slow down": (refusal(503, "SlowDown"), "the server wants fewer requests", True),
    "broken": (refusal(500, "InternalError"), "the server's own fault", True),
    "hangs up": FAULTS["hangs up"], "silent": FAULTS["silent"],
}


def commands(p):
    """The commands that read a copy; those that speak to the server before they read bytes."""
    url = f"s3://{p.bucket.name}/{p.key(p.snapshot)}"
    return {
        "verify": ("verify", "--offsite-read"),
        "verify --offsite": ("verify", "--offsite"),
        "inspect": ("inspect", url),
        "restore-test --offsite": ("restore-test", "--offsite"),
        "restore-test s3://": ("restore-test", url),
    }


def silence_is_short(answer):
    """Options with which one waits no longer for a server than it is silent (Proxy.STALL)."""
    return ("--set", "offsite.timeout=2s") if answer == "silence" else ()


def told(p, argv, *more):
    """Exit code, verdict, and what is said of what did not pass: (verdict, name, message and hint)."""
    done = p.muster(*argv, "--json", *more, code=None)
    document = json.loads(done.out)
    if argv[0] == "inspect":
        file = document["files"][0]
        said = [("error", "inspect", f"{file['error']['message']} {file['error'].get('hint', '')}")] if "error" in file else []
        said += [("fail", "inspect", f["message"]) for f in file.get("findings", [])]
        return done.returncode, file["verdict"], said
    said = [(c["verdict"], c["name"], f"{c['message']} {c.get('hint', '')}") for c in document["checks"]
            if c["verdict"] in ("fail", "error")]
    return done.returncode, document["verdict"], said


def expect_error(p, name, argv, words, again, more):
    code, verdict, said = told(p, argv, *more)
    assert verdict == "error" and code in (4, 7, 9), (name, argv, code, verdict, said)
    assert any(v == "error" and words in text for v, _, text in said), (name, argv, words, said)
    # the runs say nothing bad of a backup that could not be looked at
    assert not [s for s in said if s[0] == "fail"], (name, argv, said)
    asked = [p.proxy.seen.count(s) for s in set(p.proxy.seen) if s[0] in ("GET", "HEAD")]
    assert max(asked) > 1 if again else p.proxy.seen, (name, argv, p.proxy.seen)


def every_command_tells_why_the_server_does_not_answer(p):
    for what, (answer, words, again) in FAULTS.items():
        for name, argv in commands(p).items():
            p.proxy.seen.clear()
            p.proxy.fault = lambda method, key, answer=answer: answer
            expect_error(p, f"{what}: {name}", argv, words, again, silence_is_short(answer))


def every_command_tells_why_the_bytes_do_not_come(p):
    for what, (answer, words, again) in OF_BYTES.items():
        for name, argv in commands(p).items():
            p.proxy.seen.clear()
            p.proxy.fault = lambda method, key, answer=answer: answer if method == "GET" and key.endswith(".gz") else None
            expect_error(p, f"{what}: {name}", argv, words, again, silence_is_short(answer))


def an_unknown_bucket_is_named_by_every_command(p):
    url = f"s3://no-such-bucket-here/{p.key(p.snapshot)}"
    there = ("--set", "offsite.url=s3://no-such-bucket-here/the/prefix/")
    for argv in (("verify", *there), ("verify", "--offsite", *there), ("restore-test", "--offsite", *there),
                 ("inspect", url), ("restore-test", url)):
        code, verdict, said = told(p, argv)
        assert verdict == "error" and code in (4, 7), (argv, code, verdict, said)
        assert any("are the bucket's name and the endpoint right?" in text for _, _, text in said), (argv, said)


def what_breaks_off_halfway_is_resumed_by_every_command(p):
    for name, argv in commands(p).items():
        p.proxy.seen.clear()
        p.proxy.fault = lambda method, key: ("cut" if method == "GET" and key.endswith(".gz") and
                                             p.proxy.seen.count((method, key)) % 2 else None)
        code, verdict, said = told(p, argv)
        assert (code, verdict, said) == (0, "pass", []), (name, code, verdict, said)
        assert p.proxy.seen.count(("GET", p.key(p.snapshot))) > 1, (name, p.proxy.seen)


def one_refusal_that_passes_is_borne_by_every_command(p):
    for answer in (refusal(503, "SlowDown"), refusal(500, "InternalError"), "hang up", "silence"):
        for name, argv in commands(p).items():
            p.proxy.seen.clear()
            p.proxy.fault = lambda method, key, answer=answer: answer if len(p.proxy.seen) == 1 else None
            code, verdict, said = told(p, argv, *silence_is_short(answer))
            assert (code, verdict, said) == (0, "pass", []), (answer, name, code, verdict, said)


def another_snapshot_in_its_place_fails_where_a_set_is_known(p):
    """It is whole and readable: only who knows the set can tell."""
    right = p.bucket.get(p.key(p.snapshot))
    other = p.other
    assert other != right and gzip.decompress(other)[:5] == b"REDIS"
    for claimed in (sha256(right), sha256(other), None):
        p.bucket.put(p.key(p.snapshot), other, claimed)
        for name, argv in commands(p).items():
            code, verdict, said = told(p, argv)
            if name in ("inspect", "restore-test s3://"):
                assert (code, verdict) == (0, "pass"), (name, code, verdict, said)
                continue
            assert (code, verdict) == (1, "fail"), (name, claimed, code, verdict, said)
            assert any(v == "fail" and n in ("offsite", "offsite-content", "hash", "size") for v, n, _ in said), (name, said)
    p.bucket.put(p.key(p.snapshot), right, sha256(right))


def a_damaged_copy_fails_in_every_command(p):
    right = p.bucket.get(p.key(p.snapshot))
    for damaged in (right[:-20], right[:40] + bytes([right[40] ^ 1]) + right[41:], b"", right + right[:30]):
        p.bucket.put(p.key(p.snapshot), damaged, sha256(right))
        for name, argv in commands(p).items():
            code, verdict, said = told(p, argv)
            assert (code, verdict) == (1, "fail"), (name, len(damaged), len(right), code, verdict, said)
    p.bucket.put(p.key(p.snapshot), right, sha256(right))


def a_missing_file_fails_and_no_other_object_makes_up_for_it(p):
    right = p.bucket.get(p.key(p.snapshot))
    p.bucket.remove(p.key(p.snapshot))
    p.bucket.put(p.key(p.snapshot) + ".copy", right, sha256(right))
    p.bucket.put(f"the/{p.snapshot.name}", right, sha256(right))
    for name, argv in commands(p).items():
        code, verdict, said = told(p, argv)
        if "s3://" in argv[-1]:
            assert verdict == "error" and any("NoSuchKey" in text for _, _, text in said), (name, code, said)
        else:
            assert (code, verdict) == (1, "fail"), (name, code, verdict, said)
            assert any("is missing" in text or "no backup in s3://" in text for _, _, text in said), (name, said)
    p.bucket.put(p.key(p.snapshot), right, sha256(right))


def what_lies_in_an_archive_is_told_by_every_command(p):
    archived = refusal(403, "InvalidObjectState", "<StorageClass>GLACIER</StorageClass>")
    p.proxy.fault = lambda method, key: (None if not key.endswith(".gz") else archived if method == "GET" else
                                         {"x-amz-storage-class": "GLACIER"})
    for name, argv in commands(p).items():
        code, verdict, said = told(p, argv)
        if name == "verify":
            assert (code, verdict) == (1, "fail") and any("it lies in GLACIER" in text for _, _, text in said), said
        else:
            assert verdict == "error" and any("RestoreObject" in text for _, _, text in said), (name, code, said)


def clocks_that_differ_are_told_with_both_times(p):
    p.proxy.fault = lambda method, key: refusal(403, "RequestTimeTooSkewed", SKEW)
    _, _, said = told(p, ("verify",))
    assert any(re.search(r"here it is \d{4}-.*, there 2031-02-03T04:05:06Z", text) for _, _, text in said), said


def listings_of_a_hundred_thousand_objects_take_little_memory(p):
    """The set is among them, at their end."""
    files = {p.key(f): f.stat().st_size for f in (p.snapshot, p.manifest)}
    entry = "<Contents><Key>{}</Key><LastModified>2026-11-27T14:56:09.000Z</LastModified><Size>{}</Size></Contents>"

    def page(method, key):
        if key or p.proxy.query.get("list-type") != "2":
            return None
        number = int(p.proxy.query.get("continuation-token") or 0)
        pages.add(number)
        listed = [entry.format(f"the/prefix/0000/odd {number:03}{i:03}", i) for i in range(1000)]
        if number == 99:
            listed = listed[:998] + [entry.format(html.escape(k), n) for k, n in files.items()]
        more = (f"<IsTruncated>true</IsTruncated><NextContinuationToken>{number + 1}</NextContinuationToken>"
                if number < 99 else "<IsTruncated>false</IsTruncated>")
        return 200, f"<ListBucketResult>{''.join(listed)}{more}</ListBucketResult>".encode()
    pages = set()
    p.proxy.fault = page
    peak = peak_of(p, "verify", "--offsite")
    assert pages == set(range(100)) and peak < 160 << 20, (len(pages), peak >> 20)


PEAK = """import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, usage = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024)
"""


def peak_of(p, *argv):
    """Of the command and of all its children, the largest: its peak resident bytes. (A child counts its parent's, too,
    until it is another program: so the parent is a small one.)"""
    done = run(sys.executable, "-c", PEAK, MUSTER, "-c", p.directory / "muster.yaml", *argv)
    code, peak = done.out.split()
    assert code == "0", (argv, done.err)
    return int(peak)


def an_object_is_read_in_less_memory_than_it_is_long(p):
    row = b"%d\tsome words that are as good as any others, and a few more of them\n"
    rows = b"".join(row % i for i in range(1 << 16))
    head = (b"--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.14\n"
            b"-- Dumped by pg_dump version 15.14\n\nCREATE TABLE public.t (\n    n bigint,\n    w text\n);\n\n"
            b"COPY public.t (n, w) FROM stdin;\n")
    body = head + rows * 40 + b"\\.\n\n--\n-- PostgreSQL database dump complete\n--\n\n"
    p.bucket.put_in_parts("dump.sql", body, 32 << 20)
    url = f"s3://{p.bucket.name}/dump.sql"
    done = json.loads(p.muster("inspect", "--json", url).out)["files"][0]
    assert done["sha256"] == sha256(body) and done["verdict"] == "pass", done
    peak = peak_of(p, "inspect", url)
    assert len(body) > 170 << 20 and peak < 90 << 20, (peak >> 20, len(body) >> 20)


def make_a_copy(p):
    p.redis_cli("set", "greeting", "from another time")
    p.backup()
    p.other = p.snapshot.read_bytes()
    time.sleep(1.1)  # sets are told apart by the second
    p.redis_cli("set", "greeting", "hello")
    p.backup("--copy-to=offsite")
    assert len(p.other) != 0 and run(MUSTER, "version").returncode == 0
    found = p.verify(code=0)
    expect(found, "offsite", "pass", "all 2 files are there")


GROUPS = (
    (False, (make_a_copy, every_command_tells_why_the_server_does_not_answer,
             every_command_tells_why_the_bytes_do_not_come, an_unknown_bucket_is_named_by_every_command,
             what_breaks_off_halfway_is_resumed_by_every_command, one_refusal_that_passes_is_borne_by_every_command,
             another_snapshot_in_its_place_fails_where_a_set_is_known, a_damaged_copy_fails_in_every_command,
             a_missing_file_fails_and_no_other_object_makes_up_for_it, what_lies_in_an_archive_is_told_by_every_command,
             clocks_that_differ_are_told_with_both_times,
             listings_of_a_hundred_thousand_objects_take_little_memory,
             an_object_is_read_in_less_memory_than_it_is_long)),
)

if __name__ == "__main__":
    main(GROUPS)
