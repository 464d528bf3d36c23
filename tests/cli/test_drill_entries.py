#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""People take part in a drill: what they may enter, when, and what is refused.

usage: test_drill_entries.py MUSTER LIVE_DRILL
"""
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from drill import Place, run_tests, test

MUSTER, FIXTURE = sys.argv[1:3]
PLAN = """version: 1
title: A small one
start: go
validated: seen
roles: {boss: The boss, scribe: The scribe}
phases:
  before:
    steps:
      present: {after: [], title: All are present}
      channels: {after: [], title: Channels are open}
      go: {kind: gate, role: boss, after: [present, channels]}
  work:
    steps:
      restore: {kind: automatic, does: restore, engine: postgresql, on_failure: ask}
      seen: {role: boss}
      shut: {kind: gate, role: boss}
  review:
    after_end: true
    steps:
      meeting: {role: boss}
      actions: {role: boss}
"""


def place():
    return Place(MUSTER, FIXTURE)


@test
def nobody_enters_anything_without_a_drill():
    with place() as p:
        for words in (["tick", "go"], ["refuse", "go", "--reason", "x"], ["note", "x"], ["deviation", "x"],
                      ["issue", "x", "--severity", "low"], ["join", "dba"], ["resume"], ["close"],
                      ["hold", "--reason", "x"], ["abort", "--reason", "x"]):
            err = p.call("drill", *words, code=8)
            assert "no drill is under way" in err and "muster drill start begins one" in err, err
        assert "the history has no drill" in p.call("drill", "entries", code=8)
        assert not (p.path / "state").exists(), "a refused entry made a history"


@test
def a_step_is_ticked_when_it_is_its_turn_and_once():
    with place() as p:
        d = p.drill(plan=PLAN)
        d.tell("begin present 590", "begin channels 590")
        err = p.call("drill", "tick", "go", code=2)
        assert "it waits for present, channels" in err and "waiting for people: present, channels" in err, err
        e = p.json("drill", "tick", "present", "--as", "Zoë", "--note", "all five")
        assert (e["schema"], e["drill"], e["number"], e["kind"]) == ("muster.drill-entry/v1", d.name, 1, "tick"), e
        assert (e["step"], e["author"], e["text"], e["late"]) == ("present", "Zoë", "all five", False), e
        assert e["reason"] is None and e["supersedes"] is None and e["superseded_by"] is None, e
        err = p.call("drill", "tick", "present", code=2)
        assert "ticked already: entry 1, by Zoë" in err and "--supersede 1 --reason TEXT" in err, err
        err = p.call("drill", "tick", "chanels", code=8)
        assert 'no step "chanels"' in err and 'did you mean "channels"?' in err, err
        assert "no person's: it is automatic" in p.call("drill", "tick", "restore", code=2)
        assert "for when the drill is over" in p.call("drill", "tick", "meeting", code=2)
        d.tell("end channels pass 1")
        assert "is over: done" in p.call("drill", "tick", "channels", code=2)
        assert len(p.entries()) == 1, "what was refused was entered"


@test
def a_gate_opens_or_is_refused_with_a_reason():
    with place() as p:
        d = p.drill(plan=PLAN)
        d.tell("begin go 10")
        assert "a refusal needs a reason" in p.call("drill", "refuse", "go", code=2)
        e = p.json("drill", "refuse", "go", "--reason", "nobody is here")
        assert (e["kind"], e["text"], e["reason"]) == ("refuse", "nobody is here", None), e
        assert "refused already" in p.call("drill", "tick", "go", code=2)
        d.tell("begin present 9")
        assert "is no gate" in p.call("drill", "refuse", "present", "--reason", "x", code=2)


@test
def a_failed_step_that_asks_is_answered():
    with place() as p:
        d = p.drill(plan=PLAN)
        d.tell("begin go 100", "end go pass 1", "begin restore 90")
        assert "no person's" in p.call("drill", "tick", "restore", code=2)
        d.tell("note asks restore=it failed: go on, or stop?")
        err = p.call("drill", "tick", "seen", code=2)
        assert "waits for restore" in err and "waiting for people: restore" in err, err
        e = p.json("drill", "tick", "restore", "--reason", "one index, known")
        assert (e["kind"], e["step"], e["reason"]) == ("tick", "restore", "one index, known"), e
        assert "ticked already" in p.call("drill", "refuse", "restore", "--reason", "x", code=2)
        d.tell("begin restore 0", "note asks restore=it failed: go on, or stop?")  # the drill was resumed
        assert p.json("drill", "refuse", "restore", "--reason", "again")["number"] == 2


@test
def a_late_entry_has_both_times_and_a_reason():
    with place() as p:
        d = p.drill(plan=PLAN, seconds=600)
        d.tell("begin present 300")
        err = p.call("drill", "tick", "present", "--at", p.ago(200), code=2)
        assert "a late entry needs a reason" in err, err
        late = ["--reason", "the laptop was locked"]
        assert "in the future" in p.call("drill", "tick", "present", "--at", p.ago(-100), *late, code=2)
        assert "before the drill" in p.call("drill", "note", "x", "--at", p.ago(700), *late, code=2)
        assert "before step present" in p.call("drill", "tick", "present", "--at", p.ago(400), *late, code=2)
        for wrong in ("soon", "25:00", "10:61", "1:00", "10:05:61", "2026-12-03", "10:05Z"):
            assert "was expected" in p.call("drill", "note", "x", "--at", wrong, *late, code=2), wrong
        then = p.ago(200)
        e = p.json("drill", "tick", "present", "--at", then, *late)
        assert e["at"] == then and e["recorded"] > then and e["late"] and e["reason"] == late[1], e
        out = p.call("drill", "entries")
        assert ", written " in out and "reason: the laptop was locked" in out, out
        p.call("drill", "note", "earlier", "--at", p.ago(400), *late)


@test
def a_time_of_the_clock_is_the_last_one_since_the_drill_began():
    with place() as p:
        p.drill(plan=PLAN, seconds=600)
        p.environment["TZ"] = "Asia/Tokyo"  # the platform's clocks are asked, not the process's
        when = datetime.now(timezone.utc) - timedelta(seconds=180)
        local = when.astimezone(ZoneInfo("Europe/London"))
        e = p.json("drill", "note", "x", "--at", local.strftime("%H:%M:%S"), "--reason", "late")
        assert e["at"] == when.strftime("%Y-%m-%dT%H:%M:%SZ"), (e, when)
        ahead = (local + timedelta(seconds=1000)).strftime("%H:%M")
        err = p.call("drill", "note", "x", "--at", ahead, "--reason", "late", code=2)
        assert "in the future" in err or "before the drill" in err, err


@test
def an_entry_is_replaced_once_by_one_of_its_kind():
    with place() as p:
        d = p.drill(plan=PLAN)
        d.tell("begin present 300", "begin channels 300")
        p.call("drill", "tick", "present", "--at", p.ago(200), "--reason", "late")
        p.call("drill", "note", "the first word", "--step", "present")
        assert "needs a reason" in p.call("drill", "note", "x", "--supersede", "2", code=2)
        again = ["--supersede", "2", "--reason", "mistyped"]
        assert "entry 2 is a note of present" in p.call("drill", "deviation", "x", *again, code=2)
        err = p.call("drill", "tick", "channels", "--supersede", "1", "--reason", "x", code=2)
        assert "entry 1 is a tick of present" in err, err
        e = p.json("drill", "note", "the second word", *again)
        assert (e["number"], e["supersedes"], e["step"], e["reason"]) == (3, 2, "present", "mistyped"), e
        assert e["at"] == p.entries()[1]["at"], "a correction is of the time of what it corrects"
        err = p.call("drill", "note", "x", *again, code=2)
        assert "superseded already, by 3" in err and "--supersede 3" in err, err
        assert "has no entry 77" in p.call("drill", "note", "x", "--supersede", "77", "--reason", "x", code=8)
        then = p.ago(250)
        e = p.json("drill", "tick", "present", "--supersede", "1", "--at", then, "--reason", "my watch was slow")
        assert e["at"] == then, e
        assert [x["superseded_by"] for x in p.entries()] == [4, 3, None, None], p.entries()
        assert "superseded by 3" in p.call("drill", "entries"), "the old one is marked"
        p.call("drill", "hold", "--reason", "x")
        assert "unknown option" in p.call("drill", "hold", "--reason", "x", "--supersede", "5", code=2)


@test
def the_clock_begins_once():
    with place() as p:
        d = p.drill(plan=PLAN)
        d.tell("begin go 100")
        then = p.ago(80)
        late = ["--reason", "the laptop was locked"]
        p.call("drill", "tick", "go", "--at", then, *late)
        e = p.json("drill", "tick", "go", "--supersede", "1", "--at", p.ago(90), *late)  # T0 has not come
        d.tell(f"note T0={e['at']}", "end go pass 1")
        again = ["drill", "tick", "go", "--supersede", "2", "--reason", "my watch was slow"]
        err = p.call(*again, "--at", p.ago(70), code=2)
        assert f"the clock of drill {d.name} began at " in err and "with step go" in err, err
        assert "muster drill deviation TEXT" in err, err
        assert [x["superseded_by"] for x in p.entries()] == [2, None], p.entries()
        assert p.json(*again, "--at", e["at"])["at"] == e["at"]
        again[4] = "3"
        assert p.json(*again, "--note", "all were there")["at"] == e["at"]
        d.tell("finish fail")
        again[4] = "4"
        assert "is not set anew" in p.call(*again, "--at", p.ago(70), "--drill", "latest", code=2)


@test
def an_issue_takes_its_action_item_along():
    with place() as p:
        p.drill(plan=PLAN)
        assert "--severity is missing" in p.call("drill", "issue", "x", code=2)
        p.call("drill", "issue", "x", "--severity", "grave", code=2)
        assert "of an --action" in p.call("drill", "issue", "x", "--severity", "low", "--owner", "a", code=2)
        item = ["--action", "Correct it", "--owner", "dba", "--due"]
        for due in ("2020-01-01", "soon"):
            assert "--due" in p.call("drill", "issue", "x", "--severity", "low", *item, due, code=2)
        assert not p.json("action", "list", "--all")["actions"] and not p.entries(), "half of it stayed"
        e = p.json("drill", "issue", "wrong host", "--severity", "medium", "--step", "restore", *item, "2199-01-01")
        assert (e["severity"], e["step"], e["action"], e["resolution"]) == ("medium", "restore", 1, None), e
        a = p.json("action", "list")["actions"][0]
        assert (a["number"], a["title"], a["owner"], a["run"]) == (1, "Correct it", "dba", e["drill"]), a
        e = p.json("drill", "issue", "--supersede", "1", "--resolution", "by hand", "--reason", "known now")
        assert (e["text"], e["severity"], e["action"], e["resolution"]) == ("wrong host", "medium", 1, "by hand"), e
        assert "TEXT is missing" in p.call("drill", "issue", "--severity", "low", code=2)


@test
def a_drill_is_held_and_goes_on():
    with place() as p:
        d = p.drill(plan=PLAN)
        assert "is not held" in p.call("drill", "resume", code=2)
        assert "a hold needs a reason" in p.call("drill", "hold", code=2)
        e = p.json("drill", "hold", "--reason", "an incident")
        assert (e["kind"], e["text"], e["reason"]) == ("hold", "an incident", None), e
        assert "held already" in p.call("drill", "hold", "--reason", "x", code=2)
        assert "the drill is held" in p.call("drill", "tick", "present", code=2)
        d.tell("begin present 1")
        p.call("drill", "tick", "present")  # what has begun may end
        p.call("drill", "resume", "--reason", "it is over")
        assert "is not held" in p.call("drill", "resume", code=2)
        p.call("drill", "hold", "--reason", "again")


@test
def only_steps_of_people_are_closed_over():
    with place() as p:
        d = p.drill(plan=PLAN)
        d.tell("begin present 9", "begin channels 9")
        err = p.call("drill", "close", code=2)
        assert "not people's remain: restore" in err and "muster drill abort" in err, err
        d.tell("begin restore 8", "end restore fail 1")
        p.call("drill", "close", "--reason", "enough")
        assert "is ending already" in p.call("drill", "close", code=2)
        assert "is ending already" in p.call("drill", "abort", "--reason", "x", code=2)


@test
def a_shell_completes_the_steps_of_the_drill_that_is_under_way():
    with place() as p:
        assert p.call("completion", "--steps=all") == "", "there is no drill"
        assert not list(p.path.glob("state*")), "to ask made a history"
        d = p.drill(plan=PLAN)
        d.tell("begin present 9", "begin channels 9")
        assert p.call("completion", "--steps=open").split() == ["present", "channels"]
        every = p.call("completion", "--steps=all").split()
        assert {"present", "channels", "go", "restore"} <= set(every), every
        (p.path / "muster.bash").write_text(p.call("completion", "bash"))

        def completed(*words):
            script = (f'. ./muster.bash; muster() {{ "{p.muster}" "$@"; }}; COMP_WORDS=({" ".join(words)} ""); '
                      f'COMP_CWORD={len(words)}; _muster; printf "%s\\n" "${{COMPREPLY[@]}}"')
            done = subprocess.run(["bash", "-c", script], cwd=p.path, env=p.environment, text=True, check=True,
                                  stdout=subprocess.PIPE)
            return [word for word in done.stdout.split() if not word.startswith("-")]

        for command in ("tick", "refuse"):
            assert completed("muster", "drill", command) == ["present", "channels"], command
        assert completed("muster", "drill", "note", "--step") == every
        (p.path / "muster.yaml").rename(p.path / "other.yaml")
        assert completed("muster", "drill", "tick") == [], "there is no configuration"
        for config in (["-c", "other.yaml"], ["--config", "=", "other.yaml"]):
            assert completed("muster", *config, "drill", "tick") == ["present", "channels"], config
            assert completed("muster", *config, "drill", "note", "--step") == every, config


ZSH = """muster() { "$MUSTER" "$@" }
compadd() { shift; print -l -- "$@" }
_describe() { local name=${argv[-1]}; print -l -- ${(P)name} }
_files() { }
words=(WORDS "") CURRENT=$#words
source ./script"""
FISH = """function muster; $MUSTER $argv; end
source ./script
complete -C "WORDS " """


@test
def other_shells_complete_the_steps_by_the_configuration_on_the_line():
    for shell, script in (("zsh", ZSH), ("fish", FISH)):
        if not shutil.which(shell):
            print(f"skipped: {shell} is not installed, so that its completions are not tried")
            continue
        with place() as p:
            d = p.drill(plan=PLAN)
            d.tell("begin present 9", "begin channels 9")
            every = set(p.call("completion", "--steps=all").split())
            (p.path / "script").write_text(p.call("completion", shell))
            (p.path / "muster.yaml").rename(p.path / "other.yaml")

            def completed(words):
                done = subprocess.run([shell, "-c", script.replace("WORDS", words)], cwd=p.path, text=True, check=True,
                                      env=p.environment | {"MUSTER": p.muster}, stdout=subprocess.PIPE)
                return {line.split("\t")[0] for line in done.stdout.split("\n")} & every

            assert completed("muster drill tick") == set(), shell
            for config in ("-c other.yaml", "--config other.yaml", "--config=other.yaml"):
                assert completed(f"muster {config} drill tick") == {"present", "channels"}, (shell, config)
                assert completed(f"muster {config} drill note --step") == every, (shell, config)


@test
def an_abort_needs_a_reason_and_comes_once():
    with place() as p:
        p.drill(plan=PLAN)
        assert "an abort needs a reason" in p.call("drill", "abort", code=2)
        p.call("drill", "abort", "--reason", "a real incident")
        assert "is ending already" in p.call("drill", "abort", "--reason", "x", code=2)


@test
def people_take_roles_of_the_plan():
    with place() as p:
        p.drill(plan=PLAN)
        err = p.call("drill", "join", "scrib", code=8)
        assert 'no role "scrib"' in err and 'did you mean "scribe"?' in err, err
        e = p.json("drill", "join", "scribe", "--as", "ann")
        assert (e["kind"], e["role"], e["author"], e["text"]) == ("participant", "scribe", "ann", None), e
        assert "ann has the role scribe already" in p.call("drill", "join", "scribe", "--as", "ann", code=2)
        assert p.json("drill", "join", "boss", "Zoë", "--as", "ann")["text"] == "Zoë"
        assert "has the role boss already" in p.call("drill", "join", "boss", "Zoë", code=2)
        p.call("drill", "join", "boss", "--as", "ann")


@test
def texts_are_neither_empty_nor_endless_and_steer_nothing():
    with place() as p:
        p.drill(plan=PLAN)
        for text in ("", " \t\n"):
            assert "TEXT is missing" in p.call("drill", "note", text, code=2)
            for words in (["hold", "--reason"], ["note", "x", "--as"], ["note", "x", "--drill"], ["note", "x", "--at"]):
                err = p.call("drill", *words, text, code=2)
                assert f"{words[-1]} needs a value, and got an empty one" in err, err
        err = p.call("drill", "note", "x", "--supersede", "0", "--reason", "y", code=2)
        assert '--supersede takes a number from 1 on, not "0"' in err, err
        assert "DRILL is empty" in p.call("drill", "show", "", code=2)
        assert not p.entries(), "what was refused was entered"
        assert "at most 4000 bytes" in p.call("drill", "note", "x" * 4001, code=2)
        p.call("drill", "note", "x" * 4000)
        p.call("drill", "note", "x", "--as", "y" * 501, code=2)
        evil = "a\x1b[31m\n\u202eb\x07"
        out = p.call("drill", "note", evil, "--as", evil)
        shown = p.call("drill", "entries")
        for text in (out, shown):
            assert "\x1b" not in text and "\x07" not in text and "\u202e" not in text, text
            assert "a\\x1b[31m\\x0a" in text, text
        assert p.entries()[1]["text"] == evil and p.entries()[1]["author"] == evil, "it is kept as it was said"
        assert p.entries()[0]["text"] == "x" * 4000


@test
def of_several_who_tick_at_once_one_does():
    with place() as p:
        d = p.drill(plan=PLAN)
        d.tell("begin present 9")
        crowd = [p.start("drill", "tick", "present", "--as", f"no {i}") for i in range(8)]
        answers = [(c.communicate(timeout=60)[1], c.returncode) for c in crowd]
        codes = sorted(code for _, code in answers)
        assert codes == [0] + [2] * 7, answers
        assert sum("ticked already: entry 1" in err for err, _ in answers) == 7, answers
        crowd = [p.start("drill", "note", f"note {i}") for i in range(8)]
        assert all(c.wait(timeout=60) == 0 for c in crowd)
        for c in crowd:
            c.communicate()
        found = p.entries()
        assert [e["number"] for e in found] == list(range(1, 10)), found
        assert sorted(e["text"] for e in found[1:]) == [f"note {i}" for i in range(8)], found


@test
def what_comes_after_the_end_is_of_the_review():
    with place() as p:
        d = p.drill(plan=PLAN)
        d.tell("begin present 9", "finish fail")
        err = p.call("drill", "tick", "present", code=8)
        assert "no drill is under way" in err and f"--drill {d.name}" in err, err
        over = ["--drill", "latest"]
        assert "is over, and step present with it" in p.call("drill", "tick", "present", *over, code=2)
        for words in (["hold", "--reason", "x"], ["resume"], ["abort", "--reason", "x"], ["close"],
                      ["refuse", "go", "--reason", "x"]):
            assert "is over" in p.call("drill", *words, *over, code=2), words
        p.call("drill", "tick", "actions", *over)  # in any order
        assert "ticked already" in p.call("drill", "tick", "actions", *over, code=2)
        p.call("drill", "tick", "meeting", "--drill", d.name[:12], "--note", "an hour")
        p.call("drill", "note", "remembered", "--at", p.ago(5), "--reason", "later", *over)
        p.call("drill", "issue", "remembered", "--severity", "low", *over)
        assert [e["kind"] for e in p.entries(d.name)] == ["tick", "tick", "note", "issue"]
        assert "waiting for people" not in p.call("drill", "tick", "go", *over, code=2)


@test
def a_drill_whose_process_is_gone_takes_entries_and_can_be_closed():
    with place() as p:
        d = p.drill(plan=PLAN)
        d.tell("begin present 9")
        d.leave()
        process = p.start("drill", "tick", "present")
        out, err = process.communicate()
        assert process.returncode == 0 and "entry 1: tick present" in out, (out, err)
        assert "is gone" in err and "muster drill resume" in err, err
        for words in (["hold"], ["abort"]):
            assert "is gone" in p.call("drill", *words, "--reason", "x", code=2), words
        p.call("drill", "close", "--reason", "the machine went down", "--as", "ann")
        run = p.json("run", "show", d.name)
        assert run["verdict"] == "error" and run["finished"], run
        assert [c["name"] for c in run["checks"]] == ["interrupted"], run["checks"]
        assert [e["kind"] for e in p.entries()] == ["tick", "close"]
        assert "no drill is under way" in p.call("drill", "close", code=8)
        assert "is over" in p.call("drill", "close", "--drill", d.name, code=2)


TOLD = """version: 1
platform: {name: shop, timezone: Europe/London}
repository: {path: backups}
history: {state_dir: state}
components: {pg: {engine: postgresql}}
notify: {receivers: {ops: {type: mail, to: [ops@example.com], sendmail: [cat]}}}
"""


SMALLER = """version: 1
title: A smaller one
start: go
validated: seen
roles: {boss: The boss}
phases: {all: {steps: {go: {kind: gate, role: boss, after: []}, seen: {role: boss}}}}
"""


def make_older(p, days):
    """All that has happened so far."""
    with closing(sqlite3.connect(p.path / "state/history.db")) as db, db:
        db.execute("DROP TRIGGER event_no_update")
        db.execute("UPDATE event SET at = at - ?", (days * 86400 * 10**9,))


def saved(p, drill):
    return sorted(f.name.removeprefix(drill) for f in (p.path / "state/reports").glob(drill + "*"))


@test
def whatever_ends_a_drill_whose_process_is_gone_saves_its_report_and_tells_of_it():
    enders = {"close": (["drill", "close"], 0), "run": (["verify"], 2), "deliver": (["notify", "deliver"], 2),
              "automatic": (["drill", "start", "./own.yaml", "--auto"], 0)}
    for name, (words, days) in enders.items():
        with Place(MUSTER, FIXTURE, TOLD) as p:
            (p.path / "backups").mkdir()
            (p.path / "own.yaml").write_text(SMALLER)
            d = p.drill(plan=PLAN)
            d.tell("note mode=automatic", "begin present 9")
            d.leave()
            make_older(p, days)
            process = p.start(*words)
            out, err = process.communicate(timeout=60)
            assert p.json("run", "show", d.name)["verdict"] == "error", (name, err)
            assert saved(p, d.name) == [".html", ".json", ".md", ".metrics.json", ".txt"], (name, saved(p, d.name), err)
            told = [n for n in p.json("notify", "list", "--all")["notifications"] if d.name in str(n)]
            assert len(told) == 1, (name, told)


@test
def other_runs_are_no_drills():
    with place() as p:
        p.start("verify").communicate()
        name = p.json("run", "list")["runs"][0]["id"]
        err = p.call("drill", "note", "x", "--drill", name, code=8)
        assert "is no drill, but of kind verify" in err and "muster drill list" in err, err
        assert "no drill 1999" in p.call("drill", "note", "x", "--drill", "1999", code=8)
        assert "the history has no drill" in p.call("drill", "entries", "latest", code=8)


@test
def the_beginning_of_a_drills_id_stands_for_no_other_run():
    with place() as p:
        p.start("verify").communicate()
        p.start("verify").communicate()
        day = p.json("run", "list")["runs"][0]["id"][:8]
        err = p.call("drill", "show", day, code=8)
        assert f"no drill {day}" in err and "muster drill list" in err, err
        first = p.drill(f"{day}T000000Z-0001")
        first.tell("finish pass")
        assert first.name in p.call("drill", "show", day)
        assert p.json("drill", "note", "x", "--drill", day)["drill"] == first.name
        second = p.drill(f"{day}T000000Z-00012")
        second.tell("finish pass")
        err = p.call("drill", "show", day, code=8)
        assert f"{day} could be drill " in err and first.name in err and second.name in err, err
        assert first.name in p.call("drill", "show", first.name), "a whole id is no beginning of another"


sys.exit(run_tests())
