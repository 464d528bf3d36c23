#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A drill on a screen: it follows the history, fits any size, and gives the terminal back.

usage: test_drill_watch.py MUSTER DRILL_FIXTURE
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata

from drill import Place, run_tests, test

MUSTER, FIXTURE = sys.argv[1:3]
ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"
SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def place():
    return Place(MUSTER, FIXTURE)


def columns(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


class Terminal:
    """muster on a pseudo-terminal of so many columns and rows."""

    def __init__(self, p, *words, size=(80, 24), **environment):
        self.master, slave = pty.openpty()
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.resize(*size)
        self.process = subprocess.Popen([p.muster, *words], cwd=p.path, stdin=slave, stdout=slave, stderr=slave,
                                        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0),
                                        env=p.environment | {"TERM": "xterm"} | environment)
        self.text = ""

    def resize(self, width, height):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def read(self, seconds=0.1):
        while select.select([self.master], [], [], seconds)[0]:
            try:
                piece = os.read(self.master, 65536)
            except OSError:
                return
            if not piece:
                return
            self.text += piece.decode("utf-8", "replace")

    def until(self, done, what):
        """Nothing here depends on how long it takes, unless it never comes."""
        end = time.monotonic() + 60
        while not done(self.text):
            assert time.monotonic() < end, f"{what}: {self.text!r}"
            assert self.process.poll() is None or select.select([self.master], [], [], 0)[0], f"{what}: {self.text!r}"
            self.read()

    def frames(self):
        return [SEQUENCE.sub("", f).replace("\r", "") for f in self.text.split("\x1b[H")[1:]]

    def press(self, keys):
        os.write(self.master, keys.encode())

    def end(self):
        """The exit code; the terminal must be as it was."""
        end = time.monotonic() + 60
        while self.process.poll() is None:
            assert time.monotonic() < end, "it does not end"
            self.read()
        self.read()
        assert termios.tcgetattr(self.slave) == self.before, "the terminal is not as it was"
        assert self.text.count(ENTER) == self.text.count(LEAVE), self.text
        assert self.text.count("\x1b[?25l") == self.text.count("\x1b[?25h"), "the cursor stays hidden"
        os.close(self.slave)
        os.close(self.master)
        return self.process.returncode


@test
def one_frame_fits_every_size():
    with place() as p:
        d = p.drill()
        d.tell("begin participants 500", "note scenario=whole-platform", "note mode=people", "note objective.rto=7200")
        p.call("drill", "note", "a long one: " + "wörld 世界 " * 40)
        for width in (20, 40, 60, 80, 100, 132, 250):
            for height in (5, 10, 24, 50, 200):
                for locale in ("C.UTF-8", "C"):
                    p.environment |= {"COLUMNS": str(width), "LINES": str(height), "LC_ALL": locale}
                    out = p.call("drill", "watch", "--once")
                    lines = out.splitlines()
                    assert 0 < len(lines) <= height, (width, height, out)
                    for line in lines:
                        assert columns(line) <= width, (width, height, columns(line), line)
                    assert "\x1b" not in out and (locale != "C" or out.isascii()), out


@test
def off_a_terminal_it_is_shown_once():
    with place() as p:
        assert "the history has no drill" in p.call("drill", "watch", code=8)
        d = p.drill()
        assert p.call("drill", "watch")
        d.tell("finish fail")
        assert p.call("drill", "watch", d.name)  # what it says is asked for, not what it came to


@test
def the_key_q_ends_it_and_the_terminal_is_as_before():
    with place() as p:
        p.drill()
        t = Terminal(p, "drill", "watch")
        t.until(lambda text: ENTER in text and "\x1b[J" in text, "a first frame")
        t.press("q")
        assert t.end() == 0
        assert t.text.endswith(LEAVE), "something is left on the screen"


@test
def signals_end_it_and_the_terminal_is_as_before():
    with place() as p:
        p.drill()
        for stop, code in ((lambda t: t.press("\x03"), 130),
                           (lambda t: t.process.send_signal(signal.SIGTERM), 143)):
            t = Terminal(p, "drill", "watch")
            t.until(lambda text: "\x1b[J" in text, "a first frame")
            stop(t)
            assert t.end() == code


@test
def it_follows_the_size_of_the_terminal():
    with place() as p:
        p.drill()
        t = Terminal(p, "drill", "watch", size=(120, 40))
        t.until(lambda text: "\x1b[J" in text, "a first frame")
        for width, height in ((60, 12), (20, 5), (200, 60), (80, 24)):
            seen = len(t.frames())
            t.resize(width, height)
            t.process.send_signal(signal.SIGWINCH)
            t.until(lambda _, seen=seen: len(t.frames()) > seen + 2, "frames after the resize")
            lines = t.frames()[-2].splitlines()
            assert len(lines) <= height, (width, height, lines)
            assert all(columns(line) <= width for line in lines), (width, height, lines)
        t.press("q")
        assert t.end() == 0


@test
def it_shows_what_happens_and_ends_with_the_drill():
    with place() as p:
        d = p.drill()
        t = Terminal(p, "drill", "watch", size=(120, 60))
        t.until(lambda text: "\x1b[J" in text, "a first frame")
        p.call("drill", "hold", "--reason", "an incident")
        t.until(lambda text: "held" in SEQUENCE.sub("", text), "that it is held")
        d.tell("finish fail")
        assert t.end() == 1, "the verdict of the drill"
        after = t.text.split(LEAVE)[1]
        assert after.strip(), "what it came to is gone with the screen"


@test
def a_dumb_terminal_gets_one_frame_without_sequences():
    with place() as p:
        p.drill()
        t = Terminal(p, "drill", "watch", TERM="dumb")
        assert t.end() == 0 and "\x1b" not in t.text and t.text.strip(), t.text
        t = Terminal(p, "drill", "watch", "--once", "--no-color")
        assert t.end() == 0 and "\x1b" not in t.text, t.text


sys.exit(run_tests())
