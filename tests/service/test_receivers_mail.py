#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Mail by an SMTP server (aiosmtpd) that does what servers do, and by a program in place of sendmail.

usage: test_receivers_mail.py NOTIFY_FIXTURE (a line per test, exits 1 when any failed)
"""
import asyncio
import base64
import email
import email.policy
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from html.parser import HTMLParser

from aiosmtpd.smtp import AuthResult

from post import Post
from receivers import SECRET, hostile_notice, notice, send
from runner import run_tests

FIXTURE = os.path.realpath(sys.argv[1])
DIRECTORY = tempfile.TemporaryDirectory()
CERT, KEY = (os.path.join(DIRECTORY.name, name) for name in ("cert.pem", "key.pem"))
subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", KEY, "-out", CERT, "-days", "2", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost"], check=True, capture_output=True)
CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
CONTEXT.load_cert_chain(CERT, KEY)
STALL = 600  # much longer than send() waits for an attempt


class Handler:
    """Keeps what it takes; a recipient's name and the step `stall` say what else to do."""

    def __init__(self, stall=None, data="250 2.0.0 queued as 4711"):
        self.stall, self.data, self.mails, self.asked, self.left = stall, data, [], [], threading.Event()

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.asked.append(address)
        if self.stall == "rcpt":
            await asyncio.sleep(STALL)
        answers = {"nobody": "550 5.1.1 no such user here \x1b[31m\u202e", "grey": "450 4.2.0 greylisted, come again",
                   "full": "452 4.2.2 mailbox full", "once": "451 4.7.1 come again" if len(self.asked) < 2 else None}
        answer = answers.get(address.split("@")[0])
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        if self.stall == "data":
            await asyncio.sleep(STALL)
        if self.data.startswith("250"):
            self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content))
        return self.data

    async def handle_QUIT(self, server, session, envelope):
        self.left.set()
        if self.stall == "quit":
            await asyncio.sleep(STALL)
        return "221 bye"


class Server:
    """An SMTP server; `tls` is "starttls", "smtps" or None."""

    def __init__(self, handler=None, tls=None, auth=None, **more):
        self.handler = handler or Handler()
        options = dict(more)
        if tls == "smtps":
            options["ssl_context"] = CONTEXT
        if tls == "starttls":
            options.update(tls_context=CONTEXT, require_starttls=True)
        if auth:
            options.update(authenticator=auth, auth_required=True, auth_require_tls=tls == "starttls")
        self.controller = Post(self.handler, **options)
        self.url = f"{'smtps' if tls == 'smtps' else 'smtp'}://localhost:{self.controller.port}"

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()


def mail(server, message=None, *more, to=("ops@example.com",), **settings):
    timeout = settings.pop("timeout", "20s")
    receiver = {"type": "mail", "to": list(to), "smtp": server.url, "from": "muster@shop.example", **settings}
    return send(FIXTURE, receiver, message or notice(), *more, environment={"THE_PASSWORD": SECRET}, timeout=timeout)


def parsed(content):
    message = email.message_from_bytes(content, policy=email.policy.default)
    for part in message.walk():
        assert not part.defects, part.defects
        for value in part.values():
            assert not getattr(value, "defects", ()), (value, value.defects)
    return message


def by_program(message=None, script="cat >>$OUT", arguments=(), **settings):
    """What came of it, and what the program got."""
    with tempfile.TemporaryDirectory() as directory:
        program, out = os.path.join(directory, "mailer"), os.path.join(directory, "out")
        with open(program, "w") as f:
            f.write(f"#!/bin/sh\nOUT={out}\n{script}\n")
        os.chmod(program, 0o755)
        timeout = settings.pop("timeout", "20s")
        result = send(FIXTURE, {"type": "mail", "to": ["ops@example.com"], "sendmail": [program, *arguments],
                                "from": "muster@shop.example", **settings}, message or notice(), timeout=timeout)
        content = b""
        if os.path.exists(out):
            with open(out, "rb") as f:
                content = f.read()
        return result, content


def written(message=None, **settings):
    result, content = by_program(message, **settings)
    assert result["outcome"] == "done", result
    return parsed(content)


def login(password=SECRET):
    def check(server, session, envelope, mechanism, data):
        good = data.login == b"muster" and data.password == password.encode()
        return AuthResult(success=good, handled=True if good else False)
    return check


def test_a_mail_is_sent_under_starttls_by_a_user_with_a_password():
    with Server(tls="starttls", auth=login()) as server:
        result = mail(server, ca_file=CERT, user="muster", password={"env": "THE_PASSWORD"},
                      to=["ops@example.com", "Bö \"B\" <bo@example.com>"])
        assert result["outcome"] == "done" and result["answer"] == "SMTP: 250 2.0.0 queued as 4711", result
        [(sender, recipients, content)] = server.handler.mails
        assert server.handler.left.wait(20), "no QUIT"
    assert sender == "muster@shop.example" and recipients == ["ops@example.com", "bo@example.com"]
    assert b"\n" not in content.replace(b"\r\n", b"") and max(map(len, content.split(b"\r\n"))) <= 78
    message = parsed(content)
    assert message["To"].addresses[1].addr_spec == "bo@example.com"
    assert message["To"].addresses[1].display_name == 'Bö "B', message["To"]


