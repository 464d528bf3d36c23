#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""muster demo --drill: a drill that passes, one of an altered backup that does not, and nothing else is left.
usage: test_demo_drill.py MUSTER"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jsonschema

MUSTER = os.path.realpath(sys.argv[1])
SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs/schemas/drill-metrics.v1.json").read_text())
PLACE = Path(tempfile.mkdtemp(prefix="mdd-", dir="/tmp"))
CEPH = all(map(shutil.which, "ceph ceph-authtool ceph-mon ceph-osd monmaptool radosgw radosgw-admin".split()))
SWIFT = all(map(shutil.which, ("swift-ring-builder", *(f"swift-{name}-server" for name in (
    "account", "container", "object", "proxy")))))
OFFSITE = CEPH or SWIFT
UID = os.geteuid()
KEPT = [f"muster-demo-drill{middle}-{UID}.{kind}" for middle, kind in (
    ("", "html"), ("-metrics", "json"), ("-altered", "html"), ("-altered-metrics", "json"), ("", "txt"))]


def start(*words, **env):
    return subprocess.Popen([MUSTER, "demo", "--drill", "--size", "2MB", *words], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env={**os.environ, "TMPDIR": str(PLACE), **env})


def processes():
    """Those that name a platform of ours."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes()
        except OSError:
            continue
        if f"{PLACE}/muster-demo.".encode() in words:
            found.append(words.replace(b"\0", b" ").decode(errors="replace"))
    return found


def nothing_left(*kept):
    end = time.monotonic() + 300
    while processes() and time.monotonic() < end:
        time.sleep(0.1)
    assert not processes(), processes()
    left = sorted(path.name for path in PLACE.iterdir())
    assert left == sorted(kept), f"left: {left}"


def metrics_of(text):
    metrics = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(metrics)
    return metrics, {c["name"]: c["verdict"] for c in metrics["criteria"]}


def hold_to(sound, altered, offsite):
    metrics, criteria = sound
    assert metrics["verdict"] == "pass" and metrics["mode"] == "automatic" and metrics["state"] == "over", metrics
    assert metrics["offsite"] == offsite, metrics["offsite"]
    assert not {"fail", "error", "warn", None} & set(criteria.values()), criteria
    measured = metrics["measurements"]
    for name in ("postgres_restore_minutes", "redis_restore_minutes", "rabbitmq_restore_minutes", "total_rto_minutes",
                 "data_loss_minutes"):
        assert 0 < measured[name] < 30, (name, measured)
    assert measured["rto_status"] == measured["rpo_status"] == "MET", measured
    assert all(metrics["timeline"].values()), metrics["timeline"]

    metrics, criteria = altered
    assert metrics["verdict"] == "fail" and criteria["integrity"] == "fail", criteria
    assert metrics["measurements"]["total_rto_minutes"] is None, metrics["measurements"]
    assert 0 < metrics["measurements"]["postgres_restore_minutes"] < 30, "what can be restored is restored"


def both_drills_are_told_on_the_screen():
    show = start()
    out, _ = show.communicate(timeout=800)
    assert show.returncode == 0, f"code {show.returncode}: {out}"
    nothing_left(*KEPT)
    for words in ("$ muster drill start --auto -c", "T+0:00:00  – \"Go\": the drill may begin\n", "RTO achieved: recovered in ",
                  "table orchestrator.tool_calls: 3 rows missing", "Data integrity verified: postgres-main: ",
                  "We hold a drill on ", "TEST: DR Drill of agent-orchestrator: test alert, nothing happened (",
                  "the test alert arrived within ", "Critical workflows execute: 2 checks held", "by T+1:00  PostgreSQL recovery complete"):
        assert words in out or words in " ".join(out.split()), f"not told: {words}\n{out}"
    assert "NOT AS EXPECTED" not in out, out
    # each difference of the altered drill is told once, and the one that is but a warning, too
    told = " ".join(out.split()).split("The same drill, of data")[1].split("what it was to show")[0]
    for words in ("rows missing", "orchestrator.messages: the content differs", "violates the foreign key"):
        assert told.count(words) == 1, f"not told once: {words}\n{out}"
    assert ("The off-site copy is left out" in out) != OFFSITE, out
    wide = [line for line in out.splitlines() if len(line) > 80 and str(PLACE) not in line]
    assert not wide, wide
    for name in KEPT:
        assert str(PLACE / name) in out, f"{name} is not named"
    hold_to(*(metrics_of((PLACE / name).read_text()) for name in KEPT[1::2]), OFFSITE)
    for name, words in ((KEPT[0], "PASSED"), (KEPT[2], "3 rows missing")):
        assert words in (PLACE / name).read_text(), f"{name}: no {words}"
    assert (PLACE / KEPT[4]).read_text().count("Monthly DR drill\n") == 2


def without(*hidden):
    """The document of the show where these programs are not installed."""
    bins = PLACE / "bin"
    bins.mkdir()
    for directory in ("/bin", "/usr/bin", "/sbin", "/usr/sbin"):
        for program in Path(directory).iterdir():
            if program.name not in hidden and not (bins / program.name).exists():
                (bins / program.name).symlink_to(program)
    show = start("--json", "--quiet", PATH=str(bins))
    out, _ = show.communicate(timeout=800)
    shutil.rmtree(bins)
    assert show.returncode == 0, f"code {show.returncode}: {out}"
    nothing_left(*KEPT)
    document = json.loads(out)
    assert document["schema"] == "muster.demo-drill/v1", document
    sound, altered = document["drills"]
    assert (sound["verdict"], sound["exit_code"], altered["verdict"], altered["exit_code"]) == ("pass", 0, "fail", 1), out
    assert sound["as_expected"] and altered["as_expected"], document
    hold_to(metrics_of(json.dumps(sound["metrics"])), metrics_of(json.dumps(altered["metrics"])), document["offsite"])
    for file in (*(d[k] for d in (sound, altered) for k in ("report", "metrics_file")), document["report"]):
        os.unlink(file)
    return document


def without_an_s3_server_the_json_says_what_is_left_out():
    document = without("radosgw", "swift-proxy-server")
    assert document["offsite"] is False and document["offsite_server"] is None, document
    assert "radosgw is not installed, nor is swift-proxy-server" in document["why_no_offsite"], document["why_no_offsite"]


def without_radosgw_the_drill_restores_from_swift():
    if not SWIFT:
        print("skipped: Swift, which is not installed", flush=True)
        return
    document = without("radosgw")
    assert document["offsite"] is True and document["offsite_server"] == "Swift", document


def an_interrupted_drill_leaves_nothing():
    show = start()
    for line in show.stdout:
        if "Redis is online" in line:  # PostgreSQL and RabbitMQ are being restored
            break
    show.send_signal(signal.SIGINT)
    out, _ = show.communicate(timeout=800)
    assert show.returncode == 130, f"code {show.returncode}: {out}"
    nothing_left()


def main():
    PLACE.chmod(0o1777)
    try:
        for step in (both_drills_are_told_on_the_screen, without_an_s3_server_the_json_says_what_is_left_out,
                     without_radosgw_the_drill_restores_from_swift,
                     an_interrupted_drill_leaves_nothing):
            began = time.monotonic()
            step()
            print(f"ok: {step.__name__.replace('_', ' ')} ({time.monotonic() - began:.0f} s)", flush=True)
    finally:
        shutil.rmtree(PLACE, ignore_errors=True)


main()
