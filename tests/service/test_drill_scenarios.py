#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What drills pretend: which backups they may use then, who is there, and that it stays so when they are taken up again.

usage: test_drill_scenarios.py MUSTER [PART OF A NAME]
"""
import datetime
import shutil
import sys
import time

from drills import AFTER, BEFORE, HEAD, LOST, REDIS, SMALL, Platform, criteria, failed, missed, run_tests
from s3_bucket import Bucket, Servers

SEEN = HEAD + BEFORE + REDIS.replace("      judged:", "      seen: {role: dba}\n      judged:") + AFTER


def only_the_cache(text):
    """A platform that has nothing else, so that a drill of it is short."""
    head, components = text.split("components:\n")
    cache = components[components.index("  redis-cache:"):components.index("  rabbitmq:")]
    return head + "components:\n" + cache


def component(metrics, name="redis-cache"):
    found = [c for c in metrics["components"] if c["name"] == name]
    assert len(found) == 1, metrics["components"]
    return found[0]


def sets(p):
    """Newest first."""
    return [s.get("set") or s["id"] for s in p.json("backup", "list")["sets"]]


def another_set(p):
    before = len(sets(p))
    time.sleep(1.1)  # sets are named by the second
    p.call("backup")
    assert len(sets(p)) == before + 1


def time_of(name):
    """When a set was made, as RFC 3339 has it."""
    return datetime.datetime.strptime(name, "%Y%m%d_%H%M%S").strftime("%Y-%m-%dT%H:%M:%SZ")


def only_what_is_lost_comes_back(p):
    metrics = p.drill(SMALL, *LOST)
    assert metrics["scenario"] == "component-lost" and [c["name"] for c in metrics["components"]] == ["redis-cache"]
    assert {c.get("component", "") for c in p.journal()["checks"]} <= {"", "redis-cache"}
    for words, code in ((("--scenario=component-lost",), 2), (("--lost", "redis-cache"), 2),
                        (("--scenario=component-lost", "--lost", "nobody"), 8),
                        (("--scenario=component-lost", "--lost", "broker-console"), 2), (("--scenario=fire",), 2)):
        assert p.begin(SMALL, "--auto", *words).end(code).err, words
    assert len(p.drills()) == 1, "what was refused is no drill"


def the_newest_set_cannot_be_used(p):
    p.configure(only_the_cache)
    # there is but one, and it is withheld
    alone = p.begin(SMALL, "--auto", "--scenario=newest-unusable").end(None)
    assert alone.process.returncode in (1, 4), (alone.process.returncode, alone.err)
    assert p.metrics()["verdict"] in ("fail", "error") and not component_set(p.metrics()), p.metrics()["summary"]
    said, = (c["message"] for c in p.journal()["checks"] if c["name"] == "exists")
    assert said.startswith("no backup in ") and said.endswith(" that may be used"), said
    another_set(p)
    newest, older = sets(p)
    metrics = p.drill(SMALL, "--scenario=newest-unusable")
    assert component(metrics)["set"] == older != newest and metrics["verdict"] == "pass", metrics["summary"]
    said, = (c["message"] for c in p.journal()["checks"] if c["name"] == "exists")
    assert said.startswith(f"set {older}, the newest of those that may be used; "), said


def component_set(metrics):
    return [c["set"] for c in metrics["components"] if c["set"]]


def only_what_was_made_before_a_time_is_trusted(p):
    p.configure(only_the_cache)
    while len(sets(p)) < 3:
        another_set(p)
    newest, between, oldest = sets(p)
    for until, wanted in ((time_of(oldest), oldest), (time_of(between), between), ("2099-01-01T00:00:00Z", newest)):
        metrics = p.drill(SMALL, "--scenario=corrupted-primary", "--trusted-until", until)
        assert component(metrics)["set"] == wanted, (until, wanted, component(metrics))
    drill = p.begin(SMALL, "--auto", "--scenario=corrupted-primary", "--trusted-until", "2001-01-01T00:00:00Z").end(None)
    assert drill.process.returncode in (1, 4) and not component_set(p.metrics()), (drill.process.returncode, drill.err)
    for words in (("--scenario=corrupted-primary",), ("--trusted-until", "2001-01-01T00:00:00Z"),
                  ("--scenario=corrupted-primary", "--trusted-until", "yesterday")):
        p.begin(SMALL, "--auto", *words).end(2)


def what_was_pretended_stays_so_when_it_is_taken_up_again(p):
    """And no set that was made after the drill had begun is used."""
    while len(sets(p)) < 3:
        another_set(p)
    between = sets(p)[1]
    for words in (LOST, ("--scenario=corrupted-primary", "--trusted-until", time_of(between)), ("--scenario=newest-unusable",), ()):
        p.configure(only_the_cache if words != LOST else str)
        newest, older = sets(p)[:2]
        wanted = between if "--trusted-until" in words else older if "--scenario=newest-unusable" in words else newest
        drill = p.begin(SEEN, *words)
        p.soon("tick", "go")
        p.begun("seen")
        before = component(p.metrics())["set"]
        assert before == wanted, (words, before, wanted)
        drill.kill()
        drill.end(-9)
        another_set(p)
        drill = p.carry("resume")
        p.soon("tick", "seen")
        drill.end(0)
        metrics = p.metrics()
        assert [c["name"] for c in metrics["components"]] == ["redis-cache"], (words, metrics["components"])
        assert component(metrics)["set"] == before, (words, before, component(metrics))
        assert metrics["scenario"] == (words[0].split("=")[1] if words else "data-centre"), metrics["scenario"]


def somebody_else_must_stand_in(p):
    p.configure(only_the_cache)
    drill = p.begin(SEEN, "--scenario=person-absent")
    p.soon("tick", "go")
    absent = [n["text"] for n in p.journal()["notes"] if n["name"] == "absent role"]
    assert absent == ["dba"], "the only one that has something to do then, but for the boss who starts it"
    p.begun("seen")
    p.enter("tick", "seen", "--as", "Ann")
    time.sleep(2)
    assert p.steps()["seen"]["verdict"] is None, "who is absent ticks nothing"
    p.enter("join", "dba", "Zoë", "--as", "Ann")
    drill.end(0)
    told = [d for d in p.metrics()["deviations"] if "was absent; Zoë stood in" in d]
    assert len(told) == 1, p.metrics()["deviations"]


def nobody_could_be_absent(p):
    drill = p.begin(SMALL, "--scenario=person-absent", "--auto").end(None)
    assert drill.process.returncode and "no role whose people could be absent" in drill.err + drill.out, drill.err
    p.drill(SMALL, *LOST)


def without_an_off_site_copy_there_is_nothing(p):
    drill = p.begin(SMALL, "--scenario=offsite-only", "--auto").end(7)
    assert "offsite.url" in drill.err and "leaves nothing else" in drill.err, drill.err
    assert "contradict" in p.begin(SMALL, "--scenario=offsite-only", "--local").end(2).err


def with_an_off_site_copy_it_comes_back_from_there(p):
    try:
        servers = Servers()
    except SystemExit:  # the others are tests all the same
        print("skipped: an off-site copy, without radosgw", flush=True)
        return
    try:
        bucket = Bucket(servers.told, "drills")
        for name in ("access", "secret"):
            (p.place / name).write_text(servers.told[f"{name}_key"])
            (p.place / name).chmod(0o600)
        p.configure(lambda text: only_the_cache(text) + f"""offsite:
  url: s3://{bucket.name}/copy/
  endpoint: {servers.told["endpoint"]}
  path_style: true
  access_key: {{file: {p.place}/access}}
  secret_key: {{file: {p.place}/secret}}