def test_a_mail_is_sent_where_tls_comes_first():
    with Server(tls="smtps") as server:
        assert mail(server, ca_file=CERT)["outcome"] == "done"
        assert len(server.handler.mails) == 1
        assert server.handler.left.wait(20), "no QUIT"


def test_without_tls_nothing_is_sent_unless_that_is_asked_for():
    with Server(auth=login()) as server:
        login_data = dict(user="muster", password={"env": "THE_PASSWORD"})
        result = mail(server, **login_data)
        assert result["outcome"] == "refused" and "starttls: false" in result["hint"], result
        assert not server.handler.asked
        result = mail(server, starttls=False, **login_data)
        assert result["outcome"] == "done" and len(server.handler.mails) == 1, result


def test_a_certificate_that_nobody_vouches_for_gets_no_mail():
    for tls in ("starttls", "smtps"):
        with Server(tls=tls) as server:
            result = mail(server)
            assert result["outcome"] == "later" and "certificate" in result["answer"], result
            assert "ca_file" in result["hint"] and not server.handler.asked, result
            server.url = server.url.replace("localhost", "127.0.0.1")  # is not in the certificate
            assert mail(server, ca_file=CERT)["outcome"] == "later"
            assert not server.handler.asked


def test_a_wrong_password_is_a_refusal():
    with Server(tls="starttls", auth=login("another")) as server:
        result = mail(server, ca_file=CERT, user="muster", password={"env": "THE_PASSWORD"})
        assert result["outcome"] == "refused" and "535" in result["answer"], result
        assert "password" in result["hint"] and not server.handler.asked, result


def test_passwords_that_a_server_repeats_are_hidden():
    coded = [base64.b64encode(text).decode() for text in (SECRET.encode(), b"\0muster\0" + SECRET.encode())]
    with Server(Handler(data=f"554 5.7.1 {SECRET} {' '.join(coded)}"), auth=login()) as server:
        result = mail(server, starttls=False, user="muster", password={"env": "THE_PASSWORD"})
        assert result["answer"] == "not sent: 554 5.7.1 [hidden] [hidden] [hidden]", result


def test_who_is_not_taken_is_named_and_the_others_get_it():
    with Server() as server:
        result = mail(server, starttls=False, to=["nobody@example.com", "ops@example.com", "full@example.com"])
        assert result["outcome"] == "done", result
        assert result["answer"] == ("SMTP: 250 2.0.0 queued as 4711; not taken for nobody@example.com: 550 5.1.1 no "
                                    "such user here \\x1b[31m\\xe2\\x80\\xae; not taken for full@example.com: "
                                    "452 4.2.2 mailbox full"), result
        assert result["hint"]
        [(_, recipients, _)] = server.handler.mails
        assert recipients == ["ops@example.com"]


def test_when_nobody_is_taken_it_is_refused_unless_one_is_put_off():
    with Server() as server:
        result = mail(server, starttls=False, to=["nobody@example.com", "nobody@example.org"])
        assert result["outcome"] == "refused" and "550 5.1.1 no such user" in result["answer"], result
        for to in (["grey@example.com", "nobody@example.com"], ["nobody@example.com", "full@example.com"]):
            assert mail(server, starttls=False, to=to)["outcome"] == "later"
        assert not server.handler.mails


def test_greylisting_is_for_later():
    with Server() as server:
        result = mail(server, starttls=False, to=["once@example.com"])
        assert result["outcome"] == "later" and "451 4.7.1 come again" in result["answer"], result
        assert mail(server, starttls=False, to=["once@example.com"])["outcome"] == "done"
        assert len(server.handler.mails) == 1


def test_the_reply_to_the_message_decides():
    for reply, outcome in (("452 4.3.1 disk full", "later"), ("421 4.3.2 shutting down", "later"),
                           ("554 5.6.0 spam", "refused")):
        with Server(Handler(data=reply)) as server:
            result = mail(server, starttls=False)
            assert result["outcome"] == outcome and reply in result["answer"], result
    with Server(data_size_limit=500) as server:
        result = mail(server, starttls=False)
        assert result["outcome"] == "refused" and "552" in result["answer"], result


