#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The HTML reports of made-up runs in a headless Chromium, by its DevTools protocol.

usage: test_report_html.py MUSTER FIXTURE DRILL_FIXTURE   (prints one line per test, exits 1 when any failed)

With REPORT_SCREENSHOTS=DIR, what was looked at is kept there as PNG and PDF.
"""
import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

MUSTER, FIXTURE, DRILL_FIXTURE = (os.path.realpath(a) for a in sys.argv[1:4])
KEPT = os.environ.get("REPORT_SCREENSHOTS")
CONFIG = """version: 1
platform: {{name: shop}}
repository: {{path: {0}/backups}}
history: {{state_dir: {0}/state}}
components:
  postgres-main: {{engine: postgresql}}
"""


class Browser:
    """Chromium, spoken to by a pair of pipes: one JSON document and a NUL per message."""

    def __init__(self, profile):
        program = shutil.which("chromium")
        assert program, "no chromium: it is in the section [check] of tools/packages.txt"
        there, self.to = os.pipe()
        self.back, here = os.pipe()

        # Chromium expects its ends as 3 and 4; our own at these numbers must survive until then
        low, high = (fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (there, here))
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
             "--disable-background-networking",
             f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
            preexec_fn=lambda: (os.dup2(low, 3), os.dup2(high, 4)), pass_fds=(3, 4),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for end in {there, here, low, high}:
            os.close(end)
        self.number, self.buffer, self.events, self.session = 0, b"", [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def receive(self):
        while b"\0" not in self.buffer:
            more = os.read(self.back, 1 << 20)
            assert more, "Chromium has ended"
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.events.append(answer)

    def open(self, page, width, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                  deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.events = []
        self.call("Page.navigate", url=page.as_uri())
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self.receive())
        if KEPT:
            self.keep(f"{page.stem}-{width}{'-dark' if dark else ''}")

    def keep(self, name):
        tall = min(self.ask("document.documentElement.scrollHeight"), 5000)
        width = self.ask("innerWidth")
        picture = self.call("Page.captureScreenshot", captureBeyondViewport=True,
                            clip={"x": 0, "y": 0, "width": width, "height": tall, "scale": 1})
        Path(KEPT, name + ".png").write_bytes(base64.b64decode(picture["data"]))

    def ask(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def told(self, *methods):
        self.ask("1")  # what was sent before the answer has been received by then
        return [e["params"] for e in self.events if e.get("method") in methods]

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
        except (AssertionError, OSError):
            self.process.kill()
        self.process.wait(timeout=60)


def text_of(browser, selector):
    return browser.ask(f"[...document.querySelectorAll({json.dumps(selector)})]"
                       ".map(e => e.textContent.trim().replace(/\\s+/g, ' '))")


DRILLS = {"drill": "20261203T094500Z-d1d1", "cut-short": "20261204T094500Z-d3d3",
          "hostile": "20261206T094500Z-d4d4", "quick": "20261207T094500Z-d5d5"}
PAGES = ["1", "2", "3", "4"]  # passed, failed with hostile names, very many tables, cut short


def no_page_complains_or_asks_for_anything(browser, pages):
    for page in pages.values():
        browser.open(page, 1600)
        complaints = browser.told("Log.entryAdded", "Runtime.exceptionThrown",
                                  "Runtime.consoleAPICalled", "Page.javascriptDialogOpening")
        assert not complaints, complaints
        asked = [e["request"]["url"] for e in browser.told("Network.requestWillBeSent")]
        assert [u for u in asked if not u.startswith("data:")] == [page.as_uri()], asked
        assert browser.ask("document.querySelectorAll('script,img,iframe,object,embed,a,form,"
                           "[onerror],[onclick],[style]').length") == 0


def hostile_names_are_shown_as_they_are(browser, pages):
    browser.open(pages["2"], 1600)
    names = text_of(browser, "#facts tr.different th")
    assert "\"><img src=x onerror=alert(1)>.<script>alert('table')</script>|`\\x1b[31m\\xff\\n" \
        in names, names
    assert any("<b>fk_\"payment\"</b> & 'co'" in t for t in text_of(browser, "#troubles li"))
    notes = text_of(browser, "#notes td.words")
    assert "&lt;b&gt; stays as it is written \\x01" in notes, notes
    # an element of a name's would have broken out of where it stands
    assert browser.ask("document.querySelectorAll('b,i').length") == 0
    assert browser.ask("document.title") == "Weekly Restore Test FAILED: shop"


def the_headline_tells_verdict_set_and_time(browser, pages):
    browser.open(pages["2"], 1600)
    assert text_of(browser, "h1") == ["Weekly Restore Test: ✗ FAILED"]
    told = text_of(browser, ".headline dd")
    assert told[:4] == ["shop", "20261121_020000", "2026-11-22T01:00:00Z", "9m53s"], told
    assert told[4] == "9m52s (objective: within 15m) ✓ pass", told
    first = text_of(browser, "#troubles li")[0]
    assert first.startswith("✗ FAIL postgres-main proven orders: public.payments"), first
    assert "expected493,828 rowsfound493,816 rowswhat to dotake a new backup" in first, first
    browser.open(pages["1"], 1600)
    assert text_of(browser, "h1") == ["Weekly Restore Test: ⚠ WARNINGS"]
    assert "run 20261122t010000z-0001, by muster" in text_of(browser, "footer")[0].lower()


BARS = """(() => {
  const picture = document.querySelector('#timeline').getBoundingClientRect();
  const box = e => { const r = e.getBoundingClientRect();
    return [r.left - picture.left, r.top - picture.top, r.right - picture.left,
            r.bottom - picture.top].map(v => Math.round(v * 100) / 100); };
  return { width: picture.width, height: picture.height,
    bars: [...document.querySelectorAll('.bar')].map(box),
    fills: [...document.querySelectorAll('.bar')].map(e => getComputedStyle(e).fill),
    track: getComputedStyle(document.querySelector('.track')).fill,
    texts: [...document.querySelectorAll('#timeline text:not(svg svg text)')].map(box),
    line: [...document.querySelectorAll('.objective')].map(box) }; })()"""


def the_bars_lie_in_the_picture_where_their_times_are(browser, pages):
    for width in (360, 1600):
        browser.open(pages["2"], width)
        seen = browser.ask(BARS)
        assert len(seen["bars"]) == 10, seen
        for left, top, right, bottom in seen["bars"] + seen["texts"]:
            # letters may be a fraction of a pixel wider than they are advanced
            assert left >= -1 and right <= seen["width"] + 1, (width, left, right)
            assert top >= 0 and bottom <= seen["height"], (width, top, bottom)
        for left, top, right, bottom in seen["bars"]:
            assert right - left >= 1 and bottom - top >= 8, (width, left, right)
        assert seen["track"] not in seen["fills"]
        assert len(set(seen["fills"])) == 4  # pass, warn, fail, error
        second = seen["width"] / 900  # the axis ends at the objective of 15 minutes
        restore = seen["bars"][2]
        assert abs(restore[0] - 62 * second) < 1 and abs(restore[2] - 474 * second) < 1, restore
        assert len(seen["line"]) == 1 and abs(seen["line"][0][0] - seen["width"]) < 2
        tops = [b[1] for b in seen["bars"]]
        assert tops == sorted(set(tops)), tops  # a lane each
    assert text_of(browser, "#timeline .tick") == ["0s", "5m", "10m", "15m"]
    assert text_of(browser, "#timeline .group") == ["postgres-main", "redis-cache",
                                                    "rabbitmq-main", "<i>odd</i>"]
    browser.open(pages["3"], 1600)
    assert text_of(browser, "#timeline .objective-label") == [
        "objective of <i>odd</i> 1h, far beyond this axis →"]
    assert not browser.ask(BARS)["line"]


def the_tables_hold_the_numbers_of_three_sides(browser, pages):
    browser.open(pages["2"], 1600)
    rows = text_of(browser, "#facts tbody tr")
    assert rows[0].startswith("✗ different"), rows
    assert "✗ different public.payments 493,828 48180ab7 493,828 48180ab7 493,816 55e41a9b" \
        .replace(" ", "") in [r.replace(" ", "") for r in rows], rows
    assert "✗differentpublic.refunds740,742cd7d6731740,742cd7d6731missing" in \
        [r.replace(" ", "") for r in rows]
    assert "✓equalpublic.orders_id_seq90210,true90213,true90213,true" in \
        [r.replace(" ", "") for r in rows]
    assert "rowsinall5,555,5685,555,5684,814,814" in [r.replace(" ", "") for r in rows]
    assert text_of(browser, "#facts caption")[0] == "Tables (rows): 6 equal, 4 different, 0 unknown"
    full = browser.ask("document.querySelector('#facts code').title")
    assert len(full.split()[1]) == 32, full
    # headings come in order, and each table is named and has scopes
    assert browser.ask("[...document.querySelectorAll('h1,h2,h3')].map(e => e.tagName)")[:2] == \
        ["H1", "H2"]
    assert browser.ask("[...document.querySelectorAll('table')].every(t => t.caption &&"
                       " t.querySelectorAll('thead th:not([scope=col])').length == 0 &&"
                       " t.querySelectorAll('tbody th:not([scope=row])').length == 0)")


def very_many_tables_are_bounded_and_differences_are_in(browser, pages):
    browser.open(pages["3"], 1600)
    assert browser.ask("document.querySelectorAll('#facts tr.different').length") == 3
    assert browser.ask("document.querySelectorAll('#facts tr.equal').length") == 4997
    assert text_of(browser, "#facts tbody tr th")[:3] == ["public.t06997", "public.t06998",
                                                          "public.t06999"]
    assert text_of(browser, ".left-out")[0].startswith("2000 more that do not differ")


OVERFLOW = """[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll') &&
  !e.closest('svg svg')).filter(e => { const r = e.getBoundingClientRect();
  return r.width && (r.right > innerWidth + 0.5 || r.left < -0.5); })
  .map(e => e.tagName + ' ' + e.textContent.slice(0, 40))"""


def nothing_is_wider_than_the_screen(browser, pages):
    for width in (360, 1600):
        for name in ("1", "2", "4", *DRILLS):
            browser.open(pages[name], width)
            assert browser.ask("innerWidth") == width
            assert browser.ask("document.documentElement.scrollWidth") <= width
            assert browser.ask(OVERFLOW) == [], (name, width, browser.ask(OVERFLOW))


CONTRAST = """(() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = parse(c).map(v => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (parse(c).length == 3) return c; }
    return 'rgb(255, 255, 255)'; };
  return [...document.querySelectorAll('body *')].filter(e => !['title', 'rect'].includes(e.tagName)
      && [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
    .map(e => { const a = light(getComputedStyle(e)[e.closest('svg') ? 'fill' : 'color']),
        b = light(ground(e));
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.textContent.slice(0, 30)]; })
    .filter(([ratio]) => ratio < 4.5); })()"""


def letters_stand_out_by_day_and_night(browser, pages):
    grounds = set()
    for dark in (False, True):
        for name in ("1", "2", "4", *DRILLS):
            browser.open(pages[name], 1600, dark)
            assert browser.ask(CONTRAST) == []
            grounds.add(browser.ask("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2


def a_page_prints(browser, pages):
    for name in ("2", "drill"):
        browser.open(pages[name], 1600)
        printed = browser.call("Page.printToPDF", preferCSSPageSize=True)["data"]
        printed = base64.b64decode(printed)
        assert printed.startswith(b"%PDF-") and len(printed) > 10000
        if KEPT:
            Path(KEPT, name + ".pdf").write_bytes(printed)


DRILL = """(id => {
  const picture = document.querySelector(id).getBoundingClientRect();
  const box = e => { const r = e.getBoundingClientRect();
    return [r.left - picture.left, r.top - picture.top, r.right - picture.left,
            r.bottom - picture.top]; };
  const all = s => [...document.querySelectorAll(id + ' ' + s)].map(box);
  return { width: picture.width, height: picture.height, bars: all('.bar'), plans: all('.plan'),
    marks: all('.milestone'), missed: all('.milestone.missed'), objective: all('.objective'),
    held: all('.held') }; })('#timeline')"""


def a_drills_bars_lie_beside_their_plan_and_milestones(browser, pages):
    for width in (360, 1600):
        browser.open(pages["drill"], width)
        seen = browser.ask(DRILL)
        minute = seen["width"] / (150 * 1.025)  # the last milestone, and a margin
        for left, top, right, bottom in seen["bars"] + seen["plans"]:
            assert left >= -1 and right <= seen["width"] + 1, (width, left, right)
            assert top >= 0 and bottom <= seen["height"], (width, top, bottom)
        restores = [b for b in seen["bars"] if abs(b[0] - 5 * minute) < 1]
        # three restores begin at T+0:05, side by side; what PostgreSQL took too long is told apart;
        # above all lanes stands one for each component
        ends = [round(b[2] / minute) for b in sorted(restores, key=lambda b: b[1])]
        assert ends == [70, 25, 35, 70, 25, 35], ends
        late = [b for b in seen["bars"] if abs(b[0] - 65 * minute) < 1]
        assert [round(b[2] / minute) for b in late] == [70, 70], late
        assert len(seen["marks"]) == 6 and len(seen["missed"]) == 1
        assert abs(seen["missed"][0][0] - 60 * minute) < 2, seen["missed"]
        assert abs(seen["objective"][0][0] - 120 * minute) < 2, seen["objective"]
        assert not seen["held"]
    browser.open(pages["cut-short"], 1600)
    held = browser.ask(DRILL)["held"]
    assert len(held) == 1 and held[0][3] - held[0][1] > 500, held


def a_drill_much_quicker_than_its_plan_is_drawn_as_large_as_it_was(browser, pages):
    for width in (360, 1600):
        browser.open(pages["quick"], width)
        seen = browser.ask(DRILL.replace("'#timeline'", "'#timeline-closer'"))
        second = seen["width"] / (126 * 1.025)  # until the last milestone was reached, and a margin
        bars = sorted(seen["bars"], key=lambda b: b[1])
        # the restores begin at the same second, lane below lane, and each has its own length
        assert [round(b[0] / second) for b in bars[:3]] == [5, 5, 5], bars[:3]
        assert [round(b[2] / second) for b in bars[:3]] == [70, 25, 35], bars[:3]
        assert [round(a[1] - b[1]) for a, b in zip(bars[1:3], bars)] == [40, 40], bars[:3]
        assert len(bars) == 3 + 22 and not seen["plans"] and not seen["marks"], seen
        # the plan's own picture stays, at its scale, without saying the restores again
        plan = browser.ask(DRILL)
        assert len(plan["bars"]) == 22 and len(plan["marks"]) == 6, plan
        assert text_of(browser, "#steps h3") == ["As it went", "Beside its plan"]
    browser.open(pages["drill"], 1600)
    assert not text_of(browser, "#timeline-closer") and not text_of(browser, "#steps h3")


def a_drills_page_tells_all_of_it(browser, pages):
    browser.open(pages["drill"], 1600)
    assert browser.ask("document.title") == "Monthly DR drill FAILED: orchestrator"
    assert text_of(browser, "h1") == ["Monthly DR drill: ✗ FAILED"]
    assert text_of(browser, ".lead")[0].startswith(
        "The platform was recovered in 2h, within its objective of 2h")
    assert len(text_of(browser, "#criteria tbody tr")) == 10
    assert "restore of database1h1h5m+5m✗ MISSED" in text_of(browser, "#objectives tbody tr")
    assert text_of(browser, "#log del") == ["disk at 80%"]
    assert text_of(browser, "#earlier tbody th") == ["2026-12-03", "2026-11-05"]
    assert len(text_of(browser, "#steps tbody tr")) == 39
    assert "Row counts and contents" in text_of(browser, "#plan pre")[0]
    # each table is named and has scopes
    assert browser.ask("[...document.querySelectorAll('table')].every(t => t.caption &&"
                       " t.querySelectorAll('thead th:not([scope=col])').length == 0 &&"
                       " t.querySelectorAll('tbody th:not([scope=row])').length == 0)")


def hostile_words_in_a_drill_are_shown_as_they_are(browser, pages):
    browser.open(pages["hostile"], 1600)
    assert "</td><script>alert('x')</script>|`*_\\x1b[31m\\xff\\n&amp;" in \
        text_of(browser, "#participants td.words")
    assert browser.ask("document.querySelectorAll('script').length") == 0


TESTS = [no_page_complains_or_asks_for_anything, hostile_names_are_shown_as_they_are,
         the_headline_tells_verdict_set_and_time,
         the_bars_lie_in_the_picture_where_their_times_are,
         the_tables_hold_the_numbers_of_three_sides,
         very_many_tables_are_bounded_and_differences_are_in, nothing_is_wider_than_the_screen,
         letters_stand_out_by_day_and_night, a_page_prints,
         a_drills_bars_lie_beside_their_plan_and_milestones,
         a_drill_much_quicker_than_its_plan_is_drawn_as_large_as_it_was, a_drills_page_tells_all_of_it,
         hostile_words_in_a_drill_are_shown_as_they_are]


def make_pages(root):
    (root / "muster.yaml").write_text(CONFIG.format(root))
    subprocess.run([FIXTURE, root / "state"], check=True)
    subprocess.run([DRILL_FIXTURE, root / "state"], check=True)
    pages = {}
    for name, run in {**{n: f"20261122T010000Z-000{n}" for n in PAGES}, **DRILLS}.items():
        pages[name] = root / f"{name}.html"
        pages[name].write_bytes(subprocess.run(
            [MUSTER, "run", "show", "-c", root / "muster.yaml", "--format=html", run],
            check=True, stdout=subprocess.PIPE).stdout)
    return pages


def main():
    failed = 0
    with tempfile.TemporaryDirectory(prefix="muster-html-") as directory:
        root = Path(directory)
        pages = make_pages(root)
        browser = Browser(root / "profile")
        try:
            for test in TESTS:
                try:
                    test(browser, pages)
                    print(f"ok   {test.__name__}", flush=True)
                except Exception:  # the others are of interest as well
                    failed += 1
                    print(f"FAIL {test.__name__}", flush=True)
                    traceback.print_exc()
        finally:
            browser.close()
    return 1 if failed else 0


sys.exit(main())
