#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is shipped for Prometheus, Grafana, Nagios and systemd fits the program.

usage: test_monitoring.py MUSTER SOURCES     (a line per test, exits 1 when any failed)
"""
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

MUSTER, SOURCES = (os.path.realpath(a) for a in sys.argv[1:3])
CONTRIB = Path(SOURCES, "contrib")
RULES = CONTRIB / "prometheus/muster.rules.yml"
CONFIG = """version: 1
platform: {name: shop, objectives: {rto: 2h, rpo: 24h}}
repository: {path: backups}
history: {state_dir: state}
components:
  pg: {engine: postgresql, connect: {host: 127.0.0.1, port: 1}}
  cache: {engine: redis, connect: {host: 127.0.0.1, port: 1}}
notify: {receivers: {ops: {type: mail, to: [ops@example.org], sendmail: [/bin/sh, -c, "cat >/dev/null"]}}}
"""
# not ours: what node_exporter tells of the files that it reads
THEIRS = {"node_textfile_mtime_seconds"}


def call(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, **more)


def await_senders(directory):
    """A run leaves a process that delivers; it has to end before its state is removed."""
    end = time.monotonic() + 60
    while any(directory.encode() in words for words in cmdlines()):
        assert time.monotonic() < end, "a delivery does not end"
        time.sleep(0.02)


def cmdlines():
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            yield (entry / "cmdline").read_bytes()
        except OSError:
            pass


def outputs():
    """The metrics before anything ran, and after a run."""
    with tempfile.TemporaryDirectory(prefix="muster-test-") as directory:
        Path(directory, "muster.yaml").write_text(CONFIG)
        found = []
        for _ in range(2):
            run = call(MUSTER, "metrics", cwd=directory)
            assert run.returncode == 0, run.stderr
            found.append(run.stdout)
            assert call(MUSTER, "verify", cwd=directory).returncode == 1
            await_senders(directory)
        return found


def families():
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", outputs()[1], re.MULTILINE))
    names = set(kinds)
    for name in (n for n, kind in kinds.items() if kind == "histogram"):
        names |= {name + suffix for suffix in ("_bucket", "_sum", "_count")}
    return names


def expressions():
    """Every query of the dashboard, as Prometheus gets it."""
    dashboard = json.loads((CONTRIB / "grafana/muster.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"].replace("$platform", "shop|other").replace("$__range", "30d")


def test_promtool_finds_nothing_to_say_of_the_metrics():
    for text in outputs():
        run = call("promtool", "check", "metrics", input=text)
        assert run.returncode == 0 and not run.stdout + run.stderr, run.stdout + run.stderr
        assert text.startswith("# HELP muster_build_info ")


def test_series_that_begin_with_a_run_are_those_of_its_steps_alone():
    before, after = ({line.split()[0] for line in text.splitlines() if not line.startswith("#")} for text in outputs())
    gone = {s for s in before - after if not s.startswith("muster_check_status")}
    new = {s for s in after - before if not s.startswith(("muster_check_status", "muster_step_duration_seconds"))}
    assert not gone and not new, (gone, new)


def test_no_label_tells_an_id_a_path_or_a_time():
    for text in outputs():
        values = set(re.findall(r'"((?:[^"\\]|\\.)*)"', re.sub("(?m)^#.*$", "", text)))
        odd = {v for v in values if re.search(r"/|\d{4}|[0-9a-f]{8}", v) and v not in {"1800", "3600", "7200", "14400"}}
        assert not odd, odd


def test_the_rules_are_well_formed_and_pass_their_own_tests():
    run = call("promtool", "check", "rules", str(RULES))
    assert run.returncode == 0 and "SUCCESS" in run.stdout, run.stdout + run.stderr
    run = call("promtool", "test", "rules", "muster.rules.test.yml", cwd=CONTRIB / "prometheus")
    assert run.returncode == 0 and "SUCCESS" in run.stdout, run.stdout + run.stderr


def test_every_alert_is_tested_and_tells_what_to_do():
    parts = re.split(r"^ +- alert: ", RULES.read_text(), flags=re.MULTILINE)[1:]
    tests = (CONTRIB / "prometheus/muster.rules.test.yml").read_text()
    headings = {h for h in re.findall(r"^## (.*)$", Path(SOURCES, "docs/runbooks.md").read_text(), re.MULTILINE)}
    names = [part.split("\n")[0] for part in parts]
    for name, part in zip(names, parts):
        for word in ("expr:", "severity:", "summary:", "description:", "runbook_url:"):
            assert word in part, (name, word)
        assert re.search(rf"runbook_url: \S+/runbooks\.md#{name.lower()}$", part, re.MULTILINE), name
        assert re.search(rf"alertname: {name}\n +exp_alerts", tests), f"{name} fires in no test"
    assert headings == set(names), headings ^ set(names)
    assert len(names) == len(set(names)) >= 9


def test_rules_and_dashboard_ask_for_nothing_that_is_not_told():
    told = families()
    rules = "\n".join(re.findall(r"expr:(.*?)\n +(?:for|labels):", RULES.read_text(), re.DOTALL))
    asked = {n for text in [rules, *(e for _, e in expressions())] for n in re.findall(r"\b(?:muster|node)_\w+", text)}
    assert asked - told == THEIRS, asked - told - THEIRS
    dashboard = (CONTRIB / "grafana/muster.json").read_text()
    unused = {f for f in told if not re.search(r"_(bucket|sum|count)$", f)} - asked
    # what one looks up when one has to; and the histogram, whose buckets are asked for
    assert unused == {"muster_backup_copies", "muster_schedule_max_interval_seconds",
                      "muster_notifications_sent_total", "muster_step_duration_seconds"}, unused
    assert "label_values(muster_build_info, platform)" in dashboard


def test_prometheus_can_read_every_query_of_the_dashboard():
    rules = {"groups": [{"name": "dashboard", "rules": [{"record": f"query:{i}", "expr": expr}
                                                          for i, (_, expr) in enumerate(expressions())]}]}
    assert len(rules["groups"][0]["rules"]) > 10
    with tempfile.TemporaryDirectory(prefix="muster-test-") as directory:
        path = Path(directory, "queries.yml")
        path.write_text(json.dumps(rules))  # JSON is YAML
        run = call("promtool", "check", "rules", "--lint=none", str(path))
        assert run.returncode == 0, run.stdout + run.stderr
        path.write_text(json.dumps(rules).replace("histogram_quantile(0.95,", "histogram_quantile(0.95"))
        assert call("promtool", "check", "rules", "--lint=none", str(path)).returncode != 0, "anything is read"


def test_the_dashboard_has_panels_side_by_side_and_takes_its_data_source_from_a_variable():
    dashboard = json.loads((CONTRIB / "grafana/muster.json").read_text())
    panels = dashboard["panels"]
    assert len({p["id"] for p in panels}) == len(panels) == len({p["title"] for p in panels})
    cells = set()
    for p in panels:
        at = p["gridPos"]
        mine = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not mine & cells and at["x"] + at["w"] <= 24, p["title"]
        cells |= mine
        assert p["description"], p["title"]
        assert len({t["refId"] for t in p["targets"]}) == len(p["targets"]), p["title"]
    variables = {v["name"]: v for v in dashboard["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource" and variables["datasource"]["query"] == "prometheus"

    def sources(node):
        if isinstance(node, dict):
            if "datasource" in node:
                yield node["datasource"]
            node = list(node.values())
        if isinstance(node, list):
            for child in node:
                yield from sources(child)

    assert {json.dumps(s) for s in sources(dashboard)} == {json.dumps({"type": "prometheus", "uid": "${datasource}"})}


def plugin_commands():
    nagios = (CONTRIB / "nagios/muster.cfg").read_text()
    for line in re.findall(r"^ +command_line +(.*)$", nagios, re.MULTILINE):
        yield shlex.split(line.replace("$ARG1$", "muster.yaml"))
    icinga = (CONTRIB / "nagios/icinga2-muster.conf").read_text()
    for command, option, macro in re.findall(r"command = (\[.*?\])\n  arguments = {\n    \"(.*?)\" = \"\$(.*?)\$\"", icinga):
        assert f"vars.{macro} = " in icinga
        yield json.loads(command) + [option, "muster.yaml"]


def test_the_commands_for_nagios_and_icinga_give_one_line_and_a_plugins_code():
    commands = list(plugin_commands())
    assert len(commands) == 4, commands
    with tempfile.TemporaryDirectory(prefix="muster-test-") as directory:
        Path(directory, "muster.yaml").write_text(CONFIG)
        for words in commands:
            assert words[0] == "/usr/local/bin/muster"
            run = call(MUSTER, *words[1:], cwd=directory)
            assert run.returncode in (0, 1, 2, 3), (words, run)
            assert re.fullmatch(r"MUSTER (OK|WARNING|CRITICAL|UNKNOWN) - .*\n", run.stdout), (words, run)
        await_senders(directory)


def test_the_definitions_for_nagios_and_icinga_are_balanced():
    for name in ("muster.cfg", "icinga2-muster.conf"):
        text = re.sub(r"(?m)^\s*(#|//).*$", "", (CONTRIB / "nagios" / name).read_text())
        assert text.count("{") == text.count("}") > 2, name
    defined = set(re.findall(r"command_name +(\S+)", (CONTRIB / "nagios/muster.cfg").read_text()))
    used = set(re.findall(r"check_command +([^!\s]+)", (CONTRIB / "nagios/muster.cfg").read_text()))
    assert used <= defined, used - defined


def test_systemd_reads_the_timer_and_its_service_and_the_command_is_ours():
    units = [str(CONTRIB / f"systemd/muster-metrics.{kind}") for kind in ("service", "timer")]
    with tempfile.TemporaryDirectory(prefix="muster-test-") as directory:
        for unit in units:  # the program need not be installed where this is tested
            text = Path(unit).read_text().replace("/usr/local/bin/muster", MUSTER)
            Path(directory, os.path.basename(unit)).write_text(text)
        copies = [os.path.join(directory, os.path.basename(unit)) for unit in units]
        run = call("systemd-analyze", "verify", "--man=no", *copies)
        ours = [line for line in run.stderr.splitlines() if "muster-" in line]
        assert run.returncode == 0 and not ours, run.stderr
        run = call("systemd-analyze", "security", "--offline=true", copies[0])
        assert float(re.search(r"exposure level for .*: ([0-9.]+)", run.stdout).group(1)) <= 2.5, run.stdout
        words = re.search("^ExecStart=(.*)$", Path(copies[0]).read_text(), re.MULTILINE).group(1).split()
        path = Path(directory, "muster.prom")
        Path(directory, "muster.yaml").write_text(CONFIG)
        run = call(*[str(path) if w.endswith(".prom") else w for w in words], cwd=directory)
        assert run.returncode == 0 and path.read_text().startswith("# HELP muster_"), run.stderr


def main():
    if not shutil.which("promtool"):
        print("skipped: promtool (Debian's prometheus) is not installed")
        return 77
    for variable in [v for v in os.environ if v.startswith("MUSTER_")]:
        del os.environ[variable]
    failed = 0
    for name, test in sorted((n, t) for n, t in globals().items() if n.startswith("test_")):
        try:
            test()
            print("ok   " + name[5:].replace("_", " "))
        except Exception:
            failed += 1
            print("FAIL " + name[5:].replace("_", " "))
            traceback.print_exc(file=sys.stdout)
    return 1 if failed else 0


sys.exit(main())