def test_a_server_that_stalls_is_left_in_time():
    for step in ("rcpt", "data"):
        with Server(Handler(stall=step)) as server:
            assert mail(server, starttls=False, timeout="1s")["outcome"] == "later"
    with Server(Handler(stall="quit")) as server:
        result = mail(server, starttls=False, timeout="10s")
        assert result["outcome"] == "done", result
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        server.url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        result = mail(server, timeout="1s")
        assert result["outcome"] == "later", result


def test_no_server_is_for_later_and_no_url_of_one_a_refusal():
    server = Server()
    result = mail(server)  # was never started
    assert result["outcome"] == "later" and server.url in result["answer"], result
    server.url = "smtp://nowhere.invalid"
    assert mail(server)["outcome"] == "later"
    for server.url in ("http://localhost:25", "smtp:", "file:///etc/passwd"):
        result = mail(server)
        assert result["outcome"] == "refused" and result["hint"], result


def test_whoever_wants_to_stop_need_not_wait():
    with Server(Handler(stall="data")) as server:
        assert mail(server, notice(), "300", starttls=False, timeout="10m")["outcome"] == "interrupted"
    result = send(FIXTURE, {"type": "mail", "to": ["a@b.example"], "sendmail": ["sleep", "600"]}, notice(), "300",
                  timeout="10m")
    assert result["outcome"] == "interrupted", result


def test_addresses_that_would_be_commands_are_refused():
    with Server() as server:
        for to in ("a@b.example\r\nDATA", "a@b.example> SIZE=1", "", "two words"):
            result = mail(server, starttls=False, to=[to] if to else ["<>"])
            assert result["outcome"] == "refused" and "no mail address" in result["answer"], (to, result)
        assert not server.handler.asked


def test_a_program_gets_the_whole_mail_on_its_standard_input():
    script = 'echo "Arguments: $*" >$OUT; cat >>$OUT; echo accepted'
    result, content = by_program(script=script, arguments=["-t", "-oi"])
    assert result["outcome"] == "done" and result["answer"].endswith("exited with code 0: accepted "), result
    assert b"\r" not in content
    message = parsed(content)
    assert message["Arguments"] == "-t -oi" and message["To"] == "ops@example.com"


def test_the_end_of_a_program_decides():
    for code, outcome in ((75, "later"), (69, "later"), (71, "later"), (1, "later"), (67, "refused"), (64, "refused"),
                          (78, "refused")):
        result, _ = by_program(script=f"echo why >&2; exit {code}")
        assert result["outcome"] == outcome and f"exited with code {code}: why" in result["answer"], (code, result)
    result, _ = by_program(script="kill -9 $$")
    assert result["outcome"] == "later" and "killed by signal 9" in result["answer"], result


def test_a_program_that_does_not_end_is_ended_and_one_that_chatters_hurts_nobody():
    result, _ = by_program(script="exec sleep 100", timeout="1s")
    assert result["outcome"] == "later" and "did not end within 1.0 seconds" in result["answer"], result
    result, _ = by_program(script="cat >/dev/null; yes | head -c 1000000; exit 0")
    assert result["outcome"] == "done" and "y y y" in result["answer"] and len(result["answer"]) < 400, result