""")
        p.call("backup", "copy")
        aside = p.place / "aside"
        (p.directory / "backups").rename(aside)  # nothing else is left indeed
        try:
            metrics = p.drill(SMALL, "--scenario=offsite-only")
            assert metrics["offsite"] and metrics["verdict"] == "pass", (metrics["summary"], failed(p.journal()))
            assert component(metrics)["set"] and not missed(metrics), metrics["criteria"]
            assert not [d for d in metrics["deviations"] if "off-site" in d], metrics["deviations"]
        finally:
            shutil.rmtree(p.directory / "backups", ignore_errors=True)
            aside.rename(p.directory / "backups")
        metrics = p.drill(SMALL, "--local")
        assert not metrics["offsite"] and [d for d in metrics["deviations"] if "off-site" in d], metrics["deviations"]
        assert criteria(metrics)["integrity"] == "pass", metrics["criteria"]
    finally:
        servers.down()


def a_set_that_was_found_bad_is_passed_over(p):
    p.configure(only_the_cache)
    another_set(p)
    another_set(p)
    newest, older = sets(p)[:2]
    p.call("verify", "--backup-set", older)
    dump, = (p.directory / "backups").glob(f"**/*{newest}*.rdb*")
    content = dump.read_bytes()
    middle = len(content) // 2
    dump.chmod(0o600)
    dump.write_bytes(content[:middle] + bytes([content[middle] ^ 0x55]) + content[middle + 1:])
    p.call("verify", code=1)
    metrics = p.drill(SMALL)
    assert component(metrics)["set"] == older, (older, component(metrics))
    told = [d for d in metrics["deviations"] if f"passed over: set {newest}, whose check " in d]
    assert len(told) == 1, metrics["deviations"]
    # nothing is known of a newer one: it is taken, unless only proven ones may be
    another_set(p)
    metrics = p.drill(SMALL)
    assert component(metrics)["set"] == sets(p)[0] and not [d for d in metrics["deviations"] if "passed over" in d]
    another_set(p)
    before = sets(p)[1]
    p.configure(lambda text: only_the_cache(text) + "drill: {sets: proven}\n")
    metrics = p.drill(SMALL)
    assert component(metrics)["set"] == before, "proven by the drill before this one"
    assert [d for d in metrics["deviations"] if f"passed over: set {sets(p)[0]}, which no run has found sound" in d]


TESTS = [only_what_is_lost_comes_back, the_newest_set_cannot_be_used, only_what_was_made_before_a_time_is_trusted,
         what_was_pretended_stays_so_when_it_is_taken_up_again, somebody_else_must_stand_in, nobody_could_be_absent,
         without_an_off_site_copy_there_is_nothing, with_an_off_site_copy_it_comes_back_from_there,
         a_set_that_was_found_bad_is_passed_over]


def main():
    with Platform(sys.argv[1]) as p:
        return run_tests(TESTS, p, sys.argv[2] if len(sys.argv) > 2 else "")


sys.exit(main())