def runs(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_a_program_that_does_not_end_has_started_ends_with_it():
    result, pid = by_program(script="sleep 1000 & echo $! >$OUT; wait", timeout="5s")
    assert result["outcome"] == "later", result
    for _ in range(600):
        if not runs(int(pid)):
            break
        time.sleep(0.1)
    else:
        os.kill(int(pid), 9)
        raise AssertionError("a process is left behind")


def test_what_a_program_leaves_behind_when_it_ends_goes_on():
    result, pid = by_program(script="sleep 1000 <&- >&- 2>&- & echo $! >$OUT")
    assert result["outcome"] == "done" and runs(int(pid)), result
    os.kill(int(pid), 9)


def test_a_program_that_is_not_there_is_a_refusal():
    result = send(FIXTURE, {"type": "mail", "to": ["a@b.example"], "sendmail": ["/nowhere/sendmail"]}, notice())
    assert result["outcome"] == "refused" and "/nowhere/sendmail" in result["answer"] and result["hint"], result


def test_subjects_are_those_of_the_plan():
    expected = {
        ("failed", "verify"): "ALERT: Daily Backup Verification FAILED",
        ("warned", "verify"): "WARNING: Daily Backup Verification had warnings",
        ("passed", "restore-test"): "Weekly Restore Test - PASSED",
        ("announced", "drill"): "DR DRILL SCHEDULED - Thursday Nov 23 10:00 AM UTC",
        ("missed", "restore-test"): "ALERT: Weekly Restore Test MISSED",
        ("recovered", "backup"): "RECOVERED: Backup is well again",
        ("finished", "drill"): "DR Drill - FINISHED: FAILED",
        ("test", "notify"): "TEST: muster notification, nothing happened",
        ("test", "drill"): "TEST: DR Drill of shop: test alert, nothing happened (20261122T030000Z-3f2a)",
    }
    for (event, kind), subject in expected.items():
        title = "Thursday Nov 23 10:00 AM UTC" if event == "announced" else "so it is"
        assert written(notice(event, kind=kind, title=title))["Subject"] == subject
    message = written(notice(component="database", check="rpo", reminder=True))
    assert message["Subject"] == "ALERT: Daily Backup Verification FAILED: database rpo (shop) (reminder)"
    template = "[{platform}] {event} {kind} {component}{check} {verdict} {set} {run} {other} {"
    message = written(notice(component="cache"), subject=template)
    assert message["Subject"] == ("[shop] failed verify cache fail 20261122_020000 20261122T030000Z-3f2a {other} {")


def test_one_alert_is_one_thread_and_each_notice_has_one_id():
    first, again, reminder = written(), written(), written(notice(id="another", reminder=True))
    later = written(notice(id="third", since="2026-11-23T02:00:00Z"))
    none = written(notice("passed", since=None))
    assert re.fullmatch(r"<muster\.[0-9a-f]{32}@shop\.example>", first["Message-ID"])
    assert first["Message-ID"] == again["Message-ID"] != reminder["Message-ID"]
    assert first["References"] == first["In-Reply-To"] == reminder["References"] != later["References"]
    assert none["References"] is None and none["In-Reply-To"] is None
    assert first["Date"].datetime.isoformat() == "2026-11-22T03:00:00+00:00"
    assert first["Auto-Submitted"] == "auto-generated" and first["X-Muster-Run"] == "20261122T030000Z-3f2a"
    assert first["From"] == "muster@shop.example"
    assert re.fullmatch(r"muster@\S+", written(**{"from": ""})["From"])


def test_the_text_comes_first_and_says_everything():
    message = written(notice(component="database"))
    assert message.get_content_type() == "multipart/alternative"
    text, page = message.iter_parts()
    assert [p.get_content_type() for p in (text, page)] == ["text/plain", "text/html"]
    for part in (text.get_content(), page.get_content()):
        for words in ("2 checks of the newest set did not hold", "FAILED", "CRC-32 1c2d3e4f", "CRC-32 00000000",
                      "the data is not what was written", "take a new backup", "2026-11-22 03:00:00 UTC",
                      "2026-11-22 02:00:00 UTC", "20261122_020000", "muster run show 20261122T030000Z-3f2a",
                      "shop", "db1", "postgres/app.dump.gz"):
            assert words in part, (words, part)
    assert "https://muster.example/run/1?a=1&b=2" in text.get_content()


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.words = set(), [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        for name, value in attributes:
            assert not name.startswith("on"), (tag, name)
            assert name != "src", (tag, value)
            if name == "href":
                self.links.append(value)

    def handle_data(self, data):
        self.words += data


def test_hostile_texts_are_neither_header_nor_markup():
    result, content = by_program(hostile_notice())
    assert result["outcome"] == "done", result
    message = parsed(content)
    assert message["Bcc"] is None and message["To"] == "ops@example.com"
    assert len(message.keys()) == len(set(message.keys())) == 13, message.keys()
    assert "é" in message["X-Muster-Run"] and "\n" not in message["Subject"] + message["X-Muster-Run"]
    text, page = (part.get_content() for part in message.iter_parts())
    for part in (text, page):
        assert "\x1b" not in part and "\u202e" not in part and "\\xff" in part
    read = Page(page)
    assert read.tags <= {"html", "head", "meta", "style", "title", "body", "p", "strong", "span", "table", "tr", "th",
                         "td", "h2", "hr", "ul", "li", "br", "code"}, read.tags
    assert not read.links and "<script>alert(1)</script>" in read.words
    assert message.get_payload()[1]["Content-Transfer-Encoding"] == "quoted-printable"


def test_the_page_loads_nothing_and_sets_no_color_of_its_own():
    page = [p.get_content() for p in written().iter_parts()][1]
    read = Page(page)
    assert read.links == ["https://muster.example/run/1?a=1&b=2"]
    assert "url(" not in page and "@import" not in page and "color-scheme:light dark" in page
    # colours are set in pairs, so that they are readable on whatever is around them
    for style in re.findall(r'style="([^"]*)"', page):
        assert ("background:" in style) == bool(re.search(r"(^|;)color:", style)), style


def test_long_notices_are_cut_where_a_reader_is_told():
    line = {"component": "c" * 900, "check": "age", "verdict": "fail", "message": "é\n" * 900, "expected": "e" * 5000}
    message = written(notice(lines=[line] * 2000, title="t" * 5000, run="r" * 5000, platform="ü" * 999, check="x"))
    assert len(message.as_bytes()) < 2 << 20
    for part in message.iter_parts():
        assert re.search(r"and \d+ more", part.get_content())
    assert len(message["Subject"]) <= 250 and "…" in message["Subject"]


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
